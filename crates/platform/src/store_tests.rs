use super::*;
use std::collections::BTreeMap;
use std::time::Duration;

use tokenrack_core::activity::Topic;
use tokenrack_core::connection::{
    ClientAuthentication, ClientRegistration, GrantType, LastEvent, ProviderRef, RedirectMethod,
};
use tokenrack_core::event::{ActivityKind, Attention, Channel, Reason};
use tokenrack_core::lifecycle::{Attempt, Awaited, Settled};
use tokenrack_core::problem::Code;
use tokenrack_core::provider::ProviderId;

use crate::SystemClock;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// A clock that stands at a second of [`at`].
struct Standing(i64);

#[async_trait::async_trait]
impl Clock for Standing {
    fn now(&self) -> Timestamp {
        at(self.0)
    }

    async fn sleep(&self, _: Duration) {}

    async fn sleep_until(&self, _: Timestamp) {}
}

fn connection(id: &str, name: &str) -> Connection {
    Connection {
        id: ConnectionId(id.into()),
        name: name.into(),
        provider: ProviderRef::Catalog(ProviderId("github".into())),
        environment: None,
        registration: ClientRegistration {
            client_id: "client".into(),
            authentication: ClientAuthentication::None,
            redirect: RedirectMethod::DeepLink,
            redirect_uri: "dev.tokenrack.desktop:/oauth/callback".into(),
            grant_type: GrantType::AuthorizationCode,
        },
        scopes: vec!["repo".into()],
        resources: vec![],
        vars: BTreeMap::new(),
        choices: BTreeMap::new(),
        server: None,
        state: ConnectionState::Settled(unauthorized()),
        unrevoked: None,
        unrevoked_of: vec![],
        undeleted: None,
        lost_after: None,
        lost_sign_in: None,
        sign_in_seconds: vec![],
        told: vec![],
        created_at: at(0),
        last_event: LastEvent { at: at(0), kind: ActivityKind::Added, code: None },
    }
}

fn unauthorized() -> Settled {
    Settled::Unauthorized { since: at(0), problem: None, ended: 0 }
}

fn waiting(digest: &str) -> ConnectionState {
    let attempt = Attempt {
        state_digest: StateDigest(digest.into()),
        started_at: at(1),
        expires_at: at(300),
        issuer: None,
        token_endpoint: "https://example.com/token".into(),
        client_id: "client".into(),
        browser_opened: true,
        exchanging_since: None,
        unread_since: None,
        awaited: Awaited::Redirect {
            redirect: RedirectMethod::DeepLink,
            redirect_uri: "dev.tokenrack.desktop:/oauth/callback".into(),
        },
    };
    ConnectionState::Authorizing { attempt: Box::new(attempt), prior: unauthorized() }
}

fn line(connection: &Connection, detail: &str) -> NewActivity {
    NewActivity {
        at: Timestamp::from_nanosecond(1_800_000_000_123_456_789).unwrap(),
        connection: Some(connection.id.clone()),
        connection_name: connection.name.clone(),
        kind: ActivityKind::AuthorizationFailed,
        channel: Channel::DeepLink,
        code: Some(Code::AccessDenied),
        detail: Some(detail.into()),
    }
}

fn everything() -> ActivityFilter {
    ActivityFilter { limit: usize::MAX, ..ActivityFilter::default() }
}

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("tokenrack.db")
    }

    fn open(&self) -> SqliteStore {
        self.open_at(10)
    }

    fn open_at(&self, second: i64) -> SqliteStore {
        SqliteStore::open(&self.path(), Arc::new(Standing(second))).unwrap()
    }
}

