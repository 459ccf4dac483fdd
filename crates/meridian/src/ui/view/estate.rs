//! The estate in force, a refused change, and the people in it.

use meridian_core::{Instant, estate::RefusedProblem};

#[derive(Clone, Debug, Default)]
pub struct EstateView {
    pub name: String,
    pub digest: String,
    pub since: Option<Instant>,
    /// "6 people", "3 sites".
    pub counts: Vec<(&'static str, usize)>,
    pub refused: Option<Refused>,
    pub warnings: Vec<Warning>,
    pub files: Vec<(String, usize)>,
}

/// A change that was not taken; the estate before stays in force.
#[derive(Clone, Debug)]
pub struct Refused {
    pub at: Instant,
    pub digest: String,
    pub problems: Vec<RefusedProblem>,
}

#[derive(Clone, Debug)]
pub struct Warning {
    pub what: String,
    pub file: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct PeopleView {
    pub rows: Vec<PersonRow>,
}

#[derive(Clone, Debug)]
pub struct PersonRow {
    pub name: String,
    pub display_name: String,
    pub site: String,
    pub zone: jiff::tz::TimeZone,
    /// In order: "phone (sms) at once", "mail (email) after 2 min". Addresses are not shown.
    pub high: Vec<String>,
    pub low: Vec<String>,
    /// The rotas in which this person stands.
    pub rotas: Vec<String>,
    pub on_watch: bool,
    pub warnings: Vec<String>,
}
