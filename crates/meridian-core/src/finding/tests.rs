//! Findings as a world keeps them: which fault each belongs to, which counts, and when it is over.

use proptest::prelude::*;

use super::{FindingState, Found, Side, Spot};
use crate::{
    Command, Instant, Refusal, Reply,
    chain::breach::{Breach, BreachKey, Trouble},
    cover::tests::{ESTATE, Room, name},
    id::{FindingId, IncidentId},
    incident::Severity,
};

const CHAINS: &str = "
---
apiVersion: meridian/v1
kind: Chain
metadata: { name: out }
spec: { hops: [{ name: app }, { name: gateway }, { name: wire }], breachPages: ESCALATION }
---
apiVersion: meridian/v1
kind: Chain
metadata: { name: quiet }
spec: { hops: [{ name: app }, { name: wire }] }
";

fn room() -> Room {
    let mut room = Room::new("2026-03-16T18:30Z");
    let escalation = room.world.estate().escalations.keys().next().map(|name| name.to_string());
    let mut text = ESTATE.to_owned();
    let escalation = escalation.unwrap_or_else(|| {
        text += "\n---\napiVersion: meridian/v1\nkind: Escalation\nmetadata: { name: ops }\nspec: { steps: [{ page: person/wen, within: 5m }] }\n---\napiVersion: meridian/v1\nkind: Routing\nmetadata: { name: routes }\nspec: { route: { receiver: ops } }\n";
        "ops".to_owned()
    });
    room.load(&(text + &CHAINS.replace("ESCALATION", &escalation)));
    room
}

fn held(chain: &str) -> Breach {
    let (hop, after) = (name("wire"), Some(name("app")));
    let key = BreachKey { chain: name(chain), trouble: Trouble::Lost, hop, after };
    Breach { key, count: 4, since: Instant::UNIX_EPOCH, examples: Vec::new() }
}

fn breaches(room: &mut Room, chains: &[&str]) {
    room.ask(Command::Breaches(chains.iter().map(|chain| held(chain)).collect())).unwrap();
}

fn looked(chain: &str, hop: &str, side: Side, seen: bool) -> Found {
    Found { at: Spot { chain: name(chain), hop: name(hop), side }, seen, note: String::new(), by: None }
}

fn find(room: &mut Room, incident: Option<u64>, found: Found) -> Result<FindingId, Refusal> {
    let incident = incident.map(IncidentId);
    match room.ask(Command::Find { incident, found: found.into() })? {
        Reply::Finding(id) => Ok(id),
        other => panic!("{other:?}"),
    }
}

fn withdraw(room: &mut Room, id: FindingId) -> Result<Reply, Refusal> {
    room.ask(Command::WithdrawFinding { finding: id, reason: " the wrong interface ".into() })
}

fn counting(room: &Room) -> Vec<u64> {
    room.world.findings_that_count().iter().map(|finding| finding.id.0).collect()
}

fn states(room: &Room) -> Vec<&'static str> {
    room.world.findings.iter().map(|finding| room.world.finding_state(finding).word()).collect()
}

#[test]
fn what_is_wrong_is_refused_by_its_field() {
    let mut room = room();
    let nothing = "nothing is held, late or dark on chain `out`, so that there is no fault to find; name an open incident if there is one all the same";
    assert_eq!(find(&mut room, None, looked("out", "app", Side::At, true)).unwrap_err().to_string(), nothing);
    breaches(&mut room, &["out"]);
    let noted = |note: String| Found { note, ..looked("out", "app", Side::At, true) };
    let by = Found { by: Some(name("wenn")), ..looked("out", "app", Side::At, true) };
    for (incident, found, why) in [
        (
            None,
            looked("outt", "app", Side::At, true),
            "chain: no chain of the estate is called `outt`; did you mean `out`?",
        ),
        (
            None,
            looked("out", "gatewy", Side::At, true),
            "hop: no hop of this chain is called `gatewy`; did you mean `gateway`?",
        ),
        (None, noted("x".repeat(2001)), "note: has 2001 bytes; at most 2000"),
        (None, by, "by: no person of the estate is called `wenn`; did you mean `wen`?"),
        (Some(99), looked("out", "app", Side::At, true), "incident 99 does not exist"),
    ] {
        assert_eq!(find(&mut room, incident, found).unwrap_err().to_string(), why);
    }
    let gone = room.ask(Command::WithdrawFinding { finding: FindingId(7), reason: String::new() });
    assert_eq!(gone.unwrap_err().to_string(), "finding 7 does not exist");
    assert_eq!(counting(&room), [0; 0]);
}

