//! A world for an engine in which one thing at a time can fail: the real database and lock, a vault and a network
//! that obey the test, a clock that stands still until it is moved.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokenrack_core::connection::{ClientAuthentication, ConnectionId, GrantType, RedirectMethod};
use tokenrack_core::engine::{ConnectOptions, Connecting, Engine, Ports, Started, Step};
use tokenrack_core::event::Channel;
use tokenrack_core::ports::*;
use tokenrack_core::provider::Catalog;
use tokenrack_core::script::{ScriptCall, ScriptError, ScriptRunner, Zeroizing};
use tokenrack_core::view::Draft;
use tokenrack_oauth::secret::{ClientSecret, Passphrase, SecretBytes};
use tokenrack_platform::{
    AgeSeal, FileLock, LoopbackListener, Patience, Profile, SqliteStore, SystemEntropy,
};
use tokio::sync::{Semaphore, watch};

/// A sign-in that the test itself answers.
pub const OPTIONS: ConnectOptions =
    ConnectOptions { open_browser: false, time_limit: Duration::from_secs(300), channel: Channel::Command };

/// A process's view of the world; several share one by `World::engine`.
pub struct World {
    pub clock: Arc<TestClock>,
    pub vault: Arc<TestVault>,
    pub network: Arc<TestNetwork>,
    pub online: Arc<Online>,
    pub scripts: Arc<TestScripts>,
    profile: Profile,
    _folder: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock {
            now: Mutex::new("2026-01-01T12:00:00Z".parse().unwrap()),
            look: Mutex::default(),
            slept: Mutex::default(),
            moved: watch::Sender::new(()),
        });
        let profile = Profile::open(Some(folder.path().into())).unwrap();
        let (vault, network, online, scripts) = Default::default();
        Self { clock, vault, network, online, scripts, profile, _folder: folder }
    }

    /// One more process on this profile.
    pub fn engine(&self) -> Engine {
        self.engine_with(Arc::new(self.lock()))
    }

    /// The profile's locks.
    pub fn lock(&self) -> FileLock {
        FileLock::new(self.profile.locks_dir())
    }

    /// The same with another lock.
    pub fn engine_with(&self, lock: Arc<dyn ConnectionLock>) -> Engine {
        let ports = Ports {
            vault: self.vault.clone(),
            store: Arc::new(SqliteStore::open(&self.profile.database(), self.clock.clone()).unwrap()),
            http: self.network.clone(),
            clock: self.clock.clone(),
            entropy: Arc::new(SystemEntropy),
            browser: Arc::new(NoBrowser),
            listener: Arc::new(LoopbackListener::new(Patience::default())),
            lock,
            network: self.online.clone(),
            scripts: self.scripts.clone(),
            // A passphrase that takes no time to try.
            seal: Arc::new(AgeSeal::with_work(1)),
        };
        Engine::open(ports, Arc::new(self.catalog())).unwrap()
    }

    /// The shipped providers, and the person's own as they are now.
    pub fn catalog(&self) -> Catalog {
        self.profile.catalog().unwrap()
    }

    /// Past the engine, as a failing disk or another program would.
    pub fn tamper(&self, sql: &str) {
        rusqlite::Connection::open(self.profile.database()).unwrap().execute_batch(sql).unwrap();
    }

    /// The database refuses every record with this in it, as a disk does that has just become full.
    pub fn refuse_records_with(&self, text: &str) {
        self.tamper(&format!(
            "CREATE TRIGGER full BEFORE UPDATE ON connections WHEN new.record LIKE '%{text}%'
             BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        ));
    }

    /// The database takes everything again.
    pub fn accept_all_records(&self) {
        self.tamper("DROP TRIGGER full");
    }

    /// Puts a file into the person's own providers; engines opened later know it, others when they are told.
    pub fn own_provider(&self, name: &str, text: &str) {
        std::fs::write(self.profile.providers_dir().join(name), text).unwrap();
    }

    /// GitLab's file, without a word on whether refresh tokens are replaced.
    pub fn does_not_say_whether_it_rotates(&self) {
        let file = include_str!("../../../providers/gitlab.toml");
        self.own_provider("gitlab.toml", &file.replace("rotates = true\n", ""));
    }

    /// Deletes it again.
    pub fn remove_own_provider(&self, name: &str) {
        std::fs::remove_file(self.profile.providers_dir().join(name)).unwrap();
    }

    /// A connection to GitLab's spec: pinned endpoints, so that no discovery stands between.
    pub async fn add(&self, engine: &Engine) -> ConnectionId {
        self.add_as(engine, Draft::default()).await
    }

    /// The same under another name.
    pub async fn add_as(&self, engine: &Engine, draft: Draft) -> ConnectionId {
        engine.add(&self.draft(draft), None, Channel::Command).await.unwrap().id
    }

    /// What is to be added for that.
    pub fn draft(&self, draft: Draft) -> Draft {
        Draft {
            provider: "gitlab".into(),
            client_id: "me".into(),
            scopes: Some(vec!["api".into()]),
            redirect: Some(RedirectMethod::DeepLink),
            ..draft
        }
    }

    /// A connection that has signed in.
    pub async fn connected(&self, engine: &Engine) -> ConnectionId {
        self.connected_as(engine, Draft::default()).await
    }

    /// For another connection beside the first.
    pub fn named(&self, name: &str) -> Draft {
        Draft { name: Some(name.into()), ..Draft::default() }
    }

    /// The same as the draft has it.
    pub async fn connected_as(&self, engine: &Engine, draft: Draft) -> ConnectionId {
        let id = self.add_as(engine, draft).await;
        let redirect = self.start(engine, &id).await;
        self.network.answer(
            200,
            r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"bearer","expires_in":7200}"#,
        );
        engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
        self.network.sent();
        id
    }

    /// A connection to a provider of the person's own, `acme.toml`, that the engine has to know already.
    pub async fn add_acme(&self, engine: &Engine, grant: GrantType) -> ConnectionId {
        let draft = Draft {
            provider: "acme".into(),
            client_id: "me".into(),
            redirect: Some(RedirectMethod::DeepLink),
            grant: Some(grant),
            ..Draft::default()
        };
        engine.add(&draft, None, Channel::Command).await.unwrap().id
    }

    /// Signs in, and the server answers so.
    pub async fn signed_in(&self, engine: &Engine, id: &ConnectionId, answer: &str) {
        let redirect = self.start(engine, id).await;
        self.network.answer(200, answer);
        engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
        self.network.sent();
    }

    /// A connection whose client proves itself, by "the first secret".
    pub async fn confidential(&self, engine: &Engine) -> ConnectionId {
        let authentication = Some(ClientAuthentication::ClientSecretPost);
        let draft = self.draft(Draft { authentication, ..Draft::default() });
        engine.add(&draft, secret("the first secret"), Channel::Command).await.unwrap().id
    }

    /// A disconnect of which the provider could not be told.
    pub async fn unheard(&self, engine: &Engine, id: &ConnectionId) {
        for _ in 0..2 {
            self.network.answer(503, "");
        }
        assert!(engine.disconnect(id, false, Channel::App).await.unwrap().tried_again);
        self.network.sent();
    }

    /// A connection's item in the vault.
    pub fn item(&self, id: &ConnectionId) -> serde_json::Value {
        serde_json::from_slice(self.vault.snapshot()[&id.0].expose()).unwrap()
    }

    /// Starts a sign-in; answers the redirect that the provider would send.
    pub async fn start(&self, engine: &Engine, id: &ConnectionId) -> String {
        let Connecting::Waiting(started) = engine.connect(id, OPTIONS).await.unwrap() else {
            panic!("somebody has to sign in")
        };
        redirect(&started)
    }
}

