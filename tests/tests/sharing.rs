//! Connections in files: for a team without secrets, and everything under a passphrase.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tokenrack_tests::{Keyring, Outcome, Peer, Profile, Secrets, Session, eventually};

const PASSPHRASE: &str = "correct horse battery staple";

/// Writes a file beside the profile; answers its path.
fn put(profile: &Profile, name: &str, text: &str) -> String {
    let path = profile.folder().join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn back_up(profile: &Profile, file: &Path) -> Outcome {
    let file = file.display().to_string();
    profile.run_with_input(&["backup", &file, "--passphrase-file", "-"], &format!("{PASSPHRASE}\n"))
}

/// The same backup under the same passphrase, which takes no time to try from now on.
fn make_quick(file: &Path) {
    let passphrase = || age::secrecy::SecretString::from(PASSPHRASE.to_owned());
    let content =
        age::decrypt(&age::scrypt::Identity::new(passphrase()), &std::fs::read(file).unwrap()).unwrap();
    let mut recipient = age::scrypt::Recipient::new(passphrase());
    recipient.set_work_factor(1);
    std::fs::write(file, age::encrypt(&recipient, &content).unwrap()).unwrap();
}

fn restore(profile: &Profile, file: &Path, more: &[&str]) -> Outcome {
    let file = file.display().to_string();
    let args = [&["restore", &file, "--passphrase-file", "-"], more].concat();
    profile.run_with_input(&args, &format!("{PASSPHRASE}\n"))
}

/// What became of each thing, as `outcome name`.
fn outcomes(outcome: &Outcome) -> Vec<String> {
    let line =
        |taken: Value| format!("{} {}", taken["outcome"].as_str().unwrap(), taken["name"].as_str().unwrap());
    outcome.values().into_iter().map(line).collect()
}

fn exported(profile: &Profile, args: &[&str]) -> Value {
    let text = profile.run_plain(&[&["export"], args].concat()).done().stdout;
    serde_json::from_str(&text).unwrap()
}

fn with_secret(profile: &Profile, name: &str, issuer: &str) {
    let args = ["add", issuer, "--name", name, "--client-id", "conf-post", "--redirect", "deep-link"];
    let more = ["--client-auth", "client_secret_post", "--client-secret-stdin"];
    profile.run_with_input(&[&args[..], &more].concat(), "post-secret\n").done();
    profile.connect(name);
}

#[test]
fn a_team_gets_the_settings_and_signs_in_itself() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let mine = Profile::new(&session);
    mine.connected("demo", peer.issuer());
    with_secret(&mine, "with a secret", peer.issuer());
    let file = exported(&mine, &[]);
    assert_eq!(mine.run(&["export"]).done().value()["connections"], file["connections"]);
    assert_eq!((&file["schema"], &file["kind"]), (&json!(1), &json!("connections")));
    assert!(file["connections"][0].get("account").is_none(), "{file}");
    let named = exported(&mine, &["demo", "--with-accounts"]);
    assert!(named["connections"][0]["account"].is_string(), "{named}");

    let path = mine.folder().join("team.tokenrack.json");
    let path = path.to_str().unwrap();
    assert_eq!(mine.run(&["export", "--output", path]).done().value()["connections"], 2);
    mine.run(&["export", "--output", path]).failed(2, "file/exists");
    mine.run(&["export", "--output", path, "--force"]).done();

    let theirs = Profile::new(&session);
    let preview = theirs.run(&["import", path, "--dry-run"]).done().value();
    assert_eq!(preview["things"][0]["standing"], "new");
    assert!(preview["things"][0]["hosts"][0].as_str().unwrap().starts_with("127.0.0.1:"), "{preview}");
    assert_eq!(preview["things"][1]["needs_secret"], true);
    assert!(theirs.run(&["status"]).done().values().is_empty(), "a dry run has added something");

    let taken = theirs.run(&["import", path]).done();
    assert_eq!(outcomes(&taken), ["added demo", "added with a secret"]);
    theirs.connect("demo");
    assert_eq!(theirs.status("demo"), "connected");
    theirs
        .run(&["connect", "with a secret", "--no-browser", "--timeout", "10s"])
        .failed(3, "client/missing_secret");
    assert_eq!(outcomes(&theirs.run(&["import", path]).done()), ["skipped demo", "skipped with a secret"]);
    let log = |profile: &Profile, kind: &str| {
        profile.run(&["log"]).done().values().into_iter().filter(|line| line["kind"] == kind).count()
    };
    assert_eq!((log(&mine, "exported"), log(&theirs, "imported")), (5, 2));

    let mut secrets = Secrets::of(&[&peer]);
    secrets.add("post-secret");
    secrets.are_not_in("the team's file", &std::fs::read_to_string(path).unwrap());
    secrets.are_nowhere_in(&mine);
    secrets.are_nowhere_in(&theirs);
}

