//! The page that describes the format, and the format.

use serde_json::Value;

use crate::provider::{Catalog, ProviderId, keys, pattern, words};

const PAGE: &str = include_str!("../../../../../docs/providers.md");

/// The page's examples, in order.
fn examples() -> Vec<&'static str> {
    PAGE.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_examples_are_read() {
    let [acme, child] = examples()[..] else { panic!("two examples") };
    let files = [("acme.toml", acme), ("acme-test.toml", child)];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let catalog = Catalog::builtin().with_folder_texts(files);
    assert!(catalog.broken().is_empty(), "{:?}", catalog.broken());
    let spec = catalog.get(&ProviderId("acme-test".into())).unwrap();
    let token = spec.resolve(&Default::default()).unwrap().server.metadata.token_endpoint;
    assert_eq!(token.as_deref(), Some("https://test.acme.example/oauth/token"));
}

#[test]
fn every_key_and_word_is_described() {
    let described: Vec<&str> = PAGE.split(|c: char| !(c.is_alphanumeric() || "_-:.[]".contains(c))).collect();
    let is_described = |word: &str| {
        described.iter().any(|other| {
            let parts = other.trim_matches(['[', ']']).split('.');
            *other == word || parts.map(|part| part.trim_matches(':')).any(|part| part == word)
        })
    };
    let mut missing = Vec::new();
    visit(keys::at(&[]).unwrap(), &mut Vec::new(), &mut |path| {
        let key = path.last().unwrap();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let words = words::closed_list(&path).unwrap_or_default().iter().copied();
        let all = words.chain([key.as_str()]).chain(pattern::PATTERNS.iter().copied());
        missing.extend(all.filter(|word| !word.is_empty() && !is_described(word)).map(str::to_owned));
    });
    missing.sort();
    missing.dedup();
    assert_eq!(missing, Vec::<String>::new());
}

/// Every key of the format, by its path.
fn visit(value: &Value, path: &mut Vec<String>, seen: &mut dyn FnMut(&[String])) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(table) => table.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items.iter().map(|item| ("0".to_owned(), item)).collect(),
        _ => return,
    };
    for (key, value) in inner {
        path.push(key);
        if !["*", "0"].contains(&path[path.len() - 1].as_str()) {
            seen(path);
        }
        visit(value, path, seen);
        path.pop();
    }
}
