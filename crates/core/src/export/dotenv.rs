//! A line of a `.env` file.
//!
//! There is no standard. Single quotes mean "to the letter" to every reader, so they are used for all tokens but
//! the rare one with a single quote inside; that one gets double quotes with the shell's escapes, which readers
//! that expand variables (Compose, Ruby, a shell) undo. Real tokens have neither (RFC 6750 §2.1, `b64token`).

use super::quote;
use crate::engine::ReleasedToken;

pub(super) fn write(token: &ReleasedToken, out: &mut String) {
    out.push_str(&quote::variable_name(&token.connection));
    out.push('=');
    let token = token.access_token.expose();
    if token.contains('\'') {
        quote::posix_double(token, out);
    } else {
        quote::posix_single(token, out);
    }
}

#[cfg(test)]
mod tests {
    use crate::export::{Format, tests};

    #[test]
    fn is_literal_in_single_quotes() {
        let export = Format::Dotenv.write(&tests::released("a$b\"c")).unwrap();
        assert_eq!(export.expose(), "GITHUB_WORK_TOKEN='a$b\"c'");
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_both_quotings_back_to_the_letter() {
        for token in [tests::awkward(), tests::awkward().replace('\'', "")] {
            let export = Format::Dotenv.write(&tests::released(&token)).unwrap();
            assert_eq!(
                tests::shell(&format!("{}; printf %s \"$GITHUB_WORK_TOKEN\"", export.expose())),
                token
            );
        }
    }
}
