//! Rules of recurrence: `FREQ` of a day or more, with `INTERVAL`, `COUNT`, `UNTIL`, `BYDAY`, `BYMONTHDAY`, `BYMONTH`,
//! `BYSETPOS` and `WKST`. Other parts are refused by their name: an occurrence that is left out unsaid would be worse.

use std::collections::BTreeSet;

use jiff::{
    Span, ToSpan as _,
    civil::{Date, DateTime, Weekday},
};

use super::value::{Written, written};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    frequency: Frequency,
    interval: i64,
    pub count: Option<u32>,
    pub until: Option<Written>,
    /// The number is 0 where every such day is meant.
    by_day: Vec<(i8, Weekday)>,
    by_month_day: Vec<i8>,
    by_month: Vec<i8>,
    by_set_pos: Vec<i16>,
    week_start: Weekday,
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

impl Rule {
    pub fn parse(text: &str) -> Result<Rule, String> {
        let shown = |text: &str| text.chars().take(60).collect::<String>().escape_debug().to_string();
        let mut rule = Rule {
            frequency: Frequency::Daily,
            interval: 1,
            count: None,
            until: None,
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_month: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: Weekday::Monday,
        };
        let mut frequency = None;
        for part in text.split(';').filter(|part| !part.trim().is_empty()) {
            let (key, value) = part.split_once('=').ok_or_else(|| format!("`{}` is no part of a rule", shown(part)))?;
            let (key, value) = (key.trim().to_ascii_uppercase(), value.trim().to_ascii_uppercase());
            let wrong = || format!("`{}` in a rule makes no sense", shown(part));
            match key.as_str() {
                "FREQ" => {
                    frequency = Some(match value.as_str() {
                        "DAILY" => Frequency::Daily,
                        "WEEKLY" => Frequency::Weekly,
                        "MONTHLY" => Frequency::Monthly,
                        "YEARLY" => Frequency::Yearly,
                        _ => return Err(format!("a rule with `FREQ={}` is not read", shown(&value))),
                    });
                }
                "INTERVAL" => {
                    rule.interval = value.parse().ok().filter(|n| (1..=10_000).contains(n)).ok_or_else(wrong)?;
                }
                "COUNT" => rule.count = Some(value.parse().ok().filter(|n| *n > 0).ok_or_else(wrong)?),
                "UNTIL" => rule.until = Some(written(&value)?),
                "BYDAY" => rule.by_day = list(&value, weekday).ok_or_else(wrong)?,
                "BYMONTHDAY" => rule.by_month_day = list(&value, |text| number(text, 31)).ok_or_else(wrong)?,
                "BYMONTH" => {
                    rule.by_month = list(&value, |text| number(text, 12).filter(|n| *n > 0)).ok_or_else(wrong)?;
                }
                "BYSETPOS" => {
                    let position = |text: &str| text.parse().ok().filter(|n: &i16| *n != 0 && n.abs() <= 366);
                    rule.by_set_pos = list(&value, position).ok_or_else(wrong)?;
                }
                "WKST" => rule.week_start = weekday(&value).ok_or_else(wrong)?.1,
                _ => return Err(format!("a rule with `{}` is not read", shown(&key))),
            }
        }
        rule.frequency = frequency.ok_or_else(|| "a rule without `FREQ`".to_owned())?;
        Ok(rule)
    }

    /// Calls `found` for each occurrence, in order, until it says that it is enough, the rule ends, or the calendar
    /// does. `steps` is what the search may still cost; false: it was too much. Occurrences before `from` may be left
    /// out, where that costs nothing.
    pub fn walk(&self, start: DateTime, from: Date, steps: &mut u32, mut found: impl FnMut(DateTime) -> bool) -> bool {
        let mut left = self.count;
        let mut period = if left.is_none() { self.periods_before(start.date(), from) } else { 0 };
        let mut dates = Vec::new();
        loop {
            let Some(base) = self.base(start.date(), period) else { return true };
            dates.clear();
            self.candidates(base, start.date(), &mut dates);
            let cost = u32::try_from(dates.len()).unwrap_or(u32::MAX).saturating_add(1);
            match steps.checked_sub(cost) {
                Some(rest) => *steps = rest,
                None => return false,
            }
            for date in dates.iter().filter(|date| **date >= start.date()) {
                if left == Some(0) || !found(date.to_datetime(start.time())) {
                    return true;
                }
                left = left.map(|left| left - 1);
            }
            // A year in which nothing fits may be followed by one in which something does, but not for ever.
            if left == Some(0) || period > 1_000_000 {
                return true;
            }
            period += 1;
        }
    }

    /// How many periods lie before `from` for certain.
    fn periods_before(&self, start: Date, from: Date) -> i64 {
        let days = start.duration_until(from).as_secs() / 86_400;
        let months = (i64::from(from.year()) - i64::from(start.year())) * 12 + i64::from(from.month())
            - i64::from(start.month());
        let units = match self.frequency {
            Frequency::Daily => days,
            Frequency::Weekly => days / 7,
            Frequency::Monthly => months,
            Frequency::Yearly => months / 12,
        };
        (units / self.interval - 2).max(0)
    }

