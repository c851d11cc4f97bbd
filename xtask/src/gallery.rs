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
