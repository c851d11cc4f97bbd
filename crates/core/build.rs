//! Embeds the catalog: each file of `providers/`, and beside it what the search looks at, so that nothing is parsed
//! before a provider is chosen.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{error, fs};

use serde::Deserialize;

type Result<T> = std::result::Result<T, Box<dyn error::Error>>;

/// What the search looks at. A file that lacks something is for a test to find (`provider::tests::builtin`).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Head {
    extends: String,
    name: String,
    category: String,
    aliases: Vec<String>,
    icon: Option<String>,
    verified: Option<String>,
}

#[allow(clippy::disallowed_methods, reason = "a build script is told its folder by the environment")]
fn main() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../providers").canonicalize()?;
    let mut heads = BTreeMap::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "toml") {
            let id =
                path.file_stem().and_then(|stem| stem.to_str()).ok_or("a file name that is not UTF-8")?;
            let head: Head = toml::from_str(&fs::read_to_string(&path)?)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            heads.insert(id.to_owned(), (head, path));
        }
    }
    let mut table = String::from("&[\n");
    for (id, (head, path)) in &heads {
        let Head { name, aliases, icon, verified, .. } = head;
        let (category, path) = (category(id, &heads), text(path)?);
        writeln!(
            table,
            "    Shipped {{ id: {id:?}, name: {name:?}, category: {category:?}, aliases: &{aliases:?}, icon: {icon:?}, \
             verified: {verified:?}, text: include_str!({path:?}) }},"
        )?;
        instruct(path);
    }
    table.push(']');
    instruct(text(&folder)?);
    fs::write(Path::new(&std::env::var("OUT_DIR")?).join("providers.rs"), table)?;
    Ok(())
}

/// The only one of these that is inherited; a circle ends at its second turn.
fn category<'a>(id: &str, heads: &'a BTreeMap<String, (Head, PathBuf)>) -> &'a str {
    let parent = |(head, _): &&'a (Head, PathBuf)| heads.get(&head.extends);
    let chain = std::iter::successors(heads.get(id), parent).take(heads.len());
    chain.map(|(head, _)| head.category.as_str()).find(|category| !category.is_empty()).unwrap_or("")
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| "a path that is not UTF-8".into())
}

#[allow(clippy::print_stdout, reason = "how a build script talks to cargo")]
fn instruct(path: &str) {
    println!("cargo:rerun-if-changed={path}");
}
