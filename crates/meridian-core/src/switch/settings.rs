//! What the estate says about switching between the routes of a chain.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    chain::{ChainPlan, HopId, HopSet},
    id::Name,
};

/// How a chain is switched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwitchSettings {
    /// How long late confirmations are waited for after the fence.
    pub drain: Duration,
    /// Whether fence and replay need a second person.
    pub four_eyes: bool,
    /// Who knows what has arrived.
    pub authority: Option<String>,
    /// What sends the replay list, in this order.
    pub replay: Vec<SwitchAction>,
    /// In the order of the chain's routes.
    pub routes: Vec<RouteSettings>,
}

/// How a route is closed and opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteSettings {
    pub name: Name,
    /// The hop at which a message leaves the house.
    pub border: HopId,
    /// Routes of one rail share a receiver that knows a message which came before.
    pub rail: String,
    pub fence: Vec<SwitchAction>,
    pub open: Vec<SwitchAction>,
}

/// Something that is done to a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchAction {
    pub name: Name,
    pub does: ActionDoes,
    /// Whether it can be told to change nothing; else a dry run only shows what would be done.
    pub dry_run: bool,
    pub timeout_s: u64,
}

/// How it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionDoes {
    /// A program of this machine and its arguments.
    Command(Vec<String>),
    /// A POST to this address. Placeholders of secrets stand in it as in the estate.
    Webhook(String),
}

impl SwitchSettings {
    /// The borders of all routes, and all hops at or behind the border of theirs.
    pub fn borders(&self, plan: &ChainPlan) -> (HopSet, HopSet) {
        let mut beyond = HopSet::default();
        for route in &self.routes {
            let hops = plan.routes.iter().filter(|known| known.name == route.name).flat_map(|known| &known.hops);
            beyond = hops.filter(|hop| **hop >= route.border).fold(beyond, |set, hop| set.with(*hop));
        }
        (self.routes.iter().map(|route| route.border).collect(), beyond)
    }

    pub fn route(&self, name: &str) -> Option<&RouteSettings> {
        self.routes.iter().find(|route| route.name.as_str() == name)
    }
}

impl ActionDoes {
    /// As people read it.
    pub fn words(&self) -> String {
        match self {
            ActionDoes::Command(words) => format!("runs {}", words.join(" ")),
            ActionDoes::Webhook(url) => format!("posts to {url}"),
        }
    }
}