#[test]
fn what_is_written_is_read_by_another_process() {
    let place = Place::new();
    let (writer, reader) = (place.open(), place.open());
    let work = connection("a1", "GitHub (work)");
    assert_eq!(writer.insert(&work, line(&work, "added")).unwrap(), 1);
    assert_eq!(
        reader.load_all().unwrap(),
        Loaded { revision: 1, connections: vec![work.clone()], unreadable: vec![] }
    );
    assert_eq!(reader.load(&work.id).unwrap(), Some(work.clone()));
    assert_eq!(reader.load(&ConnectionId("none".into())).unwrap(), None);
    let found = reader.activity(&ActivityFilter::default()).unwrap();
    assert_eq!(found.len(), 1);
    let (entry, given) = (&found[0], line(&work, "added"));
    assert_eq!(
        (entry.at, entry.kind, entry.channel, entry.code),
        (given.at, given.kind, given.channel, given.code)
    );
    assert_eq!(entry.detail.as_deref(), Some("added"));
    assert_eq!(entry.connection, given.connection);
}

#[test]
fn the_databases_own_file_has_every_connection() {
    let (place, copy) = (Place::new(), Place::new());
    let store = place.open();
    for name in ["work", "home"] {
        let one = connection(name, name);
        store.insert(&one, line(&one, "added")).unwrap();
        std::fs::copy(place.path(), copy.path()).unwrap();
        assert_eq!(copy.open().load_all().unwrap().connections, store.load_all().unwrap().connections);
    }
}

#[test]
fn a_name_is_taken_ignoring_case_also_beyond_ascii() {
    let place = Place::new();
    let store = place.open();
    let first = connection("a1", "Überblick");
    let mut second = connection("a2", "überBLICK");
    store.insert(&first, line(&first, "")).unwrap();
    assert_eq!(store.insert(&second, line(&second, "")), Err(StoreError::NameTaken("überBLICK".into())));
    assert_eq!(store.revision().unwrap(), 1, "a refused write changes nothing");
    assert_eq!(store.activity(&ActivityFilter::default()).unwrap().len(), 1);
    second.name = "other".into();
    store.insert(&second, line(&second, "")).unwrap();
    let renamed = store.update(&second.id, &mut |connection| {
        connection.name = "ÜBERBLICK".into();
        Some(Change::default())
    });
    assert_eq!(renamed, Err(StoreError::NameTaken("ÜBERBLICK".into())));
    assert!(matches!(
        store.insert(&first, line(&first, "")),
        Err(StoreError::NameTaken(_) | StoreError::Failed(_))
    ));
}

#[test]
fn an_update_writes_all_or_nothing() {
    let place = Place::new();
    let store = place.open();
    let work = connection("a1", "work");
    store.insert(&work, line(&work, "")).unwrap();
    let untouched = store.update(&work.id, &mut |connection| {
        connection.name = "changed in memory only".into();
        None
    });
    assert_eq!(untouched.unwrap(), (1, work.clone()));
    let (revision, after) = store
        .update(&work.id, &mut |connection| {
            connection.environment = Some("prod".into());
            connection.id = ConnectionId("moved".into());
            Some(Change { activity: vec![line(connection, "x"), line(connection, "y")], ended: None })
        })
        .unwrap();
    assert_eq!((revision, after.environment.as_deref(), &after.id), (2, Some("prod"), &work.id));
    assert_eq!(store.load(&work.id).unwrap(), Some(after));
    assert_eq!(store.activity(&ActivityFilter::default()).unwrap().len(), 3);
    let missing = store.update(&ConnectionId("none".into()), &mut |_| Some(Change::default()));
    assert_eq!(missing.unwrap_err(), StoreError::NotFound);
}

#[test]
fn an_attempt_is_found_while_it_waits_and_a_day_after_it_ended() {
    let place = Place::new();
    let store = place.open();
    let work = connection("a1", "work");
    store.insert(&work, line(&work, "")).unwrap();
    let digest = StateDigest("d1".into());
    let begin = |store: &SqliteStore, digest: &str, ended: Option<(StateDigest, AttemptEnd)>| {
        let mut ended = ended;
        store
            .update(&work.id, &mut |connection| {
                connection.state = waiting(digest);
                Some(Change { activity: vec![], ended: ended.take() })
            })
            .unwrap();
    };
    assert_eq!(store.attempt(&digest).unwrap(), None);
    begin(&store, "d1", None);
    let record = AttemptRecord { connection: work.id.clone(), end: None };
    assert_eq!(place.open().attempt(&digest).unwrap(), Some(record.clone()));

    begin(&store, "d2", Some((digest.clone(), AttemptEnd::Superseded)));
    assert_eq!(store.attempt(&digest).unwrap().unwrap().end, Some(AttemptEnd::Superseded));
    assert_eq!(store.attempt(&StateDigest("d2".into())).unwrap(), Some(record));

    let day = 86_400;
    begin(&place.open_at(10 + day), "d2", None);
    assert!(store.attempt(&digest).unwrap().is_some(), "exactly a day is still remembered");
    begin(&place.open_at(11 + day), "d2", None);
    assert_eq!(store.attempt(&digest).unwrap(), None);
}

