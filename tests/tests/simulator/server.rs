//! An authorization server as strict as RFC 9700 §4.14.2 has it: a refresh token works once, and a second use of it ends
//! the whole session. It counts, so that nobody has to believe the engine.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// Every client and what it was given.
#[derive(Default)]
pub struct Server {
    clients: BTreeMap<String, Client>,
    codes: BTreeMap<String, String>,
    /// By device code: whose, and whether the person has agreed.
    device_codes: BTreeMap<String, (String, bool)>,
    sessions: Vec<Session>,
    access_tokens: BTreeMap<String, AccessToken>,
    refresh_tokens: BTreeMap<String, RefreshToken>,
    issued: u64,
    /// Proofs of keys that it has asked to be made anew, with the nonce that it gave (RFC 9449 §8).
    nonces: u64,
}

/// How the server treats one client.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    pub rotates: bool,
    /// Seconds; absent in the answers where there is none, and then two hours.
    pub lifetime: Option<u64>,
    /// Its tokens are bound to the key that asked for them (RFC 9449).
    pub is_bound: bool,
    /// Whoever revokes one of its tokens ends all of its sessions.
    pub ends_all: bool,
}

/// The public half of a key, by which it is known.
pub type Key = Option<String>;

struct Session {
    client: String,
    ended: Option<End>,
    /// Somebody has wanted to end it, whether or not that arrived.
    revocation_sent: bool,
    /// It was there when somebody wanted to end another session of a client whose sessions end together.
    ends_along: bool,
    /// That has ended it.
    was_revoked: bool,
}

/// Why a session has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// A person revoked it, here or on the provider's page.
    Person,
    /// A refresh token that was spent came again.
    Reuse,
    /// Another session of its client was revoked.
    Along,
}

struct AccessToken {
    session: usize,
    ends_at: Timestamp,
    key: Key,
    was_revoked: bool,
}

struct RefreshToken {
    session: usize,
    key: Key,
    /// The access token that was given for it, once it is spent.
    successor: Option<String>,
    /// Which process has read that answer.
    heard_by: Option<u32>,
    /// Which process has written down last that it is about to send it.
    intent: Option<u32>,
    /// When, by its clock.
    intended_at: Option<Timestamp>,
    /// Which process waits for an answer to it.
    open: Option<u32>,
    /// A request with it may have been answered without the answer being read and written down.
    in_doubt: bool,
}

/// What the server knows of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    pub ended: Option<End>,
    pub successor: Option<String>,
    pub heard_by: Option<u32>,
    pub intent: Option<u32>,
    pub open: Option<u32>,
    pub in_doubt: bool,
}

/// A status and a JSON body.
pub type Answer = (u16, String);

impl Server {
    pub fn register(&mut self, client_id: &str, client: Client) {
        self.clients.insert(client_id.to_owned(), client);
    }

    /// A person has said yes on the provider's page.
    pub fn consent(&mut self, client_id: &str) -> String {
        self.issued += 1;
        let code = format!("code-{}", self.issued);
        self.codes.insert(code.clone(), client_id.to_owned());
        code
    }

    /// A person revokes the client's sessions on the provider's page.
    pub fn revoke_all(&mut self, client_id: &str) {
        for session in self.sessions.iter_mut().filter(|session| session.client == client_id) {
            session.ended.get_or_insert(End::Person);
        }
    }

    /// RFC 7009 §2.1: a refresh token ends its session, also one that was spent, as with servers that remember those; an access
    /// token no more than itself.
    pub fn revoke(&mut self, token: &str) -> Answer {
        let of_refresh = self.refresh_tokens.get(token).map(|token| token.session);
        if let Some(access) = self.access_tokens.get_mut(token) {
            access.was_revoked = true;
        }
        if let Some(session) = of_refresh {
            self.sessions[session].was_revoked = true;
            self.sessions[session].ended.get_or_insert(End::Person);
        }
        if let Some(client) = self.client_of(token) {
            let along = |session: &&mut Session| session.client == client && session.ends_along;
            for session in self.sessions.iter_mut().filter(along) {
                session.ended.get_or_insert(End::Along);
            }
        }
        (200, String::new())
    }

    /// A request to revoke it leaves.
    pub fn revocation_sent(&mut self, token: &str) {
        let Some(named) = self.session(token) else { return };
        let client = self.sessions[named].client.clone();
        let ends_all = self.clients[&client].ends_all;
        for session in self.sessions.iter_mut().filter(|session| ends_all && session.client == client) {
            session.ends_along = true;
        }
        self.sessions[named].revocation_sent = true;
    }

    /// Whether the other token's session, which lives, would end along with that of this one.
    pub fn would_end_along(&self, token: &str, other: &str) -> bool {
        let (Some(named), Some(other)) = (self.session(token), self.session(other)) else { return false };
        let (named_client, other_session) = (&self.sessions[named].client, &self.sessions[other]);
        let is_along = *named_client == other_session.client && self.clients[named_client].ends_all;
        // RFC 7009 §2.1: with one token of a sign-in all of its others.
        (named == other || is_along) && other_session.ended.is_none()
    }

