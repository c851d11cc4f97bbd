//! The token alone.

use crate::engine::ReleasedToken;

pub(super) fn write(token: &ReleasedToken, out: &mut String) {
    out.push_str(token.access_token.expose());
}

#[cfg(test)]
mod tests {
    use crate::export::{Format, tests};

    #[test]
    fn is_the_token_to_the_letter() {
        let token = tests::awkward();
        assert_eq!(Format::Raw.write(&tests::released(&token)).unwrap().expose(), token);
    }
}
