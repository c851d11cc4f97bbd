//! Whether this machine's clock is right, by what the token endpoint takes for the time (RFC 9110 §6.6.1).

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokenrack_oauth::reach;

use crate::classify::Verdict;
use crate::engine::Ports;
use crate::language::Sentence;
use crate::ports::{Clock, HttpClient, HttpError, HttpRequest, HttpResponse};
use crate::problem::{Code, Problem};

/// A clock that is wrong by more fails sign-ins: ID tokens are taken with so much tolerance.
const TOLERANCE: Duration = Duration::from_secs(300);

const SLOW: Sentence =
    Sentence::of("this machine's clock is wrong by {minutes} minutes, slow, or the server's is");
const FAST: Sentence =
    Sentence::of("this machine's clock is wrong by {minutes} minutes, fast, or the server's is");
/// What helps.
pub const CURE: Sentence = Sentence::of("Set this machine's clock, best by the network.");

/// By how much a clock is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrong {
    /// Whether it is behind.
    pub slow: bool,
    /// Whole minutes.
    pub minutes: u64,
}

/// In English, as a failure's cause is kept.
impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = if self.slow { SLOW } else { FAST };
        f.write_str(&words.english().replace("{minutes}", &self.minutes.to_string()))
    }
}

/// By how much a clock that shows `now` is wrong; `None` when it is right by the server's.
pub fn wrong(now: Timestamp, server: Timestamp) -> Option<Wrong> {
    let wrong = server.duration_since(now);
    let minutes = (wrong.unsigned_abs().as_secs() + 30) / 60;
    (wrong.unsigned_abs() > TOLERANCE).then_some(Wrong { slow: wrong.is_positive(), minutes })
}

/// The ports of one flow, whose answers' dates are heard.
pub struct Heard {
    /// For the flow.
    pub ports: Ports,
    listener: Arc<Listener>,
}

struct Listener {
    http: Arc<dyn HttpClient>,
    clock: Arc<dyn Clock>,
    wrong: Mutex<Option<Wrong>>,
}

impl Heard {
    /// Listens from now on.
    pub fn by(ports: &Ports) -> Self {
        let (http, clock) = (ports.http.clone(), ports.clock.clone());
        let listener = Arc::new(Listener { http, clock, wrong: Mutex::default() });
        Self { ports: Ports { http: listener.clone(), ..ports.clone() }, listener }
    }

    /// Says first that the clock is wrong, where it is: a failure that it explains looks like many others. A refusal of the
    /// client is one of the clock then, because a signed statement is refused for it, and ends when that is right.
    pub fn explain(&self, problem: Problem) -> Problem {
        let wrong = self.listener.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(wrong) = *wrong else { return problem };
        let cure = CURE.english();
        let words = match &problem.cause {
            Some(cause) => format!("{wrong}. {cure} The failure itself: {cause}"),
            None => format!("{wrong}. {cure}"),
        };
        let is_refusal = Verdict::of(&problem) == Verdict::Configuration;
        let code = if is_refusal { Code::ClockWrong } else { problem.code };
        Problem { code, ..problem }.because(words)
    }
}

#[async_trait]
impl HttpClient for Listener {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        // What is asked for otherwise may come from a cache, with the date of the day it was put there.
        let is_new = request.method() == "POST";
        let answer = self.http.send(request).await?;
        if let Some(date) = reach::date(&answer).filter(|_| is_new) {
            *self.wrong.lock().unwrap_or_else(PoisonError::into_inner) = wrong(self.clock.now(), date);
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_minutes_are_no_wrong_clock() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let at = |server: &str| wrong(now, server.parse().unwrap()).map(|wrong| wrong.to_string());
        assert_eq!(at("2026-03-01T12:05:00Z"), None);
        assert_eq!(at("2026-03-01T11:55:00Z"), None);
        let slow = "this machine's clock is wrong by 127 minutes, slow, or the server's is";
        assert_eq!(at("2026-03-01T14:07:10Z").as_deref(), Some(slow));
        assert!(at("2026-03-01T11:50:00Z").unwrap().contains("10 minutes, fast"));
    }
}
