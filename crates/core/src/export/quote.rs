//! Quoting, so that a reader gets every character of a token and runs none of them.

/// POSIX shell single quotes: nothing inside is special; a single quote leaves them for a moment.
pub(super) fn posix_single(text: &str, out: &mut String) {
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' => out.push_str(r"'\''"),
            _ => out.push(c),
        }
    }
    out.push('\'');
}

/// POSIX shell double quotes: four characters keep a meaning inside and get a backslash.
pub(super) fn posix_double(text: &str, out: &mut String) {
    out.push('"');
    escape(text, &['\\', '"', '$', '`'], out);
    out.push('"');
}

/// PowerShell single quotes: nothing inside is special but a quote, which is doubled. It takes the typographic ones for
/// quotes too.
pub(super) fn powershell_single(text: &str, out: &mut String) {
    out.push('\'');
    for c in text.chars() {
        if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
            out.push(c);
        }
        out.push(c);
    }
    out.push('\'');
}

/// Inside a quoted value of a curl configuration: two characters get a backslash (curl(1), `--config`).
pub(super) fn curl_inside(text: &str, out: &mut String) {
    escape(text, &['\\', '"'], out);
}

fn escape(text: &str, special: &[char], out: &mut String) {
    for c in text.chars() {
        if special.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
}

/// The variable a connection's token goes to: `GitHub (work)` → `GITHUB_WORK_TOKEN`.
/// A name without ASCII letters or digits gives `ACCESS_TOKEN`.
pub(super) fn variable_name(connection: &str) -> String {
    let words = connection.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.map(str::to_ascii_uppercase).collect::<Vec<_>>().join("_");
    match name.chars().next() {
        None => "ACCESS_TOKEN".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("_{name}_TOKEN"),
        Some(_) => format!("{name}_TOKEN"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_valid_in_every_shell() {
        for (connection, variable) in [
            ("GitHub (work)", "GITHUB_WORK_TOKEN"),
            ("local-demo", "LOCAL_DEMO_TOKEN"),
            ("1password", "_1PASSWORD_TOKEN"),
            ("Büro", "B_RO_TOKEN"),
            ("日本", "ACCESS_TOKEN"),
            ("", "ACCESS_TOKEN"),
            ("a=b;rm -rf /", "A_B_RM_RF_TOKEN"),
        ] {
            assert_eq!(variable_name(connection), variable);
        }
    }
}
