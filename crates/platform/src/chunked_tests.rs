use super::*;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use tokenrack_core::ports::VaultState;

const LIMIT: usize = 2560;

type Meanwhile = dyn FnOnce(&Memory);
type Damage = fn(&mut BTreeMap<String, Vec<u8>>);

/// A keychain in memory that breaks at a given step, as a crash or a lock would.
#[derive(Default)]
struct Memory {
    items: RefCell<BTreeMap<String, Vec<u8>>>,
    limit: Option<usize>,
    /// Changing calls until everything fails.
    left: Cell<Option<usize>>,
    /// Runs once before the next read of a part.
    meanwhile: RefCell<Option<Box<Meanwhile>>>,
}

impl Memory {
    fn limited() -> Self {
        Self { limit: Some(LIMIT), ..Self::default() }
    }

    fn step(&self) -> Result<(), VaultError> {
        match self.left.get() {
            Some(0) => return Err(VaultError::Locked),
            Some(n) => self.left.set(Some(n - 1)),
            None => {}
        }
        Ok(())
    }

    fn names(&self) -> Vec<String> {
        self.items.borrow().keys().cloned().collect()
    }
}

impl Items for Memory {
    fn get(&self, name: &str) -> Result<Option<SecretBytes>, VaultError> {
        if name.contains('#')
            && let Some(meanwhile) = self.meanwhile.take()
        {
            meanwhile(self);
        }
        Ok(self.items.borrow().get(name).cloned().map(SecretBytes::new))
    }

    fn set(&self, name: &str, _: &str, value: &[u8]) -> Result<(), VaultError> {
        self.step()?;
        assert!(self.limit.is_none_or(|limit| value.len() <= limit), "{} bytes", value.len());
        self.items.borrow_mut().insert(name.to_owned(), value.to_vec());
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), VaultError> {
        self.step()?;
        self.items.borrow_mut().remove(name);
        Ok(())
    }

    fn limit(&self) -> Option<usize> {
        self.limit
    }

    fn state(&self) -> Result<(VaultState, Option<String>), VaultError> {
        Ok((VaultState::Ready, None))
    }
}

fn value(seed: u8, length: usize) -> Vec<u8> {
    (0..length).map(|n| seed.wrapping_add(u8::try_from(n % 251).unwrap())).collect()
}

fn put(items: &Memory, value: &[u8]) -> Result<(), VaultError> {
    write(items, "id", "label", value)
}

fn got(items: &Memory) -> Result<Option<Vec<u8>>, VaultError> {
    Ok(read(items, "id")?.map(|value| value.expose().to_vec()))
}

#[test]
fn a_small_value_is_stored_as_it_is() {
    for limit in [None, Some(LIMIT)] {
        let items = Memory { limit, ..Memory::default() };
        for length in [0, 1, LIMIT] {
            put(&items, &value(1, length)).unwrap();
            assert_eq!(items.items.borrow()["id"], value(1, length));
            assert_eq!(got(&items).unwrap(), Some(value(1, length)));
            assert_eq!(items.names(), ["id"]);
        }
    }
}

#[test]
fn a_large_value_is_split_only_where_it_must_be() {
    let items = Memory::limited();
    for length in [LIMIT + 1, 2 * LIMIT, 2 * LIMIT + 1, 65_536] {
        put(&items, &value(3, length)).unwrap();
        assert_eq!(got(&items).unwrap(), Some(value(3, length)));
        assert_eq!(items.names().len(), 1 + length.div_ceil(LIMIT), "no part of an older value is left");
    }
    put(&items, b"small").unwrap();
    assert_eq!(items.names(), ["id"]);
    let unlimited = Memory::default();
    put(&unlimited, &value(3, 65_536)).unwrap();
    assert_eq!(unlimited.names(), ["id"]);
}

#[test]
fn a_value_that_looks_like_ours_comes_back_as_it_was() {
    for limit in [None, Some(LIMIT)] {
        let items = Memory { limit, ..Memory::default() };
        for odd in [&b"tokenrack:parts/1:{}"[..], b"tokenrack:plain:x", b"tokenrack:"] {
            put(&items, odd).unwrap();
            assert_eq!(got(&items).unwrap().as_deref(), Some(odd));
        }
        // The mark makes it longer than the limit.
        let long = [MARK, &value(1, LIMIT - MARK.len())].concat();
        put(&items, &long).unwrap();
        assert_eq!(got(&items).unwrap(), Some(long));
    }
}

#[test]
fn text_is_split_between_characters() {
    let items = Memory::limited();
    let text = "x".to_owned() + &"ü€🦀".repeat(2000);
    put(&items, text.as_bytes()).unwrap();
    assert_eq!(got(&items).unwrap().as_deref(), Some(text.as_bytes()));
    for (name, part) in items.items.borrow().iter() {
        assert!(std::str::from_utf8(part).is_ok(), "{name}");
    }
}

