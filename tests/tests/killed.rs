//! A refresh that is killed: the next start finds the old tokens or the new ones, or says that the answer was lost.
//! The server forgives nothing: a refresh token that it has answered and sees again ends the whole sign-in.
//!
//! At each step (crates/core/src/engine/tokens.rs), stopped from outside: the connection's lock or the database's held
//! by the test, the keyring frozen, the server's answer held back. Then at random moments: 200 of them, more with
//! `TOKENRACK_KILLS`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a failed step is a failed test")]

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rusqlite::Connection as Database;
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use tokenrack_tests::{
    Attempt, Family, Keyring, Lines, Profile, Running, Session, Strict, eventually, sign_in, tokenrack,
};

const NAME: &str = "demo";
/// For what cannot be seen from outside to have begun.
const BEGUN: Duration = Duration::from_millis(300);
/// Until a second signal is one of its own.
const INSISTS: Duration = Duration::from_millis(1_500);
/// For the tries to save that come before tokens are declared unsaved.
const TRIED: Duration = Duration::from_secs(4);

/// What the next start finds.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// The old tokens, whose refresh token was never sent.
    Old,
    /// The old tokens, whose refresh token was sent and not acted on: it is sent once more.
    OldSent,
    /// The new tokens; nothing is sent again.
    New,
    /// The old access token; the new tokens died with the process, and one try ends with an honest word.
    Lost,
}

struct World {
    session: Session,
    server: Strict,
    profile: Profile,
    id: String,
}

impl World {
    fn connected() -> Self {
        let (session, server) = (Session::start(Keyring::Unlocked), Strict::with(&[]));
        let profile = Profile::new(&session);
        profile.connected(NAME, server.issuer());
        let id = profile.view(NAME)["id"].as_str().unwrap().to_owned();
        Self { session, server, profile, id }
    }

    fn lock_file(&self) -> File {
        File::options().write(true).open(self.profile.home().join(format!("locks/{}.lock", self.id))).unwrap()
    }

    fn await_locked(&self) {
        eventually("the connection's lock to be taken", Duration::from_secs(20), || {
            self.lock_file().try_lock().is_err().then_some(())
        });
    }

    /// Nobody writes to the database while this lives.
    fn busy_database(&self) -> Database {
        let database = Database::open(self.profile.home().join("tokenrack.db")).unwrap();
        eventually("a write lock", Duration::from_secs(20), || {
            database.execute_batch("BEGIN IMMEDIATE").is_ok().then_some(())
        });
        database
    }

    fn item(&self) -> String {
        let search = ["search", "--all", "service", "dev.tokenrack.desktop"];
        let found = self.session.command("secret-tool").args(search).output().unwrap();
        String::from_utf8_lossy(&found.stdout).into_owned()
    }

    fn family(&self) -> Family {
        self.server.families().pop().unwrap()
    }

