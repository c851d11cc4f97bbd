//! From what is known to the word a person reads. Pure: the same facts at the same time give the same view.

use jiff::Timestamp;
use tokenrack_oauth::lookup::Choice;

use crate::connection::{Connection, ProviderRef};
use crate::forecast;
use crate::language::Sentence;
use crate::lifecycle::{
    Attempt, Awaited, ConnectionState, Failure, Grant, RefreshState, Settled, is_about_settings,
};
use crate::ports::VaultState;
use crate::problem::{Class, Code, Problem};
use crate::provider::{Catalog, ProviderSpec};
use crate::refused::{Refused, RefusedBy};
use crate::say;
use crate::view::{
    Action, ChoiceView, ConnectionView, DeviceCodeView, OptionView, RegistrationView, StatusKind, StatusView,
    WaitingView,
};

/// What a view depends on besides the record.
pub struct Context<'a> {
    /// Now.
    pub now: Timestamp,
    /// Whether tokens can be read.
    pub vault: VaultState,
    /// For names and cautions.
    pub catalog: &'a Catalog,
    /// The URL of a waiting attempt, where this process knows it.
    pub authorization_url: Option<String>,
    /// What its disconnects have left is not told, because of a sign-in that is in use.
    pub is_held: bool,
    /// This process has new tokens of it in memory, which the record may not say.
    pub keeps_tokens: bool,
    /// Somebody is at work on it now, in this process or another.
    pub is_at_work: bool,
    /// When this process refreshes the connection by itself, if it does.
    pub next_try: Option<Timestamp>,
}

/// The spec a connection uses; a catalog entry may have vanished.
pub fn spec<'a>(connection: &'a Connection, catalog: &'a Catalog) -> Option<&'a ProviderSpec> {
    match &connection.provider {
        ProviderRef::Own(spec) => Some(spec),
        ProviderRef::Catalog(id) => catalog.get(id),
    }
}

/// Whether its tokens are bound to a key, or would be after a sign-in.
pub fn is_bound(connection: &Connection, spec: Option<&ProviderSpec>) -> bool {
    let are_bound = connection.state.grant().and_then(|grant| grant.is_bound);
    are_bound.unwrap_or_else(|| spec.is_some_and(|spec| spec.client.dpop_bound_access_tokens))
}

/// The connection as faces see it.
pub fn view(connection: &Connection, context: Context<'_>) -> ConnectionView {
    let spec = spec(connection, context.catalog);
    let grant = connection.state.grant();
    let problem = problem(&connection.state);
    let bound = is_bound(connection, spec);
    let mut status = status(&connection.state, &context, connection.created_at);
    // A token that is of no use elsewhere is not offered for copying.
    status.next = status.next.filter(|next| !(bound && *next == Action::CopyToken));
    let provider = connection.provider.id().clone();
    ConnectionView {
        id: connection.id.clone(),
        name: connection.name.clone(),
        provider_name: spec.map_or_else(|| provider.0.clone(), |spec| spec.name.clone()),
        provider,
        server: connection
            .server
            .as_ref()
            .and_then(|server| server.issuer.clone().or_else(|| server.token_endpoint.clone())),
        environment: connection.environment.clone(),
        account: grant.and_then(|grant| grant.account.as_ref()).map(|account| account.label.clone()),
        account_id: grant.and_then(|grant| grant.account.as_ref()).and_then(|account| account.id.clone()),
        account_before: grant.and_then(Grant::accounts_now_and_before).map(|(_, before)| before),
        status,
        issued_at: grant.map(|grant| grant.issued_at),
        expires_at: grant.and_then(|grant| grant.expires_at),
        refresh_expires_at: grant.and_then(|grant| grant.refresh_end.at),
        sign_in_by: forecast::sign_in_by(connection),
        scopes_requested: connection.scopes.clone(),
        scopes_granted: grant.map(|grant| granted(connection, grant, spec)),
        scopes_missing: grant.map(|grant| missing(connection, grant, spec)).unwrap_or_default(),
        resources: connection.resources.clone(),
        refreshable: grant.is_some_and(|grant| grant.refreshable),
        dpop_bound: bound,
        registration: RegistrationView {
            client_id: connection.registration.client_id.clone(),
            grant: connection.registration.grant_type,
            authentication: connection.registration.authentication,
            redirect: connection.registration.redirect,
            redirect_uri: connection.registration.redirect_uri.clone(),
        },
        waiting: connection
            .state
            .attempt()
            .filter(|attempt| !context.keeps_tokens && interrupted_since(attempt, &context).is_none())
            .map(|attempt| waiting(attempt, context.authorization_url)),
        problem: problem.map(Into::into),
        cautions: cautions(connection, spec, context.catalog, context.is_held),
        choices: choices(connection, spec),
        captured: grant.map(|grant| grant.captured.clone()).unwrap_or_default(),
        links: spec.map(|spec| spec.links.present()).unwrap_or_default(),
        last_event: connection.last_event.clone(),
    }
}

