//! A connection that a fault elsewhere must not touch.

use serde_json::Value;

use crate::cli::Profile;

/// Another connection of the same profile, as it was before the fault.
pub struct Bystander<'p> {
    profile: &'p Profile,
    name: &'static str,
    token: String,
    view: Value,
}

impl<'p> Bystander<'p> {
    /// Adds and connects it.
    pub fn connected(profile: &'p Profile, provider: &str) -> Self {
        let name = "bystander";
        profile.connected(name, provider);
        let token = profile.token(name);
        Self { profile, name, token, view: profile.view(name) }
    }

    /// # Panics
    /// Unless everything a person or program can see of it is as before.
    #[track_caller]
    pub fn is_untouched(&self) {
        assert_eq!(self.profile.view(self.name), self.view);
        assert_eq!(self.profile.token(self.name), self.token);
    }
}
