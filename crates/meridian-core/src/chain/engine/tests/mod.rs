//! The engine: cases as tables, and laws against a model that keeps everything and computes everything anew.

mod cases;
mod history;
mod laws;
mod naive;
mod sets;
mod store;
mod traffic;

use std::time::Duration;

use super::*;
use crate::chain::plan::{Confirmation, HopId, HopPlan, Organisation, RoutePlan};

pub fn hop(name: &str) -> HopPlan {
    HopPlan {
        name: name.parse().unwrap(),
        component: None,
        team: None,
        technology: None,
        organisation: Organisation::Ours,
        limit: None,
        required: true,
        transforms: false,
    }
}

/// Origin, gateway, firewall, bank. Times are nanoseconds, so that a reader can count them: 10 to each hop, 50 from end
/// to end, late by 5, dark after 20, horizon 100.
pub fn plan() -> ChainPlan {
    let mut hops: Vec<HopPlan> = ["origin", "gateway", "firewall", "bank"].map(hop).into();
    hops.iter_mut().for_each(|hop| hop.limit = Some(Duration::from_nanos(10)));
    ChainPlan {
        name: "wires".parse().unwrap(),
        hops,
        ordered: true,
        end_to_end: Some(Duration::from_nanos(50)),
        retry_horizon: Duration::from_nanos(100),
        final_hop: HopId(3),
        confirmation: Confirmation::SeenAtFinal,
        routes: Vec::new(),
        lateness: Duration::from_nanos(5),
        dark_after: Duration::from_nanos(20),
        breach_pages: None,
        lanes: Vec::new(),
    }
}

/// The same with two routes: over the gateway, or over the firewall, which is an optional hop that transforms.
pub fn plan_of_routes() -> ChainPlan {
    let mut plan = plan();
    plan.ordered = false;
    plan.hops[2].transforms = true;
    plan.hops[1].limit = None;
    let route = |name: &str, hops: &[u8]| RoutePlan {
        name: name.parse().unwrap(),
        hops: hops.iter().copied().map(HopId).collect(),
        standby: false,
    };
    plan.routes = vec![route("over-gateway", &[0, 1, 3]), route("over-firewall", &[0, 2, 3])];
    plan
}

/// The same, and nothing passes the firewall until somebody opens it.
pub fn plan_of_standby() -> ChainPlan {
    let mut plan = plan_of_routes();
    plan.routes[1].standby = true;
    plan
}

/// The same with an optional gateway, confirmed by an acknowledgement at the firewall.
pub fn plan_of_acknowledgement() -> ChainPlan {
    let mut plan = plan();
    plan.hops[1].required = false;
    plan.end_to_end = None;
    plan.confirmation = Confirmation::AcknowledgedAt(HopId(2));
    plan
}
