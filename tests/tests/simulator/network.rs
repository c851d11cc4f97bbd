//! The way from a process to the server and back: most faults of a schedule are here.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use tokenrack_core::ports::{HttpError, HttpErrorKind, HttpRequest, HttpResponse};

use crate::api::{self, Proof};
use crate::person::{OTHER_SERVER, WRONG_PATH};
use crate::ports::Process;
use crate::server::{Answer, Heard};
use crate::weather::Way;
use crate::world::{SignedIn, get};

const INVALID_GRANT: &str = r#"{"error":"invalid_grant"}"#;
/// The time limit of a request.
const LIMIT: Duration = Duration::from_secs(30);

type Form = BTreeMap<String, String>;
pub type Outcome = Result<HttpResponse, HttpError>;

/// A request of the protocol.
struct Asked<'a> {
    path: &'a str,
    form: &'a Form,
    proof: &'a Proof,
}

pub async fn send(process: &Process, request: &HttpRequest) -> Outcome {
    let form: Form = url::form_urlencoded::parse(request.body()).into_owned().collect();
    let (path, proof) = (request.uri().path().to_owned(), Proof::of(request));
    process.pass(Duration::from_millis(300)).await;
    if path == "/api/me" {
        return api::answer(process, request, &proof).await;
    }
    if request.uri().host() == Some(OTHER_SERVER) {
        if form.contains_key("refresh_token") || form.contains_key("token") {
            process.world.violate(format!("p{} sends {form:?} to another server", process.number));
        }
        return response(400, INVALID_GRANT, None);
    }
    if !matches!(path.as_str(), "/oauth/token" | WRONG_PATH | "/oauth/revoke" | "/oauth/device") {
        // "Who am I" has no place here; without a label nothing changes.
        return response(404, "", None);
    }
    let weather = *get(&process.world.weather);
    let way = match weather.way(&mut get(&process.world.chance)) {
        // RFC 7009 §2.2: whatever is in the body of a 200, that is a yes, so nobody can tell that it is not the server's.
        Way::NotNow(200, _, _) if path == "/oauth/revoke" => Way::NotNow(503, "", None),
        way => way,
    };
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
        process.world.revocation_leaves(token, process.number);
    }
    let asked = Asked { path: &path, form: &form, proof: &proof };
    let (outcome, heard) = travel(process, way, &asked).await;
    let is_own = form.get("grant_type").is_some_and(|grant| grant == "client_credentials");
    let is_sign_in = path == "/oauth/token" && refresh_token.is_none() && !is_own;
    if let (true, Heard::Tokens, Ok(answer)) = (is_sign_in, heard, &outcome) {
        let answer: serde_json::Value = serde_json::from_slice(answer.body()).expect("the server's own");
        let token = answer["access_token"].as_str().expect("tokens").to_owned();
        let by_code = form.contains_key("device_code");
        get(&process.world.signed_in).push(SignedIn { process: process.number, token, by_code });
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

async fn travel(process: &Process, way: Way, asked: &Asked<'_>) -> (Outcome, Heard) {
    match way {
        Way::Clear => {
            let (status, body) = arrive(process, asked).await;
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
            arrive(process, asked).await;
            if kind == HttpErrorKind::Timeout {
                process.sleep_exactly(LIMIT).await;
            }
            (failure(kind), Heard::Nothing)
        }
        Way::AnswerReplaced(status, body) => {
            arrive(process, asked).await;
            (response(status, body, None), Heard::Nothing)
        }
    }
}

/// The server takes a while before it has decided, and the answer takes a while on its way.
async fn arrive(process: &Process, asked: &Asked<'_>) -> Answer {
    let slow = get(&process.world.chance).once_in(12);
    let longest = Duration::from_millis(if slow { 14_000 } else { 700 });
    process.pass(longest).await;
    let world = &process.world;
    let now = world.truth();
    let field = |name: &str| asked.form.get(name).map_or("", String::as_str);
    let client_id = field("client_id");
    let key = || asked.proof.key.clone();
    let is_new = get(&world.chance).once_in(3);
    let nonce = match asked.path {
        "/oauth/token" => get(&world.server).wants_nonce(client_id, asked.proof.nonce.as_deref(), is_new),
        _ => None,
    };
    let answer = match (asked.path, field("grant_type")) {
        ("/oauth/revoke", _) => get(&world.server).revoke(field("token")),
        ("/oauth/device", _) => get(&world.server).authorize_device(client_id),
        (WRONG_PATH, _) => (400, INVALID_GRANT.into()),
        _ if let Some(nonce) = nonce => {
            if asked.proof.key.is_none() {
                world.violate(format!(
                    "p{} asks for bound tokens of {client_id} without a key",
                    process.number
                ));
            }
            (400, json!({ "error": "use_dpop_nonce", "nonce": nonce }).to_string())
        }
        (_, "urn:ietf:params:oauth:grant-type:device_code") => {
            get(&world.server).exchange_device(client_id, field("device_code"), key(), now)
        }
        (_, "authorization_code") => get(&world.server).exchange(client_id, field("code"), key(), now),
        (_, "client_credentials") => {
            world.client_arrives(client_id, field("client_secret"), process.number);
            get(&world.server).own_token(client_id, key(), now)
        }
        _ => world.refresh_arrives(client_id, field("refresh_token"), &asked.proof.key, process.number),
    };
    process.note(|| format!("server: {} {}", answer.0, answer.1));
    process.pass(longest).await;
    answer
}

pub fn response(status: u16, body: &str, retry_after: Option<&str>) -> Outcome {
    let kind = if body.starts_with('<') { "text/html" } else { "application/json" };
    let mut builder = http::Response::builder().status(status).header("content-type", kind);
    // What the server means for the header, its answers here carry with them.
    let nonce = serde_json::from_str::<serde_json::Value>(body)
        .ok()
        .and_then(|body| body["nonce"].as_str().map(str::to_owned));
    if let Some(nonce) = nonce {
        builder = builder.header("dpop-nonce", nonce);
    }
    if let Some(retry_after) = retry_after {
        builder = builder.header("retry-after", retry_after);
    }
    Ok(builder.body(body.as_bytes().to_vec()).expect("a response"))
}

fn failure(kind: HttpErrorKind) -> Outcome {
    Err(HttpError { kind, detail: "as the schedule has it".into() })
}
