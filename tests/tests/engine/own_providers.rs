//! The person's own provider files: while they are written, and when they change under a running engine.

use std::collections::BTreeMap;

use tokenrack_core::event::{Channel, EngineEvent};
use tokenrack_core::ports::HttpErrorKind;
use tokenrack_core::problem::Code;
use tokenrack_core::provider::ProviderId;
use tokenrack_core::view::{CheckOutcome, Draft, Origin};

use crate::world::World;

const MINE: &str = "schema = 1\nid = \"mine\"\nname = \"Mine\"\n[server]\n\
    authorization_endpoint = \"https://as.example/authorize\"\ntoken_endpoint = \"https://as.example/token\"\n";

#[tokio::test]
async fn a_page_says_that_an_own_file_replaces_the_built_in_provider() {
    let world = World::new();
    let engine = world.engine();
    let said = "Your file providers/gitlab.toml replaces the built-in GitLab";
    assert!(
        engine.provider_page("gitlab").await.unwrap().warnings.iter().all(|words| !words.starts_with(said))
    );
    world.own_provider("gitlab.toml", &MINE.replace("mine", "gitlab").replace("Mine", "GitLab"));
    engine.set_catalog(world.catalog());
    let page = engine.provider_page("gitlab").await.unwrap();
    assert!(page.warnings.iter().any(|words| words.starts_with(said)), "{:?}", page.warnings);
    assert_eq!(page.origin, Origin::Own { file: "gitlab.toml".into() });
}

#[tokio::test]
async fn a_file_that_changes_is_used_at_once_by_connections_too() {
    let world = World::new();
    let engine = world.engine();
    let mut events = engine.subscribe();
    let draft = Draft { provider: "mine".into(), client_id: "me".into(), ..Draft::default() };
    assert_eq!(engine.add(&draft, None, Channel::App).await.unwrap_err().code, Code::UnknownProvider);
    engine.snapshot().await.unwrap();

    world.own_provider("mine.toml", MINE);
    engine.set_catalog(world.catalog());
    assert!(std::iter::from_fn(|| events.try_recv().ok()).any(|event| event == EngineEvent::Providers));
    assert_eq!(engine.providers("mine").len(), 1);
    let id = engine.add(&draft, None, Channel::App).await.unwrap().id;
    assert_eq!(engine.view(&id).unwrap().provider_name, "Mine");

    world.own_provider("mine.toml", &MINE.replace("\"Mine\"", "\"Renamed\""));
    engine.set_catalog(world.catalog());
    let changed = std::iter::from_fn(|| events.try_recv().ok()).filter_map(|event| match event {
        EngineEvent::Connections { mut changed, .. } => changed.pop(),
        _ => None,
    });
    assert_eq!(changed.last().map(|view| view.provider_name), Some("Renamed".to_owned()));
}

#[tokio::test]
async fn what_is_being_written_is_tried_without_being_saved() {
    let world = World::new();
    let engine = world.engine();
    let nothing = BTreeMap::new();
    world.network.answer(405, "");
    world.network.fail(HttpErrorKind::Tls);
    let checks = engine.check_spec(MINE, &nothing).await.unwrap().checks;
    let outcome = |name: &str| checks.iter().find(|check| check.name == name).map(|check| check.outcome);
    assert_eq!(outcome("authorization_endpoint"), Some(CheckOutcome::Ok), "{checks:?}");
    assert_eq!(outcome("token_endpoint"), Some(CheckOutcome::Failed), "{checks:?}");
    assert!(checks.iter().filter(|check| check.outcome == CheckOutcome::Failed).all(|c| c.cure.is_some()));
    assert!(engine.providers("mine").is_empty());

    let broken = MINE.replace("token_endpoint", "token_endpont");
    assert_eq!(engine.check_spec(&broken, &nothing).await.unwrap_err().code, Code::InvalidSpec);
    let open = MINE.replace("as.example", "{host}") + "[vars.host]\ntitle = \"Host\"\npattern = \"host\"\n";
    let problem = engine.check_spec(&open, &nothing).await.unwrap_err();
    assert!(problem.code == Code::InvalidInput && problem.to_string().contains("host"), "{problem}");
}

#[tokio::test]
async fn a_file_with_mistakes_can_be_mended_and_no_shipped_one_is_an_own_one() {
    let world = World::new();
    world.own_provider("mine.toml", "schema = ");
    let engine = world.engine();
    assert_eq!(engine.own_spec(&ProviderId("mine".into())).unwrap(), "schema = ");
    let refused = engine.own_spec(&ProviderId("github".into())).unwrap_err();
    assert_eq!(refused.code, Code::UnknownProvider);
    assert_eq!(engine.origin(&ProviderId("github".into())), Some(Origin::Shipped));
}

/// GitLab's file, for a company's own server.
const COMPANY: &str = r#"
schema = 1
id = "gitlab"
name = "Company GitLab"

[server]
authorization_endpoint = "https://git.company.example/authorize"
token_endpoint = "https://git.company.example/token"
revocation_endpoint = "https://git.company.example/revoke"
"#;

#[tokio::test]
async fn tokens_go_to_no_other_server_when_an_own_file_breaks_or_goes() {
    for after in ["schema = 1\nid = \"gitlab\"\nnot toml at all", ""] {
        let world = World::new();
        world.own_provider("gitlab.toml", COMPANY);
        let engine = world.engine();
        let id = world.connected(&engine).await;
        match after {
            "" => world.remove_own_provider("gitlab.toml"),
            broken => world.own_provider("gitlab.toml", broken),
        }
        engine.set_catalog(world.catalog());
        assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::ServerChanged);
        let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
        assert_eq!(view.problem.unwrap().code, Code::ServerChanged.as_str());
        assert!(world.network.sent().is_empty(), "neither the refresh token nor the secret left");
    }
}