#[test]
fn forgetting_a_connection_ends_its_attempt_and_keeps_its_record() {
    let place = Place::new();
    let store = place.open();
    let mut work = connection("a1", "work");
    work.state = waiting("d1");
    store.insert(&work, line(&work, "added")).unwrap();
    store.remove(&work.id, line(&work, "forgotten")).unwrap();
    assert_eq!(store.load_all().unwrap(), Loaded { revision: 2, connections: vec![], unreadable: vec![] });
    assert_eq!(store.attempt(&StateDigest("d1".into())).unwrap().unwrap().end, Some(AttemptEnd::Cancelled));
    assert_eq!(
        store
            .activity(&ActivityFilter { connection: Some(work.id.clone()), ..ActivityFilter::default() })
            .unwrap()
            .len(),
        2
    );
    assert_eq!(store.remove(&work.id, line(&work, "")), Err(StoreError::NotFound));
}

#[test]
fn the_record_keeps_its_newest_lines() {
    let place = Place::new();
    let store = place.open();
    let (work, other) = (connection("a1", "work"), connection("a2", "other"));
    store.record(line(&work, "the first")).unwrap();
    {
        let mut database = store.database();
        let bulk = database.transaction().unwrap();
        for n in 0..activity::KEPT + 50 {
            activity::add(&bulk, &line(&other, &n.to_string())).unwrap();
        }
        bulk.commit().unwrap();
    }
    let all = store.activity(&everything()).unwrap();
    assert_eq!(all.len(), usize::try_from(activity::KEPT).unwrap());
    assert!(all.windows(2).all(|pair| pair[0].seq == pair[1].seq + 1), "newest first, none missing");
    assert!(
        store
            .activity(&ActivityFilter { connection: Some(work.id), ..ActivityFilter::default() })
            .unwrap()
            .is_empty()
    );
    assert_eq!(store.activity(&ActivityFilter::default()).unwrap().len(), 200);
}

#[test]
fn the_record_is_read_in_pages_of_what_a_filter_takes() {
    let place = Place::new();
    let store = place.open();
    let (work, other) = (connection("a1", "work"), connection("a2", "Überblick"));
    let kinds = [ActivityKind::Refreshed, ActivityKind::TokenReleased];
    {
        let mut database = store.database();
        let bulk = database.transaction().unwrap();
        for n in 0..600_usize {
            let whose = if n % 3 == 0 { &other } else { &work };
            let line = NewActivity { kind: kinds[n % 2], ..line(whose, &format!("line {n}")) };
            activity::add(&bulk, &line).unwrap();
        }
        bulk.commit().unwrap();
    }
    let filter = ActivityFilter {
        topic: Some(Topic::Releases),
        words: "ÜBERBLICK line".into(),
        limit: 40,
        ..ActivityFilter::default()
    };
    let mut pages = vec![];
    let mut before = None;
    loop {
        let page = store.activity(&ActivityFilter { before, ..filter.clone() }).unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        pages.push(page);
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [40, 40, 20]);
    let lines: Vec<_> = pages.concat();
    assert!(lines.windows(2).all(|pair| pair[0].seq > pair[1].seq));
    assert!(lines.iter().all(|line| line.kind == kinds[1] && line.connection.as_ref() == Some(&other.id)));

    let newest = lines[0].seq;
    store.record(NewActivity { kind: kinds[1], ..line(&other, "line, new") }).unwrap();
    store.record(line(&work, "of no interest")).unwrap();
    let since = store.activity(&ActivityFilter { after: Some(newest), ..filter.clone() }).unwrap();
    assert_eq!(since.iter().map(|line| line.detail.as_deref()).collect::<Vec<_>>(), [Some("line, new")]);
}

