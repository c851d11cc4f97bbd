//! Files that start from another one.

use std::collections::BTreeMap;

use super::LEAST;
use crate::provider::{Catalog, ProviderId, ProviderSpec, parse};
use crate::view::Origin;

fn own(files: &[(&str, &str)]) -> Catalog {
    let files = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    Catalog::builtin().with_folder_texts(files)
}

fn get<'a>(catalog: &'a Catalog, id: &str) -> &'a ProviderSpec {
    catalog.get(&ProviderId(id.into())).unwrap_or_else(|| panic!("{:?}", catalog.broken()))
}

fn told(catalog: &Catalog) -> Vec<String> {
    catalog.broken().iter().map(ToString::to_string).collect()
}

/// The head of a file.
fn head(id: &str, extends: &str) -> String {
    format!("schema = 1\nid = \"{id}\"\nname = \"My {id}\"\nextends = \"{extends}\"\n")
}

#[test]
fn key_by_key_and_the_childs_word_counts() {
    let text = head("mine", "gitlab")
        + "[vars.host]\ndefault = \"git.acme.example\"\n[scopes]\ndefault = [\"api\"]\n[links]\ndocs = \"\"\n\
           [authorize.params]\nprompt = \"login\"\n";
    let mine = parse("mine.toml", &text).unwrap_or_else(|errors| panic!("{errors:?}"));
    let gitlab = get(&Catalog::builtin(), "gitlab").clone();
    assert_eq!((mine.id.0.as_str(), mine.name.as_str()), ("mine", "My mine"));
    assert_eq!(mine.vars["host"].default.as_deref(), Some("git.acme.example"));
    assert_eq!(mine.vars["host"].title, gitlab.vars["host"].title, "the rest of the table is inherited");
    assert_eq!(mine.scopes.default, ["api"], "a list is replaced");
    assert_eq!(mine.links.docs, None, "an empty address is none");
    assert_eq!(mine.links.register, gitlab.links.register);
    assert_eq!((mine.server.clone(), mine.refresh.clone()), (gitlab.server, gitlab.refresh));
    assert_eq!(mine.authorize.params["prompt"], "login");
    // What names one entry is not another's.
    assert_eq!((mine.description, mine.verified, mine.icon), (None, None, None));
    let resolved = parse("mine.toml", &text).unwrap().resolve(&BTreeMap::new()).unwrap();
    let token = resolved.server.metadata.token_endpoint.unwrap();
    assert_eq!(token, "https://git.acme.example/oauth/token");
}

#[test]
fn a_parents_parameter_is_taken_back_by_an_empty_one() {
    let parent = format!("{LEAST}[authorize.params]\nprompt = \"login\"\nhd = \"x\"\n");
    let child = head("child", "acme") + "[authorize.params]\nprompt = \"\"\n";
    let catalog = own(&[("acme.toml", &parent), ("child.toml", &child)]);
    let params = &get(&catalog, "child").authorize.params;
    assert_eq!(params, &super::vars(&[("hd", "x")]));
}

#[test]
fn own_from_own_from_shipped() {
    let middle = head("middle", "github") + "[scopes]\nseparator = \",\"\n";
    let last = head("last", "middle") + "[api]\nbase = \"https://api.github.com\"\n";
    let catalog = own(&[("last.toml", &last), ("middle.toml", &middle)]);
    let last = get(&catalog, "last");
    assert_eq!(last.scopes.separator, ",");
    assert_eq!(last.revoke, get(&catalog, "github").revoke);
    assert!(told(&catalog).is_empty());
}

#[test]
fn by_its_own_id_a_file_changes_the_shipped_entry() {
    let file = "schema = 1\nid = \"google\"\nextends = \"google\"\n[scopes]\ndefault = [\"openid\"]\n";
    let catalog = own(&[("google.toml", file)]);
    let (mine, shipped) = (get(&catalog, "google"), get(&Catalog::builtin(), "google").clone());
    assert_eq!(mine.scopes.default, ["openid"]);
    assert_eq!((&mine.name, &mine.aliases), (&shipped.name, &shipped.aliases));
    assert_eq!(mine.server, shipped.server);
    assert_eq!(catalog.search("gmail")[0].id.0, "google");
    let id = ProviderId("google".into());
    assert_eq!(catalog.origin(&id), Some(Origin::Own { file: "google.toml".into() }));
    assert!(catalog.caution(&id).unwrap().contains("changes the built-in Google"));
    assert_eq!(Catalog::builtin().origin(&id), Some(Origin::Shipped));
    assert_eq!(catalog.origin(&ProviderId("nobody".into())), None);
    // Only the shipped one can be meant.
    let lonely = LEAST.replace("name = \"Acme\"", "extends = \"acme\"\nname = \"Acme\"");
    assert_eq!(
        told(&own(&[("acme.toml", &lonely)])),
        ["acme.toml:4: extends: there is no built-in provider \"acme\" to change"]
    );
}

