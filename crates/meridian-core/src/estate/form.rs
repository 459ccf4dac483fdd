//! The forms of text in an estate: what each must look like, and the functions that read it.

use std::sync::LazyLock;

use jiff::{
    civil,
    tz::{TimeZone, TimeZoneDatabase},
};

use super::{
    Every, Unit,
    duration::parse_duration,
    nearest::{listed, nearest},
    problem::Fault,
    shape::Form,
};
use crate::{
    Instant,
    alert::{parse_days_of_month, parse_months, parse_time_range, parse_weekdays, parse_years},
    calendar::{self, Days, WallTime},
    id::Name,
};

macro_rules! form {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $pattern:expr, $examples:expr, $check:expr) => {
        $(#[$doc])*
        pub(crate) static $name: Form = Form { expected: $expected, pattern: $pattern, examples: &$examples, check: $check };
    };
}

form!(NAME, "a name: 1 to 63 of a-z, 0-9 and -", Some("^[a-z0-9-]{1,63}$"), ["hong-kong"], |text| {
    let made = text.to_lowercase().replace([' ', '_', '.'], "-").parse::<Name>().ok();
    text.parse::<Name>().map(drop).map_err(|error| Fault::new(error.to_string()).nearest(made.map(String::from)))
});
form!(LINE, "a line of text", None, [], line);
form!(ZONE, "an IANA time zone name", None, ["Asia/Hong_Kong", "Europe/London", "America/New_York"], |text| zone(text)
    .map(drop));
form!(DAYS, "days of the week, such as mon-fri, sat,sun or daily", None, ["mon-fri", "sat,sun", "daily"], |text| {
    Days::parse(text).map(drop).map_err(|why| Fault::new(brief(&why)))
});
form!(
    WALL_TIME,
    "a time of day such as 08:00; 24:00 is the end of the day",
    Some("^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$"),
    ["08:00", "17:30"],
    |text| { text.parse::<WallTime>().map(drop).map_err(|why| Fault::new(brief(&why))) }
);
form!(
    DURATION,
    "a duration such as 30s, 5m, 1h30m or 2d",
    Some("^(0|([0-9]+(y|w|d|h|ms|m|s))+)$"),
    ["30s", "5m", "1h30m"],
    |text| { parse_duration(text).map(drop).map_err(Fault::new) }
);
form!(
    LOCAL,
    "a local date and time such as 2026-01-05T08:00, or a date",
    Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$"),
    ["2026-01-05T08:00", "2026-01-05"],
    |text| local(text).map(drop)
);
form!(DATE, "a date such as 2026-12-25", Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), ["2026-12-25"], |text| date(text)
    .map(drop));
form!(INSTANT, "an instant such as 2026-02-17T00:00Z or 2026-02-17T08:00+08:00", None, ["2026-02-17T00:00Z"], |text| {
    instant(text).map(drop)
});
form!(
    DAY_OR_INSTANT,
    "a day such as 2026-02-17, or an instant such as 2026-02-17T00:00Z",
    None,
    ["2026-02-17", "2026-02-17T12:00Z"],
    |text| if text.contains('T') { instant(text).map(drop) } else { date(text).map(drop) }
);
form!(
    EVERY,
    "how long a turn lasts: a number of hours, days, weeks or months",
    Some("^[1-9][0-9]* (hour|day|week|month)s?$"),
    ["1 week", "12 hours"],
    |text| every(text).map(drop)
);
form!(EMAIL, "a mail address, or a secret's place such as ${env:NAME}", None, ["wen@example.com"], |text| or_secret(
    text, email
));
form!(PHONE, "a telephone number with its country, such as +85200000000", None, ["+85200000000"], |text| or_secret(
    text, phone
));
form!(TOPIC, "a topic of ntfy: up to 64 letters, digits, - and _", None, ["payments-wen"], |text| or_secret(
    text, topic
));
form!(
    URL,
    "an http:// or https:// address, or a secret's place such as ${env:NAME}",
    None,
    ["https://hooks.example.com/t/1"],
    |text| or_secret(text, url)
);
form!(SECRET, "a secret's place: ${env:NAME} or ${file:PATH}", None, ["${env:SMTP_PASSWORD}"], |text| or_secret(
    text, line
));
form!(OPEN, "a line of text, or a secret's place such as ${env:NAME}", None, [], |text| or_secret(text, line));
form!(SIGNING, "a secret's place such as ${env:NAME}, or whsec_ and base64", None, ["${env:WEBHOOK_SECRET}"], |text| {
    or_secret(text, signing)
});

/// The words for a fault alone; what is expected comes from the form.
fn brief(why: &str) -> String {
    why.split(": write").next().unwrap_or(why).to_owned()
}

fn shown(text: &str) -> String {
    text.chars().take(80).collect::<String>().escape_debug().to_string()
}

