use super::{Ring, estate_text, instant, key, name};
use crate::{
    Command, Refusal, Reply,
    estate::{Override, show_duration},
    handoff::{Change, End, Missing, Stability, Standing, VoidBecause, Who, Wish},
    id::IncidentId,
    incident::AcknowledgedBecause,
};

const ACCEPT: Wish = Wish::Accept { emergency: false };

fn refused(reply: Result<Reply, Refusal>, word: &str) {
    let refusal = reply.expect_err(word).to_string();
    assert!(refusal.contains(word), "{refusal}");
}

#[test]
fn the_watch_passes_at_acceptance() {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    // London and New York overlap; London holds the watch.
    assert_eq!(ring.responsible(), "tom OnWatch");
    ring.until("2026-03-17T15:59Z");
    assert_eq!(ring.world.handoffs.iter().count(), 0);
    ring.until("2026-03-17T16:00Z");
    let edge = &ring.newest().edge;
    assert_eq!((edge.at, show_duration(edge.overlap())), (instant("2026-03-17T17:00Z"), "5h".into()));
    assert_eq!(ring.world.handoff_title(edge), "London to New York");
    // Early: from then on New York has it, though London's shift goes on.
    ring.until("2026-03-17T16:40Z");
    refused(ring.wish("tom", ACCEPT), "only the incoming accept");
    ring.accept("oliver").unwrap();
    assert_eq!(ring.responsible(), "oliver HandoffAccepted");
    assert_eq!(ring.responsible_at(instant("2026-03-17T16:39Z")), "tom OnWatch");
    ring.until("2026-03-17T18:00Z");
    assert_eq!((ring.responsible(), ring.standing()), ("oliver OnWatch".into(), Standing::Accepted));
    refused(ring.accept("oliver"), "was accepted by oliver");
}

#[test]
fn until_it_is_accepted_the_outgoing_stay_responsible_and_are_paged() {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.until("2026-03-17T17:05Z");
    assert_eq!(ring.responsible(), "tom HandoffNotAccepted, oliver OnWatch");
    assert_eq!(ring.standing(), Standing::Late);
    assert_eq!(ring.world.incidents.open_count(), 0);
    ring.until("2026-03-17T17:10Z");
    let late = ring.newest().late.expect("it is late");
    let incident = ring.world.incidents.get(late.incident).unwrap();
    assert_eq!(incident.title, "Handoff London to New York is not accepted");
    let paged = |ring: &Ring| -> Vec<String> {
        ring.world.pages.pages_of(late.incident).map(|page| page.person.to_string()).collect()
    };
    assert_eq!(paged(&ring), ["tom", "oliver"]);
    // An acknowledgement is no acceptance: the leads are paged all the same.
    let ack = Command::Acknowledge { incident: late.incident, by: name("oliver"), because: AcknowledgedBecause::Api };
    ring.ask(ack).unwrap();
    ring.until("2026-03-17T17:20Z");
    assert_eq!(paged(&ring)[2..], ["tom", "oliver", "ruth"]);
    assert_eq!(ring.newest().escalated_at, Some(instant("2026-03-17T17:20Z")));
    // New York's whole shift: Tom is responsible still, then beside Oliver, who never accepted either.
    ring.until("2026-03-17T22:30Z");
    assert_eq!(ring.responsible(), "tom HandoffNotAccepted, oliver OnWatch");
    let second = ring.newest().id;
    ring.until("2026-03-18T01:30Z");
    assert_eq!(ring.responsible(), "tom HandoffNotAccepted, oliver HandoffNotAccepted, wen OnWatch");
    // Hong Kong accepts the last one: the one before it is void with it, and nobody is paged any more.
    ring.accept_of(second, "wen").unwrap();
    assert_eq!(ring.responsible(), "wen OnWatch");
    let first = ring.world.handoffs.iter().next().unwrap();
    assert!(
        matches!(&first.end, Some(End::Void { because: VoidBecause::Superseded { by }, .. }) if *by == second),
        "{first:?}"
    );
    assert_eq!(ring.world.incidents.open_count(), 0);
}

