//! How fast the catalog answers, for `cargo xtask bench`: one line of JSON, times in microseconds, memory in bytes.

#![allow(clippy::print_stdout, reason = "this is what it is for")]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::time::{Duration, Instant};

use serde_json::json;
use tokenrack_core::provider::Catalog;

/// Providers in the crowd.
const CROWD: usize = 1000;

fn main() {
    let before = resident();
    let start = Instant::now();
    let catalog = Catalog::builtin();
    let shipped = catalog.search("").len();
    let first = start.elapsed();
    let memory = resident().saturating_sub(before);

    let start = Instant::now();
    for entry in catalog.search("") {
        let _ = catalog.get(&entry.id);
    }
    let read = start.elapsed();

    let own = (shipped..CROWD).map(|number| (format!("own-{number}.toml"), file(number))).collect();
    let crowd = Catalog::builtin().with_folder_texts(own);
    let count = crowd.search("").len();
    let keystrokes = ["github enterprise", "own provider 7", "project man", "zzz"]
        .into_iter()
        .flat_map(|text| (1..=text.len()).map(move |end| &text[..end]).chain([""]));
    let mut times: Vec<Duration> = keystrokes
        .map(|typed| {
            let start = Instant::now();
            let found = crowd.search(typed);
            std::hint::black_box(found);
            start.elapsed()
        })
        .collect();
    times.sort();
    let late = times.get(times.len() * 95 / 100).copied().unwrap_or_default();
    println!(
        "{}",
        json!({
            "shipped": shipped,
            "crowd": count,
            "first_us": first.as_micros(),
            "read_us": read.as_micros(),
            "keystroke_us": late.as_micros(),
            "memory": memory,
        })
    );
}

fn file(number: usize) -> String {
    format!(
        "schema = 1\nid = \"own-{number}\"\nname = \"Own provider {number}\"\ncategory = \"project-management\"\n\
         aliases = [\"number {number}\", \"one of many\"]\n[server]\nissuer = \"https://own-{number}.example\"\n"
    )
}

/// What of this process is in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}
