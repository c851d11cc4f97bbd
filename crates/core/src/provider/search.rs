//! Finding a provider by what a person types.

use super::Catalog;
use super::catalog::{Entry, SHIPPED, Shipped};
use crate::provider::ProviderId;
use crate::view::ProviderView;

/// What is looked at: an entry's words in lower case.
pub(super) struct Card {
    view: ProviderView,
    name: String,
    category: String,
    aliases: Vec<String>,
}

impl Card {
    fn new<'a>(view: ProviderView, aliases: impl Iterator<Item = &'a str>) -> Self {
        let (name, category) = (view.name.to_lowercase(), view.category.to_lowercase());
        Self { view, name, category, aliases: aliases.map(str::to_lowercase).collect() }
    }

    /// How well it matches, 0 best; `None` when it does not.
    fn rank(&self, query: &str) -> Option<u8> {
        let Self { view, name, category, aliases } = self;
        let id = &view.id.0;
        if query.is_empty() || id == query || name == query || aliases.iter().any(|alias| alias == query) {
            return Some(0);
        }
        if name.starts_with(query) {
            return Some(1);
        }
        let begins = |text: &str, word: &str| words(text).any(|other| other.starts_with(word));
        let of_word = |word: &str| {
            if begins(name, word) {
                Some(2)
            } else if id.starts_with(word) || begins(id, word) {
                Some(3)
            } else if aliases.iter().any(|alias| alias.starts_with(word) || begins(alias, word)) {
                Some(4)
            } else if begins(category, word) {
                Some(5)
            } else {
                None
            }
        };
        query.split_whitespace().map(of_word).try_fold(2, |worst, rank| Some(worst.max(rank?)))
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
        let cards = self.cards.get_or_init(|| self.cards());
        let mut found: Vec<_> = cards.iter().filter_map(|card| Some((card.rank(&query)?, card))).collect();
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

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}
