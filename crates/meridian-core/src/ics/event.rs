//! One event of a file, and the days or hours that it takes.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{
    SignedDuration, ToSpan as _,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

use super::{
    line::Property,
    read::{Problem, Span},
    recur::Rule,
    value::{Written, duration, written},
    zone::{Described, Zone},
};
use crate::Instant;

/// The properties that matter, as they stand there.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub line: u32,
    pub uid: String,
    pub summary: String,
    pub sequence: i64,
    pub cancelled: bool,
    start: Option<Property>,
    end: Option<Property>,
    duration: Option<Property>,
    recurrence: Option<Property>,
    rules: Vec<Property>,
    added: Vec<Property>,
    except: Vec<Property>,
}

const SUMMARY_CHARS_MAX: usize = 200;

impl Raw {
    pub fn at(line: u32) -> Raw {
        Raw { line, ..Raw::default() }
    }

    pub fn take(&mut self, property: Property) {
        match property.name.as_str() {
            "UID" => self.uid = property.value,
            "SUMMARY" => {
                let text = property.text();
                let words: Vec<&str> = text.split_whitespace().collect();
                self.summary = words.join(" ").chars().filter(|c| !c.is_control()).take(SUMMARY_CHARS_MAX).collect();
            }
            "SEQUENCE" => self.sequence = property.value.parse().unwrap_or_default(),
            "STATUS" => self.cancelled = property.value.eq_ignore_ascii_case("CANCELLED"),
            "DTSTART" => self.start = Some(property),
            "DTEND" => self.end = Some(property),
            "DURATION" => self.duration = Some(property),
            "RECURRENCE-ID" => self.recurrence = Some(property),
            "RRULE" | "EXRULE" => self.rules.push(property),
            "RDATE" => self.added.push(property),
            "EXDATE" => self.except.push(property),
            _ => {}
        }
    }

    pub fn is_one_of_many(&self) -> bool {
        self.recurrence.is_some()
    }
}

/// What a time of a file means: its zones, and the zone of times that have none.
pub(super) struct Meaning<'a> {
    pub zone: &'a TimeZone,
    pub described: &'a BTreeMap<String, Arc<Described>>,
    pub known: BTreeMap<String, Option<Zone>>,
}

/// A moment whose zone is known.
#[derive(Clone, Debug)]
pub(super) enum Moment {
    Day(Date),
    Time(DateTime, Zone),
}

/// By which an occurrence is known: the same however it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Day(Date),
    Time(Instant),
}

impl Moment {
    fn wall(&self) -> DateTime {
        match self {
            Moment::Day(date) => date.to_datetime(Time::midnight()),
            Moment::Time(at, _) => *at,
        }
    }

    fn at(&self, wall: DateTime) -> Moment {
        match self {
            Moment::Day(_) => Moment::Day(wall.date()),
            Moment::Time(_, zone) => Moment::Time(wall, zone.clone()),
        }
    }

    pub fn key(&self) -> Option<Key> {
        match self {
            Moment::Day(date) => Some(Key::Day(*date)),
            Moment::Time(at, zone) => zone.instant(*at).map(Key::Time),
        }
    }
}

impl Meaning<'_> {
    fn zone(&mut self, name: &str) -> Option<Zone> {
        let described = self.described;
        let found = || Zone::find(name, described.get(name));
        self.known.entry(name.to_owned()).or_insert_with(found).clone()
    }

    /// Every moment of a property; most have one.
    fn moments(&mut self, property: &Property) -> Result<Vec<Moment>, Problem> {
        let wrong = |what: String| Problem { line: property.line, what: format!("{}: {what}", property.name) };
        if property.param("VALUE").is_some_and(|kind| kind.eq_ignore_ascii_case("PERIOD")) {
            return Err(wrong("periods are not read".into()));
        }
        let mut moments = Vec::new();
        for text in property.value.split(',') {
            moments.push(match written(text.trim()).map_err(wrong)? {
                Written::Date(date) => Moment::Day(date),
                Written::Utc(at) => Moment::Time(at, Zone::Known(TimeZone::UTC)),
                Written::Local(at) => match property.param("TZID") {
                    None => Moment::Time(at, Zone::Known(self.zone.clone())),
                    Some(name) => {
                        let unknown = || {
                            let shown: String = name.chars().take(60).collect();
                            wrong(format!(
                                "the zone `{}` is not known: it is no IANA or Windows name, and the file does not say \
                                 what it is",
                                shown.escape_debug()
                            ))
                        };
                        Moment::Time(at, self.zone(name).ok_or_else(unknown)?)
                    }
                },
            });
        }
        Ok(moments)
    }

    fn moment(&mut self, property: &Property) -> Result<Moment, Problem> {
        let none = || Problem { line: property.line, what: format!("{} is empty", property.name) };
        self.moments(property)?.into_iter().next().ok_or_else(none)
    }
}

