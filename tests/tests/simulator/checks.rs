//! What a face is shown, and what a program is given, held against what the world knows.

use tokenrack_core::connection::{Connection, ConnectionId, ProviderRef};
use tokenrack_core::engine::{Engine, ReleasedToken};
use tokenrack_core::lifecycle::{Asked, RefreshState, Settled};
use tokenrack_core::problem::Code;
use tokenrack_core::view::{ConnectionView, StatusKind};

use crate::person::{TokenPlace, WRONG_PATH};
use crate::ports::Process;
use crate::server::{End, Fate};
use crate::world::{World, get};

/// The status a face would show now implies its evidence.
pub fn status(process: &Process, engine: &Engine, id: &ConnectionId) {
    // Both are read at one moment: nothing waits in between.
    let Ok(view) = engine.view(id) else { return };
    let Some(mut record) = get(&process.world.disk).load(id).cloned() else { return };
    // What was refused under other settings says nothing.
    let is_own = matches!(record.provider, ProviderRef::Own(_));
    let place = if is_own { TokenPlace::Right } else { *get(&process.world.token_place) };
    record.asks(&Asked { url: place.url(), client_id: record.registration.client_id.clone() });
    if let Err(violation) = implied(&process.world, &view, &record) {
        let (kind, record) = (view.status.kind, brief(&record));
        process.world.violate(format!("p{} shows {id} as {kind:?}: {violation}; {record}", process.number));
    }
}

fn implied(world: &World, view: &ConnectionView, record: &Connection) -> Result<(), String> {
    let id = &record.id;
    let claim = |holds: bool, words: &str| if holds { Ok(()) } else { Err(words.to_owned()) };
    let item = get(&world.keychain).item(id);
    let is_disconnecting = get(&world.keychain).is_disconnecting(id);
    let is_ended = get(&world.keychain).is_ended(id) && record.state.attempt().is_none();
    claim(!is_ended || record.state.grant().is_none(), "although a person has disconnected it")?;
    match view.status.kind {
        StatusKind::Connected | StatusKind::ExpiresSoon => {
            let grant = record.state.grant().ok_or("without a grant")?;
            let item = item.ok_or("without tokens in the keychain")?;
            // An older copy of tokens that do not rotate is spoken of by the number of what was there before.
            let is_there = item.generation >= grant.generation || item.issued_at == Some(grant.issued_at);
            claim(is_there, "of tokens the keychain does not have")?;
            claim(grant.expires_at.is_none_or(|end| end > world.wall()), "after its end")?;
            let ends_at = get(&world.server).ends_at(&item.access_token).ok_or("never issued")?;
            // Where the server does not say when, nobody can know.
            let is_unknown = grant.expires_at.is_none() || world.clock_was_ever_wrong();
            claim(is_unknown || ends_at > world.truth(), "after the server has let it end")
        }
        StatusKind::Expired => {
            let end = record.state.grant().and_then(|grant| grant.expires_at);
            claim(end.is_some_and(|end| end <= world.wall()), "before its end")
        }
        StatusKind::ActionNeeded
            if let Some(attempt) = record.state.attempt()
                && attempt.exchanging_since.is_some() =>
        {
            claim(attempt.is_late(world.wall()), "somebody may still fetch its tokens")
        }
        StatusKind::ActionNeeded => match record.state.settled() {
            Settled::Disconnecting { .. } => claim(is_disconnecting, "nobody disconnects it"),
            Settled::ReauthorizationRequired { problem, grant, .. } => {
                let item = item.ok_or("although nobody took the tokens")?;
                // A sign-in that was cut short after its tokens were saved has yet to be found.
                if item.generation > grant.generation {
                    return Ok(());
                }
                let fate = world.fate(id).ok_or("of a refresh token that was never issued")?;
                honest(world, &fate, record, problem.code)
            }
            Settled::Authorized(grant) if grant.refused.is_some() => {
                let item = item.ok_or("without tokens in the keychain")?;
                let is_taken = get(&world.server).takes(&item.access_token, world.truth());
                claim(!is_taken || item.generation > grant.generation, "of a token that the API takes")
            }
            Settled::Authorized(grant) if grant.is_missing() => {
                claim(get(&world.keychain).was_away, "the keychain has never hidden anything")
            }
            other => Err(format!("of {other:?}")),
        },
        StatusKind::Unsaved | StatusKind::KeychainLocked => {
            claim(get(&world.keychain).has_refused, "the keychain has never refused anything")
        }
        StatusKind::NotConnected => {
            let was_signed_in = get(&world.keychain).was_signed_in(id);
            claim(is_disconnecting || !was_signed_in, "nobody has disconnected it")
        }
        StatusKind::Refreshing => {
            let grant = record.state.grant().ok_or("without a grant")?;
            let is_due = grant.refresh == RefreshState::Idle && grant.expired(world.wall());
            let in_flight = matches!(grant.refresh, RefreshState::InFlight { .. }) && world.is_locked(id);
            claim(is_due || in_flight, "nobody refreshes it")
        }
        StatusKind::WaitingForBrowser => claim(record.state.attempt().is_some(), "nobody signs in"),
        StatusKind::Offline | StatusKind::Retrying | StatusKind::ProviderError => {
            claim(view.problem.is_some(), "without a problem")
        }
    }
}

/// Whether the words for the end of a session are true.
pub fn honest(world: &World, fate: &Fate, record: &Connection, code: Code) -> Result<(), String> {
    let client_id = Some(record.registration.client_id.as_str());
    let is_others = record.state.grant().is_some_and(|grant| grant.client_id.as_deref() != client_id)
        || record.state.refused().is_some_and(|asked| asked.url.ends_with(WRONG_PATH));
    match code {
        Code::InvalidGrant if fate.ended == Some(End::Person) || is_others => Ok(()),
        Code::InvalidGrant => Err(format!("the provider has not ended it by itself: {fate:?}")),
        Code::RefreshInterrupted if world.is_lost(fate) || world.is_in_doubt(fate) => Ok(()),
        Code::RefreshInterrupted => Err(format!("no answer was lost: {fate:?}")),
        other => Err(format!("{other:?} is no reason to sign in again: {fate:?}")),
    }
}

/// An access token that has just been handed out.
pub fn released(process: &Process, id: &ConnectionId, token: &ReleasedToken) {
    let world = &process.world;
    let is_unknown = token.expires_at.is_none() || world.clock_was_ever_wrong();
    let token = token.access_token.expose();
    let ends_at = get(&world.server).ends_at(token);
    let violation = if !get(&world.keychain).was_saved(token) {
        "which was never saved"
    } else if !world.is_of(token, id) {
        "which is another connection's"
    } else if !is_unknown && ends_at.is_none_or(|end| end <= world.truth()) {
        "which has ended"
    } else {
        return;
    };
    world.violate(format!("p{} hands out {token} of {id}, {violation}", process.number));
}

/// A record in one line of the journal.
pub fn brief(record: &Connection) -> String {
    let waiting = if record.state.attempt().is_some() { "waiting, " } else { "" };
    match record.state.settled() {
        Settled::Authorized(grant) => {
            format!(
                "{waiting}generation {} until {:?}, {:?}",
                grant.generation, grant.expires_at, grant.refresh
            )
        }
        Settled::ReauthorizationRequired { problem, grant, .. } => {
            format!("{waiting}generation {} has ended: {:?}", grant.generation, problem.code)
        }
        other => format!("{waiting}{other:?}"),
    }
}
