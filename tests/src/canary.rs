//! Every secret a flow has used, and the places where none may be found.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::Profile;
use crate::peer::Peer;

/// Secrets that servers have seen or given.
#[derive(Default)]
pub struct Secrets(BTreeSet<String>);

impl Secrets {
    /// Everything the servers' logs show: tokens, codes, verifiers, client secrets, `state` and `nonce`.
    pub fn of(peers: &[&Peer]) -> Self {
        let mut secrets = Self::default();
        for entry in peers.iter().flat_map(|peer| peer.log()) {
            secrets
                .add_fields(&entry["answer"], &["access_token", "refresh_token", "id_token", "device_code"]);
            secrets.add_fields(&entry["answer"]["authed_user"], &["access_token", "refresh_token"]);
            secrets.add_fields(
                &entry["form"],
                &[
                    "code",
                    "code_verifier",
                    "refresh_token",
                    "token",
                    "client_secret",
                    "client_assertion",
                    "device_code",
                ],
            );
            secrets.add_fields(&entry["query"], &["state", "nonce"]);
        }
        secrets
    }

    fn add_fields(&mut self, object: &Value, fields: &[&str]) {
        for value in fields.iter().filter_map(|field| object[field].as_str()) {
            self.add(value);
        }
    }

    /// One more.
    pub fn add(&mut self, secret: &str) {
        // Shorter ones could stand anywhere by chance ("other", "st").
        if secret.len() >= 10 {
            self.0.insert(secret.to_owned());
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Searches what the command has said, every file below the profile's home, and the app's log.
    ///
    /// `token` may print the token it was asked for, and `connect --no-browser` the URL with its own `state` and
    /// `nonce`: those are what was asked for.
    ///
    /// # Panics
    /// When one is found, or when there was nothing to look for.
    #[track_caller]
    pub fn are_nowhere_in(&self, profile: &Profile) {
        assert!(!self.0.is_empty(), "no secret was used, so nothing was tested");
        let mut found = Vec::new();
        for outcome in profile.said() {
            let command = outcome.args.iter().find(|arg| !arg.starts_with("--")).map_or("", String::as_str);
            if command != "token" {
                let shown = outcome.stdout.lines().filter(|line| !line.contains("\"authorization_url\""));
                self.search(
                    &format!("stdout of {command}"),
                    shown.collect::<Vec<_>>().join("\n").as_bytes(),
                    &mut found,
                );
            }
            self.search(&format!("stderr of {command}"), outcome.stderr.as_bytes(), &mut found);
        }
        for file in files(&profile.home()).into_iter().chain([profile.app_log()]) {
            let name = file.display().to_string();
            self.search("a file's name", name.as_bytes(), &mut found);
            self.search(&name, &std::fs::read(&file).unwrap_or_default(), &mut found);
        }
        assert!(found.is_empty(), "secrets found: {found:#?}");
    }

    /// Searches one text: a page's source, a clipboard.
    #[track_caller]
    pub fn are_not_in(&self, place: &str, text: &str) {
        let mut found = Vec::new();
        self.search(place, text.as_bytes(), &mut found);
        assert!(!self.0.is_empty() && found.is_empty(), "secrets found: {found:#?}");
    }

    fn search(&self, place: &str, text: &[u8], found: &mut Vec<String>) {
        for secret in &self.0 {
            if contains(text, secret.as_bytes()) {
                found.push(format!("{}… in {place}", &secret[..8]));
            }
        }
    }
}

fn contains(text: &[u8], secret: &[u8]) -> bool {
    text.windows(secret.len()).any(|window| window == secret)
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut all = Vec::new();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}
