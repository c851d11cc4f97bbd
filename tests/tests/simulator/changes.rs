//! What people change about a connection that goes on: its settings, and copies of it in files.

use async_trait::async_trait;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::{Engine, Taking};
use tokenrack_core::event::Channel;
use tokenrack_core::ports::{ProviderFolder, Seal, SealError};
use tokenrack_core::problem::{Code, Problem};
use tokenrack_core::provider::ProviderId;
use tokenrack_core::view::{Choice, Decision, Draft};
use tokenrack_oauth::secret::{Passphrase, SecretBytes};

use crate::person::Known;
use crate::ports::Process;
use crate::world::get;

/// How a file of age begins.
const SEALED: &[u8] = b"age-encryption.org/v1\n";
/// The end of a client's other id.
const TOO: &str = "-too";

/// What is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    Scopes,
    /// To another client of the person's, and back.
    Client,
}

/// The id of the same person's other client.
pub fn other_client(client_id: &str) -> String {
    client_id.strip_suffix(TOO).map_or_else(|| format!("{client_id}{TOO}"), str::to_owned)
}

pub async fn edit(engine: &Engine, id: &ConnectionId, setting: Setting) -> Result<(), Code> {
    let draft = engine.draft(id).map_err(|problem| problem.code)?;
    let edited = match setting {
        Setting::Scopes => {
            let has_more = draft.scopes.as_ref().is_some_and(|scopes| scopes.len() > 1);
            let scopes: &[&str] = if has_more { &["api"] } else { &["api", "more"] };
            Draft { scopes: Some(scopes.iter().map(|scope| (*scope).to_owned()).collect()), ..draft }
        }
        Setting::Client => Draft { client_id: other_client(&draft.client_id), ..draft },
    };
    save(engine, id, &edited).await
}

/// A person sees which client the tokens belong to, and puts it back.
pub async fn correct_client(process: &Process, engine: &Engine, id: &ConnectionId) -> Result<(), Code> {
    let of_tokens = get(&process.world.keychain).item(id).and_then(|item| item.client_id);
    let draft = engine.draft(id).map_err(|problem| problem.code)?;
    match of_tokens {
        Some(client_id) if client_id != draft.client_id => {
            save(engine, id, &Draft { client_id, ..draft }).await
        }
        _ => Ok(()),
    }
}

async fn save(engine: &Engine, id: &ConnectionId, draft: &Draft) -> Result<(), Code> {
    engine.edit(id, draft, None, Channel::App).await.map(drop).map_err(|problem| problem.code)
}

pub async fn back_up(process: &Process, engine: &Engine) -> Result<(), Code> {
    let mut backup = Vec::new();
    let written = engine.back_up(passphrase(), Channel::Command, |sealed| {
        backup = sealed.to_vec();
        Ok("a file".into())
    });
    written.await.map_err(|problem| problem.code)?;
    get(&process.world.backups).push(backup);
    Ok(())
}

/// Takes the connection from any of the backups, over itself or beside it, and no tokens in the place of newer ones.
pub async fn restore(process: &Process, engine: &Engine, known: &Known, choice: Choice) -> Result<(), Code> {
    let backups = get(&process.world.backups).clone();
    if backups.is_empty() {
        return Ok(());
    }
    let place = get(&process.world.chance).below(backups.len() as u64) as usize;
    let opened = engine.open_bundle("all.age", backups[place].clone(), Some(passphrase())).await;
    let view = opened.map_err(|problem| problem.code)?;
    let Some(thing) = view.things.iter().position(|thing| thing.name == known.client_id) else {
        return Ok(());
    };
    let name = Some(format!("{} again", known.client_id));
    let taking = Taking { older_tokens: false, folder: &NoFolder, channel: Channel::Command };
    let taken = engine.take_from_bundle(&[Decision { thing, choice, name }], taking).await;
    let taken = taken.map_err(|problem| problem.code)?;
    process.note(|| {
        format!("{choice:?} of {}: {:?} {:?}", known.id, taken[thing].outcome, taken[thing].problem)
    });
    Ok(())
}

fn passphrase() -> Passphrase {
    Passphrase::new("correct horse battery staple".into())
}

/// No provider file is taken from a backup here.
struct NoFolder;

impl ProviderFolder for NoFolder {
    fn save(&self, _: &ProviderId, _: &str, _: Option<&str>) -> Result<(), Problem> {
        Err(Code::Internal.into())
    }
}

/// Nobody looks over these shoulders.
#[async_trait]
impl Seal for Process {
    async fn seal(&self, content: SecretBytes, _: Passphrase) -> Result<Vec<u8>, SealError> {
        self.work().await;
        Ok([SEALED, content.expose()].concat())
    }

    async fn open(&self, sealed: Vec<u8>, _: Passphrase) -> Result<SecretBytes, SealError> {
        self.work().await;
        Ok(SecretBytes::new(sealed[SEALED.len()..].to_vec()))
    }
}
