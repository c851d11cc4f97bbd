//! One connection, with the evidence for its status.

use tokenrack_core::Timestamp;
use tokenrack_core::connection::GrantType;
use tokenrack_core::problem::plain;
use tokenrack_core::view::{ConnectionView, ProblemView, WaitingView};

use crate::span;
use crate::words;

/// Everything that is known, a line each.
pub fn text(view: &ConnectionView, now: Timestamp) -> String {
    let status = &view.status;
    let mut page = Page(String::new());
    page.title(view);
    page.line("Evidence", &status.evidence);
    page.line("Since", &instant(status.since, now));
    page.maybe("Until", status.until.map(|until| instant(until, now)));
    page.maybe("Next step", status.next.map(|action| words::next(action, &view.name)));
    if let Some(waiting) = &view.waiting {
        page.waiting(waiting, now);
    }
    if let Some(problem) = &view.problem {
        page.problem(problem);
    }
    page.maybe("Account", view.account.clone());
    page.line("Provider", &format!("{} ({})", view.provider_name, view.provider));
    page.maybe("Environment", view.environment.clone());
    page.maybe("Issued", view.issued_at.map(|at| instant(at, now)));
    page.maybe("Expires", view.expires_at.map(|at| instant(at, now)));
    page.line("Asked for", &list(&view.scopes_requested));
    page.maybe("Resource", (!view.resources.is_empty()).then(|| list(&view.resources)));
    page.maybe("Granted", view.scopes_granted.as_deref().map(list));
    page.maybe("Not granted", (!view.scopes_missing.is_empty()).then(|| list(&view.scopes_missing)));
    if view.scopes_granted.is_some() {
        let until = view.refresh_expires_at.map(|at| format!(", until {}", instant(at, now)));
        let refresh =
            if view.refreshable { format!("yes{}", until.unwrap_or_default()) } else { "no".to_owned() };
        page.line("Refreshable", &refresh);
    }
    let client = &view.registration;
    page.line("Client", &format!("{} ({})", client.client_id, words::authentication(client.authentication)));
    page.line("Grant", words::grant(client.grant));
    if client.grant == GrantType::AuthorizationCode {
        page.line("Redirect", &format!("{} ({})", client.redirect_uri, words::redirect(client.redirect)));
    }
    view.cautions.iter().for_each(|caution| page.line("Caution", caution));
    let last = &view.last_event;
    let why = last.code.map(|code| format!(" ({})", code.as_str())).unwrap_or_default();
    page.line("Last event", &format!("{}{why}, {}", words::activity(last.kind), span::ago(now, last.at)));
    page.line("Id", &view.id.0);
    page.0
}

struct Page(String);

impl Page {
    fn title(&mut self, view: &ConnectionView) {
        let kind = view.status.kind;
        let status = words::tone(kind).paint(&format!("{} {}", words::symbol(kind), kind.word().english()));
        self.0 += &format!("{status}  {}\n", plain(&view.name, 200));
    }

    fn line(&mut self, label: &str, value: &str) {
        self.0 += &format!("  {label:<12} {}\n", plain(value, 2000));
    }

    fn maybe(&mut self, label: &str, value: Option<String>) {
        if let Some(value) = value {
            self.line(label, &value);
        }
    }

    fn waiting(&mut self, waiting: &WaitingView, now: Timestamp) {
        let what = match (&waiting.device, &waiting.redirect_uri) {
            _ if waiting.exchanging => format!("the tokens, from {}", waiting.host),
            (Some(device), _) => format!("the code {} at {}", device.user_code, device.verification_uri),
            (None, Some(uri)) => format!("a redirect, from {} to {uri}", waiting.host),
            (None, None) => waiting.host.clone(),
        };
        self.line("Waiting for", &what);
        self.line("Time left", &span::until(now, waiting.expires_at));
        self.maybe("Open", waiting.authorization_url.clone());
    }

    fn problem(&mut self, problem: &ProblemView) {
        let status = problem.http_status.map(|status| format!(", HTTP {status}")).unwrap_or_default();
        self.line("Problem", &format!("{} ({}{status})", problem.message, problem.code));
        self.maybe("  why", problem.cause.clone());
        self.line("  do", &problem.suggestion);
        self.line("  see", &problem.docs_url);
    }
}

fn instant(at: Timestamp, now: Timestamp) -> String {
    let distance = if at > now { format!("in {}", span::until(now, at)) } else { span::ago(now, at) };
    format!("{} ({distance})", span::local(at))
}

fn list(scopes: &[String]) -> String {
    if scopes.is_empty() { "nothing in particular".to_owned() } else { scopes.join(" ") }
}
