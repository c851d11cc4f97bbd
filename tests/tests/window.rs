//! The real app in a real window, with real deep links through the desktop's handler.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a failed step is a failed test; real time is measured"
)]

use std::fs::File;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokenrack_tests::{
    App, Desktop, Keyring, LinksGoTo, Page, Peer, Profile, Running, Secrets, Session, eventually, sign_in,
};

const SECOND: Duration = Duration::from_secs(1);

/// A button by the words a person reads on it.
fn button(words: &str) -> String {
    format!("//button[contains(normalize-space(.), '{words}')]")
}

/// The row of a connection.
fn row(name: &str) -> String {
    format!("//*[@role='row'][.//strong[normalize-space(.)='{name}']]")
}

/// What a person writes into, by the label above it.
fn field(label: &str) -> String {
    format!("//label[normalize-space(.)='{label}']/following-sibling::*[self::input or self::textarea]")
}

fn status_of(page: &Page, name: &str, word: &str) {
    page.wait_for_text(&format!("{}//*[@role='gridcell'][1]", row(name)), word);
}

/// The page, the title and everything the page has stored.
fn everything(app: &App) -> String {
    let stored = app.page.script(
        "return JSON.stringify([location.href, {...localStorage}, {...sessionStorage}, document.cookie])",
    );
    format!("{}{}{stored}", app.page.source(), app.page.title())
}

#[test]
fn the_main_job_from_an_empty_window_to_a_revoked_token() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let mut profile = Profile::new(&session);
    let person = profile.with_person_whose(LinksGoTo::Desktop, &[]);
    let desktop = Desktop::start(&session);
    let app = desktop.open(&profile);
    let page = &app.page;

    page.wait_for_text("h1", "No connections yet");
    desktop.screenshot(&profile, "1-empty");
    page.click(&button("Add your first connection"));
    page.type_into("#provider-search", peer.issuer());
    page.click(&button("Discover"));
    page.type_into("#client-id", "desktop");
    page.type_into(&field("Name"), "demo");
    desktop.screenshot(&profile, "2-adding");
    page.click(&button("Add and connect"));

    // The person signs in in the browser, and the link comes back through the desktop.
    status_of(page, "demo", "Connected");
    assert!(person.saw().contains("exit 0"), "{}", person.saw());
    desktop.screenshot(&profile, "3-connected");
    let connection = profile.run(&["status"]).done().value();
    assert_eq!(connection["last_event"]["kind"], "connected");
    let by_link = profile.run(&["log"]).done().values();
    assert!(
        by_link.iter().any(|line| line["kind"] == "connected" && line["channel"] == "deep_link"),
        "{by_link:?}"
    );

    // Copy.
    page.click("//aside//button[@data-verb='copy']");
    let copied = eventually("the token on the clipboard", 10 * SECOND, || {
        Some(desktop.clipboard(&profile)).filter(|text| !text.is_empty())
    });
    assert_eq!(copied, profile.token("demo"));
    desktop.screenshot(&profile, "4-copied");

    // Refresh.
    page.click(&format!("//aside{}", button("Refresh")));
    eventually("a new token", 10 * SECOND, || (profile.token("demo") != copied).then_some(()));
    status_of(page, "demo", "Connected");

    // What the command changes shows in the open window within a second.
    profile.add("from the command", peer.issuer());
    let added = Instant::now();
    page.find(&row("from the command"));
    assert!(added.elapsed() < SECOND, "{:?}", added.elapsed());

    // Nothing the page holds is a secret.
    Secrets::of(&[&peer]).are_not_in("the page", &everything(&app));

    // Disconnect, after a question that names the connection.
    page.click(&format!("//aside{}", button("Disconnect…")));
    page.wait_for_text("[role='alertdialog']", "demo");
    desktop.screenshot(&profile, "5-question");
    page.click(&format!("//*[@role='alertdialog']{}", button("Disconnect")));
    status_of(page, "demo", "Not connected");
    assert_eq!(peer.requests("/token/revocation").len(), 2);
    desktop.screenshot(&profile, "6-disconnected");
    Secrets::of(&[&peer]).are_not_in("the page", &everything(&app));
    assert!(std::fs::metadata(profile.app_log()).unwrap().len() > 100, "the app logged nothing");
    Secrets::of(&[&peer]).are_nowhere_in(&profile);
}

