use std::collections::HashSet;
use std::path::Path;

use super::*;

fn values(sentence: &str) -> Vec<&str> {
    let names = sentence.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let mut values: Vec<_> = names.filter(|name| !name.contains(' ')).collect();
    values.sort_unstable();
    values
}

#[test]
fn a_translation_ends_alike_and_has_the_same_values() {
    let mut seen = HashSet::new();
    for (english, german) in GERMAN.iter().copied().flatten() {
        assert_eq!(values(english), values(german), "{english}");
        assert_eq!(english.ends_with('.'), german.ends_with('.'), "{english}");
        assert!(seen.insert(english), "twice: {english}");
    }
}

/// What faces may show of this code, wherever it is made.
const SPEAKERS: [&str; 4] = ["crates/core/src", "crates/oauth/src", "crates/platform/src", "src-tauri/src"];

/// What nobody reads in a window: names, and words for a log, a file or a program.
const UNSPOKEN: &[&str] = &[
    // Sent, or run
    "Basic {}",
    "DPoP {}",
    "EC PRIVATE KEY",
    "chmod go-rwx {}",
    "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "env {} {program}",
    "Max core file size",
    "no {pointer}",
    "a file of crates/core/src/language lacks this sentence",
    // In a log, and what a script threw
    "a {}",
    "ClientKey({:?}, [redacted])",
    "SecretBytes([redacted], {} bytes)",
    "{before} kB before, {after} kB after",
    // In a provider file, whose language is English
    "Discovered from {issuer}",
    "Imported from {}",
    "Tokenrack provider file",
    // In an issue, whose language is English
    "Activity, newest first:",
    "Problem: {} ({}), HTTP status: {status}",
    "Provider: {}",
    "Redirect: {:?}, client authentication: {:?}",
    "Refreshable: {}",
    "Status: {} since {}",
    "System: {} {}, Tauri {}, web view {web_view}",
    "of one's own",
    // Names
    "Tokenrack {}",
    "Tokenrack {}, Tauri {}, {}, {}.",
    "Tokenrack: test",
    "Tokenrack: {name}",
    "Tokenrack: {} ({provider})",
    "{label} (part {} of {})",
    "{label}, sign-in",
    "Windows Credential Manager",
    "macOS Keychain",
];

/// The code of a folder, without tests and tables.
fn code(folder: &str) -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder)];
    let mut code = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if ["german", "tests", "testing.rs", "bindings.rs"].contains(&&*name)
                || name.ends_with("tests.rs")
            {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") {
                let text = std::fs::read_to_string(path).unwrap();
                let is_tests = |at: &usize| {
                    let mut lines = text[*at..].lines();
                    lines.next().is_some_and(|line| line.contains("test"))
                        && lines.take(2).any(|line| line.contains("mod ") && line.ends_with('{'))
                };
                let end = text.match_indices("#[cfg(").map(|(at, _)| at).find(is_tests);
                code.push(text[..end.unwrap_or(text.len())].to_owned());
            }
        }
    }
    code
}

/// The literals of Rust code as the compiler reads them, and what stands before each in its statement.
fn literals(code: &str) -> Vec<(String, String)> {
    let mut literals = Vec::new();
    let mut before = String::new();
    let mut rest = code.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => _ = rest.by_ref().find(|c| *c == '\n'),
            // A quotation mark as a character.
            '\'' if rest.peek() == Some(&'"') => _ = rest.next(),
            '\'' if rest.peek() == Some(&'\\') => _ = rest.by_ref().nth(1),
            '"' => {
                let mut literal = String::new();
                while let Some(c) = rest.next().filter(|c| *c != '"') {
                    match (c, rest.peek()) {
                        ('\\', Some('\n')) => while rest.next_if(|c| c.is_whitespace()).is_some() {},
                        ('\\', Some('"' | '\\')) => literal.extend(rest.next()),
                        ('\\', Some('n')) => literal.extend(rest.next().map(|_| '\n')),
                        _ => literal.push(c),
                    }
                }
                literals.push((literal, before.clone()));
            }
            ';' | '{' | '}' => before.clear(),
            c => before.push(c),
        }
    }
    literals
}

/// With its values nameless, as they are called differently where they are put in.
fn nameless(sentence: &str) -> String {
    let mut rest = sentence;
    let mut nameless = String::new();
    while let Some((before, after)) = rest.split_once('{') {
        nameless.extend([before, "{}"]);
        // A brace that is written stands around a value, here.
        let inside = after.trim_start_matches('{');
        let closing = "}".repeat(1 + after.len() - inside.len());
        rest = inside.split_once(&*closing).map_or("", |(_, after)| after);
    }
    nameless + rest
}

