//! What `import` and `restore` have in common: what is in a file, what is decided, what came of it.

use std::path::Path;

use clap::ValueEnum;
use tokenrack_core::engine::{Engine, Taking};
use tokenrack_core::event::Channel;
use tokenrack_core::problem::{Class, plain};
use tokenrack_core::view::{
    BundleKind, BundleView, Choice, Decision, Standing, Taken, TakenView, ThingKind, ThingView, WrittenView,
};

use crate::error::Failure;
use crate::session::Session;
use crate::span;
use crate::table::{self, Cell, Tone};

#[derive(Debug, clap::Args)]
pub struct Options {
    /// Show what is in the file and what would become of it; change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// What becomes of that which is here already, with other settings
    #[arg(long, value_name = "WAY", value_enum, default_value_t = OnConflict::Skip)]
    on_conflict: OnConflict,
    /// Take connections and providers that bring scripts too; the scripts are given their tokens
    #[arg(long)]
    with_scripts: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnConflict {
    /// What is here stays
    Skip,
    /// The file's settings take the place of those here
    Replace,
    /// It is taken under another name
    Rename,
}

/// What a person calls the file.
pub fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    plain(&name.to_string_lossy(), 100)
}

/// Tells of a file that was written.
pub fn written(written: &WrittenView, session: &Session) -> Result<(), Failure> {
    for left in &written.left_out {
        let why = left.problem.cause.as_ref().unwrap_or(&left.problem.message);
        session.output.note(&format!("left out: {}: {why}", left.name));
    }
    if session.output.json() {
        return session.output.object(written);
    }
    session.output.value(&written.path)
}

/// Takes from an opened file what the options say, or only shows it.
pub async fn take(
    engine: &Engine,
    view: &BundleView,
    options: &Options,
    older_tokens: bool,
    session: &Session,
) -> Result<(), Failure> {
    let choices: Vec<Choice> = view.things.iter().map(|thing| choice(thing, options)).collect();
    if options.dry_run {
        engine.close_bundle();
        return show(view, &choices, session);
    }
    caution(view, session);
    let decisions: Vec<Decision> = view
        .things
        .iter()
        .zip(&choices)
        .enumerate()
        .map(|(place, (thing, choice))| Decision {
            thing: place,
            choice: *choice,
            name: thing.free_name.clone(),
        })
        .collect();
    let folder = session.profile()?;
    let taking = Taking { older_tokens, folder: &folder, channel: Channel::Command };
    let taken = engine.take_from_bundle(&decisions, taking).await?;
    for (taken, thing) in taken.iter().zip(&view.things) {
        if session.output.json() {
            session.output.object(taken)?;
        } else {
            session.output.note(&outcome(taken, thing));
        }
    }
    let failed = taken.iter().any(|taken| taken.outcome == Taken::Failed);
    let unusable = view.things.iter().any(|thing| thing.standing == Standing::Unusable);
    if failed || unusable { Err(Failure::Told(Class::Failed.exit_code())) } else { Ok(()) }
}

fn choice(thing: &ThingView, options: &Options) -> Choice {
    if thing.has_scripts && !options.with_scripts {
        return Choice::Skip;
    }
    let wanted = match (thing.standing, options.on_conflict) {
        (Standing::New, _) => Choice::Add,
        (Standing::Differs | Standing::Same, OnConflict::Replace) => Choice::Replace,
        (Standing::Differs | Standing::NameTaken, OnConflict::Rename) => Choice::Rename,
        _ => Choice::Skip,
    };
    if thing.choices.contains(&wanted) { wanted } else { Choice::Skip }
}

fn show(view: &BundleView, choices: &[Choice], session: &Session) -> Result<(), Failure> {
    if session.output.json() {
        return session.output.object(view);
    }
    let rows: Vec<Vec<Cell>> =
        view.things.iter().zip(choices).map(|(thing, choice)| row(thing, *choice)).collect();
    let header = ["WHAT", "NAME", "PROVIDER", "HERE", "DIFFERS IN", "WOULD BE", "TOKENS OF", "HOSTS"];
    session.output.page(&table::lines(&header, &rows))?;
    caution(view, session);
    for thing in &view.things {
        let name = label(thing);
        for caution in &thing.cautions {
            session.output.note(&format!("{name}: {caution}"));
        }
        if let Some(problem) = &thing.problem {
            session.output.note(&format!("{name}: {}", problem.cause.as_ref().unwrap_or(&problem.message)));
        }
    }
    Ok(())
}

