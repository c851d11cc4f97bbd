//! One schedule: a calm start, a storm in which anything may happen, and peace, in which everything must be well again.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokenrack_core::connection::GrantType;
use tokenrack_core::engine::Engine;
use tokenrack_core::view::Choice;
use tokio::task::JoinHandle;

use crate::chance::Chance;
use crate::changes::{self, Setting};
use crate::peace;
use crate::person::{self, Deed, Known, TokenPlace};
use crate::ports::Process;
use crate::server::Client;
use crate::weather::Weather;
use crate::world::{World, get};

/// How a schedule went.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub violation: Option<String>,
    pub journal: Vec<String>,
}

pub struct Schedule {
    pub world: Arc<World>,
    pub running: Vec<Running>,
    pub connections: Vec<Known>,
    births: u32,
}

/// A process and what it is busy with.
pub struct Running {
    pub process: Process,
    pub engine: Engine,
    pub busy: Vec<JoinHandle<()>>,
}

/// Plays the schedule of a seed, in the weather `of` makes.
pub fn play(seed: u64, with_journal: bool, of: impl FnOnce(&mut Chance) -> Weather) -> Outcome {
    let mut chance = Chance::new(seed);
    let storm = of(&mut chance);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let world = World::new(chance, with_journal);
        world.note(0, || format!("{storm:?}"));
        let mut schedule = Schedule { world: world.clone(), running: vec![], connections: vec![], births: 0 };
        schedule.begin().await;
        *get(&world.weather) = storm;
        schedule.storm().await;
        *get(&world.weather) = Weather::default();
        peace::returns(&mut schedule).await;
        Outcome { violation: world.violation(), journal: world.journal() }
    })
}

impl Schedule {
    async fn begin(&mut self) {
        let processes = self.pick(&[1, 2, 2, 3, 4]);
        let connections = self.pick(&[1, 1, 1, 2, 3]);
        for _ in 0..processes {
            self.start_process();
        }
        for number in 0..connections {
            let rotates = get(&self.world.chance).below(5) > 0;
            let lifetime = self.pick(&[Some(150), Some(600), Some(3600), Some(7200), None]);
            let client_id = format!("client-{number}");
            let is_bound = get(&self.world.chance).once_in(3);
            // A file says what ends of those that are bound; of the others nobody knows.
            let ends_all = !is_bound && get(&self.world.chance).once_in(2);
            for client_id in [client_id.clone(), changes::other_client(&client_id)] {
                let client = Client { rotates, lifetime, is_bound, ends_all };
                get(&self.world.server).register(&client_id, client);
            }
            let Running { process, engine, .. } = &self.running[0];
            let by = self.pick(&[
                GrantType::AuthorizationCode,
                GrantType::AuthorizationCode,
                GrantType::AuthorizationCode,
                GrantType::DeviceCode,
                GrantType::DeviceCode,
                GrantType::ClientCredentials,
            ]);
            let kind = (by, is_bound);
            let known = person::add(process, engine, &client_id, kind).await.expect("nothing fails yet");
            person::sign_in(process, engine, &known).await.expect("nothing fails yet");
            self.connections.push(known);
        }
    }

    async fn storm(&mut self) {
        let steps = get(&self.world.chance).between(4, 16);
        let leaves = get(&self.world.chance).once_in(4);
        for step in 0..steps {
            if self.world.violation().is_some() {
                return;
            }
            let often = [0, 50, 400, 3_000, 15_000, 120_000];
            let longest = Duration::from_millis(self.pick(&often));
            tokio::time::sleep(self.world.moment(longest)).await;
            self.event();
            let throw = get(&self.world.chance).below(26);
            let deed = match throw {
                0..=7 => Deed::Refresh,
                8..=14 => Deed::Release(60),
                15 => Deed::Release(1_000_000),
                16 | 17 => Deed::Look,
                18 | 19 => Deed::Reconnect,
                20 => Deed::StepUp,
                21 => Deed::Cancel,
                22 => Deed::Edit(self.pick(&[Setting::Scopes, Setting::Client, Setting::Client])),
                // Whoever restores what they have ended wants it back.
                _ if leaves => Deed::Look,
                23 => Deed::BackUp,
                _ => Deed::Restore(self.pick(&[Choice::Replace, Choice::Rename])),
            };
            let is_late = step * 2 >= steps;
            let ends = [deed, deed, Deed::Disconnect, Deed::Return, Deed::Return, Deed::Forget];
            let deed = if leaves && is_late { self.pick(&ends) } else { deed };
            self.set_about(deed);
        }
    }

