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
    chain: Box<str>,
    lane: Option<Box<str>>,
    hop: Box<str>,
    reporter: Option<Box<str>>,
    stream: Stream,
}

#[derive(Clone, Debug, Default)]
pub struct Streams(Vec<Option<Box<Known>>>);

impl Known {
    fn is(&self, point: &Checkpoint<'_>) -> bool {
        *self.hop == *point.hop
            && *self.chain == *point.chain
            && self.lane.as_deref() == point.lane.as_deref()
            && self.reporter.as_deref() == point.reporter.as_deref()
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

    pub fn learn(&mut self, point: &Checkpoint<'_>, chain: u32, hop: HopId, lane: u32, tap: u32) {
        if self.0.is_empty() {
            self.0.resize(STREAMS, None);
        }
        let owned = |text: &Option<crate::chain::record::Text<'_>>| text.as_deref().map(Box::from);
        let known = Known {
            chain: point.chain.as_ref().into(),
            lane: owned(&point.lane),
            hop: point.hop.as_ref().into(),
            reporter: owned(&point.reporter),
            stream: Stream { chain, hop, lane, tap, mark: mark::place(point) },
        };
        let at = place(point);
        let at = if self.0[at].is_some() && self.0[at ^ 1].is_none() { at ^ 1 } else { at };
        self.0[at] = Some(Box::new(known));
    }
}