#[test]
fn redirects_that_strangers_send_do_not_push_out_the_rest_of_the_record() {
    let place = Place::new();
    let store = place.open();
    let work = connection("a1", "work");
    store.record(line(&work, "mine")).unwrap();
    {
        let mut database = store.database();
        let bulk = database.transaction().unwrap();
        for n in 0..activity::REFUSALS_KEPT + 50 {
            let refused = NewActivity { kind: ActivityKind::CallbackRefused, ..line(&work, &n.to_string()) };
            activity::add(&bulk, &refused).unwrap();
        }
        bulk.commit().unwrap();
    }
    let all = store.activity(&everything()).unwrap();
    assert_eq!(all.len(), usize::try_from(activity::REFUSALS_KEPT).unwrap() + 1);
    assert_eq!(all[0].detail.as_deref(), Some("249"), "the newest are kept");
    assert_eq!(all.last().unwrap().detail.as_deref(), Some("mine"));
}

#[test]
fn settings_are_kept() {
    let place = Place::new();
    let store = place.open();
    assert_eq!(store.setting("x").unwrap(), None);
    store.set_setting("x", "1").unwrap();
    assert_eq!(store.set_setting("x", "{\"a\":2}").unwrap(), 2);
    assert_eq!(place.open().setting("x").unwrap().as_deref(), Some("{\"a\":2}"));
}

/// Many rounds: the moment in which one looks while another migrates is short.
#[test]
fn processes_that_open_a_new_database_at_once_all_succeed() {
    for _ in 0..60 {
        let place = Place::new();
        std::thread::scope(|scope| {
            for n in 0..8 {
                let place = &place;
                scope.spawn(move || {
                    let one = connection(&format!("a{n}"), &format!("name {n}"));
                    place.open().insert(&one, line(&one, "")).unwrap();
                });
            }
        });
        let all = place.open().load_all().unwrap();
        assert_eq!((all.revision, all.connections.len()), (8, 8));
    }
}

