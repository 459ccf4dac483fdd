//! How an item stands when a person said one thing and the world says another.

use super::{Ring, brief::alert, instant, key, name};
use crate::{
    Command, World,
    fact::Fact,
    handoff::{Change, HandoffFact, Obstacle, Stability, StabilityBecause, Wish},
    id::IncidentId,
    incident::{AcknowledgedBecause, Severity},
};

use Stability::{Stable, Unstable, Watcher};

fn says(ring: &mut Ring, severity: Stability) {
    ring.add("tom", "incident/1", Change { severity: Some(severity), ..Change::default() }).unwrap();
}

fn stands(world: &World, ring: &Ring) -> (Stability, Vec<StabilityBecause>) {
    let brief = world.brief(ring.newest().id, ring.now).unwrap();
    let item = brief.item(&key("incident/1")).cloned().unwrap();
    (item.severity, item.because)
}

#[test]
fn a_milder_word_counts_only_while_nothing_got_worse() {
    let growing = |from, to| StabilityBecause::Growing { from, to };
    let at = instant("2026-03-17T16:05Z");
    let worse = StabilityBecause::WorseSince { by: name("tom"), severity: Stable, at };
    let said = || vec![StabilityBecause::SaidBy(name("tom"))];
    // Whether it grew already when Tom spoke at 16:05, what he said, whether it grew afterwards; how it stands at 16:30, and
    // how it does when the journal does not tell how it stood when he spoke.
    let cases = [
        ("calm, and stays so", false, Stable, false, (Stable, said()), (Stable, said())),
        (
            "calm, and got worse",
            false,
            Stable,
            true,
            (Watcher, vec![worse.clone(), growing(1, 2)]),
            (Watcher, vec![worse.clone(), growing(1, 2)]),
        ),
        ("known to grow, and no worse", true, Stable, true, (Stable, said()), (Watcher, vec![worse, growing(1, 3)])),
        ("said to be worse than it got", false, Unstable, true, (Unstable, said()), (Unstable, said())),
        ("said to be as bad as it got", false, Watcher, true, (Watcher, said()), (Watcher, said())),
    ];
    for (what, grew, word, grows, expected, of_older) in cases {
        let mut ring = Ring::begin("2026-03-17T15:40Z");
        alert(&mut ring, 1, false);
        ring.until("2026-03-17T15:41Z");
        let because = AcknowledgedBecause::Api;
        ring.ask(Command::Acknowledge { incident: IncidentId(1), by: name("tom"), because }).unwrap();
        if grew {
            ring.until("2026-03-17T16:00Z");
            alert(&mut ring, 2, false);
        }
        ring.until("2026-03-17T16:05Z");
        says(&mut ring, word);
        if grows {
            ring.until("2026-03-17T16:20Z");
            alert(&mut ring, if grew { 3 } else { 2 }, false);
        }
        ring.until("2026-03-17T16:30Z");
        assert_eq!(stands(&ring.world, &ring), expected, "{what}");
        ring.refold();
        let mut older = World::default();
        for mut entry in ring.journal.clone() {
            if let Fact::Handoff(HandoffFact::Amended { computed, .. }) = std::sync::Arc::make_mut(&mut entry.fact) {
                *computed = None;
            }
            older.fold(&entry);
        }
        assert_eq!(stands(&older, &ring), of_older, "{what}, in an older journal");
    }
}

#[test]
fn a_milder_word_hides_nothing_from_the_next_handoff() {
    let mut ring = Ring::begin("2026-03-17T15:40Z");
    alert(&mut ring, 1, false);
    let (incident, because) = (IncidentId(1), AcknowledgedBecause::Api);
    ring.ask(Command::Acknowledge { incident, by: name("tom"), because }).unwrap();
    ring.until("2026-03-17T16:05Z");
    says(&mut ring, Stable);
    ring.wish("oliver", Wish::Accept { emergency: true }).unwrap();
    ring.until("2026-03-18T00:10Z");
    let before = stands(&ring.world, &ring);
    assert_eq!(before, (Stable, vec![StabilityBecause::SaidBy(name("tom"))]), "the word goes along");
    let reason = "users are hurt".to_owned();
    ring.ask(Command::ChangeSeverity { incident, severity: Severity::Sev1, reason }).unwrap();
    let (severity, because) = stands(&ring.world, &ring);
    assert_eq!(severity, Unstable, "{because:?}");
    assert!(matches!(because[..], [StabilityBecause::WorseSince { .. }, ..]), "{because:?}");
    let lacks = ring.brief().lacking;
    assert!(lacks.iter().any(|lack| matches!(lack, Obstacle::ReadBack { .. })), "it is read back: {lacks:?}");
}
