//! For `eval "$(tokenrack token NAME --format env)"` in a POSIX shell.

use super::quote;
use crate::engine::ReleasedToken;

pub(super) fn write(token: &ReleasedToken, out: &mut String) {
    out.push_str("export ");
    out.push_str(&quote::variable_name(&token.connection));
    out.push('=');
    quote::posix_single(token.access_token.expose(), out);
}

#[cfg(test)]
mod tests {
    use crate::export::{Format, tests};

    #[test]
    fn is_one_assignment() {
        let export = Format::Env.write(&tests::released("abc")).unwrap();
        assert_eq!(export.expose(), "export GITHUB_WORK_TOKEN='abc'");
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_it_back_to_the_letter() {
        let token = tests::awkward();
        let export = Format::Env.write(&tests::released(&token)).unwrap();
        assert_eq!(tests::shell(&format!("{}; printf %s \"$GITHUB_WORK_TOKEN\"", export.expose())), token);
    }
}
