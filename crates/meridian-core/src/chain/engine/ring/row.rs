//! A row: what is usual about one message, in as few bytes as its chain needs.
//!
//! Six bytes of the fingerprint of its key, eight of its first instant, one for every eight hops, five for the instant
//! at each hop after the first; eight more if the lane says digests and ten if it says amounts. With five hops these
//! are 35 bytes, with digests 43. What this does *not* do: it does not know whether a row is in use.

use crate::chain::plan::{HopId, HopSet};

const T0_BYTES: usize = 8;
const ID_BYTES: usize = 6;
const OFFSET_BYTES: usize = 5;
/// Offsets are kept with this added: clocks of two hops may differ, so that a later hop may seem to be the earlier one.
const BEFORE_MAX: i64 = 1 << 36;
const OFFSET_END: i64 = 1 << (8 * OFFSET_BYTES);

/// A message that was seen once at each of its hops.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    pub id: u64,
    pub digest: u64,
    pub amount: i64,
    pub currency: u16,
    pub seen: HopSet,
    /// When it was seen at each of these hops.
    pub at: Vec<i64>,
}

/// Where in a row what stands.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    pub digests: bool,
    pub amounts: bool,
    hops: usize,
    seen_bytes: usize,
}

#[inline]
fn number<const N: usize>(row: &[u8], at: usize) -> u64 {
    let mut wide = [0; 8];
    wide[..N].copy_from_slice(&row[at..at + N]);
    u64::from_le_bytes(wide)
}

#[inline]
fn set<const N: usize>(row: &mut [u8], at: usize, value: u64) {
    row[at..at + N].copy_from_slice(&value.to_le_bytes()[..N]);
}

/// Whether a row can tell an instant so far from the first one.
#[inline]
pub fn fits(t0: i64, at: i64) -> bool {
    at.checked_sub(t0).is_some_and(|offset| (-BEFORE_MAX..OFFSET_END - BEFORE_MAX).contains(&offset))
}

impl Layout {
    pub fn new(hops: usize) -> Layout {
        Layout { digests: false, amounts: false, hops, seen_bytes: hops.div_ceil(8) }
    }

    #[inline]
    fn offset(&self, hop: HopId) -> usize {
        T0_BYTES + ID_BYTES + self.seen_bytes + usize::from(hop.0).saturating_sub(1) * OFFSET_BYTES
    }

    #[inline]
    fn after_offsets(&self) -> usize {
        T0_BYTES + ID_BYTES + self.seen_bytes + self.hops.saturating_sub(1) * OFFSET_BYTES
    }

    #[inline]
    fn after_digest(&self) -> usize {
        self.after_offsets() + if self.digests { 8 } else { 0 }
    }

    #[inline]
    pub fn width(&self) -> usize {
        self.after_digest() + if self.amounts { 10 } else { 0 }
    }

    #[inline]
    pub fn t0(&self, row: &[u8]) -> i64 {
        number::<8>(row, 0) as i64
    }

    #[inline]
    pub fn id(&self, row: &[u8]) -> u64 {
        number::<ID_BYTES>(row, T0_BYTES)
    }

    #[inline]
    pub fn seen(&self, row: &[u8]) -> HopSet {
        let at = T0_BYTES + ID_BYTES;
        match self.seen_bytes {
            1 => HopSet(u32::from(row[at])),
            len => HopSet(row[at..at + len].iter().rev().fold(0, |bits, byte| bits << 8 | u32::from(*byte))),
        }
    }

    #[inline]
    fn set_seen(&self, row: &mut [u8], seen: HopSet) {
        let at = T0_BYTES + ID_BYTES;
        match self.seen_bytes {
            1 => row[at] = seen.0 as u8,
            len => row[at..at + len].copy_from_slice(&seen.0.to_le_bytes()[..len]),
        }
    }

    /// When it was seen at this hop, which is one where it was seen.
    #[inline]
    pub fn at(&self, row: &[u8], hop: HopId) -> i64 {
        let t0 = self.t0(row);
        if self.seen(row).first() == Some(hop) {
            return t0;
        }
        t0 + (number::<OFFSET_BYTES>(row, self.offset(hop)) as i64 - BEFORE_MAX)
    }

    /// The earliest and the latest instant.
    #[inline]
    pub fn span(&self, row: &[u8]) -> (i64, i64) {
        let t0 = self.t0(row);
        let seen = self.seen(row);
        let further = seen.first().map(|first| seen.after(first)).unwrap_or_default();
        further.iter().fold((t0, t0), |(from, to), hop| {
            let at = t0 + (number::<OFFSET_BYTES>(row, self.offset(hop)) as i64 - BEFORE_MAX);
            (from.min(at), to.max(at))
        })
    }

    #[inline]
    pub fn digest(&self, row: &[u8]) -> u64 {
        if self.digests { number::<8>(row, self.after_offsets()) } else { 0 }
    }

    #[inline]
    pub fn set_digest(&self, row: &mut [u8], digest: u64) {
        if self.digests {
            set::<8>(row, self.after_offsets(), digest);
        }
    }

    #[inline]
    pub fn worth(&self, row: &[u8]) -> (i64, u16) {
        if !self.amounts {
            return (0, 0);
        }
        let at = self.after_digest();
        (number::<8>(row, at) as i64, number::<2>(row, at + 8) as u16)
    }

    #[inline]
    pub fn set_worth(&self, row: &mut [u8], amount: i64, currency: u16) {
        if self.amounts {
            let at = self.after_digest();
            set::<8>(row, at, amount as u64);
            set::<2>(row, at + 8, u64::from(currency));
        }
    }

    /// A message that nobody has seen but at this hop.
    #[inline]
    pub fn begin(&self, row: &mut [u8], id: u64, hop: HopId, at: i64) {
        set::<8>(row, 0, at as u64);
        set::<ID_BYTES>(row, T0_BYTES, id);
        self.set_seen(row, HopSet::default().with(hop));
        self.set_digest(row, 0);
        self.set_worth(row, 0, 0);
    }

    /// Seen at a further hop, at an instant that [`fits`].
    #[inline]
    pub fn go_on(&self, row: &mut [u8], hop: HopId, at: i64) {
        let offset = at.wrapping_sub(self.t0(row)).wrapping_add(BEFORE_MAX);
        set::<OFFSET_BYTES>(row, self.offset(hop), offset as u64);
        let seen = self.seen(row).with(hop);
        self.set_seen(row, seen);
    }

    pub fn write(&self, row: &mut [u8], slot: &Slot) {
        let mut hops = slot.seen.iter().zip(&slot.at);
        let Some((first, at)) = hops.next() else { return };
        self.begin(row, slot.id, first, *at);
        self.set_digest(row, slot.digest);
        self.set_worth(row, slot.amount, slot.currency);
        hops.for_each(|(hop, at)| self.go_on(row, hop, *at));
    }

    pub fn read(&self, row: &[u8]) -> Slot {
        let seen = self.seen(row);
        let (amount, currency) = self.worth(row);
        let at = seen.iter().map(|hop| self.at(row, hop)).collect();
        Slot { id: self.id(row), digest: self.digest(row), amount, currency, seen, at }
    }
}
