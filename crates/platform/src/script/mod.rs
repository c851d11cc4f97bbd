//! Scripts in QuickJS: each call in a fresh runtime on a thread of its own, with limits on time, memory and stack.
//! The engine is built without its `std` and `os` modules, so there are no files, processes or environment to reach.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use rquickjs::{CatchResultExt as _, CaughtError, Context, Ctx, Function, Promise, Runtime, Value};
use serde::{Deserialize, Serialize};
use tokenrack_core::ports::{HttpRequest, HttpResponse};
use tokenrack_core::provider::LARGEST_SCRIPT;
use tokenrack_core::script::{MEMORY_LIMIT, ScriptCall, ScriptError, ScriptRunner, TIME_LIMIT};
use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

use crate::thread::on_a_thread;

const PRELUDE: &str = include_str!("prelude.js");
/// Bytes; a thread has two million.
const STACK_LIMIT: usize = 512 * 1024;

/// The text of a script beside a provider file, cut off where it is too long to be one; nothing where the folder has no
/// such file, or it cannot be read.
pub fn script_beside(folder: &Path, name: &str) -> Option<String> {
    let path = folder.join(name);
    // A pipe would wait for ever.
    fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
    let mut text = Vec::new();
    let most = u64::try_from(LARGEST_SCRIPT).ok()? + 1;
    File::open(&path).ok()?.take(most).read_to_end(&mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// [`ScriptRunner`] by QuickJS.
pub struct QuickJs;

#[async_trait]
impl ScriptRunner for QuickJs {
    async fn call(&self, call: ScriptCall) -> Result<Zeroizing<String>, ScriptError> {
        let (asks, mut asked) = mpsc::channel(1);
        let (done, mut result) = oneshot::channel();
        let stop = Stop(Arc::new(AtomicBool::new(false)));
        let told = Arc::clone(&stop.0);
        let ScriptCall { source, function, argument, fetch } = call;
        on_a_thread("script", move || {
            let _ = done.send(run(&source, function, &argument, asks, told));
        })
        .map_err(ScriptError::Failed)?;
        let serve = async {
            loop {
                tokio::select! {
                    biased;
                    ended = &mut result => {
                        return ended.unwrap_or_else(|_| Err(ScriptError::Failed("it ended without a result".into())));
                    }
                    Some(Ask { request, answer }) = asked.recv() => {
                        let _ = answer.send(fetch.fetch(request).await);
                    }
                }
            }
        };
        tokio::time::timeout(TIME_LIMIT, serve).await.unwrap_or(Err(ScriptError::TimedOut))
    }
}

/// Ends the script's thread when nobody waits for it any more.
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A script's request on its way to the runtime's thread.
struct Ask {
    request: HttpRequest,
    answer: oneshot::Sender<Result<HttpResponse, String>>,
}

fn run(
    source: &str,
    function: &'static str,
    argument: &str,
    asks: mpsc::Sender<Ask>,
    stop: Arc<AtomicBool>,
) -> Result<Zeroizing<String>, ScriptError> {
    let runtime = Runtime::new().map_err(|e| ScriptError::Failed(e.to_string()))?;
    runtime.set_memory_limit(MEMORY_LIMIT);
    runtime.set_max_stack_size(STACK_LIMIT);
    let stopped = Arc::clone(&stop);
    runtime.set_interrupt_handler(Some(Box::new(move || stopped.load(Ordering::Relaxed))));
    let context = Context::full(&runtime).map_err(|e| ScriptError::Failed(e.to_string()))?;
    context.with(|ctx| {
        let ask = Function::new(ctx.clone(), move |request: String| answer(&request, &asks))
            .catch(&ctx)
            .map_err(|error| told(&error))?;
        let load: Function<'_> = ctx.eval(PRELUDE).catch(&ctx).map_err(|error| told(&error))?;
        let call: Function<'_> = load.call((ask,)).catch(&ctx).map_err(|error| told(&error))?;
        let started: Option<Promise<'_>> =
            call.call((source, function, argument)).catch(&ctx).map_err(|error| {
                if is_syntax(&error) { ScriptError::Syntax(words(&error)) } else { told(&error) }
            })?;
        settle(&ctx, &started.ok_or(ScriptError::NoFunction(function))?, &stop)
    })
}

/// Runs what waits until the promise has its end.
fn settle(ctx: &Ctx<'_>, promise: &Promise<'_>, stop: &AtomicBool) -> Result<Zeroizing<String>, ScriptError> {
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(ScriptError::TimedOut);
        }
        if let Some(result) = promise.result::<String>() {
            return result.catch(ctx).map(Zeroizing::new).map_err(|error| told(&error));
        }
        if !ctx.execute_pending_job() {
            return Err(ScriptError::NeverSettles);
        }
    }
}

