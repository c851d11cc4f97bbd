//! A file that is being written.

use super::LEAST;
use crate::problem::Code;
use crate::provider::{Catalog, ProviderId};

fn own(files: &[(&str, &str)]) -> Catalog {
    let files = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    Catalog::builtin().with_folder_texts(files)
}

#[test]
fn a_good_text_says_what_it_would_be_saved_as_and_asks_for_its_variables() {
    let open = LEAST.replace("acme.example", "{host}");
    let seen =
        Catalog::builtin().look_at(&format!("{open}\n[vars.host]\ntitle = \"Host\"\npattern = \"host\"\n"));
    assert!(seen.findings.is_empty() && seen.cautions.is_empty() && !seen.exists, "{seen:?}");
    assert_eq!(seen.id, Some(ProviderId("acme".into())));
    assert_eq!(seen.vars.iter().map(|var| var.name.as_str()).collect::<Vec<_>>(), ["host"]);
    assert!(own(&[("acme.toml", LEAST)]).look_at(LEAST).exists);
}

#[test]
fn mistakes_are_said_with_their_lines_of_whatever_is_there() {
    let catalog = Catalog::builtin();
    let seen = catalog.look_at(&LEAST.replace("token_endpoint", "token_endpont"));
    let finding = &seen.findings[0];
    assert_eq!((finding.line, finding.file.as_deref()), (Some(8), None));
    assert_eq!(finding.instead.as_deref(), Some("token_endpoint"));
    assert_eq!(catalog.look_at("schema = ").findings[0].line, Some(1));

    // An id that is none is said once, with one that could be.
    for (text, instead) in [
        (LEAST.replace("\"acme\"", "\"Acme Tool\""), "acme-tool"),
        (LEAST.replace("id = \"acme\"\n", "").replace("\"Acme\"", "\"My Tool\""), "id = \"my-tool\""),
        (LEAST.replace("id = \"acme\"\n", "").replace("\"Acme\"", "\"!\""), "id = \"my-provider\""),
    ] {
        let seen = catalog.look_at(&text);
        assert_eq!(seen.id, None);
        let [finding] = &seen.findings[..] else { panic!("{seen:?}") };
        assert_eq!(finding.instead.as_deref(), Some(instead), "{finding:?}");
    }
}

/// What the window's editor begins with, when it begins from nothing.
#[test]
fn the_empty_beginning_lacks_its_endpoints_and_nothing_else() {
    let pages = [
        include_str!("../../../../../ui/src/lib/text/en/spec.ts"),
        include_str!("../../../../../ui/src/lib/text/de/spec.ts"),
    ];
    for page in pages {
        let blank = page.split("export const blank: ").nth(1).unwrap().split('`').nth(1).unwrap();
        let seen = Catalog::builtin().look_at(blank);
        let places: Vec<&str> =
            seen.findings.iter().map(|finding| finding.message.split(':').next().unwrap()).collect();
        assert_eq!(places, ["server.authorization_endpoint", "server.token_endpoint"], "{seen:?}");
        let filled = blank.replace("\"https://…\"", "\"https://as.example/x\"");
        assert_eq!(Catalog::builtin().look_at(&filled).findings, []);
    }
}

#[test]
fn a_mistake_in_the_file_it_starts_from_names_that_file() {
    let parent =
        LEAST.replace("id = \"acme\"", "id = \"parent\"").replace("[server]", "[server]\nissuer = \"x\"");
    let child = "schema = 1\nid = \"child\"\nname = \"Child\"\nextends = \"parent\"\n";
    let seen = own(&[("parent.toml", &parent)]).look_at(child);
    assert!(seen.findings[0].message.contains("parent.toml has mistakes"), "{seen:?}");
}

#[test]
fn what_it_stands_in_for_and_brings_is_said_before_it_is_saved() {
    let catalog = Catalog::builtin();
    let replacing = LEAST.replace("\"acme\"", "\"github\"");
    let scripts = "[scripts]\ntest = \"exports.test = () => true\"\n";
    let seen = catalog.look_at(&format!("{replacing}\n{scripts}"));
    let [place, brought] = &seen.cautions[..] else { panic!("{seen:?}") };
    assert!(place.starts_with("Your file providers/github.toml replaces the built-in GitHub"), "{place}");
    assert!(brought.contains("scripts of its own"), "{brought}");
    let changing = "schema = 1\nid = \"github\"\nextends = \"github\"\n";
    assert!(catalog.look_at(changing).cautions[0].contains("changes the built-in GitHub"));
}

#[test]
fn only_a_text_without_mistakes_is_read_and_an_own_file_is_edited_as_it_is() {
    let broken = format!("# mine\n{LEAST}\nodd = 1\n");
    let catalog = own(&[("acme.toml", &broken)]);
    assert_eq!(catalog.own_text(&ProviderId("acme".into())), Some(broken.as_str()));
    assert_eq!(catalog.own_text(&ProviderId("github".into())), None);
    let problem = catalog.read_own(&broken).unwrap_err();
    assert_eq!(problem.code, Code::InvalidSpec);
    assert!(problem.to_string().contains("acme.toml:"), "{problem}");
    assert_eq!(catalog.read_own(LEAST).unwrap().name, "Acme");
}