fn line(text: &str) -> Result<(), Fault> {
    if text.trim().is_empty() {
        return Err(Fault::new("this text is empty"));
    }
    if text.trim_end_matches('\n').contains(|c: char| c.is_control()) {
        return Err(Fault::new("this text holds control characters or more than one line"));
    }
    Ok(())
}

/// The zones are those that Meridian was built with, so that an estate means the same on every machine.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A zone by its exact IANA name.
pub(crate) fn zone(text: &str) -> Result<TimeZone, Fault> {
    let found = ZONES.get(text).ok().filter(|zone| zone.iana_name() == Some(text) && text != "Etc/Unknown");
    found.ok_or_else(|| {
        let names: Vec<String> = ZONES.available().map(|name| name.to_string()).collect();
        let last =
            |name: &str| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&text.replace(' ', "_")));
        let near = names
            .iter()
            .map(String::as_str)
            .find(|name| last(name))
            .or_else(|| nearest(text, names.iter().map(String::as_str)));
        let fault = Fault::new(format!("unknown time zone `{}`", shown(text)));
        if text == "Local" {
            return fault.expected("an IANA time zone name; `Local` would mean something else on each machine");
        }
        fault.nearest(near)
    })
}

/// A wall clock without a zone. One with a zone is refused: the zone is the site's.
pub(crate) fn local(text: &str) -> Result<civil::DateTime, Fault> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, time),
        None => (text, "00:00"),
    };
    if time.ends_with('Z') || time.contains(['+', '-', '[']) {
        return Err(Fault::new(format!("`{}` has a zone; the zone of a local time is its site's", shown(text))));
    }
    let digits = |text: &str, template: &str| {
        text.len() == template.len()
            && text.bytes().zip(template.bytes()).all(|(c, t)| if t == b'0' { c.is_ascii_digit() } else { c == t })
    };
    let formed = digits(date, "0000-00-00") && (digits(time, "00:00") || digits(time, "00:00:00"));
    let wrong = || Fault::new(format!("`{}` is not a local date and time", shown(text)));
    if !formed {
        return Err(wrong());
    }
    let missing = |_| Fault::new(format!("`{}` is not in the calendar", shown(text)));
    let (date, time): (civil::Date, civil::Time) = (date.parse().map_err(missing)?, time.parse().map_err(missing)?);
    Ok(date.to_datetime(time))
}

pub(crate) fn date(text: &str) -> Result<civil::Date, Fault> {
    if text.len() != "2026-12-25".len() {
        return Err(Fault::new(format!("`{}` is not a date", shown(text))));
    }
    local(text).map(|local| local.date())
}

pub(crate) fn instant(text: &str) -> Result<Instant, Fault> {
    text.parse().map_err(|_| match local(text) {
        Ok(_) => Fault::new(format!("`{}` does not say in which zone", shown(text)))
            .nearest(Some(format!("{}Z", text.replace(' ', "T")))),
        Err(_) => Fault::new(format!("`{}` is not an instant", shown(text))),
    })
}

pub(crate) fn every(text: &str) -> Result<Every, Fault> {
    let wrong = || Fault::new(format!("`{}` is not how long a turn lasts", shown(text)));
    let (count, unit) = text.split_once(' ').ok_or_else(wrong)?;
    let count = count.parse::<u32>().map_err(|_| wrong())?;
    let (unit, max) = match unit.trim().trim_end_matches('s') {
        "hour" => (Unit::Hours, 8_784),
        "day" => (Unit::Days, 366),
        "week" => (Unit::Weeks, 53),
        "month" => (Unit::Months, 12),
        other => {
            return Err(wrong()
                .nearest(nearest(other, ["hours", "days", "weeks", "months"]).map(|unit| format!("{count} {unit}"))));
        }
    };
    match count {
        0 => Err(Fault::new("a turn can't last no time at all")),
        count if count > max => Err(Fault::new(format!("a turn of `{}` is longer than a year", shown(text)))),
        count => Ok(Every { count, unit }),
    }
}

/// Texts that hold `${…}` are checked for its syntax alone: what they become is known only where they are sent.
fn or_secret(text: &str, plain: fn(&str) -> Result<(), Fault>) -> Result<(), Fault> {
    let (mut rest, mut found) = (text, false);
    while let Some((before, after)) = rest.split_once("${") {
        let offset = text.len() - rest.len() + before.len();
        let offset = u32::try_from(text[..offset].chars().count()).unwrap_or(0);
        let wrong = |why: &str| Err(Fault { offset, ..Fault::new(why).expected("${env:NAME} or ${file:PATH}") });
        let Some((inside, behind)) = after.split_once('}') else { return wrong("a `${` without its `}`") };
        match inside.split_once(':') {
            Some(("env", name)) if is_variable(name) => {}
            Some(("file", path)) if !path.trim().is_empty() && !path.contains('\0') => {}
            Some(("env", _)) => return wrong(&format!("`{}` is no name of an environment variable", shown(inside))),
            _ => return wrong(&format!("`${{{}}}` is no secret's place", shown(inside))),
        }
        (rest, found) = (behind, true);
    }
    if found { line(text) } else { plain(text) }
}

