use std::collections::BTreeMap;

use tokenrack_oauth::secret::{AccessToken, ClientSecret, RefreshToken, SecretBytes};
use tokenrack_oauth::token::TokenSet;

use super::*;
use crate::connection::{
    ClientAuthentication, ClientRegistration, ConnectionId, GrantType, LastEvent, RedirectMethod,
};
use crate::event::ActivityKind;
use crate::lifecycle::{Account, ConnectionState, Settled};
use crate::provider::Catalog;
use crate::record::Tokens;

const ACME: &str = "schema = 1\nid = \"acme\"\nname = \"Acme\"\nsources = [\"a test\"]\n[server]\n\
                    authorization_endpoint = \"https://acme.example/a\"\ntoken_endpoint = \"https://acme.example/t\"\n";

fn at() -> Timestamp {
    "2026-01-01T12:00:00Z".parse().unwrap()
}

fn spec(text: &str) -> ProviderSpec {
    Catalog::builtin().read_own(text).unwrap()
}

fn tokens() -> Tokens {
    let set = TokenSet {
        access_token: AccessToken::new("canary-access".into()),
        refresh_token: Some(RefreshToken::new("canary-refresh".into())),
        id_token: None,
        expires_at: None,
        refresh_expires_at: None,
        scopes: None,
        captured: BTreeMap::new(),
        account: None,
    };
    let account = Account { id: None, label: "alice@example.com".into() };
    Tokens::first(set, 3, at(), Some(account))
}

fn connection(name: &str, provider: ProviderRef) -> Connection {
    Connection {
        id: ConnectionId("0123456789ab".into()),
        name: name.into(),
        provider,
        environment: Some("prod".into()),
        registration: ClientRegistration {
            client_id: "me".into(),
            authentication: ClientAuthentication::ClientSecretPost,
            redirect: RedirectMethod::Loopback,
            redirect_uri: "http://127.0.0.1/callback".into(),
            grant_type: GrantType::AuthorizationCode,
        },
        scopes: vec!["api".into()],
        resources: vec![],
        vars: BTreeMap::new(),
        server: None,
        choices: BTreeMap::new(),
        state: ConnectionState::Settled(Settled::Authorized(tokens().grant)),
        unrevoked: None,
        unrevoked_of: vec![],
        undeleted: None,
        lost_after: None,
        lost_sign_in: None,
        sign_in_seconds: vec![],
        told: vec![],
        created_at: at(),
        last_event: LastEvent { at: at(), kind: ActivityKind::Added, code: None },
    }
}

fn own(text: &str) -> ProviderRef {
    ProviderRef::Own(Box::new(spec(text)))
}

fn file(connections: &[Connection], catalog: &Catalog) -> String {
    let mut file = ConnectionsFile::new(at());
    for connection in connections {
        file.add(connection, catalog, false).unwrap();
    }
    file.text().unwrap()
}

fn incoming(bundle: &Bundle) -> Vec<&Incoming> {
    let connections = bundle.things.iter().filter_map(|thing| match thing {
        Thing::Connection(incoming) => Some(incoming.as_ref()),
        _ => None,
    });
    connections.collect()
}

#[test]
fn what_is_exported_comes_back_the_same_and_names_nobody() {
    let catalog = Catalog::builtin();
    let github = connection("GitHub", ProviderRef::Catalog(ProviderId("github".into())));
    let text = file(&[github.clone(), connection("Acme", own(ACME))], &catalog);
    assert!(!text.contains("canary") && !text.contains("alice"), "{text}");
    let bundle = ConnectionsFile::read(&text, "team.json", &catalog).unwrap();
    let found = incoming(&bundle);
    assert_eq!(found[0].shared, Shared::of(&github));
    assert_eq!(found[0].provider.as_ref().unwrap().0, github.provider);
    assert_eq!(found[1].provider.as_ref().unwrap().1, spec(ACME));
    let mut named = ConnectionsFile::new(at());
    named.add(&github, &catalog, true).unwrap();
    assert!(named.text().unwrap().contains("alice@example.com"));
}

#[test]
fn two_servers_of_one_id_stay_two() {
    let other = ACME.replace("acme.example", "acme-staging.example");
    let shipped = ACME.replace("\"acme\"", "\"github\"");
    let github = ProviderRef::Catalog(ProviderId("github".into()));
    let connections = [
        connection("a", own(ACME)),
        connection("b", own(&other)),
        connection("c", own(ACME)),
        connection("d", github.clone()),
        connection("e", own(&shipped)),
    ];
    let catalog = Catalog::builtin();
    let text = file(&connections, &catalog);
    let bundle = ConnectionsFile::read(&text, "team.json", &catalog).unwrap();
    let called: Vec<&str> = incoming(&bundle).iter().map(|one| one.shared.provider.0.as_str()).collect();
    assert_eq!(called, ["acme", "acme-2", "acme", "github", "github-2"]);
    for (one, connection) in incoming(&bundle).iter().zip(&connections) {
        assert_eq!(one.provider.as_ref().unwrap().0, connection.provider, "{}", connection.name);
    }
}

