//! Keeping memory out of core files and debuggers.

/// Switches core files off for this process and its children. For both faces.
///
/// # Errors
/// The system's words when it refused.
pub fn no_core_files() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    }
    Ok(())
}

/// Keeps other processes of the same user from reading this one's memory. For the command line only: in a process
/// with windows it breaks the desktop's portals.
///
/// # Errors
/// The system's words when it refused.
pub fn not_dumpable() -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    }
    Ok(())
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use crate::testing::in_child;

    #[test]
    fn the_kernel_says_so() {
        in_child("process::tests::the_kernel_says_so", &[], || {
            no_core_files().unwrap();
            not_dumpable().unwrap();
            let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
            let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
            assert_eq!(core.split_whitespace().filter(|word| *word == "0").count(), 2, "{core}");
            assert_eq!(
                rustix::process::dumpable_behavior().unwrap(),
                rustix::process::DumpableBehavior::NotDumpable
            );
        });
    }
}
