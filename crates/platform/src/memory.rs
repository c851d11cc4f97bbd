//! Giving memory back while nobody looks (Linux; elsewhere the system sees to it).

/// Gives back to the system what was allocated and let go, which glibc keeps for the next time otherwise.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "a function of the C library has no safe form")]
    {
        unsafe extern "C" {
            fn malloc_trim(pad: usize) -> std::ffi::c_int;
        }
        // SAFETY: declared as in malloc_trim(3). Any thread may call it at any time: it takes each arena's lock, and gives
        // back only pages that hold nothing.
        unsafe { malloc_trim(0) };
    }
}

/// Ends this process's own children that bear this name, of which the system keeps 15 bytes.
pub fn end_children(name: &str) {
    #[cfg(target_os = "linux")]
    for pid in std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok) {
        use rustix::process::{Pid, PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal};
        let Some(pid) = pid.file_name().to_str().and_then(|pid| pid.parse().ok()).and_then(Pid::from_raw)
        else {
            continue;
        };
        // Held before it is looked at: what bears its number by then is it, or it has ended and is sent nothing.
        let Ok(child) = pidfd_open(pid, PidfdFlags::empty()) else { continue };
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())) else {
            continue;
        };
        if family(&stat) == Some((name, getpid().as_raw_nonzero().get()))
            && let Err(error) = pidfd_send_signal(&child, Signal::TERM)
        {
            tracing::debug!(%error, name, "a process could not be ended");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = name;
}

/// The name and the parent in a line of proc_pid_stat(5).
#[cfg(target_os = "linux")]
fn family(stat: &str) -> Option<(&str, i32)> {
    let (head, tail) = stat.rsplit_once(')')?;
    Some((head.split_once('(')?.1, tail.split_whitespace().nth(1)?.parse().ok()?))
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    #[cfg(target_env = "gnu")]
    use crate::testing::in_child;

    /// kB of memory that is no file's (proc_pid_status(5)).
    #[cfg(target_env = "gnu")]
    fn allocated() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }

    #[test]
    #[cfg(target_env = "gnu")]
    fn what_was_let_go_leaves_the_memory() {
        in_child("memory::tests::what_was_let_go_leaves_the_memory", &[], || {
            let blocks: Vec<_> = (0..30_000).map(|_| vec![1_u8; 1000].into_boxed_slice()).collect();
            // What lies above keeps the heap from shrinking by itself.
            let last = vec![1_u8; 1000].into_boxed_slice();
            drop(blocks);
            let before = allocated();
            give_back();
            let after = allocated();
            assert!(after + 20_000 < before, "{before} kB before, {after} kB after");
            assert_eq!(last.len(), 1000);
        });
    }

    #[test]
    fn a_name_may_hold_anything() {
        assert_eq!(family("12 (a) b) S 7 12 12"), Some(("a) b", 7)));
    }

    #[test]
    fn only_ones_own_children_of_that_name_are_ended() {
        let mut sleep = std::process::Command::new("sleep").arg("600").spawn().unwrap();
        end_children("another");
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(sleep.try_wait().unwrap().is_none());
        end_children("sleep");
        assert!(!sleep.wait().unwrap().success());
    }
}
