//! What may be written into a variable.

use crate::provider::pattern::check;

const DIRTY: &[&str] = &[
    "",
    " ",
    "a b",
    "a\tb",
    "a\nb",
    "a\u{0}b",
    "a\u{7f}b",
    "user@host",
    "a/b",
    "a\\b",
    "a%2fb",
    "a%00",
    "a?b",
    "a#b",
    "a;b\r\n",
    "{host}",
    "a\u{a0}b",
    "a\u{200b}b",
    "пример",
    "a\u{3002}b",
    "a\u{ff0f}b",
    "\u{202e}moc",
];

#[test]
fn nothing_gets_smuggled_into_any_pattern() {
    for pattern in ["host", "host_port", "label", "uuid", "slug", "tenant"] {
        for value in DIRTY {
            assert!(check(pattern, value).is_err(), "{pattern} takes {value:?}");
        }
    }
    for value in DIRTY {
        assert!(check("issuer", value).is_err(), "issuer takes {value:?}");
        if !value.trim().is_empty() && *value != "a/b" {
            let url = format!("https://{value}");
            assert!(check("issuer", &url).is_err(), "issuer takes {url:?}");
        }
    }
    assert!(check("no-such-pattern", "x").is_err());
}

#[test]
fn host() {
    for (value, used) in [
        ("gitlab.com", "gitlab.com"),
        ("GitLab.COM", "gitlab.com"),
        ("intranet", "intranet"),
        ("a-1.b2.example", "a-1.b2.example"),
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("localhost", "localhost"),
        ("localhost:8443", "localhost:8443"),
        ("127.0.0.1:3000", "127.0.0.1:3000"),
        ("[::1]:3000", "[::1]:3000"),
    ] {
        assert_eq!(check("host", value).as_deref(), Ok(used));
    }
    let too_long = format!("{}.example", "a".repeat(64));
    for value in [
        "gitlab.com:8443",
        "gitlab.com.",
        ".gitlab.com",
        "git..com",
        "-a.com",
        "a-.com",
        "a_b.com",
        "1.2.3.4",
        "127.1",
        "2130706433",
        "0x7f000001",
        "a.0x1",
        "127.0.0.1:0",
        "localhost:99999",
        "localhost:",
        "localhost:08",
        "[::2]",
        "::1",
        "*.example.com",
        "https://gitlab.com",
        "gitlab.com:443@evil.example",
        &too_long,
    ] {
        assert!(check("host", value).is_err(), "{value}");
    }
}

#[test]
fn host_advice_says_what_to_write() {
    assert_eq!(check("host", "https://GitLab.com/x").unwrap_err(), "only the host name: gitlab.com");
    assert_eq!(check("host", "gitlab.com:80").unwrap_err(), "the host name without a port: gitlab.com");
    assert_eq!(check("host", "münchen.example").unwrap_err(), "the ASCII form: xn--mnchen-3ya.example");
}

#[test]
fn the_other_patterns() {
    assert_eq!(check("host_port", "gitlab.com:8443").as_deref(), Ok("gitlab.com:8443"));
    assert!(check("host_port", "gitlab.com:65536").is_err());
    assert_eq!(check("label", "My-Company").as_deref(), Ok("my-company"));
    assert!(check("label", "a.b").is_err() && check("label", "-a").is_err());
    let id = "72F988BF-86f1-41af-91ab-2d7cd011db47";
    assert_eq!(check("uuid", id), Ok(id.to_lowercase()));
    assert!(check("uuid", &id[1..]).is_err() && check("uuid", &format!("{id}-")).is_err());
    assert_eq!(check("slug", "My.realm_1~x").as_deref(), Ok("My.realm_1~x"));
    assert!(
        check("slug", "..").is_err()
            && check("slug", ".").is_err()
            && check("slug", &"a".repeat(129)).is_err()
    );
    for tenant in ["common", "Organizations", "consumers", id, "contoso.onmicrosoft.com"] {
        assert_eq!(check("tenant", tenant), Ok(tenant.to_lowercase()));
    }
    for tenant in ["contoso", "..", "a..b", "1.2.3.4", "common/x"] {
        assert!(check("tenant", tenant).is_err(), "{tenant}");
    }
}

#[test]
fn an_issuer_is_kept_to_the_letter() {
    for issuer in [
        "https://login.example.com",
        "https://login.example.com/",
        "https://login.example.com/realms/Main",
        "https://login.example.com/realms/main/",
        "https://login.example.com:8443",
        "https://login.example.com/realms/my%20realm",
        "http://127.0.0.1:3000",
        "http://localhost:3000/oidc",
        "http://[::1]:3000",
    ] {
        assert_eq!(check("issuer", issuer).as_deref(), Ok(issuer));
    }
}

#[test]
fn an_issuer_that_reads_two_ways_is_refused() {
    for (value, instead) in [
        ("https://Login.example.com", "https://login.example.com"),
        ("https://login.example.com:443", "https://login.example.com"),
        ("https://login.example.com/a/../b", "https://login.example.com/b"),
        ("https://login.example.com/a/%2e%2e/b", "https://login.example.com/b"),
        ("https://%6cogin.example.com", "https://login.example.com"),
        ("https:///login.example.com", "https://login.example.com"),
        ("https:login.example.com", "https://login.example.com"),
        ("login.example.com", "the whole address: https://login.example.com"),
        ("http://login.example.com", "https://login.example.com"),
        (
            "https://login.example.com/x/.well-known/openid-configuration",
            "the issuer itself: https://login.example.com/x",
        ),
    ] {
        assert_eq!(check("issuer", value).unwrap_err(), instead, "{value}");
    }
    for value in [
        "https://a:b@login.example.com",
        "https://@login.example.com",
        "https://login.example.com?x=1",
        "https://login.example.com#x",
        "https://192.0.2.1",
        "https://0x7f.1",
        "https://evil.example\\@login.example.com",
        "ftp://login.example.com",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "http://2130706434",
    ] {
        assert!(check("issuer", value).is_err(), "{value}");
    }
}
