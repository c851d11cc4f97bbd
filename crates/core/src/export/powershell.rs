//! For `tokenrack token NAME --format powershell | Invoke-Expression` in PowerShell.

use super::quote;
use crate::engine::ReleasedToken;

pub(super) fn write(token: &ReleasedToken, out: &mut String) {
    out.push_str("$env:");
    out.push_str(&quote::variable_name(&token.connection));
    out.push_str(" = ");
    quote::powershell_single(token.access_token.expose(), out);
}

#[cfg(test)]
mod tests {
    use crate::export::{Format, tests};

    #[test]
    fn is_one_assignment_that_expands_nothing() {
        let export = Format::PowerShell.write(&tests::released("a$(b)`c\"d'e")).unwrap();
        assert_eq!(export.expose(), "$env:GITHUB_WORK_TOKEN = 'a$(b)`c\"d''e'");
    }
}
