//! Finding providers, and a person's own files.

use super::LEAST;
use crate::provider::catalog::Entry;
use crate::provider::{Catalog, ProviderId};

fn found(catalog: &Catalog, query: &str) -> Vec<String> {
    catalog.search(query).into_iter().map(|found| found.id.0).collect()
}

fn own(files: &[(&str, &str)]) -> Catalog {
    let files = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    Catalog::builtin().with_folder_texts(files)
}

#[test]
fn everything_by_name() {
    let catalog = Catalog::builtin();
    let names: Vec<_> = catalog.search("  ").into_iter().map(|spec| spec.name.to_lowercase()).collect();
    assert!(names.len() >= 10 && names.is_sorted(), "{names:?}");
}

#[test]
fn what_people_type() {
    let catalog = Catalog::builtin();
    let first = |query| found(&catalog, query).into_iter().next();
    for (typed, id) in [
        ("GITHUB", "github"),
        ("github", "github"),
        ("entra id", "microsoft"),
        ("gmail", "google"),
        ("hf", "huggingface"),
        ("openid", "openid"),
        (" slack ", "slack"),
    ] {
        assert_eq!(first(typed).as_deref(), Some(id), "{typed}");
    }
    assert!(found(&catalog, "dev tools").contains(&"github".to_owned()));
    for nothing in ["dev-tools", "nothing like this", "github nothing"] {
        assert_eq!(found(&catalog, nothing), Vec::<String>::new());
    }
}

#[test]
fn best_first() {
    let file = |id: &str, name: &str, more: &str| {
        let text = LEAST.replace("\"acme\"", &format!("{id:?}")).replace("\"Acme\"", &format!("{name:?}"));
        (format!("{id}.toml"), text.replace("[server]", &format!("{more}\n[server]")))
    };
    let files = vec![
        file("alias", "An Alias", "aliases = [\"Zyx Thing\", \"quux\"]"),
        file("category", "A Category", "category = \"zyx-tools\""),
        file("begins", "Zyxo", ""),
        file("contains", "A Big Zyxo", ""),
        file("zyx-id", "An Id", ""),
        file("exact", "Exact", "aliases = [\"zyx\"]"),
    ];
    let catalog = Catalog::builtin().with_folder_texts(files);
    assert!(catalog.broken().is_empty(), "{:?}", catalog.broken());
    assert_eq!(found(&catalog, "Zyx"), ["exact", "begins", "contains", "zyx-id", "alias", "category"]);
    assert_eq!(found(&catalog, "zyx th"), ["alias"]);
    assert_eq!(found(&catalog, "big zyx"), ["contains"]);
    assert_eq!(found(&catalog, "quux"), ["alias"]);
    assert_eq!(found(&catalog, "zyx-i"), ["zyx-id"]);
    assert_eq!(found(&catalog, "yx"), Vec::<String>::new());
}

#[test]
fn an_own_file_adds_or_replaces() {
    let mine = LEAST.replace("\"acme\"", "\"github\"").replace("Acme", "My GitHub");
    let catalog = own(&[("acme.toml", LEAST), ("github.toml", &mine)]);
    assert_eq!(catalog.get(&ProviderId("acme".into())).unwrap().name, "Acme");
    assert_eq!(catalog.get(&ProviderId("github".into())).unwrap().name, "My GitHub");
    assert_eq!(found(&catalog, "my github"), ["github"]);
    assert_eq!(catalog.search("").len(), Catalog::builtin().search("").len() + 1);
    assert!(catalog.broken().is_empty());
}

#[test]
fn a_file_in_a_built_in_ones_place_is_a_caution() {
    let mine = LEAST.replace("\"acme\"", "\"github\"").replace("Acme", "My GitHub");
    let id = |id: &str| ProviderId(id.into());
    let catalog = own(&[("acme.toml", LEAST), ("github.toml", &mine)]);
    let caution = catalog.caution(&id("github")).unwrap();
    assert!(caution.starts_with("Your file providers/github.toml replaces the built-in GitHub"), "{caution}");
    assert_eq!((catalog.caution(&id("acme")), catalog.caution(&id("gitlab"))), (None, None));
    let check = catalog.check().unwrap();
    assert_eq!(format!("{}.", check.finding), caution);
    assert_eq!(own(&[("acme.toml", LEAST)]).check(), None);

    let broken = own(&[("github.toml", "id = ")]);
    assert_eq!(broken.caution(&id("github")), None, "the built-in one is in its place");
    assert!(broken.check().unwrap().finding.starts_with("github.toml:1: "));
}

#[test]
fn a_broken_file_takes_nothing_down() {
    let catalog = own(&[("acme.toml", LEAST), ("github.toml", "id = "), ("other.toml", LEAST)]);
    assert_eq!(catalog.get(&ProviderId("github".into())).unwrap().name, "GitHub");
    assert!(catalog.get(&ProviderId("acme".into())).is_some());
    assert!(catalog.get(&ProviderId("other".into())).is_none());
    let files: Vec<_> = catalog.broken().iter().map(|error| error.file.as_str()).collect();
    assert_eq!(files, ["github.toml", "other.toml"]);
}

#[test]
fn a_shipped_file_never_carries_code() {
    const CODE: &str =
        "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[scripts]\ntest = \"exports.test = () => true\"";
    let mut catalog = Catalog::builtin();
    catalog.builtin.insert("acme", Entry::new("acme.toml".into(), CODE));
    assert_eq!(catalog.get(&ProviderId("acme".into())), None);
    let [told] = &catalog.parsed(&catalog.builtin["acme"]).as_ref().unwrap_err()[..] else {
        panic!("one mistake")
    };
    assert_eq!(told.to_string(), "acme.toml: scripts: a file of the catalog never carries code");
}
