//! The app's life in the tray: closed and opened again, quit, started hidden, reached by a link; and without a tray.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a failed step is a failed test")]

use std::time::Duration;

use tokenrack_tests::{Desktop, Keyring, Peer, Profile, Running, Session, Tray, eventually, programs};

/// Long enough for a machine that is busy with other windows.
const PATIENCE: Duration = Duration::from_secs(60);

fn ends(app: &mut Running) {
    assert!(app.wait(PATIENCE).success());
}

/// Opened, seen, and closed: it goes on in the tray, and its web process has ended.
fn closed(desktop: &Desktop<'_>, profile: &Profile, tray: &Tray) -> Running {
    let app = desktop.start_app(profile, &[]);
    desktop.wait_for_window(profile, true);
    eventually("an icon in the tray", PATIENCE, || tray.has_an_icon().then_some(()));
    desktop.close_window(profile);
    desktop.wait_for_window(profile, false);
    eventually("the web processes to end", PATIENCE, || {
        programs(app.id()).iter().all(|name| !name.starts_with("WebKit")).then_some(())
    });
    app
}

#[test]
fn closed_it_goes_on_in_the_tray_and_opens_again() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    profile.add("other & more", peer.issuer());
    let desktop = Desktop::start(&session);
    let tray = Tray::start(&session);
    let mut app = closed(&desktop, &profile, &tray);

    // What it says, and that it follows what the command does.
    assert_eq!(tray.words(), ["1 connected.", "Copy token", "demo", "Open Tokenrack", "Quit"]);
    assert!(tray.icon().ends_with("-0.png"), "{}", tray.icon());
    profile.connected("second", peer.issuer());
    eventually("the second connection in the menu", PATIENCE, || {
        (tray.words()[..4] == ["2 connected.", "Copy token", "demo", "second"]).then_some(())
    });
    eventually("it to be said once", PATIENCE, || {
        (tray.notices() == ["Tokenrack goes on in the tray"]).then_some(())
    });

    // Copying goes to the clipboard and puts the copied one first; nothing of it is in the menu.
    tray.choose("second");
    let copied = eventually("the token on the clipboard", PATIENCE, || {
        Some(desktop.clipboard(&profile)).filter(|text| !text.is_empty())
    });
    assert_eq!(copied, profile.token("second"));
    eventually("the copied one to be first", PATIENCE, || (tray.words()[2] == "second").then_some(()));
    let inside: Vec<_> = tray.menu().into_iter().filter(|line| line.inside.is_some()).collect();
    assert!(inside.iter().all(|line| line.inside.as_deref() == Some("Copy token")), "{inside:?}");
    assert!(!format!("{:?}", tray.menu()).contains(&copied));

    tray.choose("Open Tokenrack");
    desktop.wait_for_window(&profile, true);
    desktop.screenshot(&profile, "12-opened-again");
    assert!(app.ended().is_none());

    // Once more, by a second start; it is not said again.
    desktop.close_window(&profile);
    desktop.wait_for_window(&profile, false);
    ends(&mut desktop.start_app(&profile, &["--hidden"]));
    assert!(!desktop.has_a_window(&profile), "the system's start opens no window");
    ends(&mut desktop.start_app(&profile, &[]));
    desktop.wait_for_window(&profile, true);
    assert_eq!(tray.notices().len(), 1);

    tray.choose("Quit");
    ends(&mut app);
    assert!(!desktop.has_a_window(&profile));
}

#[test]
fn hidden_it_takes_a_link_and_quits_from_the_tray() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.add("demo", peer.issuer());
    let desktop = Desktop::start(&session);
    let tray = Tray::start(&session);
    let mut app = desktop.start_app(&profile, &["--hidden"]);
    eventually("an icon in the tray", PATIENCE, || tray.has_an_icon().then_some(()));
    let entry = session.folder().join("data/applications");
    eventually("the desktop entry", PATIENCE, || entry.join("mimeinfo.cache").is_file().then_some(()));
    assert!(!desktop.has_a_window(&profile));
    assert_eq!(tray.words(), ["0 connected.", "Open Tokenrack", "Quit"]);

    let attempt = profile.begin("demo");
    desktop.open_link(&profile, &attempt.sign_in());
    attempt.finish().done();
    desktop.wait_for_window(&profile, true);
    desktop.close_window(&profile);
    desktop.wait_for_window(&profile, false);
    assert!(app.ended().is_none());
    tray.choose("Quit");
    ends(&mut app);
}

#[test]
fn before_any_page_the_menu_speaks_the_systems_language_or_the_chosen_one() {
    let session = Session::start(Keyring::Unlocked);
    let mut profile = Profile::new(&session);
    profile.set("LANG", "de_DE.UTF-8");
    let desktop = Desktop::start(&session);
    let says = |words: [&str; 3]| {
        let tray = Tray::start(&session);
        let mut app = desktop.start_app(&profile, &["--hidden"]);
        assert_eq!(tray.words(), words);
        tray.choose(words[2]);
        ends(&mut app);
    };
    says(["Noch keine Verbindungen.", "Tokenrack öffnen", "Beenden"]);
    let chosen = r#"INSERT INTO settings VALUES ('settings', '{"language": "en"}')"#;
    let database = rusqlite::Connection::open(profile.home().join("tokenrack.db")).unwrap();
    database.execute_batch(chosen).unwrap();
    says(["No connections yet.", "Open Tokenrack", "Quit"]);
}

#[test]
fn without_a_tray_closing_the_window_ends_it() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let desktop = Desktop::start(&session);
    let mut app = desktop.start_app(&profile, &[]);
    desktop.wait_for_window(&profile, true);
    desktop.close_window(&profile);
    ends(&mut app);
}

#[test]
fn started_hidden_where_no_tray_comes_it_shows_its_window() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let desktop = Desktop::start(&session);
    let mut app = desktop.start_app(&profile, &["--hidden"]);
    // It waits 20 s for a panel.
    eventually("the window", 2 * PATIENCE, || desktop.has_a_window(&profile).then_some(()));
    // A panel that comes after all: from now on closing leaves it in the tray.
    let tray = Tray::start(&session);
    eventually("an icon in the tray", PATIENCE, || tray.has_an_icon().then_some(()));
    desktop.close_window(&profile);
    desktop.wait_for_window(&profile, false);
    assert!(app.ended().is_none());
    tray.choose("Quit");
    ends(&mut app);
}

#[test]
fn hidden_it_opens_the_profile_that_could_not_be_opened_at_first() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc_with(&[("AT_TTL", "25")]));
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    let desktop = Desktop::start(&session);
    let tray = Tray::start(&session);
    // Another program has the database.
    let other = rusqlite::Connection::open(profile.home().join("tokenrack.db")).unwrap();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;").unwrap();
    let mut app = desktop.start_app(&profile, &["--hidden"]);
    eventually("an icon in the tray", PATIENCE, || tray.has_an_icon().then_some(()));
    assert_eq!(tray.words()[0], "The connections could not be read.");
    other.execute_batch("COMMIT;").unwrap();
    drop(other);
    eventually("a renewal", PATIENCE, || (!peer.token_requests("refresh_token").is_empty()).then_some(()));
    eventually("what is there", PATIENCE, || (tray.words()[0] == "1 connected.").then_some(()));
    assert!(app.ended().is_none() && !desktop.has_a_window(&profile));
}
