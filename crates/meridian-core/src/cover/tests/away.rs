//! Sickness, and people and layers that the estate loses.

use super::{ESTATE, Room, ask::take, at, name, part};
use crate::{
    Command, Fact,
    id::{ChangeId, IncidentId},
    incident::{AcknowledgedBecause, Severity},
    page::PageFact,
};

fn sick(person: &str, until: &str) -> Command {
    Command::ReportSick { person: name(person), until: at(until), note: "flu".into() }
}

/// Whom the facts since `before` page.
fn paged(room: &Room, before: usize) -> Vec<String> {
    let opened = room.journal[before..].iter().filter_map(|entry| match &*entry.fact {
        Fact::Page(PageFact::Opened { person, .. }) => Some(person.to_string()),
        _ => None,
    });
    opened.collect()
}

fn incident(room: &mut Room) -> Vec<String> {
    let before = room.journal.len();
    room.ask(Command::OpenIncident { title: "x".into(), severity: Severity::Sev2, escalation: name("payments") })
        .unwrap();
    paged(room, before)
}

#[test]
fn the_pager_passes_over_whoever_is_sick() {
    let mut room = Room::new("2026-03-10T01:00Z");
    assert_eq!(incident(&mut room), ["wen"]);
    let before = room.journal.len();
    let (_, said) = room.does(sick("wen", "2026-03-13T00:00Z"));
    // The open page moves on at once, to the next step.
    assert_eq!(paged(&room, before), ["priya", "mei"]);
    assert_eq!(said[..3], ["sick.reported", "cover.asked", "cover.asked"]);
    assert_eq!(room.watch("payments", "2026-03-10T02:00Z"), "hong-kong wen", "scheduled, and not paged");
    assert_eq!(incident(&mut room), ["priya", "mei"]);
    // Once somebody takes the watch, they are paged.
    room.does(take(2, "mei"));
    assert_eq!(incident(&mut room), ["mei"]);
    assert_eq!(room.does(Command::EndSick { person: name("wen") }).1[..2], ["sick.ended", "cover.withdrawn"]);
    assert!(room.wanted().is_empty());
    room.survives();
}

#[test]
fn what_the_sick_had_acknowledged_waits_for_somebody_again() {
    let mut room = Room::new("2026-03-10T01:00Z");
    incident(&mut room);
    let because = AcknowledgedBecause::Page;
    room.ask(Command::Acknowledge { incident: IncidentId(1), by: name("wen"), because }).unwrap();
    let before = room.journal.len();
    let (_, said) = room.does(sick("wen", "2026-03-10T12:00Z"));
    assert!(said.contains(&"incident.released".to_owned()), "{said:?}");
    assert_eq!(paged(&room, before), ["priya", "mei"]);
    assert!(room.world.incidents.get(IncidentId(1)).unwrap().acknowledged.is_none());
    room.survives();
}

#[test]
fn a_sickness_ends_by_itself_and_can_be_longer() {
    let mut room = Room::new("2026-03-10T01:00Z");
    room.does(sick("wen", "2026-03-10T12:00Z"));
    assert_eq!(room.does(sick("wen", "2026-03-10T12:00Z")).1, [""; 0]);
    assert_eq!(room.does(sick("wen", "2026-03-12T12:00Z")).1, ["sick.ended", "sick.reported", "cover.asked"]);
    assert_eq!(room.tick("2026-03-10T01:15Z"), ["cover.lapsed"], "nobody took the watch that runs");
    assert_eq!(room.needs("wen"), ["untaken 2"]);
    assert!(room.world.is_sick(&name("wen"), at("2026-03-12T11:59Z")));
    let said = room.tick("2026-03-12T12:00Z");
    assert_eq!(said, ["cover.lapsed", "sick.ended"]);
    assert!(!room.world.is_sick(&name("wen"), room.now));
    room.survives();
}

#[test]
fn a_person_who_leaves_the_estate_leaves_no_silent_hole() {
    let mut room = Room::new("2026-03-09T12:00Z");
    let watch = part("payments wen 2026-03-10T00:00Z 2026-03-10T12:00Z");
    room.does(Command::TakeShift { part: watch, by: name("oliver"), reason: String::new() });
    // oliver leaves: the rota is edited, the override still names him.
    let without =
        ESTATE.replace("oliver, ana]", "ana]").replace("priya, oliver]", "priya]").replace("mei, oliver,", "mei,");
    let person = "apiVersion: meridian/v1\nkind: Person\nmetadata: { name: oliver }\nspec: { site: london, contacts: [{ name: phone, ntfy: oliver }] }\n---\n";
    let without = without.replace(person, "");
    assert!(!without.contains("oliver"), "{without}");
    let before = room.journal.len();
    room.load(&without);
    let facts = room.changes_since(before);
    assert_eq!(facts, ["estate.loaded", "cover.asked"]);
    assert_eq!(room.wanted().last().unwrap(), "2 payments/hong-kong oliver 2026-03-10T00:00 wen,mei,ana");
    let conflicts = room.world.conflicts(room.now, at("2026-03-11T00:00Z"));
    assert_eq!(conflicts.len(), 1);
    assert_eq!(
        (conflicts[0].because.words(), conflicts[0].asked),
        ("is not in the estate any more", Some(ChangeId(2)))
    );
    // Whoever takes it is on watch; and when he comes back, nothing more is asked.
    room.does(take(2, "mei"));
    assert_eq!(room.watch("payments", "2026-03-10T01:00Z"), "hong-kong mei");
    room.load(ESTATE);
    room.survives();
}

#[test]
fn a_site_that_is_renamed_keeps_its_watch() {
    let mut room = Room::new("2026-03-10T01:00Z");
    room.does(Command::AskCover {
        part: part("payments wen 2026-03-10T02:00Z 2026-03-10T04:00Z"),
        reason: String::new(),
    });
    room.does(take(1, "mei"));
    room.load(
        &ESTATE
            .replace("site: hong-kong", "site: kowloon")
            .replace("name: hong-kong }\nspec: { timeZone", "name: kowloon }\nspec: { timeZone"),
    );
    assert_eq!(room.watch("payments", "2026-03-10T01:30Z"), "hong-kong wen");
    assert_eq!(room.watch("payments", "2026-03-10T02:30Z"), "hong-kong mei");
}

#[test]
fn a_layer_that_is_renamed_withdraws_what_was_asked_of_it() {
    let mut room = Room::new("2026-03-10T01:00Z");
    room.does(Command::AskCover {
        part: part("payments wen 2026-03-10T02:00Z 2026-03-10T04:00Z"),
        reason: String::new(),
    });
    let before = room.journal.len();
    room.load(&ESTATE.replace("- name: hong-kong", "- name: asia"));
    let facts = room.changes_since(before);
    assert_eq!(facts, ["estate.loaded", "cover.withdrawn"]);
    assert_eq!(room.watch("payments", "2026-03-10T02:30Z"), "asia wen");
}