#[test]
fn while_the_browser_is_open_every_way_out_works() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    // The browser cannot be opened.
    let profile = Profile::new(&session);
    profile.add("demo", peer.issuer());
    let desktop = Desktop::start(&session);
    let app = desktop.open(&profile);
    let page = &app.page;

    page.click(&row("demo"));
    page.click(&format!("//aside{}", button("Connect")));
    page.wait_for_text("section.waiting", "Your browser could not be opened");
    desktop.screenshot(&profile, "7-no-browser");
    page.click(&button("Copy link"));
    let link = eventually("the link on the clipboard", 10 * SECOND, || {
        Some(desktop.clipboard(&profile)).filter(|text| text.starts_with(peer.issuer()))
    });
    page.click(&button("Cancel"));
    status_of(page, "demo", "Not connected");
    profile.run(&["callback", &sign_in(&link, &[])]).failed(1, "callback/cancelled");

    page.click(&format!("//aside{}", button("Connect")));
    page.wait_for_text("section.waiting", "Your browser could not be opened");
    page.click(&button("Copy link"));
    let second = eventually("another link on the clipboard", 10 * SECOND, || {
        Some(desktop.clipboard(&profile)).filter(|text| text.starts_with(peer.issuer()) && *text != link)
    });
    page.type_into("section.waiting form input", &sign_in(&second, &[]));
    page.click(&button("Finish"));
    status_of(page, "demo", "Connected");
    Secrets::of(&[&peer]).are_not_in("the page", &everything(&app));
}

#[test]
fn an_error_has_five_parts_and_a_way_on() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let mut profile = Profile::new(&session);
    profile.add("demo", &odd.odd_issuer("code-odd-403"));
    profile.with_person_whose(LinksGoTo::Desktop, &[]);
    let desktop = Desktop::start(&session);
    let app = desktop.open(&profile);
    let page = &app.page;

    page.click(&row("demo"));
    page.click(&format!("//aside{}", button("Connect")));
    let trouble = page.wait_for_text("aside section.trouble", "account_suspended");
    for part in ["The provider refused", "Call us.", "try again", "403", "oauth/refused"] {
        assert!(page.source().contains(part), "no {part:?}: {trouble}");
    }
    desktop.screenshot(&profile, "8-error");
    let notices = page.text("section.notices");
    assert!(!notices.contains("Call us."), "a notice repeats what the panel shows: {notices}");
    odd.heal("code-odd-403");
    page.click(&format!("//aside{}", button("Connect")));
    status_of(page, "demo", "Connected");
}

#[test]
fn edited_settings_show_in_the_row_and_to_the_command() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    let (before, token) = (profile.view("demo"), profile.token("demo"));
    let desktop = Desktop::start(&session);
    let app = desktop.open(&profile);
    let page = &app.page;

    page.click(&row("demo"));
    page.click(&format!("//aside{}", button("Edit")));
    page.wait_for_text("h1", "Edit “demo”");
    page.type_over(&field("Name"), "renamed");
    page.type_over(&field("Scopes"), "openid phone");
    desktop.screenshot(&profile, "10-editing");
    page.click(&button("Save"));
    page.wait_for_text("//aside//li[.//code='phone']", "not granted");

    // Beside the panel the row has no room for its scopes.
    page.click("aside header button");
    page.wait_for_text(&format!("{}//*[@role='gridcell'][6]", row("renamed")), "1/2");
    status_of(page, "renamed", "Connected");
    assert!(page.maybe(&row("demo")).is_none(), "the old name is still there");

    let after = profile.run(&["status"]).done().value();
    assert_eq!((&after["id"], after["name"].as_str()), (&before["id"], Some("renamed")));
    assert_eq!(after["scopes_requested"], serde_json::json!(["openid", "phone"]));
    assert_eq!(after["scopes_missing"], serde_json::json!(["phone"]));
    assert_eq!(after["last_event"]["kind"], "edited");
    assert_eq!(profile.token("renamed"), token, "the tokens stay as they are");
}

#[test]
fn a_link_starts_the_app_that_was_not_running_and_two_at_once_both_arrive() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    let desktop = Desktop::start(&session);
    // The first start tells the desktop who opens our links.
    let app = desktop.open(&profile);
    let entry = session.folder().join("data/applications");
    eventually("the desktop entry", 20 * SECOND, || entry.join("mimeinfo.cache").is_file().then_some(()));
    app.page.wait_for_text("h1", "No connections yet");
    drop(app);

    profile.add("one", peer.issuer());
    profile.add("two", peer.issuer());
    let (one, two) = (profile.begin("one"), profile.begin("two"));
    let (first, second) = (one.sign_in(), two.sign_in());
    std::thread::scope(|scope| {
        scope.spawn(|| desktop.open_link(&profile, &first));
        scope.spawn(|| desktop.open_link(&profile, &second));
    });
    one.finish().done();
    two.finish().done();
    let record = profile.run(&["log"]).done().values();
    let by_link = record.iter().filter(|line| line["kind"] == "connected" && line["channel"] == "deep_link");
    assert_eq!(by_link.count(), 2, "{record:?}");
}