/// Whether a text takes all or part of its value from elsewhere.
pub(crate) fn has_secret(text: &str) -> bool {
    text.contains("${")
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn email(text: &str) -> Result<(), Fault> {
    let wrong = |why: &str| Err(Fault::new(format!("`{}` {why}", shown(text))));
    let Some((local, domain)) = text.rsplit_once('@') else { return wrong("has no @") };
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    if local.is_empty()
        || local.len() > 64
        || local.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;@\"".contains(c))
    {
        return wrong("is no mail address: what stands before the @ is wrong");
    }
    if domain.len() > 253 || !domain.split('.').all(label) {
        return wrong("is no mail address: what stands after the @ is wrong");
    }
    Ok(())
}

/// E.164: a plus, then 7 to 15 digits of which the first is not 0.
fn phone(text: &str) -> Result<(), Fault> {
    let digits = text.strip_prefix('+').unwrap_or_default();
    if (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    let bare: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    let near = (bare != text && phone(&bare).is_ok()).then_some(bare);
    Err(Fault::new(format!("`{}` is no telephone number", shown(text))).nearest(near))
}

fn topic(text: &str) -> Result<(), Fault> {
    let fits =
        (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if fits { Ok(()) } else { Err(Fault::new(format!("`{}` is no topic", shown(text)))) }
}

fn url(text: &str) -> Result<(), Fault> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let fits = !host.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if fits { Ok(()) } else { Err(Fault::new(format!("`{}` is no web address", shown(text)))) }
}

fn signing(text: &str) -> Result<(), Fault> {
    let key = text.strip_prefix("whsec_").ok_or_else(|| Fault::new("this is no signing secret"))?;
    let digits = key.trim_end_matches('=');
    let fits = (32..=88).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/');
    if fits { Ok(()) } else { Err(Fault::new("this signing secret is not 24 to 64 bytes in base64")) }
}

form!(LINE_OR_EMPTY, "text", None, [], |_| Ok(()));
form!(
    LABEL,
    "the name of a label: letters, digits and _, no digit first",
    Some("^[a-zA-Z_][a-zA-Z0-9_]*$"),
    ["team", "site"],
    label
);
form!(
    GROUP_LABEL,
    "the name of a label, or ... for all of them",
    Some("^([a-zA-Z_][a-zA-Z0-9_]*|\\.\\.\\.)$"),
    ["team", "..."],
    |text| { if text == "..." { Ok(()) } else { label(text) } }
);
form!(SEVERITY, "SEV1, SEV2, SEV3, SEV4 or SEV5", Some("^SEV[1-5]$"), ["SEV1"], |text| {
    let known = crate::incident::Severity::ALL.iter().map(|severity| severity.word());
    let fits = known.clone().any(|word| word == text);
    if fits {
        Ok(())
    } else {
        Err(Fault::new(format!("`{}` is no severity", shown(text))).nearest(nearest(text, known)))
    }
});
form!(
    MINUTE,
    "a time of day in hours and minutes, such as 09:00; 24:00 is the end of the day",
    Some("^[0-9]{2}:[0-9]{2}$"),
    ["09:00", "24:00"],
    |text| {
        let end = if text == "24:00" { "00:00" } else { text };
        parse_time_range(end, "24:00").map(drop).map_err(|_| Fault::new(format!("`{}` is no time of day", shown(text))))
    }
);
form!(
    WEEKDAYS,
    "a day of the week or a range from Sunday to Saturday, such as monday:friday",
    None,
    ["monday:friday", "saturday"],
    |text| parse_weekdays(text).map(drop).map_err(Fault::new)
);
form!(DAYS_OF_MONTH, "a day of the month or a range, such as 1:5 or -3:-1", None, ["1:5", "-1"], |text| {
    parse_days_of_month(text).map(drop).map_err(Fault::new)
});
form!(MONTHS, "a month or a range, such as january:march or 1:3", None, ["january:march", "12"], |text| parse_months(
    text
)
.map(drop)
.map_err(Fault::new));
form!(YEARS, "a year or a range, such as 2026:2028", None, ["2026:2028"], |text| parse_years(text)
    .map(drop)
    .map_err(Fault::new));

form!(
    CALENDAR,
    "the name of a calendar of public holidays",
    Some("^[a-z-]+$"),
    ["hk-public", "england-public", "us-public"],
    |text| {
        let known = || calendar::calendars().iter().copied();
        if known().any(|name| name == text) {
            return Ok(());
        }
        let fault = Fault::new(format!("there is no calendar `{}`", shown(text))).expected(listed(known()));
        Err(fault.nearest(nearest(text, known())))
    }
);

fn label(text: &str) -> Result<(), Fault> {
    let fits = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if fits { Ok(()) } else { Err(Fault::new(format!("`{}` is no name of a label", shown(text)))) }
}
