//! Finding a provider by what a person types.

use super::Catalog;
use super::catalog::{Entry, SHIPPED, Shipped};
use crate::provider::ProviderId;
use crate::view::ProviderView;

/// What is looked at, in lower case: once for all keystrokes.
pub(super) struct Card {
    view: ProviderView,
    name: String,
    aliases: Vec<String>,
    /// The words of name, id, aliases and category, each after a space.
    words: [String; 4],
}

impl Card {
    fn new<'a>(view: ProviderView, aliases: impl Iterator<Item = &'a str>) -> Self {
        let name = view.name.to_lowercase();
        let aliases: Vec<String> = aliases.map(str::to_lowercase).collect();
        // An id and an alias can also be typed as a whole, with what stands between their words.
        let id = format!("{} {}", words(&view.id.0), view.id);
        let alias = aliases.iter().map(|alias| format!("{} {alias}", words(alias))).collect();
        let words = [words(&name), id, alias, words(&view.category.to_lowercase())];
        Self { view, name, aliases, words }
    }

    /// How well it matches, 0 best; `None` when it does not. `words` are those of the query, each after a space.
    fn rank(&self, query: &str, words: &[String]) -> Option<usize> {
        if query.is_empty()
            || self.view.id.0 == query
            || self.name == query
            || self.aliases.iter().any(|a| a == query)
        {
            return Some(0);
        }
        if self.name.starts_with(query) {
            return Some(1);
        }
        let place = |word: &String| self.words.iter().position(|text| text.contains(word.as_str()));
        words.iter().map(place).try_fold(2, |worst, place| Some(worst.max(2 + place?)))
    }
}

impl From<&Shipped> for Card {
    fn from(shipped: &Shipped) -> Self {
        let text = |text: &str| text.to_owned();
        let view = ProviderView {
            id: ProviderId(text(shipped.id)),
            name: text(shipped.name),
            category: text(shipped.category),
            icon: shipped.icon.map(text),
            verified: shipped.verified.map(text),
        };
        Self::new(view, shipped.aliases.iter().copied())
    }
}

impl Catalog {
    /// The providers that match, best first, then by name; all for an empty query. Case does not matter. Every
    /// word of the query must begin a word of the name, the id, an alias or the category.
    pub fn search(&self, query: &str) -> Vec<ProviderView> {
        let query = query.trim().to_lowercase();
        let words: Vec<String> = query.split_whitespace().map(|word| format!(" {word}")).collect();
        let cards = self.cards.get_or_init(|| self.cards()).iter();
        let mut found: Vec<_> = cards.filter_map(|card| Some((card.rank(&query, &words)?, card))).collect();
        // The cards are in order of their names, and the sort is stable.
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, card)| card.view.clone()).collect()
    }

    /// Shipped files are not read for this: what is looked at was written down by the build.
    fn cards(&self) -> Vec<Card> {
        let own: Vec<_> = self.own.values().filter_map(|entry: &Entry| self.spec(entry)).collect();
        let replaced = |shipped: &&Shipped| !own.iter().any(|spec| spec.id.0 == shipped.id);
        let mut cards: Vec<Card> = SHIPPED.iter().filter(replaced).map(Card::from).collect();
        cards.extend(own.iter().map(|spec| Card::new(spec.view(), spec.aliases.iter().map(String::as_str))));
        cards.sort_by(|a, b| (&a.name, &a.view.id).cmp(&(&b.name, &b.view.id)));
        cards
    }
}

/// The words of a text, each after a space.
fn words(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.flat_map(|word| [" ", word]).collect()
}
