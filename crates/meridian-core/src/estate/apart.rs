//! What is doubtful about chains: routes that fail together, and breaches that nobody hears of.

use super::{Chain, Places, Problem, nearest::listed, problem::Fault};
use crate::{
    chain::{ChainPlan, HopPlan, HopSet, RoutePlan},
    id::Name,
};

pub(super) fn chain(chain: &Chain, places: &Places, warnings: &mut Vec<Problem>) {
    let plan = &chain.plan;
    if plan.breach_pages.is_none() {
        let fault = Fault::new(format!("a breach of the chain `{}` pages nobody", plan.name));
        warnings.push(places.warn(&format!("chain/{}", plan.name), fault.expected("`breachPages` with an escalation")));
    }
    for (at, route) in plan.routes.iter().enumerate() {
        for other in plan.routes.iter().skip(at + 1) {
            let Some(shared) = shared(plan, route, other) else { continue };
            let fault = format!("the routes `{}` and `{}` share {shared}, and fail together", route.name, other.name);
            let fault = Fault::new(fault).expected("routes that share nothing between their first and their final hop");
            warnings.push(places.warn(&format!("chain/{}/route/{}", plan.name, other.name), fault));
        }
    }
}

/// What both rest on, beyond the hop where messages begin and those that all of them must reach.
fn shared(plan: &ChainPlan, one: &RoutePlan, other: &RoutePlan) -> Option<String> {
    let ends: HopSet = [one.hops.first(), other.hops.first(), Some(&plan.final_hop), Some(&plan.confirming())]
        .into_iter()
        .flatten()
        .copied()
        .collect();
    let between = |route: &RoutePlan| -> Vec<&HopPlan> {
        route.hops.iter().filter(|hop| !ends.has(**hop)).filter_map(|hop| plan.hop_plan(*hop)).collect()
    };
    let (ours, theirs) = (between(one), between(other));
    let both = |what: fn(&HopPlan) -> Option<&str>, word: &str, many: &str| {
        let mut found: Vec<&str> = Vec::new();
        for name in ours.iter().filter_map(|hop| what(hop)) {
            let same = |text: &str| text.eq_ignore_ascii_case(name);
            let elsewhere = theirs.iter().filter_map(|hop| what(hop)).any(same);
            if elsewhere && !found.iter().any(|known| same(known)) {
                found.push(name);
            }
        }
        let word = if found.len() > 1 { many } else { word };
        (!found.is_empty()).then(|| format!("the {word} {}", listed(found).replace(" or ", " and ")))
    };
    let parts = [
        both(|hop| Some(hop.name.as_str()), "hop", "hops"),
        both(|hop| hop.component.as_ref().map(Name::as_str), "component", "components"),
        both(|hop| hop.technology.as_deref(), "technology", "technologies"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.as_slice() {
        [] => None,
        [all @ .., last] if !all.is_empty() => Some(format!("{} and {last}", all.join(", "))),
        [only, ..] => Some(only.clone()),
    }
}
