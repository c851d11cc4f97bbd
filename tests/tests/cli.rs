//! What the command says, to the letter: `tests/cmd/*.trycmd`. `TRYCMD=overwrite` writes what it says now.

use tokenrack_tests::tokenrack;

/// A profile for each file: a refused redirect leaves a line in the record, which another file reads.
#[test]
fn the_command_speaks_as_written_down() {
    for file in std::fs::read_dir("cmd").expect("the folder") {
        let home = tempfile::tempdir().expect("a folder");
        trycmd::TestCases::new()
            .register_bin("tokenrack", tokenrack())
            .env("TOKENRACK_HOME", home.path().display().to_string())
            .env("TOKENRACK_VAULT", "keychain")
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .env("COLUMNS", "100")
            .env("NO_COLOR", "1")
            .case(file.expect("a file").path());
    }
}