fn waiting(attempt: &Attempt, authorization_url: Option<String>) -> WaitingView {
    let (redirect, redirect_uri, device) = match &attempt.awaited {
        Awaited::Redirect { redirect, redirect_uri } => (Some(*redirect), Some(redirect_uri.clone()), None),
        Awaited::DeviceCode { user_code, verification_uri, verification_uri_complete, .. } => {
            let device = DeviceCodeView {
                user_code: user_code.clone(),
                verification_uri: verification_uri.clone(),
                verification_uri_complete: verification_uri_complete.clone(),
            };
            (None, None, Some(device))
        }
    };
    let page = device.as_ref().map(|device| &device.verification_uri);
    let place = page.or(attempt.issuer.as_ref()).unwrap_or(&attempt.token_endpoint);
    let host = url::Url::parse(place).ok().and_then(|url| url.host_str().map(str::to_owned));
    WaitingView {
        authorization_url,
        redirect,
        redirect_uri,
        device,
        host: host.unwrap_or_default(),
        started_at: attempt.started_at,
        expires_at: attempt.expires_at,
        browser_opened: attempt.browser_opened,
        exchanging: attempt.exchanging_since.is_some(),
    }
}

/// What was granted. Where that is not known, as asked for. That a refresh token came shows that offline access was
/// granted, whether or not the answer names it.
pub fn granted(connection: &Connection, grant: &Grant, spec: Option<&ProviderSpec>) -> Vec<String> {
    let asked = &connection.scopes;
    let mut granted = grant.scopes.clone().unwrap_or_else(|| asked.clone());
    let offline = spec.and_then(|spec| spec.scopes.offline.as_deref()).unwrap_or("offline_access");
    let is_shown = grant.refreshable && asked.iter().any(|scope| scope == offline);
    if is_shown && !granted.iter().any(|scope| scope == offline) {
        granted.push(offline.to_owned());
    }
    granted
}

/// What was asked for and not granted, in the provider's own words.
fn missing(connection: &Connection, grant: &Grant, spec: Option<&ProviderSpec>) -> Vec<String> {
    let granted = &granted(connection, grant, spec);
    let dialect = spec.map(|spec| &spec.scopes);
    let is_granted = |asked: &String| match dialect {
        Some(dialect) => dialect.is_granted(asked, granted),
        None => granted.contains(asked),
    };
    connection.scopes.iter().filter(|asked| !is_granted(asked)).cloned().collect()
}

/// What the tokens reach, while there are tokens.
fn choices(connection: &Connection, spec: Option<&ProviderSpec>) -> Vec<ChoiceView> {
    let Some(grant) = connection.state.grant() else { return Vec::new() };
    let title = |store: &String| {
        let titled = spec.and_then(|spec| spec.vars.get(store)).map(|variable| variable.title.clone());
        titled.filter(|title| !title.is_empty()).unwrap_or_else(|| store.clone())
    };
    let option = |choice: &Choice| OptionView { id: choice.id.clone(), label: choice.label.clone() };
    let lists = connection.choices.iter().map(|(store, choices)| ChoiceView {
        store: store.clone(),
        title: title(store),
        chosen: grant.captured.get(store).cloned(),
        options: choices.iter().map(option).collect(),
    });
    lists.collect()
}

