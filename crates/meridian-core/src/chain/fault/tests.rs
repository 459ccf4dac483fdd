//! Where the fault is, by names: what shared things are accused of, what a look by hand moves, and that no order matters.

use proptest::prelude::*;

use super::*;
use crate::{
    chain::plan::{Confirmation, HopId, HopPlan, Organisation, RoutePlan},
    finding::Side,
};

const NOW: i64 = 1_000_000 * STEP;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// `plan("out", "app gateway=mq fw?=firewall bank@Bank")`: hops, `=` its component, `?` not required, `@` whose it is.
fn plan(chain: &str, hops: &str) -> ChainPlan {
    let hop = |text: &str| {
        let (text, organisation) = match text.split_once('@') {
            Some((text, whose)) => (text, Organisation::Counterparty(whose.into())),
            None => (text, Organisation::Ours),
        };
        let (text, component) = match text.split_once('=') {
            Some((text, component)) => (text, Some(name(component))),
            None => (text, None),
        };
        HopPlan {
            name: name(text.trim_end_matches('?')),
            component,
            team: None,
            technology: None,
            organisation,
            limit: None,
            required: !text.ends_with('?'),
            transforms: false,
        }
    };
    let hops: Vec<HopPlan> = hops.split(' ').map(hop).collect();
    ChainPlan {
        name: name(chain),
        final_hop: HopId(hops.len() as u8 - 1),
        hops,
        ordered: false,
        end_to_end: None,
        retry_horizon: std::time::Duration::from_secs(3600),
        confirmation: Confirmation::SeenAtFinal,
        routes: Vec::new(),
        lateness: std::time::Duration::from_secs(5),
        dark_after: std::time::Duration::from_secs(60),
        breach_pages: None,
        lanes: Vec::new(),
    }
}

fn set(hops: &[u8]) -> HopSet {
    hops.iter().copied().map(HopId).collect()
}

/// So many of this lane were seen at these hops; with `missing`, proven not to have come there; confirmed, if at the last.
fn alike(lane: &str, seen: &[u8], missing: &[u8], count: u64, of: &ChainPlan) -> Alike {
    let (seen, missing) = (set(seen), set(missing));
    Alike { lane: lane.into(), route: 0, confirmed: seen.has(of.final_hop), seen, missing, at: NOW - STEP, count }
}

fn chain(plan: ChainPlan, traffic: &[(&str, &[u8], &[u8], u64)]) -> ChainEvidence {
    let traffic = traffic.iter().map(|(lane, seen, missing, count)| alike(lane, seen, missing, *count, &plan));
    ChainEvidence { traffic: traffic.collect(), dark: HopSet::default(), plan }
}

fn evidence(chains: Vec<ChainEvidence>, looks: &[(&str, &str, Side, bool)]) -> Evidence {
    let spot = |chain, hop, side| Spot { chain: name(chain), hop: name(hop), side };
    Evidence {
        now: Instant::from_nanosecond(NOW.into()).unwrap(),
        chains,
        looks: looks.iter().map(|(chain, hop, side, seen)| (spot(chain, hop, *side), *seen)).collect(),
    }
}

/// Two banks' wires through one firewall, and a chain beside it that flows.
fn shared(first_misses: u8) -> Vec<ChainEvidence> {
    let one = plan("usd", "app-a mq-a=mq-a fw-a=firewall bank-a@Fed");
    let two = plan("eur", "app-b mq-b fw-b=firewall bank-b@TARGET");
    let (seen, missing): (Vec<u8>, Vec<u8>) = ((0..first_misses).collect(), (first_misses..4).collect());
    vec![
        chain(one, &[("a", &seen, &missing, 12), ("b", &seen, &missing, 9)]),
        chain(two, &[("", &seen, &missing, 7)]),
        chain(plan("hkd", "app-b mq-b2=mq-a other bank-c@HKMA"), &[("", &[0, 1, 2, 3], &[], 20)]),
    ]
}

