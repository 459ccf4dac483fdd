//! Reasons in words: the same on the page, in the API, in messages and on the command line.

use super::{Missing, Obstacle, StabilityBecause, Standing, VoidBecause};

impl VoidBecause {
    /// Completes "void because …".
    pub fn words(&self) -> String {
        match self {
            VoidBecause::RotaGone => "the estate has no such rota any more".into(),
            VoidBecause::PassesByTheClock => "the rota passes by the clock now".into(),
            VoidBecause::EdgeGone => "the watch does not pass there any more".into(),
            VoidBecause::OutgoingLeft => "nobody of the outgoing is in the estate any more".into(),
            VoidBecause::Superseded { by } => format!("handoff {by} was accepted after it"),
        }
    }
}

impl Obstacle {
    pub fn words(&self) -> String {
        match self {
            Obstacle::ReadBack { number, item } => format!("read back item {number} ({item})"),
            Obstacle::Missing { number, item, what: Missing::Owner } => {
                format!("give item {number} ({item}) an owner or waive it with a reason")
            }
            Obstacle::Missing { number, item, what: Missing::Contingency } => {
                format!("give item {number} ({item}) a contingency or waive it with a reason")
            }
        }
    }
}

impl StabilityBecause {
    /// Completes "because …".
    pub fn words(&self) -> String {
        match self {
            StabilityBecause::Severe(severity) => format!("it is {severity}"),
            StabilityBecause::Unacknowledged => "nobody acknowledged it".into(),
            StabilityBecause::Reopened => "it was reopened".into(),
            StabilityBecause::Flapped(times) => format!("its alerts came back {times} times"),
            StabilityBecause::StillFires => "it was closed and its alerts still fire".into(),
            StabilityBecause::PromiseOverdue => "an update is overdue".into(),
            StabilityBecause::OnFallback => "something runs on its fallback".into(),
            StabilityBecause::SaidBy(person) => format!("{person} said so"),
            StabilityBecause::Calm => "nothing moves".into(),
        }
    }
}

impl Standing {
    pub fn word(self) -> &'static str {
        match self {
            Standing::Open => "open",
            Standing::Late => "late",
            Standing::Accepted => "accepted",
            Standing::Void => "void",
        }
    }
}
