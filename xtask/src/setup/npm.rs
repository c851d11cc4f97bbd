//! The JavaScript packages of the page and of the authorization servers, as their lock files say.

use std::fs;

use anyhow::{Context, Result};

use super::Need;
use crate::project::Project;
use crate::steps::Log;

/// `npm ci` where the lock file changed since the last time; the note says where.
pub fn install(project: &Project, log: &mut Log, need: Need) -> Result<String> {
    let folders: &[&str] = if need == Need::Build { &["ui"] } else { &["ui", "tests/peers"] };
    let mut fresh = Vec::new();
    for folder in folders {
        let folder_path = project.root.join(folder);
        let lock = folder_path.join("package-lock.json");
        let lock = fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
        // Inside the folder it speaks of, so that it goes when that goes.
        let stamp = folder_path.join("node_modules/.installed-lock.json");
        if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
            continue;
        }
        log.run(&mut project.npm(folder, &["ci", "--no-audit", "--no-fund"]))?;
        fs::write(&stamp, &lock)?;
        fresh.push(*folder);
    }
    Ok(if fresh.is_empty() {
        "nothing changed".to_owned()
    } else {
        format!("installed in {}", fresh.join(", "))
    })
}
