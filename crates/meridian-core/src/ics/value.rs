//! Values: dates, times, durations, offsets.

use jiff::{
    SignedDuration,
    civil::{Date, DateTime, Time},
};

/// A date, or a time as it is written, before its zone is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Date(Date),
    Utc(DateTime),
    Local(DateTime),
}

/// `20260309`, `20260309T080000`, `20260309T000000Z`
pub(super) fn written(text: &str) -> Result<Written, String> {
    let shown = || text.chars().take(40).collect::<String>().escape_debug().to_string();
    let wrong = || format!("`{}` is neither a date nor a time", shown());
    let missing = || format!("`{}` is not in the calendar", shown());
    let (text, utc) = match text.strip_suffix(['Z', 'z']) {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(date, 8) || !time.is_none_or(|time| digits(time, 6)) {
        return Err(wrong());
    }
    let part = |text: &str, from: usize, until: usize| text[from..until].parse::<i16>().map_err(|_| wrong());
    let small = |text: &str, from: usize| text[from..from + 2].parse::<i8>().map_err(|_| wrong());
    let date = Date::new(part(date, 0, 4)?, small(date, 4)?, small(date, 6)?).map_err(|_| missing())?;
    let Some(time) = time else { return Ok(Written::Date(date)) };
    // A leap second is as good as the second before.
    let time = Time::new(small(time, 0)?, small(time, 2)?, small(time, 4)?.min(59), 0).map_err(|_| missing())?;
    let at = date.to_datetime(time);
    Ok(if utc { Written::Utc(at) } else { Written::Local(at) })
}

/// `P1D`, `PT8H30M`, `P2W`: whole days, and what comes on top.
pub(super) fn duration(text: &str) -> Result<(i64, SignedDuration), String> {
    let wrong = || format!("`{}` is no duration", text.chars().take(40).collect::<String>().escape_debug());
    if text.starts_with('-') {
        return Err(format!("`{}` lasts less than nothing", text.chars().take(40).collect::<String>().escape_debug()));
    }
    let body = text.strip_prefix('+').unwrap_or(text).strip_prefix(['P', 'p']).ok_or_else(wrong)?;
    let (mut days, mut seconds, mut in_time, mut number, mut any) = (0i64, 0i64, false, String::new(), false);
    for c in body.chars() {
        if c.is_ascii_digit() && number.len() < 9 {
            number.push(c);
            continue;
        }
        if matches!(c, 'T' | 't') && number.is_empty() && !in_time {
            in_time = true;
            continue;
        }
        let count: i64 = number.parse().map_err(|_| wrong())?;
        match (c.to_ascii_uppercase(), in_time) {
            ('W', false) => days += count * 7,
            ('D', false) => days += count,
            ('H', true) => seconds += count * 3600,
            ('M', true) => seconds += count * 60,
            ('S', true) => seconds += count,
            _ => return Err(wrong()),
        }
        (number, any) = (String::new(), true);
    }
    if any && number.is_empty() { Ok((days, SignedDuration::from_secs(seconds))) } else { Err(wrong()) }
}

/// `+0530`, `-050000`, in seconds.
pub(super) fn offset(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize| digits.get(from..from + 2).map_or(Some(0), |text| text.parse::<i32>().ok());
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    (hours < 24 && minutes < 60 && seconds < 60).then_some(sign * (hours * 3600 + minutes * 60 + seconds))
}
