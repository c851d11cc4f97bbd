//! What the browser shows: static, escaped, without script, without a secret, and not kept.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Bytes;
use sha2::{Digest as _, Sha256};
use tokenrack_core::language::{Language, Sentence};
use tokenrack_core::ports::ResultPage;
use tokenrack_core::say;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1.05rem/1.5 system-ui,sans-serif;display:grid;min-height:90vh;place-content:center;margin:0 1.5rem;\
text-align:center}\
h1{font-size:1.5rem;margin:0 0 .5rem}\
p{margin:.25rem 0;max-width:34rem;overflow-wrap:anywhere}\
.mark{font-size:2.5rem;line-height:1}";

/// Nothing may load; of styles only the one above.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

const RETURN: Sentence = Sentence::of("You can close this tab and return to Tokenrack.");

/// Success is said only for a connection that stands.
pub(super) fn result(result: &ResultPage) -> Response<Full<Bytes>> {
    match result {
        ResultPage::Connected { name, accounts } => {
            let other = accounts.as_ref().map(|(account, before)| {
                say!("Signed in as {account}; before it was {before}.", account = account, before = before)
            });
            let lines: Vec<_> = other.as_deref().into_iter().chain([RETURN.said()]).collect();
            whole(StatusCode::OK, "✓", &say!("Connected: {name}", name = name), &lines)
        }
        ResultPage::Failed { title, suggestion } => {
            whole(StatusCode::BAD_REQUEST, "✕", title, &[suggestion, RETURN.said()])
        }
    }
}

/// The result is not known here.
pub(super) fn neutral() -> Response<Full<Bytes>> {
    whole(
        StatusCode::ACCEPTED,
        "→",
        &say!("Tokenrack has taken over"),
        &[&say!("The result is shown in Tokenrack."), RETURN.said()],
    )
}

/// Somebody opened the address by hand.
pub(super) fn nothing_here() -> Response<Full<Bytes>> {
    let words = say!("This address waits for the answer of a sign-in. Start one in Tokenrack with Connect.");
    whole(StatusCode::BAD_REQUEST, "→", &say!("Nothing to do here"), &[&words])
}

/// For requests no person makes.
pub(super) fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let words = status.canonical_reason().unwrap_or("Refused");
    let mut response = guarded(status, format!("{words}\n"));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

fn whole(status: StatusCode, mark: &str, title: &str, lines: &[&str]) -> Response<Full<Bytes>> {
    let (title, language) = (escaped(title), Language::spoken().tag());
    let lines: String = lines.iter().map(|line| format!("<p>{}</p>", escaped(line))).collect();
    guarded(
        status,
        format!(
            "<!doctype html><html lang=\"{language}\"><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title} – Tokenrack</title>\
             <style>{STYLE}</style><main><div class=\"mark\" aria-hidden=\"true\">{mark}</div>\
             <h1>{title}</h1>{lines}</main></html>\n"
        ),
    )
}

fn guarded(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
    ] {
        // All are ASCII text of our own.
        if let Ok(value) = header::HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_only_ours() {
        assert_eq!(escaped("<a href='x'>&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;");
    }

    #[test]
    fn the_policy_allows_exactly_the_style() {
        assert!(POLICY.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!POLICY.contains("unsafe") && !STYLE.contains("url("));
    }
}