#[derive(Deserialize)]
struct Asked {
    url: String,
    method: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answered<'a> {
    Response { status: u16, url: String, headers: Vec<(&'a str, &'a str)>, body: String },
    Refused { refused: String },
}

/// One request, from JSON to JSON. Blocks the script's thread, which has nothing else to do.
fn answer(request: &str, asks: &mpsc::Sender<Ask>) -> String {
    let outcome = ask(request, asks);
    let answered = match &outcome {
        Ok((url, response)) => Answered::Response {
            status: response.status().as_u16(),
            url: url.clone(),
            headers: response
                .headers()
                .iter()
                .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
                .collect(),
            body: String::from_utf8_lossy(response.body()).into_owned(),
        },
        Err(refused) => Answered::Refused { refused: refused.clone() },
    };
    serde_json::to_string(&answered).unwrap_or_else(|_| r#"{"refused":"the answer cannot be read"}"#.into())
}

fn ask(request: &str, asks: &mpsc::Sender<Ask>) -> Result<(String, HttpResponse), String> {
    let asked: Asked = serde_json::from_str(request).map_err(|_| "the request cannot be read".to_owned())?;
    let mut builder = http::Request::builder().method(asked.method.as_str()).uri(&asked.url);
    for (name, value) in &asked.headers {
        builder = builder.header(name, value);
    }
    let request = builder
        .body(asked.body.unwrap_or_default().into_bytes())
        .map_err(|e| format!("this request cannot be sent: {e}"))?;
    let (answer, answered) = oneshot::channel();
    let ended = |_| "nobody waits for this script any more".to_owned();
    asks.blocking_send(Ask { request, answer }).map_err(|_| ended(()))?;
    let response = answered.blocking_recv().map_err(|_| ended(()))??;
    Ok((asked.url, response))
}

/// What ended the script, told apart where a person would do different things.
fn told(error: &CaughtError<'_>) -> ScriptError {
    let words = words(error);
    match words.as_str() {
        "interrupted" => ScriptError::TimedOut,
        "out of memory" | "null" => ScriptError::OutOfMemory,
        _ => ScriptError::Threw(words),
    }
}

fn words(error: &CaughtError<'_>) -> String {
    match error {
        CaughtError::Exception(exception) => exception.message().unwrap_or_default(),
        CaughtError::Value(value) => text(value),
        CaughtError::Error(rquickjs::Error::Allocation) => "out of memory".into(),
        CaughtError::Error(error) => error.to_string(),
    }
}

fn text(value: &Value<'_>) -> String {
    match value.as_string() {
        Some(text) => text.to_string().unwrap_or_default(),
        None if value.is_null() => "null".into(),
        None => format!("a {}", value.type_name()),
    }
}

fn is_syntax(error: &CaughtError<'_>) -> bool {
    let CaughtError::Exception(exception) = error else { return false };
    exception.as_object().get::<_, String>("name").is_ok_and(|name| name == "SyntaxError")
}

#[cfg(test)]
#[path = "../script_tests.rs"]
mod tests;