#[test]
fn what_is_here_already_is_left_replaced_or_joined() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    let mut file = exported(&profile, &[]);
    file["connections"][0]["scopes"] = json!(["openid", "email"]);
    file["connections"][0]["environment"] = json!("staging");
    let path = put(&profile, "team.tokenrack.json", &file.to_string());
    let thing = &profile.run(&["import", &path, "--dry-run"]).done().value()["things"][0];
    assert_eq!(
        (&thing["standing"], &thing["differences"]),
        (&json!("differs"), &json!(["environment", "scopes"]))
    );
    assert_eq!(thing["free_name"], "demo (2)");

    assert_eq!(outcomes(&profile.run(&["import", &path]).done()), ["skipped demo"]);
    assert_ne!(profile.view("demo")["environment"], "staging");
    let renamed = profile.run(&["import", &path, "--on-conflict", "rename"]).done();
    assert_eq!(outcomes(&renamed), ["added demo (2)"]);
    assert_eq!(profile.view("demo (2)")["environment"], "staging");
    let token = profile.token("demo");
    assert_eq!(
        outcomes(&profile.run(&["import", &path, "--on-conflict", "replace"]).done()),
        ["replaced demo"]
    );
    let view = profile.view("demo");
    assert_eq!(
        (&view["environment"], &view["scopes_requested"]),
        (&json!("staging"), &json!(["openid", "email"]))
    );
    assert_eq!(profile.token("demo"), token, "settings of a file have cost a token");
}

/// A file that would lead the tokens of a connection to another server.
#[test]
fn a_file_cannot_take_a_token_to_another_server() {
    let (session, peer, other) = (Session::start(Keyring::Unlocked), Peer::oidc(), Peer::odd());
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    let mut file = exported(&profile, &[]);
    let text = file.to_string().replace(&format!(":{}", peer.port()), &format!(":{}", other.port()));
    file = serde_json::from_str(&text).unwrap();
    let path = put(&profile, "evil.tokenrack.json", &file.to_string());
    let outcome = profile.run(&["import", &path, "--on-conflict", "replace"]);
    assert_eq!((outcome.code, outcomes(&outcome)), (1, vec!["failed demo".to_owned()]));
    let cause = outcome.values()[0]["problem"]["cause"].to_string();
    assert!(cause.contains("the tokens belong to the server it has now"), "{cause}");
    profile.run(&["refresh", "demo"]).done();
    assert!(other.log().is_empty(), "the other server was asked");
}

#[test]
fn a_file_from_elsewhere_is_data() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let connection = json!({
        "name": "x", "provider": "acme", "client_id": "c", "authentication": "none",
        "redirect": "loopback", "redirect_uri": "http://127.0.0.1/callback",
    });
    let file = |connection: &Value, provider: &str| {
        json!({
            "schema": 1, "kind": "connections", "made_at": "2026-01-01T00:00:00Z",
            "connections": [connection], "providers": { "acme": provider },
        })
        .to_string()
    };
    let acme = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\nauthorization_endpoint = \"https://acme.example/a\"\ntoken_endpoint = \"https://acme.example/t\"\n";
    let import = |text: &str, more: &[&str]| {
        let path = put(&profile, "hostile.tokenrack.json", text);
        profile.run(&[&["import", &path], more].concat())
    };
    for (text, exit, code) in [
        ("", 2, "file/unreadable"),
        ("PK\u{3}\u{4}", 2, "file/unreadable"),
        ("{\"schema\":2}", 1, "file/too_new"),
        ("{\"schema\":1,\"kind\":\"backup\"}", 2, "file/unreadable"),
    ] {
        import(text, &[]).failed(exit, code);
    }
    let unknown = file(&json!({ "name": "x", "refresh_token": "canary-of-a-token" }), acme);
    let error = import(&unknown, &[]).failed(2, "file/unreadable");
    let cause = error["cause"].as_str().unwrap();
    assert!(cause.contains("refresh_token") && !cause.contains("canary"), "{cause}");
    import(&" ".repeat(17 * 1024 * 1024), &[]).failed(2, "file/unreadable");
    profile.run(&["import", "/dev/zero"]).failed(1, "file/failed");
    profile.run(&["import", "/nowhere/at/all"]).failed(1, "file/failed");

    let with = |field: &str, value: Value| {
        let mut connection = connection.clone();
        connection[field] = value;
        connection
    };
    for (what, text) in [
        ("http", file(&connection, &acme.replace("https://acme.example/t", "http://acme.example/t"))),
        ("here.js", file(&connection, &format!("{acme}[scripts]\ntest = \"here.js\"\n"))),
        ("nobody", file(&with("provider", json!("nobody")), acme)),
        ("redirect_uri", file(&with("redirect_uri", json!("https://evil.example/callback")), acme)),
        ("client_id", file(&with("client_id", json!("")), acme)),
        ("name", file(&with("name", json!("a\nb")), acme)),
        ("name", file(&with("name", json!(" ")), acme)),
    ] {
        let preview = import(&text, &["--dry-run"]).done().value();
        assert_eq!(preview["things"][0]["standing"], "unusable", "{what}: {preview}");
        assert!(preview["things"][0]["problem"].to_string().contains(what), "{what}: {preview}");
        assert_eq!(import(&text, &[]).code, 1, "{what}");
    }
    assert!(profile.run(&["status"]).done().values().is_empty());

    // Scripts come along only when that is said.
    let scripted = file(&connection, &format!("{acme}[scripts]\ntest = \"exports.test = () => true;\"\n"));
    let preview = import(&scripted, &["--dry-run"]).done().value();
    assert_eq!(preview["things"][0]["has_scripts"], true);
    assert!(preview["things"][0]["cautions"].to_string().contains("scripts"), "{preview}");
    assert_eq!(outcomes(&import(&scripted, &[]).done()), ["skipped x"]);
    assert_eq!(outcomes(&import(&scripted, &["--with-scripts"]).done()), ["added x"]);
    // It serves its connection alone.
    profile.run(&["add", "acme", "--client-id", "c"]).failed(2, "provider/unknown");
}

