//! What faces see. The same types serve the window and `--json`; none can hold a secret.

mod bundle;
mod claims;
mod connection;
mod provider;
mod response;
mod settings;

use serde::Serialize;

use crate::ports::{Revision, VaultStatus};

pub use bundle::{
    BundleKind, BundleTokens, BundleView, Choice, Decision, LeftOutView, Standing, Taken, TakenView,
    ThingKind, ThingView, WrittenView,
};
pub use claims::{ClaimView, ClaimsView};
pub use connection::{
    Action, ChoiceView, ConnectionView, DeviceCodeView, DisconnectView, IntrospectionView, OptionView,
    ProblemView, ProviderLink, RegistrationView, Revocation, SignInBasis, SignInBy, StatusKind, StatusView,
    WaitingView, summary,
};
pub use provider::{
    Draft, DraftPreview, Endpoints, FindingView, ImportView, Origin, ProviderPage, ProviderView, SecretNeed,
    SpecView, VarView,
};
pub use response::{BodyEncoding, ResponseView};
pub use settings::{CheckOutcome, CheckView, Density, Grouping, Settings, Theme};

/// Everything a face needs when it opens.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Snapshot {
    /// When this was true.
    #[cfg_attr(test, ts(type = "number"))]
    pub revision: Revision,
    /// All connections.
    pub connections: Vec<ConnectionView>,
    /// The vault.
    pub vault: VaultStatus,
    /// The person's settings.
    pub settings: Settings,
}
