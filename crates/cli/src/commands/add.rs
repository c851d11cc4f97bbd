//! `tokenrack add PROVIDER`

use clap::ValueEnum;
use tokenrack_core::connection::{ClientAuthentication, RedirectMethod};
use tokenrack_core::engine::Engine;
use tokenrack_core::event::Channel;
use tokenrack_core::problem::{Code, Problem};
use tokenrack_core::view::{ConnectionView, Draft};

use crate::error::{Failure, invalid};
use crate::prompt;
use crate::session::Session;
use crate::words;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A provider of the catalog, the URL of an issuer, or a provider file (*.toml)
    provider: String,
    /// Your name for it [default: the provider's name]
    #[arg(long)]
    name: Option<String>,
    /// The client id that the provider gave you
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Read the client secret, one line, from standard input; it is never taken from an argument
    #[arg(long)]
    client_secret_stdin: bool,
    /// How the client proves itself [default: as the provider takes it]
    #[arg(long, value_name = "METHOD", value_enum)]
    client_auth: Option<Authentication>,
    /// Ask for this scope; may be given several times [default: the provider's]
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// A variable of the provider, as a tenant or a host
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    vars: Vec<(String, String)>,
    /// dev, staging, prod or your own word
    #[arg(long, value_name = "WORD")]
    environment: Option<String>,
    /// How the redirect comes back: deep-link, loopback, loopback:PORT or paste [default: the provider's best]
    #[arg(long, value_name = "WAY", value_parser = redirect)]
    redirect: Option<Redirect>,
    /// The redirect URI of a client that is registered already, used to the letter
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<String>,
    /// How tokens are obtained
    #[arg(long, value_enum, default_value_t = Grant::AuthorizationCode)]
    grant: Grant,
}

/// `token_endpoint_auth_method` (RFC 7591 §2).
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Authentication {
    /// The secret in the Authorization header
    ClientSecretBasic,
    /// The secret in the body
    ClientSecretPost,
    /// A public client, without a secret
    None,
}

/// The grants of RFC 6749 and RFC 8628 that a desktop program may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Grant {
    /// Sign in with the browser
    AuthorizationCode,
    /// Not yet
    DeviceCode,
    /// Not yet
    ClientCredentials,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Redirect {
    method: RedirectMethod,
    port: Option<u16>,
}

pub async fn run(mut args: Args, session: &Session) -> Result<(), Failure> {
    if args.grant != Grant::AuthorizationCode {
        return Err(invalid("this version connects by authorization-code only; leave out --grant"));
    }
    if args.client_secret_stdin && matches!(args.client_auth, Some(Authentication::None)) {
        return Err(invalid("a client with --client-auth none has no secret; leave out one of the two"));
    }
    let secret = args.client_secret_stdin.then(prompt::client_secret).transpose()?;
    let engine = if secret.is_some() { session.unlocked().await? } else { session.engine()? };
    if is_file(&args.provider) {
        args.provider = learn(&args.provider, &engine, session)?;
    }
    let view = engine.add(&draft(args), secret, Channel::Command).await?;
    if session.output.json() {
        return session.output.object(&view);
    }
    session.output.note(&added(&view));
    Ok(())
}

fn is_file(provider: &str) -> bool {
    provider.ends_with(".toml") && !provider.contains("://")
}

/// Reads a provider file; answers what a draft calls it.
fn learn(path: &str, engine: &Engine, session: &Session) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| invalid(format_args!("{path}: {error}")))?;
    tokenrack_core::provider::parse(path, &text).map(|spec| engine.learn(spec)).map_err(|mistakes| {
        let mut lines = mistakes.iter().map(ToString::to_string);
        let first = lines.next().unwrap_or_default();
        // A problem has room for one; a person sees them all at once.
        lines.for_each(|line| session.output.note(&line));
        Problem::new(Code::InvalidSpec).because(first).into()
    })
}

fn draft(args: Args) -> Draft {
    // RFC 6749 §3.3: a scope has no space in it, so `--scope "read write"` can only mean two.
    let scopes: Vec<String> =
        args.scopes.iter().flat_map(|s| s.split_whitespace()).map(str::to_owned).collect();
    Draft {
        provider: args.provider,
        name: args.name,
        client_id: args.client_id.unwrap_or_default(),
        authentication: args.client_auth.map(|method| match method {
            Authentication::ClientSecretBasic => ClientAuthentication::ClientSecretBasic,
            Authentication::ClientSecretPost => ClientAuthentication::ClientSecretPost,
            Authentication::None => ClientAuthentication::None,
        }),
        scopes: (!args.scopes.is_empty()).then_some(scopes),
        vars: args.vars.into_iter().collect(),
        environment: args.environment,
        redirect: args.redirect.map(|redirect| redirect.method),
        port: args.redirect.and_then(|redirect| redirect.port),
        redirect_uri: args.redirect_uri,
    }
}

fn added(view: &ConnectionView) -> String {
    let client = &view.registration;
    let mut text = format!("Added “{}” ({}).\n", view.name, view.provider_name);
    text += &format!("  Redirect URI to register at the provider: {}\n", client.redirect_uri);
    for caution in &view.cautions {
        text += &format!("  Caution: {caution}\n");
    }
    text + &format!("  Next: tokenrack connect {}", words::argument(&view.name))
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it like tenant=example".to_owned()),
    }
}

fn redirect(text: &str) -> Result<Redirect, String> {
    let way = |method, port| Ok(Redirect { method, port });
    match text.split_once(':') {
        None if text == "deep-link" => way(RedirectMethod::DeepLink, None),
        None if text == "loopback" => way(RedirectMethod::Loopback, None),
        None if text == "paste" => way(RedirectMethod::Paste, None),
        Some(("loopback", port)) => match port.parse() {
            Ok(port) if port > 0 => way(RedirectMethod::Loopback, Some(port)),
            _ => Err("a port is a number from 1 to 65535".to_owned()),
        },
        _ => Err("one of deep-link, loopback, loopback:PORT, paste".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_back() {
        let way = |method, port| Ok(Redirect { method, port });
        assert_eq!(redirect("deep-link"), way(RedirectMethod::DeepLink, None));
        assert_eq!(redirect("loopback"), way(RedirectMethod::Loopback, None));
        assert_eq!(redirect("loopback:8085"), way(RedirectMethod::Loopback, Some(8085)));
        assert_eq!(redirect("paste"), way(RedirectMethod::Paste, None));
        for wrong in ["", "loopback:", "loopback:0", "loopback:65536", "loopback:-1", "deep-link:1", "device"]
        {
            assert!(redirect(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_value_may_hold_an_equals_sign() {
        assert_eq!(variable("host=a=b"), Ok(("host".to_owned(), "a=b".to_owned())));
        assert!(variable("host").is_err() && variable("=x").is_err());
    }
}
