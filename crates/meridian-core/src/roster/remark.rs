//! What is worth knowing about overrides that were accepted all the same: one that covers nobody, one that gives way to a
//! later one.
//!
//! It changes nobody's watch: of two overrides for the same watch the last counts, here as in every other answer.

use std::fmt;

use super::resolve::{Laid, laid};
use crate::{
    Instant,
    estate::{Override, Rota},
    id::Name,
};

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
/// were added, each with its number.
pub fn override_remarks(
    rota: &Rota,
    numbered: &[(u64, Override)],
    from: Instant,
    until: Instant,
) -> Vec<OverrideRemark> {
    let added: Vec<Override> = numbered.iter().map(|(_, change)| change.clone()).collect();
    let concerns = |from_other: Instant, until_other: Instant| from_other < until && from < until_other;
    let wanted = |change: &&Override| concerns(change.from, change.until) && change.from < change.until;
    let (mut begin, mut end) = (from, until);
    // Each is looked at as a whole: one that covers nobody today may cover somebody tomorrow.
    for change in rota.overrides.iter().chain(&added).filter(wanted) {
        (begin, end) = (begin.min(change.from), end.max(change.until));
    }
    let id = |change: &Override| {
        let place = added.iter().position(|known| std::ptr::eq(known, change))?;
        Some(numbered[place].0)
    };
    let mut found = Vec::new();
    for one in laid(rota, &added, begin, end).iter().filter(|one| wanted(&one.change)) {
        let remark =
            |what| OverrideRemark { rota: rota.name.clone(), id: id(one.change), change: one.change.clone(), what };
        if !one.used {
            found.push(remark(OverrideDoubt::CoversNobody));
        }
        let within = gives_way(one).into_iter().filter(|(from, until, _)| concerns(*from, *until));
        found.extend(within.map(|(from, until, later)| {
            remark(OverrideDoubt::GivesWay { to: id(later), with: later.with.clone(), from, until })
        }));
    }
    found
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
