//! What a package tells the desktop. An entry without `%u` starts the app and drops the link silently.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::project::{Project, output};

const SCHEME: &str = "x-scheme-handler/dev.tokenrack.desktop";

/// Reads the desktop entry out of a `.deb` or `.rpm` and checks that a link reaches the app.
pub fn check_package(project: &Project, package: &Path) -> Result<()> {
    let entry =
        read(project, package).with_context(|| format!("no desktop entry in {}", package.display()))?;
    check(&entry).with_context(|| format!("{}:\n{entry}", package.display()))
}

fn check(entry: &str) -> Result<()> {
    let value = |key: &str| entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    let exec = value("Exec").context("no Exec")?;
    ensure!(exec.split_whitespace().any(|word| word == "%u" || word == "%U"), "Exec drops the link: {exec}");
    let types = value("MimeType").context("no MimeType")?;
    ensure!(types.split(';').any(|kind| kind == SCHEME), "MimeType does not name {SCHEME}: {types}");
    Ok(())
}

fn read(project: &Project, package: &Path) -> Result<String> {
    // Fixed scripts; the package's path is an argument, not a part of them.
    let script = match package.extension().and_then(|ending| ending.to_str()) {
        Some("deb") => {
            r#"dpkg-deb --fsys-tarfile "$1" | tar -xO --wildcards './usr/share/applications/*.desktop' 2>/dev/null || dpkg-deb --fsys-tarfile "$1" | tar -xO --wildcards 'usr/share/applications/*.desktop'"#
        }
        Some("rpm") => r#"rpm2cpio "$1" | cpio -i --quiet --to-stdout '*/applications/*.desktop'"#,
        _ => bail!("unknown kind of package"),
    };
    let entry = output(project.command("sh").args(["-c", script, "sh"]).arg(package))?;
    ensure!(!entry.is_empty(), "it is empty");
    Ok(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        "[Desktop Entry]\nExec=tokenrack-desktop %u\nMimeType=x-scheme-handler/dev.tokenrack.desktop;\n";

    #[test]
    fn an_entry_that_delivers_links_passes() {
        check(GOOD).unwrap();
    }

    #[test]
    fn an_entry_that_drops_them_does_not() {
        assert!(check(&GOOD.replace(" %u", "")).is_err());
        assert!(check(&GOOD.replace("tokenrack.desktop;", "other;")).is_err());
    }
}
