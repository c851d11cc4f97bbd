//! The pictures of the documentation: chosen scenes of the page, in light and dark, of a made-up engine.

use std::fs;

use anyhow::Result;

use crate::project::Project;
use crate::setup::{Need, setup};
use crate::steps;

/// `cargo xtask gallery`.
pub fn draw(project: &Project) -> Result<()> {
    steps::all(project, "gallery", |steps| {
        setup(project, steps, Need::Session)?;
        steps.step("pictures", |log| {
            log.run(&mut project.npm("ui", &["run", "gallery"]))?;
            let (mut count, mut bytes) = (0_u64, 0);
            for picture in fs::read_dir(project.root.join("docs/images/gallery"))? {
                count += 1;
                bytes += picture?.metadata()?.len();
            }
            Ok(format!("{count} pictures, {} kB", bytes / 1000))
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    fn files(folder: &str) -> impl Iterator<Item = PathBuf> {
        fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path())
    }

    /// The pictures that a page shows, wherever it names them.
    fn shown(page: &Path) -> Vec<PathBuf> {
        let text = fs::read_to_string(page).unwrap();
        let words = text.split(|c: char| c.is_whitespace() || "\"()".contains(c));
        let pictures = words.filter(|word| word.contains("images/"));
        pictures.map(|word| page.parent().unwrap().join(word)).collect()
    }

    #[test]
    fn the_documentation_shows_every_picture_and_no_other() {
        let pages = files("docs").filter(|path| path.extension().is_some_and(|ending| ending == "md"));
        let shown: BTreeSet<_> =
            pages.chain([root().join("README.md")]).flat_map(|page| shown(&page)).collect();
        assert_eq!(shown, files("docs/images/gallery").collect());
        assert_eq!(files("docs/images").count(), 1, "pictures come from `cargo xtask gallery`");
    }
}
