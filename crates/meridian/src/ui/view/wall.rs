//! The wall: what a room reads from five metres away.

use meridian_core::{Instant, incident::Severity};

use super::{control::SiteView, day::Day};
use crate::ui::parts::{Clock, Glyph, Say};

#[derive(Clone, Debug)]
pub struct WallView {
    pub clock: Clock,
    pub estate: String,
    /// The sites of the ring.
    pub sites: Vec<WallSite>,
    pub stake: Stake,
    pub day: Day,
    /// Up to three things beside it.
    pub list: Vec<Item>,
}

#[derive(Clone, Debug)]
pub struct WallSite {
    pub site: SiteView,
    /// When the watch passes to this site, by the plan.
    pub takes: Option<Instant>,
}

/// The one thing that matters most.
#[derive(Clone, Debug)]
pub struct Stake {
    pub shape: Option<(Glyph, Option<Severity>)>,
    pub figure: Figure,
    pub urgent: bool,
    pub what: Say,
    pub more: Vec<Say>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Time left until then.
    Left(Instant),
    /// Time since then.
    Since(Instant),
    None,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub label: &'static str,
    pub shape: Glyph,
    pub what: Say,
}
