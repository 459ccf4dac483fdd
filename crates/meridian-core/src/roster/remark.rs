//! What is worth knowing about overrides that were accepted all the same: one that covers nobody, one that gives way to a
//! later one.
//!
//! It changes nobody's watch: of two overrides for the same watch the last counts, here as in every other answer.

use std::fmt;

use jiff::SignedDuration;

use super::resolve::{Laid, laid};
use crate::{
    Instant,
    estate::{Override, Rota},
    id::Name,
};

/// Longer than what is added at run time may last.
const LOOKED_AT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// One override of a rota, and what is worth knowing about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverrideRemark {
    pub rota: Name,
    /// Absent: it stands in the estate's files.
    pub id: Option<u64>,
    pub change: Override,
    pub what: OverrideDoubt,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverrideDoubt {
    /// Nobody is replaced at any time: they are not on watch then, or the rota has no such layer.
    CoversNobody,
    /// In this time a later one puts somebody else on watch. The last one counts.
    GivesWay {
        /// Absent: it stands in the estate's files.
        to: Option<u64>,
        with: Name,
        from: Instant,
        until: Instant,
    },
}

/// What is worth knowing about those overrides that concern `[from, until)`: first those of the rota, then those that
/// were added, each with its number. The window may be all of time: only where there are overrides is the rota resolved.
pub fn override_remarks(
    rota: &Rota,
    numbered: &[(u64, Override)],
    from: Instant,
    until: Instant,
) -> Vec<OverrideRemark> {
    let added: Vec<Override> = numbered.iter().map(|(_, change)| change.clone()).collect();
    let all: Vec<&Override> = rota.overrides.iter().chain(&added).collect();
    let place = |change: &Override| all.iter().position(|known| std::ptr::eq(*known, change)).unwrap_or_default();
    let id = |change: &Override| Some(numbered[place(change).checked_sub(rota.overrides.len())?].0);
    let concerns = |from_other: Instant, until_other: Instant| from_other < until && from < until_other;
    let wanted = |change: &Override| concerns(change.from, change.until) && change.from < change.until;
    let lasts = |change: &Override| change.from.duration_until(change.until) > LOOKED_AT;
    let (long, short): (Vec<&Override>, Vec<&Override>) =
        all.iter().copied().filter(|change| wanted(change)).partition(|change| lasts(change));
    let joined = joined(&short).into_iter().map(|stretch| (stretch, None));
    let mut found = Vec::new();
    for ((begin, end), only) in joined.chain(long.into_iter().map(|change| (near(change, from), Some(change)))) {
        let told = |one: &&Laid<'_>| match only {
            Some(long) => std::ptr::eq(long, one.change),
            None => wanted(one.change) && !lasts(one.change),
        };
        for one in laid(rota, &added, begin, end).iter().filter(told) {
            let remark =
                |what| OverrideRemark { rota: rota.name.clone(), id: id(one.change), change: one.change.clone(), what };
            let whole = begin <= one.change.from && one.change.until <= end;
            if !one.used && whole {
                found.push((place(one.change), remark(OverrideDoubt::CoversNobody)));
            }
            let within = gives_way(one).into_iter().filter(|(from, until, _)| concerns(*from, *until));
            found.extend(within.map(|(from, until, later)| {
                let (to, with) = (id(later), later.with.clone());
                (place(one.change), remark(OverrideDoubt::GivesWay { to, with, from, until }))
            }));
        }
    }
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, remark)| remark).collect()
}

/// The time that these overrides take, so that each is looked at as a whole: one that covers nobody today may cover somebody
/// tomorrow.
fn joined(changes: &[&Override]) -> Vec<(Instant, Instant)> {
    let mut all: Vec<(Instant, Instant)> = changes.iter().map(|change| (change.from, change.until)).collect();
    all.sort();
    let mut joined: Vec<(Instant, Instant)> = Vec::new();
    for (begin, end) in all {
        match joined.last_mut() {
            Some((_, last)) if begin <= *last => *last = end.max(*last),
            _ => joined.push((begin, end)),
        }
    }
    joined
}

/// What is looked at of an override that may have no end, for a rota is resolved watch by watch.
fn near(change: &Override, from: Instant) -> (Instant, Instant) {
    let begin = change.from.max(from.saturating_sub(LOOKED_AT).unwrap_or(Instant::MIN));
    (begin, change.until.min(begin.max(from).saturating_add(LOOKED_AT).unwrap_or(Instant::MAX)))
}

/// In the order of time; what touches is one.
fn gives_way<'a>(one: &Laid<'a>) -> Vec<(Instant, Instant, &'a Override)> {
    let mut all = one.gives_way.clone();
    all.sort_by_key(|(from, until, _)| (*from, *until));
    let mut joined: Vec<(Instant, Instant, &Override)> = Vec::new();
    for (from, until, later) in all {
        match joined.iter_mut().find(|(_, end, known)| std::ptr::eq(*known, later) && from <= *end) {
            Some((_, end, _)) => *end = until.max(*end),
            None => joined.push((from, until, later)),
        }
    }
    joined
}

/// `override 4`, `an override of the estate`.
fn called(id: Option<u64>) -> String {
    id.map_or_else(|| "an override of the estate".to_owned(), |id| format!("override {id}"))
}

impl OverrideDoubt {
    /// Beside the override itself.
    pub fn words(&self, change: &Override) -> String {
        match (self, &change.replace) {
            (OverrideDoubt::CoversNobody, Some(replaced)) => {
                format!("it covers nobody: {replaced} is not on watch there in that time")
            }
            (OverrideDoubt::CoversNobody, None) => "it covers nobody: the rota has no such layer".into(),
            (OverrideDoubt::GivesWay { to, with, from, until }, _) => {
                format!(
                    "from {from} to {until} {}, which is later, puts {with} on watch; the last one counts",
                    called(*to)
                )
            }
        }
    }
}

impl OverrideRemark {
    /// Those of the estate's files have no number and are known by what they say.
    pub fn is_about(&self, id: Option<u64>, change: &Override) -> bool {
        self.id == id && self.change == *change
    }
}

/// A sentence that says which one is meant, too.
impl fmt::Display for OverrideRemark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Override { from, until, replace, with, .. } = &self.change;
        let instead = replace.as_ref().map_or_else(|| " in addition".to_owned(), |replaced| format!(" for {replaced}"));
        let which = called(self.id);
        write!(f, "{}: {which}, {with}{instead} from {from} to {until}: {}", self.rota, self.what.words(&self.change))
    }
}