    /// Stops a refresh somewhere, kills it, and lets everything go on; answers what the next start found.
    fn killed<T>(
        &self,
        stop: impl FnOnce(&Self, &mut Attempt<'_>) -> T,
        go_on: impl FnOnce(&Self, T),
    ) -> Found {
        let (before, old) = (self.family(), self.profile.token(NAME));
        let mut refresh = self.profile.spawn(&["refresh", NAME, "--json"], None);
        let stopped = stop(self, &mut refresh);
        assert!(refresh.is_waiting(), "it ended before it was killed: {:?}", refresh.finish());
        refresh.process().kill();
        go_on(self, stopped);
        assert_ne!(self.profile.status(NAME), "refreshing", "nobody is at work any more");
        let token = self.profile.token(NAME);
        let generation = before.sent.len() - 1;
        let sent = self.family().sent[generation];
        assert!(sent <= 1);
        let next = self.profile.run(&["refresh", NAME]);
        let found = if next.code != 0 {
            next.failed(3, "refresh/interrupted");
            assert_eq!(self.profile.status(NAME), "action_needed");
            self.profile.connect(NAME);
            Found::Lost
        } else if token != old {
            Found::New
        } else if sent == 1 {
            Found::OldSent
        } else {
            Found::Old
        };
        let after = self.server.family(&before.name);
        assert_eq!(after.ended, found == Found::Lost);
        let again = u64::from(matches!(found, Found::Lost | Found::OldSent));
        assert_eq!(after.sent[generation], 1 + again, "{found:?}");
        assert_eq!(self.profile.status(NAME), "connected");
        self.profile.run(&["refresh", NAME]).done();
        assert_eq!(self.profile.token(NAME), self.family().token);
        found
    }
}

/// Holds the server's answer.
fn held(world: &World, _: &mut Attempt<'_>) {
    world.server.await_held();
}

#[test]
fn before_the_request_nothing_has_happened() {
    let world = World::connected();
    // Steps 1 and 2: it waits for the lock.
    let lock = world.lock_file();
    lock.lock().unwrap();
    let waits_for_lock = |world: &World, refresh: &mut Attempt<'_>| {
        let files = format!("/proc/{}/fd", refresh.process().id());
        let lock = world.profile.home().join(format!("locks/{}.lock", world.id));
        eventually("the lock file to be opened", Duration::from_secs(20), || {
            let mut open =
                std::fs::read_dir(&files).unwrap().filter_map(|file| file.unwrap().path().read_link().ok());
            open.any(|file| file == lock).then_some(())
        });
    };
    assert_eq!(world.killed(waits_for_lock, |_, ()| lock.unlock().unwrap()), Found::Old);
    // Step 3: it reads a keychain that does not answer.
    let reads = |world: &World, _: &mut Attempt<'_>| {
        world.session.freeze_keyring();
        world.await_locked();
        thread::sleep(BEGUN);
    };
    assert_eq!(world.killed(reads, |world, ()| world.session.thaw_keyring()), Found::Old);
    // Step 4: it writes its intent to a database that is busy.
    let writes = |world: &World, _: &mut Attempt<'_>| {
        let database = world.busy_database();
        world.await_locked();
        thread::sleep(BEGUN);
        database
    };
    assert_eq!(world.killed(writes, |_, database| drop(database)), Found::Old);
}

#[test]
fn a_request_that_was_not_acted_on_is_sent_once_more() {
    let world = World::connected();
    // Step 5: the request is out.
    world.server.hold("unread");
    let found = world.killed(held, |world, ()| world.server.release());
    assert_eq!(found, Found::OldSent);
}

#[test]
fn an_answer_that_dies_with_the_process_is_said_as_that() {
    let world = World::connected();
    // Steps 5 and 6: the server has rotated and answers nothing, then half of it.
    for stage in ["acted", "half"] {
        world.server.hold(stage);
        let found = world.killed(held, |world, ()| world.server.release());
        assert_eq!(found, Found::Lost, "{stage}");
    }
}

#[test]
fn a_command_that_is_told_to_end_saves_first_what_is_on_its_way() {
    let world = World::connected();
    for (args, signal) in
        [(&["refresh", NAME][..], Signal::INT), (&["token", NAME, "--min-valid", "2h"], Signal::TERM)]
    {
        let old = world.profile.token(NAME);
        world.server.hold("acted");
        let mut command = world.profile.spawn(args, None);
        world.server.await_held();
        // As `timeout` does, and a terminal that closes.
        tell(&mut command, signal);
        tell(&mut command, signal);
        thread::sleep(BEGUN);
        tell(&mut command, signal);
        thread::sleep(BEGUN);
        assert!(command.is_waiting(), "it ended while its answer was on the way");
        world.server.release();
        command.finish();
        assert_ne!(world.profile.token(NAME), old, "{signal:?}");
        world.profile.run(&["refresh", NAME]).done();
    }
    assert!(!world.family().ended);
}

