use proptest::prelude::*;

use super::*;
use crate::{
    fact::{Fact, HouseFact},
    id::IncidentId,
    incident::IncidentFact,
};

fn entry(seq: u64, text: &str) -> Entry {
    let fact = IncidentFact::Noted { incident: IncidentId(7), text: text.to_owned() };
    Entry {
        seq,
        at: Instant::UNIX_EPOCH,
        actor: Actor::System,
        cause: seq.checked_sub(1).filter(|s| *s > 0),
        fact: fact.into(),
    }
}

fn chain(texts: &[String]) -> Vec<Sealed> {
    let entries: Vec<Entry> = texts.iter().enumerate().map(|(i, text)| entry(i as u64 + 1, text)).collect();
    seal_all(Head::GENESIS.hash, &entries)
}

fn walk(journal: &[Sealed]) -> Result<Head, Broken> {
    journal.iter().try_fold(Head::GENESIS, verify_next)
}

#[test]
fn the_canonical_form_is_fixed() {
    let first = Entry {
        seq: 1,
        at: "2026-03-08T06:55:00.25Z".parse().unwrap(),
        actor: Actor::source("prometheus"),
        cause: None,
        fact: HouseFact::Started { version: "0.1.0".into() }.into(),
    };
    let sealed = seal(Head::GENESIS.hash, &first);
    let body = r#"{"seq":1,"at":"2026-03-08T06:55:00.25Z","actor":"source:prometheus","cause":null,"fact":{"house.started":{"version":"0.1.0"}}}"#;
    assert_eq!(std::str::from_utf8(&sealed.body), Ok(body));
    let mut chained = vec![0; 32];
    chained.extend_from_slice(body.as_bytes());
    assert_eq!(sealed.hash, Hash::of(&chained));
}

#[test]
fn each_damage_is_named() {
    let texts: Vec<String> = (1..=5).map(|i| format!("note {i}")).collect();
    let sound = chain(&texts);
    let check = |damage: &dyn Fn(&mut Vec<Sealed>), expected: &str| {
        let mut journal = sound.clone();
        damage(&mut journal);
        let broken = walk(&journal).unwrap_err();
        assert!(broken.to_string().starts_with(expected), "{broken}");
        assert!(expected.contains(&format!("entry {}", broken.seq())), "{broken}");
    };
    check(&|j| drop(j.remove(2)), "entry 3 is missing: after entry 2 comes 4");
    check(&|j| drop(j.remove(0)), "entry 1 is missing");
    check(&|j| j[2].body[90] ^= 1, "entry 3 was altered");
    check(&|j| j[2].hash.0[0] ^= 1, "entry 3 was altered");
    check(&|j| j[0].body = b"not json".as_slice().into(), "entry 1 was altered");
    check(
        &|j| {
            j.swap(1, 3);
            (j[1].seq, j[3].seq) = (2, 4);
        },
        "entry 2 is not where it belongs: in its place stands entry 4",
    );
    check(&|j| j[4] = seal(j[3].hash, &entry(9, "x")), "entry 5 is missing: after entry 4 comes 9");
    check(
        &|j| {
            j[4] = seal(j[3].hash, &entry(9, "x"));
            j[4].seq = 5;
        },
        "entry 5 is not where it belongs: in its place stands entry 9",
    );
    check(
        &|j| {
            let body: Box<[u8]> = br#"{"seq":5,"at":"never"}"#.as_slice().into();
            let chained = [j[3].hash.0.as_slice(), &body].concat();
            j[4] = Sealed { seq: 5, hash: Hash::of(&chained), body };
        },
        "entry 5 cannot be understood",
    );
}

#[test]
fn the_fingerprint_of_an_alert_is_that_of_its_labels() {
    let of = |fingerprint: &str| {
        let fact = format!(
            r#"{{"alert.fired":{{"alerts":[{{{fingerprint}"labels":{{"alertname":"FedwireQueueStuck","service":"fedwire-gw","severity":"critical","site":"nyc"}},"starts_at":"2026-03-08T06:55:00Z","ends_at":"2026-03-08T07:55:00Z"}}]}}}}"#
        );
        let fact: Fact = serde_json::from_str(&fact).unwrap();
        let mut entry = entry(1, "");
        entry.fact = fact.into();
        walk(&seal_all(Head::GENESIS.hash, [&entry])).map_err(|broken| broken.to_string()).err()
    };
    assert_eq!(of(r#""fingerprint":"c8977d94a94a172e","#), None);
    assert_eq!(of(""), None, "it stands in no journal that was begun before");
    let why = "entry 1 cannot be understood: it calls an alert c8977d94a94a172f whose labels have the fingerprint c8977d94a94a172e";
    assert_eq!(of(r#""fingerprint":"c8977d94a94a172f","#).as_deref(), Some(why));
}

proptest! {
    #[test]
    fn what_was_sealed_opens_and_verifies(texts in prop::collection::vec(any::<String>(), 0..8)) {
        let sealed = chain(&texts);
        prop_assert_eq!(walk(&sealed), Ok(sealed.last().map_or(Head::GENESIS, Sealed::head)));
        for (i, (s, text)) in sealed.iter().zip(&texts).enumerate() {
            prop_assert_eq!(open(s), Ok(entry(i as u64 + 1, text)));
        }
    }

    #[test]
    fn any_flipped_bit_is_found_at_its_entry(
        texts in prop::collection::vec(any::<String>(), 1..6), at in any::<prop::sample::Index>(), bit in 0u8..8, hash in any::<bool>(),
    ) {
        let mut sealed = chain(&texts);
        let victim = at.index(sealed.len());
        if hash {
            sealed[victim].hash.0[at.index(32)] ^= 1 << bit;
        } else {
            let byte = at.index(sealed[victim].body.len());
            sealed[victim].body[byte] ^= 1 << bit;
        }
        prop_assert_eq!(walk(&sealed).unwrap_err().seq(), victim as u64 + 1);
    }

    #[test]
    fn opening_never_panics(seq in any::<u64>(), body in prop::collection::vec(any::<u8>(), 0..200)) {
        let sealed = Sealed { seq, body: body.into(), hash: Hash([0; 32]) };
        prop_assert!(open(&sealed).is_err());
    }

    #[test]
    fn a_hash_reads_as_it_is_written(bytes in any::<[u8; 32]>()) {
        let hash = Hash(bytes);
        prop_assert_eq!(hash.to_string().parse(), Ok(hash));
    }
}
