//! Where things go: the asked-for value to standard output, words for people to standard error.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::error::Failure;

/// Who reads: a person, or a program (`--json`).
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

impl Output {
    /// For a program when `json`.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a program reads.
    pub fn json(self) -> bool {
        self.json
    }

    /// One JSON object as one line, delivered at once.
    pub fn object(self, value: &impl Serialize) -> Result<(), Failure> {
        let line = serde_json::to_string(value).map_err(io::Error::other)?;
        self.value(&line)
    }

    /// A value as one line, to the letter, delivered at once. Never coloured: it may be a token.
    pub fn value(self, line: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(line.as_bytes())?;
        out.write_all(b"\n")?;
        Ok(out.flush()?)
    }

    /// A value to the letter, without a line break of ours.
    pub fn bytes(self, value: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(value)?;
        Ok(out.flush()?)
    }

    /// Text for a person who asked for it. Colours go where they are wanted: not to a file, not with `NO_COLOR`.
    pub fn page(self, text: &str) -> Result<(), Failure> {
        let mut out = anstream::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// A message beside the value; programs do not get it.
    pub fn note(self, text: &str) {
        if !self.json {
            self.person(&format!("{text}\n"));
        }
    }

    /// Words on standard error.
    pub fn person(self, text: &str) {
        // Nothing can be said about a standard error that cannot be written.
        let _ = anstream::stderr().lock().write_all(text.as_bytes());
    }
}
