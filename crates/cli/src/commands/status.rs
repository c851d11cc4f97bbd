//! `tokenrack status [CONNECTION]`

mod details;
mod overview;

use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::Engine;
use tokenrack_core::event::Channel;
use tokenrack_core::ports::{VaultKind, VaultState};
use tokenrack_core::problem::{Code, Problem};

use crate::error::Failure;
use crate::session::Session;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name or id; all without it
    connection: Option<String>,
    /// Run the test of the provider's own file first, with the token; fail when it does not say that it works
    #[arg(long, requires = "connection")]
    check: bool,
}

pub async fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let output = session.output;
    let engine = if args.check { session.unlocked().await? } else { session.engine()? };
    let asked = args.connection.as_deref().map(|name| engine.find(name)).transpose()?;
    if let Some(asked) = asked.as_ref().filter(|_| args.check) {
        check(&engine, &asked.id, session).await?;
    }
    let unreadable = engine.unreadable()?;
    let mut snapshot = engine.snapshot().await?;
    if (snapshot.vault.kind, snapshot.vault.state) == (VaultKind::File, VaultState::Locked) {
        // An encrypted file is locked in every new process; that says nothing of its connections.
        let unaware = session.engine()?;
        for view in &mut snapshot.connections {
            *view = unaware.view(&view.id)?;
        }
    }
    if let Some(asked) = asked {
        snapshot.connections.retain(|view| view.id == asked.id);
        let view = snapshot.connections.first().ok_or(Problem::new(Code::NoSuchConnection))?;
        return if output.json() {
            output.object(view)
        } else {
            output.page(&details::text(view, session.now()))
        };
    }
    output.person(&unreadable.iter().map(super::doctor::text).collect::<String>());
    overview::sort(&mut snapshot.connections);
    if output.json() {
        return snapshot.connections.iter().try_for_each(|view| output.object(view));
    }
    if snapshot.connections.is_empty() {
        if unreadable.is_empty() {
            output
                .note("No connections yet. Add one: tokenrack add PROVIDER (tokenrack providers lists them)");
        }
        return Ok(());
    }
    output.page(&overview::table(&snapshot.connections, session.now()))?;
    output.note(&overview::summary(&snapshot));
    Ok(())
}

/// Runs the provider file's own test.
async fn check(engine: &Engine, id: &ConnectionId, session: &Session) -> Result<(), Failure> {
    if let Err(problem) = engine.check(id, Channel::Command).await {
        session.rescue(engine, problem).await?;
        engine.check(id, Channel::Command).await?;
    }
    session.output.note("The provider file's test says that the connection works.");
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokenrack_core::Timestamp;
    use tokenrack_core::connection::{
        ClientAuthentication, ConnectionId, GrantType, LastEvent, RedirectMethod,
    };
    use tokenrack_core::event::ActivityKind;
    use tokenrack_core::ports::{VaultKind, VaultState, VaultStatus};
    use tokenrack_core::provider::ProviderId;
    use tokenrack_core::view::{
        ConnectionView, RegistrationView, Settings, Snapshot, StatusKind, StatusView,
    };

    use super::{details, overview};
    use crate::words;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn now() -> Timestamp {
        at("2026-11-20T12:00:00Z")
    }

    fn view(name: &str, kind: StatusKind) -> ConnectionView {
        ConnectionView {
            id: ConnectionId("0123456789ab".to_owned()),
            name: name.to_owned(),
            provider: ProviderId("github".to_owned()),
            provider_name: "GitHub".to_owned(),
            server: None,
            environment: None,
            account: Some("ada\u{1b}[2J@example.test".to_owned()),
            account_id: None,
            account_before: None,
            status: StatusView {
                kind,
                since: now(),
                until: None,
                evidence: "As seen".to_owned(),
                next: None,
            },
            issued_at: Some(at("2026-11-20T11:57:59Z")),
            expires_at: Some(at("2026-11-20T12:57:59Z")),
            refresh_expires_at: None,
            sign_in_by: None,
            scopes_requested: vec!["read".to_owned(), "write".to_owned()],
            scopes_granted: Some(vec!["read".to_owned()]),
            scopes_missing: vec!["write".to_owned()],
            dpop_bound: false,
            refreshable: true,
            resources: vec![],
            choices: vec![],
            captured: Default::default(),
            registration: RegistrationView {
                grant: GrantType::AuthorizationCode,
                client_id: "desktop".to_owned(),
                authentication: ClientAuthentication::None,
                redirect: RedirectMethod::DeepLink,
                redirect_uri: "dev.tokenrack.desktop:/oauth/callback".to_owned(),
            },
            waiting: None,
            problem: None,
            cautions: vec![],
            links: vec![],
            last_event: LastEvent {
                at: at("2026-11-20T11:55:00Z"),
                kind: ActivityKind::Refreshed,
                code: None,
            },
        }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn who_needs_a_person_comes_first() {
        let mut views = vec![
            view("zoo", StatusKind::Connected),
            view("Ant", StatusKind::Connected),
            view("mid", StatusKind::ActionNeeded),
        ];
        overview::sort(&mut views);
        assert_eq!(views.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(), ["mid", "Ant", "zoo"]);
    }

    #[test]
    fn the_table_is_aligned_and_leaves_out_empty_columns() {
        let views = [view("work", StatusKind::Connected), view("日本", StatusKind::ActionNeeded)];
        assert_eq!(
            plain(&overview::table(&views, now())),
            "STATUS           NAME  ACCOUNT               PROVIDER  LEFT    SCOPES  LAST EVENT\n\
             ● Connected      work  ada [2J@example.test  GitHub    57 min  1 of 2  Refreshed, 5 min ago\n\
             ▲ Action needed  日本  ada [2J@example.test  GitHub    57 min  1 of 2  Refreshed, 5 min ago\n"
        );
    }

    #[test]
    fn the_summary_counts_and_names_a_vault_that_is_not_ready() {
        let vault = VaultStatus {
            kind: VaultKind::Keychain,
            backend: "GNOME Keyring".to_owned(),
            state: VaultState::Locked,
            detail: None,
        };
        let connections = vec![view("a", StatusKind::Connected), view("b", StatusKind::ActionNeeded)];
        let snapshot = Snapshot { revision: 1, connections, vault, settings: Settings::default() };
        assert_eq!(overview::summary(&snapshot), "1 connected, 1 needs you. GNOME Keyring: locked.");
    }

    #[test]
    fn a_sign_in_names_both_accounts_where_they_are_two() {
        let same = ConnectionView { account: Some("bob".to_owned()), ..view("work", StatusKind::Connected) };
        assert_eq!(words::signed_in(&same, now()), "“work”: Connected as bob, 57 min left.");
        let other = ConnectionView { account_before: Some("alice".to_owned()), ..same };
        let told = "“work”: Connected as bob, 57 min left. Before this sign-in it was alice.";
        assert_eq!(words::signed_in(&other, now()), told);
    }

    #[test]
    fn details_show_the_evidence() {
        let text = plain(&details::text(&view("work", StatusKind::Connected), now()));
        assert!(text.starts_with("● Connected  work\n  Evidence     As seen\n"), "{text}");
        assert!(text.contains("  Asked for    read write\n  Granted      read\n"), "{text}");
        assert!(text.contains("  Account      ada [2J@example.test\n"), "{text}");
        assert!(text.contains("  Client       desktop (none)\n"), "{text}");
    }
}