/// As a person types it.
pub fn secret(text: &str) -> Option<ClientSecret> {
    Some(ClientSecret::new(text.into()))
}

/// The redirect that the provider would send.
pub fn redirect(started: &Started) -> String {
    let Step::Redirect { authorization_url, redirect_uri } = &started.step else {
        panic!("the browser is to come back")
    };
    let url = url::Url::parse(authorization_url).unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    format!("{redirect_uri}?code=c-1&state={state}")
}

/// Scripts that return what the test has prepared, in order; without that they fail.
#[derive(Default)]
pub struct TestScripts(Mutex<VecDeque<String>>);

impl TestScripts {
    pub fn returns(&self, json: &str) {
        self.0.lock().unwrap().push_back(json.to_owned());
    }
}

#[async_trait]
impl ScriptRunner for TestScripts {
    async fn call(&self, _: ScriptCall) -> Result<Zeroizing<String>, ScriptError> {
        let returned = self.0.lock().unwrap().pop_front();
        returned.map(Zeroizing::new).ok_or_else(|| ScriptError::Threw("as the test wants it".into()))
    }
}

/// Stands still until it is moved, unless each look takes time; sleeping takes none.
pub struct TestClock {
    now: Mutex<Timestamp>,
    look: Mutex<SignedDuration>,
    moved: watch::Sender<()>,
    slept: Mutex<Vec<Duration>>,
}