    /// The first day of a period.
    fn base(&self, start: Date, period: i64) -> Option<Date> {
        let n = period.checked_mul(self.interval)?;
        let span = |span: Result<Span, jiff::Error>, from: Date| from.checked_add(span.ok()?).ok();
        match self.frequency {
            Frequency::Daily => span(Span::new().try_days(n), start),
            Frequency::Weekly => {
                let back = start.weekday().since(self.week_start);
                span(Span::new().try_weeks(n), start.checked_sub(i64::from(back).days()).ok()?)
            }
            Frequency::Monthly => span(Span::new().try_months(n), start.first_of_month()),
            Frequency::Yearly => span(Span::new().try_years(n), start.first_of_year()),
        }
    }

    fn candidates(&self, base: Date, start: Date, found: &mut Vec<Date>) {
        let in_month = |date: &Date| self.by_month.is_empty() || self.by_month.contains(&date.month());
        match self.frequency {
            Frequency::Daily => found.extend([base].into_iter().filter(|date| self.fits_day(*date))),
            Frequency::Weekly => {
                let week = (0..7).filter_map(|day| base.checked_add(day.days()).ok());
                let wanted = |date: &Date| match self.by_day.is_empty() {
                    true => date.weekday() == start.weekday(),
                    false => self.by_day.iter().any(|(_, day)| *day == date.weekday()),
                };
                found.extend(week.filter(wanted));
            }
            Frequency::Monthly => self.of_month(base, start, found),
            Frequency::Yearly
                if self.by_month.is_empty() && self.by_month_day.is_empty() && !self.by_day.is_empty() =>
            {
                for (nth, day) in &self.by_day {
                    let year = days_from(base, base.last_of_year()).filter(|date| date.weekday() == *day).collect();
                    found.extend(pick(*nth, year));
                }
            }
            Frequency::Yearly => {
                let months: BTreeSet<i8> = match (self.by_month.is_empty(), self.by_month_day.is_empty()) {
                    (false, _) => self.by_month.iter().copied().collect(),
                    (true, false) => (1..=12).collect(),
                    (true, true) => [start.month()].into(),
                };
                for month in months {
                    self.of_month(Date::new(base.year(), month, 1).unwrap_or(base), start, found);
                }
            }
        }
        found.retain(in_month);
        found.sort_unstable();
        found.dedup();
        if !self.by_set_pos.is_empty() {
            let positions: BTreeSet<Date> = self.by_set_pos.iter().filter_map(|nth| nth_of(*nth, found)).collect();
            found.retain(|date| positions.contains(date));
        }
    }

    fn of_month(&self, first: Date, start: Date, found: &mut Vec<Date>) {
        let month = || days_from(first, first.last_of_month());
        if !self.by_month_day.is_empty() {
            return found.extend(month().filter(|date| self.fits_day(*date)));
        }
        if self.by_day.is_empty() {
            return found.extend(month().filter(|date| date.day() == start.day()));
        }
        for (nth, day) in &self.by_day {
            found.extend(pick(*nth, month().filter(|date| date.weekday() == *day).collect()));
        }
    }

    /// Whether the day of the month and the day of the week are wanted, where they are named.
    fn fits_day(&self, date: Date) -> bool {
        let from_end = date.day() - date.days_in_month() - 1;
        let of_month = |wanted: &i8| *wanted == date.day() || *wanted == from_end;
        (self.by_month_day.is_empty() || self.by_month_day.iter().any(of_month))
            && (self.by_day.is_empty() || self.by_day.iter().any(|(_, day)| *day == date.weekday()))
    }
}

fn days_from(first: Date, last: Date) -> impl Iterator<Item = Date> {
    first.series(1.day()).take_while(move |date| *date <= last)
}

fn pick(nth: i8, days: Vec<Date>) -> Vec<Date> {
    if nth == 0 { days } else { nth_of(i16::from(nth), &days).into_iter().collect() }
}

/// Counted from 1, or from the end by -1.
fn nth_of(nth: i16, days: &[Date]) -> Option<Date> {
    let index = usize::from(nth.unsigned_abs()).checked_sub(1)?;
    if nth > 0 { days.get(index).copied() } else { days.iter().rev().nth(index).copied() }
}

fn list<T>(text: &str, one: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(|part| one(part.trim())).collect()
}

fn number(text: &str, max: i8) -> Option<i8> {
    text.strip_prefix('+').unwrap_or(text).parse().ok().filter(|n: &i8| *n != 0 && (-max..=max).contains(n))
}

/// `MO`, `-1SU`
fn weekday(text: &str) -> Option<(i8, Weekday)> {
    let (nth, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let day = WEEKDAYS.iter().find(|(name, _)| *name == day)?.1;
    Some((if nth.is_empty() { 0 } else { number(nth, 53)? }, day))
}
