//! What the commands work with.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokenrack_core::engine::Engine;
use tokenrack_core::language::Language;
use tokenrack_core::ports::{Browser, Entropy};
use tokenrack_core::problem::{Code, Problem};
use tokenrack_platform::{Profile, SystemBrowser, SystemClock, SystemEntropy};
use tokio::sync::{Notify, SetOnce};

use crate::clipboard::Clipboard;
use crate::deep_link::Links;
use crate::events::{self, Pages};
use crate::own_providers;
use crate::reminders::Reminders;
use crate::selftest::SelfTest;
use crate::session::Session;
use crate::tray::Tray;

/// For registering the deep link, which takes a second where the desktop is slow.
const WAY_BACK: Duration = Duration::from_secs(5);

/// The app, as its commands see it.
pub(crate) struct Face {
    core: OnceLock<Core>,
    /// Why there is no core; held while one is being opened.
    problem: Mutex<Option<Problem>>,
    /// The clipboard, and when it is cleared.
    pub(crate) clipboard: Clipboard,
    /// The person's browser.
    pub(crate) browser: Arc<dyn Browser>,
    /// Chance.
    pub(crate) entropy: Arc<dyn Entropy>,
    /// The page that listens.
    pub(crate) pages: Arc<Pages>,
    /// What a person who is not looking should hear.
    pub(crate) reminders: Arc<Reminders>,
    /// The icon beside the clock.
    pub(crate) tray: Arc<Tray>,
    /// Told when a window is shown.
    pub(crate) shown: Notify,
    /// Whether links reach this program was seen to.
    pub(crate) registered: SetOnce<()>,
    /// The app is to end as soon as new tokens are saved.
    pub(crate) ending: AtomicBool,
    /// Links on their way to the engine.
    pub(crate) links: Arc<Links>,
    /// The page has something that closing the window would lose.
    pub(crate) unsaved_text: AtomicBool,
    /// The deep-link test that waits for its own link.
    pub(crate) selftest: SelfTest,
    /// What this process was started with.
    pub(crate) session: Session,
}

/// The open profile.
pub(crate) struct Core {
    /// The one engine of this process.
    pub(crate) engine: Engine,
    /// Where its files are.
    pub(crate) profile: Profile,
}

impl Face {
    /// Opens the profile. When that fails the app still opens: the page shows what happened and what to do.
    pub(crate) fn open(session: Session, links: Arc<Links>) -> std::io::Result<Self> {
        let pages = Arc::new(Pages::default());
        let browser = session.environment.as_ref().ok().and_then(|environment| environment.browser.clone());
        let face = Self {
            core: OnceLock::new(),
            problem: Mutex::new(None),
            clipboard: Clipboard::start(Arc::new(SystemClock), &SystemEntropy, pages.clone())?,
            browser: Arc::new(SystemBrowser::new(browser)),
            entropy: Arc::new(SystemEntropy),
            pages,
            reminders: Arc::default(),
            tray: Arc::default(),
            shown: Notify::new(),
            registered: SetOnce::new(),
            ending: AtomicBool::new(false),
            links,
            unsaved_text: AtomicBool::new(false),
            selftest: SelfTest::default(),
            session,
        };
        if let Err(problem) = face.try_to_open() {
            tracing::error!(code = problem.code.as_str(), %problem, "the profile could not be opened");
        }
        // The tray and notifications speak before any page does.
        face.speak(&face.session.languages);
        Ok(face)
    }

    /// Speaks the person's language, or the first of the system's there is (tags of BCP 47).
    pub(crate) fn speak(&self, system: &[String]) -> Language {
        let chosen = self.core().and_then(|core| core.engine.settings()).ok();
        let language =
            chosen.and_then(|settings| settings.language).unwrap_or_else(|| Language::of_system(system));
        language.speak();
        language
    }

    /// The open profile, or why there is none.
    pub(crate) fn core(&self) -> Result<&Core, Problem> {
        self.core.get().ok_or_else(|| self.problem().clone().unwrap_or_else(|| Code::Internal.into()))
    }

    /// The open profile; opens it if that has failed before. Must run inside the runtime.
    pub(crate) fn try_to_open(&self) -> Result<&Core, Problem> {
        let mut problem = self.problem();
        if let Some(core) = self.core.get() {
            return Ok(core);
        }
        match Core::open(&self.session) {
            Ok(core) => {
                tokio::spawn(events::forward(
                    core.engine.subscribe(),
                    core.engine.clone(),
                    self.pages.clone(),
                    self.reminders.clone(),
                    self.tray.clone(),
                ));
                tokio::spawn(own_providers::follow(core.engine.clone(), core.profile.clone()));
                core.engine.keep_fresh();
                *problem = None;
                Ok(self.core.get_or_init(|| core))
            }
            Err(error) => {
                *problem = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Until a link would come back: a browser that is signed in already sends one at once.
    pub(crate) async fn way_back(&self) {
        if tokio::time::timeout(WAY_BACK, self.registered.wait()).await.is_err() {
            tracing::warn!(
                "the desktop takes long to register the deep link; the browser is not kept waiting"
            );
        }
    }

    fn problem(&self) -> std::sync::MutexGuard<'_, Option<Problem>> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
    fn open(session: &Session) -> Result<Self, Problem> {
        let environment = session.environment.as_ref().map_err(Problem::clone)?;
        let profile = Profile::open(environment.home.clone())?;
        let ports = tokenrack_platform::ports(&profile, environment)?;
        let engine = Engine::open(ports, Arc::new(profile.catalog()?))?;
        Ok(Self { engine, profile })
    }

    /// The person's own provider files are read again, and used from now on.
    ///
    /// # Errors
    /// As [`Profile::catalog`].
    pub(crate) fn read_providers(&self) -> Result<(), Problem> {
        self.engine.set_catalog(self.profile.catalog()?);
        Ok(())
    }
}