    /// Something that happens to processes, the machine, or at the provider.
    fn event(&mut self) {
        if self.world.once_in(|weather| weather.clock) {
            let (forward, back) = (self.pick(&[70, 3_600, 86_400]), self.pick(&[30, 61, 3_600]));
            match get(&self.world.chance).below(4) {
                0 => self.world.set_clock(SignedDuration::from_secs(forward)),
                1 => self.world.set_clock(SignedDuration::from_secs(-back)),
                2 => self.world.set_clock(SignedDuration::ZERO),
                _ => self.world.sleep_machine(SignedDuration::from_secs(forward)),
            }
        }
        if self.world.once_in(|weather| weather.keychain) {
            let is_locked = get(&self.world.chance).once_in(2);
            get(&self.world.keychain).is_locked = is_locked;
            self.world.note(0, || format!("the keychain is locked: {is_locked}"));
        }
        if self.world.once_in(|weather| weather.writes) {
            let refuses = !get(&self.world.keychain).refuses_writes;
            get(&self.world.keychain).refuses_writes = refuses;
            self.world.note(0, || format!("the keychain takes nothing: {refuses}"));
        }
        if self.world.once_in(|weather| weather.death.div_ceil(8)) {
            let victim = get(&self.world.chance).below(self.running.len() as u64) as usize;
            self.world.kill(self.running[victim].process.number);
        }
        if self.world.once_in(|weather| weather.transient * 3) {
            get(&self.world.online).values().for_each(|process| process.send_modify(|times| *times += 1));
            self.world.note(0, || "the network came or went".into());
        }
        if self.world.once_in(|weather| weather.file) {
            let places = [TokenPlace::Right, TokenPlace::WrongPath, TokenPlace::OtherServer];
            self.file_names(self.pick(&places));
        }
        if self.world.once_in(|weather| weather.revocation) {
            let victim = get(&self.world.chance).below(self.connections.len() as u64) as usize;
            let client_id = self.connections[victim].client_id.clone();
            get(&self.world.server).revoke_all(&client_id);
            self.world.note(0, || format!("a person revokes {client_id}"));
        }
    }

    /// The provider's file is another from now on, for every process.
    pub fn file_names(&self, place: TokenPlace) {
        *get(&self.world.token_place) = place;
        self.world.note(0, || format!("the file names {place:?}"));
        for Running { engine, .. } in self.running.iter().filter(|running| running.process.is_alive()) {
            engine.set_catalog(person::catalog(place));
        }
    }

    fn set_about(&mut self, deed: Deed) {
        let place = get(&self.world.chance).below(self.running.len() as u64) as usize;
        if !self.running[place].process.is_alive() {
            self.bury(place);
            if !get(&self.world.chance).once_in(3) || !self.start_process() {
                return;
            }
        }
        let place = place.min(self.running.len() - 1);
        let whose = get(&self.world.chance).below(self.connections.len() as u64) as usize;
        let known = self.connections[whose].clone();
        let Running { process, engine, busy } = &mut self.running[place];
        busy.push(tokio::spawn(person::act(process.clone(), engine.clone(), known, deed)));
    }

    /// A dead process stays where it was until another has started.
    fn bury(&mut self, place: usize) {
        if self.running.len() > 1 {
            for task in self.running.remove(place).busy {
                task.abort();
            }
        }
    }

    /// Whether it could start: a profile that cannot be read starts nothing.
    pub fn start_process(&mut self) -> bool {
        self.births += 1;
        let process = Process { world: self.world.clone(), number: self.births };
        self.world.born(process.number);
        let catalog = person::catalog(*get(&self.world.token_place));
        let opened = Engine::open(process.ports(), catalog);
        match opened {
            Ok(engine) if process.is_alive() => {
                // An app that stays open; the others are commands.
                if get(&self.world.chance).once_in(2) {
                    process.note(|| "keeps all fresh".into());
                    engine.keep_fresh();
                }
                self.running.push(Running { process, engine, busy: vec![] });
                true
            }
            _ => {
                self.world.kill(process.number);
                false
            }
        }
    }

    fn pick<T: Copy>(&self, from: &[T]) -> T {
        get(&self.world.chance).pick(from)
    }
}
