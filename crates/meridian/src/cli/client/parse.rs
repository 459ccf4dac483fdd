//! How values of the command line are read, so that a wrong one is wrong usage before anything is asked.

use jiff::SignedDuration;
use meridian_core::{
    Instant,
    access::{AccountRole, Scope},
    alert::{AlertState, Matcher, SilenceState},
    announcement::{AnnouncedKind, AnnouncementState},
    estate::parse_duration,
    handoff::{Missing, Removed, Standing},
    incident::{Severity, Status},
};

use crate::cli::roster;

/// One of a few words.
fn word<T: Copy>(text: &str, known: &[T], word: impl Fn(T) -> &'static str) -> Result<T, String> {
    let found = known.iter().find(|one| word(**one).eq_ignore_ascii_case(text));
    found.copied().ok_or_else(|| {
        let words: Vec<&str> = known.iter().map(|one| word(*one)).collect();
        format!("expected is one of {}", words.join(", "))
    })
}

pub fn status(text: &str) -> Result<Status, String> {
    word(text, &[Status::Open, Status::Acknowledged, Status::Resolved], Status::word)
}

pub fn alert_state(text: &str) -> Result<AlertState, String> {
    word(text, &[AlertState::Active, AlertState::Suppressed, AlertState::Unprocessed], AlertState::word)
}

pub fn silence_state(text: &str) -> Result<SilenceState, String> {
    word(text, &[SilenceState::Pending, SilenceState::Active, SilenceState::Expired], SilenceState::word)
}

pub fn announced_kind(text: &str) -> Result<AnnouncedKind, String> {
    word(text, &AnnouncedKind::ALL, AnnouncedKind::word)
}

pub fn announcement_state(text: &str) -> Result<AnnouncementState, String> {
    word(text, &AnnouncementState::ALL, AnnouncementState::word)
}

pub fn scope(text: &str) -> Result<Scope, String> {
    word(text, &Scope::ALL, Scope::word)
}

pub fn role(text: &str) -> Result<AccountRole, String> {
    word(text, &AccountRole::ALL, AccountRole::word)
}

pub fn severity(text: &str) -> Result<Severity, String> {
    text.parse()
}

/// `4`, `#4` and, as pages and messages write it, `INC-4`.
pub fn incident(text: &str) -> Result<u64, String> {
    let digits =
        text.strip_prefix('#').or_else(|| text.get(..4).filter(|p| p.eq_ignore_ascii_case("inc-")).map(|_| &text[4..]));
    digits.unwrap_or(text).parse().map_err(|_| "expected is an incident's number, such as 4 or INC-4".to_owned())
}

pub fn page(text: &str) -> Result<u64, String> {
    text.strip_prefix('#').unwrap_or(text).parse().map_err(|_| "expected is a page's number, such as 36".to_owned())
}

pub fn handoff(text: &str) -> Result<u64, String> {
    text.strip_prefix('#').unwrap_or(text).parse().map_err(|_| "expected is a handoff's number, such as 7".to_owned())
}

pub fn standing(text: &str) -> Result<Standing, String> {
    word(text, &[Standing::Open, Standing::Late, Standing::Accepted, Standing::Void], Standing::word)
}

pub fn missing(text: &str) -> Result<Missing, String> {
    word(text, &[Missing::Owner, Missing::Contingency], Missing::word)
}

pub fn removed(text: &str) -> Result<Removed, String> {
    use Removed::{Contingency, Note, Owner, Severity};
    word(text, &[Severity, Owner, Contingency, Note], Removed::word)
}

pub fn instant(text: &str) -> Result<Instant, String> {
    roster::instant(text)
}

pub fn duration(text: &str) -> Result<SignedDuration, String> {
    match parse_duration(text)? {
        SignedDuration::ZERO => Err("it must last longer than nothing".into()),
        duration => Ok(duration),
    }
}

pub fn days(text: &str) -> Result<u32, String> {
    const DAY_S: i64 = 24 * 3600;
    let seconds = parse_duration(text)?.as_secs();
    match u32::try_from(seconds / DAY_S) {
        Ok(days @ 1..=3650) if seconds % DAY_S == 0 => Ok(days),
        _ => Err("expected are whole days, from 1d to 3650d".into()),
    }
}

/// A matcher, as the API takes it. A bare word is the name of an alert, as for `amtool`.
pub fn matcher(text: &str) -> Result<String, String> {
    let bare = !text.contains(['=', '~', '!', '{', ',']);
    let text = if bare { format!("alertname={text:?}") } else { text.to_owned() };
    match Matcher::parse(&text).map_err(|why| why.to_string())?.as_slice() {
        [] => Err("a matcher is expected, such as severity=critical".into()),
        some => Ok(some.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_of_incidents() {
        for (text, expected) in [
            ("4", Some(4)),
            ("#4", Some(4)),
            ("INC-4", Some(4)),
            ("inc-4", Some(4)),
            ("", None),
            ("INC-", None),
            ("-1", None),
            ("18446744073709551616", None),
            ("ĳĳĳ", None),
        ] {
            assert_eq!(incident(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn whole_days() {
        for (text, expected) in [
            ("90d", Some(90)),
            ("1w", Some(7)),
            ("24h", Some(1)),
            ("36h", None),
            ("0", None),
            ("11y", None),
            ("x", None),
        ] {
            assert_eq!(days(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn matchers() {
        for (text, expected) in [
            ("QueueStuck", Some("alertname=\"QueueStuck\"")),
            ("severity=critical", Some("severity=\"critical\"")),
            ("a=b,c!~\"d|e\"", Some("a=\"b\",c!~\"d|e\"")),
            ("a=~\"(\"", None),
            ("=x", None),
            ("{}", None),
        ] {
            assert_eq!(matcher(text).ok().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn words() {
        assert_eq!(status("Open"), Ok(Status::Open));
        assert_eq!(scope("admin"), Ok(Scope::Admin));
        assert_eq!(scope("root"), Err("expected is one of read, ingest, respond, admin".into()));
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,40}") {
            let _ = (incident(&text), page(&text), days(&text), duration(&text), matcher(&text), severity(&text));
        }
    }
}
