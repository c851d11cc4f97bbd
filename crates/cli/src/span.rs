//! Lengths of time: read from arguments, written for people.

use std::time::Duration;

use jiff::{SignedDuration, Span, Timestamp, civil, tz::TimeZone};

use crate::error::{Failure, invalid};

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

/// An instant as it is written in an argument.
#[derive(Debug, Clone, PartialEq)]
pub enum Moment {
    /// So long before now.
    Ago(SignedDuration),
    /// Then.
    At(Timestamp),
}

impl Moment {
    /// The instant, seen from `now`.
    ///
    /// # Errors
    /// When it lies outside of what can be counted.
    pub fn instant(&self, now: Timestamp) -> Result<Timestamp, Failure> {
        match self {
            Self::Ago(span) => now.checked_sub(*span).map_err(invalid),
            Self::At(instant) => Ok(*instant),
        }
    }
}

/// Reads `30m`, `7d`, `2026-11-20`, `2026-11-20 14:00` (the person's own time zone), `2026-11-20T14:00:00Z`.
///
/// # Errors
/// What to write instead.
pub fn parse_moment(text: &str) -> Result<Moment, String> {
    if let Ok(instant) = text.parse() {
        return Ok(Moment::At(instant));
    }
    if let Ok(local) = text.parse::<civil::DateTime>() {
        let zoned = local.to_zoned(TimeZone::system()).map_err(|error| error.to_string())?;
        return Ok(Moment::At(zoned.timestamp()));
    }
    let span: Span = text.parse().map_err(|_| "write it like 30m, 24h, 7d or 2026-11-20".to_owned())?;
    let days_are_24_hours = jiff::SpanRelativeTo::days_are_24_hours();
    let span =
        span.to_duration(days_are_24_hours).map_err(|_| "write it in days, hours or minutes".to_owned())?;
    if span.is_negative() { Err("it cannot be negative".to_owned()) } else { Ok(Moment::Ago(span)) }
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
    fn a_moment_is_a_time_or_how_long_ago() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let instant = |text| parse_moment(text).unwrap().instant(now).unwrap();
        for (text, then) in [
            ("30m", "2026-11-20T11:30:00Z"),
            ("7d", "2026-11-13T12:00:00Z"),
            ("1w 2d", "2026-11-11T12:00:00Z"),
            ("2026-11-19T10:00:00+02:00", "2026-11-19T08:00:00Z"),
        ] {
            assert_eq!(instant(text), then.parse().unwrap(), "{text}");
        }
        assert_eq!(local(instant("2026-11-19")), "2026-11-19 00:00:00");
        assert_eq!(local(instant("2026-11-19 14:05")), "2026-11-19 14:05:00");
        for text in ["", "yesterday", "7", "2 months", "-3d", "3d ago", "2026-13-01"] {
            assert!(parse_moment(text).is_err(), "{text}");
        }
        assert!(parse_moment("20000 weeks").unwrap().instant(now).is_ok());
        assert!(parse_moment("9999999 days").map_or(true, |moment| moment.instant(now).is_err()));
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