#[test]
fn no_signal_that_ends_a_process_cuts_a_refresh_short() {
    let world = World::connected();
    let elsewhere = [Signal::HUP, Signal::QUIT, Signal::ALARM, Signal::VTALARM, Signal::PROF, Signal::XCPU];
    for signal in elsewhere.into_iter().chain([Signal::USR1, Signal::USR2, Signal::POWER]) {
        let old = world.profile.token(NAME);
        world.server.hold("acted");
        let mut refresh = world.profile.spawn(&["refresh", NAME], None);
        world.server.await_held();
        tell(&mut refresh, signal);
        thread::sleep(BEGUN / 3);
        assert!(refresh.is_waiting(), "{signal:?}: it ended while its answer was on the way");
        world.server.release();
        // It may be done before it sees that it may end.
        let code = refresh.finish().code;
        assert!([0, 128 + signal.as_raw()].contains(&code), "{signal:?}: {code}");
        assert_ne!(world.profile.token(NAME), old, "{signal:?}");
    }
    assert!(!world.family().ended);
}

/// A limit on what a file may hold (`ulimit -f`) is met while the new tokens are written.
#[test]
fn a_file_that_may_not_grow_is_a_write_that_fails() {
    let (server, profile) = (Strict::with(&[]), Profile::with_quick_file_vault("only for tests"));
    profile.connected(NAME, server.issuer());
    let old = profile.token(NAME);
    server.hold("acted");
    let mut refresh = profile.spawn(&["refresh", NAME], None);
    server.await_held();
    let pid = Pid::from_raw(refresh.process().id().cast_signed());
    let limit = |current| prlimit(pid, Resource::Fsize, Rlimit { current, maximum: None }).unwrap();
    limit(Some(0));
    server.release();
    thread::sleep(BEGUN);
    assert!(refresh.is_waiting(), "it ended with the only copy: {:?}", refresh.finish());
    limit(None);
    refresh.finish().done();
    assert_ne!(profile.token(NAME), old);
    assert!(!server.family_of(&profile.token(NAME)).unwrap().ended);
}

#[test]
fn a_pasted_redirect_that_is_interrupted_is_finished_first() {
    let world = World::connected();
    let old = world.profile.token(NAME);
    // The address is pasted into a terminal, and Ctrl-C typed there.
    let connect = format!("'{}' connect {NAME} --no-browser", tokenrack().display());
    let mut terminal = world.profile.command(Path::new("script"));
    terminal.args(["--quiet", "--command", &connect, "/dev/null"]);
    let mut terminal = Running::start(terminal.stdin(Stdio::piped()).stdout(Stdio::piped()));
    let mut keys = terminal.child().stdin.take().unwrap();
    let shown = Lines::of(terminal.child().stdout.take().unwrap());
    let lines = std::iter::from_fn(|| shown.next(Duration::from_secs(20)));
    let url = lines.map(|line| line.trim().to_owned()).find(|line| line.starts_with("http")).unwrap();
    world.server.hold("exchanged");
    writeln!(keys, "{}", sign_in(&url, &[])).unwrap();
    world.server.await_held();
    keys.write_all(b"\x03").unwrap();
    thread::sleep(BEGUN);
    assert!(terminal.ended().is_none(), "it ended while its answer was on the way");
    world.server.release();
    terminal.wait(Duration::from_secs(20));
    assert_ne!(world.profile.token(NAME), old);
    assert_eq!(world.profile.token(NAME), world.family().token);
    world.profile.run(&["refresh", NAME]).done();
}

/// A sign-in over loopback, so that the command itself exchanges the code: with the answer held back.
fn exchanging<'p>(server: &Strict, profile: &'p Profile) -> Attempt<'p> {
    let more = ["--client-id", "desktop", "--redirect", "loopback"];
    profile.add_with("loopback", server.issuer(), &more);
    let connect = profile.begin("loopback");
    let redirect = connect.sign_in();
    server.hold("exchanged");
    // The page comes once all is done, or never.
    thread::spawn(move || ureq::get(redirect).call().map(drop));
    server.await_held();
    connect
}