#[test]
fn no_translation_outlives_its_sentence() {
    let said: HashSet<_> = SPEAKERS
        .iter()
        .chain(&["crates/cli/src"])
        .flat_map(|folder| code(folder))
        .flat_map(|code| literals(&code))
        .map(|(literal, _)| nameless(&literal))
        .collect();
    let rows = GERMAN.iter().copied().flatten().map(|(english, _)| *english);
    let left: Vec<_> = rows.filter(|english| !said.contains(&nameless(english))).collect();
    assert!(
        left.is_empty(),
        "nobody says these any more:
{}",
        left.join(
            "
"
        )
    );
}

#[test]
fn no_sentence_is_left_in_english() {
    let rows: HashSet<_> = GERMAN.iter().copied().flatten().map(|(english, _)| nameless(english)).collect();
    let mut left = Vec::new();
    for (literal, before) in SPEAKERS.iter().flat_map(|folder| code(folder)).flat_map(|code| literals(&code))
    {
        let is_logged = ["tracing::", "expect(", "reason =", "ts("].iter().any(|call| before.contains(call));
        let words = nameless(&literal);
        let is_sentence = words.trim().contains(' ') && words.contains(char::is_alphabetic);
        let is_code = words.contains(['=', '<', '\n']) || words.contains("Bearer ");
        let is_sql =
            words.split(' ').next().is_some_and(|word| word.len() > 2 && word == word.to_uppercase());
        let is_unspoken = is_logged || is_code || is_sql || UNSPOKEN.contains(&&*literal);
        if is_sentence && !is_unspoken && !rows.contains(&words) {
            left.push(literal);
        }
    }
    left.sort_unstable();
    left.dedup();
    assert!(left.is_empty(), "a file of crates/core/src/language/german lacks these:\n{}", left.join("\n"));
}

#[test]
fn what_is_said_in_german_is_german() {
    let code = crate::problem::Code::InvalidGrant;
    assert_eq!(code.title().english(), "The provider no longer accepts this sign-in");
    assert_eq!(code.title().within(Language::German), "Der Anbieter nimmt diese Anmeldung nicht mehr an");
    for code in crate::problem::Code::ALL {
        for sentence in [code.title(), code.suggestion()] {
            assert_ne!(sentence.within(Language::German), sentence.english());
        }
    }
}

#[test]
fn values_are_put_in_once() {
    let sentence = Sentence { english: "{a} and {b}", german: "{b} und {a}" };
    assert_eq!(sentence.say(&[("a", &"{b}"), ("b", &2)]), "{b} and 2");
}

#[test]
fn the_first_language_somebody_asks_for_is_taken() {
    assert_eq!(Language::of_system(&["fr-FR", "de-CH", "en"]), Language::German);
    assert_eq!(Language::of_system(&["en-GB", "de"]), Language::English);
    assert_eq!(Language::of_system(&["fr"]), Language::English);
    for language in Language::ALL {
        assert_eq!(serde_json::to_value(language).unwrap(), language.tag());
    }
}

#[test]
fn what_was_said_in_english_is_found_again() {
    let german = |english: &str| again::german(english);
    for (english, expected) in [
        ("not JSON", Some("kein JSON")),
        ("the answer has no user_code", Some("die Antwort hat keinen user_code")),
        ("the answer is not JSON", Some("die Antwort ist kein JSON")),
        ("id: there is no provider \"git hub\"", Some("id: es gibt keinen Anbieter \"git hub\"")),
        (
            "acme.toml:3: scopes.default: \"a b\" is not one scope (RFC 6749 §3.3); write a whole number",
            Some(
                "acme.toml:3: scopes.default: \"a b\" ist kein einzelner Scope (RFC 6749 §3.3); richtig wäre eine ganze Zahl",
            ),
        ),
        ("vars.host: `{host}` is not declared", Some("vars.host: `{host}` ist nicht vereinbart")),
        ("getTokenData returned no object", Some("getTokenData gab kein Objekt zurück")),
        (
            "this machine's clock is wrong by 9 minutes, fast, or the server's is. Set this machine's clock, best by the network. The failure itself: invalid_grant: Expired",
            Some(
                "die Uhr dieses Rechners geht 9 Minuten vor, oder die des Servers geht nach. Die Uhr dieses Rechners stellen, am besten über das Netz. Der Fehler selbst: invalid_grant: Expired",
            ),
        ),
        (
            "the vault is locked; signed in as “Bob B.”; before it was “ada”",
            Some("der Tresor ist gesperrt; angemeldet als „Bob B.“; vorher war es „ada“"),
        ),
        // Somebody else's
        ("invalid_request: A valid token is needed", None),
        ("Der Server mag nicht", None),
        ("", None),
    ] {
        assert_eq!(german(english).as_deref(), expected, "{english}");
    }
    // Many sentences in one take no longer than a few.
    assert!(german(&"the answer the answer: ".repeat(13)).is_some());
}
