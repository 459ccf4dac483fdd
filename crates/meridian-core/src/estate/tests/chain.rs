//! What a chain that is in order becomes.

use super::bank::bank;
use crate::{
    chain::{Confirmation, HopId, Organisation, engine::Engine},
    estate::{Chain, SourceFile, load},
    switch::{ActionDoes, SwitchAction},
};

fn chain(spec: &str) -> Chain {
    let text = format!("apiVersion: meridian/v1\nkind: Chain\nmetadata: {{ name: x }}\nspec: {spec}\n");
    let mut loaded =
        load(&[SourceFile { path: "f.yaml".into(), text }]).unwrap_or_else(|problems| panic!("{}", problems[0]));
    assert_eq!(loaded.warnings, []);
    loaded.estate.chains.pop_first().unwrap().1
}

#[test]
fn what_is_not_said_has_a_sensible_value() {
    let chain = chain("{ hops: [{ name: a }, { name: b }, { name: c }] }");
    assert_eq!(chain.display_name, "x");
    let plan = chain.plan;
    assert_eq!((plan.name.as_str(), plan.final_hop, plan.confirmation), ("x", HopId(2), Confirmation::SeenAtFinal));
    let seconds = [plan.retry_horizon, plan.lateness, plan.dark_after].map(|duration| duration.as_secs());
    assert_eq!(seconds, [86_400, 30, 60]);
    assert!(plan.ordered && plan.end_to_end.is_none() && plan.routes.is_empty() && plan.lanes.is_empty());
    assert_eq!(plan.breach_pages, None);
    for hop in &plan.hops {
        assert!(hop.required && !hop.transforms && hop.limit.is_none() && hop.component.is_none(), "{hop:?}");
        assert_eq!(hop.organisation, Organisation::Ours);
    }
}

#[test]
fn what_is_said_is_in_the_plan() {
    let plan = chain(
        "{ hops: [{ name: a, technology: ' IBM MQ ' }, { name: b, limit: 1m30s, required: false, transforms: true }, \
         { name: c, organisation: The Fed }], routes: [{ name: far, hops: [a, b, c] }, { name: near, hops: [a, c] }], \
         lanes: [7, low], ordered: false, endToEnd: 2m, finalHop: c, acknowledgedAt: b, retryHorizon: 1w, \
         lateness: 0, darkAfter: 5s }",
    )
    .plan;
    assert_eq!(plan.hops[0].technology.as_deref(), Some("IBM MQ"));
    assert_eq!(plan.hops[1].limit.unwrap().as_secs(), 90);
    assert_eq!((plan.hops[1].required, plan.hops[1].transforms), (false, true));
    assert_eq!(plan.hops[2].organisation, Organisation::Counterparty("The Fed".into()));
    let routes: Vec<_> = plan.routes.iter().map(|route| (route.name.as_str(), route.hops.clone())).collect();
    assert_eq!(routes, [("far", vec![HopId(0), HopId(1), HopId(2)]), ("near", vec![HopId(0), HopId(2)])]);
    assert_eq!(plan.lanes, ["7".into(), "low".into()]);
    assert!(!plan.ordered);
    assert_eq!((plan.confirmation, plan.confirming()), (Confirmation::AcknowledgedAt(HopId(1)), HopId(1)));
    let seconds = [plan.end_to_end.unwrap(), plan.retry_horizon, plan.lateness, plan.dark_after];
    assert_eq!(seconds.map(|duration| duration.as_secs()), [120, 604_800, 0, 5]);
}

#[test]
fn how_it_is_switched() {
    let one = chain(
        "{ hops: [{ name: a }, { name: b }, { name: c }, { name: d, organisation: Fed }, { name: e, organisation: Fed }], \
         routes: [{ name: all, hops: [a, b, c, d, e], fence: [{ name: x, command: [run, it], dryRun: true, timeout: 5s }] }, \
         { name: some, hops: [a, e], border: a, rail: other, standby: true }], switch: { drain: 1m, fourEyes: true } }",
    );
    let switch = &one.switch;
    assert_eq!((switch.drain.as_secs(), switch.four_eyes, switch.authority.as_deref()), (60, true, None));
    let [all, some] = &switch.routes[..] else { panic!("{switch:?}") };
    assert_eq!((all.border, all.rail.as_str()), (HopId(2), ""), "our last hop before the Fed's");
    assert_eq!((some.border, some.rail.as_str()), (HopId(0), "other"));
    assert_eq!(one.plan.routes.iter().map(|route| route.standby).collect::<Vec<_>>(), [false, true]);
    let command = ActionDoes::Command(vec!["run".into(), "it".into()]);
    let x = SwitchAction { name: "x".parse().unwrap(), does: command, dry_run: true, timeout_s: 5 };
    assert_eq!(all.fence, [x]);
    let bare = chain(
        "{ hops: [{ name: a }, { name: b }, { name: c }], routes: [{ name: r, hops: [a, b, c] }, { name: s, hops: [a, c] }] }",
    );
    let borders: Vec<HopId> = bare.switch.routes.iter().map(|route| route.border).collect();
    assert_eq!(borders, [HopId(1), HopId(0)], "where all are ours, the last one before the end");
    assert_eq!((bare.switch.drain.as_secs(), bare.switch.four_eyes), (600, false));
}

#[test]
fn as_many_hops_as_the_engine_can_hold() {
    let hops: Vec<String> = (0..32).map(|n| format!("{{ name: h{n} }}")).collect();
    let plan = chain(&format!("{{ hops: [{}] }}", hops.join(", "))).plan;
    assert_eq!((plan.hops.len(), plan.final_hop), (32, HopId(31)));
    assert!(Engine::new(vec![plan]).is_ok());
}

/// Whatever the estate takes, the engine can work by.
#[test]
fn the_engine_watches_the_chains_of_the_bank() {
    let chains = bank().estate.chains;
    let names: Vec<&str> = chains.keys().map(|name| name.as_str()).collect();
    assert_eq!(names, ["securities-settlement", "usd-fedwire"]);
    let plans: Vec<_> = chains.into_values().map(|chain| chain.plan).collect();
    assert_eq!(plans[1].breach_pages.as_ref().map(|name| name.as_str()), Some("payments"));
    assert_eq!(plans[1].routes.iter().map(|route| route.hops.len()).collect::<Vec<_>>(), [5, 5]);
    assert!(Engine::new(plans).is_ok());
}
