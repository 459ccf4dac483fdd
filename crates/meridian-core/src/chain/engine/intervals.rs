//! A set of numbers as the ranges that it consists of: a million numbers in a row take the room of one.
//!
//! What this does *not* do: it is not bounded. Who fills it from outside asks [`Intervals::ranges`] and stops.

use serde::{Deserialize, Serialize};

/// Ranges in order, both ends included, never touching one another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Intervals(Vec<(u64, u64)>);

impl Intervals {
    /// Where the range is that holds `number`, or where one would go that does.
    fn find(&self, number: u64) -> Result<usize, usize> {
        // Nearly always it is the last one.
        if let Some((from, to)) = self.0.last()
            && number >= *from
        {
            return if number <= *to { Ok(self.0.len() - 1) } else { Err(self.0.len()) };
        }
        let at = self.0.partition_point(|(_, to)| *to < number);
        if self.0.get(at).is_some_and(|(from, _)| *from <= number) { Ok(at) } else { Err(at) }
    }

    pub fn has(&self, number: u64) -> bool {
        self.find(number).is_ok()
    }

    /// Whether it was new.
    pub fn insert(&mut self, number: u64) -> bool {
        // Nearly always it follows the last one.
        if let Some((_, to)) = self.0.last_mut()
            && to.checked_add(1) == Some(number)
        {
            *to = number;
            return true;
        }
        let Err(at) = self.find(number) else { return false };
        let joins_before = at > 0 && self.0[at - 1].1.checked_add(1) == Some(number);
        let joins_after = at < self.0.len() && number.checked_add(1) == Some(self.0[at].0);
        match (joins_before, joins_after) {
            (true, true) => {
                self.0[at - 1].1 = self.0[at].1;
                self.0.remove(at);
            }
            (true, false) => self.0[at - 1].1 = number,
            (false, true) => self.0[at].0 = number,
            (false, false) => self.0.insert(at, (number, number)),
        }
        true
    }

    /// Whether every number of `from ..= to` is in it; of an empty range: yes.
    pub fn covers(&self, from: u64, to: u64) -> bool {
        from > to || self.find(from).is_ok_and(|at| self.0[at].1 >= to)
    }

    pub fn ranges(&self) -> &[(u64, u64)] {
        &self.0
    }
}
