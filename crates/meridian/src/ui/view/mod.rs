//! What pages show, as plain data: already decided, filtered, and cut to one page.

pub mod access;
pub mod accounts;
pub mod alert;
pub mod announcement;
pub mod answer;
pub mod chains;
pub mod changes;
pub mod control;
pub mod coverage;
pub mod day;
pub mod estate;
pub mod fairness;
pub mod fault;
pub mod feed;
pub mod handoff;
pub mod incident;
pub mod page;
pub mod rota;
pub mod switch;
pub mod wall;

use meridian_core::Instant;

use super::parts::{Glyph, Say};

/// A fact as a sentence: when, what, who, why.
#[derive(Clone, Debug)]
pub struct Told {
    /// The journal's number of it.
    pub seq: Option<u64>,
    pub at: Instant,
    pub shape: Option<Glyph>,
    pub what: Say,
    pub by: Option<String>,
    pub because: Option<Say>,
}

impl Told {
    pub fn new(at: Instant, what: impl Into<Say>) -> Told {
        Told { seq: None, at, shape: None, what: what.into(), by: None, because: None }
    }

    pub fn shape(mut self, shape: Glyph) -> Told {
        self.shape = Some(shape);
        self
    }

    pub fn by(mut self, by: impl Into<String>) -> Told {
        self.by = Some(by.into());
        self
    }

    pub fn because(mut self, because: impl Into<Say>) -> Told {
        self.because = Some(because.into());
        self
    }
}

/// The newest facts, a page at a time.
#[derive(Clone, Debug, Default)]
pub struct JournalView {
    /// Newest first.
    pub told: Vec<Told>,
    /// `?before=` of the next older page.
    pub older: Option<u64>,
    /// Whether this is not the newest page.
    pub newer: bool,
    pub entries: u64,
    /// The beginning of the hash over everything up to the newest entry; empty on older pages.
    pub head: String,
}

/// A place to go or a thing to do.
#[derive(Clone, Debug)]
pub struct Found {
    pub section: &'static str,
    pub shape: Option<Glyph>,
    pub href: String,
    pub what: String,
    pub more: String,
    /// `href` is asked by a form of ours, not looked at.
    pub posts: bool,
}

#[derive(Clone, Debug, Default)]
pub struct FindView {
    pub query: String,
    pub found: Vec<Found>,
}

/// An error, as a reader may see it: what, why, and the nearest right thing.
#[derive(Clone, Debug)]
pub struct OopsView {
    pub status: u16,
    pub title: String,
    pub why: String,
    pub href: String,
    pub link: String,
}
