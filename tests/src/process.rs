//! Processes that cannot outlive their test.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// A process that is ended, with everything it has started, when this is dropped.
pub struct Running(Child);

impl Running {
    /// Starts it.
    pub fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}")))
    }

    /// The process.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it takes longer than `limit`.
    pub fn wait(&mut self, limit: Duration) -> ExitStatus {
        eventually("the process to end", limit, || self.ended())
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for pid in descendants(self.0.id()) {
            kill_process(pid, Signal::KILL).ok();
        }
        self.kill();
    }
}

/// What a process takes of the machine's memory, in kB: `VmRSS` now, `VmHWM` at most so far (proc_pid_status(5)).
/// `None` when it has ended.
pub fn memory(pid: u32, field: &str) -> Option<u64> {
    number(&std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?, field)
}

/// The names of the programs a process has started, and of those they have.
pub fn programs(root: u32) -> Vec<String> {
    let name = |pid: Pid| std::fs::read_to_string(format!("/proc/{}/comm", pid.as_raw_nonzero())).ok();
    descendants(root).into_iter().filter_map(name).map(|name| name.trim().to_owned()).collect()
}

/// How often the threads of a process have gone to sleep so far, each by its id: once for each time they woke up.
pub fn sleeps(pid: u32) -> BTreeMap<String, u64> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().filter_map(Result::ok);
    let of = |thread: std::fs::DirEntry| {
        let status = std::fs::read_to_string(thread.path().join("status")).ok()?;
        Some((thread.file_name().into_string().ok()?, number(&status, "voluntary_ctxt_switches")?))
    };
    threads.filter_map(of).collect()
}

fn number(status: &str, field: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    value.split_whitespace().next()?.parse().ok()
}

/// Ends every process that was started with this variable, whoever its parent is by now.
pub(crate) fn end_all_with(variable: &str) {
    for pid in all() {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        if environment.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes()) {
            kill_process(process_id(pid), Signal::KILL).ok();
        }
    }
}

pub(crate) fn process_id(pid: u32) -> Pid {
    Pid::from_raw(i32::try_from(pid).unwrap()).unwrap()
}

fn all() -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// All children, and theirs.
fn descendants(root: u32) -> Vec<Pid> {
    let parents: Vec<(u32, u32)> = all().into_iter().filter_map(|pid| Some((pid, parent(pid)?))).collect();
    let mut family = vec![root];
    let mut next = 0;
    while let Some(&head) = family.get(next) {
        family.extend(parents.iter().filter(|(_, parent)| *parent == head).map(|(pid, _)| *pid));
        next += 1;
    }
    family.iter().skip(1).map(|pid| process_id(*pid)).collect()
}

fn parent(pid: u32) -> Option<u32> {
    // The name in parentheses may hold anything; the parent is the second field after it.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Lines of an output, as they come.
pub struct Lines(Mutex<Receiver<String>>);

impl Lines {
    /// Reads on a thread of its own, so that the process never waits for us.
    pub fn of(output: impl Read + Send + 'static) -> Self {
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    return;
                }
            }
        });
        Self(Mutex::new(lines))
    }

    /// The next line; `None` when the output has ended.
    ///
    /// # Panics
    /// When nothing comes for `limit`.
    pub fn next(&self, limit: Duration) -> Option<String> {
        match self.0.lock().unwrap().recv_timeout(limit) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("no line within {limit:?}"),
        }
    }

    /// Everything until the output ends.
    pub fn rest(&self, limit: Duration) -> String {
        let mut all = String::new();
        while let Some(line) = self.next(limit) {
            all.push_str(&line);
            all.push('\n');
        }
        all
    }
}

/// Asks again and again until there is an answer.
///
/// # Panics
/// When there is none within `limit`.
pub fn eventually<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "waited {limit:?} for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