#[test]
fn over_a_hole_the_last_watch_stays_responsible() {
    let mut ring = Ring::begin("2026-03-17T18:00Z");
    ring.until("2026-03-17T23:30Z");
    assert_eq!(ring.responsible(), "oliver NobodyScheduled");
    assert_eq!(ring.standing(), Standing::Open);
    // What is planned: the same, then Hong Kong.
    assert_eq!(ring.responsible_at(instant("2026-03-18T00:59Z")), "oliver NobodyScheduled");
    assert_eq!(ring.responsible_at(instant("2026-03-18T01:00Z")), "wen OnWatch");
    ring.until("2026-03-18T01:00Z");
    assert_eq!(ring.responsible(), "oliver HandoffNotAccepted, wen OnWatch");
    ring.until("2026-03-18T01:09Z");
    assert_eq!(ring.newest().late, None);
    ring.until("2026-03-18T01:12Z");
    assert!(ring.newest().late.is_some());
    ring.accept("wen").unwrap();
    assert_eq!(ring.responsible(), "wen OnWatch");
    // Taken before the hole begins, it is Hong Kong's at once.
    ring.until("2026-03-18T16:30Z");
    ring.accept("oliver").unwrap();
    ring.until("2026-03-18T22:30Z");
    ring.accept("wen").unwrap();
    assert_eq!(ring.responsible(), "wen HandoffAccepted");
    ring.until("2026-03-19T00:30Z");
    assert_eq!(ring.responsible(), "wen HandoffAccepted");
}

#[test]
fn whoever_is_sick_is_not_responsible_and_somebody_else_is() {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    assert_eq!(ring.responsible(), "tom OnWatch");
    let until = instant("2026-03-17T15:00Z");
    ring.until("2026-03-17T12:30Z");
    ring.ask(Command::ReportSick { person: name("tom"), until, note: String::new() }).unwrap();
    assert!(!ring.responsible().contains("tom"), "{}", ring.responsible());
    assert!(!ring.responsible().is_empty());
    // As it was, as it will be; and who comes back has it again.
    assert_eq!(ring.responsible_at(instant("2026-03-17T12:20Z")), "tom OnWatch");
    assert_eq!(ring.responsible_at(instant("2026-03-17T15:00Z")), "tom OnWatch");
    ring.until("2026-03-17T13:00Z");
    ring.ask(Command::EndSick { person: name("tom") }).unwrap();
    assert_eq!(ring.responsible(), "tom OnWatch");
    assert!(!ring.responsible_at(instant("2026-03-17T12:45Z")).contains("tom"));
}

#[test]
fn what_is_unstable_is_read_back_and_what_is_missing_is_given_or_waived() {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.fire("Wires", "critical");
    ring.until("2026-03-17T16:10Z");
    let incident = key("incident/1");
    let item = |ring: &Ring| ring.brief().item(&key("incident/1")).cloned().unwrap();
    assert_eq!(item(&ring).severity, Stability::Unstable);
    refused(ring.accept("oliver"), "read back item 1");
    let ack = Command::Acknowledge { incident: IncidentId(1), by: name("tom"), because: AcknowledgedBecause::Api };
    ring.ask(ack).unwrap();
    assert_eq!(item(&ring).owner, Some(Who::Person(name("tom"))));
    let contingency = Some("If it does not flow by 20:00 UTC, invoke the plan.".to_owned());
    let change = Change { contingency, ..Change::default() };
    ring.wish("tom", Wish::Amend { item: incident.clone(), change }).unwrap();
    ring.wish("oliver", Wish::Ask { item: incident.clone(), text: "same host?".into() }).unwrap();
    ring.wish("tom", Wish::Answer { item: incident.clone(), question: 1, text: "yes".into() }).unwrap();
    assert_eq!(item(&ring).questions[0].answer.as_ref().unwrap().text, "yes");
    let next_at = Some(instant("2026-03-17T20:00Z"));
    let read = |words: &str| Wish::ReadBack {
        item: key("incident/1"),
        words: words.into(),
        next: Some("the flow is back".into()),
        next_at,
    };
    refused(ring.wish("tom", read("I watch it")), "only the incoming read back");
    refused(ring.wish("oliver", read("INC-1, Wires")), "say it in your own");
    ring.wish("oliver", read("I watch the wires until 20:00")).unwrap();
    assert_eq!(ring.brief().lacking, []);
    // What is amended after it was read back is read back again.
    ring.now += jiff::SignedDuration::from_mins(1);
    let change = Change { note: Some("seven are in doubt".into()), ..Change::default() };
    ring.wish("tom", Wish::Amend { item: incident.clone(), change }).unwrap();
    refused(ring.accept("oliver"), "read back item 1");
    ring.wish("oliver", read("I watch the wires; seven are in doubt")).unwrap();
    // A note without an owner.
    let detail = String::new();
    let note = Wish::AddNote { summary: "the bridge is noisy".into(), detail, owner: None, contingency: None };
    ring.wish("tom", note).unwrap();
    refused(ring.accept("oliver"), "give item 2 (note/1) an owner");
    let waive = |what| Wish::Waive { item: key("note/1"), what, reason: "nothing to do".into() };
    ring.wish("oliver", waive(Missing::Owner)).unwrap();
    ring.wish("oliver", waive(Missing::Contingency)).unwrap();
    assert_eq!(ring.wish("oliver", waive(Missing::Contingency)).unwrap(), Reply::Already);
    ring.accept("oliver").unwrap();
    // The acknowledgement moved with the watch.
    let acknowledged = ring.world.incidents.get(IncidentId(1)).unwrap().acknowledged.clone().unwrap();
    assert_eq!((acknowledged.by, acknowledged.because), (name("oliver"), AcknowledgedBecause::Handoff));
    // The note is in the next brief, too, until it is done.
    ring.until("2026-03-17T22:10Z");
    assert!(ring.keys().contains("note/1"));
    let change = Change { done: true, ..Change::default() };
    ring.wish("oliver", Wish::Amend { item: key("note/1"), change }).unwrap();
    assert!(!ring.keys().contains("note/1"));
    ring.refold();
}

