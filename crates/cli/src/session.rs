//! One run of the command: the environment, read once, and the engine, opened when first needed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokenrack_core::Timestamp;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::Engine;
use tokenrack_core::event::Channel;
use tokenrack_core::language::again;
use tokenrack_core::ports::{Clock as _, VaultKind, VaultState};
use tokenrack_core::problem::{Code, Problem};
use tokenrack_core::provider::Catalog;
use tokenrack_core::view::CheckView;
use tokenrack_platform::{Environment, Profile, SystemClock, permissions, process, script_beside};

use crate::output::Output;
use crate::{prompt, signal};

/// How long a command goes on trying to save tokens that exist nowhere else.
const RESCUE: Duration = Duration::from_secs(20);

/// What every command has.
pub struct Session {
    /// Where things go.
    pub output: Output,
    environment: Environment,
}

impl Session {
    /// Reads the environment, and closes this process to core dumps and debuggers.
    ///
    /// # Errors
    /// A variable whose value means nothing.
    pub fn start(output: Output) -> Result<Self, Problem> {
        for outcome in [process::no_core_files(), process::not_dumpable()] {
            if let Err(error) = outcome {
                output.note(&format!("warning: this process's memory is not protected: {error}"));
            }
        }
        Ok(Self { output, environment: Environment::read()? })
    }

    /// The engine of this person's profile, for what needs no secret.
    pub fn engine(&self) -> Result<Engine, Problem> {
        self.open()
    }

    /// The person's profile, made where there is none.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn profile(&self) -> Result<Profile, Problem> {
        Profile::open(self.environment.home.clone())
    }

    /// Whether other users can get at the profile; the profile is made where there is none.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn permissions(&self) -> Result<CheckView, Problem> {
        let profile = self.profile()?;
        Ok(permissions::check(&profile, &self.environment))
    }

    /// What a provider file in `folder` may start from. A script it names is beside it, one that it inherits beside the
    /// person's own files.
    ///
    /// # Errors
    /// As [`Profile::catalog`].
    pub fn catalog(&self, folder: PathBuf) -> Result<Catalog, Problem> {
        let profile = self.profile()?;
        let own = profile.providers_dir();
        let beside = move |name: &str| script_beside(&folder, name).or_else(|| script_beside(&own, name));
        Ok(profile.catalog()?.with_scripts(beside))
    }

    /// Saves a provider file among the person's own; answers where.
    ///
    /// # Errors
    /// As [`Profile::save_provider`].
    pub fn save_provider(&self, id: &str, text: &str) -> Result<PathBuf, Problem> {
        self.profile()?.save_provider(id, text, None)
    }

    /// The engine with a vault that can be read. A keychain is asked only when something is read from it, and
    /// unlocks with the system's own prompt; an encrypted file needs its passphrase first.
    pub async fn unlocked(&self) -> Result<Engine, Problem> {
        let engine = self.open()?;
        self.unlock(&engine).await?;
        Ok(engine)
    }

    /// The same for whoever listens to signals itself.
    pub async fn unlocked_unwatched(&self) -> Result<Engine, Problem> {
        let engine = self.open()?;
        self.open_vault(&engine).await?;
        Ok(engine)
    }

    /// Makes the vault of an engine one that can be read, as [`Session::unlocked`] does. From then on an interruption waits
    /// for tokens that are on their way.
    pub async fn unlock(&self, engine: &Engine) -> Result<(), Problem> {
        self.open_vault(engine).await?;
        signal::end_when_saved(engine.clone(), self.output)
    }

    async fn open_vault(&self, engine: &Engine) -> Result<(), Problem> {
        if engine.vault_kind() != VaultKind::File {
            return Ok(());
        }
        let status = engine.vault_status().await;
        let new = match status.state {
            VaultState::Locked => false,
            VaultState::New => true,
            _ => return Ok(()),
        };
        let file = self.environment.passphrase_file.as_deref();
        if let Some(away) = status.detail.filter(|_| new) {
            if file.is_some() {
                // Nobody looks at what a job does: the folder's own vault would be shut out when it is back.
                return Err(Problem::new(Code::VaultAway).because(status.backend));
            }
            self.output.note(&again(&away));
        }
        let passphrase = prompt::passphrase(file, new)?;
        engine.unlock(Some(passphrase)).await
    }

    /// New tokens that the vault refused live only in this process, so it does not end before it has tried for a
    /// while, whatever the problem says: the database may have refused to be told. Answers whose they were. Where none
    /// wait, the problem is handed back.
    pub async fn rescue(&self, engine: &Engine, problem: Problem) -> Result<ConnectionId, Problem> {
        let Some(id) = engine.unsaved().pop() else { return Err(problem) };
        let seconds = RESCUE.as_secs();
        self.output.note(&format!(
            "New tokens have arrived and could not be saved: unlock the keychain. Trying for {seconds} s."
        ));
        engine.save_before_the_end(&id, RESCUE, Channel::Command).await?;
        Ok(id)
    }

    /// The wall clock, for "57 min left".
    pub fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    fn open(&self) -> Result<Engine, Problem> {
        let profile = self.profile()?;
        let ports = tokenrack_platform::ports(&profile, &self.environment)?;
        let engine = Engine::open(ports, Arc::new(profile.catalog()?))?;
        // Never dropped: closing the database by hand folds its journal in first, for which a script would wait
        // each time. Everything is committed; the system takes the rest back, and a later process folds it in.
        std::mem::forget(engine.clone());
        Ok(engine)
    }
}