/// `loses everything: firewall, where it takes messages in (3 of 3, spares 1 of 1) 0.9`, each explanation a line.
fn told(answer: &Answer) -> Vec<String> {
    let line = |set: &Accused| {
        let (explains, spares) = (set.explains, set.spares);
        format!("{} ({explains} of {}, spares {spares} of {})", set.words(), answer.failing, answer.healthy)
    };
    answer.explanations.iter().map(|one| one.sets.iter().map(line).collect::<Vec<_>>().join(" | ")).collect()
}

#[test]
fn what_two_chains_share_is_named() {
    for (first_missing, first) in [
        (2, "firewall, where it takes messages in (3 of 3, spares 1 of 1)"),
        (3, "firewall, where it passes messages on (3 of 3, spares 1 of 1)"),
    ] {
        let answer = answer(&evidence(shared(first_missing), &[]));
        assert_eq!(told(&answer)[0], first);
        let best = &answer.explanations[0];
        assert!(best.posterior > 0.9 && best.sets[0].suspects[0].loses > 0.9, "{best:?}");
        assert_eq!(best.sets[0].suspects[0].chains, [name("eur"), name("usd")]);
        let lost: Vec<u64> = answer.segments.iter().map(|segment| segment.lost).collect();
        assert_eq!(lost, [21, 7]);
    }
}

#[test]
fn what_nothing_tells_apart_ties_and_the_best_look_is_in_the_middle() {
    let mut chains = shared(2);
    chains.remove(1);
    let answer = answer(&evidence(chains, &[]));
    // The chain beside it passes mq-a, on another connection: that it passes messages on is known.
    assert_eq!(answer.explanations[0].sets.len(), 2, "{:?}", told(&answer));
    assert!((answer.explanations[0].posterior - 0.5).abs() < 0.1);
    let best = &answer.next[0];
    assert_eq!((best.spot.hop.as_str(), best.spot.side), ("fw-a", Side::Entrance), "{:?}", answer.next);
    assert!(best.why() == "halves what remains: 0.49 / 0.51, cost 1", "{}", best.why());
    let share = answer.shares.iter().find(|share| share.to.as_str() == "fw-a").unwrap();
    assert!(share.share > 0.95, "{:?}", answer.shares);
}

#[test]
fn a_look_moves_the_answer_and_without_it_the_answer_is_the_one_before() {
    let before = answer(&evidence(shared(2), &[]));
    let alone = || shared(2).into_iter().filter(|chain| chain.plan.name.as_str() == "usd").collect();
    for (seen, first) in [
        (true, "firewall, where it takes messages in (2 of 2, spares 0 of 0)"),
        (false, "the connection from mq-a to firewall (2 of 2, spares 0 of 0)"),
    ] {
        let looks = [("usd", "mq-a", Side::Exit, true), ("usd", "fw-a", Side::Entrance, seen)];
        assert_eq!(told(&answer(&evidence(alone(), &looks)))[0], first);
    }
    let seen = [("usd", "fw-a", Side::Entrance, true)];
    let sure = answer(&evidence(shared(2), &seen));
    assert!(sure.explanations[0].posterior > before.explanations[0].posterior);
    assert_eq!(answer(&evidence(shared(2), &[])), before);
    // Nowhere: a place that the chain does not have changes nothing.
    assert_eq!(answer(&evidence(shared(2), &[("usd", "nowhere", Side::At, false)])), before);
}

#[test]
fn a_dark_hop_is_unknown_and_a_silent_one_is_named_whole() {
    let dark = plan("usd", "app mq fw=fw edge fed@Fed");
    let mut usd = chain(dark, &[("", &[0, 1], &[3, 4], 5)]);
    usd.dark = set(&[2]);
    let answer = super::answer(&evidence(vec![usd], &[]));
    assert_eq!(answer.dark, [(name("usd"), name("fw"))]);
    let segment = &answer.segments[0];
    assert_eq!((segment.last_seen.as_str(), segment.first_missing.as_str()), ("mq", "edge"));
    assert!(
        answer.explanations[0].sets.iter().any(|set| set.words() == "fw between mq and edge"),
        "{:?}",
        told(&answer)
    );

    // Two chains through a firewall that nothing reports from.
    let silent = |chain_name: &str, gateway: &str, edge: &str| {
        let plan = plan(chain_name, &format!("app-{chain_name} {gateway} fw?=firewall-b {edge} fed-{chain_name}"));
        chain(plan, &[("", &[0, 1], &[3, 4], 6)])
    };
    let answer = super::answer(&evidence(vec![silent("a", "mq-1", "edge-1"), silent("b", "mq-2", "edge-2")], &[]));
    assert_eq!(told(&answer)[0], "firewall-b between mq-1 and edge-1 (2 of 2, spares 0 of 0)");
}

