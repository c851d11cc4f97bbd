//! Sentences of ours that are English because a record keeps them, or because whoever made them knows no language: a
//! failure's cause, a line of the record, a mistake in a provider file. Where one is shown it is found again by its
//! words, so that nothing has to be kept beside it. What somebody else wrote is in no table, and stays as it is.

use super::german::KEPT;
use super::{Language, fill};

/// The values that may be of several words; any other is one, or stands in quotation marks. So a provider's own sentence
/// is seldom taken for one of ours.
const LONG: &[&str] =
    &["why", "words", "list", "place", "cause", "cure", "instead", "wrong", "account", "before"];

/// What stands between two sentences of one cause.
const BETWEEN: &[&str] = &[": ", "; ", ". "];

/// Sentences inside sentences. What somebody else wrote may look like many of them.
const DEEPEST: usize = 4;

/// In the language of this process, as far as the words are ours.
pub fn again(english: &str) -> String {
    match Language::spoken() {
        Language::English => None,
        Language::German => german(english),
    }
    .unwrap_or_else(|| english.to_owned())
}

/// Whether these are words of ours, though they may quote somebody else's.
pub fn is_ours(english: &str) -> bool {
    german(english).is_some()
}

pub(super) fn german(english: &str) -> Option<String> {
    found(english, DEEPEST)
}

fn found(english: &str, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    sentence(english, depth).or_else(|| sentences(english, depth))
}

fn found_or_same(english: &str, depth: usize) -> String {
    found(english, depth).unwrap_or_else(|| english.to_owned())
}

fn sentence(english: &str, depth: usize) -> Option<String> {
    let rows = || KEPT.iter().copied().flatten();
    if let Some((_, german)) = rows().find(|(template, _)| *template == english) {
        return Some((*german).to_owned());
    }
    let fits = rows().filter_map(|(template, german)| Some((template, german, values(template, english)?)));
    // Of those that fit, the one that says most itself.
    let (_, german, values) = fits.max_by_key(|(template, _, values)| {
        let names: usize = values.iter().map(|(name, _)| name.len() + 2).sum();
        template.len().saturating_sub(names)
    })?;
    let value = |name: &str| values.iter().find(|(known, _)| *known == name);
    Some(fill(german, |name| value(name).map(|(_, value)| found_or_same(value, depth))))
}

/// Several of ours, or one of ours after the place it speaks of.
fn sentences(english: &str, depth: usize) -> Option<String> {
    let mut cuts: Vec<_> = BETWEEN.iter().flat_map(|between| english.match_indices(between)).collect();
    cuts.extend(english.match_indices(' ').take(1).filter(|(at, _)| is_function(&english[..*at])));
    cuts.sort_unstable();
    cuts.into_iter().find_map(|(at, between)| {
        let last = sentence(&english[at + between.len()..], depth)?;
        Some(format!("{}{between}{last}", found_or_same(&english[..at], depth)))
    })
}

/// The name of a script's function, of which a sentence may speak.
fn is_function(word: &str) -> bool {
    word.contains(char::is_uppercase)
        && word.starts_with(char::is_lowercase)
        && word.chars().all(char::is_alphanumeric)
}

/// What stands in the places of a template that `text` was made of.
fn values<'a>(template: &'static str, text: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let mut places = template.split('{');
    let mut rest = text.strip_prefix(places.next()?)?;
    let mut values = Vec::new();
    let mut places = places.peekable();
    while let Some((name, after)) = places.next().and_then(|place| place.split_once('}')) {
        let end = match places.peek() {
            None => rest.len().checked_sub(after.len()).filter(|_| rest.ends_with(after))?,
            Some(_) => rest.find(after)?,
        };
        let value = &rest[..end];
        let is_word =
            !value.contains(char::is_whitespace) || (value.starts_with('"') && value.ends_with('"'));
        if value.is_empty() || !(is_word || LONG.contains(&name)) {
            return None;
        }
        values.push((name, value));
        rest = &rest[end + after.len()..];
    }
    rest.is_empty().then_some(values)
}