fn tell(command: &mut Attempt<'_>, signal: Signal) {
    let pid = Pid::from_raw(command.process().id().cast_signed()).unwrap();
    kill_process(pid, signal).unwrap();
}

#[test]
fn a_sign_in_that_is_interrupted_goes_on_trying_to_save_its_tokens() {
    let World { mut session, server, profile, .. } = World::connected();
    let mut connect = exchanging(&server, &profile);
    tell(&mut connect, Signal::INT);
    thread::sleep(BEGUN);
    session.stop_keyring();
    server.release();
    thread::sleep(TRIED);
    assert!(connect.is_waiting(), "it ended with the only copy: {:?}", connect.finish());
    session.unlock();
    connect.finish().done();
    assert_eq!(profile.token("loopback"), server.families().pop().unwrap().token);
    profile.run(&["refresh", "loopback"]).done();
}

#[test]
fn a_sign_in_whose_tokens_wait_for_the_keychain_ends_when_it_is_told_to_twice() {
    let World { mut session, server, profile, .. } = World::connected();
    let mut connect = exchanging(&server, &profile);
    session.stop_keyring();
    server.release();
    thread::sleep(TRIED);
    tell(&mut connect, Signal::INT);
    thread::sleep(INSISTS);
    assert!(connect.is_waiting(), "it ended with the only copy: {:?}", connect.finish());
    tell(&mut connect, Signal::INT);
    let ended = eventually("its end", Duration::from_secs(5), || connect.process().ended());
    assert_eq!(ended.code(), Some(130));
}

#[test]
fn a_client_that_speaks_for_itself_is_interrupted_as_a_refresh_is() {
    let World { mut session, server, profile, .. } = World::connected();
    let client = ["--client-id", "machine", "--client-secret-stdin", "--grant", "client-credentials"];
    let adds = [&["add", server.issuer(), "--name", "machine"], &client[..]].concat();
    profile.run_with_input(&adds, "secret").done();
    for is_told_twice in [false, true] {
        server.hold("exchanged");
        let mut connect = profile.spawn(&["connect", "machine"], None);
        server.await_held();
        tell(&mut connect, Signal::TERM);
        thread::sleep(BEGUN);
        session.stop_keyring();
        server.release();
        thread::sleep(TRIED);
        assert!(connect.is_waiting(), "it ended with the only copy: {:?}", connect.finish());
        if is_told_twice {
            tell(&mut connect, Signal::TERM);
            let ended = eventually("its end", Duration::from_secs(5), || connect.process().ended());
            assert_eq!(ended.code(), Some(143));
        }
        session.unlock();
        connect.finish();
        assert_eq!(profile.token("machine") == server.families().pop().unwrap().token, !is_told_twice);
    }
}

#[test]
fn a_sign_in_whose_exchange_died_is_not_said_to_go_on() {
    // The command that says so does not open an encrypted file.
    let (server, profile) = (Strict::with(&[]), Profile::with_quick_file_vault("only for tests"));
    profile.add(NAME, server.issuer());
    let mut connect = profile.begin(NAME);
    let redirect = connect.sign_in();
    server.hold("exchanged");
    let mut callback = profile.spawn(&["callback", &redirect], None);
    server.await_held();
    callback.process().kill();
    connect.process().kill();
    server.release();
    assert_eq!(profile.status(NAME), "waiting_for_browser", "somebody may still be at work");

    // Ten minutes pass.
    let attempt = "$.state.authorizing.attempt";
    let earlier = |field| format!("'{attempt}.{field}', '2026-01-01T12:00:00Z'");
    let earlier = ["started_at", "expires_at", "exchanging_since"].map(earlier).join(", ");
    let database = Database::open(profile.home().join("tokenrack.db")).unwrap();
    let passed = format!("UPDATE connections SET record = json_set(record, {earlier})");
    assert_eq!(database.execute(&passed, []).unwrap(), 1);
    let view = profile.view(NAME);
    assert_eq!(view["status"]["kind"], "action_needed", "{view}");
    assert!(view["status"]["evidence"].as_str().unwrap().contains("interrupted"), "{view}");
    assert_eq!(view["waiting"], serde_json::Value::Null);

    profile.run(&["token", NAME]).failed(3, "connection/not_connected");
    assert_eq!(profile.status(NAME), "not_connected", "whoever opened the file has ended it");
    profile.connect(NAME);
    assert_eq!(profile.status(NAME), "connected");
}

