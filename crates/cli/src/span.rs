//! Lengths of time: read from arguments, written for people.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// Longer makes no sense for a wait or for a token's remaining life, and stays far from overflow.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads `30s`, `5m`, `1h`, `1h30m`: zero to a day.
///
/// # Errors
/// What to write instead.
pub fn parse(text: &str) -> Result<Duration, String> {
    let span: SignedDuration = text.parse().map_err(|_| "write it like 30s, 5m or 1h".to_owned())?;
    let span = Duration::try_from(span).map_err(|_| "it cannot be negative".to_owned())?;
    if span > LONGEST { Err("at most 24h".to_owned()) } else { Ok(span) }
}

/// As `parse`, at least a second.
///
/// # Errors
/// What to write instead.
pub fn parse_wait(text: &str) -> Result<Duration, String> {
    let span = parse(text)?;
    if span < Duration::from_secs(1) { Err("at least 1s".to_owned()) } else { Ok(span) }
}

/// The time from `now` to `then`: `57 min`. Zero when it has passed.
pub fn until(now: Timestamp, then: Timestamp) -> String {
    words(Duration::try_from(then.duration_since(now)).unwrap_or_default())
}

/// How long ago `then` was: `just now`, `5 min ago`.
pub fn ago(now: Timestamp, then: Timestamp) -> String {
    match Duration::try_from(now.duration_since(then)) {
        Ok(span) if span.as_secs() > 1 => format!("{} ago", words(span)),
        _ => "just now".to_owned(),
    }
}

/// A length in its largest unit that still says something, rounded down.
pub fn words(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// An instant in the person's own time zone: `2026-11-20 14:32:05`.
pub fn local(instant: Timestamp) -> String {
    instant.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, seconds) in
            [("30s", 30), ("5m", 300), ("1h", 3600), ("1h30m", 5400), ("0s", 0), ("24h", 86_400)]
        {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(parse_wait("1s"), Ok(Duration::from_secs(1)));
    }

    #[test]
    fn refuses_what_means_nothing() {
        for text in
            ["", "5", "m", "five", "-5m", "5m ago", "25h", "99999999999h", "1e9s", "5 parsecs", "NaN s"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse_wait("0s").is_err() && parse_wait("10ms").is_err());
    }

    #[test]
    fn words_use_the_largest_unit_that_still_says_something() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let after = |seconds: i64| now + SignedDuration::from_secs(seconds);
        for (seconds, text) in [
            (-5, "0 s"),
            (0, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (3_479, "57 min"),
            (7_200, "2 h"),
            (172_800, "2 days"),
        ] {
            assert_eq!(until(now, after(seconds)), text);
        }
        assert_eq!(ago(now, after(-300)), "5 min ago");
        assert_eq!(ago(now, after(3)), "just now");
    }
}