    /// Whether this token's session lives, and nobody has wanted to end it.
    pub fn is_wanted(&self, token: &str) -> bool {
        let session = self.session(token).map(|session| &self.sessions[session]);
        session.is_some_and(|session| session.ended.is_none() && !session.revocation_sent)
    }

    /// Whether nobody can use this access token and its session any more, and whether by a revocation; `None` where nobody
    /// has asked for one.
    pub fn is_over(&self, access_token: &str) -> Option<(bool, bool)> {
        let token = self.access_tokens.get(access_token)?;
        let session = &self.sessions[token.session];
        let has_refresh = self.refresh_tokens.values().any(|refresh| refresh.session == token.session);
        let was_revoked = if has_refresh { session.was_revoked } else { token.was_revoked };
        session.revocation_sent.then_some((was_revoked || session.ended.is_some(), was_revoked))
    }

    fn session(&self, token: &str) -> Option<usize> {
        let refresh = self.refresh_tokens.get(token).map(|token| token.session);
        refresh.or_else(|| self.access_tokens.get(token).map(|token| token.session))
    }

    /// RFC 8628 §3.2.
    pub fn authorize_device(&mut self, client_id: &str) -> Answer {
        self.issued += 1;
        let (device_code, user_code) = (format!("device-{}", self.issued), format!("USER-{}", self.issued));
        self.device_codes.insert(device_code.clone(), (client_id.to_owned(), false));
        let page = "https://as.example/device";
        let body = json!({ "device_code": device_code, "user_code": user_code, "verification_uri": page });
        (200, body.to_string())
    }

    /// A person enters a code and says yes.
    pub fn consent_to_device(&mut self, user_code: &str) {
        let device_code = user_code.replace("USER", "device");
        if let Some((_, agreed)) = self.device_codes.get_mut(&device_code) {
            *agreed = true;
        }
    }

    /// RFC 8628 §3.4.
    pub fn exchange_device(
        &mut self,
        client_id: &str,
        device_code: &str,
        key: Key,
        now: Timestamp,
    ) -> Answer {
        match self.device_codes.get(device_code).filter(|(client, _)| client == client_id) {
            None => invalid_grant(),
            Some((_, false)) => (400, json!({ "error": "authorization_pending" }).to_string()),
            Some((client, true)) => {
                let client = client.clone();
                self.device_codes.remove(device_code);
                self.begin_session(client, key, now)
            }
        }
    }

    /// RFC 6749 §4.1.3.
    pub fn exchange(&mut self, client_id: &str, code: &str, key: Key, now: Timestamp) -> Answer {
        let Some(client) = self.codes.remove(code).filter(|client| client == client_id) else {
            return invalid_grant();
        };
        self.begin_session(client, key, now)
    }

    fn begin_session(&mut self, client: String, key: Key, now: Timestamp) -> Answer {
        let session = self.session_of(client);
        let (access_token, refresh_token) = self.issue(session, key, now);
        self.tokens(&access_token, Some(&refresh_token))
    }

    fn session_of(&mut self, client: String) -> usize {
        self.sessions.push(Session {
            client,
            ended: None,
            revocation_sent: false,
            ends_along: false,
            was_revoked: false,
        });
        self.sessions.len() - 1
    }

    /// RFC 6749 §4.4: the client speaks for itself.
    pub fn own_token(&mut self, client_id: &str, key: Key, now: Timestamp) -> Answer {
        let session = self.session_of(client_id.to_owned());
        let access_token = self.issue_access_token(session, key, now);
        self.tokens(&access_token, None)
    }

    /// Whether a request for tokens is asked to prove its key anew, and with what.
    /// The newest few are taken.
    pub fn wants_nonce(&mut self, client_id: &str, given: Option<&str>, is_new: bool) -> Option<String> {
        self.nonces += u64::from(is_new);
        let taken = self.nonces.saturating_sub(4)..=self.nonces;
        let number = given.and_then(|given| given.strip_prefix("nonce-")?.parse().ok());
        let is_taken = number.is_some_and(|number: u64| taken.contains(&number));
        (self.is_bound(client_id) && !is_taken).then(|| format!("nonce-{}", self.nonces))
    }

    pub fn is_bound(&self, client_id: &str) -> bool {
        self.clients.get(client_id).is_some_and(|client| client.is_bound)
    }

    /// The key that a token of either kind is bound to.
    pub fn key_of(&self, token: &str) -> Key {
        let refresh = self.refresh_tokens.get(token).map(|token| &token.key);
        refresh.or_else(|| self.access_tokens.get(token).map(|token| &token.key)).cloned().flatten()
    }

