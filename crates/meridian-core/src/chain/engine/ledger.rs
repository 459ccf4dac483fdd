//! The daily ledger: how many messages ended how, and what they were worth.
//!
//! A message counts on the UTC day of its first sighting. What this does *not* do: it signs nothing; the journal does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::message::{End, Message};
use crate::chain::amount::Amount;
use crate::chain::plan::HopId;

const DAY: i64 = 86_400_000_000_000;

/// Count and worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    pub count: u64,
    pub amount: Amount,
}

/// One day in one currency. What is in none of the three is outstanding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    pub originated: Sum,
    pub confirmed: Sum,
    pub rejected: Sum,
    pub cancelled: Sum,
}

/// By day since 1970 and the number of the currency (0: no amount was said).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger(Vec<((i64, u32), Day)>);

impl Sum {
    fn add(&mut self, amount: Amount) {
        self.count += 1;
        self.amount = Amount(self.amount.0.saturating_add(amount.0));
    }
}

impl Ledger {
    /// Counts a message as it stands now.
    pub fn close(&mut self, message: &Message, confirming: HopId) {
        let (amount, currency) = message.amount().unwrap_or_default();
        self.count(message.at_first().unwrap_or(0), amount, currency, message.end(confirming));
    }

    /// Counts one that was first seen then, and ended so.
    pub fn count(&mut self, at: i64, amount: Amount, currency: u32, end: Option<End>) {
        let key = (at.div_euclid(DAY), currency);
        let at = self.0.binary_search_by_key(&key, |(known, _)| *known).unwrap_or_else(|at| {
            self.0.insert(at, (key, Day::default()));
            at
        });
        let day = &mut self.0[at].1;
        day.originated.add(amount);
        match end {
            Some(End::Confirmed) => day.confirmed.add(amount),
            Some(End::Rejected) => day.rejected.add(amount),
            Some(End::Cancelled) => day.cancelled.add(amount),
            None => {}
        }
    }

    /// Days in order, in each the currencies by number.
    pub fn days(&self) -> BTreeMap<(i64, u32), Day> {
        self.0.iter().copied().collect()
    }
}
