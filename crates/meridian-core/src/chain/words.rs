//! Verdicts in words, the same for the command line, the timeline and the pages.

use jiff::SignedDuration;

use super::{
    engine::{Duplicate, Key, Rule, Subject, Unexpected, Verdict},
    plan::{ChainPlan, HopId},
};

impl Subject {
    /// `lane A, number 7`; a hop and a chain's only lane need no words.
    pub fn words(&self) -> String {
        let lane = |lane: &str| if lane.is_empty() { String::new() } else { format!("lane {lane}, ") };
        match self {
            Subject::Message { lane: of, key: Key::Seq(seq) } => format!("{}number {seq}", lane(of)),
            Subject::Message { lane: of, key: Key::Id(id) } => format!("{}{id}", lane(of)),
            Subject::Gap { lane: of, from, to } if from == to => format!("{}number {from}", lane(of)),
            Subject::Gap { lane: of, from, to } => format!("{}numbers {from} to {to}", lane(of)),
            Subject::Hop => String::new(),
            Subject::Reporter(name) => format!("reporter {name}"),
        }
    }
}

impl Verdict {
    /// What was found, by the names of the chain's hops.
    pub fn words(&self, plan: &ChainPlan) -> String {
        let name = |hop: HopId| plan.hop_plan(hop).map_or("?", |hop| hop.name.as_str());
        let here = name(self.hop);
        match &self.rule {
            Rule::Lost { last_seen: Some(last), first_missing } => {
                format!("lost between {} and {}", name(*last), name(*first_missing))
            }
            Rule::Lost { last_seen: None, first_missing } => {
                format!("lost before {}: nobody has seen it", name(*first_missing))
            }
            Rule::Duplicate(Duplicate::Benign) => {
                format!("sent again through {here}, marked as a possible duplicate, with one effect")
            }
            Rule::Duplicate(Duplicate::Unflagged) => {
                format!("sent again through {here} without the mark of a possible duplicate, with one effect")
            }
            Rule::Duplicate(Duplicate::True) => format!("arrived twice at {here}"),
            Rule::OutOfOrder { after } => format!("passed {here} after number {after}"),
            Rule::Late { by } => format!("late at {here} by {:#}", SignedDuration::from_nanos(*by)),
            Rule::Altered { against } => format!("has other content at {here} than at {}", name(*against)),
            Rule::Unexpected(Unexpected::Skipped) => {
                format!("seen further on, and not at {here}, which has reported all")
            }
            Rule::Unexpected(Unexpected::AfterEnd) => {
                format!("came again to {here} after its end and its retry horizon")
            }
            Rule::Dark => format!("{here} says nothing: what passes there is unknown"),
            Rule::Contradiction { epoch, n } => format!("sent two reports of number {n} in epoch {epoch}"),
        }
    }
}

/// `1,204`.
pub fn thousands(n: u64) -> String {
    grouped(&n.to_string())
}

/// Digits with a comma before each three of them from the right.
pub fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
