//! `[scripts]`: the JavaScript of a person's own file, found beside it or in it.

use super::parse::Report;
use super::{ProviderSpec, Scripts};

/// Bytes of one script.
pub const LARGEST_SCRIPT: usize = 64 * 1024;

/// Answers the text of a `.js` file beside a provider file.
pub(super) type Beside = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Scripts {
    /// Whether the file carries no code.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Each script: its key, and the function that it must export.
    fn each_mut(&mut self) -> [(&'static str, &'static str, &mut Option<String>); 4] {
        [
            ("token_request", "getTokenData", &mut self.token_request),
            ("credentials", "getCredentialsFromTokenResponse", &mut self.credentials),
            ("refresh", "refreshCredentials", &mut self.refresh),
            ("test", "test", &mut self.test),
        ]
    }
}

/// Puts each script's text in the place of its file's name, so that the spec carries it from here on.
pub(super) fn load(spec: &mut ProviderSpec, beside: &Beside, report: &mut Report<'_>) {
    for (key, function, script) in spec.scripts.each_mut() {
        // Left empty, a child takes its parent's script back.
        script.take_if(|text| text.trim().is_empty());
        let Some(named) = script else { continue };
        match text(named, function, beside) {
            Ok(text) => *named = text,
            Err((message, instead)) => report.wrong(&["scripts", key], message, instead),
        }
    }
}

/// A script's text, or what is wrong and what to write instead.
fn text(named: &str, function: &str, beside: &Beside) -> Result<String, (String, Option<String>)> {
    let text = if is_path(named) {
        if named.contains(['/', '\\']) || named.starts_with('.') {
            let file = named.rsplit(['/', '\\']).next().unwrap_or_default();
            let message = "a script lies beside the provider file: its name alone".to_owned();
            return Err((message, Some(format!("{file:?}"))));
        }
        beside(named).ok_or_else(|| (format!("there is no readable file {named} beside this one"), None))?
    } else {
        named.to_owned()
    };
    if text.len() > LARGEST_SCRIPT {
        return Err((format!("longer than {} KB", LARGEST_SCRIPT / 1024), None));
    }
    if !text.contains("exports") {
        let message = format!("neither the name of a .js file nor a script that sets exports.{function}");
        return Err((message, Some(format!("\"{function}.js\", with that file beside this one"))));
    }
    Ok(text)
}

/// One word that ends as a script's file does.
fn is_path(named: &str) -> bool {
    named.ends_with(".js") && !named.contains(char::is_whitespace)
}