/// A shipped entry is what it is, whatever the person's own files say.
#[test]
fn nothing_shipped_starts_from_an_own_file() {
    for entry in Catalog::builtin().search("") {
        let builtin = Catalog::builtin();
        let Some(parent) = get(&builtin, &entry.id.0).extends.clone() else { continue };
        let file = format!("{parent}.toml");
        let mine = LEAST.replace("\"acme\"", &format!("\"{parent}\""));
        let catalog = own(&[(&file, &mine)]);
        assert_eq!(get(&catalog, &entry.id.0), get(&builtin, &entry.id.0));
    }
}

#[test]
fn circles_are_named() {
    let catalog = own(&[
        ("a.toml", &head("a", "b")),
        ("b.toml", &head("b", "c")),
        ("c.toml", &head("c", "a")),
        ("d.toml", &head("d", "b")),
        ("ok.toml", &LEAST.replace("acme\"", "ok\"")),
    ]);
    assert_eq!(
        told(&catalog),
        [
            "a.toml:4: extends: goes in a circle: a → b → c → a",
            "b.toml:4: extends: goes in a circle: b → c → a → b",
            "c.toml:4: extends: goes in a circle: c → a → b → c",
            "d.toml:4: extends: goes in a circle: d → b → c → a → b",
        ]
    );
    assert_eq!(get(&catalog, "ok").name, "Acme");
}

#[test]
fn an_unknown_parent_with_what_was_meant() {
    let errors = parse("x.toml", &head("x", "gitlap")).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].to_string(), "x.toml:4: extends: there is no provider \"gitlap\"; write \"gitlab\"");
}

#[test]
fn a_broken_parent_takes_only_its_children_along() {
    let catalog = own(&[
        ("acme.toml", "id = "),
        ("child.toml", &head("child", "acme")),
        ("gitlab.toml", "id = "),
        ("lab.toml", &head("lab", "gitlab")),
    ]);
    let told = told(&catalog);
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[1], "child.toml:4: extends: acme.toml has mistakes of its own");
    assert_eq!(
        get(&catalog, "lab").server,
        get(&Catalog::builtin(), "gitlab").server,
        "the shipped one is there"
    );
}

#[test]
fn a_mistake_is_named_in_the_file_it_is_in() {
    let parent = format!(
        "{LEAST}[vars.host]\ntitle = \"Host\"\npattern = \"host\"\n[account]\nurl = \"https://{{host}}/me\"\n"
    );
    let child = head("child", "acme")
        + "[vars.host]\npattern = \"slug\"\n[server]\njwks_uri = \"http://acme.example/keys\"\n";
    let catalog = own(&[("acme.toml", &parent), ("child.toml", &child)]);
    assert_eq!(
        told(&catalog),
        [
            "child.toml:8: server.jwks_uri: must be https (http only on loopback); write https://acme.example/keys",
            "acme.toml:13: account.url: `{host}` stands in the host, so its pattern must be host, host_port or label; \
             write pattern = \"host\"",
        ]
    );
    let nameless = "schema = 1\nid = \"child\"\nextends = \"gitlab\"\n";
    assert_eq!(
        parse("child.toml", nameless).unwrap_err()[0].to_string(),
        "child.toml: `name` is missing; write name = \"…\""
    );
}

#[test]
fn what_is_inherited_need_not_be_used() {
    let child = head("child", "github") + "[revoke]\nstyle = \"none\"\n";
    assert!(parse("child.toml", &child).is_ok());
    let parent = format!(
        "{LEAST}jwks_uri = \"https://{{host}}/keys\"\n[vars.host]\ntitle = \"Host\"\npattern = \"host\"\n"
    );
    let fixed = head("child", "acme") + "[server]\njwks_uri = \"https://acme.example/keys\"\n";
    let catalog = own(&[("acme.toml", &parent), ("child.toml", &fixed)]);
    assert_eq!(told(&catalog), Vec::<String>::new());
}