impl TestClock {
    pub fn forward(&self, seconds: i64) {
        {
            let mut now = self.now.lock().unwrap();
            *now = now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
        }
        self.moved.send_modify(|()| ());
    }

    /// From now on it is a millisecond later each time that somebody looks.
    pub fn run(&self) {
        *self.look.lock().unwrap() = SignedDuration::from_millis(1);
    }

    /// No more.
    pub fn stand_still(&self) {
        *self.look.lock().unwrap() = SignedDuration::ZERO;
    }

    /// How long somebody wanted to sleep, each time since the last look.
    pub fn slept(&self) -> Vec<Duration> {
        std::mem::take(&mut *self.slept.lock().unwrap())
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let mut now = self.now.lock().unwrap();
        *now += *self.look.lock().unwrap();
        *now
    }

    async fn sleep(&self, span: Duration) {
        self.slept.lock().unwrap().push(span);
        tokio::task::yield_now().await;
    }

    async fn sleep_until(&self, at: Timestamp) {
        let mut moved = self.moved.subscribe();
        while self.now() < at && moved.changed().await.is_ok() {}
    }
}

/// A network that comes up when the test says so.
pub struct Online(watch::Sender<u64>);

impl Default for Online {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Online {
    pub fn comes_up(&self) {
        self.0.send_modify(|count| *count += 1);
    }
}

impl Network for Online {
    fn changes(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

/// A vault in memory that is locked, refuses writes, does not answer them or hides an item when it is told to.
#[derive(Default)]
pub struct TestVault {
    items: Mutex<HashMap<String, SecretBytes>>,
    is_locked: Mutex<bool>,
    is_absent: Mutex<bool>,
    refuse_writes: Mutex<bool>,
    answers_late: Mutex<bool>,
    is_frozen: Mutex<bool>,
    refused: Mutex<Option<(String, SecretBytes)>>,
    hidden: Mutex<Option<String>>,
    kept_back: Mutex<Option<String>>,
    unanswered: Mutex<Option<String>>,
    hides_next: Mutex<bool>,
    is_full: Mutex<bool>,
    reads: AtomicUsize,
}

impl TestVault {
    /// How often it was asked for an item since the last look.
    pub fn reads(&self) -> usize {
        self.reads.swap(0, Ordering::Relaxed)
    }

    pub fn lock(&self, is_locked: bool) {
        *self.is_locked.lock().unwrap() = is_locked;
    }

    /// As for a session that has no keychain.
    pub fn take_away(&self, is_absent: bool) {
        *self.is_absent.lock().unwrap() = is_absent;
    }

    pub fn refuse_writes(&self, refuse: bool) {
        *self.refuse_writes.lock().unwrap() = refuse;
    }

    /// It writes and deletes as before, and its answers take too long.
    pub fn answer_late(&self, late: bool) {
        *self.answers_late.lock().unwrap() = late;
    }

    /// Nobody hears what became of a write.
    pub fn freeze(&self, is_frozen: bool) {
        *self.is_frozen.lock().unwrap() = is_frozen;
    }

    /// What it has refused last happens after all: as a write whose answer took too long.
    pub fn write_late(&self) {
        self.items.lock().unwrap().extend(self.refused.lock().unwrap().take());
    }

    /// The connection's item is there, and read as if it were not: as of a keyring that comes up late.
    pub fn hide(&self, id: Option<&ConnectionId>) {
        *self.hidden.lock().unwrap() = id.map(|id| id.0.clone());
    }

    /// The connection's item is in a keyring that stays locked beside the one in use.
    pub fn keep_back(&self, id: Option<&ConnectionId>) {
        *self.kept_back.lock().unwrap() = id.map(|id| id.0.clone());
    }

    /// A read of the connection's item is not answered in time: as where the system asks the person, who is not there.
    pub fn leave_unanswered(&self, id: Option<&ConnectionId>) {
        *self.unanswered.lock().unwrap() = id.map(|id| id.0.clone());
    }

    /// What is written next is hidden from then on.
    pub fn lose_reads_after_write(&self) {
        *self.hides_next.lock().unwrap() = true;
    }

    /// Says that there is no room, as can be seen of a full disk.
    pub fn fill(&self, is_full: bool) {
        *self.is_full.lock().unwrap() = is_full;
    }

    fn written(&self) -> Result<(), VaultError> {
        if *self.answers_late.lock().unwrap() { Err(VaultError::TimedOut) } else { Ok(()) }
    }

    fn may_write(&self) -> Result<(), VaultError> {
        let refuses = *self.is_locked.lock().unwrap() || *self.refuse_writes.lock().unwrap();
        if refuses { Err(VaultError::Locked) } else { Ok(()) }
    }

    /// As it was at this moment, to put back later: a crash between vault and database, or a thief's copy.
    pub fn snapshot(&self) -> HashMap<String, SecretBytes> {
        self.items.lock().unwrap().clone()
    }

    pub fn restore(&self, items: HashMap<String, SecretBytes>) {
        *self.items.lock().unwrap() = items;
    }
}

#[async_trait]
impl Vault for TestVault {
    async fn read(&self, item: &VaultItem) -> Result<Option<SecretBytes>, VaultError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        if *self.is_locked.lock().unwrap() {
            return Err(VaultError::Locked);
        }
        if *self.is_absent.lock().unwrap() {
            return Err(VaultError::Absent("as the test wants it".into()));
        }
        if self.hidden.lock().unwrap().as_ref() == Some(&item.id.0) {
            return Ok(None);
        }
        if self.unanswered.lock().unwrap().as_ref() == Some(&item.id.0) {
            return Err(VaultError::TimedOut);
        }
        if self.kept_back.lock().unwrap().as_ref() == Some(&item.id.0) {
            return Err(VaultError::Locked);
        }
        Ok(self.items.lock().unwrap().get(&item.id.0).cloned())
    }

    async fn write(&self, item: &VaultItem, value: SecretBytes) -> Result<(), VaultError> {
        let is_frozen = *self.is_frozen.lock().unwrap();
        if is_frozen {
            std::future::pending::<()>().await;
        }
        if let Err(refused) = self.may_write() {
            *self.refused.lock().unwrap() = Some((item.id.0.clone(), value));
            return Err(refused);
        }
        if std::mem::take(&mut *self.hides_next.lock().unwrap()) {
            *self.hidden.lock().unwrap() = Some(item.id.0.clone());
        }
        self.items.lock().unwrap().insert(item.id.0.clone(), value);
        self.written()
    }

    async fn has_room(&self, _: &VaultItem) -> Result<(), VaultError> {
        match *self.is_full.lock().unwrap() {
            // As for a folder that may be read and not written to.
            true => Err(VaultError::Denied("no space left on device".into())),
            false => Ok(()),
        }
    }

    async fn delete(&self, item: &VaultItem) -> Result<(), VaultError> {
        self.may_write()?;
        self.items.lock().unwrap().remove(&item.id.0);
        self.written()
    }

    fn kind(&self) -> VaultKind {
        VaultKind::Keychain
    }

    async fn status(&self) -> VaultStatus {
        let is_locked = *self.is_locked.lock().unwrap();
        VaultStatus {
            kind: VaultKind::Keychain,
            backend: "memory".into(),
            state: if is_locked { VaultState::Locked } else { VaultState::Ready },
            detail: None,
        }
    }

    async fn unlock(&self, _: Option<Passphrase>) -> Result<(), VaultError> {
        Ok(())
    }
}

/// Answers what the test has prepared, in order, and keeps what was sent.
#[derive(Default)]
pub struct TestNetwork {
    answers: Mutex<VecDeque<Result<HttpResponse, HttpError>>>,
    standing: Mutex<Vec<(String, u16, String)>>,
    pages: Mutex<VecDeque<(u16, String)>>,
    requests: Mutex<Vec<String>>,
    hosts: Mutex<Vec<String>>,
    slow: Mutex<Option<(Arc<TestClock>, i64)>>,
    gate: Mutex<Option<Arc<Semaphore>>>,
}

impl TestNetwork {
    pub fn answer(&self, status: u16, body: &str) {
        let builder = http::Response::builder().status(status).header("content-type", "application/json");
        self.answers.lock().unwrap().push_back(Ok(builder.body(body.as_bytes().to_vec()).unwrap()));
    }

