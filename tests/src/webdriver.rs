//! A W3C WebDriver client, as much as the window tests need (<https://www.w3.org/TR/webdriver2/>).

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::process::eventually;

const PATIENCE: Duration = Duration::from_secs(20);
/// The key under which an element's reference travels (§12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The page of a window under test. Dropping it closes the window.
pub struct Page {
    session: String,
}

impl Page {
    /// Opens `app` through the driver at `base`.
    ///
    /// # Panics
    /// When the driver cannot start it.
    pub(crate) fn open(base: &str, app: &Path) -> Self {
        let options = json!({"binary": app, "args": []});
        let wanted = json!({"capabilities": {"alwaysMatch": {"browserName": "wry", "webkitgtk:browserOptions": options}}});
        let answer = eventually("a WebDriver session", Duration::from_secs(60), || {
            send("POST", &format!("{base}/session"), Some(&wanted)).ok()
        });
        Self { session: format!("{base}/session/{}", answer["sessionId"].as_str().unwrap()) }
    }

    fn call(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, String> {
        send(method, &format!("{}{path}", self.session), body.as_ref())
    }

    /// Waits for an element: a CSS selector, or an XPath that starts with `//`.
    ///
    /// # Panics
    /// When there is none for 20 s.
    #[track_caller]
    pub fn find(&self, selector: &str) -> String {
        eventually(&format!("{selector} on the page"), PATIENCE, || self.maybe(selector))
    }

    /// The element, if it is there now.
    pub fn maybe(&self, selector: &str) -> Option<String> {
        let using = if selector.starts_with("//") { "xpath" } else { "css selector" };
        let found = self.call("POST", "/element", Some(json!({"using": using, "value": selector}))).ok()?;
        Some(found[ELEMENT].as_str()?.to_owned())
    }

    /// Waits for an element and clicks it as a person would; waits until nothing covers it.
    #[track_caller]
    pub fn click(&self, selector: &str) {
        eventually(&format!("a click on {selector}"), PATIENCE, || {
            let element = self.maybe(selector)?;
            self.call("POST", &format!("/element/{element}/click"), Some(json!({}))).ok()
        });
    }

    /// Types into an element.
    #[track_caller]
    pub fn type_into(&self, selector: &str, text: &str) {
        let element = self.find(selector);
        self.call("POST", &format!("/element/{element}/value"), Some(json!({"text": text}))).unwrap();
    }

    /// Types over what an element holds.
    #[track_caller]
    pub fn type_over(&self, selector: &str, text: &str) {
        let element = self.find(selector);
        self.call("POST", &format!("/element/{element}/clear"), Some(json!({}))).unwrap();
        self.type_into(selector, text);
    }

    /// What a person reads in an element.
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        eventually(&format!("the text of {selector}"), PATIENCE, || self.maybe_text(selector))
    }

    /// Waits until an element's text contains `words`.
    #[track_caller]
    pub fn wait_for_text(&self, selector: &str, words: &str) -> String {
        eventually(&format!("{words:?} in {selector}"), PATIENCE, || {
            self.maybe_text(selector).filter(|text| text.contains(words))
        })
    }

    /// As the engine has laid it out: the driver's own idea of what is displayed leaves out text that ends in an ellipsis.
    fn maybe_text(&self, selector: &str) -> Option<String> {
        let element = self.maybe(selector)?;
        let text = self.call("GET", &format!("/element/{element}/property/innerText"), None).ok()?;
        Some(text.as_str()?.to_owned())
    }

    /// Presses keys, one after the other, wherever the focus is. `\u{e007}` is Enter, `\u{e00c}` Escape.
    pub fn press(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})]
            })
            .collect();
        let actions = json!({"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]});
        self.call("POST", "/actions", Some(actions)).unwrap();
    }

    /// Runs a function's body in the page.
    #[track_caller]
    pub fn script(&self, body: &str) -> Value {
        self.call("POST", "/execute/sync", Some(json!({"script": body, "args": []}))).unwrap()
    }

    /// The whole document as the page sees it.
    pub fn source(&self) -> String {
        self.script("return document.documentElement.outerHTML").as_str().unwrap().to_owned()
    }

    /// The window's title.
    pub fn title(&self) -> String {
        self.call("GET", "/title", None).unwrap().as_str().unwrap().to_owned()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.call("DELETE", "", None).ok();
    }
}

fn send(method: &str, url: &str, body: Option<&Value>) -> Result<Value, String> {
    let words = |e: ureq::Error| e.to_string();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into();
    let mut answer = match (method, body) {
        ("GET", _) => agent.get(url).call(),
        ("DELETE", _) => agent.delete(url).call(),
        (_, body) => agent.post(url).send_json(body.unwrap_or(&Value::Null)),
    }
    .map_err(words)?;
    let value = answer.body_mut().read_json::<Value>().map_err(words)?["value"].take();
    if answer.status().is_success() { Ok(value) } else { Err(value.to_string()) }
}
