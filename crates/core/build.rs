//! Embeds the catalog: one `include_str!` for each file of `providers/`.

use std::fmt::Write as _;
use std::path::Path;
use std::{error, fs};

#[allow(clippy::disallowed_methods, reason = "a build script is told its folder by the environment")]
fn main() -> Result<(), Box<dyn error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../providers").canonicalize()?;
    let mut files = fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .filter(|path| path.as_ref().map_or(true, |path| path.extension().is_some_and(|end| end == "toml")))
        .collect::<Result<Vec<_>, _>>()?;
    files.sort();

    let mut table = String::from("&[\n");
    for path in &files {
        let id = path.file_stem().and_then(|stem| stem.to_str()).ok_or("a file name that is not UTF-8")?;
        let path = path.to_str().ok_or("a path that is not UTF-8")?;
        writeln!(table, "    ({id:?}, include_str!({path:?})),")?;
        instruct(path);
    }
    table.push(']');
    instruct(folder.to_str().ok_or("a path that is not UTF-8")?);
    fs::write(Path::new(&std::env::var("OUT_DIR")?).join("providers.rs"), table)?;
    Ok(())
}

#[allow(clippy::print_stdout, reason = "how a build script talks to cargo")]
fn instruct(path: &str) {
    println!("cargo:rerun-if-changed={path}");
}