/// Its terminal was closed, or what reads its words has ended: nothing that is under way may end with it.
#[test]
fn a_log_that_cannot_be_written_ends_nothing() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let desktop = Desktop::start(&session);
    let mut command = desktop.command(&profile, Desktop::app());
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut app = Running::start(command.env("TOKENRACK_LOG", "trace").stdout(Stdio::null()).stderr(full));
    desktop.wait_for_window(&profile, true);
    assert!(app.child().try_wait().unwrap().is_none(), "it ended");
}

#[test]
fn a_locked_keychain_is_shown_and_unlocking_brings_everything_back() {
    let (mut session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    profile.connected("demo", &odd.odd_issuer("none"));
    session.lock();
    {
        let desktop = Desktop::start(&session);
        let app = desktop.open(&profile);
        app.page.wait_for_text("main", "The keychain is locked");
        status_of(&app.page, "demo", "Keychain locked");
        desktop.screenshot(&profile, "9-locked");
    }
    session.unlock();
    let desktop = Desktop::start(&session);
    let app = desktop.open(&profile);
    status_of(&app.page, "demo", "Connected");
    assert!(!app.page.text("main").contains("locked"));
}

#[test]
fn a_link_to_a_locked_app_is_delivered_once_it_is_open() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let mut profile = Profile::with_quick_file_vault("pw");
    for (name, value) in session.variables() {
        profile.set(name, value);
    }
    profile.add("demo", peer.issuer());
    let desktop = Desktop::start(&session);
    let app = desktop.open(&profile);
    app.page.wait_for_text("main", "The vault is locked");
    let handlers = session.folder().join("data/applications/mimeinfo.cache");
    eventually("the link's handler", 20 * SECOND, || handlers.is_file().then_some(()));
    let attempt = profile.begin("demo");
    desktop.open_link(&profile, &attempt.sign_in());
    eventually("the link to have come", 20 * SECOND, || {
        profile.run_plain(&["log", "demo"]).stdout.contains("vault/locked").then_some(())
    });
    assert_eq!(peer.token_requests("authorization_code").len(), 0);
    desktop.screenshot(&profile, "13-link-to-a-locked-app");
    app.page.type_into(&field("Passphrase"), "pw");
    app.page.click(&button("Unlock"));
    status_of(&app.page, "demo", "Connected");
    attempt.finish().done();
}

#[test]
fn a_provider_of_ones_own_is_written_tried_and_used_at_once() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    let desktop = Desktop::start(&session);
    let app = desktop.open(&profile);
    let page = &app.page;
    let findings = "//section[@aria-labelledby='findings']";

    page.click(&button("Add your first connection"));
    page.click(&button("Add your own provider"));
    page.type_into(&field("URL of the server"), peer.issuer());
    page.click(&button("Read its metadata"));
    page.wait_for_text(findings, "No mistakes.");
    page.type_into("#spec-text", "odd = 1");
    page.wait_for_text(findings, "scopes.odd: unknown key");
    page.click(&button("Save"));
    page.wait_for_text(findings, "Not saved: 1 mistake.");
    desktop.screenshot(&profile, "11-own-provider");
    let folder = profile.home().join("providers");
    let files = || std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(files(), 0);

    // Pressing a mistake selects its line: Backspace removes it.
    page.click(&format!("{findings}//button"));
    page.press("\u{e003}");
    page.wait_for_text(findings, "No mistakes.");
    page.click(&button("Check"));
    page.wait_for_text("//section[@aria-labelledby='dry-run']", "A sign-in can work");
    assert!(peer.token_requests("authorization_code").is_empty());
    page.click(&button("Save"));
    let name = peer.issuer().trim_start_matches("http://").to_owned();
    page.wait_for_text("h1", &name);
    assert_eq!(files(), 1);
    page.type_into("#client-id", "desktop");
    page.click("//button[@value='only']");
    status_of(page, &name, "Not connected");
    assert_eq!(profile.view(&name)["provider_name"], name.as_str());

    // What another program saves shows in the open window. Beside the panel a row has no room for its provider.
    page.click("aside header button");
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace(&format!("name = \"{name}\""), "name = \"Renamed\"")).unwrap();
    page.find(&format!("{}//span[.='Renamed']", row(&name)));
}
