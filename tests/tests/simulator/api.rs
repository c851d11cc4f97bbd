//! An API that takes bound tokens alone (RFC 9449 §7), and what a proof of their key says.

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD as BASE64, Engine as _};
use serde_json::Value;
use tokenrack_core::ports::HttpRequest;

use crate::network::{Outcome, response};
use crate::ports::Process;
use crate::server::Key;
use crate::world::get;

/// What the header `DPoP` of a request proves. That it is signed, others look at.
#[derive(Default)]
pub struct Proof {
    pub key: Key,
    pub nonce: Option<String>,
}

impl Proof {
    pub fn of(request: &HttpRequest) -> Self {
        let Some(proof) = request.headers().get("dpop") else { return Self::default() };
        let parts: Vec<&str> = proof.to_str().expect("a JWT").split('.').collect();
        let part = |at: usize| -> Value {
            let bytes = BASE64.decode(parts[at]).expect("a JWT");
            serde_json::from_slice(&bytes).expect("a JWT")
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Self { key: text(&part(0)["jwk"]["x"]), nonce: text(&part(1)["nonce"]) }
    }
}

/// A request with a token of a connection.
pub async fn answer(process: &Process, request: &HttpRequest, proof: &Proof) -> Outcome {
    let token = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("DPoP ")).unwrap_or_default();
    let world = &process.world;
    process.note(|| format!("api: {token}"));
    if !get(&world.keychain).was_saved(token) {
        world.violate(format!("p{} uses {token}, which was never saved", process.number));
    }
    process.pass(Duration::from_millis(300)).await;
    let is_bound = proof.key.is_some() && get(&world.server).key_of(token) == proof.key;
    let is_taken = is_bound && get(&world.server).takes(token, world.truth());
    response(if is_taken { 200 } else { 401 }, "{}", None)
}
