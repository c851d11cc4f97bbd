//! What people and programs do with one process.

use std::time::Duration;

use tokenrack_core::connection::{ConnectionId, GrantType, RedirectMethod};
use tokenrack_core::engine::{ConnectOptions, Connecting, Engine, Step};
use tokenrack_core::event::Channel;
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Draft, Endpoints, StatusKind};

use crate::checks;
use crate::ports::Process;
use crate::world::get;

/// A connection, as the provider and as the profile know it.
#[derive(Clone)]
pub struct Known {
    pub client_id: String,
    pub id: ConnectionId,
}

/// How long a sign-in may take.
pub const LIMIT: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Refresh,
    /// A token that lives for so many seconds.
    Release(u64),
    Look,
    /// When the status says that a person has to, and only then.
    Reconnect,
    Disconnect,
}

pub async fn add(process: &Process, engine: &Engine, client_id: &str, by: GrantType) -> Result<Known, Code> {
    let draft = Draft {
        provider: "https://as.example".into(),
        // All of them, so that no discovery stands between.
        endpoints: Some(Endpoints {
            authorization_endpoint: Some("https://as.example/oauth/authorize".into()),
            token_endpoint: Some("https://as.example/oauth/token".into()),
            device_authorization_endpoint: Some("https://as.example/oauth/device".into()),
            revocation_endpoint: Some("https://as.example/oauth/revoke".into()),
            ..Endpoints::default()
        }),
        client_id: client_id.to_owned(),
        scopes: Some(vec!["api".into()]),
        redirect: Some(RedirectMethod::DeepLink),
        grant: Some(by),
        ..Draft::default()
    };
    let added = engine.add(&draft, None, Channel::Command).await.map_err(|problem| problem.code)?;
    process.world.is_client(client_id, &added.id);
    Ok(Known { client_id: client_id.to_owned(), id: added.id })
}

pub async fn sign_in(process: &Process, engine: &Engine, known: &Known) -> Result<(), Code> {
    let options = ConnectOptions { open_browser: false, time_limit: LIMIT, channel: Channel::Command };
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
    let state = url.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
    process.pass(Duration::from_secs(20)).await;
    get(&process.world.keychain).person_consents(&known.id);
    let code = get(&process.world.server).consent(&known.client_id);
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

async fn perform(process: &Process, engine: &Engine, known: &Known, deed: Deed) -> Result<(), Code> {
    let Known { id, client_id, .. } = known;
    match deed {
        Deed::Refresh => engine.refresh(id, Channel::App).await.map(drop).map_err(|problem| problem.code),
        Deed::Release(seconds) => {
            let span = Duration::from_secs(seconds);
            let released = engine.release_token(id, span, Channel::Command, "raw").await;
            let released = released.map_err(|problem| problem.code)?;
            if process.is_alive() {
                checks::released(process, id, client_id, &released);
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
                _ => Ok(()),
            }
        }
        Deed::Disconnect => {
            get(&process.world.keychain).disconnect_begins(id);
            let done = engine.disconnect(id, false, Channel::App).await.map_err(|problem| problem.code);
            if done.is_ok() && process.is_alive() {
                get(&process.world.keychain).disconnect_succeeded(id);
            }
            done.map(drop)
        }
    }
}
