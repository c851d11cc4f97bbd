//! Named steps, each with a log of its own and a line in the table at the end.

use std::fs::{self, File};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::project::{Project, show};

/// No step may hang a machine that nobody watches.
const LIMIT: Duration = Duration::from_secs(40 * 60);
const TAIL: usize = 60;

/// The steps of one chore.
pub struct Steps {
    logs: PathBuf,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    took: Duration,
    note: String,
}

/// Runs the steps of `chore`, and prints how long each took, however it ends.
pub fn all(project: &Project, chore: &str, work: impl FnOnce(&mut Steps) -> Result<()>) -> Result<()> {
    let logs = project.target.join("logs").join(chore);
    fs::remove_dir_all(&logs).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })?;
    fs::create_dir_all(&logs)?;
    println!("{chore}: logs in {}", logs.display());
    let started = Instant::now();
    let mut steps = Steps { logs, rows: Vec::new() };
    let result = work(&mut steps);
    steps.table(started.elapsed());
    result
}

impl Steps {
    /// One step. What `work` returns is its note in the table: a count, a size, or nothing.
    pub fn step(&mut self, name: &str, work: impl FnOnce(&mut Log) -> Result<String>) -> Result<()> {
        let slug: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let path = self.logs.join(format!("{:02}-{slug}.log", self.rows.len() + 1));
        let mut log = Log { file: File::create(&path)?, path };
        let terminal = std::io::stdout().is_terminal();
        if terminal {
            print!("  …    {name}");
            std::io::stdout().flush()?;
        }
        let started = Instant::now();
        let result = work(&mut log);
        let took = started.elapsed();
        let back = if terminal { "\r" } else { "" };
        let (mark, note) = match &result {
            Ok(note) => ("ok", note.clone()),
            Err(_) => ("FAILED", String::new()),
        };
        println!("{back}  {mark:<6} {name:<24} {:>8}  {note}", clock(took));
        let note = if result.is_ok() { note } else { mark.to_owned() };
        self.rows.push(Row { name: name.to_owned(), took, note });
        if let Err(error) = result {
            log.show_tail();
            bail!("{name}: {error:#}\nwhole log: {}", log.path.display());
        }
        Ok(())
    }

    fn table(&self, total: Duration) {
        println!("\n{:<24} {:>8}", "part", "time");
        for row in &self.rows {
            println!("{:<24} {:>8}  {}", row.name, clock(row.took), row.note);
        }
        println!("{:<24} {:>8}", "all", clock(total));
    }
}

/// Where a step writes.
pub struct Log {
    file: File,
    path: PathBuf,
}

impl Log {
    /// A line of the step's own.
    pub fn say(&mut self, line: &str) -> Result<()> {
        Ok(writeln!(self.file, "{line}")?)
    }

    /// Runs a command to its end; its output goes to the log. Fails when it fails, or after forty minutes.
    pub fn run(&mut self, command: &mut Command) -> Result<()> {
        let shown = show(command);
        self.say(&format!("$ {shown}"))?;
        command.stdout(self.file.try_clone()?).stderr(self.file.try_clone()?);
        let mut child = command.spawn().with_context(|| format!("cannot start: {shown}"))?;
        let started = Instant::now();
        loop {
            match child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => bail!("`{shown}` ended with {status}"),
                None if started.elapsed() > LIMIT => {
                    stop(&mut child)?;
                    bail!("`{shown}` was stopped after {}", clock(LIMIT));
                }
                None => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    /// The last line of the log that holds `needle`, trimmed.
    pub fn last_line_with(&self, needle: &str) -> Option<String> {
        let text = read(&self.path);
        text.lines().rev().find(|line| line.contains(needle)).map(|line| line.trim().to_owned())
    }

    /// How many lines of the log hold `needle`.
    pub fn lines_with(&self, needle: &str) -> usize {
        read(&self.path).lines().filter(|line| line.contains(needle)).count()
    }

    fn show_tail(&self) {
        let text = read(&self.path);
        let lines: Vec<&str> = text.lines().collect();
        for line in &lines[lines.len().saturating_sub(TAIL)..] {
            println!("    │ {line}");
        }
    }
}

fn read(path: &Path) -> String {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// Asks politely first, so that a test runner can end its own children.
fn stop(child: &mut Child) -> Result<()> {
    if cfg!(unix) {
        Command::new("kill").arg(child.id().to_string()).status()?;
        for _ in 0..50 {
            if child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// `1:05.3`, minutes to tenths.
pub fn clock(time: Duration) -> String {
    let tenths = (time.as_secs_f64() * 10.0).round() as u64;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_as_minutes_seconds_and_tenths() {
        assert_eq!(clock(Duration::from_millis(65_340)), "1:05.3");
        assert_eq!(clock(Duration::from_millis(59_990)), "1:00.0");
    }
}