#[test]
fn nothing_is_asked_where_nothing_is_missing() {
    let flows = || chain(plan("usd", "app mq fed"), &[("", &[0, 1, 2], &[], 9), ("", &[0], &[], 2)]);
    let found = answer(&evidence(vec![flows()], &[]));
    assert_eq!((found.failing, found.healthy, found.since), (0, 1, None));
    assert_eq!((found.explanations.len(), found.nothing), (0, 1.0));
    assert_eq!(answer(&evidence(vec![], &[])), Answer { nothing: 1.0, ..Answer::default() });
    // Somebody looked, and Meridian itself sees nothing wrong: the places before it are suspects.
    let found = answer(&evidence(vec![flows()], &[("usd", "mq", Side::Entrance, false)]));
    assert!(!found.explanations.is_empty());
}

#[test]
fn old_losses_and_old_passes_don_t_count() {
    let of = plan("usd", "app mq fed");
    let mut traffic =
        vec![alike("", &[0], &[1, 2], 3, &of), alike("", &[0], &[1, 2], 4, &of), alike("", &[0, 1, 2], &[], 90, &of)];
    traffic[0].at = NOW - 10 * WINDOW;
    traffic[2].at = NOW - 2 * WINDOW;
    let chain = ChainEvidence { plan: of, traffic, dark: HopSet::default() };
    let found = answer(&evidence(vec![chain], &[]));
    assert_eq!(found.segments[0].lost, 4);
    assert!(found.explanations[0].sets[0].suspects[0].loses > 0.9, "{:?}", found.explanations[0]);
}

#[test]
fn routes_are_ways_of_their_own_and_end_where_messages_are_confirmed() {
    let mut of = plan("usd", "app mq-a mq-b fed later");
    of.confirmation = Confirmation::AcknowledgedAt(HopId(3));
    let route = |text: &str, hops: &[u8]| RoutePlan {
        name: name(text),
        hops: hops.iter().copied().map(HopId).collect(),
        standby: false,
    };
    of.routes = vec![route("a", &[0, 1, 3, 4]), route("b", &[0, 2, 3, 4])];
    let lost = alike("", &[0], &[1, 3], 5, &of);
    let passed = Alike { route: 1, confirmed: true, ..alike("", &[0, 2, 3], &[], 8, &of) };
    let found = answer(&evidence(vec![ChainEvidence { plan: of, traffic: vec![lost, passed], dark: set(&[]) }], &[]));
    let segment = &found.segments[0];
    assert_eq!((segment.route.as_ref().unwrap().as_str(), found.failing, found.healthy), ("a", 1, 1));
    assert!(told(&found)[0].contains("mq-a of usd, where it takes messages in"), "{:?}", told(&found));
    assert!(!told(&found).concat().contains("later"));
}

#[test]
fn a_counterparty_s_places_cost_more() {
    let found = answer(&evidence(vec![chain(plan("usd", "app fed@Fed"), &[("", &[0], &[1], 5)])], &[]));
    let costs: Vec<(String, f64)> = found.next.iter().map(|next| (next.spot.words(), next.cost)).collect();
    assert_eq!(costs, [("at the exit of app".to_owned(), 1.0), ("at the entrance of fed".to_owned(), 3.0)]);
}

