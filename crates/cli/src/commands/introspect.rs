//! `tokenrack introspect CONNECTION`

use tokenrack_core::event::Channel;
use tokenrack_core::view::IntrospectionView;

use crate::error::Failure;
use crate::session::Session;
use crate::span;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name or id
    connection: String,
}

pub async fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let engine = session.unlocked().await?;
    let id = engine.find(&args.connection)?.id;
    let view = engine.introspect(&id, Channel::Command).await?;
    if session.output.json() {
        return session.output.object(&view);
    }
    session.output.page(&text(&view))
}

/// The server's words, a line each; what it does not say is left out.
fn text(view: &IntrospectionView) -> String {
    let active = if view.active { "yes" } else { "no: the server no longer takes this token" };
    let lines = [
        ("Active", Some(active.to_owned())),
        ("Scope", view.scope.as_ref().map(|scopes| scopes.join(" "))),
        ("Client", view.client_id.clone()),
        ("User", view.username.clone()),
        ("Subject", view.sub.clone()),
        ("Audience", (!view.aud.is_empty()).then(|| view.aud.join(" "))),
        ("Issuer", view.iss.clone()),
        ("Type", view.token_type.clone()),
        ("Issued", view.iat.map(span::local)),
        ("Not before", view.nbf.map(span::local)),
        ("Expires", view.exp.map(span::local)),
    ];
    let said = lines.into_iter().filter_map(|(label, value)| Some((label, value?)));
    said.map(|(label, value)| format!("{label:<12} {value}\n")).collect()
}