/// How long each occurrence takes.
#[derive(Clone, Copy, Debug)]
enum Lasting {
    Days(i64),
    Time(SignedDuration),
}

/// An event that was understood.
#[derive(Debug)]
pub(super) struct Understood {
    start: Moment,
    lasting: Lasting,
    rule: Option<Rule>,
    added: Vec<Moment>,
    except: Vec<Key>,
    /// Days on which nothing takes place, whatever the time.
    except_days: Vec<Date>,
    pub instead_of: Option<Key>,
}

impl Understood {
    pub fn new(raw: &Raw, meaning: &mut Meaning<'_>) -> Result<Understood, Problem> {
        let at = |line: u32, what: String| Problem { line, what };
        let start = raw.start.as_ref().ok_or_else(|| at(raw.line, "this event has no DTSTART".into()))?;
        let begin = meaning.moment(start)?;
        let lasting = lasting(raw, &begin, meaning)?;
        let rule = match raw.rules.as_slice() {
            [] => None,
            [one] if one.name == "RRULE" => Some(Rule::parse(&one.value).map_err(|what| at(one.line, what))?),
            [.., last] => return Err(at(last.line, "an event with EXRULE or with several rules is not read".into())),
        };
        let (mut added, mut except, mut except_days) = (Vec::new(), Vec::new(), Vec::new());
        for property in &raw.added {
            added.extend(meaning.moments(property)?);
        }
        for property in &raw.except {
            for moment in meaning.moments(property)? {
                match (&begin, &moment) {
                    (Moment::Day(_), Moment::Time(wall, _)) => except.push(Key::Day(wall.date())),
                    (Moment::Time(..), Moment::Day(date)) => except_days.push(*date),
                    _ => except.extend(moment.key()),
                }
            }
        }
        let instead_of = match &raw.recurrence {
            Some(property) if property.param("RANGE").is_some() => {
                return Err(at(property.line, "a change of this and all later occurrences (RANGE) is not read".into()));
            }
            Some(property) => meaning.moment(property)?.key(),
            None => None,
        };
        Ok(Understood { start: begin, lasting, rule, added, except, except_days, instead_of })
    }

    /// Calls `found` with each occurrence that has a part of `[from, until)`. False: it cost too much.
    pub fn occurrences(
        &self,
        (from, until): (Date, Date),
        steps: &mut u32,
        mut found: impl FnMut(Key, Span) -> bool,
    ) -> bool {
        let days = match self.lasting {
            Lasting::Days(days) => days,
            Lasting::Time(time) => time.as_hours() / 24 + 1,
        };
        // A day on either side, for zones.
        let earliest = from.checked_sub((days + 1).days()).unwrap_or(Date::MIN);
        let latest = until.checked_add(1.days()).unwrap_or(Date::MAX);
        let mut enough = false;
        let mut one = |moment: &Moment| {
            let Some(key) = moment.key() else { return };
            let left_out = self.except.contains(&key) || self.except_days.contains(&moment.wall().date());
            if let Some(span) = self.span(moment).filter(|span| !left_out && span.has_part_of(from, until)) {
                enough = !found(key, span);
            }
        };
        match &self.rule {
            None => one(&self.start),
            Some(rule) => {
                let within = rule.walk(self.start.wall(), earliest, steps, |wall| {
                    let moment = self.start.at(wall);
                    let over = self.is_over(rule, &moment);
                    if !over && wall.date() >= earliest {
                        one(&moment);
                    }
                    !over && wall.date() <= latest
                });
                if !within {
                    return false;
                }
            }
        }
        self.added.iter().for_each(&mut one);
        !enough
    }

