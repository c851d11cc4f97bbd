//! The package a person installs, unpacked: a link that the desktop opens reaches the app inside, running or not.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a failed step is a failed test")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokenrack_tests::{Desktop, Keyring, Peer, Profile, Session, eventually};

/// The newest package beside the binaries under test (`TOKENRACK_DEB` overrides).
fn package() -> PathBuf {
    if let Some(named) = std::env::var_os("TOKENRACK_DEB") {
        return named.into();
    }
    let folder = Desktop::app().with_file_name("bundle").join("deb");
    let packages = std::fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let newest = packages
        .filter(|path| path.extension().is_some_and(|ending| ending == "deb"))
        .max_by_key(|path| std::fs::metadata(path).unwrap().modified().unwrap());
    newest.unwrap_or_else(|| panic!("no .deb in {}: pack one first", folder.display()))
}

/// Unpacks it as if into a system of its own, where its programs and its desktop entry are found.
fn install(session: &Session, profile: &mut Profile) -> PathBuf {
    let root = session.folder().join("system");
    let unpacked = session.command("dpkg-deb").arg("-x").arg(package()).arg(&root).status().unwrap();
    assert!(unpacked.success());
    // dpkg does this by a trigger of desktop-file-utils.
    let share = root.join("usr/share");
    let indexed =
        session.command("update-desktop-database").arg(share.join("applications")).status().unwrap();
    assert!(indexed.success());
    let before = std::env::var("PATH").unwrap_or_default();
    profile.set("PATH", format!("{}:{before}", root.join("usr/bin").display()));
    profile.set("XDG_DATA_DIRS", format!("{}:/usr/local/share:/usr/share", share.display()));
    root
}

/// The processes that run a program of this system.
fn running(program: &Path) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let exe = |entry: &std::fs::DirEntry| {
        std::fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == program)
    };
    processes.filter(exe).map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_link_reaches_the_installed_app_not_running_and_running() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let mut profile = Profile::new(&session);
    let root = install(&session, &mut profile);
    let program = root.join("usr/bin/tokenrack-desktop");
    assert!(root.join("usr/bin/tokenrack").is_file(), "the command is not in the package");
    {
        let desktop = Desktop::start(&session);
        assert!(running(&program).is_empty());
        for (name, instances) in [("cold", 0), ("warm", 1)] {
            profile.add(name, peer.issuer());
            let attempt = profile.begin(name);
            assert_eq!(running(&program).len(), instances);
            desktop.open_link(&profile, &attempt.sign_in());
            attempt.finish().done();
            assert_eq!(profile.status(name), "connected");
            eventually("one instance", Duration::from_secs(10), || {
                (running(&program).len() == 1).then_some(())
            });
        }
        let record = profile.run(&["log"]).done().values();
        let by_link =
            record.iter().filter(|line| line["kind"] == "connected" && line["channel"] == "deep_link");
        assert_eq!(by_link.count(), 2, "{record:?}");
        desktop.screenshot(&profile, "installed");
        let own = session.folder().join("data/applications/tokenrack-desktop-handler.desktop");
        assert!(!own.exists(), "an installed app writes no desktop entry of its own");
    }
    eventually("the app to end with its desktop", Duration::from_secs(10), || {
        running(&program).is_empty().then_some(())
    });
}