#[test]
fn while_the_new_tokens_are_saved_they_are_whole_or_lost() {
    let world = World::connected();
    // Step 7: the answer is here, and the keychain does not take it. What it was told it may do after the kill.
    world.server.hold("acted");
    let saves = |world: &World, _: &mut Attempt<'_>| {
        world.server.await_held();
        world.session.freeze_keyring();
        world.server.release();
        thread::sleep(BEGUN);
    };
    let found = world.killed(saves, |world, ()| world.session.thaw_keyring());
    assert!(matches!(found, Found::New | Found::Lost), "{found:?}");
    // Steps 7 to 9: the keychain has the new tokens, the database has not heard.
    world.server.hold("acted");
    let saved = |world: &World, _: &mut Attempt<'_>| {
        world.server.await_held();
        let database = world.busy_database();
        let before = world.item();
        world.server.release();
        eventually("the new tokens in the keychain", Duration::from_secs(4), || {
            (world.item() != before).then_some(())
        });
        database
    };
    assert_eq!(world.killed(saved, |_, database| drop(database)), Found::New);
}

#[test]
fn tokens_that_only_the_process_has_die_with_it_and_are_not_asked_for_again() {
    let mut world = World::connected();
    let old = world.profile.token(NAME);
    // Step 8: the keychain is gone, and the process tries to save again and again.
    world.server.hold("acted");
    let mut refresh = world.profile.spawn(&["refresh", NAME], None);
    world.server.await_held();
    world.session.stop_keyring();
    world.server.release();
    eventually("the tokens to be declared unsaved", Duration::from_secs(20), || {
        (world.profile.view(NAME)["problem"]["code"] == "vault/unsaved").then_some(())
    });
    assert!(refresh.is_waiting(), "it goes on trying");
    refresh.process().kill();
    world.session.unlock();
    assert_eq!(world.profile.token(NAME), old, "the access token still lives");
    world.profile.run(&["refresh", NAME]).failed(3, "refresh/interrupted");
    let family = world.family();
    assert!(!family.ended && family.sent == [1, 0], "a refresh token that is known to be spent was sent");
    world.profile.connect(NAME);
    world.profile.run(&["refresh", NAME]).done();
}

#[test]
fn what_neither_the_keychain_nor_the_database_takes_is_saved_once_they_do() {
    let mut world = World::connected();
    let issuer = world.server.issuer().to_owned();
    let brought = ["--client-id", "desktop", "--grant", "refresh-token", "--refresh-token-stdin"];
    let brings = [&["add", &issuer, "--name", "brought"][..], &brought].concat();
    for (name, args, input) in
        [(NAME, &["refresh", NAME][..], None), ("brought", &brings, Some("seed-brought"))]
    {
        world.server.hold("acted");
        let mut command = world.profile.spawn(args, input);
        world.server.await_held();
        world.session.stop_keyring();
        let database = Database::open(world.profile.home().join("tokenrack.db")).unwrap();
        let full = "CREATE TRIGGER full BEFORE UPDATE ON connections
             BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
        database.execute_batch(full).unwrap();
        world.server.release();
        thread::sleep(TRIED);
        assert!(command.is_waiting(), "it ended with the only copy: {:?}", command.finish());
        database.execute_batch("DROP TRIGGER full").unwrap();
        world.session.unlock();
        command.finish().done();
        assert_eq!(world.profile.token(name), world.family().token);
        world.profile.run(&["refresh", name]).done();
        assert!(!world.family().ended);
    }
}

