//! The faults have stopped: what must be well now, whatever has happened.

use std::time::Duration;

use tokenrack_core::connection::{Connection, GrantType};
use tokenrack_core::event::Channel;
use tokenrack_core::lifecycle::Settled;
use tokenrack_core::problem::{Code, Problem};
use tokenrack_core::view::StatusKind;

use crate::changes;
use crate::checks;
use crate::person::{self, Known, TokenPlace};
use crate::schedule::{Running, Schedule};
use crate::server::End;
use crate::world::{SignedIn, World, get};

/// Longer than every time limit and patience together.
const LONGEST_WORK: Duration = Duration::from_secs(600);

pub async fn returns(schedule: &mut Schedule) {
    let world = schedule.world.clone();
    world.note(0, || "peace".into());
    get(&world.keychain).is_locked = false;
    get(&world.keychain).refuses_writes = false;
    schedule.file_names(TokenPlace::Right);
    if let Err(violation) = all_is_well(schedule).await {
        world.violate(violation);
    }
}

async fn all_is_well(schedule: &mut Schedule) -> Result<(), String> {
    // With what waits for the keychain goes a lock that others wait for.
    save_all(schedule, Duration::from_secs(5)).await.ok();
    everybody_ends(schedule).await?;
    schedule.running.retain(|running| running.process.is_alive());
    schedule.start_process();
    // A provider that is told of a disconnect by itself may let that wait.
    save_all(schedule, LONGEST_WORK).await?;
    no_sign_in_was_for_nothing(&schedule.world)?;
    let last = schedule.running.last().ok_or("no process can start")?;
    // Sign-ins that nobody finished end by their time, and when the last question about them is answered; two minutes later
    // where the clock was set back by so little that they go on.
    tokio::time::sleep(person::LIMIT + Duration::from_secs(180)).await;
    last.engine.snapshot().await.map_err(|problem| format!("no snapshot: {problem}"))?;
    for known in &schedule.connections {
        settles(last, known).await.map_err(|violation| format!("{}: {violation}", known.id))?;
    }
    for Running { process, .. } in schedule.running.drain(..) {
        schedule.world.kill(process.number);
    }
    copies_have_no_tokens(schedule)?;
    schedule.start_process();
    let next = schedule.running.last().ok_or("no process can start")?;
    for known in &schedule.connections {
        works(next, known).await.map_err(|violation| format!("{}, restarted: {violation}", known.id))?;
    }
    Ok(())
}

async fn save_all(schedule: &Schedule, patience: Duration) -> Result<(), String> {
    let mut outcome = Ok(());
    let alive = schedule.running.iter().filter(|running| running.process.is_alive());
    for Running { process, engine, .. } in alive {
        for Known { id, .. } in &schedule.connections {
            let saved = engine.save_before_the_end(id, patience, Channel::App).await;
            outcome = outcome
                .and(saved.map_err(|problem| format!("p{} cannot save {id} now: {problem}", process.number)));
        }
    }
    outcome
}

/// Whoever lives comes to an end with what it does, and without a panic.
async fn everybody_ends(schedule: &mut Schedule) -> Result<(), String> {
    for Running { process, busy, .. } in &mut schedule.running {
        for task in busy.drain(..) {
            if !process.is_alive() {
                task.abort();
                continue;
            }
            match tokio::time::timeout(LONGEST_WORK, task).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(format!("p{}: {error}", process.number)),
                Err(_) => return Err(format!("p{} hangs", process.number)),
            }
        }
    }
    Ok(())
}

/// A connection beside the one that it was restored from: each would spend what the other needs.
fn copies_have_no_tokens(schedule: &Schedule) -> Result<(), String> {
    let records = get(&schedule.world.disk).load_all().connections;
    let is_copy = |record: &&Connection| !schedule.connections.iter().any(|known| known.id == record.id);
    let mut copies = records.iter().filter(is_copy);
    let bad = copies.find(|copy| copy.state.grant().is_some());
    bad.map_or(Ok(()), |copy| Err(format!("{} is a copy, and {}", copy.id, checks::brief(copy))))
}

/// What a process has read and lived to save is saved, unless nobody wants it any more. What came for a device code that was
/// cancelled may live on beside a sign-in that would end with it.
fn no_sign_in_was_for_nothing(world: &World) -> Result<(), String> {
    let signed_in = get(&world.signed_in).clone();
    let may_live_on = |token: &str| {
        let client = get(&world.server).client_of(token).unwrap_or_default();
        let is_unknown = !get(&world.server).is_bound(&client);
        let id = world.id_of(&client).filter(|_| is_unknown);
        id.is_some_and(|id| get(&world.keychain).item(&id).is_some())
    };
    let lost = signed_in.iter().find(|SignedIn { process, token, by_code }| {
        world.is_alive(*process)
            && !(*by_code && may_live_on(token))
            && !get(&world.keychain).was_saved(token)
            && get(&world.server).is_wanted(token)
    });
    lost.map_or(Ok(()), |SignedIn { process, token, .. }| {
        Err(format!("p{process} has read {token} and lost it"))
    })
}