fn cautions(
    connection: &Connection,
    spec: Option<&ProviderSpec>,
    catalog: &Catalog,
    is_held: bool,
) -> Vec<String> {
    let replaced = match &connection.provider {
        ProviderRef::Catalog(id) => catalog.caution(id),
        ProviderRef::Own(_) => None,
    };
    let unrevoked = connection.unrevoked.as_ref().map(|failure| match failure.problem.code {
        Code::VaultItemMissing => say!("The keychain did not have the tokens of the last disconnect, so the provider \
         could not be told to end the access. For three days Tokenrack looks again, and ends them if they are there."),
        _ if is_held => say!("The provider could not be told to end the access of the last disconnect. It would end \
         a sign-in that is in use too, so it is told when that is disconnected. After three days those tokens are deleted."),
        _ => say!("The provider could not be told yet to end the access of the last disconnect. The keychain keeps those \
         tokens for that alone, and Tokenrack tries again for three days."),
    });
    let undeleted = connection.undeleted.map(|_| {
        say!("The keychain did not let go yet of the tokens of the last disconnect. Nobody uses them, and Tokenrack \
         tries again to delete them.")
    });
    let accounts = connection.state.grant().and_then(Grant::accounts_now_and_before);
    let other_account = accounts.map(|(account, before)| {
        say!(
            "The last sign-in was as {account}; before it was {before}. The tokens from before were replaced here and not \
             revoked: they may live on at the provider until they end.",
            account = account,
            before = before
        )
    });
    let own = spec.map(ProviderSpec::cautions).unwrap_or_default();
    let news = [other_account, unrevoked, undeleted];
    replaced.into_iter().chain(own).chain(news.into_iter().flatten()).collect()
}

/// The newest failure that still matters.
fn problem(state: &ConnectionState) -> Option<&Problem> {
    match state.settled() {
        Settled::Unauthorized { problem, .. } => problem.as_ref(),
        Settled::Disconnecting { .. } => None,
        Settled::ReauthorizationRequired { problem, .. } => Some(problem),
        Settled::Authorized(grant) => grant.failure().map(|failure| &failure.problem),
    }
}

fn status(state: &ConnectionState, context: &Context<'_>, created_at: Timestamp) -> StatusView {
    if context.keeps_tokens && state.grant().is_none_or(|grant| !grant.is_unsaved()) {
        let answered = state.attempt().and_then(|attempt| attempt.exchanging_since);
        let since = answered.or(state.grant().map(|grant| grant.issued_at)).unwrap_or(created_at);
        return unsaved(since, context.next_try);
    }
    if let Some(attempt) = state.attempt() {
        if let Some(since) = interrupted_since(attempt, context) {
            let evidence = INTERRUPTED.said().to_owned();
            let is_open = context.vault == VaultState::Ready;
            let next = Some(if is_open { Action::Connect } else { Action::Unlock });
            return StatusView { kind: StatusKind::ActionNeeded, since, until: None, evidence, next };
        }
        let is_code = matches!(attempt.awaited, Awaited::DeviceCode { .. });
        let evidence = match attempt.exchanging_since {
            Some(_) => say!("The provider has answered; the tokens are being fetched."),
            None if is_code => say!("The provider waits for you to enter the code on its page."),
            None if attempt.browser_opened => say!("The provider's page is open in your browser."),
            None => say!("The browser could not be opened: copy the link and open it yourself."),
        };
        return StatusView {
            kind: StatusKind::WaitingForBrowser,
            since: attempt.started_at,
            until: Some(attempt.expires_at),
            evidence,
            next: Some(Action::CopyLink),
        };
    }
    let plain = |kind, since, evidence: String, next| StatusView { kind, since, until: None, evidence, next };
    match state.settled() {
        Settled::Unauthorized { since, problem, .. } => match problem {
            Some(problem) if is_about_settings(problem) && problem.code != Code::ServerChanged => plain(
                StatusKind::ProviderError,
                *since,
                say!("The provider refuses the client or its settings."),
                problem.code.action(),
            ),
            Some(_) => plain(
                StatusKind::NotConnected,
                *since,
                say!("The last sign-in did not succeed."),
                Some(Action::Connect),
            ),
            None => plain(
                StatusKind::NotConnected,
                (*since).max(created_at),
                say!("There are no tokens."),
                Some(Action::Connect),
            ),
        },
        Settled::ReauthorizationRequired { since, problem, .. } => {
            let evidence = match problem.code {
                Code::VaultItemMissing => MISSING.said().to_owned(),
                Code::RefreshInterrupted => {
                    say!("The newest refresh token may be lost, and the one before is refused.")
                }
                _ => say!("The provider no longer accepts the refresh token."),
            };
            plain(StatusKind::ActionNeeded, *since, evidence, Some(Action::Connect))
        }
        Settled::Disconnecting { since, .. } if context.is_at_work => {
            plain(StatusKind::NotConnected, *since, say!("The tokens are being revoked and deleted."), None)
        }
        Settled::Disconnecting { since, .. } => {
            let evidence = say!(
                "A disconnect was cut short: tokens may still be here, and valid at the provider. \
                            Disconnect again, or forget the connection."
            );
            plain(StatusKind::ActionNeeded, *since, evidence, None)
        }
        Settled::Authorized(grant)
            if matches!(
                context.vault,
                VaultState::Locked | VaultState::Absent | VaultState::Denied | VaultState::New
            )
                // Those are in memory only, which matters more than why.
                && !grant.is_unsaved() =>
        {
            plain(
                StatusKind::KeychainLocked,
                grant.issued_at,
                match grant.failure().filter(|_| grant.is_missing()) {
                    Some(failure) => not_there(&failure.problem),
                    None if context.vault == VaultState::New => VAULT_IS_AWAY.said().to_owned(),
                    None => say!("The tokens are safe, and cannot be read until the keychain is open."),
                },
                Some(Action::Unlock),
            )
        }
        Settled::Authorized(grant) => authorized(grant, context),
    }
}

