//! What people and programs do with one process.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokenrack_core::connection::{ClientAuthentication, ConnectionId, GrantType, RedirectMethod};
use tokenrack_core::engine::{ApiCall, ConnectOptions, Connecting, Engine, Step};
use tokenrack_core::event::Channel;
use tokenrack_core::problem::Code;
use tokenrack_core::provider::Catalog;
use tokenrack_core::view::{Choice, Draft, Endpoints, StatusKind};
use tokenrack_oauth::secret::ClientSecret;

use crate::changes::{self, Setting};
use crate::checks;
use crate::ports::Process;
use crate::world::{SECRET, get};

/// A connection, as the provider and as the profile know it.
#[derive(Clone)]
pub struct Known {
    pub client_id: String,
    pub id: ConnectionId,
    pub by: GrantType,
    /// Its tokens are of no use without its key, so nobody is handed one.
    pub is_bound: bool,
}

/// How long a sign-in may take.
pub const LIMIT: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Refresh,
    /// A token that lives for so many seconds.
    Release(u64),
    Look,
    /// When the status says that a person has to, or that a disconnect is over.
    Reconnect,
    /// For more than the tokens before may do.
    StepUp,
    Cancel,
    Edit(Setting),
    BackUp,
    Restore(Choice),
    Disconnect,
    /// Whatever becomes of a disconnect, a sign-in after it.
    Return,
    Forget,
}

/// What a provider's file names as the token endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TokenPlace {
    #[default]
    Right,
    /// Of the same server, and refused there.
    WrongPath,
    OtherServer,
}

impl TokenPlace {
    pub fn url(self) -> String {
        match self {
            Self::Right => "https://as.example/oauth/token".into(),
            Self::WrongPath => format!("https://as.example{WRONG_PATH}"),
            Self::OtherServer => format!("https://{OTHER_SERVER}/oauth/token"),
        }
    }
}

pub const OTHER_SERVER: &str = "other.example";
pub const WRONG_PATH: &str = "/oauth/tokens";

/// The shipped providers, and one whose tokens are bound.
pub fn catalog(place: TokenPlace) -> Arc<Catalog> {
    static READ: [OnceLock<Arc<Catalog>>; 3] = [const { OnceLock::new() }; 3];
    READ[place as usize].get_or_init(|| Arc::new(read(place))).clone()
}

fn read(place: TokenPlace) -> Catalog {
    let bound = "schema = 1\nid = \"bound\"\nname = \"Bound\"\n[server]\n\
        authorization_endpoint = \"https://as.example/oauth/authorize\"\n\
        token_endpoint = \"https://as.example/oauth/token\"\n\
        device_authorization_endpoint = \"https://as.example/oauth/device\"\n\
        revocation_endpoint = \"https://as.example/oauth/revoke\"\n\
        [client]\ndpop_bound_access_tokens = true\n[revoke]\neffect = \"token\"\n[api]\nbase = \"https://as.example/api\"\n";
    let mut bound = bound.replace(&TokenPlace::Right.url(), &place.url());
    if place == TokenPlace::OtherServer {
        bound = bound.replace("as.example/oauth/revoke", &format!("{OTHER_SERVER}/oauth/revoke"));
    }
    let catalog = Catalog::builtin().with_folder_texts(vec![("bound.toml".into(), bound)]);
    assert!(catalog.broken().is_empty(), "{:?}", catalog.broken());
    catalog
}

pub async fn add(
    process: &Process,
    engine: &Engine,
    client_id: &str,
    (by, is_bound): (GrantType, bool),
) -> Result<Known, Code> {
    // All of them, so that no discovery stands between.
    let endpoints = Endpoints {
        authorization_endpoint: Some("https://as.example/oauth/authorize".into()),
        token_endpoint: Some("https://as.example/oauth/token".into()),
        device_authorization_endpoint: Some("https://as.example/oauth/device".into()),
        revocation_endpoint: Some("https://as.example/oauth/revoke".into()),
        ..Endpoints::default()
    };
    let has_secret = by == GrantType::ClientCredentials;
    let draft = Draft {
        provider: if is_bound { "bound".into() } else { "https://as.example".into() },
        name: Some(client_id.to_owned()),
        endpoints: (!is_bound).then_some(endpoints),
        client_id: client_id.to_owned(),
        authentication: has_secret.then_some(ClientAuthentication::ClientSecretPost),
        scopes: Some(vec!["api".into()]),
        redirect: Some(RedirectMethod::DeepLink),
        grant: Some(by),
        ..Draft::default()
    };
    let secret = has_secret.then(|| ClientSecret::new(SECRET.into()));
    let added = engine.add(&draft, secret, Channel::Command).await.map_err(|problem| problem.code)?;
    process.world.is_client(client_id, &added.id);
    process.world.is_client(&changes::other_client(client_id), &added.id);
    Ok(Known { client_id: client_id.to_owned(), id: added.id, by, is_bound })
}