/// Commands at once: there are two cores, and each of these waits a little.
const LANES: usize = 4;

/// How often each end was met.
#[derive(Debug, Default)]
struct Ends {
    done: AtomicUsize,
    old: AtomicUsize,
    new: AtomicUsize,
    lost: AtomicUsize,
}

#[test]
fn at_random_moments_nothing_is_lost_without_a_word() {
    let kills: usize = std::env::var("TOKENRACK_KILLS").map_or(200, |number| number.parse().unwrap());
    let seed = SystemTime::UNIX_EPOCH.elapsed().unwrap().subsec_nanos();
    // An encrypted file: a thousand commands are slow with a keyring, and have been seen to end it.
    let (server, profile) =
        (Strict::with(&[("TOKEN_DELAY", "5")]), Profile::with_quick_file_vault("only for tests"));
    let names: Vec<String> = (0..LANES).map(|lane| format!("lane-{lane}")).collect();
    for name in &names {
        profile.connected(name, server.issuer());
    }
    let ends = Ends::default();
    thread::scope(|scope| {
        for (lane, name) in names.iter().enumerate() {
            let (profile, server, ends) = (&profile, &server, &ends);
            let mut chance = Chance(u64::from(seed) << 8 | (lane as u64 + 1));
            scope.spawn(move || {
                let mut longest = Duration::from_millis(50);
                for round in 0..kills / LANES {
                    kill_at_random(profile, server, name, round, (&mut chance, &mut longest), ends);
                }
            });
        }
    });
    println!("seed {seed}, {kills} kills: {ends:?}");
    let lost = ends.lost.load(Ordering::Relaxed);
    let families = server.families();
    assert_eq!(families.iter().filter(|family| family.ended).count(), lost);
    for family in families {
        let (last, spent) = family.sent.split_last().unwrap();
        assert!(*last == 0 && family.sent.iter().all(|times| *times <= 2), "{family:?}");
        let again = spent.iter().filter(|times| **times == 2).count();
        assert_eq!(again, usize::from(family.ended), "sent twice without a lost answer: {family:?}");
    }
}

/// One command, killed at some moment of its run; `longest` follows how long one takes.
fn kill_at_random(
    profile: &Profile,
    server: &Strict,
    name: &str,
    round: usize,
    (chance, longest): (&mut Chance, &mut Duration),
    ends: &Ends,
) {
    let old = profile.token(name);
    let family = server.family_of(&old).expect("the newest tokens");
    // Every other one asks for a token; none lives that long, so each refreshes.
    let command: &[&str] =
        if round.is_multiple_of(2) { &["refresh", name] } else { &["token", name, "--min-valid", "2h"] };
    let mut refresh = profile.spawn(command, None);
    let moment = longest.mul_f64(chance.next());
    thread::sleep(moment);
    let ended = refresh.process().ended().is_some();
    refresh.process().kill();
    drop(refresh);
    let token = profile.token(name);
    let acted = server.family(&family.name);
    assert!(token == old || token == acted.token, "a token that nobody has given");
    let start = Instant::now();
    let next = profile.run(&["refresh", name]);
    let end = if next.code != 0 {
        next.failed(3, "refresh/interrupted");
        assert!(token == old && acted.token != old, "a sign-in was lost whose answer was not");
        profile.connect(name);
        &ends.lost
    } else {
        *longest = start.elapsed().mul_f64(1.2);
        match (ended, token == old) {
            (true, _) => &ends.done,
            (false, true) => &ends.old,
            (false, false) => &ends.new,
        }
    };
    end.fetch_add(1, Ordering::Relaxed);
}

/// xorshift: as random as a moment has to be, and the seed is said.
struct Chance(u64);

impl Chance {
    /// In `0..1`.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}
