//! What a lane waits for: of each hop the earliest instant that something of the lane waits for it to pass.
//!
//! Instead of a timer for each message there is one for each [`BLOCK`] numbers in a row, so that a lane that remembers
//! a million messages until their retry horizon looks again at few of them when a hop moves on. Messages without a
//! sequence, and gaps, have one timer each for all. What this does *not* do: it judges nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::verdict::Key;

/// How many numbers in a row share a timer: with five hops it is less than a byte for each.
pub const BLOCK: u64 = 64;

/// Of each hop an instant; `i64::MAX`: nothing waits.
pub type Due = Box<[i64]>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    /// The earliest of all, or earlier: it is set right when it is passed.
    earliest: Due,
    blocks: BTreeMap<u64, Due>,
    ids: Due,
    pub gaps: Due,
}

/// Which ones have to be judged anew.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Awake {
    pub blocks: Vec<u64>,
    pub ids: bool,
    pub gaps: bool,
}

impl Waits {
    pub fn new(hops: usize) -> Waits {
        let never = || vec![i64::MAX; hops].into_boxed_slice();
        Waits { earliest: never(), blocks: BTreeMap::new(), ids: never(), gaps: never() }
    }

    /// The timer of this message.
    pub fn of(&mut self, key: &Key) -> &mut [i64] {
        let hops = self.earliest.len();
        match key {
            Key::Seq(seq) => self.blocks.entry(seq / BLOCK).or_insert_with(|| vec![i64::MAX; hops].into_boxed_slice()),
            Key::Id(_) => &mut self.ids,
        }
    }

    /// To be called whenever the timer of this message, or of gaps if there is none, may be an earlier one.
    pub fn note(&mut self, key: Option<&Key>) {
        let due = match key {
            Some(Key::Seq(seq)) => match self.blocks.get(&(seq / BLOCK)) {
                Some(due) => due,
                None => return,
            },
            Some(Key::Id(_)) => &self.ids,
            None => &self.gaps,
        };
        self.earliest.iter_mut().zip(due).for_each(|(earliest, due)| *earliest = (*earliest).min(*due));
    }

    /// What waits for this hop: the earliest instant of all, or earlier; `i64::MAX`: nothing.
    pub fn earliest(&self, hop: usize) -> i64 {
        self.earliest.get(hop).copied().unwrap_or(i64::MAX)
    }

    /// What a hop has passed. Its timers are set back: whoever is judged anew sets them again.
    pub fn wake(&mut self, through: &[Option<i64>]) -> Awake {
        let passed = |due: &Due| through.iter().zip(due).any(|(through, due)| through.is_some_and(|it| it >= *due));
        if !passed(&self.earliest) {
            return Awake::default();
        }
        let (ids, gaps) = (passed(&self.ids), passed(&self.gaps));
        let blocks: Vec<u64> = self.blocks.iter().filter(|(_, due)| passed(due)).map(|(block, _)| *block).collect();
        blocks.iter().for_each(|block| drop(self.blocks.remove(block)));
        for (awake, due) in [(ids, &mut self.ids), (gaps, &mut self.gaps)] {
            if awake {
                due.fill(i64::MAX);
            }
        }
        self.earliest.fill(i64::MAX);
        for due in self.blocks.values().chain([&self.ids, &self.gaps]) {
            self.earliest.iter_mut().zip(due).for_each(|(earliest, due)| *earliest = (*earliest).min(*due));
        }
        Awake { blocks, ids, gaps }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_passed_wakes() {
        let mut waits = Waits::new(2);
        let set = |waits: &mut Waits, seq: u64, hop: usize, due: i64| {
            let key = Key::Seq(seq);
            waits.of(&key)[hop] = due;
            waits.note(Some(&key));
        };
        set(&mut waits, 3, 0, 10);
        set(&mut waits, BLOCK, 1, 20);
        set(&mut waits, 9 * BLOCK + 5, 0, 30);
        waits.of(&Key::Id("M1".into()))[1] = 15;
        waits.note(Some(&Key::Id("M1".into())));
        for (through, blocks, ids) in [
            ([None, None], vec![], false),
            ([Some(9), Some(14)], vec![], false),
            ([Some(10), Some(14)], vec![0], false),
            ([Some(10), Some(14)], vec![], false),
            ([Some(29), Some(20)], vec![1], true),
            ([Some(30), Some(99)], vec![9], false),
            ([Some(99), Some(99)], vec![], false),
        ] {
            assert_eq!(waits.wake(&through), Awake { blocks, ids, gaps: false }, "{through:?}");
        }
        assert_eq!(waits, Waits::new(2));
    }
}
