//! The plan of a chain: what the estate says about it, compiled so that the engine can decide by numbers and bit masks.
//!
//! A hop is known by its place in the plan ([`HopId`]); at most [`HOPS_MAX`] of them, so that a set of hops is one
//! word ([`HopSet`]). What this does *not* do: it checks nothing that `meridian check` has not checked, except that the
//! masks it makes can be relied upon ([`ChainPlan::fault`]).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::Name;

/// How many hops a chain may have: a set of them is one 32-bit word.
pub const HOPS_MAX: usize = 32;

/// The place of a hop in its chain's plan, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HopId(pub u8);

/// A chain: the path of messages through test points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainPlan {
    pub name: Name,
    /// In the order in which a message passes them.
    pub hops: Vec<HopPlan>,
    /// Whether messages of one lane must pass every hop in the order of their sequence.
    pub ordered: bool,
    /// From the first sighting to the confirmation.
    pub end_to_end: Option<Duration>,
    /// How long after its last sighting a message may still be sent again by somebody. It is remembered that long.
    pub retry_horizon: Duration,
    pub final_hop: HopId,
    pub confirmation: Confirmation,
    /// Named alternatives. None: one route over all hops.
    pub routes: Vec<RoutePlan>,
    /// Where a reporter sends no heartbeats: a sighting is reported within this time, or its hop has said nothing.
    pub lateness: Duration,
    /// A hop from which a word is due and that says nothing for so long is dark.
    pub dark_after: Duration,
    /// The escalation that a breach pages; none: it is shown and nobody is paged.
    pub breach_pages: Option<Name>,
    /// The sequence domains. Empty: whichever the reporters name.
    #[serde(default)]
    pub lanes: Vec<Box<str>>,
}

/// A test point: where messages are seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HopPlan {
    pub name: Name,
    pub component: Option<Name>,
    pub team: Option<Name>,
    /// What it runs on, in the estate's own words; two routes that share one share its faults.
    pub technology: Option<Box<str>>,
    pub organisation: Organisation,
    /// From the sighting before to the one here.
    pub limit: Option<Duration>,
    /// Whether every message of a route with this hop must be seen here.
    pub required: bool,
    /// Whether what is seen from here on has other bytes than before, by design.
    pub transforms: bool,
}

/// Whose a hop is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Organisation {
    Ours,
    Counterparty(Box<str>),
}

/// What proves that a message has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmation {
    /// It was seen at the final hop.
    SeenAtFinal,
    /// Its acknowledgement was seen at this hop.
    AcknowledgedAt(HopId),
}

/// One way through the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutePlan {
    pub name: Name,
    /// In the order of the plan's hops.
    pub hops: Vec<HopId>,
    /// Nothing passes it until somebody opens it: a message is on it only if it was seen there.
    #[serde(default)]
    pub standby: bool,
}

/// A set of hops of one chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HopSet(pub u32);

impl HopSet {
    pub fn with(self, hop: HopId) -> HopSet {
        HopSet(self.0 | 1_u32.checked_shl(u32::from(hop.0)).unwrap_or(0))
    }

    pub fn has(self, hop: HopId) -> bool {
        self.0.checked_shr(u32::from(hop.0)).unwrap_or(0) & 1 == 1
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn and(self, other: HopSet) -> HopSet {
        HopSet(self.0 & other.0)
    }

    pub fn without(self, other: HopSet) -> HopSet {
        HopSet(self.0 & !other.0)
    }

    /// The hops of it that come after `hop`.
    pub fn after(self, hop: HopId) -> HopSet {
        HopSet(self.0 & u32::MAX.checked_shl(u32::from(hop.0) + 1).unwrap_or(0))
    }

    /// The hops of it that come before `hop`.
    pub fn before(self, hop: HopId) -> HopSet {
        HopSet(self.0 & !u32::MAX.checked_shl(u32::from(hop.0)).unwrap_or(0))
    }

    pub fn first(self) -> Option<HopId> {
        (self.0 != 0).then(|| HopId(self.0.trailing_zeros() as u8))
    }

    pub fn last(self) -> Option<HopId> {
        (self.0 != 0).then(|| HopId(31 - self.0.leading_zeros() as u8))
    }

    pub fn iter(self) -> impl Iterator<Item = HopId> {
        let mut left = self;
        std::iter::from_fn(move || {
            let first = left.first()?;
            left.0 &= left.0 - 1;
            Some(first)
        })
    }
}

impl FromIterator<HopId> for HopSet {
    fn from_iter<I: IntoIterator<Item = HopId>>(hops: I) -> HopSet {
        hops.into_iter().fold(HopSet::default(), HopSet::with)
    }
}

impl ChainPlan {
    pub fn hop(&self, name: &str) -> Option<HopId> {
        self.hops.iter().position(|hop| hop.name.as_str() == name).map(|at| HopId(at as u8))
    }

    pub fn hop_plan(&self, hop: HopId) -> Option<&HopPlan> {
        self.hops.get(usize::from(hop.0))
    }

    /// All hops of the plan.
    pub fn all(&self) -> HopSet {
        (0..self.hops.len() as u8).map(HopId).collect()
    }

    /// The hop whose sighting confirms a message.
    pub fn confirming(&self) -> HopId {
        match self.confirmation {
            Confirmation::SeenAtFinal => self.final_hop,
            Confirmation::AcknowledgedAt(hop) => hop,
        }
    }

    /// The hops that every message must pass that takes a route with them. The confirming hop is always one of them.
    pub fn required(&self) -> HopSet {
        let marked = (0_u8..).map(HopId).zip(&self.hops).filter(|(_, plan)| plan.required).map(|(hop, _)| hop);
        marked.collect::<HopSet>().with(self.confirming())
    }

    /// How long a message may take to reach this hop from the one before, until its absence there means something:
    /// the hop's limit; without one the chain's; without that the retry horizon.
    pub fn transit(&self, hop: HopId) -> Duration {
        let limit = self.hop_plan(hop).and_then(|plan| plan.limit);
        limit.or(self.end_to_end).unwrap_or(self.retry_horizon)
    }

    /// Why the engine cannot work by this plan, if so.
    pub fn fault(&self) -> Option<String> {
        let known = |hop: HopId| usize::from(hop.0) < self.hops.len();
        if self.hops.is_empty() || self.hops.len() > HOPS_MAX {
            return Some(format!("chain `{}` has {} hops; it needs 1 to {HOPS_MAX}", self.name, self.hops.len()));
        }
        if !known(self.final_hop) || !known(self.confirming()) {
            return Some(format!("chain `{}` is confirmed at a hop that it does not have", self.name));
        }
        let lost = self.routes.iter().find(|route| route.hops.is_empty() || !route.hops.iter().all(|hop| known(*hop)));
        lost.map(|route| {
            format!("route `{}` of chain `{}` names a hop that the chain does not have", route.name, self.name)
        })
    }
}
