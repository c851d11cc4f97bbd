//! The header of RFC 6750 §2.1. Only bearer tokens are ever stored.

use crate::engine::ReleasedToken;

pub(super) fn write(token: &ReleasedToken, out: &mut String) {
    out.push_str("Authorization: Bearer ");
    out.push_str(token.access_token.expose());
}

#[cfg(test)]
mod tests {
    use crate::export::{Format, tests};

    #[test]
    fn is_the_header_of_rfc_6750() {
        let export = Format::Header.write(&tests::released("abc")).unwrap();
        assert_eq!(export.expose(), "Authorization: Bearer abc");
    }
}