pub async fn sign_in(process: &Process, engine: &Engine, known: &Known) -> Result<(), Code> {
    let options = ConnectOptions { open_browser: false, time_limit: LIMIT, channel: Channel::Command };
    if known.by == GrantType::ClientCredentials {
        get(&process.world.keychain).person_consents(&known.id);
    }
    let begun = engine.connect(&known.id, options).await.map_err(|problem| problem.code)?;
    let Connecting::Waiting(started) = begun else { return Ok(()) };
    let (authorization_url, redirect_uri) = match &started.step {
        Step::Redirect { authorization_url, redirect_uri } => (authorization_url, redirect_uri),
        Step::DeviceCode { user_code, .. } => {
            process.pass(Duration::from_secs(20)).await;
            get(&process.world.keychain).person_consents(&known.id);
            get(&process.world.server).consent_to_device(user_code);
            return engine.wait(&started).await.map(drop).map_err(|problem| problem.code);
        }
    };
    let url = url::Url::parse(authorization_url).expect("a URL");
    let part =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).expect("in every URL").1.into_owned();
    let (state, client_id) = (part("state"), part("client_id"));
    process.pass(Duration::from_secs(20)).await;
    get(&process.world.keychain).person_consents(&known.id);
    let code = get(&process.world.server).consent(&client_id);
    let redirect = format!("{redirect_uri}?code={code}&state={state}");
    engine.deliver(&redirect, Channel::DeepLink).await.map(drop).map_err(|refusal| refusal.problem.code)
}

/// Does it, and holds what comes of it against the world.
pub async fn act(process: Process, engine: Engine, known: Known, deed: Deed) {
    process.note(|| format!("{deed:?} {}", known.id));
    let outcome = perform(&process, &engine, &known, deed).await;
    if process.is_alive() {
        process.note(|| format!("{deed:?} {}: {outcome:?}", known.id));
        checks::status(&process, &engine, &known.id);
    }
}

/// What an API answers to a bound token.
pub async fn request(engine: &Engine, id: &ConnectionId) -> Result<u16, Code> {
    let call = ApiCall {
        method: "GET".into(),
        url: "https://as.example/api/me".into(),
        headers: vec![],
        body: None,
    };
    let response = engine.request(id, &call, Channel::Command).await.map_err(|problem| problem.code)?;
    Ok(response.answer.status().as_u16())
}

async fn perform(process: &Process, engine: &Engine, known: &Known, deed: Deed) -> Result<(), Code> {
    let id = &known.id;
    match deed {
        Deed::Refresh => engine.refresh(id, Channel::App).await.map(drop).map_err(|problem| problem.code),
        Deed::Release(seconds) => {
            let span = Duration::from_secs(seconds);
            let was_ended = get(&process.world.keychain).is_ended(id);
            if known.is_bound {
                return request(engine, id).await.map(drop);
            }
            let released = engine.release_token(id, span, Channel::Command, "raw").await;
            let released = released.map_err(|problem| problem.code)?;
            if process.is_alive() {
                checks::released(process, id, &released);
                if was_ended && get(&process.world.keychain).is_ended(id) {
                    process.world.violate(format!(
                        "p{} hands out a token of {id}, which is disconnected",
                        process.number
                    ));
                }
            }
            Ok(())
        }
        Deed::Look => {
            let snapshot = engine.snapshot().await.map_err(|problem| problem.code)?;
            if process.is_alive() {
                for view in &snapshot.connections {
                    checks::status(process, engine, &view.id);
                }
            }
            Ok(())
        }
        Deed::Reconnect => {
            let view = engine.view(id).map_err(|problem| problem.code)?;
            let is_wanted = !get(&process.world.keychain).is_disconnecting(id);
            match view.status.kind {
                StatusKind::ActionNeeded if is_wanted => sign_in(process, engine, known).await,
                // Back after all.
                StatusKind::NotConnected => sign_in(process, engine, known).await,
                _ => Ok(()),
            }
        }
        Deed::StepUp if get(&process.world.keychain).is_disconnecting(id) => Ok(()),
        Deed::StepUp => {
            changes::edit(engine, id, Setting::Scopes).await?;
            sign_in(process, engine, known).await
        }
        Deed::Cancel => engine.cancel(id, Channel::App).await.map_err(|problem| problem.code),
        Deed::Edit(setting) => changes::edit(engine, id, setting).await,
        Deed::BackUp => changes::back_up(process, engine).await,
        Deed::Restore(choice) => changes::restore(process, engine, known, choice).await,
        Deed::Return => {
            Box::pin(perform(process, engine, known, Deed::Disconnect)).await.ok();
            Box::pin(perform(process, engine, known, Deed::Reconnect)).await
        }
        Deed::Disconnect | Deed::Forget => {
            let wish = get(&process.world.keychain).disconnect_begins(id);
            let forgets = deed == Deed::Forget;
            if forgets {
                get(&process.world.keychain).forget_begins(id);
            }
            let done = engine.disconnect(id, forgets, Channel::App).await.map_err(|problem| problem.code);
            if done.is_ok() && process.is_alive() {
                get(&process.world.keychain).disconnect_succeeded(id, wish);
            }
            done.map(drop)
        }
    }
}
