//! Which faults may come, and how often: each schedule has a mix of its own, so that rare ones meet often enough.

use tokenrack_core::ports::{HttpErrorKind, VaultError};

use crate::chance::Chance;

/// Once in so many calls each; 0 is never.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weather {
    /// The provider or the way to it cannot answer now.
    pub transient: u64,
    /// The answer to a request that was sent does not arrive.
    pub lost: u64,
    pub keychain: u64,
    pub disk: u64,
    /// The process ends there and then.
    pub death: u64,
    /// The wall clock is set, or the machine sleeps: once in so many steps of a schedule.
    pub clock: u64,
    /// A person revokes the session on the provider's page: once in so many steps of a schedule.
    pub revocation: u64,
    /// The keychain begins or ceases to refuse every write, while it can be read: once in so many steps of a schedule.
    pub writes: u64,
    /// What the keychain has is read as if it were not there: once in so many reads.
    pub away: u64,
    /// The provider's file names another place, or the right one again: once in so many steps of a schedule.
    pub file: u64,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It arrives, and the answer too.
    Clear,
    /// It does not leave.
    NotSent(HttpErrorKind),
    /// It leaves, and neither the server nor the process ever hears of it again.
    NeverArrives,
    /// Something says "not now" before the server has looked at it.
    NotNow(u16, &'static str, Option<&'static str>),
    /// It arrives, and its answer does not.
    AnswerLost(HttpErrorKind),
    /// It arrives, and what comes back is not its answer.
    AnswerReplaced(u16, &'static str),
}

impl Weather {
    /// A mix: about half of the kinds, each mild or rough.
    pub fn of(chance: &mut Chance) -> Self {
        let mut often = |mild: u64, rough: u64| chance.pick(&[0, 0, mild, rough]);
        Self {
            transient: often(6, 2),
            lost: often(12, 4),
            keychain: often(30, 8),
            disk: often(60, 15),
            death: often(150, 40),
            clock: often(10, 4),
            revocation: often(60, 60),
            writes: often(6, 2),
            away: often(20, 6),
            file: often(6, 2),
        }
    }

    pub fn way(&self, chance: &mut Chance) -> Way {
        use HttpErrorKind::{BodyTooLarge, Connect, Interrupted, NameResolution, Timeout, Tls};
        if chance.once_in(self.lost) {
            return chance.pick(&[
                Way::AnswerLost(Timeout),
                Way::AnswerLost(Interrupted),
                Way::AnswerLost(BodyTooLarge),
                Way::AnswerReplaced(200, r#"{"access_token":"at-"#),
                Way::AnswerReplaced(504, "<html>the gateway has waited long enough</html>"),
                Way::AnswerReplaced(500, r#"{"error":"server_error"}"#),
            ]);
        }
        if chance.once_in(self.transient) {
            return chance.pick(&[
                Way::NotSent(NameResolution),
                Way::NotSent(Connect),
                Way::NotSent(Tls),
                Way::NeverArrives,
                Way::NotNow(429, "", None),
                Way::NotNow(429, "", Some("5")),
                Way::NotNow(503, "", Some("120")),
                Way::NotNow(503, "<html>down for maintenance</html>", None),
                Way::NotNow(500, r#"{"error":"invalid_grant"}"#, None),
                Way::NotNow(408, "", None),
                Way::NotNow(401, r#"{"error":"invalid_client"}"#, None),
                Way::NotNow(403, r#"{"error":"not_today"}"#, None),
                Way::NotNow(302, "", None),
                Way::NotNow(200, "<html>sign in to this network</html>", None),
                Way::NotNow(200, "{}", None),
            ]);
        }
        Way::Clear
    }

    pub fn vault_trouble(&self, chance: &mut Chance) -> Option<VaultError> {
        chance.once_in(self.keychain).then(|| match chance.below(4) {
            0 => VaultError::Locked,
            1 => VaultError::Denied("not this program".into()),
            2 => VaultError::TimedOut,
            _ => VaultError::Failed("the keychain has a bad day".into()),
        })
    }
}