/// What a person should know of every backup.
fn caution(view: &BundleView, session: &Session) {
    if view.kind == BundleKind::Backup && view.things.iter().any(|thing| thing.tokens.is_some()) {
        session.output.note(&format!(
            "The backup is of {}. A token that was renewed since then will be refused; sign in again there.",
            span::local(view.made_at)
        ));
    }
}

fn row(thing: &ThingView, choice: Choice) -> Vec<Cell> {
    let what = match thing.kind {
        ThingKind::Connection => "connection",
        ThingKind::Provider => "provider",
        ThingKind::Settings => "settings",
    };
    let (here, tone) = match thing.standing {
        Standing::New => ("new", Tone::Good),
        Standing::Same => ("the same", Tone::Dim),
        Standing::Differs => ("differs", Tone::Soon),
        Standing::NameTaken => ("name taken", Tone::Soon),
        Standing::Unusable => ("not usable", Tone::Bad),
    };
    let tokens = thing.tokens.as_ref().map(|tokens| {
        let older = if tokens.older { ", older than here" } else { "" };
        format!("{}{older}", span::local(tokens.issued_at))
    });
    vec![
        what.into(),
        thing.name.as_str().into(),
        thing.provider.as_deref().unwrap_or_default().into(),
        Cell::new(here, 48, tone),
        thing.differences.join(", ").into(),
        would_be(choice, thing).into(),
        tokens.unwrap_or_default().into(),
        Cell::new(&thing.hosts.join(", "), 300, Tone::Dim),
    ]
}

fn would_be(choice: Choice, thing: &ThingView) -> String {
    match choice {
        Choice::Add => "added".to_owned(),
        Choice::Skip => "left".to_owned(),
        Choice::Replace => "replaced".to_owned(),
        Choice::Rename => {
            format!("added as “{}”", plain(thing.free_name.as_deref().unwrap_or_default(), 80))
        }
    }
}

fn label(thing: &ThingView) -> String {
    match thing.kind {
        ThingKind::Connection | ThingKind::Provider => plain(&thing.name, 80),
        ThingKind::Settings => "settings".to_owned(),
    }
}

fn outcome(taken: &TakenView, thing: &ThingView) -> String {
    let name = match taken.kind {
        ThingKind::Connection => format!("“{}”", plain(&taken.name, 80)),
        ThingKind::Provider => format!("provider {}", plain(&taken.name, 80)),
        ThingKind::Settings => "settings".to_owned(),
    };
    let mut text = match taken.outcome {
        Taken::Added => format!("Added {name}."),
        Taken::Replaced => format!("Replaced {name}."),
        Taken::Skipped => format!("Left {name}: {}.", left_because(thing)),
        Taken::Failed => format!("Not taken: {name}."),
    };
    if taken.needs_secret {
        text += " Its client secret is not in the file: add it in the app, or forget it and add it anew.";
    }
    if taken.kept_tokens {
        text += " The tokens here are newer and stayed.";
    }
    if let Some(problem) = &taken.problem {
        text +=
            &format!("\n  why:  {} ({})", problem.cause.as_ref().unwrap_or(&problem.message), problem.code);
        text += &format!("\n  do:   {}", problem.suggestion);
    }
    text
}

fn left_because(thing: &ThingView) -> String {
    match (thing.standing, &thing.problem) {
        (Standing::Unusable, Some(problem)) => {
            format!("it cannot be used: {}", problem.cause.as_ref().unwrap_or(&problem.message))
        }
        (Standing::Same, _) => "it is here already".to_owned(),
        (Standing::Differs, _) => format!("what is here differs in {}", differences(thing)),
        (Standing::NameTaken, _) => "another has this name".to_owned(),
        _ if thing.has_scripts => "it brings scripts; --with-scripts takes it".to_owned(),
        _ => "nobody asked for it".to_owned(),
    }
}

fn differences(thing: &ThingView) -> String {
    if thing.differences.is_empty() { "its content".to_owned() } else { thing.differences.join(", ") }
}
