//! `{name}` in a text: the only substitution a provider file knows.

/// A stretch of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// As it stands.
    Text(&'a str),
    /// A name in braces.
    Var(&'a str),
}

/// Splits a template.
///
/// # Errors
/// One sentence about the brace that is wrong.
pub(super) fn pieces(template: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find(['{', '}']) {
        if rest[open..].starts_with('}') {
            return Err("a `}` without its `{`".into());
        }
        let close = rest[open..].find('}').ok_or("a `{` without its `}`")? + open;
        let name = &rest[open + 1..close];
        if !is_name(name) {
            return Err(format!("`{{{name}}}` is not a name: use letters, digits and `_`"));
        }
        if open > 0 {
            pieces.push(Piece::Text(&rest[..open]));
        }
        pieces.push(Piece::Var(name));
        rest = &rest[close + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

/// The names in a template; none when it is broken.
pub(super) fn names(template: &str) -> Vec<&str> {
    let var = |piece| if let Piece::Var(name) = piece { Some(name) } else { None };
    pieces(template).unwrap_or_default().into_iter().filter_map(var).collect()
}

/// Fills in what `value` knows, leaves the rest in braces. Values are not looked at again.
pub(super) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let Ok(pieces) = pieces(template) else { return template.to_owned() };
    let text = |piece| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Var(name) => value(name).unwrap_or_else(|| format!("{{{name}}}")),
    };
    pieces.into_iter().map(text).collect()
}

/// A name that can stand in braces: a letter, then letters, digits, `_`.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_are_strict() {
        assert_eq!(pieces("a{b}c").unwrap(), [Piece::Text("a"), Piece::Var("b"), Piece::Text("c")]);
        assert_eq!(pieces("{a}{b}").unwrap(), [Piece::Var("a"), Piece::Var("b")]);
        for broken in ["{", "}", "a}b", "{a", "{}", "{a-b}", "{a b}", "{{a}}", "{a}}", "{1}", "{a.b}"] {
            assert!(pieces(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_value_is_not_a_template() {
        let filled = fill("{a}/{b}/{c}", |name| match name {
            "a" => Some("{b}".into()),
            "b" => Some("two".into()),
            _ => None,
        });
        assert_eq!(filled, "{b}/two/{c}");
    }
}