    /// RFC 6749 §6, with rotation. Another client's token is refused, and as good as before (§5.2).
    pub fn refresh(&mut self, client_id: &str, refresh_token: &str, now: Timestamp) -> Answer {
        let Some(token) = self.refresh_tokens.get(refresh_token) else { return invalid_grant() };
        let (session, key) = (token.session, token.key.clone());
        if self.sessions[session].client != client_id {
            return invalid_grant();
        }
        let client = self.clients[&self.sessions[session].client];
        if token.successor.is_some() && client.rotates {
            self.sessions[session].ended.get_or_insert(End::Reuse);
        }
        if self.sessions[session].ended.is_some() {
            return invalid_grant();
        }
        let (access_token, next) = if client.rotates {
            let (access_token, next) = self.issue(session, key, now);
            (access_token, Some(next))
        } else {
            (self.issue_access_token(session, key, now), None)
        };
        let answer = self.tokens(&access_token, next.as_deref());
        let spent = self.refresh_token(refresh_token);
        spent.successor = Some(access_token).filter(|_| client.rotates);
        answer
    }

    fn issue(&mut self, session: usize, key: Key, now: Timestamp) -> (String, String) {
        let access_token = self.issue_access_token(session, key.clone(), now);
        let refresh_token = format!("rt-{}", self.issued);
        let fresh = RefreshToken {
            session,
            key,
            successor: None,
            heard_by: None,
            intent: None,
            intended_at: None,
            open: None,
            in_doubt: false,
        };
        self.refresh_tokens.insert(refresh_token.clone(), fresh);
        (access_token, refresh_token)
    }

    fn issue_access_token(&mut self, session: usize, key: Key, now: Timestamp) -> String {
        self.issued += 1;
        let access_token = format!("at-{}", self.issued);
        let lifetime = self.clients[&self.sessions[session].client].lifetime.unwrap_or(7200);
        let ends_at = now + SignedDuration::from_secs(lifetime as i64);
        self.access_tokens
            .insert(access_token.clone(), AccessToken { session, ends_at, key, was_revoked: false });
        access_token
    }

    fn tokens(&self, access_token: &str, refresh_token: Option<&str>) -> Answer {
        let client = self.clients[&self.sessions[self.access_tokens[access_token].session].client];
        let kind = if client.is_bound { "DPoP" } else { "bearer" };
        let mut body = json!({ "access_token": access_token, "token_type": kind });
        if let Some(lifetime) = client.lifetime {
            body["expires_in"] = json!(lifetime);
        }
        if let Some(refresh_token) = refresh_token {
            body["refresh_token"] = json!(refresh_token);
        }
        (200, body.to_string())
    }

    /// Whether an API would take this access token now.
    pub fn takes(&self, access_token: &str, now: Timestamp) -> bool {
        let token = self.access_tokens.get(access_token);
        token.is_some_and(|token| {
            self.sessions[token.session].ended.is_none() && !token.was_revoked && token.ends_at > now
        })
    }

    /// When the server lets this access token end.
    pub fn ends_at(&self, access_token: &str) -> Option<Timestamp> {
        self.access_tokens.get(access_token).map(|token| token.ends_at)
    }

    /// To whom it was given.
    pub fn client_of(&self, token: &str) -> Option<String> {
        self.session(token).map(|session| self.sessions[session].client.clone())
    }

    pub fn fate(&self, refresh_token: &str) -> Option<Fate> {
        self.refresh_tokens.get(refresh_token).map(|token| Fate {
            ended: self.sessions[token.session].ended,
            successor: token.successor.clone(),
            heard_by: token.heard_by,
            intent: token.intent,
            open: token.open,
            in_doubt: token.in_doubt,
        })
    }

    /// A process waits for an answer to this refresh token.
    pub fn opens(&mut self, refresh_token: &str, process: u32) {
        self.refresh_token(refresh_token).open = Some(process);
    }

    /// It waits no longer; `heard` when it has read what the server meant to say.
    pub fn closes(&mut self, refresh_token: &str, process: u32, heard: Heard) {
        let token = self.refresh_token(refresh_token);
        token.open = None;
        match heard {
            Heard::Tokens => token.heard_by = Some(process),
            Heard::Decision => {}
            Heard::Nothing => token.in_doubt = true,
        }
    }

    /// A process is about to send it; where another has written that down, it has only been written again.
    pub fn intends(&mut self, refresh_token: &str, process: u32, at: Timestamp) {
        let token = self.refresh_token(refresh_token);
        if token.intended_at.replace(at) != Some(at) {
            token.intent = Some(process);
        }
    }

    /// What was answered may not have been written down.
    pub fn doubt(&mut self, refresh_token: &str) {
        if self.refresh_tokens.contains_key(refresh_token) {
            self.refresh_token(refresh_token).in_doubt = true;
        }
    }

    fn refresh_token(&mut self, refresh_token: &str) -> &mut RefreshToken {
        self.refresh_tokens.get_mut(refresh_token).expect("only what was issued comes back")
    }
}

/// What a process has read of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// New tokens.
    Tokens,
    /// A decision without tokens, or that nothing was decided.
    Decision,
    /// Nothing, or nothing that can be read: the server may have decided.
    Nothing,
}

fn invalid_grant() -> Answer {
    (400, json!({ "error": "invalid_grant" }).to_string())
}
