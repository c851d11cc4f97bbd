//! Where a token may go.

use url::Url;

use super::super::{Reach, ServerMetadata};
use super::spec;

#[test]
fn a_token_goes_to_the_files_own_hosts_only() {
    let spec = spec(
        "[links]\ndocs = \"https://docs.example/\"\n[api]\nbase = \"http://127.0.0.1:8080/v1\"\n\
         hosts = [\"api.example\", \"*.cdn.example\"]\n[account]\nurl = \"https://{site}/me\"\n\
         [vars.site]\nsource = \"token\"\npattern = \"host\"\nallow = [\"*.site.example\"]\n\
         [token.response.capture]\nsite = \"/site\"\n",
    );
    let server = ServerMetadata {
        userinfo_endpoint: Some("https://me.example/u".into()),
        jwks_uri: Some("https://keys.example/".into()),
        ..ServerMetadata::default()
    };
    let allowed = |url: &str| spec.may_receive_token(&Url::parse(url).unwrap(), Some(&server));
    for good in [
        "https://acme.example/any/path",
        "https://ACME.example:443/",
        "http://127.0.0.1:8080/other",
        "https://api.example/",
        "https://a.b.cdn.example/",
        "https://me.example/",
    ] {
        assert!(allowed(good), "{good}");
    }
    for bad in [
        "https://evil.example/",
        "https://acme.example.evil.example/",
        "https://acme.example:8443/",
        "http://127.0.0.1:8081/",
        "https://cdn.example/",
        "https://evilcdn.example/",
        "https://docs.example/",
        "https://keys.example/",
        "https://x.site.example/",
        "https://site/",
    ] {
        assert!(!allowed(bad), "{bad}");
    }
}

#[test]
fn tokens_follow_a_shipped_file_and_no_other() {
    let reach = |is_shipped| Reach::new(["https://as.example/token".to_owned()].into_iter(), is_shipped);
    for (at_the_sign_in, now, url, is_asked) in [
        (false, false, "https://as.example/other", true),
        (false, false, "https://as.example:8443/token", false),
        (false, false, "https://as.example.evil.example/token", false),
        (true, true, "https://moved.example/token", true),
        // One's own has gone, or has come.
        (false, true, "https://moved.example/token", false),
        (true, false, "https://moved.example/token", false),
    ] {
        let asked = reach(at_the_sign_in).check(url, now);
        assert_eq!(asked.is_ok(), is_asked, "{url}, {at_the_sign_in} then {now}");
    }
}
