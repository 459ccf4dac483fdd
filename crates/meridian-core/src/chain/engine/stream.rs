//! Look-ups that were made before: of who reports what, found again by the texts of a report.
//!
//! Chain, lane, hop and reporter of a report are four texts, of which a house has few combinations: a *stream*. What is
//! kept here follows from the state alone and is no part of it: without it the fold is the same, and slower. Two texts
//! are one only if all their bytes are. What this does *not* do: it grows no further than [`STREAMS`].

use super::mark;
use crate::chain::plan::HopId;
use crate::chain::record::Checkpoint;

/// How many streams are found again at once.
const STREAMS: usize = 1 << 13;

/// Numbers instead of names.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    pub chain: u32,
    pub hop: HopId,
    pub lane: u32,
    pub tap: u32,
    /// A fingerprint of the names of chain, hop and lane.
    pub mark: u64,
}

/// A text of at most 16 bytes in three numbers that tell it from any other; of a longer one its ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Glance {
    len: u32,
    head: u64,
    tail: u64,
}

impl Glance {
    #[inline]
    fn of(text: &str) -> Glance {
        let bytes = text.as_bytes();
        let (head, tail) = mark::ends(bytes);
        Glance { len: u32::try_from(bytes.len()).unwrap_or(u32::MAX), head, tail }
    }

    #[inline]
    fn is_whole(&self) -> bool {
        self.len <= 16
    }
}

/// Chain, lane, hop and reporter of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Four {
    texts: [Glance; 4],
    /// Whether it names a lane and a reporter.
    is_there: [bool; 2],
}

impl Four {
    #[inline]
    fn of(point: &Checkpoint<'_>) -> Four {
        let [chain, lane, hop, reporter] = names(point);
        let texts = [Glance::of(chain), Glance::of(lane), Glance::of(hop), Glance::of(reporter)];
        Four { texts, is_there: [point.lane.is_some(), point.reporter.is_some()] }
    }

    #[inline]
    fn place(&self) -> usize {
        let [chain, lane, hop, reporter] = &self.texts;
        let one =
            |text: &Glance, by: u64| (text.head ^ text.tail.rotate_left(29) ^ u64::from(text.len)).wrapping_mul(by);
        let hash = one(chain, 0x9e37_79b9_7f4a_7c15)
            ^ one(lane, 0xd6e8_feb8_6659_fd93).rotate_left(16)
            ^ one(hop, 0xe703_7ed1_a0b4_28db).rotate_left(32)
            ^ one(reporter, 0x8bb8_4b93_962e_acc9);
        (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize % STREAMS
    }
}

#[inline]
fn names<'a>(point: &'a Checkpoint<'_>) -> [&'a str; 4] {
    let (lane, reporter) = (point.lane.as_deref(), point.reporter.as_deref());
    [point.chain.as_ref(), lane.unwrap_or(""), point.hop.as_ref(), reporter.unwrap_or("")]
}

#[derive(Clone, Debug)]
struct Known {
    stream: Stream,
    four: Four,
    /// If one of them is longer than what a glance tells.
    long: Option<Box<[Box<str>; 4]>>,
}

/// By the place in the table, which knows their numbers counted from 1; so the table is small.
#[derive(Clone, Debug, Default)]
pub struct Streams {
    table: Vec<u16>,
    known: Vec<Known>,
}

impl Known {
    #[inline]
    fn is(&self, four: &Four, point: &Checkpoint<'_>) -> bool {
        let alike = self.four == *four;
        let Some(long) = &self.long else { return alike };
        alike && long.iter().zip(names(point)).all(|(known, name)| known.as_ref() == name)
    }
}

impl Streams {
    #[inline]
    pub fn find(&self, point: &Checkpoint<'_>) -> Option<Stream> {
        let four = Four::of(point);
        let at = four.place();
        // Two that fall on one place do not drive one another out.
        let known = |at: usize| {
            let number = usize::from(*self.table.get(at)?).checked_sub(1)?;
            self.known.get(number).filter(|known| known.is(&four, point))
        };
        Some(known(at).or_else(|| known(at ^ 1))?.stream)
    }

    pub fn learn(&mut self, point: &Checkpoint<'_>, chain: u32, hop: HopId, number: u32, tap: u32) {
        if self.table.is_empty() {
            self.table.resize(STREAMS, 0);
        }
        let four = Four::of(point);
        let long = (!four.texts.iter().all(Glance::is_whole)).then(|| Box::new(names(point).map(Box::from)));
        let known = Known { stream: Stream { chain, hop, lane: number, tap, mark: mark::place(point) }, four, long };
        let at = four.place();
        let at = if self.table[at] != 0 && self.table[at ^ 1] == 0 { at ^ 1 } else { at };
        match usize::from(self.table[at]).checked_sub(1) {
            Some(place) => self.known[place] = known,
            None => {
                self.known.push(known);
                // There are no more of them than places in the table.
                self.table[at] = self.known.len() as u16;
            }
        }
    }
}