#[test]
fn an_emergency_is_one_action_and_a_refusal_changes_nobody() {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.fire("Wires", "critical");
    ring.until("2026-03-17T16:30Z");
    ring.wish("oliver", Wish::Refuse { reason: "the bridge is down".into() }).unwrap();
    assert_eq!(ring.responsible(), "tom OnWatch");
    ring.until("2026-03-17T17:01Z");
    assert_eq!(ring.responsible(), "tom HandoffNotAccepted, oliver OnWatch");
    ring.wish("oliver", Wish::Accept { emergency: true }).unwrap();
    assert_eq!(ring.responsible(), "oliver OnWatch");
    let Some(End::Accepted { emergency, items, .. }) = &ring.newest().end else { panic!("{:?}", ring.newest()) };
    assert!(*emergency && items.iter().any(|item| item.key == key("incident/1")));
}

#[test]
fn a_change_of_the_plan_changes_the_handoff() {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.until("2026-03-17T16:10Z");
    let cover = |from: &str, until: &str, replace: Option<&str>, with: &str, layer: &str| Command::AddOverride {
        rota: name("payments"),
        change: Override {
            from: instant(from),
            until: instant(until),
            replace: replace.map(name),
            with: name(with),
            layer: Some(layer.into()),
        },
    };
    // Tom is ill: Priya hands over. Oliver comes later: Dana takes it.
    ring.ask(cover("2026-03-17T16:10Z", "2026-03-17T17:00Z", Some("tom"), "priya", "london")).unwrap();
    ring.ask(cover("2026-03-17T12:00Z", "2026-03-17T19:00Z", Some("oliver"), "dana", "new-york")).unwrap();
    let edge = &ring.newest().edge;
    assert!(edge.from.persons.contains(&name("priya")) && edge.to.persons.contains(&name("dana")), "{edge:?}");
    assert_eq!(ring.responsible(), "priya OnWatch");
    // London stays an hour longer.
    ring.ask(cover("2026-03-17T17:00Z", "2026-03-17T18:00Z", None, "priya", "london")).unwrap();
    assert_eq!(ring.newest().edge.at, instant("2026-03-17T18:00Z"));
    ring.until("2026-03-17T17:30Z");
    assert_eq!(ring.responsible(), "priya OnWatch");
    assert_eq!(ring.world.handoffs.iter().count(), 1);
    ring.refold();
}

