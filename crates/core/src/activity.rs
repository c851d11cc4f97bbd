//! The activity record as it is asked for and taken along. What it keeps is in [`event`](crate::event).

use jiff::Timestamp;
use serde::Deserialize;

use crate::connection::ConnectionId;
use crate::event::{ActivityEntry, ActivityKind, Channel};
use crate::language::again;

/// Which lines of the record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(default, deny_unknown_fields)]
pub struct ActivityFilter {
    /// Only this connection's.
    pub connection: Option<ConnectionId>,
    /// Only about this.
    pub topic: Option<Topic>,
    /// Only what came through this door.
    pub channel: Option<Channel>,
    /// Not before.
    #[cfg_attr(test, ts(optional, as = "Option<String>"))]
    pub since: Option<Timestamp>,
    /// Before.
    #[cfg_attr(test, ts(optional, as = "Option<String>"))]
    pub until: Option<Timestamp>,
    /// Each word stands in the connection's name, the code or the detail; case does not matter.
    #[cfg_attr(test, ts(optional, as = "Option<String>"))]
    pub words: String,
    /// Only lines older than the one of this `seq`: the next page.
    #[cfg_attr(test, ts(optional, as = "Option<u32>"))]
    pub before: Option<i64>,
    /// Only lines newer than the one of this `seq`: what has come since.
    #[cfg_attr(test, ts(optional, as = "Option<u32>"))]
    pub after: Option<i64>,
    /// At most so many; 0 means 200.
    #[cfg_attr(test, ts(optional, as = "Option<usize>"))]
    pub limit: usize,
}

impl ActivityFilter {
    /// Whether it takes a line, by what the line says; `limit` is the reader's.
    pub fn takes(&self, line: &ActivityEntry) -> bool {
        self.connection.as_ref().is_none_or(|id| line.connection.as_ref() == Some(id))
            && self.topic.is_none_or(|topic| topic.kinds().contains(&line.kind))
            && self.channel.is_none_or(|channel| line.channel == channel)
            && self.since.is_none_or(|since| line.at >= since)
            && self.until.is_none_or(|until| line.at < until)
            && self.before.is_none_or(|seq| line.seq < seq)
            && self.after.is_none_or(|seq| line.seq > seq)
            && self.says_all_words(line)
    }

    fn says_all_words(&self, line: &ActivityEntry) -> bool {
        if self.words.trim().is_empty() {
            return true;
        }
        let code = line.code.map_or("", |code| code.as_str());
        let detail = line.detail.as_deref().unwrap_or_default();
        let text = format!("{}\n{code}\n{detail}\n{}", line.connection_name, again(detail)).to_lowercase();
        self.words.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}

/// What a line is about, for whoever looks for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// A person signed in, or tried to.
    SignIns,
    /// Tokens were renewed, or asked about.
    Refreshes,
    /// An access token was handed out.
    Releases,
    /// Something did not work.
    Failures,
    /// A connection was added, edited, disconnected, forgotten or carried in a file.
    Changes,
}

impl Topic {
    fn kinds(self) -> &'static [ActivityKind] {
        use ActivityKind as Kind;
        match self {
            Self::SignIns => &[
                Kind::AuthorizationStarted,
                Kind::Connected,
                Kind::AuthorizationFailed,
                Kind::AuthorizationCancelled,
                Kind::CallbackRefused,
            ],
            Self::Refreshes => &[Kind::Refreshed, Kind::RefreshFailed, Kind::Introspected],
            Self::Releases => &[Kind::TokenReleased],
            Self::Failures => &[
                Kind::AuthorizationFailed,
                Kind::CallbackRefused,
                Kind::RefreshFailed,
                Kind::RevocationFailed,
                Kind::RevocationGivenUp,
                Kind::RevocationUnknown,
            ],
            Self::Changes => &[
                Kind::Added,
                Kind::Edited,
                Kind::Disconnected,
                Kind::Revoked,
                Kind::RevocationUnsupported,
                Kind::RevocationFailed,
                Kind::RevocationGivenUp,
                Kind::RevocationUnknown,
                Kind::Forgotten,
                Kind::Exported,
                Kind::Imported,
                Kind::BackedUp,
                Kind::Restored,
            ],
        }
    }
}

/// How the record is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ActivityFormat {
    /// One JSON object per line, as `tokenrack log --json`.
    Jsonl,
    /// A table for a spreadsheet (RFC 4180).
    Csv,
}

impl ActivityFormat {
    /// What such a file's name ends with.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }

    /// The lines as one text.
    ///
    /// # Errors
    /// When a line cannot be written as JSON.
    pub fn write(self, lines: &[ActivityEntry]) -> serde_json::Result<String> {
        match self {
            Self::Jsonl => lines.iter().map(|line| Ok(serde_json::to_string(line)? + "\n")).collect(),
            Self::Csv => std::iter::once(Ok(HEAD.to_owned())).chain(lines.iter().map(row)).collect(),
        }
    }
}

