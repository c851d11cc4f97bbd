//! `tokenrack add PROVIDER`

mod endpoints;

use std::path::Path;

use clap::ValueEnum;
use tokenrack_core::connection::{ClientAuthentication, GrantType, RedirectMethod};
use tokenrack_core::engine::Engine;
use tokenrack_core::event::Channel;
use tokenrack_core::problem::{Code, Problem};
use tokenrack_core::view::{Action, ConnectionView, Draft, Endpoints};
use tokenrack_oauth::secret::{ClientSecret, RefreshToken};
use tokenrack_platform::files;

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
    /// The client id that the provider gave you [default: Tokenrack registers itself, where it can]
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Read the client secret, one line, from standard input; it is never taken from an argument
    #[arg(long)]
    client_secret_stdin: bool,
    /// Read the client's private key, PKCS#8 PEM or JWK, from standard input, to its end
    #[arg(long, conflicts_with_all = ["client_secret_stdin", "refresh_token_stdin"])]
    client_key_stdin: bool,
    /// How the client proves itself [default: as the provider takes it]
    #[arg(long, value_name = "METHOD", value_enum)]
    client_auth: Option<Authentication>,
    /// Ask for this scope; may be given several times [default: the provider's]
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// Ask for a token for this resource, an address (RFC 8707); may be given several times
    #[arg(long = "resource", value_name = "URI")]
    resources: Vec<String>,
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
    /// How tokens are obtained: authorization-code, device-code, client-credentials or refresh-token
    #[arg(long, value_parser = grant, default_value = "authorization-code")]
    grant: Grant,
    /// Read a refresh token, one line, from standard input, after the client secret's line where there is one
    #[arg(long)]
    refresh_token_stdin: bool,
    #[command(flatten)]
    endpoints: endpoints::ByHand,
}

/// `token_endpoint_auth_method` (RFC 7591 §2).
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Authentication {
    /// The secret in the Authorization header
    ClientSecretBasic,
    /// The secret in the body
    ClientSecretPost,
    /// A statement signed with the client's own key
    PrivateKeyJwt,
    /// A public client, without a secret
    None,
}

/// Where the first tokens come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grant {
    /// From the provider, in one of its ways.
    Type(GrantType),
    /// From a refresh token that the person has; later ones with the browser.
    RefreshToken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Redirect {
    method: RedirectMethod,
    port: Option<u16>,
}

pub async fn run(mut args: Args, session: &Session) -> Result<(), Failure> {
    check(&args)?;
    let secret = if args.client_key_stdin {
        args.client_auth = Some(Authentication::PrivateKeyJwt);
        Some(prompt::client_key()?)
    } else {
        args.client_secret_stdin.then(prompt::client_secret).transpose()?
    };
    let refresh_token = args.refresh_token_stdin.then(prompt::refresh_token).transpose()?;
    let needs_vault = secret.is_some() || refresh_token.is_some();
    let engine = if needs_vault { session.unlocked().await? } else { session.engine()? };
    args.provider = learned(args.provider, &engine, session)?;
    let endpoints = std::mem::take(&mut args.endpoints).decide(&args.provider, &engine, session).await?;
    let draft = draft(args, endpoints);
    let registers = draft.client_id.trim().is_empty() && engine.preview(&draft).await?.registers;
    if registers && !needs_vault {
        // The secret that the server will give needs a place before it comes.
        session.unlock(&engine).await?;
    }
    let view = match refresh_token {
        Some(token) => import(&engine, &draft, secret, token, session).await?,
        None => engine.add(&draft, secret, Channel::Command).await?,
    };
    if session.output.json() {
        return session.output.object(&view);
    }
    session.output.note(&added(&view, registers));
    Ok(())
}

/// Options that contradict each other.
fn check(args: &Args) -> Result<(), Failure> {
    if args.client_secret_stdin && matches!(args.client_auth, Some(Authentication::None)) {
        return Err(invalid("a client with --client-auth none has no secret; leave out one of the two"));
    }
    let has_key_auth = matches!(args.client_auth, None | Some(Authentication::PrivateKeyJwt));
    if args.client_key_stdin && !has_key_auth {
        return Err(invalid("a client with a key proves itself by --client-auth private_key_jwt"));
    }
    match (args.grant, args.refresh_token_stdin) {
        (Grant::RefreshToken, false) => Err(invalid("give the refresh token by --refresh-token-stdin")),
        (Grant::Type(_), true) => Err(invalid("--refresh-token-stdin belongs to --grant refresh-token")),
        _ => Ok(()),
    }
}