#[test]
fn a_finding_belongs_to_the_fault_and_is_over_with_it() {
    let mut room = room();
    breaches(&mut room, &["out", "quiet"]);
    let incident = room.world.incidents.open().next().unwrap().id;
    let first = find(&mut room, None, looked("out", "gateway", Side::Exit, true)).unwrap();
    let alone = find(&mut room, None, looked("quiet", "app", Side::Exit, false)).unwrap();
    let of: Vec<Option<IncidentId>> = room.world.findings.iter().map(|finding| finding.incident).collect();
    assert_eq!(of, [Some(incident), None], "nobody is paged for the second chain");
    // The same once more is the one that stands.
    assert_eq!(find(&mut room, None, looked("out", "gateway", Side::Exit, true)), Ok(first));
    assert_eq!(counting(&room), [first.0, alone.0]);
    let told = room
        .world
        .incidents
        .get(incident)
        .unwrap()
        .timeline
        .iter()
        .filter(|moment| matches!(moment.fact(), crate::Fact::Finding(_)));
    assert_eq!(told.count(), 1);
    // The chain that nobody is paged for flows again.
    breaches(&mut room, &["out"]);
    assert_eq!((counting(&room), states(&room)), (vec![first.0], vec!["counts", "over"]));
    // The incident ends with its breach, opens again when the breach comes back, and then it is another fault.
    breaches(&mut room, &[]);
    assert_eq!(states(&room), ["over", "over"]);
    room.tick("2026-03-16T18:31Z");
    breaches(&mut room, &["out", "quiet"]);
    assert!(!room.world.incidents.get(incident).unwrap().is_resolved());
    assert_eq!(states(&room), ["over", "over"]);
    let again = find(&mut room, Some(incident.0), looked("out", "gateway", Side::Exit, true)).unwrap();
    assert_eq!(counting(&room), [again.0]);
    room.survives();
}

#[test]
fn the_newest_of_a_place_counts_until_it_is_withdrawn() {
    let mut room = room();
    breaches(&mut room, &["out"]);
    let one = find(&mut room, None, looked("out", "gateway", Side::Exit, true)).unwrap();
    let two = find(&mut room, None, looked("out", "gateway", Side::Exit, false)).unwrap();
    let beside = find(&mut room, None, looked("out", "gateway", Side::Entrance, true)).unwrap();
    assert_eq!((counting(&room), states(&room)), (vec![two.0, beside.0], vec!["replaced", "counts", "counts"]));
    withdraw(&mut room, two).unwrap();
    assert_eq!((counting(&room), states(&room)), (vec![one.0, beside.0], vec!["counts", "withdrawn", "counts"]));
    let (_, by, reason) = room.world.findings.get(two).unwrap().withdrawn.clone().unwrap();
    assert_eq!((by.to_string().as_str(), reason.as_str()), ("account:wen", "the wrong interface"));
    assert!(matches!(withdraw(&mut room, two), Err(Refusal::Conflict(_))));
    room.survives();
}

#[test]
fn an_incident_that_somebody_opened_takes_findings_until_it_is_resolved() {
    let mut room = room();
    let escalation = room.world.estate().escalations.keys().next().unwrap().clone();
    let title = "wires don't arrive, says the bank".to_owned();
    let Ok(Reply::Incident(incident)) = room.ask(Command::OpenIncident { title, severity: Severity::Sev2, escalation })
    else {
        panic!("no incident");
    };
    let id = find(&mut room, Some(incident.0), looked("quiet", "wire", Side::Entrance, false)).unwrap();
    assert_eq!(counting(&room), [id.0]);
    room.ask(Command::Resolve { incident, reason: "found".into() }).unwrap();
    assert_eq!(room.world.finding_state(room.world.findings.get(id).unwrap()), FindingState::Over);
    let late = find(&mut room, Some(incident.0), looked("quiet", "wire", Side::Entrance, true)).unwrap_err();
    assert_eq!(late.to_string(), format!("incident {incident} is resolved; a finding belongs to a fault that is open"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Findings made and then withdrawn leave those that counted before.
    #[test]
    fn what_is_withdrawn_leaves_no_trace(
        before in prop::collection::vec((0..3_usize, 0..3_usize, any::<bool>()), 0..5),
        after in prop::collection::vec((0..3_usize, 0..3_usize, any::<bool>()), 0..5),
    ) {
        let mut room = room();
        breaches(&mut room, &["out"]);
        let hops = ["app", "gateway", "wire"];
        let make = |room: &mut Room, all: &[(usize, usize, bool)]| -> Vec<FindingId> {
            let each = all.iter().map(|(hop, side, seen)| looked("out", hops[*hop], Side::ALL[*side], *seen));
            each.map(|found| find(room, None, found).unwrap()).collect()
        };
        let first = make(&mut room, &before);
        let counted = counting(&room);
        let mut later = make(&mut room, &after);
        later.retain(|id| !first.contains(id));
        later.dedup();
        later.sort();
        later.dedup();
        for id in later.into_iter().rev() {
            withdraw(&mut room, id).unwrap();
        }
        prop_assert_eq!(counting(&room), counted);
    }
}