const HEAD: &str = "at,connection,connection_name,kind,channel,code,detail\r\n";

fn row(line: &ActivityEntry) -> serde_json::Result<String> {
    let line = serde_json::to_value(line)?;
    let cells: Vec<_> = HEAD.trim_end().split(',').map(|column| cell(line[column].as_str())).collect();
    Ok(cells.join(",") + "\r\n")
}

/// A spreadsheet would run a cell that begins like a formula, and a provider's words are in it: an apostrophe makes it
/// text (OWASP, "CSV Injection").
fn cell(text: Option<&str>) -> String {
    let text = text.unwrap_or_default();
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Code;

    fn line(kind: ActivityKind, detail: &str) -> ActivityEntry {
        ActivityEntry {
            seq: 7,
            at: "2026-11-20T12:00:00Z".parse().unwrap(),
            connection: Some(ConnectionId("a1".into())),
            connection_name: "Überblick (work)".into(),
            kind,
            channel: Channel::Command,
            code: Some(Code::AccessDenied),
            detail: Some(detail.into()),
        }
    }

    #[test]
    fn each_part_of_a_filter_leaves_out_what_it_does_not_name() {
        let line = line(ActivityKind::TokenReleased, "GET api.example: 200");
        let at = |text: &str| Some(text.parse().unwrap());
        let words = |words: &str| ActivityFilter { words: words.into(), ..ActivityFilter::default() };
        let some = ActivityFilter::default;
        for (filter, taken) in [
            (some(), true),
            (ActivityFilter { connection: Some(ConnectionId("a1".into())), ..some() }, true),
            (ActivityFilter { connection: Some(ConnectionId("a".into())), ..some() }, false),
            (ActivityFilter { topic: Some(Topic::Releases), ..some() }, true),
            (ActivityFilter { topic: Some(Topic::Refreshes), ..some() }, false),
            (ActivityFilter { channel: Some(Channel::Command), ..some() }, true),
            (ActivityFilter { channel: Some(Channel::App), ..some() }, false),
            (ActivityFilter { since: at("2026-11-20T12:00:00Z"), ..some() }, true),
            (ActivityFilter { since: at("2026-11-20T12:00:00.001Z"), ..some() }, false),
            (ActivityFilter { until: at("2026-11-20T12:00:00.001Z"), ..some() }, true),
            (ActivityFilter { until: at("2026-11-20T12:00:00Z"), ..some() }, false),
            (ActivityFilter { before: Some(8), after: Some(6), ..some() }, true),
            (ActivityFilter { before: Some(7), ..some() }, false),
            (ActivityFilter { after: Some(7), ..some() }, false),
            (words("  "), true),
            (words("ÜBERBLICK api.example access_denied"), true),
            (words("überblick elsewhere"), false),
        ] {
            assert_eq!(filter.takes(&line), taken, "{filter:?}");
        }
    }

    #[test]
    fn every_kind_is_found_under_a_topic() {
        use ts_rs::TS as _;
        let topics = [Topic::SignIns, Topic::Refreshes, Topic::Releases, Topic::Failures, Topic::Changes];
        let names = ActivityKind::inline(&ts_rs::Config::default());
        let names: Vec<_> = names.split('"').skip(1).step_by(2).collect();
        assert!(names.len() > 10, "{names:?}");
        for name in names.into_iter().filter(|name| *name != "from_newer") {
            let kind: ActivityKind = serde_json::from_value(name.into()).unwrap();
            assert!(topics.iter().any(|topic| topic.kinds().contains(&kind)), "{name}");
        }
    }

    #[test]
    fn a_table_holds_text_only_whatever_a_provider_said() {
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"] {
            let csv = ActivityFormat::Csv.write(&[line(ActivityKind::RefreshFailed, evil)]).unwrap();
            assert!(csv.contains(&format!(",\"'{evil}\"\r\n")), "{csv:?}");
        }
        let csv =
            ActivityFormat::Csv.write(&[line(ActivityKind::RefreshFailed, "say \"no\", twice")]).unwrap();
        assert_eq!(
            csv.split_once("\r\n").unwrap().1,
            "\"2026-11-20T12:00:00Z\",\"a1\",\"Überblick (work)\",\"refresh_failed\",\"command\",\
             \"oauth/access_denied\",\"say \"\"no\"\", twice\"\r\n"
        );
    }

    #[test]
    fn json_has_one_object_per_line() {
        let lines = [line(ActivityKind::Refreshed, "a\nb"), line(ActivityKind::Connected, "")];
        let text = ActivityFormat::Jsonl.write(&lines).unwrap();
        let kinds: Vec<_> = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["kind"].clone())
            .collect();
        assert_eq!(kinds, ["refreshed", "connected"]);
    }
}
