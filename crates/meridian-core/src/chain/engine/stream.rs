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

#[derive(Clone, Debug)]
struct Known {
    stream: Stream,
    /// Where lane, hop and reporter begin in the names, and which of them are there.
    ends: [u16; 3],
    is_there: [bool; 2],
    /// The names one behind the other, so that they are compared where they stand together.
    names: Box<str>,
}

#[derive(Clone, Debug, Default)]
pub struct Streams(Vec<Option<Box<Known>>>);

impl Known {
    fn is(&self, point: &Checkpoint<'_>) -> bool {
        let (lane, reporter) = (point.lane.as_deref(), point.reporter.as_deref());
        let [a, b, c] = self.ends.map(usize::from);
        let names = self.names.as_bytes();
        // The places are those of the names that were put there.
        self.is_there == [lane.is_some(), reporter.is_some()]
            && names.get(..a) == Some(point.chain.as_bytes())
            && names.get(a..b) == Some(lane.unwrap_or("").as_bytes())
            && names.get(b..c) == Some(point.hop.as_bytes())
            && names.get(c..) == Some(reporter.unwrap_or("").as_bytes())
    }
}

/// Some bytes of a text, quickly: what is found by them is compared.
fn glance(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let word = |chunk: Option<&[u8; 8]>| chunk.map_or(0, |chunk| u64::from_le_bytes(*chunk));
    let few = |bytes: &[u8]| bytes.iter().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
    let ends = match bytes.len() {
        8.. => word(bytes.first_chunk()) ^ word(bytes.last_chunk()).rotate_left(29),
        _ => few(bytes),
    };
    ends ^ (bytes.len() as u64) << 57
}

fn place(point: &Checkpoint<'_>) -> usize {
    let texts = [Some(&point.chain), point.lane.as_ref(), Some(&point.hop), point.reporter.as_ref()];
    let mix = |hash: u64, text: &Option<&crate::chain::record::Text<'_>>| {
        (hash.rotate_left(23) ^ text.map_or(0, |text| glance(text))).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    };
    (texts.iter().fold(0, mix) >> 40) as usize % STREAMS
}

impl Streams {
    pub fn find(&self, point: &Checkpoint<'_>) -> Option<Stream> {
        let at = place(point);
        // Two that fall on one place do not drive one another out.
        let known = |at: usize| self.0.get(at)?.as_ref().filter(|known| known.is(point));
        Some(known(at).or_else(|| known(at ^ 1))?.stream)
    }

    pub fn learn(&mut self, point: &Checkpoint<'_>, chain: u32, hop: HopId, number: u32, tap: u32) {
        if self.0.is_empty() {
            self.0.resize(STREAMS, None);
        }
        let (lane, reporter) = (point.lane.as_deref(), point.reporter.as_deref());
        let names = [point.chain.as_ref(), lane.unwrap_or(""), point.hop.as_ref(), reporter.unwrap_or("")];
        let mut end = 0;
        let ends = [0, 1, 2].map(|name: usize| {
            end += names[name].len();
            u16::try_from(end)
        });
        // A name so long is looked up each time.
        let [Ok(a), Ok(b), Ok(c)] = ends else { return };
        let known = Known {
            stream: Stream { chain, hop, lane: number, tap, mark: mark::place(point) },
            ends: [a, b, c],
            is_there: [lane.is_some(), reporter.is_some()],
            names: names.concat().into(),
        };
        let at = place(point);
        let at = if self.0[at].is_some() && self.0[at ^ 1].is_none() { at ^ 1 } else { at };
        self.0[at] = Some(Box::new(known));
    }
}
