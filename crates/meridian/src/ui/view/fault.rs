//! Where the fault is: what explains it, where to look next, and what was found by hand.

use meridian_core::{Instant, id::IncidentId};

#[derive(Clone, Debug, Default)]
pub struct FaultView {
    /// Lanes that miss messages, and that miss none.
    pub failing: usize,
    pub healthy: usize,
    pub since: Option<Instant>,
    /// Best first.
    pub explanations: Vec<ExplanationView>,
    /// How likely only reports are missing.
    pub nothing: f64,
    pub rivals: Vec<String>,
    pub segments: Vec<SegmentView>,
    /// Best first.
    pub next: Vec<LookView>,
    /// Oldest first, so that the halving can be followed.
    pub findings: Vec<FindingView>,
    /// Chain and hop.
    pub dark: Vec<(String, String)>,
    pub left_out: Vec<String>,
    /// Every place where somebody can look: what the form sends, and what it says.
    pub places: Vec<(String, String)>,
}

/// Sets that nothing tells apart.
#[derive(Clone, Debug)]
pub struct ExplanationView {
    /// Of all of them together.
    pub together: f64,
    /// Of each.
    pub each: f64,
    pub sets: Vec<SetView>,
}

#[derive(Clone, Debug)]
pub struct SetView {
    pub words: String,
    /// `loses everything`
    pub loses: String,
    pub explains: usize,
    pub spares: usize,
    pub chains: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct SegmentView {
    pub chain: String,
    pub route: Option<String>,
    pub between: (String, String),
    pub lost: u64,
    /// The place that halves it.
    pub look: Option<String>,
}

#[derive(Clone, Debug)]
pub struct LookView {
    /// What the form sends: chain, side and hop.
    pub place: String,
    pub chain: String,
    pub words: String,
    pub why: String,
}

#[derive(Clone, Debug)]
pub struct FindingView {
    pub id: u64,
    pub at: Instant,
    pub by: String,
    pub chain: String,
    /// `at the exit of mq-gateway`
    pub place: String,
    pub seen: bool,
    pub note: String,
    pub incident: Option<IncidentId>,
    /// None: it counts.
    pub not_counting: Option<&'static str>,
}