#[test]
fn an_edge_that_was_gone_and_is_there_again_is_handed_over() {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.until("2026-03-17T16:10Z");
    // London stays through the whole night: there is nothing to hand over at five.
    let change = Override {
        from: instant("2026-03-17T16:30Z"),
        until: instant("2026-03-18T17:00Z"),
        replace: None,
        with: name("priya"),
        layer: Some("london".into()),
    };
    let rota = name("payments");
    ring.ask(Command::AddOverride { rota: rota.clone(), change }).unwrap();
    assert!(matches!(&ring.newest().end, Some(End::Void { because: VoidBecause::EdgeGone, .. })));
    ring.until("2026-03-17T16:20Z");
    let id = ring.world.overrides.numbered(&rota)[0].0;
    ring.ask(Command::RemoveOverride { rota, id }).unwrap();
    ring.until("2026-03-17T16:21Z");
    let again = ring.newest();
    assert_eq!((again.edge.at, &again.end), (instant("2026-03-17T17:00Z"), &None));
    assert_eq!(ring.world.handoffs.iter().count(), 2);
    ring.accept("oliver").unwrap();
    ring.refold();
}

#[test]
fn who_leaves_the_estate_is_not_responsible_and_somebody_is() {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.until("2026-03-17T17:05Z");
    let text = ring.text.clone();
    let gone = |person: &str, by: &str, text: &str| {
        let mut documents: Vec<String> = text.split("---\n").map(str::to_owned).collect();
        documents.retain(|document| !document.contains(&format!("kind: Person\nmetadata: {{ name: {person} }}")));
        documents.join("---\n").replace(&format!("[{person}]"), &format!("[{by}]")).replace(&format!("{person}, "), "")
    };
    ring.load(&gone("tom", "priya", &text)).unwrap();
    // The lead stands in for Tom until the brief is taken, and the edge says so.
    assert_eq!(ring.newest().edge.from.persons, [name("ruth")].into());
    assert_eq!(ring.responsible(), "ruth HandoffNotAccepted, oliver OnWatch");
    ring.accept("oliver").unwrap();
    assert_eq!(ring.responsible(), "oliver OnWatch");
    // The rota passes by the clock from now on: nobody is surprised, and the open brief is void.
    ring.until("2026-03-17T22:30Z");
    let text = ring.text.replace("  handoff: { opens: 1h, late: 10m, leadsAfter: 10m }\n", "");
    ring.load(&text).unwrap();
    assert!(matches!(&ring.newest().end, Some(End::Void { because: VoidBecause::PassesByTheClock, .. })));
    ring.until("2026-03-17T23:30Z");
    assert_eq!(ring.responsible(), "");
    // And back: nobody is asked to accept what passed meanwhile.
    let count = ring.world.handoffs.iter().count();
    ring.until("2026-03-19T02:00Z");
    ring.load(&estate_text()).unwrap();
    assert_eq!((ring.world.handoffs.iter().count(), ring.responsible()), (count, "wen OnWatch".into()));
}

#[test]
fn a_long_sleep_asks_for_the_last_edge_alone() {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.until("2026-03-17T15:00Z");
    // Asleep for two days and a half.
    ring.now = instant("2026-03-20T02:00Z");
    ring.world.tick(ring.now, &mut ring.journal);
    let opened: Vec<String> = ring.world.handoffs.iter().map(|h| ring.world.handoff_title(&h.edge)).collect();
    assert_eq!(opened, ["New York to Hong Kong"]);
    assert_eq!(ring.responsible(), "oliver HandoffNotAccepted, wen OnWatch");
}

#[test]
fn pages_soon_after_about_what_was_before_and_not_said_are_misses() {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.until("2026-03-17T16:30Z");
    ring.fire("Told", "critical");
    ring.wish("oliver", Wish::Accept { emergency: true }).unwrap();
    ring.until("2026-03-17T16:40Z");
    ring.fire("New", "critical");
    let after = |ring: &Ring| {
        let handoff = ring.world.handoffs.iter().next().unwrap();
        handoff.pages_after.iter().map(|page| (page.incident.0, page.missed)).collect::<Vec<_>>()
    };
    // The first incident is told again to Oliver, and it was in the brief.
    assert!(after(&ring).contains(&(2, false)), "{:?}", after(&ring));
    assert!(after(&ring).iter().all(|(_, missed)| !missed), "{:?}", after(&ring));
}