#[test]
fn a_provider_that_is_here_already_is_used_instead_of_a_copy() {
    let text = file(&[connection("Acme", own(ACME))], &Catalog::builtin());
    let mine = Catalog::builtin().with_folder_texts(vec![("acme.toml".into(), ACME.into())]);
    let bundle = ConnectionsFile::read(&text, "team.json", &mine).unwrap();
    let provider = &incoming(&bundle)[0].provider.as_ref().unwrap().0;
    assert_eq!(*provider, ProviderRef::Catalog(ProviderId("acme".into())));
    let changed = ACME.replace("/t\"", "/other\"");
    let mine = Catalog::builtin().with_folder_texts(vec![("acme.toml".into(), changed)]);
    let bundle = ConnectionsFile::read(&text, "team.json", &mine).unwrap();
    assert_eq!(incoming(&bundle)[0].provider.as_ref().unwrap().0, own(ACME));
}

#[test]
fn a_file_reads_no_script_beside_the_persons_own_files() {
    let text = file(&[connection("Acme", own(ACME))], &Catalog::builtin());
    let named = text.replace(
        "token_endpoint = \\\"https://acme.example/t\\\"\\n",
        "token_endpoint = \\\"https://acme.example/t\\\"\\n[scripts]\\ntest = \\\"here.js\\\"\\n",
    );
    assert_ne!(text, named);
    let mine = Catalog::builtin().with_scripts(|_| Some("exports.test = () => true;".into()));
    let bundle = ConnectionsFile::read(&named, "team.json", &mine).unwrap();
    let problem = incoming(&bundle)[0].provider.as_ref().unwrap_err();
    assert!(problem.code == Code::InvalidSpec && problem.to_string().contains("here.js"), "{problem}");
}

#[test]
fn what_is_backed_up_comes_back_whole_without_what_waits() {
    let catalog = Catalog::builtin();
    let record = connection("Acme", own(ACME));
    let secrets = SecretRecord {
        client_secret: Some(ClientSecret::new("canary-client".into())),
        tokens: Some(tokens()),
        ..SecretRecord::default()
    };
    let providers = ProviderTexts::from([(ProviderId("acme".into()), ACME.to_owned())]);
    let mut file = BackupFile::new(at(), providers, Settings::default());
    file.add(record.clone(), secrets).unwrap();
    let content = file.encode().unwrap();
    let bundle = BackupFile::read(&content, "all.age", &catalog).unwrap();
    let found = incoming(&bundle);
    let (back, secrets) = found[0].whole.as_ref().unwrap();
    assert_eq!(*back, record);
    assert!(secrets.client_secret.as_ref().unwrap().matches("canary-client"));
    let tokens = secrets.tokens.as_ref().unwrap();
    assert!(tokens.refresh_token.as_ref().unwrap().matches("canary-refresh"));
    assert!(matches!(&bundle.things[1], Thing::Provider(id, text) if id.0 == "acme" && text == ACME));
    assert!(matches!(&bundle.things[2], Thing::Settings(settings) if *settings == Settings::default()));
}

#[test]
fn what_cannot_be_read_is_named_and_never_quoted() {
    let catalog = Catalog::builtin();
    let team = |text: &str| ConnectionsFile::read(text, "x", &catalog).err().unwrap();
    assert_eq!(team("{\"schema\":2,\"kind\":\"something new\"}").code, Code::FileTooNew);
    assert_eq!(team("{\"schema\":0,\"kind\":\"connections\"}").code, Code::FileUnreadable);
    let extra = file(&[], &catalog).replacen('{', "{\"surprise\": \"canary\",", 1);
    let problem = team(&extra).to_string();
    assert!(problem.contains("surprise") && !problem.contains("canary"), "{problem}");
    assert_eq!(check_count(MOST_THINGS + 1).unwrap_err().code, Code::FileUnreadable);
    assert_eq!(check_size(&vec![0; LARGEST_BUNDLE + 1]).unwrap_err().code, Code::FileUnreadable);
    let backup = |text: &str| {
        let content = SecretBytes::new(text.as_bytes().to_vec());
        BackupFile::read(&content, "x", &catalog).err().unwrap()
    };
    for text in ["canary", "{\"schema\":1,\"kind\":\"backup\",\"settings\":\"canary\"}"] {
        let problem = backup(text);
        assert!(problem.code == Code::FileUnreadable && !problem.to_string().contains("canary"), "{problem}");
    }
    assert_eq!(backup("{\"schema\":2}").code, Code::FileTooNew);
}