/// Starts this test's own binary again: every process counts one connection's scopes up, none is lost.
#[test]
fn processes_that_change_one_connection_lose_nothing() {
    const NAME: &str = "store::tests::processes_that_change_one_connection_lose_nothing";
    let work = connection("a1", "work");
    if crate::testing::is_child() {
        return crate::testing::in_child(NAME, &[], || {
            let path = std::path::PathBuf::from(crate::testing::handed("STORE"));
            let store = SqliteStore::open(&path, Arc::new(SystemClock)).unwrap();
            for _ in 0..50 {
                store
                    .update(&work.id, &mut |connection| {
                        connection.scopes.push("x".into());
                        Some(Change { activity: vec![line(connection, "")], ended: None })
                    })
                    .unwrap();
            }
        });
    }
    let place = Place::new();
    place.open().insert(&work, line(&work, "")).unwrap();
    let mut children: Vec<_> = (0..4)
        .map(|_| {
            std::process::Command::new(std::env::current_exe().unwrap())
                .args([NAME, "--exact"])
                .env("TOKENRACK_TEST_INSIDE", "1")
                .env("STORE", place.path())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let all = place.open().load_all().unwrap();
    assert_eq!((all.revision, all.connections[0].scopes.len()), (201, 201));
}

#[tokio::test]
async fn another_process_commit_wakes_and_own_ones_too() {
    let place = Place::new();
    let (ours, theirs) = (place.open(), place.open());
    let work = connection("a1", "work");
    let mut changes = ours.changes();
    changes.borrow_and_update();
    theirs.insert(&work, line(&work, "")).unwrap();
    let before = tokio::time::Instant::now();
    tokio::time::timeout(Duration::from_secs(5), changes.changed()).await.unwrap().unwrap();
    assert_eq!(*changes.borrow_and_update(), 1);
    println!("woken after {:?}", before.elapsed());
    ours.record(line(&work, "")).unwrap();
    assert_eq!(*changes.borrow_and_update(), 2);
}

fn refused(place: &Place) -> StoreError {
    SqliteStore::open(&place.path(), Arc::new(SystemClock)).err().unwrap()
}

#[test]
fn a_newer_database_is_refused_and_left_alone() {
    let place = Place::new();
    place.open().database().pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(refused(&place), StoreError::TooNew { found: 99, known: 1 });
    let kept: i64 = Database::open(place.path())
        .unwrap()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 99);
}

#[test]
fn a_file_that_is_not_understood_is_never_overwritten() {
    let place = Place::new();
    let junk = b"not a database, but somebody's only copy".repeat(200);
    std::fs::write(place.path(), &junk).unwrap();
    assert!(matches!(refused(&place), StoreError::Failed(words) if !words.is_empty()));
    assert_eq!(std::fs::read(place.path()).unwrap(), junk);

    let stranger = Place::new();
    Database::open(stranger.path())
        .unwrap()
        .execute_batch("CREATE TABLE theirs (x); PRAGMA user_version = 1")
        .unwrap();
    assert!(
        matches!(refused(&stranger), StoreError::Failed(words) if words.contains("not a Tokenrack database"))
    );
}

#[test]
fn a_database_damaged_inside_says_so_and_keeps_its_bytes() {
    let place = Place::new();
    let store = place.open();
    for n in 0..200 {
        let one = connection(&format!("a{n}"), &format!("name {n}"));
        store.insert(&one, line(&one, "")).unwrap();
    }
    store.database().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(store);
    let mut bytes = std::fs::read(place.path()).unwrap();
    let end = bytes.len();
    bytes[4096..end].fill(0xff);
    std::fs::write(place.path(), &bytes).unwrap();
    let read = SqliteStore::open(&place.path(), Arc::new(SystemClock)).and_then(|store| store.load_all());
    assert!(matches!(read, Err(StoreError::Failed(words)) if !words.is_empty()));
    assert_eq!(std::fs::read(place.path()).unwrap(), bytes);
}

#[test]
fn a_record_that_cannot_be_read_is_named_and_the_others_are_read() {
    let place = Place::new();
    let store = place.open();
    let (broken, work) = (connection("a1", "Broken"), connection("a2", "work"));
    store.insert(&broken, line(&broken, "")).unwrap();
    store.insert(&work, line(&work, "")).unwrap();
    for damage in ["'{}'", "'not JSON'", "''", "x'ff00'", "17"] {
        let sql = format!("UPDATE connections SET record = {damage} WHERE id = 'a1'");
        store.database().execute(&sql, []).unwrap();
        let all = store.load_all().unwrap();
        assert_eq!(all.connections, std::slice::from_ref(&work), "{damage}");
        assert_eq!(all.unreadable.len(), 1, "{damage}");
        let Unreadable { id, name, cause } = &all.unreadable[0];
        assert_eq!((id.0.as_str(), name.as_str(), cause.is_empty()), ("a1", "broken", false), "{damage}");
        assert_eq!(store.load(&broken.id), Err(StoreError::Unreadable(cause.clone())));
        let change = store.update(&broken.id, &mut |_| Some(Change::default()));
        assert_eq!(change.unwrap_err(), StoreError::Unreadable(cause.clone()), "never overwritten");
    }
    store.remove(&broken.id, line(&broken, "")).unwrap();
    assert_eq!(store.load_all().unwrap().unreadable, []);
}

#[test]
fn a_line_that_cannot_be_read_keeps_none_of_the_others_from_being_read() {
    let place = Place::new();
    let store = place.open();
    let work = connection("a1", "work");
    for (column, broken) in [
        ("at", "'yesterday'"),
        ("connection_id", "x'ff'"),
        ("connection_name", "x'ff00'"),
        ("kind", "x'ff'"),
        ("detail", "x'fffe'"),
    ] {
        store.record(line(&work, "before")).unwrap();
        store.record(line(&work, column)).unwrap();
        let sql = format!("UPDATE activity SET {column} = {broken} WHERE detail = '{column}'");
        assert_eq!(store.database().execute(&sql, []).unwrap(), 1, "{column}");
        store.record(line(&work, "after")).unwrap();
        let read = store.activity(&ActivityFilter { limit: 2, ..everything() }).unwrap();
        let details: Vec<_> = read.iter().filter_map(|line| line.detail.as_deref()).collect();
        assert_eq!(details, ["after", "before"], "{column}");
    }
}

#[test]
fn what_the_first_versions_told_of_is_not_told_of_again() {
    let place = Place::new();
    let store = place.open();
    let mut work = connection("a1", "work");
    work.told = vec![Attention { reason: Reason::SignInNeeded, at: at(1) }];
    store.insert(&work, line(&work, "")).unwrap();
    let sql =
        "UPDATE connections SET record = json_set(record, '$.told', json_extract(record, '$.told[0]'));";
    store.database().execute_batch(sql).unwrap();
    assert_eq!(store.load(&work.id).unwrap().unwrap().told, work.told);
}

#[test]
fn words_that_only_a_newer_program_has_keep_nobody_from_the_record() {
    let place = Place::new();
    let store = place.open();
    let mut work = connection("a1", "work");
    work.told = vec![Attention { reason: Reason::SignInNeeded, at: at(1) }];
    work.last_event.code = Some(Code::Offline);
    let problem = Some(Code::Offline.into());
    work.state = ConnectionState::Settled(Settled::Unauthorized { since: at(1), problem, ended: 0 });
    store.insert(&work, line(&work, "")).unwrap();
    let sql = "UPDATE connections SET record = replace(replace(replace(record, '\"added\"', '\"unheard\"'),
               '\"network/offline\"', '\"unheard/of\"'), '\"sign_in_needed\"', '\"unheard\"');
               UPDATE activity SET kind = 'unheard', channel = 'unheard', code = 'unheard/of';";
    store.database().execute_batch(sql).unwrap();

    let read = store.load(&work.id).unwrap().unwrap();
    let problem = Some(Code::FromNewer.into());
    let state = ConnectionState::Settled(Settled::Unauthorized { since: at(1), problem, ended: 0 });
    let last_event = LastEvent { at: at(0), kind: ActivityKind::FromNewer, code: Some(Code::FromNewer) };
    assert_eq!(read, Connection { state, last_event, told: vec![], ..work });
    let line = store.activity(&everything()).unwrap().remove(0);
    let words = (line.kind, line.channel, line.code);
    assert_eq!(words, (ActivityKind::FromNewer, Channel::FromNewer, Some(Code::FromNewer)));
}

#[cfg(unix)]
#[test]
fn every_file_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let store = place.open();
    let work = connection("a1", "work");
    store.insert(&work, line(&work, "")).unwrap();
    let mut seen = 0;
    let mut folders = vec![place.0.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let metadata = entry.metadata().unwrap();
            let mode = metadata.permissions().mode() & 0o777;
            assert_eq!(mode, if metadata.is_dir() { 0o700 } else { 0o600 }, "{:?}", entry.path());
            if metadata.is_dir() {
                folders.push(entry.path());
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 5, "database, -wal, -shm, the signal and its folder");
}

#[test]
fn opening_a_current_database_is_quick() {
    let place = Place::new();
    drop(place.open());
    let best = (0..20)
        .map(|_| {
            let before = tokio::time::Instant::now();
            let store = place.open();
            store.revision().unwrap();
            before.elapsed()
        })
        .min()
        .unwrap();
    println!("open and read: {best:?}");
    assert!(best < Duration::from_millis(2), "{best:?}");
}

/// For other modules' tests.
pub(crate) fn add_one(store: &dyn Store) {
    let one = connection("a1", "one");
    store.insert(&one, line(&one, "")).unwrap();
}