/// Every pair of sizes, broken at every changing step.
#[test]
fn a_torn_write_leaves_the_old_value_or_the_new() {
    let sizes = [10, LIMIT, LIMIT + 1, 3 * LIMIT, 5 * LIMIT + 7];
    let mut torn = 0;
    for old in sizes {
        for new in sizes {
            for steps in 0.. {
                let items = Memory::limited();
                put(&items, &value(9, old)).unwrap();
                items.left.set(Some(steps));
                let result = put(&items, &value(77, new));
                let unbroken = items.left.replace(None) != Some(0);
                let now = got(&items).unwrap().unwrap();
                match result {
                    Ok(()) => assert_eq!(now, value(77, new), "{old} {new} {steps}"),
                    Err(e) => {
                        assert_eq!((now, e), (value(9, old), VaultError::Locked), "{old} {new} {steps}");
                        torn += 1;
                    }
                }
                // The next write finds and clears whatever was left.
                put(&items, &value(5, new)).unwrap();
                assert_eq!(got(&items).unwrap(), Some(value(5, new)));
                let parts = if new <= LIMIT { 0 } else { new.div_ceil(LIMIT) };
                assert_eq!(items.names().len(), 1 + parts, "{old} {new} {steps}: {:?}", items.names());
                if unbroken {
                    break;
                }
            }
        }
    }
    assert!(torn > 50, "{torn}");
}

#[test]
fn a_torn_deletion_can_be_repeated_until_nothing_is_left() {
    for steps in 0..8 {
        let items = Memory::limited();
        put(&items, &value(1, 5 * LIMIT)).unwrap();
        items.left.set(Some(steps));
        let broken = delete(&items, "id").is_err();
        items.left.set(None);
        if broken {
            let now = got(&items).unwrap();
            assert!(now.is_none() || now == Some(value(1, 5 * LIMIT)));
        }
        delete(&items, "id").unwrap();
        assert!(items.names().is_empty(), "{:?}", items.names());
        assert_eq!(got(&items).unwrap(), None);
    }
}

#[test]
fn damage_is_told_and_the_value_can_be_replaced() {
    let damages: [Damage; 5] = [
        |items| drop(items.remove("id#1.1")),
        |items| items.get_mut("id#1.0").unwrap()[0] ^= 1,
        |items| items.get_mut("id#1.2").unwrap().truncate(5),
        |items| drop(items.insert("id".into(), b"tokenrack:parts/1:{".to_vec())),
        |items| drop(items.insert("id".into(), b"tokenrack:parts/2:{}".to_vec())),
    ];
    for damage in damages {
        let items = Memory::limited();
        put(&items, &value(1, 3 * LIMIT)).unwrap();
        damage(&mut items.items.borrow_mut());
        let Err(VaultError::Corrupt(words)) = got(&items) else { panic!("damage was not seen") };
        assert!(!words.is_empty());
        put(&items, &value(2, 2 * LIMIT)).unwrap();
        assert_eq!(got(&items).unwrap(), Some(value(2, 2 * LIMIT)));
        assert_eq!(items.names().len(), 3, "{:?}", items.names());
    }
}

#[test]
fn a_manifest_that_claims_the_moon_is_damaged() {
    let items = Memory::limited();
    let moon = br#"tokenrack:parts/1:{"version":1,"count":99999999999,"length":1,"sha256":""}"#;
    items.items.borrow_mut().insert("id".into(), moon.to_vec());
    assert!(matches!(got(&items), Err(VaultError::Corrupt(_))));
}

#[test]
fn a_reader_overtaken_by_writers_gets_the_newest_value() {
    let items = Memory::limited();
    put(&items, &value(1, 3 * LIMIT)).unwrap();
    *items.meanwhile.borrow_mut() = Some(Box::new(|items| {
        // Two writes, so that the version the reader holds is used again.
        put(items, &value(2, 3 * LIMIT)).unwrap();
        put(items, &value(3, 3 * LIMIT)).unwrap();
    }));
    assert_eq!(got(&items).unwrap(), Some(value(3, 3 * LIMIT)));
}

#[test]
fn a_keychain_that_does_not_keep_its_word_is_caught_before_the_manifest() {
    struct Liar(Memory);
    impl Items for Liar {
        fn get(&self, name: &str) -> Result<Option<SecretBytes>, VaultError> {
            self.0.get(name)
        }
        fn set(&self, name: &str, label: &str, value: &[u8]) -> Result<(), VaultError> {
            self.0.set(name, label, &value[..value.len().min(1000)])
        }
        fn delete(&self, name: &str) -> Result<(), VaultError> {
            self.0.delete(name)
        }
        fn limit(&self) -> Option<usize> {
            self.0.limit()
        }
        fn state(&self) -> Result<(VaultState, Option<String>), VaultError> {
            self.0.state()
        }
    }
    let liar = Liar(Memory::limited());
    assert!(matches!(write(&liar, "id", "", &value(1, 9000)), Err(VaultError::Failed(_))));
    assert_eq!(got(&liar.0).unwrap(), None);
}