#[test]
fn a_chain_as_long_as_can_be_is_weighed() {
    let hops: Vec<String> = (0..32).map(|hop| format!("h{hop}")).collect();
    let of = plan("long", &hops.join(" "));
    let chain = |last: u8| {
        let (seen, missing): (Vec<u8>, Vec<u8>) = ((0..=last).collect(), (last + 1..32).collect());
        ChainEvidence { traffic: vec![alike("", &seen, &missing, 5, &of)], plan: of.clone(), dark: set(&[]) }
    };
    let found = answer(&evidence(vec![chain(20)], &[]));
    assert!(told(&found)[0].contains("h21 of long"), "{:?}", told(&found));
    // Most of it lost at once, and all of it reports elsewhere: that is more than one way can have.
    let beside = plan("beside", &hops.iter().map(|hop| format!("{hop}={hop}")).collect::<Vec<_>>().join(" "));
    let all: Vec<u8> = (0..32).collect();
    let flows = ChainEvidence { traffic: vec![alike("", &all, &[], 5, &beside)], plan: beside.clone(), dark: set(&[]) };
    let of = ChainPlan { name: name("long"), ..beside };
    let lost = ChainEvidence { traffic: vec![alike("", &[0], &[31], 5, &of)], plan: of, dark: set(&[]) };
    let found = answer(&evidence(vec![lost, flows], &[]));
    assert_eq!(found.segments.len(), 1);
    assert_eq!(found.left_out[0], "chain beside: more than 63 suspects on one way");
}

/// A small estate: which of the shared things each chain runs through, what became of its messages, and looks.
type Case = (Vec<(Vec<u8>, u8, u8)>, Vec<(usize, usize, usize, bool)>);

fn case() -> impl Strategy<Value = Case> {
    let one = (prop::collection::vec(0..5_u8, 2..4), 0..4_u8, 1..9_u8);
    let look = (0..3_usize, 0..5_usize, 0..3_usize, any::<bool>());
    (prop::collection::vec(one, 1..3), prop::collection::vec(look, 0..4))
}

fn made((chains, looks): &Case) -> Evidence {
    let made = chains.iter().enumerate().map(|(number, (parts, last, count))| {
        let hops: Vec<String> = parts.iter().enumerate().map(|(at, part)| format!("h{at}=part-{part}")).collect();
        let of = plan(&format!("chain-{number}"), &hops.join(" "));
        let last = (*last).min(parts.len() as u8 - 1);
        let (seen, missing): (Vec<u8>, Vec<u8>) = ((0..=last).collect(), (last + 1..parts.len() as u8).collect());
        let all: Vec<u8> = (0..parts.len() as u8).collect();
        let traffic = vec![alike("", &seen, &missing, (*count).into(), &of), alike("b", &all, &[], 2, &of)];
        ChainEvidence { plan: of, traffic, dark: HopSet::default() }
    });
    let looks = looks.iter().map(|(chain, hop, side, seen)| {
        let spot =
            Spot { chain: name(&format!("chain-{chain}")), hop: name(&format!("h{hop}")), side: Side::ALL[*side] };
        (spot, *seen)
    });
    Evidence { now: Instant::from_nanosecond(NOW.into()).unwrap(), chains: made.collect(), looks: looks.collect() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_order_of_what_is_known_does_not_matter(case in case(), turn in 0..7_usize) {
        let one = made(&case);
        let mut other = one.clone();
        let turned = turn % other.chains.len();
        other.chains.rotate_left(turned);
        other.chains.iter_mut().for_each(|chain| chain.traffic.reverse());
        other.looks.reverse();
        prop_assert_eq!(answer(&one), answer(&other));
    }

    #[test]
    fn posteriors_are_shares_of_one(case in case()) {
        let found = answer(&made(&case));
        let sum: f64 = found.explanations.iter().map(|one| one.posterior * one.sets.len() as f64).sum();
        prop_assert!(sum + found.nothing.min(0.0) <= 1.0 + 1e-6);
        for set in found.explanations.iter().flat_map(|one| &one.sets) {
            prop_assert!(set.explains <= found.failing && set.spares <= found.healthy);
        }
    }
}
