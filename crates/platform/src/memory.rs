//! Giving memory back while nobody looks (Linux; elsewhere the system sees to it).

/// Gives back to the system what was allocated and let go, which glibc keeps for the next time otherwise, and what lies
/// in files too: the code and constants of the program and its libraries, of which little is needed without a window.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // SAFETY: malloc_trim(3) may be called by any thread at any time: it takes each arena's lock, and gives back only
        // pages that hold nothing.
        #[expect(unsafe_code, reason = "a function of the C library has no safe form")]
        unsafe {
            libc::malloc_trim(0);
        }
        // Systems of 32 bits still have libraries that write into their code while they are loaded.
        #[cfg(target_pointer_width = "64")]
        code::unload();
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
mod code {
    use std::ffi::{c_int, c_void};

    use libc::{MADV_DONTNEED, PF_W, PT_LOAD, dl_phdr_info};

    /// Unmaps the pages of each loaded program that nothing can have written to. They are read again from the file, or
    /// from the system's cache of it, when they are needed.
    pub(super) fn unload() {
        // SAFETY: dl_iterate_phdr(3) calls back for each loaded object, in turn, while it keeps others from being loaded or
        // unloaded; the callback does not unwind.
        #[expect(unsafe_code, reason = "a function of the C library has no safe form")]
        unsafe {
            libc::dl_iterate_phdr(Some(object), std::ptr::null_mut());
        }
    }

    #[expect(unsafe_code, reason = "what the loader hands over are pointers")]
    unsafe extern "C" fn object(info: *mut dl_phdr_info, _size: usize, _data: *mut c_void) -> c_int {
        let page = rustix::param::page_size() as u64;
        // SAFETY: the loader's own description of an object that stays loaded until this returns.
        let (base, headers) = unsafe {
            let info = &*info;
            (info.dlpi_addr, std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)))
        };
        // What is made read-only after the loader has written to it (RELRO) is part of a segment that can be written.
        for header in headers.iter().filter(|header| header.p_type == PT_LOAD && header.p_flags & PF_W == 0) {
            let start = base.wrapping_add(header.p_vaddr);
            let (first, end) = (start - start % page, (start + header.p_memsz).next_multiple_of(page));
            // SAFETY: private pages of a file, never written, have the file's content whether they are kept or not. What the
            // kernel itself maps (the vDSO) it refuses to let go, which changes nothing.
            unsafe {
                libc::madvise(first as *mut c_void, (end - first) as usize, MADV_DONTNEED);
            }
        }
        0
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

    /// kB of this process in the memory, of a kind (proc_pid_status(5)).
    #[cfg(target_env = "gnu")]
    fn resident(kind: &str) -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(kind)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    #[test]
    #[cfg(target_env = "gnu")]
    fn what_was_let_go_leaves_the_memory() {
        in_child("memory::tests::what_was_let_go_leaves_the_memory", &[], || {
            let blocks: Vec<_> = (0..30_000).map(|_| vec![1_u8; 1000].into_boxed_slice()).collect();
            // What lies above keeps the heap from shrinking by itself.
            let last = vec![1_u8; 1000].into_boxed_slice();
            drop(blocks);
            let before = resident("RssAnon");
            give_back();
            let after = resident("RssAnon");
            assert!(after + 20_000 < before, "{before} kB before, {after} kB after");
            assert_eq!(last.len(), 1000);
        });
    }

    /// More constants than anything else here needs of a file.
    #[cfg(all(target_env = "gnu", target_pointer_width = "64"))]
    static CONSTANTS: [u8; 8 << 20] = [7; 8 << 20];

    #[test]
    #[cfg(all(target_env = "gnu", target_pointer_width = "64"))]
    fn what_lies_in_files_leaves_the_memory_and_comes_back() {
        in_child("memory::tests::what_lies_in_files_leaves_the_memory_and_comes_back", &[], || {
            let sum = || std::hint::black_box(&CONSTANTS).iter().map(|&byte| u64::from(byte)).sum::<u64>();
            let read = sum();
            let before = resident("RssFile");
            give_back();
            let after = resident("RssFile");
            assert!(after + 7000 < before, "{before} kB before, {after} kB after");
            assert_eq!(sum(), read);
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
