//! `tokenrack choose CONNECTION [VALUE]`

use tokenrack_core::problem::plain;
use tokenrack_core::view::{ChoiceView, ConnectionView, OptionView};

use crate::error::{Failure, invalid};
use crate::session::Session;
use crate::table::{self, Cell, Tone};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name or id
    connection: String,
    /// The name or the id of the one to use from now on; without it they are listed
    value: Option<String>,
}

pub async fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let output = session.output;
    let Some(value) = &args.value else {
        let engine = session.engine()?;
        let view = engine.view(&engine.find(&args.connection)?.id)?;
        if output.json() {
            return view.choices.iter().try_for_each(|choice| output.object(choice));
        }
        if view.choices.is_empty() {
            output.note(&nothing(&view));
        }
        return output.page(&view.choices.iter().map(text).collect::<String>());
    };
    let engine = session.unlocked().await?;
    let view = engine.view(&engine.find(&args.connection)?.id)?;
    let choice = with(&view, value).ok_or_else(|| invalid(nothing(&view)))?;
    let view = engine.choose(&view.id, &choice.store, value).await?;
    if output.json() {
        return output.object(&view);
    }
    let chosen = view.choices.iter().find(|now| now.store == choice.store).and_then(chosen);
    let label = chosen.map_or(value.as_str(), |option| &option.label);
    output.note(&format!("“{}” uses {}.", view.name, plain(label, 80)));
    Ok(())
}

/// The list that has this value, else the first: the engine says what is in it.
fn with<'v>(view: &'v ConnectionView, value: &str) -> Option<&'v ChoiceView> {
    let is_meant =
        |option: &OptionView| option.id == value || option.label.to_lowercase() == value.to_lowercase();
    let found = view.choices.iter().find(|choice| choice.options.iter().any(is_meant));
    found.or(view.choices.first())
}

fn chosen(choice: &ChoiceView) -> Option<&OptionView> {
    choice.options.iter().find(|option| Some(&option.id) == choice.chosen.as_ref())
}

fn nothing(view: &ConnectionView) -> String {
    format!(
        "There is nothing to choose for “{}”: its tokens reach no list of tenants, or there are none yet.",
        view.name
    )
}

/// A list, the one in use marked.
fn text(choice: &ChoiceView) -> String {
    let row = |option: &OptionView| {
        let mark = if Some(&option.id) == choice.chosen.as_ref() { "●" } else { "" };
        vec![mark.into(), option.label.as_str().into(), Cell::new(&option.id, 512, Tone::Dim)]
    };
    let rows: Vec<_> = choice.options.iter().map(row).collect();
    table::lines(&["", &choice.title.to_uppercase(), "ID"], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_in_use_is_marked() {
        let option = |id: &str, label: &str| OptionView { id: id.to_owned(), label: label.to_owned() };
        let choice = ChoiceView {
            store: "site".to_owned(),
            title: "Site".to_owned(),
            chosen: Some("s-2".to_owned()),
            options: vec![option("s-1", "Acme"), option("s-2", "Oth\u{1b}[2Jer")],
        };
        let plain = anstream::adapter::strip_str(&text(&choice)).to_string();
        assert_eq!(plain, "   SITE       ID\n   Acme       s-1\n●  Oth [2Jer  s-2\n");
    }
}