#[test]
fn a_backup_brings_everything_back_into_an_empty_profile() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let mine = Profile::new(&session);
    mine.connected("demo", peer.issuer());
    with_secret(&mine, "with a secret", peer.issuer());
    let own = "schema = 1\nid = \"acme\"\nname = \"Acme\"\nsources = [\"a test\"]\n[server]\nissuer = \"https://acme.example\"\n";
    std::fs::write(mine.home().join("providers/acme.toml"), own).unwrap();
    let tokens = [mine.token("demo"), mine.token("with a secret")];
    let file = mine.folder().join("all.tokenrack.age");
    let written = back_up(&mine, &file).done().value();
    assert_eq!((&written["connections"], &written["left_out"]), (&json!(2), &json!([])));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    back_up(&mine, &file).failed(2, "file/exists");

    let secrets = Secrets::of(&[&peer]);
    let sealed = std::fs::read(&file).unwrap();
    secrets.are_not_in("the backup", &String::from_utf8_lossy(&sealed));
    secrets.are_nowhere_in(&mine);

    // Another machine: another keychain.
    let elsewhere = Session::start(Keyring::Unlocked);
    let theirs = Profile::new(&elsewhere);
    let preview = restore(&theirs, &file, &["--dry-run"]).done().value();
    assert_eq!(preview["things"].as_array().unwrap().len(), 4, "{preview}");
    assert_eq!(preview["things"][0]["tokens"]["older"], false);
    assert!(theirs.run(&["status"]).done().values().is_empty());
    let taken = outcomes(&restore(&theirs, &file, &[]).done());
    assert_eq!(taken, ["added demo", "added with a secret", "added acme", "skipped "]);
    assert_eq!([theirs.token("demo"), theirs.token("with a secret")], tokens);
    theirs.run(&["refresh", "with a secret"]).done();
    assert_eq!(std::fs::read_to_string(theirs.home().join("providers/acme.toml")).unwrap(), own);
    let kinds: Vec<Value> =
        theirs.run(&["log"]).done().values().iter().map(|line| line["kind"].clone()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "restored").count(), 2, "{kinds:?}");
    secrets.are_nowhere_in(&theirs);
}

#[test]
fn a_restore_keeps_newer_tokens_unless_it_is_told() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    let old = profile.token("demo");
    let file = profile.folder().join("all.tokenrack.age");
    back_up(&profile, &file).done();
    make_quick(&file);
    profile.run(&["refresh", "demo"]).done();
    let new = profile.token("demo");
    let preview = restore(&profile, &file, &["--dry-run"]).done().value();
    let thing = &preview["things"][0];
    assert_eq!((&thing["standing"], &thing["differences"]), (&json!("differs"), &json!(["tokens"])));
    assert_eq!(thing["tokens"]["older"], true);
    restore(&profile, &file, &[]).done();
    assert_eq!(profile.token("demo"), new);
    let kept = restore(&profile, &file, &["--on-conflict", "replace"]).done();
    assert_eq!(kept.values()[0]["kept_tokens"], true);
    assert_eq!(profile.token("demo"), new, "newer tokens were lost");
    let told = restore(&profile, &file, &["--on-conflict", "replace", "--older-tokens"]).done();
    assert_eq!(outcomes(&told)[0], "replaced demo");
    assert_eq!(profile.token("demo"), old);
    // The refresh token was renewed since: the server says so, and nothing else has become of it.
    profile.run(&["refresh", "demo"]).failed(3, "oauth/invalid_grant");
    profile.connect("demo");
    assert_eq!(profile.status("demo"), "connected");
}