/// Adds with a refresh token; new tokens that the vault refuses are not given up at once.
async fn import(
    engine: &Engine,
    draft: &Draft,
    secret: Option<ClientSecret>,
    refresh_token: RefreshToken,
    session: &Session,
) -> Result<ConnectionView, Failure> {
    match engine.import(draft, secret, refresh_token, Channel::Command).await {
        Ok(view) => Ok(view),
        Err(refusal) => Ok(engine.view(&session.rescue(engine, refusal.problem).await?)?),
    }
}

/// What a draft calls the provider that is meant: a file is read first.
pub fn learned(provider: String, engine: &Engine, session: &Session) -> Result<String, Failure> {
    if is_file(&provider) { learn(&provider, engine, session) } else { Ok(provider) }
}

fn is_file(provider: &str) -> bool {
    provider.ends_with(".toml") && !provider.contains("://")
}

/// Reads a provider file; answers what a draft calls it.
fn learn(path: &str, engine: &Engine, session: &Session) -> Result<String, Failure> {
    let read = files::open(Path::new(path)).and_then(std::io::read_to_string);
    let text = read.map_err(|error| invalid(format_args!("{path}: {error}")))?;
    let folder = Path::new(path).parent().map(Path::to_owned).unwrap_or_default();
    session.catalog(folder)?.parse(path, &text).map(|spec| engine.learn(spec)).map_err(|mistakes| {
        let mut lines = mistakes.iter().map(ToString::to_string);
        let first = lines.next().unwrap_or_default();
        // A problem has room for one; a person sees them all at once.
        lines.for_each(|line| session.output.note(&line));
        Problem::new(Code::InvalidSpec).because(first).into()
    })
}

fn draft(args: Args, endpoints: Option<Endpoints>) -> Draft {
    // RFC 6749 §3.3: a scope has no space in it, so `--scope "read write"` can only mean two.
    let scopes: Vec<String> =
        args.scopes.iter().flat_map(|s| s.split_whitespace()).map(str::to_owned).collect();
    Draft {
        provider: args.provider,
        name: args.name,
        client_id: args.client_id.unwrap_or_default(),
        client_of: None,
        authentication: args.client_auth.map(|method| match method {
            Authentication::ClientSecretBasic => ClientAuthentication::ClientSecretBasic,
            Authentication::ClientSecretPost => ClientAuthentication::ClientSecretPost,
            Authentication::PrivateKeyJwt => ClientAuthentication::PrivateKeyJwt,
            Authentication::None => ClientAuthentication::None,
        }),
        grant: match args.grant {
            Grant::Type(grant) => Some(grant),
            Grant::RefreshToken => None,
        },
        resources: args.resources,
        scopes: (!args.scopes.is_empty()).then_some(scopes),
        vars: args.vars.into_iter().collect(),
        environment: args.environment,
        endpoints,
        redirect: args.redirect.map(|redirect| redirect.method),
        port: args.redirect.and_then(|redirect| redirect.port),
        redirect_uri: args.redirect_uri,
    }
}

fn added(view: &ConnectionView, registered: bool) -> String {
    let client = &view.registration;
    let mut text = format!("Added “{}” ({}).\n", view.name, view.provider_name);
    if registered {
        text += &format!("  Registered itself as client {}\n", client.client_id);
    } else if client.grant == GrantType::AuthorizationCode {
        text += &format!("  Redirect URI to register at the provider: {}\n", client.redirect_uri);
    }
    for caution in &view.cautions {
        text += &format!("  Caution: {caution}\n");
    }
    text + &format!("  Next: {}", words::next(view.status.next.unwrap_or(Action::Connect), &view.name))
}

fn grant(text: &str) -> Result<Grant, String> {
    match text {
        "authorization-code" => Ok(Grant::Type(GrantType::AuthorizationCode)),
        "device-code" => Ok(Grant::Type(GrantType::DeviceCode)),
        "client-credentials" => Ok(Grant::Type(GrantType::ClientCredentials)),
        "refresh-token" => Ok(Grant::RefreshToken),
        "password" => {
            Err("the password grant hands your password to a program, and is gone from OAuth (RFC 9700 \
            §2.4); sign in with the browser or by device-code"
                .to_owned())
        }
        "implicit" => {
            Err("the implicit grant puts tokens into the browser's address bar, and is gone from OAuth \
            (RFC 9700 §2.1.2); use authorization-code"
                .to_owned())
        }
        _ => Err("one of authorization-code, device-code, client-credentials, refresh-token".to_owned()),
    }
}

pub fn variable(text: &str) -> Result<(String, String), String> {
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
