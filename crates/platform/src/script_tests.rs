use std::sync::Mutex;

use tokenrack_core::script::Fetch;

use super::*;

/// Remembers what was asked; answers by a closure.
struct Net<F> {
    asked: Mutex<Vec<String>>,
    answer: F,
}

#[async_trait]
impl<F: Fn(&HttpRequest) -> Result<HttpResponse, String> + Send + Sync> Fetch for Net<F> {
    async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, String> {
        let body = String::from_utf8(request.body().clone()).unwrap();
        let kind = request.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        let line = format!("{} {} {} {body}", request.method(), request.uri(), kind.unwrap_or_default());
        self.asked.lock().unwrap().push(line);
        (self.answer)(&request)
    }
}

fn net<F: Fn(&HttpRequest) -> Result<HttpResponse, String> + Send + Sync>(answer: F) -> Arc<Net<F>> {
    Arc::new(Net { asked: Mutex::default(), answer })
}

fn json(status: u16, body: &str) -> HttpResponse {
    let answer = http::Response::builder().status(status).header("X-Test", "yes");
    answer.body(body.as_bytes().to_vec()).unwrap()
}

async fn call(source: &str, argument: &str, fetch: Arc<dyn Fetch>) -> Result<String, ScriptError> {
    let argument = Zeroizing::new(argument.to_owned());
    let call = ScriptCall { source: source.into(), function: "test", argument, fetch };
    QuickJs.call(call).await.map(|result| result.to_string())
}

async fn alone(body: &str) -> Result<String, ScriptError> {
    let nobody = net(|_| Err("nobody is there".into()));
    call(&format!("exports.test = async function (input) {{ {body} }};"), "{}", nobody).await
}

#[tokio::test]
async fn a_script_asks_and_answers() {
    let net = net(|_| Ok(json(201, r#"{"token":"t"}"#)));
    let source = "exports.test = async function ({ place, form }) {
        const answer = await fetch(place + '/token', { method: 'post', body: new URLSearchParams(form) });
        const { token } = await answer.json();
        return { token, ok: answer.ok, status: answer.status, header: answer.headers.get('x-test'), text: await answer.text() };
    };";
    let input = r#"{"place":"https://as.example","form":{"a b":"c&d","e":"~"}}"#;
    let result = call(source, input, Arc::clone(&net) as _).await.unwrap();
    assert_eq!(result, r#"{"token":"t","ok":true,"status":201,"header":"yes","text":"{\"token\":\"t\"}"}"#);
    let form = "POST https://as.example/token application/x-www-form-urlencoded a+b=c%26d&e=%7E";
    assert_eq!(*net.asked.lock().unwrap(), [form]);
}

#[tokio::test]
async fn a_function_need_not_be_asynchronous() {
    let nobody = net(|_| Err(String::new()));
    assert_eq!(call("exports.test = (x) => x.n + 1", r#"{"n":1}"#, nobody.clone()).await.unwrap(), "2");
    assert_eq!(call("module.exports = { test() {} }", "{}", nobody).await.unwrap(), "null");
}

#[tokio::test]
async fn what_goes_wrong_is_told_apart() {
    let nobody = || net(|_| Err("example.com is none of the provider's hosts".into()));
    assert_eq!(call("exports.other = 1", "{}", nobody()).await, Err(ScriptError::NoFunction("test")));
    assert!(matches!(call("exports.test = (", "{}", nobody()).await, Err(ScriptError::Syntax(_))));
    assert_eq!(
        alone("throw new Error('no such tenant')").await,
        Err(ScriptError::Threw("no such tenant".into()))
    );
    assert_eq!(alone("throw 'plain'").await, Err(ScriptError::Threw("plain".into())));
    assert_eq!(alone("return await new Promise(() => {})").await, Err(ScriptError::NeverSettles));
    let refused = ScriptError::Threw("example.com is none of the provider's hosts".into());
    let source = "exports.test = () => fetch('https://example.com/')";
    assert_eq!(call(source, "{}", nobody()).await, Err(refused));
    let cannot = alone("await fetch('https://a.example/', { method: 'GE T' })").await;
    assert!(matches!(cannot, Err(ScriptError::Threw(words)) if words.contains("cannot be sent")));
}

#[tokio::test]
async fn a_script_that_loops_is_stopped() {
    let (busy, chain) = tokio::join!(
        alone("while (true) {}"),
        alone("const again = () => Promise.resolve().then(again); await again();"),
    );
    assert_eq!(busy, Err(ScriptError::TimedOut));
    // Its promises fill the memory, and the job that finds none left ends without a word.
    let ended =
        matches!(chain, Err(ScriptError::OutOfMemory | ScriptError::TimedOut | ScriptError::NeverSettles));
    assert!(ended, "{chain:?}");
}

#[tokio::test]
async fn a_script_that_allocates_or_recurses_is_stopped() {
    assert_eq!(
        alone("const all = []; while (true) all.push('x'.repeat(1e6) + all.length);").await,
        Err(ScriptError::OutOfMemory)
    );
    let deep = alone("const deep = () => deep() + 1; return deep();").await;
    assert!(matches!(deep, Err(ScriptError::Threw(words)) if words.contains("stack")));
}

#[tokio::test]
async fn nothing_else_of_the_machine_is_there() {
    let names =
        "process, require, std, os, Deno, Bun, XMLHttpRequest, WebSocket, importScripts, scriptArgs, print";
    let look = format!(
        "return '{names}'.split(', ').filter((name) => typeof globalThis[name] !== 'undefined').concat(
            await import('std').then(() => ['import'], () => []))"
    );
    assert_eq!(alone(&look).await.unwrap(), "[]");
}

#[tokio::test]
async fn one_call_leaves_nothing_for_the_next() {
    alone("globalThis.kept = 1; Array.prototype.kept = 1; return 0").await.unwrap();
    assert_eq!(
        alone("return typeof globalThis.kept + typeof [].kept").await.unwrap(),
        r#""undefinedundefined""#
    );
}

#[tokio::test]
async fn basic_credentials_can_be_written() {
    assert_eq!(
        alone("return [btoa('a:b'), btoa('a:bc'), btoa('')]").await.unwrap(),
        r#"["YTpi","YTpiYw==",""]"#
    );
}
