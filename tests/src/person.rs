//! A person with a browser: the `TOKENRACK_BROWSER` of a profile, and the same steps one by one.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::eventually;

/// Walks the sign-in and consent pages; answers the final redirect, unopened.
///
/// # Panics
/// When the server shows something else than pages to sign in and consent.
pub fn sign_in(authorization_url: &str, flags: &[&str]) -> String {
    walk(&[&[authorization_url], flags].concat())
}

/// Enters a device code: walks the pages behind `verification_uri_complete`; answers the text of the last one.
///
/// # Panics
/// As [`sign_in`].
pub fn device_page(verification_uri_complete: &str, flags: &[&str]) -> String {
    walk(&[&[verification_uri_complete, "--device"], flags].concat())
}

fn walk(args: &[&str]) -> String {
    let output = Command::new("node").arg(crate::peers().join("browser.mjs")).args(args).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the browser got stuck: {words}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// What a browser does with a redirect that is no web address.
#[derive(Debug, Clone, Copy)]
pub enum LinksGoTo {
    /// `tokenrack callback`, on a machine without a desktop.
    Command,
    /// The desktop's handler for the scheme.
    Desktop,
}

/// An executable that signs in when it is given an authorization URL, and then does what a browser does: a loopback
/// redirect is opened, a deep link is handed on.
pub struct Person {
    script: PathBuf,
    log: PathBuf,
}

impl Person {
    /// Writes the executable into `folder`. `flags`: `--deny`, `--user NAME`.
    pub fn new(folder: &Path, links: LinksGoTo, flags: &[&str]) -> Self {
        let (script, log) = (folder.join("browser"), folder.join("browser.log"));
        let hand_on = match links {
            LinksGoTo::Command => format!("'{}' callback --json", crate::tokenrack().display()),
            LinksGoTo::Desktop => "gio open".to_owned(),
        };
        let text = format!(
            "#!/bin/sh\n# As every launcher does: hands the address over and ends.\n(\n  \
             if back=$(node '{browser}' \"$1\" --follow {flags}); then\n    case \"$back\" in\n      \
             dev.tokenrack.desktop:*) {hand_on} \"$back\" ;;\n      \
             *) printf '%s\\n' \"$back\" ;;\n    esac\n  fi\n  echo \"exit $?\"\n) >>'{log}' 2>&1 &\n",
            log = log.display(),
            browser = crate::peers().join("browser.mjs").display(),
            flags = flags.join(" "),
        );
        std::fs::write(&script, text).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { script, log }
    }

    /// For `TOKENRACK_BROWSER`.
    pub fn executable(&self) -> &Path {
        &self.script
    }

    /// What the person saw: the loopback page's text, or what `tokenrack callback` said. Waits until it is whole.
    pub fn saw(&self) -> String {
        eventually("the browser to finish", Duration::from_secs(60), || {
            std::fs::read_to_string(&self.log).ok().filter(|text| text.contains("exit "))
        })
    }
}
