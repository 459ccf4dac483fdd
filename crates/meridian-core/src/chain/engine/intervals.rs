//! A set of numbers as the ranges that it consists of: a million numbers in a row take the room of one.
//!
//! What this does *not* do: it is not bounded. Who fills it from outside asks [`Intervals::count`] and stops.

use serde::{Deserialize, Serialize};

/// Ranges in order, both ends included, never touching one another. The last one stands apart, for nearly every question is
/// about it: so it is found without a further look into memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(u64, u64)>", into = "Vec<(u64, u64)>")]
pub struct Intervals {
    last: Option<(u64, u64)>,
    before: Vec<(u64, u64)>,
}

impl From<Vec<(u64, u64)>> for Intervals {
    fn from(mut before: Vec<(u64, u64)>) -> Intervals {
        Intervals { last: before.pop(), before }
    }
}

impl From<Intervals> for Vec<(u64, u64)> {
    fn from(Intervals { last, mut before }: Intervals) -> Self {
        before.extend(last);
        before
    }
}

impl Intervals {
    /// Where the range before the last is that holds `number`, or where one would go that does.
    fn find(&self, number: u64) -> Result<usize, usize> {
        let at = self.before.partition_point(|(_, to)| *to < number);
        if self.before.get(at).is_some_and(|(from, _)| *from <= number) { Ok(at) } else { Err(at) }
    }

    #[inline]
    pub fn has(&self, number: u64) -> bool {
        match self.last {
            Some((from, to)) if number >= from => number <= to,
            Some(_) => self.find(number).is_ok(),
            None => false,
        }
    }

    /// Whether it was new.
    #[inline]
    pub fn insert(&mut self, number: u64) -> bool {
        // Nearly always it follows the last one.
        match &mut self.last {
            Some((_, to)) if to.checked_add(1) == Some(number) => {
                *to = number;
                true
            }
            Some((from, _)) if number < *from => self.insert_before(number),
            Some((_, to)) if number <= *to => false,
            last => {
                self.before.extend(last.replace((number, number)));
                true
            }
        }
    }

    fn insert_before(&mut self, number: u64) -> bool {
        let Err(at) = self.find(number) else { return false };
        let joins = |(_, to): &(u64, u64)| to.checked_add(1) == Some(number);
        let joined = at.checked_sub(1).filter(|at| joins(&self.before[*at]));
        let from = joined.map_or(number, |at| self.before[at].0);
        let after = match self.before.get_mut(at) {
            Some(range) => Some(range),
            None => self.last.as_mut(),
        };
        let joins_after = after.filter(|(from, _)| number.checked_add(1) == Some(*from));
        match (joined, joins_after) {
            (Some(joined), Some(after)) => {
                after.0 = from;
                self.before.remove(joined);
            }
            (Some(joined), None) => self.before[joined].1 = number,
            (None, Some(after)) => after.0 = number,
            (None, None) => self.before.insert(at, (number, number)),
        }
        true
    }

    /// Whether every number of `from ..= to` is in it; of an empty range: yes.
    pub fn covers(&self, from: u64, to: u64) -> bool {
        from > to
            || match self.last {
                Some((first, last)) if from >= first => to <= last,
                _ => self.find(from).is_ok_and(|at| self.before[at].1 >= to),
            }
    }

    /// Of how many ranges it consists.
    pub fn count(&self) -> usize {
        self.before.len() + usize::from(self.last.is_some())
    }
}
