//! A connection's life by the real command: add, sign in, use, refresh, disconnect.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tokenrack_tests::{Outcome, Peer, Profile};

use crate::case::{Case, Refresh};
use crate::spec::Spec;

/// What every client is registered with (`peers/quirks/wants.mjs`).
const CLIENT: &str = "quirks.client";
const SECRET: &str = "shh+100%/only for tests=\n";
const REDIRECT_URI: &str = "dev.tokenrack.desktop:/oauth/callback/quirks";

/// Lifetimes are counted from the request; a slow machine is not a wrong one.
const SLACK: i64 = 60;

/// Where the cases are played.
pub struct Scene<'s> {
    pub profile: &'s Profile,
    pub peer: &'s Peer,
    pub played: AtomicUsize,
}

type Step<T = ()> = Result<T, String>;

impl Scene<'_> {
    /// Plays the case with this file; says what went otherwise.
    pub fn play(&self, case: &Case, spec: &Spec) -> Step {
        let name = format!("{}-{}", case.name, self.played.fetch_add(1, Ordering::Relaxed));
        self.add(case, spec, &name)?;
        if case.device {
            ended_well(&self.profile.run(&["connect", &name, "--no-browser"]))?;
        } else {
            self.sign_in(case, &name)?;
            if case.refused.is_some() {
                return Ok(());
            }
        }
        self.looks_right(case, &name)?;
        let token = self.token(case, &name)?;
        self.refreshes(case, &name, token)?;
        let outcome = self.profile.run(&["disconnect", &name]);
        ended_well(&outcome)?;
        same("revocation", &outcome.value()["revocation"], case.revocation)
    }

    /// What the server had against this provider's requests so far.
    pub fn complaints(&self, case: &Case) -> Vec<String> {
        let own = format!("/{}/", case.name);
        let of_case = |entry: &&Value| entry["path"].as_str().is_some_and(|path| path.starts_with(&own));
        let log = self.peer.log();
        let refused = log.iter().filter(of_case).filter(|entry| entry["why"].is_string());
        refused.map(|entry| format!("{}: {}", entry["path"], entry["why"])).collect()
    }

    fn add(&self, case: &Case, spec: &Spec, name: &str) -> Step {
        let file = spec.save(&self.profile.folder().join("specs").join(name));
        let mut args = vec!["add", file.to_str().unwrap(), "--name", name];
        if !case.registers {
            args.extend(["--client-id", CLIENT]);
        }
        if case.device {
            args.extend(["--grant", "device-code"]);
        } else if let Some(redirect_uri) = case.redirect_uri {
            args.extend(["--redirect", "paste", "--redirect-uri", redirect_uri]);
        } else {
            args.extend(["--redirect", "deep-link", "--redirect-uri", REDIRECT_URI]);
        }
        args.extend(case.add);
        let outcome = if case.secret {
            args.push("--client-secret-stdin");
            self.profile.run_with_input(&args, SECRET)
        } else {
            self.profile.run(&args)
        };
        ended_well(&outcome)
    }

    /// Signs in, or is refused as the case says.
    fn sign_in(&self, case: &Case, name: &str) -> Step {
        let args = ["connect", name, "--no-browser", "--json", "--timeout", "60s"];
        let mut attempt = self.profile.spawn(&args, None);
        let Some(line) = attempt.line() else { return ended_well(&attempt.finish()) };
        let event: Value = serde_json::from_str(&line).unwrap();
        let url = event["url"].as_str().ok_or_else(|| line.clone())?;
        let agent = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build();
        let mut page = ureq::Agent::new_with_config(agent).get(url).call().unwrap();
        let Some(back) = page.headers().get("location") else {
            return Err(format!("the page says {}", page.body_mut().read_to_string().unwrap()));
        };
        let before = self.token_requests(case);
        let delivered = self.profile.run(&["callback", back.to_str().unwrap()]);
        let waited = attempt.finish();
        let Some(code) = case.refused else {
            return ended_well(&delivered).and_then(|()| ended_well(&waited));
        };
        failed(&delivered, code)?;
        if self.token_requests(case) == before { Ok(()) } else { Err("a code was sent".into()) }
    }

    fn token_requests(&self, case: &Case) -> usize {
        self.peer.requests(&format!("/{}/token", case.name)).len()
    }

    fn looks_right(&self, case: &Case, name: &str) -> Step {
        let view = self.profile.view(name);
        let words = |field: &str| {
            let list = view[field].as_array().cloned().unwrap_or_default();
            list.iter().map(|word| word.as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
        };
        if view["account"].as_str() != case.account {
            return Err(format!("account: {}, not {:?}", view["account"], case.account));
        }
        same("scopes_granted", &words("scopes_granted").into(), case.granted)?;
        same("scopes_missing", &words("scopes_missing").into(), case.missing)?;
        let refreshable = case.refresh != Refresh::Never;
        if view["refreshable"] != refreshable {
            return Err(format!("refreshable: {}", view["refreshable"]));
        }
        for (field, expected) in
            [("expires_at", case.lifetime), ("refresh_expires_at", case.refresh_lifetime)]
        {
            let seconds = span(&view["issued_at"], &view[field]);
            let fits = match (seconds, expected) {
                (Some(seconds), Some(expected)) => (seconds - expected).abs() <= SLACK.min(expected / 4),
                (seconds, expected) => seconds == expected,
            };
            if !fits {
                return Err(format!("{field}: in {seconds:?} s, not {expected:?}"));
            }
        }
        case.captured.iter().try_for_each(|pair| {
            let (name, value) = pair.split_once('=').unwrap();
            same(name, &view["captured"][name], value)
        })
    }

    fn token(&self, case: &Case, name: &str) -> Step<String> {
        let token = if case.bound {
            failed(&self.profile.run(&["token", name]), "token/bound")?;
            let outcome = self.profile.run_plain(&["request", name, "GET", "whoami"]);
            ended_well(&outcome)?;
            let answer: Value = serde_json::from_str(&outcome.stdout).map_err(|error| error.to_string())?;
            answer["token"].as_str().unwrap_or_default().to_owned()
        } else {
            let outcome = self.profile.run_plain(&["token", name, "--min-valid", "0s"]);
            ended_well(&outcome)?;
            outcome.stdout.trim().to_owned()
        };
        let own = token.starts_with(&format!("{}-", case.name));
        if own { Ok(token) } else { Err(format!("not a token of this server: {token}")) }
    }

    fn refreshes(&self, case: &Case, name: &str, mut token: String) -> Step {
        let refresh = || self.profile.run(&["refresh", name]);
        match case.refresh {
            Refresh::Never => Ok(()),
            // Twice: the second shows what the first has kept.
            Refresh::Works => (0..2).try_for_each(|_| {
                ended_well(&refresh())?;
                let old = std::mem::replace(&mut token, self.token(case, name)?);
                if old == token {
                    return Err("the same token again".into());
                }
                self.looks_right(case, name)
            }),
            Refresh::Unsent(code) => {
                let before = self.token_requests(case);
                failed(&refresh(), code)?;
                if self.token_requests(case) == before { Ok(()) } else { Err("it was sent".into()) }
            }
            Refresh::Refused(_) | Refresh::Ended => {
                let (code, ended) = match case.refresh {
                    Refresh::Refused(code) => (code, false),
                    _ => ("oauth/invalid_grant", true),
                };
                ureq::post(format!("{}/_peer/forget/{token}", self.peer.issuer())).send_empty().unwrap();
                failed(&refresh(), code)?;
                let must_sign_in = self.profile.status(name) == "action_needed";
                if must_sign_in == ended { Ok(()) } else { Err(format!("action needed: {must_sign_in}")) }
            }
        }
    }
}

/// # Panics
/// When it is not the provider that is the matter: then nothing is shown.
fn ended_well(outcome: &Outcome) -> Step {
    for other in ["vault/", "storage/", "panicked at"] {
        assert!(!outcome.stderr.contains(other), "{:?}: {}", outcome.args, outcome.stderr);
    }
    if outcome.code == 0 { Ok(()) } else { Err(format!("{:?}: {}", outcome.args, outcome.stderr)) }
}

fn failed(outcome: &Outcome, code: &str) -> Step {
    if ended_well(outcome).is_ok() {
        return Err(format!("{:?} did not fail", outcome.args));
    }
    same("code", &outcome.error()["code"], code)
}

fn same(what: &str, found: &Value, expected: &str) -> Step {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found}, not {expected:?}")) }
}

fn span(from: &Value, to: &Value) -> Option<i64> {
    let instant = |value: &Value| value.as_str()?.parse::<jiff::Timestamp>().ok();
    Some(instant(to)?.as_second() - instant(from)?.as_second())
}
