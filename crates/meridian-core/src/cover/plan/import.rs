//! Leave from a calendar that somebody keeps elsewhere: what is new in it, what changed, what vanished.
//!
//! Every leave of an import has an origin: the name of its source and what the event is called there. So a calendar that is
//! read again changes what it changed and doubles nothing. What does *not* happen: a leave of another source, of the estate or
//! by hand is touched, or one that lies outside of the time that was read.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Context, LeaveWhen, LeaveWish, Remark, invalid, leave};
use crate::{
    Instant, Refusal,
    ics::{Away, Span},
    id::{ChangeId, Name},
};

/// Each asks for cover for the watches in it, and whoever pages waits meanwhile.
pub const LEAVES_AT_ONCE: usize = 200;
const SOURCE_CHARS_MAX: usize = 60;
const ORIGIN_BYTES_MAX: usize = 500;

/// A calendar of somebody's leave, as it is now.
#[derive(Clone, Debug)]
pub struct LeaveImport {
    pub person: Name,
    /// Tells the calendars of a person apart.
    pub source: String,
    pub events: Vec<Away>,
    /// What was read of the calendar; a leave outside of it did not vanish.
    pub from: Instant,
    pub until: Instant,
}

/// What became of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    pub added: Vec<ChangeId>,
    pub changed: Vec<ChangeId>,
    pub removed: Vec<ChangeId>,
    pub unchanged: usize,
    /// So many were over already.
    pub past: usize,
    pub remarks: Vec<Remark>,
}

/// One step of an import. All of them were checked before the first is taken, so that none is taken alone.
#[derive(Clone, Debug)]
pub enum ImportStep {
    Remove(ChangeId),
    Add(LeaveWish),
    Change(LeaveWish),
}

/// The steps, those that remove first, and what needs none.
pub fn plan_import(context: &Context<'_>, import: &LeaveImport) -> Result<(Vec<ImportStep>, Imported), Refusal> {
    context.person("person", &import.person)?;
    let named = !import.source.is_empty() && import.source.chars().count() <= SOURCE_CHARS_MAX;
    if !named || import.source.contains(|c: char| c.is_control() || c == '/') {
        return invalid("source", format!("a source has 1 to {SOURCE_CHARS_MAX} characters, without a slash"));
    }
    let prefix = format!("{}/", import.source);
    let known = context.covers.leave_of(&import.person);
    let known = known.filter_map(|(id, leave, origin)| Some((origin.filter(|o| o.starts_with(&prefix))?, (id, leave))));
    let known: BTreeMap<&str, _> = known.collect();
    let (wishes, past) = wishes(context, import, |origin| known.contains_key(origin))?;
    let mut done = Imported { past, ..Imported::default() };
    let named: BTreeSet<&str> = wishes.iter().filter_map(|(wish, _)| wish.origin.as_deref()).collect();
    let gone = known.iter().filter(|(origin, (_, leave))| {
        let was_read = leave.from < import.until && import.from < leave.until;
        was_read && leave.until > context.now && !named.contains(*origin)
    });
    let mut steps: Vec<ImportStep> = gone.map(|(_, (id, _))| ImportStep::Remove(*id)).collect();
    for (wish, leave) in wishes {
        match wish.origin.as_deref().and_then(|origin| known.get(origin)) {
            Some((_, known)) if (known.from, known.until, &known.note) == (leave.from, leave.until, &leave.note) => {
                done.unchanged += 1;
            }
            Some(_) => steps.push(ImportStep::Change(wish)),
            None => steps.push(ImportStep::Add(wish)),
        }
    }
    Ok((steps, done))
}

type Checked = Vec<(LeaveWish, crate::estate::Leave)>;

/// Those that are not over, each checked, and how many are over.
fn wishes(
    context: &Context<'_>,
    import: &LeaveImport,
    known: impl Fn(&str) -> bool,
) -> Result<(Checked, usize), Refusal> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for event in &import.events {
        *times.entry(&event.uid).or_default() += 1;
    }
    let (mut wishes, mut past) = (Vec::new(), 0);
    for event in &import.events {
        // One that takes place once keeps its name when it is moved; of one that is repeated each day has its own.
        let begin = match event.when {
            Span::Days { first, .. } => first.to_string(),
            Span::Time { from, .. } => from.to_string(),
        };
        let once = format!("{}/{}", import.source, event.uid);
        let of_series = format!("{once}/{begin}");
        // The last one that is left of a series keeps the name that it had in it.
        let repeated = times[event.uid.as_str()] > 1 || (known(&of_series) && !known(&once));
        let origin = if repeated { of_series } else { once };
        if origin.len() > ORIGIN_BYTES_MAX {
            return invalid(
                "calendar",
                format!("the UID of the event of {begin} is longer than {ORIGIN_BYTES_MAX} bytes"),
            );
        }
        let when = match event.when {
            Span::Days { first, last } => LeaveWhen::Days { first, last },
            Span::Time { from, until } => LeaveWhen::Instants { from, until },
        };
        let (person, note) = (import.person.clone(), event.note.clone());
        let wish = LeaveWish { person, when, note, origin: Some(origin) };
        match leave::read(context, &wish) {
            Ok(leave) => wishes.push((wish, leave)),
            Err(_) if leave::is_over(context, &wish) => past += 1,
            Err(Refusal::Invalid { why, .. }) => {
                return invalid("calendar", format!("the event of {begin}: {why}; nothing was imported"));
            }
            Err(other) => return Err(other),
        }
        if wishes.len() > LEAVES_AT_ONCE {
            let why =
                format!("it has more than {LEAVES_AT_ONCE} leaves to come; name a shorter time. Nothing was imported");
            return invalid("calendar", why);
        }
    }
    Ok((wishes, past))
}