/// Of a vault that nobody has made yet, as it seems.
pub const VAULT_IS_AWAY: Sentence = Sentence::of(
    "There is no vault in its folder, but connections have tokens in one. A new vault does not have them.",
);

/// Of a sign-in that was answered to somebody who has died, while the vault cannot be read.
pub const INTERRUPTED: Sentence = Sentence::of(
    "The sign-in was interrupted while its tokens were fetched; whether they were saved is seen once the keychain is open.",
);

const MISSING: Sentence =
    Sentence::of("The keychain did not have the tokens when it was read last; it is read again.");

/// Since when a sign-in is cut short: it was answered, and whoever fetched its tokens has died. Whoever can read the vault ends
/// it.
fn interrupted_since(attempt: &Attempt, context: &Context<'_>) -> Option<Timestamp> {
    // Until it is late, who fetches them may be waiting for the lock.
    attempt.exchanging_since.filter(|_| attempt.is_late(context.now) && !context.is_at_work)
}

fn authorized(grant: &Grant, context: &Context<'_>) -> StatusView {
    let Context { now, next_try, .. } = *context;
    if let Some(view) = grant.failure().and_then(|failure| failed(grant, failure, now, next_try)) {
        return view;
    }
    let expired = grant.expired(now);
    let can_be_renewed = grant.can_be_renewed(now);
    let next_if_refreshable = |action| if can_be_renewed { action } else { Action::Connect };
    let (kind, since, until, evidence, next) = match &grant.refresh {
        RefreshState::InFlight { since, .. } if context.is_at_work => (
            StatusKind::Refreshing,
            *since,
            None,
            say!("New tokens are being fetched; the old ones stay until then."),
            None,
        ),
        _ if let Some(Refused { since, by }) = grant.refused.as_ref().filter(|_| !expired) => {
            let (evidence, next) = match by {
                RefusedBy::Server => (
                    say!("The server, asked about the access token, says that it is not active."),
                    next_if_refreshable(Action::Refresh),
                ),
                RefusedBy::Api(host) => {
                    (say!("{host} no longer takes this token (HTTP 401).", host = host), Action::Connect)
                }
            };
            let (kind, since) = (StatusKind::ActionNeeded, *since);
            return StatusView { kind, since, until: None, evidence, next: Some(next) };
        }
        RefreshState::Idle if expired && next_try.is_some_and(|at| at <= now) => {
            let since = grant.expires_at.unwrap_or(grant.issued_at);
            let evidence = say!("The access token has ended; it is about to be renewed.");
            (StatusKind::Refreshing, since, None, evidence, None)
        }
        _ if expired => {
            let evidence = match grant.refresh_end.at {
                _ if !grant.refreshable => {
                    say!("The access token has ended, and the provider gave no refresh token.")
                }
                _ if !can_be_renewed => {
                    say!("The access token has ended, and could be renewed only before.")
                }
                Some(end) if end <= now => {
                    say!(
                        "The access token has ended, and by its date the refresh token too; a sign-in may be needed."
                    )
                }
                _ => say!("The access token has ended; it can be renewed."),
            };
            let since = grant.expires_at.unwrap_or(grant.issued_at);
            (StatusKind::Expired, since, None, evidence, Some(next_if_refreshable(Action::Refresh)))
        }
        _ if grant.clock_was_set_back(now) => {
            let evidence =
                say!("This machine's clock was set back after the access token came, so it may have ended.");
            let next = if grant.refreshable { Action::Refresh } else { Action::CopyToken };
            (StatusKind::Connected, grant.issued_at, None, evidence, Some(next))
        }
        _ => match grant.expires_soon_at() {
            Some(soon) if soon <= now => {
                let evidence = say!("The access token is valid; its end is near.");
                let next = Some(next_if_refreshable(Action::Refresh));
                (StatusKind::ExpiresSoon, soon, grant.expires_at, evidence, next)
            }
            soon => {
                let evidence = match soon {
                    Some(_) => say!("The provider issued the access token, and its end is ahead."),
                    None => say!("The provider issued the access token and does not say when it ends."),
                };
                (StatusKind::Connected, grant.issued_at, soon, evidence, Some(Action::CopyToken))
            }
        },
    };
    StatusView { kind, since, until, evidence, next }
}