    fn is_over(&self, rule: &Rule, moment: &Moment) -> bool {
        let wall = moment.wall();
        match (rule.until, moment) {
            (None, _) => false,
            (Some(Written::Date(last)), _) => wall.date() > last,
            (Some(Written::Utc(last) | Written::Local(last)), Moment::Day(day)) => *day > last.date(),
            (Some(Written::Local(last)), _) => wall > last,
            (Some(Written::Utc(last)), Moment::Time(..)) => {
                let last = TimeZone::UTC.to_timestamp(last).ok().map(Key::Time);
                moment.key().zip(last).is_some_and(|(key, last)| key > last)
            }
        }
    }

    fn span(&self, moment: &Moment) -> Option<Span> {
        Some(match (moment, self.lasting) {
            (Moment::Day(first), Lasting::Days(days)) => {
                Span::Days { first: *first, last: first.checked_add((days - 1).days()).ok()? }
            }
            (Moment::Day(first), Lasting::Time(_)) => Span::Days { first: *first, last: *first },
            (Moment::Time(wall, zone), Lasting::Days(days)) => {
                let end = wall.checked_add(days.days()).ok()?;
                Span::Time { from: zone.instant(*wall)?, until: zone.instant(end)? }
            }
            (Moment::Time(wall, zone), Lasting::Time(time)) => {
                let from = zone.instant(*wall)?;
                Span::Time { from, until: from.checked_add(time).ok()? }
            }
        })
    }
}

fn lasting(raw: &Raw, begin: &Moment, meaning: &mut Meaning<'_>) -> Result<Lasting, Problem> {
    let property = raw.end.as_ref().or(raw.duration.as_ref());
    let at = |what: &str| Problem { line: property.map_or(raw.line, |property| property.line), what: what.to_owned() };
    let too_long = || at("this event lasts longer than ten years");
    let checked = |lasting: Lasting| match lasting {
        Lasting::Days(days) if days > 3_660 => Err(too_long()),
        Lasting::Time(time) if time.as_hours() > 3_660 * 24 => Err(too_long()),
        lasting => Ok(lasting),
    };
    if let Some(end) = &raw.end {
        let end = meaning.moment(end)?;
        let before = || at("this event ends before it begins");
        return match (begin, &end) {
            (Moment::Day(first), Moment::Day(after)) => {
                let days = first.duration_until(*after).as_hours() / 24;
                // Some write the day itself where the day after should stand.
                if days < 0 { Err(before()) } else { checked(Lasting::Days(days.max(1))) }
            }
            (Moment::Time(..), Moment::Time(..)) => match (begin.key(), end.key()) {
                (Some(Key::Time(from)), Some(Key::Time(until))) if from <= until => {
                    checked(Lasting::Time(from.duration_until(until)))
                }
                _ => Err(before()),
            },
            _ => Err(at("of this event's beginning and end only one is a whole day")),
        };
    }
    match (&raw.duration, begin) {
        (None, Moment::Day(_)) => Ok(Lasting::Days(1)),
        (None, Moment::Time(..)) => Ok(Lasting::Time(SignedDuration::ZERO)),
        (Some(property), begin) => {
            let (days, time) = duration(&property.value).map_err(|what| Problem { line: property.line, what })?;
            match (begin, time.is_zero()) {
                (Moment::Day(_), _) => checked(Lasting::Days(days.max(1))),
                (Moment::Time(..), true) => checked(Lasting::Days(days)),
                (Moment::Time(..), false) => checked(Lasting::Time(time + SignedDuration::from_hours(days * 24))),
            }
        }
    }
}
