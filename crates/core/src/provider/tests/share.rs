//! The text of a spec says the same as the spec.

use super::super::share::ORDER;
use super::{LEAST, spec};
use crate::provider::catalog::SHIPPED;
use crate::provider::{Catalog, ProviderId, ProviderSpec, parse};

#[test]
fn every_shipped_spec_comes_back_from_its_text() {
    let catalog = Catalog::builtin();
    for shipped in SHIPPED {
        let spec =
            ProviderSpec { extends: None, ..catalog.get(&ProviderId(shipped.id.into())).unwrap().clone() };
        let text = spec.to_file().unwrap();
        assert_eq!(parse(&format!("{}.toml", shipped.id), &text).unwrap(), spec, "{text}");
    }
}

#[test]
fn every_table_has_its_place() {
    let whole = serde_json::to_value(spec("")).unwrap();
    let mut keys: Vec<&str> = whole.as_object().unwrap().keys().map(String::as_str).collect();
    let mut order = ORDER.to_vec();
    keys.sort_unstable();
    order.sort_unstable();
    assert_eq!(keys, order);
}

#[test]
fn defaults_are_not_in_the_text() {
    assert_eq!(spec("").to_file().unwrap().trim(), LEAST.trim());
}

#[test]
fn a_shipped_entry_is_shared_as_it_is_and_an_own_one_stands_by_itself() {
    let id = |id: &str| ProviderId(id.into());
    let own = "schema = 1\nid = \"mine\"\nname = \"Mine\"\nextends = \"github\"\n";
    let catalog = Catalog::builtin().with_folder_texts(vec![("mine.toml".into(), own.into())]);
    let shipped = catalog.share(&id("github")).unwrap();
    assert!(shipped.contains("name = \"GitHub\"") && shipped.contains("sources"), "{shipped}");
    let mine = catalog.share(&id("mine")).unwrap();
    assert!(mine.contains("github.com/login/oauth/access_token") && !mine.contains("extends"), "{mine}");
    assert!(catalog.share(&id("none-such")).is_err());
}