    /// An answer that calls itself something else than JSON.
    pub fn answer_as(&self, kind: &str, body: &str) {
        let builder = http::Response::builder().status(200).header("content-type", kind);
        self.answers.lock().unwrap().push_back(Ok(builder.body(body.as_bytes().to_vec()).unwrap()));
    }

    /// An answer of a server that takes this for the time.
    pub fn answer_at(&self, date: &str, status: u16, body: &str) {
        let builder = http::Response::builder().status(status).header("date", date);
        self.answers.lock().unwrap().push_back(Ok(builder.body(body.as_bytes().to_vec()).unwrap()));
    }

    /// Not now: after so many seconds.
    pub fn answer_after(&self, status: u16, seconds: u32) {
        let builder = http::Response::builder().status(status).header("retry-after", seconds);
        self.answers.lock().unwrap().push_back(Ok(builder.body(Vec::new()).unwrap()));
    }

    /// To each request with this text in it, from now on.
    pub fn answer_always(&self, text: &str, status: u16, body: &str) {
        self.standing.lock().unwrap().push((text.to_owned(), status, body.to_owned()));
    }

    /// What was prepared and not asked for.
    pub fn forget_answers(&self) {
        self.answers.lock().unwrap().clear();
    }

    /// What the next GET is answered.
    pub fn page(&self, body: &str) {
        self.pages.lock().unwrap().push_back((200, body.to_owned()));
    }

