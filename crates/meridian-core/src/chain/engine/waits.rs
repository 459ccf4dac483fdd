//! What a lane waits for besides its numbered messages: messages without a sequence, and gaps, have one timer each for
//! all of them. Of each hop it is the earliest instant that one of them waits for it to pass.
//!
//! What this does *not* do: it judges nothing. The timers of numbered messages are in [`super::store`].

use serde::{Deserialize, Serialize};

use super::ring::is_passed;

/// Of each hop an instant; `i64::MAX`: nothing waits.
pub type Due = Box<[i64]>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    pub ids: Due,
    pub gaps: Due,
}

/// Which ones have to be judged anew.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Awake {
    pub ids: bool,
    pub gaps: bool,
}

impl Waits {
    pub fn new(hops: usize) -> Waits {
        let never = || vec![i64::MAX; hops].into_boxed_slice();
        Waits { ids: never(), gaps: never() }
    }

    /// What waits for this hop: the earliest instant of all; `i64::MAX`: nothing.
    pub fn earliest(&self, hop: usize) -> i64 {
        let of = |due: &Due| due.get(hop).copied().unwrap_or(i64::MAX);
        of(&self.ids).min(of(&self.gaps))
    }

    /// What a hop has passed. Its timers are set back: whoever is judged anew sets them again.
    pub fn wake(&mut self, through: &[Option<i64>]) -> Awake {
        let wake = |due: &mut Due| {
            let awake = is_passed(through, due);
            if awake {
                due.fill(i64::MAX);
            }
            awake
        };
        Awake { ids: wake(&mut self.ids), gaps: wake(&mut self.gaps) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_passed_wakes() {
        let mut waits = Waits::new(2);
        waits.ids[1] = 15;
        waits.gaps[0] = 10;
        for (through, ids, gaps) in [
            ([None, None], false, false),
            ([Some(9), Some(14)], false, false),
            ([Some(10), Some(14)], false, true),
            ([Some(10), Some(14)], false, false),
            ([Some(10), Some(15)], true, false),
            ([Some(99), Some(99)], false, false),
        ] {
            assert_eq!(waits.wake(&through), Awake { ids, gaps }, "{through:?}");
        }
        assert_eq!(waits, Waits::new(2));
    }
}