#[test]
fn newer_tokens_in_a_backup_come_back() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    let file = profile.folder().join("all.tokenrack.age");
    profile.run(&["refresh", "demo"]).done();
    let token = profile.token("demo");
    back_up(&profile, &file).done();
    make_quick(&file);
    profile.run(&["disconnect", "demo", "--forget"]).done();
    restore(&profile, &file, &[]).done();
    assert_eq!(profile.token("demo"), token);
    profile.run(&["disconnect", "demo"]).done();
    let kept = restore(&profile, &file, &["--on-conflict", "replace"]).done();
    assert_eq!(outcomes(&kept)[0], "replaced demo");
    assert_eq!(profile.token("demo"), token);
}

#[test]
fn a_backup_that_cannot_be_opened_or_written_changes_nothing() {
    let (mut session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    let file = profile.folder().join("all.tokenrack.age");
    back_up(&profile, &file).done();
    make_quick(&file);
    let path = file.display().to_string();
    let with = |args: &[&str], passphrase: &str| {
        profile.run_with_input(&[args, &["--passphrase-file", "-"]].concat(), &format!("{passphrase}\n"))
    };
    with(&["restore", &path], "a wrong passphrase").failed(3, "file/wrong_passphrase");
    with(&["restore", &path], "").failed(2, "input/invalid");
    profile.run(&["restore", &path]).failed(2, "input/invalid");
    profile.run(&["import", &path]).failed(2, "input/invalid");
    let sealed = std::fs::read(&file).unwrap();
    let cut: PathBuf = profile.folder().join("cut.tokenrack.age");
    std::fs::write(&cut, &sealed[..sealed.len() - 20]).unwrap();
    restore(&profile, &cut, &[]).failed(1, "file/damaged");
    let text = put(&profile, "text.tokenrack.age", "age-encryption.org/v1\nnothing more\n");
    restore(&profile, Path::new(&text), &[]).failed(1, "file/damaged");

    with(&["backup", "/nowhere/at/all.age"], PASSPHRASE).failed(1, "file/failed");
    with(&["backup", &profile.folder().join("new.age").display().to_string()], "too short")
        .failed(2, "input/invalid");
    session.lock();
    let locked = profile.folder().join("locked.age");
    back_up(&profile, &locked).failed(3, "vault/locked");
    assert!(!locked.exists());
    let outcome = restore(&profile, &file, &["--on-conflict", "replace", "--older-tokens"]);
    assert_eq!((outcome.code, outcomes(&outcome)[0].as_str()), (1, "failed demo"));
    assert_eq!(outcome.values()[0]["problem"]["code"], "vault/locked");
    session.unlock();
    assert_eq!(profile.status("demo"), "connected");
    profile.run(&["refresh", "demo"]).done();
}

#[test]
fn what_is_no_file_is_not_waited_for_and_not_replaced() {
    let profile = Profile::with_quick_file_vault("only for tests");
    profile.add("demo", "gitlab");
    // Nobody writes to it.
    let pipe = profile.folder().join("pipe.toml");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let path = pipe.to_str().unwrap();
    for (args, exit, code) in [
        (&["import", path][..], 1, "file/failed"),
        (&["restore", path], 1, "file/failed"),
        (&["provider", "import", path], 2, "input/invalid"),
        (&["add", path, "--client-id", "me"], 2, "input/invalid"),
        (&["export", "--output", path, "--force"], 1, "file/failed"),
        (&["backup", path, "--force", "--passphrase-file", "passphrase"], 1, "file/failed"),
    ] {
        let mut command = profile.spawn(&[&["--json"], args].concat(), None);
        let ended = || command.process().ended();
        eventually(&format!("the end of {args:?}"), Duration::from_secs(20), ended);
        let error = command.finish().failed(exit, code);
        assert!(error["cause"].as_str().unwrap().contains("not a regular file"), "{error}");
    }
    assert!(pipe.symlink_metadata().unwrap().file_type().is_fifo());

    // What a shell hands over is written by somebody.
    let document = r#"{"issuer": "https://id.example.com", "token_endpoint": "https://id.example.com/token",
        "authorization_endpoint": "https://id.example.com/authorize"}"#;
    profile.run_with_input(&["provider", "import", "/dev/stdin", "--id", "piped"], document).done();
}