/// What still lives at the provider is refreshed; what does not says truly why, and a person can connect again.
async fn settles(running: &Running, known: &Known) -> Result<(), String> {
    let Running { process, engine, .. } = running;
    let (world, id) = (&process.world, &known.id);
    if get(&world.keychain).is_disconnecting(id) {
        let is_ended = get(&world.keychain).is_ended(id);
        if is_ended && engine.refresh(id, Channel::App).await.is_ok() {
            return Err("a person has disconnected it, and it is refreshed".into());
        }
        let wish = get(&world.keychain).disconnect_begins(id);
        let forgets = get(&world.keychain).is_to_be_forgotten(id);
        let done = engine.disconnect(id, forgets, Channel::App).await.err();
        let is_gone = |problem: &Problem| forgets && problem.code == Code::NoSuchConnection;
        if let Some(problem) = done.filter(|problem| !is_gone(problem)) {
            return Err(format!("stays: {problem}"));
        }
        get(&world.keychain).disconnect_succeeded(id, wish);
        if forgets && get(&world.disk).load(id).is_some() {
            return Err("it is forgotten, and its record is there".into());
        }
        let kept = get(&world.keychain).kept_for_revocation(id);
        return match get(&world.keychain).item(id) {
            Some(item) => Err(format!("disconnected, and the keychain still has {item:?}")),
            None if !kept.is_empty() => Err(format!("disconnected, and the keychain still keeps {kept:?}")),
            None => Ok(()),
        };
    }
    if known.by == GrantType::ClientCredentials {
        // Nobody has to sign in, whatever has happened.
        let first = engine.refresh(id, Channel::App).await;
        process.note(|| format!("{id} first: {:?}", first.map_err(|problem| problem.code).err()));
        engine
            .refresh(id, Channel::App)
            .await
            .map_err(|problem| format!("cannot be refreshed: {problem}"))?;
        return works(running, known).await;
    }
    changes::correct_client(process, engine, id)
        .await
        .map_err(|code| format!("its client cannot be put back: {code:?}"))?;
    // The first may only adopt what another process has saved.
    let first = engine.refresh(id, Channel::App).await;
    process.note(|| format!("{id} first: {:?}", first.map_err(|problem| problem.code).err()));
    let fate = world.fate(id).ok_or("the keychain has no tokens")?;
    let lives = fate.ended.is_none() && fate.successor.is_none();
    let refreshed = engine.refresh(id, Channel::App).await;
    process.note(|| format!("{id} {}: {fate:?}", if lives { "lives" } else { "has ended" }));
    if lives {
        refreshed.map_err(|problem| format!("cannot be refreshed, and lives: {problem}, {fate:?}"))?;
        return works(running, known).await;
    }
    if fate.ended != Some(End::Person) && !world.is_lost(&fate) {
        return Err(format!("a session was lost: {fate:?}"));
    }
    let record = get(&world.disk).load(id).cloned().ok_or("the record is gone")?;
    match record.state.settled() {
        Settled::ReauthorizationRequired { problem, .. } => {
            checks::honest(world, &fate, &record, problem.code)?
        }
        other => return Err(format!("has ended and says {other:?}")),
    }
    checks::status(process, engine, id);
    person::sign_in(process, engine, known)
        .await
        .map_err(|code| format!("cannot connect again: {code:?}"))?;
    works(running, known).await
}

/// A token that the server takes, and a status that says so.
async fn works(Running { process, engine, .. }: &Running, known: &Known) -> Result<(), String> {
    let id = &known.id;
    let kind = |engine: &tokenrack_core::engine::Engine| engine.view(id).map(|view| view.status.kind);
    if get(&process.world.keychain).is_to_be_forgotten(id) {
        return engine.view(id).map_or(Ok(()), |view| Err(format!("is {:?}", view.status.kind)));
    }
    if get(&process.world.keychain).is_disconnecting(id) {
        let kind = kind(engine).map_err(|problem| problem.to_string())?;
        return match kind {
            StatusKind::NotConnected => Ok(()),
            // What kept a later sign-in from it.
            StatusKind::ProviderError => Ok(()),
            other => Err(format!("is {other:?}")),
        };
    }
    if known.is_bound {
        match person::request(engine, id).await {
            Ok(200) => {}
            other => return Err(format!("the API says {other:?}")),
        }
    } else {
        let released = engine.release_token(id, Duration::from_secs(60), Channel::Command, "raw").await;
        let released = released.map_err(|problem| format!("no token: {problem}"))?;
        checks::released(process, id, &released);
        let token = released.access_token.expose();
        if !get(&process.world.server).takes(token, process.world.truth()) {
            return Err(format!("{token} is not taken"));
        }
    }
    match kind(engine).map_err(|problem| problem.to_string())? {
        StatusKind::Connected | StatusKind::ExpiresSoon => Ok(()),
        // Nobody has to ask for it.
        StatusKind::Refreshing => Ok(()),
        other => Err(format!("works and is {other:?}")),
    }
}
