//! The store gives back what was put into it, whatever form that has; and what is usual takes little room.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::message::{Lines, Message, Sighting};
use super::super::store::Store;
use crate::chain::amount::Amount;
use crate::chain::plan::HopId;

fn sighting(hop: u8, at: i64) -> Sighting {
    let (tap, id) = (u32::from(hop) + 1, at as u64);
    Sighting {
        hop: HopId(hop),
        at,
        tap,
        counted: true,
        attempt: 1,
        possdup: false,
        outcome: None,
        id,
        digest: 0,
        amount: None,
        currency: 0,
    }
}

fn message() -> impl Strategy<Value = Message> {
    let odd = (0..12_u8, any::<bool>(), prop_oneof![Just(0_i128), Just(5), Just(1 << 70)]);
    (proptest::collection::vec((0..9_u8, 0..1_i64 << 41), 1..6), odd, any::<bool>()).prop_map(
        |(mut hops, (odd, digests, amount), sorted)| {
            if sorted {
                hops.sort_unstable();
                hops.dedup_by_key(|(hop, _)| *hop);
            }
            let id = hops[0].0;
            let mut sightings: Vec<Sighting> =
                hops.into_iter().map(|(hop, at)| sighting(hop, at / (1 << (at % 20)))).collect();
            for seen in &mut sightings {
                seen.id = u64::from(id);
                seen.digest = if digests || seen.hop.0 == 0 { 7 } else { 0 };
                seen.amount = (odd > 5 && seen.hop.0 < 3).then_some(Amount(amount));
                seen.currency = u32::from(odd > 5);
            }
            if let (0, Some(last)) = (odd, sightings.last_mut()) {
                (last.possdup, last.digest) = (true, 8);
            }
            Message { sightings, lines: (odd == 1).then(Box::<Lines>::default) }
        },
    )
}

/// In the order of the hops, as a row tells it; a hop that saw it twice keeps the order there.
fn by_hop(mut message: Message) -> Message {
    message.sightings.sort_by_key(|sighting| sighting.hop);
    message
}

proptest! {
    #[test]
    fn what_was_put_is_there(
        steps in proptest::collection::vec((prop_oneof![9 => 0..400_u64, 1 => any::<u64>()], proptest::option::weighted(0.7, message())), 1..120),
    ) {
        let (mut store, mut map) = (Store::new(9), BTreeMap::new());
        for (number, (seq, message)) in steps.into_iter().enumerate() {
            // Numbers move on, as they do in life.
            let seq = seq.saturating_add(number as u64 * 7);
            match message {
                Some(message) => {
                    store.put(seq, message.clone(), &[]);
                    map.insert(seq, message);
                }
                None => {
                    let seq = map.range(seq..).next().map_or(seq, |(seq, _)| *seq);
                    store.remove(seq);
                    map.remove(&seq);
                }
            }
            prop_assert_eq!(store.get(seq).map(by_hop), map.get(&seq).cloned().map(by_hop));
        }
        let all = |messages: &mut dyn Iterator<Item = (u64, Message)>| -> Vec<_> {
            messages.map(|(seq, message)| (seq, by_hop(message))).collect()
        };
        prop_assert_eq!(all(&mut store.iter()), all(&mut map.into_iter()));
        let again: Store = serde_json::from_slice(&serde_json::to_vec(&store).unwrap()).unwrap();
        prop_assert_eq!(again, store);
    }
}

#[test]
fn a_message_in_flight_takes_at_most_48_bytes() {
    let mut store = Store::new(5);
    for seq in 1..=100_000_u64 {
        let at = 1_772_476_200_000_000_000 + seq as i64 * 1_000;
        let mut sightings: Vec<Sighting> = (0..5).map(|hop| sighting(hop, at + i64::from(hop) * 71_003_117)).collect();
        sightings.iter_mut().for_each(|seen| (seen.id, seen.digest) = (seq, seq));
        store.put(seq, Message { sightings, lines: None }, &[]);
    }
    let (bytes, beside) = store.room();
    assert_eq!(beside, 0);
    assert!(bytes <= 48 * 100_000, "{} bytes a message", bytes as f64 / 100_000.0);
    (1..=100_000).for_each(|seq| store.remove(seq));
    assert_eq!(store.room(), (0, 0));
}
