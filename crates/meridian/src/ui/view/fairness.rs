//! Who carries how much of the watch.

use jiff::{SignedDuration, civil::Date};
use meridian_core::roster::Burden;

use super::rota::ShiftRow;

#[derive(Clone, Debug)]
pub struct FairnessView {
    /// `rota/payments`, `team/payments`; empty: everybody.
    pub of: String,
    pub choices: Vec<(String, String)>,
    /// The first and the last day, both of them included.
    pub from: Date,
    pub to: Date,
    /// By whose clock they begin and end.
    pub zone: String,
    /// What of the address can't be answered; what is shown stands in for it.
    pub wrong: Option<&'static str>,
    pub rows: Vec<ShareRow>,
    pub hours: SignedDuration,
    /// Whose shifts are shown below, with the first of them and how many there are.
    pub person: Option<(String, Vec<ShiftRow>, usize)>,
}

#[derive(Clone, Debug)]
pub struct ShareRow {
    pub name: String,
    pub who: String,
    pub site: String,
    pub hours: SignedDuration,
    pub nights: Burden,
    pub weekends: Burden,
    pub holidays: Burden,
    pub pages: u32,
    pub fair: SignedDuration,
    pub balance: SignedDuration,
    /// The balance as a part of the largest of all, from -1 to 1.
    pub weight: f64,
}