    /// The next GET is refused.
    pub fn refuse_page(&self, status: u16) {
        self.pages.lock().unwrap().push_back((status, String::new()));
    }

    pub fn fail(&self, kind: HttpErrorKind) {
        self.answers
            .lock()
            .unwrap()
            .push_back(Err(HttpError { kind, detail: "as the test wants it".into() }));
    }

    /// The next answer takes so long.
    pub fn take_seconds(&self, clock: &Arc<TestClock>, seconds: i64) {
        *self.slow.lock().unwrap() = Some((clock.clone(), seconds));
    }

    /// The next answer comes when the test lets it: by a permit.
    pub fn hold(&self) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        *self.gate.lock().unwrap() = Some(gate.clone());
        gate
    }

    /// The bodies sent since the last look.
    pub fn sent(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }

    /// The hosts that were asked since the last look.
    pub fn hosts(&self) -> Vec<String> {
        std::mem::take(&mut *self.hosts.lock().unwrap())
    }
}

#[async_trait]
impl HttpClient for TestNetwork {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let is_get = request.method() == http::Method::GET;
        let mut page = if is_get { self.pages.lock().unwrap().pop_front() } else { None };
        if is_get && page.is_none() {
            // "Who am I" has no place in these tests; without a label nothing changes.
            return Ok(http::Response::builder().status(404).body(Vec::new()).unwrap());
        }
        let body = String::from_utf8_lossy(request.body()).into_owned();
        let standing = self.standing.lock().unwrap().clone();
        let standing = standing.into_iter().find(|(text, ..)| body.contains(text));
        page = page.or(standing.map(|(_, status, answer)| (status, answer)));
        self.requests.lock().unwrap().push(body);
        self.hosts.lock().unwrap().extend(request.uri().host().map(str::to_owned));
        // A real network takes a turn of the scheduler at least.
        tokio::task::yield_now().await;
        let gate = self.gate.lock().unwrap().take();
        if let Some(gate) = gate {
            gate.acquire().await.unwrap().forget();
        }
        if let Some((clock, seconds)) = self.slow.lock().unwrap().take() {
            clock.forward(seconds);
        }
        match page {
            Some((status, page)) => {
                Ok(http::Response::builder().status(status).body(page.into_bytes()).unwrap())
            }
            None => self.answers.lock().unwrap().pop_front().expect("the test has prepared an answer"),
        }
    }
}

/// Whoever waits for this lock sees another process refresh, and does not get it.
pub struct TakenBy(pub Engine);

#[async_trait]
impl ConnectionLock for TakenBy {
    async fn acquire(&self, id: &ConnectionId, _: Duration) -> Result<LockGuard, LockError> {
        self.0.refresh(id, Channel::Command).await.unwrap();
        Err(LockError::Busy)
    }

    fn is_held(&self, _: &ConnectionId) -> bool {
        true
    }
}

/// Another process has this lock for as long as anybody waits.
pub struct LockTaken;

#[async_trait]
impl ConnectionLock for LockTaken {
    async fn acquire(&self, _: &ConnectionId, _: Duration) -> Result<LockGuard, LockError> {
        Err(LockError::Busy)
    }

    fn is_held(&self, _: &ConnectionId) -> bool {
        true
    }
}

struct NoBrowser;

#[async_trait]
impl Browser for NoBrowser {
    async fn open(&self, _: &url::Url) -> Result<(), String> {
        Err("no browser here".into())
    }
}
