//! How long processes take, side by side: one round runs each once, so that a busy moment hits them alike.

use std::collections::BTreeMap;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// Reads `{"rounds": 100, "runners": {"name": ["program", "argument"…]}}`; prints each one's times in microseconds,
/// from start to end of the process, its output read.
pub fn run() -> Result<()> {
    let order: Value = serde_json::from_reader(std::io::stdin().lock())?;
    let rounds = order["rounds"].as_u64().context("rounds")?;
    let runners = order["runners"].as_object().context("runners")?;
    let mut times: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    // The first round warms caches and is not counted.
    for round in 0..=rounds {
        for (name, words) in runners {
            let words: Vec<&str> =
                words.as_array().context("words")?.iter().filter_map(Value::as_str).collect();
            let took = time(name, &words)?;
            if round > 0 {
                times.entry(name).or_default().push(took);
            }
        }
    }
    println!("{}", json!(times));
    Ok(())
}

fn time(name: &str, words: &[&str]) -> Result<u64> {
    let (program, arguments) = words.split_first().context("no program")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let started = Instant::now();
    let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
    let mut answer = Vec::new();
    child.stdout.take().context("piped")?.read_to_end(&mut answer)?;
    let status = child.wait()?;
    let took = started.elapsed();
    ensure!(status.success(), "{name} ended with {status}");
    Ok(u64::try_from(took.as_micros())?)
}
