//! Help for this crate's tests.

use std::process::Command;

const INSIDE: &str = "TOKENRACK_TEST_INSIDE";

/// Runs `body` in a process of its own, with these variables: the test binary starts itself again with this
/// test's name, so that nothing is shared and no variable of a running process is changed.
pub(crate) fn in_child(name: &str, variables: &[(&str, &str)], body: impl FnOnce()) {
    if is_child() {
        return body();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let words =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "in the child: {words}");
    assert!(words.contains("1 passed"), "no test is named {name}: {words}");
    print!("{words}");
}

/// Whether this is the process [`in_child`] started.
#[expect(clippy::disallowed_methods, reason = "how a test tells its two processes apart")]
pub(crate) fn is_child() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// A variable handed to the child.
#[expect(clippy::disallowed_methods, reason = "how a test hands values to its child process")]
pub(crate) fn handed(name: &str) -> String {
    std::env::var(name).unwrap()
}