/// What a failed refresh makes of the status; `None` when the access token is good for now.
fn failed(
    grant: &Grant,
    failure: &Failure,
    now: Timestamp,
    next_try: Option<Timestamp>,
) -> Option<StatusView> {
    let problem = &failure.problem;
    let first = failure.since.unwrap_or(failure.at);
    let needed = grant.is_inactive() || grant.expires_soon_at().is_some_and(|soon| soon <= now);
    if grant.is_unsaved() {
        return Some(unsaved(first, next_try));
    }
    let (kind, since, until, evidence, next) = if grant.is_missing() {
        (StatusKind::ActionNeeded, first, None, not_there(problem), Some(Action::Connect))
    } else if grant.expired(now) && !grant.can_be_renewed(now) {
        return None;
    } else if is_about_settings(problem) {
        let evidence = match problem.code {
            Code::ServerChanged => say!("The provider's file leads to another server; the tokens are kept."),
            _ => say!("The provider refuses the client or its settings; the tokens are kept."),
        };
        let until = grant.expires_at.filter(|_| !grant.expired(now));
        (StatusKind::ProviderError, failure.at, until, evidence, problem.code.action())
    } else if grant.expired(now) && is_unreachable(problem) {
        let evidence = say!("The provider could not be reached; the refresh token is kept.");
        (StatusKind::Offline, first, next_try, evidence, Some(Action::Retry))
    } else if needed && next_try.is_some() {
        let evidence = match failure.attempt {
            1 => "The last try did not succeed; the refresh token is kept.".to_owned(),
            tries => {
                say!("{tries} tries in a row did not succeed; the refresh token is kept.", tries = tries)
            }
        };
        (StatusKind::Retrying, first, next_try, evidence, Some(Action::Retry))
    } else {
        return None;
    };
    Some(StatusView { kind, since, until, evidence, next })
}

/// What the keychain did not have, or not whole.
fn not_there(problem: &Problem) -> String {
    match problem.code {
        Code::VaultCorrupt => {
            say!("The stored tokens were damaged when they were read last; they are read again.")
        }
        _ => MISSING.said().to_owned(),
    }
}

fn unsaved(since: Timestamp, next_try: Option<Timestamp>) -> StatusView {
    let evidence = say!("New tokens have arrived and could not be saved; they are held in memory.");
    let (kind, next) = (StatusKind::Unsaved, Some(Action::Refresh));
    StatusView { kind, since, until: next_try, evidence, next }
}

fn is_unreachable(problem: &Problem) -> bool {
    problem.code.class() == Class::Temporary
        && matches!(problem.code, Code::Offline | Code::Unreachable | Code::TimedOut | Code::Interrupted)
}

/// When this view may change next without a word in the record.
pub fn next_change(connection: &Connection, now: Timestamp, is_at_work: bool) -> Option<Timestamp> {
    // Who is at work may die, and is looked at each second: also who asks for the last time for a device code.
    let in_a_second = now.saturating_add(jiff::SignedDuration::from_secs(1)).unwrap_or(now);
    let attempt = connection.state.attempt().map(|attempt| match attempt.exchanging_since {
        Some(_) => in_a_second,
        None if matches!(attempt.awaited, Awaited::DeviceCode { .. }) && attempt.is_late(now) => in_a_second,
        None if attempt.is_late(now) => now,
        None => attempt.expires_at,
    });
    let grant = match connection.state.settled() {
        Settled::Authorized(grant) => Some(grant),
        _ => None,
    };
    let ahead = |at: Option<Timestamp>| at.filter(|at| *at > now);
    // An attempt whose time has passed is due now, not never.
    [
        attempt.map(|at| at.max(now)),
        is_at_work.then_some(in_a_second),
        ahead(grant.and_then(Grant::expires_soon_at)),
        ahead(grant.and_then(|grant| grant.expires_at)),
    ]
    .into_iter()
    .flatten()
    .min()
}
