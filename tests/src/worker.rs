//! A process with an engine of its own, told step by step what to do.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::cli::Profile;
use crate::process::{Lines, Running};

/// The `worker` binary on a profile; it ends when this is dropped.
pub struct Worker {
    process: Running,
    answers: Lines,
}

impl Worker {
    /// Starts it.
    pub fn on(profile: &Profile) -> Self {
        let mut command = profile.command(&crate::binary("worker", "TOKENRACK_WORKER_BIN"));
        let mut process = Running::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
        let answers = Lines::of(process.child().stdout.take().unwrap());
        Self { process, answers }
    }

    /// Gives an order; [`Worker::answer`] waits for its end.
    pub fn tell(&mut self, order: &str) {
        writeln!(self.process.child().stdin.as_mut().unwrap(), "{order}").unwrap();
    }

    /// What the oldest order without an answer has led to.
    pub fn answer(&self, limit: Duration) -> Value {
        let line = self.answers.next(limit).expect("the worker ended");
        serde_json::from_str(&line).unwrap()
    }

    /// Both.
    pub fn ask(&mut self, order: &str, limit: Duration) -> Value {
        self.tell(order);
        self.answer(limit)
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}
