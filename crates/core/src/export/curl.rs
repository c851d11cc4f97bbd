//! For `tokenrack token NAME --format curl | curl --config - URL`.
//!
//! A configuration line and not a command: an argument of a command can be read by every user of the machine.

use super::quote;
use crate::engine::ReleasedToken;

pub(super) fn write(token: &ReleasedToken, out: &mut String) {
    out.push_str("header = \"Authorization: Bearer ");
    quote::curl_inside(token.access_token.expose(), out);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use crate::export::{Format, tests};

    #[test]
    fn escapes_what_curl_unescapes() {
        let export = Format::Curl.write(&tests::released(r#"a"b\c$d'e"#)).unwrap();
        assert_eq!(export.expose(), r#"header = "Authorization: Bearer a\"b\\c$d'e""#);
    }
}
