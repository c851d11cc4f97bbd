//! A provider file is shared, and never holds a secret.

/// How well-known secrets begin.
const PREFIXES: &[&str] = &[
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gloas-",
    "xoxb-",
    "xoxp-",
    "xoxe-",
    "xapp-",
    "GOCSPX-",
    "AIza",
    "ya29.",
    "sk-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "whsec_",
    "hf_",
    "AKIA",
    "ASIA",
    "SG.",
    "shpat_",
    "lin_api_",
    "npm_",
    "pypi-",
    "dop_v1_",
    "figd_",
];

/// Words that name a secret, as a parameter or a header.
const NAMES: &[&str] = &[
    "authorization",
    "proxy_authorization",
    "cookie",
    "client_secret",
    "client_assertion",
    "secret",
    "password",
    "passwd",
    "api_key",
    "apikey",
    "x_api_key",
    "private_key",
    "access_token",
    "refresh_token",
    "id_token",
    "code_verifier",
];

/// True when a parameter or header of this name holds a secret.
pub(super) fn is_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    NAMES.contains(&name.as_str()) || name.ends_with("_secret") || name.ends_with("_password")
}

/// True for a text that begins like a well-known kind of secret, a key file or a JWT.
pub(super) fn has_known_form(text: &str) -> bool {
    let word_has_form = |word: &str| {
        let rest = |prefix: &&str| word.strip_prefix(*prefix).is_some_and(|rest| rest.len() >= 10);
        PREFIXES.iter().any(rest)
            || (word.starts_with("eyJ") && word.matches('.').count() >= 1 && word.len() > 20)
    };
    text.contains("-----BEGIN")
        || text.split(|c: char| c.is_whitespace() || "\"'=&?:/".contains(c)).any(word_has_form)
}

/// True for a text with a word that looks drawn at random: long, and of mixed letters and digits, or long hex.
pub(super) fn looks_random(text: &str) -> bool {
    let random = |word: &str| {
        let has = |test: fn(&u8) -> bool| word.as_bytes().iter().any(test);
        let digit = has(u8::is_ascii_digit);
        let hex = word.len() >= 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mixed = word.len() >= 24 && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
        digit && (hex || mixed)
    };
    text.split(|c: char| !(c.is_ascii_alphanumeric() || "_-+".contains(c))).any(random)
}
