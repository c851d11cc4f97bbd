//! What a file with connections would bring, and what has become of it. No secret of a backup is in here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ProblemView;
use crate::connection::ConnectionId;

/// Which file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum BundleKind {
    /// Settings of connections, without any secret.
    Connections,
    /// Everything of a profile, encrypted.
    Backup,
}

/// A file that was read, before anything of it is taken.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BundleView {
    /// Which file.
    pub kind: BundleKind,
    /// What the person calls it.
    pub file: String,
    /// When it was written.
    #[cfg_attr(test, ts(type = "string"))]
    pub made_at: Timestamp,
    /// What is in it, in its order. A decision names one by its place.
    pub things: Vec<ThingView>,
}

/// One thing in a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ThingView {
    /// What it is.
    pub kind: ThingKind,
    /// Its name; a provider's id; empty for the settings.
    pub name: String,
    /// The provider's name.
    pub provider: Option<String>,
    /// Every host that its provider is asked at, so where codes, secrets and tokens go.
    pub hosts: Vec<String>,
    /// How it compares with what is here.
    pub standing: Standing,
    /// The settings that differ, by their names in the file.
    pub differences: Vec<String>,
    /// What a person should know before taking it, in whole sentences.
    pub cautions: Vec<String>,
    /// It brings scripts, which are given the code, the tokens and the secret of its connection.
    pub has_scripts: bool,
    /// The client's secret is not in the file and has to be added by hand.
    pub needs_secret: bool,
    /// The tokens of a backup.
    pub tokens: Option<BundleTokens>,
    /// Why it cannot be taken.
    pub problem: Option<ProblemView>,
    /// What can be done with it; the first is usual.
    pub choices: Vec<Choice>,
    /// A name that is free, for taking it beside what is here.
    pub free_name: Option<String>,
}

/// What a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ThingKind {
    /// A connection.
    Connection,
    /// A provider file of the person's own.
    Provider,
    /// The settings of the app.
    Settings,
}

/// How a thing compares with what is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// There is nothing like it.
    New,
    /// It is here already, and the same.
    Same,
    /// It is here already, with other settings or tokens.
    Differs,
    /// Something else has its name.
    NameTaken,
    /// It cannot be taken.
    Unusable,
}

/// Tokens in a backup.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BundleTokens {
    /// When they were received.
    #[cfg_attr(test, ts(type = "string"))]
    pub issued_at: Timestamp,
    /// Those here are newer, and stay unless the person says otherwise.
    pub older: bool,
}

/// What to do with a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Take it.
    Add,
    /// Leave it.
    Skip,
    /// Put its settings in the place of those here.
    Replace,
    /// Take it under another name.
    Rename,
}

/// A person's decision on one thing. What nobody decides on is left.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Decision {
    /// The thing's place in the file.
    pub thing: usize,
    /// What to do.
    pub choice: Choice,
    /// The other name.
    #[serde(default)]
    pub name: Option<String>,
}

/// What has become of one thing. Each is taken or left whole, whatever becomes of the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TakenView {
    /// The thing's place in the file.
    pub thing: usize,
    /// What it is.
    pub kind: ThingKind,
    /// Its name here.
    pub name: String,
    /// How it ended.
    pub outcome: Taken,
    /// Its id here.
    pub connection: Option<ConnectionId>,
    /// The client's secret has to be added by hand.
    pub needs_secret: bool,
    /// The tokens here were newer and stayed.
    pub kept_tokens: bool,
    /// Why it was not taken.
    pub problem: Option<ProblemView>,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// It is here now.
    Added,
    /// It took the place of what was here.
    Replaced,
    /// It was left.
    Skipped,
    /// It could not be taken; what was here is as before.
    Failed,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WrittenView {
    /// Where.
    pub path: String,
    /// How many connections it holds.
    pub connections: usize,
    /// Those that it does not, because they could not be read.
    pub left_out: Vec<LeftOutView>,
}

/// A connection that is not in a backup.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LeftOutView {
    /// Its name.
    pub name: String,
    /// Why.
    pub problem: ProblemView,
}
