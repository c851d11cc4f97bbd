//! The way from a process to the server and back: most faults of a schedule are here.

use std::collections::BTreeMap;
use std::time::Duration;

use tokenrack_core::ports::{HttpError, HttpErrorKind, HttpRequest, HttpResponse};

use crate::ports::Process;
use crate::server::{Answer, Heard};
use crate::weather::Way;
use crate::world::get;

/// The time limit of a request.
const LIMIT: Duration = Duration::from_secs(30);

type Form = BTreeMap<String, String>;
type Outcome = Result<HttpResponse, HttpError>;

pub async fn send(process: &Process, request: &HttpRequest) -> Outcome {
    let form: Form = url::form_urlencoded::parse(request.body()).into_owned().collect();
    let path = request.uri().path().to_owned();
    process.pass(Duration::from_millis(300)).await;
    if !matches!(path.as_str(), "/oauth/token" | "/oauth/revoke" | "/oauth/device") {
        // "Who am I" has no place here; without a label nothing changes.
        return response(404, "", None);
    }
    let weather = *get(&process.world.weather);
    let way = weather.way(&mut get(&process.world.chance));
    let refresh_token = form.get("refresh_token");
    process.note(|| format!("network: {path} {} {way:?}", refresh_token.map_or("", |token| token)));
    if let Some(refresh_token) = refresh_token {
        let open = get(&process.world.server).fate(refresh_token).and_then(|fate| fate.open);
        if let Some(other) = open.filter(|other| process.world.is_alive(*other)) {
            process.world.violate(format!("p{} and p{other} send {refresh_token} at once", process.number));
        }
        get(&process.world.server).opens(refresh_token, process.number);
    }
    if let ("/oauth/revoke", Some(token)) = (path.as_str(), form.get("token")) {
        get(&process.world.server).revocation_sent(token);
    }
    let (outcome, heard) = travel(process, way, &path, &form).await;
    let is_sign_in = path == "/oauth/token" && refresh_token.is_none();
    if let (true, Heard::Tokens, Ok(answer)) = (is_sign_in, heard, &outcome) {
        let answer: serde_json::Value = serde_json::from_slice(answer.body()).expect("the server's own");
        let token = answer["access_token"].as_str().expect("tokens");
        get(&process.world.signed_in).push((process.number, token.to_owned()));
    }
    if let Some(refresh_token) = refresh_token {
        get(&process.world.server).closes(refresh_token, process.number, heard);
    }
    process.note(|| match &outcome {
        Ok(answer) => format!("network: {} {}", answer.status(), String::from_utf8_lossy(answer.body())),
        Err(error) => format!("network: {:?}", error.kind),
    });
    outcome
}

async fn travel(process: &Process, way: Way, path: &str, form: &Form) -> (Outcome, Heard) {
    match way {
        Way::Clear => {
            let (status, body) = arrive(process, path, form).await;
            (response(status, &body, None), if status == 200 { Heard::Tokens } else { Heard::Decision })
        }
        Way::NotSent(kind) => (failure(kind), Heard::Decision),
        Way::NeverArrives => {
            process.sleep_exactly(LIMIT).await;
            (failure(HttpErrorKind::Timeout), Heard::Nothing)
        }
        Way::NotNow(status, body, retry_after) => {
            process.pass(Duration::from_secs(1)).await;
            let heard = if matches!(status, 401 | 403 | 429) { Heard::Decision } else { Heard::Nothing };
            (response(status, body, retry_after), heard)
        }
        Way::AnswerLost(kind) => {
            arrive(process, path, form).await;
            if kind == HttpErrorKind::Timeout {
                process.sleep_exactly(LIMIT).await;
            }
            (failure(kind), Heard::Nothing)
        }
        Way::AnswerReplaced(status, body) => {
            arrive(process, path, form).await;
            (response(status, body, None), Heard::Nothing)
        }
    }
}

/// The server takes a while before it has decided, and the answer takes a while on its way.
async fn arrive(process: &Process, path: &str, form: &Form) -> Answer {
    let slow = get(&process.world.chance).once_in(12);
    let longest = Duration::from_millis(if slow { 14_000 } else { 700 });
    process.pass(longest).await;
    let world = &process.world;
    let now = world.truth();
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let answer = match (path, field("grant_type")) {
        ("/oauth/revoke", _) => get(&world.server).revoke(field("token")),
        ("/oauth/device", _) => get(&world.server).authorize_device(field("client_id")),
        (_, "urn:ietf:params:oauth:grant-type:device_code") => {
            get(&world.server).exchange_device(field("device_code"), now)
        }
        (_, "authorization_code") => get(&world.server).exchange(field("code"), now),
        _ => world.refresh_arrives(field("client_id"), field("refresh_token"), process.number),
    };
    process.note(|| format!("server: {} {}", answer.0, answer.1));
    process.pass(longest).await;
    answer
}

fn response(status: u16, body: &str, retry_after: Option<&str>) -> Outcome {
    let kind = if body.starts_with('<') { "text/html" } else { "application/json" };
    let mut builder = http::Response::builder().status(status).header("content-type", kind);
    if let Some(retry_after) = retry_after {
        builder = builder.header("retry-after", retry_after);
    }
    Ok(builder.body(body.as_bytes().to_vec()).expect("a response"))
}

fn failure(kind: HttpErrorKind) -> Outcome {
    Err(HttpError { kind, detail: "as the schedule has it".into() })
}
