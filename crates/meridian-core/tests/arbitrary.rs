//! No text makes a parser of the core panic, and no order of facts makes the fold panic: a journal is read forever,
//! whatever wrote it.

use meridian_core::{
    Fact, Instant, World,
    estate::parse_duration,
    fact::samples::{every_entry, every_fact},
    id::{Actor, Fingerprint, IncidentId, Name},
    incident::Severity,
    journal::{Entry, Hash},
};
use proptest::prelude::*;

fn nearly(text: String, at: prop::sample::Index, with: char) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let at = at.index(characters.len());
    characters[at] = with;
    characters.into_iter().collect()
}

proptest! {
    #[test]
    fn no_text_makes_names_and_numbers_panic(text in "\\PC{0,80}|[a-z0-9-]{0,70}|[0-9a-f]{0,66}|[0-9smhdwy]{0,40}") {
        let name: Result<Name, _> = text.parse();
        prop_assert_eq!(name.is_ok(), name.is_ok_and(|name| name.as_str() == text));
        let _ = (text.parse::<IncidentId>(), text.parse::<Fingerprint>(), text.parse::<Hash>(), text.parse::<Severity>());
        let _ = parse_duration(&text);
        let _ = Actor::try_from(text);
    }

    #[test]
    fn facts_and_snapshots_that_are_nearly_right(fact: prop::sample::Index, at: prop::sample::Index, with: char) {
        let text = serde_json::to_string(fact.get(&every_fact())).unwrap();
        let _ = serde_json::from_str::<Fact>(&nearly(text, at, with));
        let mut world = World::default();
        every_entry().iter().for_each(|entry| world.fold(entry));
        let snapshot = String::from_utf8(world.to_snapshot().unwrap()).unwrap();
        let _ = World::from_snapshot(nearly(snapshot, at, with).as_bytes());
    }

    #[test]
    fn any_bytes_as_a_snapshot(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(World::from_snapshot(&bytes).is_err());
    }

    /// Facts in an order that no keeper would write, at times that no clock would tell.
    #[test]
    fn any_order_of_facts_is_folded(
        facts in prop::collection::vec((any::<prop::sample::Index>(), 0i64..4_000_000_000), 0..60),
        now in 0i64..4_000_000_000,
    ) {
        let (samples, mut world) = (every_fact(), World::default());
        for (n, (fact, at)) in facts.into_iter().enumerate() {
            let at = Instant::from_second(at).unwrap();
            let fact = fact.get(&samples).clone();
            world.fold(&Entry { seq: n as u64 + 1, at, actor: Actor::System, cause: None, fact: fact.into() });
        }
        let again = World::from_snapshot(&world.to_snapshot().unwrap()).unwrap();
        prop_assert_eq!(again.to_snapshot().unwrap(), world.to_snapshot().unwrap());
        let _ = world.next_due();
        world.tick(Instant::from_second(now).unwrap(), &mut Vec::new());
    }
}
