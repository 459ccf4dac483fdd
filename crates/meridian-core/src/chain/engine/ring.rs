//! A ring of slots of a fixed width, by sequence: the columns of what is usual about a message.
//!
//! A slot takes 16 bytes, one for every eight hops, five for each hop after the first, eight if the lane says digests
//! and ten if it says amounts: 37 to 45 bytes with five hops. The ring has a sixteenth more slots than it reaches
//! over. What this does *not* do: it does not know a message ([`super::store`]).

use crate::chain::plan::HopSet;

const OFFSET_BYTES: usize = 5;
/// So many slots may be nearly all free.
const SPARSE_MAX: usize = 64;
const SLOTS_MIN: usize = 16;

/// How far an instant may be from the first one.
pub const OFFSET_MAX: i64 = (1 << 40) - 1;

/// A message that was seen once at each of its hops.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    pub t0: i64,
    pub id: u64,
    pub digest: u64,
    pub amount: i64,
    pub currency: u16,
    pub seen: HopSet,
    /// From the first instant to that of each further hop.
    pub offsets: Vec<i64>,
}

#[derive(Clone, Debug)]
pub struct Ring {
    hops: usize,
    /// The number that it begins with.
    base: u64,
    used: usize,
    t0: Vec<i64>,
    id: Vec<u64>,
    seen: Vec<u8>,
    offsets: Vec<u8>,
    /// These are empty until one is said.
    digest: Vec<u64>,
    amount: Vec<i64>,
    currency: Vec<u16>,
}

impl Ring {
    pub fn new(hops: usize) -> Ring {
        Ring {
            hops,
            base: 0,
            used: 0,
            t0: Vec::new(),
            id: Vec::new(),
            seen: Vec::new(),
            offsets: Vec::new(),
            digest: Vec::new(),
            amount: Vec::new(),
            currency: Vec::new(),
        }
    }

    fn size(&self) -> usize {
        self.t0.len()
    }

    fn seen_width(&self) -> usize {
        self.hops.div_ceil(8)
    }

    fn offsets_width(&self) -> usize {
        self.hops.saturating_sub(1) * OFFSET_BYTES
    }

    /// How many bytes it takes for its slots.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        8 * (self.t0.capacity() + self.id.capacity() + self.digest.capacity() + self.amount.capacity())
            + self.seen.capacity()
            + self.offsets.capacity()
            + 2 * self.currency.capacity()
    }

    /// Where the number is, if its slot is in use.
    fn place(&self, seq: u64) -> Option<usize> {
        let size = self.size() as u64;
        if seq.checked_sub(self.base)? >= size {
            return None;
        }
        let at = (seq % size) as usize;
        (!self.seen_at(at).is_empty()).then_some(at)
    }

    fn seen_at(&self, at: usize) -> HopSet {
        let width = self.seen_width();
        let bytes = self.seen[at * width..(at + 1) * width].iter().rev();
        HopSet(bytes.fold(0, |bits, byte| bits << 8 | u32::from(*byte)))
    }

    fn set_seen(&mut self, at: usize, seen: HopSet) {
        let width = self.seen_width();
        self.seen[at * width..(at + 1) * width].copy_from_slice(&seen.0.to_le_bytes()[..width]);
    }

    pub fn get(&self, seq: u64) -> Option<Slot> {
        let at = self.place(seq)?;
        let width = self.offsets_width();
        let seen = self.seen_at(at);
        let offsets = self.offsets[at * width..(at + 1) * width].chunks(OFFSET_BYTES);
        Some(Slot {
            t0: self.t0[at],
            id: self.id[at],
            digest: self.digest.get(at).copied().unwrap_or(0),
            amount: self.amount.get(at).copied().unwrap_or(0),
            currency: self.currency.get(at).copied().unwrap_or(0),
            seen,
            offsets: offsets.take(seen.0.count_ones() as usize - 1).map(number).collect(),
        })
    }

    pub fn has(&self, seq: u64) -> bool {
        self.place(seq).is_some()
    }

    /// The numbers in use, in order.
    pub fn keys(&self) -> impl Iterator<Item = u64> + '_ {
        let last = self.base.saturating_add(self.size() as u64);
        (self.base..=last).filter(|seq| self.place(*seq).is_some())
    }

    pub fn remove(&mut self, seq: u64) {
        let Some(at) = self.place(seq) else { return };
        self.set_seen(at, HopSet::default());
        self.used -= 1;
        if self.used == 0 && self.size() > SLOTS_MIN {
            *self = Ring::new(self.hops);
        }
    }

    /// Writes the slot; false if the ring does not reach there.
    pub fn put(&mut self, seq: u64, slot: &Slot) -> bool {
        if !self.reach(seq) {
            return false;
        }
        let (size, at) = (self.size(), (seq % self.size() as u64) as usize);
        self.used += usize::from(self.seen_at(at).is_empty());
        if slot.digest != 0 && self.digest.is_empty() {
            self.digest = vec![0; size];
        }
        if (slot.amount != 0 || slot.currency != 0) && self.amount.is_empty() {
            self.amount = vec![0; size];
            self.currency = vec![0; size];
        }
        self.t0[at] = slot.t0;
        self.id[at] = slot.id;
        self.digest.get_mut(at).into_iter().for_each(|digest| *digest = slot.digest);
        self.amount.get_mut(at).into_iter().for_each(|amount| *amount = slot.amount);
        self.currency.get_mut(at).into_iter().for_each(|currency| *currency = slot.currency);
        self.set_seen(at, slot.seen);
        let width = self.offsets_width();
        let offsets = self.offsets[at * width..(at + 1) * width].chunks_mut(OFFSET_BYTES);
        for (bytes, offset) in offsets.zip(&slot.offsets) {
            bytes.copy_from_slice(&offset.to_le_bytes()[..OFFSET_BYTES]);
        }
        true
    }

    /// Whether the ring reaches to this number, once it is moved or has grown.
    fn reach(&mut self, seq: u64) -> bool {
        if self.used == 0 {
            // Room for stragglers before it.
            self.base = seq.saturating_sub(SLOTS_MIN as u64 / 2);
            if self.size() == 0 {
                self.resize(SLOTS_MIN);
            }
        }
        let Some(mut from_base) = seq.checked_sub(self.base) else { return false };
        while from_base >= self.size() as u64 && self.place(self.base).is_none() {
            (self.base, from_base) = (self.base + 1, from_base - 1);
        }
        if from_base < self.size() as u64 {
            return true;
        }
        let needed = from_base.saturating_add(1).saturating_add(from_base / 16);
        // A ring that is nearly empty costs more than it saves.
        let sparse = needed > SPARSE_MAX as u64 && (self.used as u64 + 1) * 8 < needed;
        match usize::try_from(needed) {
            Ok(size) if !sparse => self.resize(size.max(self.size() + SLOTS_MIN)),
            _ => return false,
        }
        true
    }

    fn resize(&mut self, size: usize) {
        let has = |column: bool| if column { 0 } else { size };
        let mut new = Ring {
            hops: self.hops,
            base: self.base,
            used: self.used,
            t0: vec![0; size],
            id: vec![0; size],
            seen: vec![0; size * self.seen_width()],
            offsets: vec![0; size * self.offsets_width()],
            digest: vec![0; has(self.digest.is_empty())],
            amount: vec![0; has(self.amount.is_empty())],
            currency: vec![0; has(self.currency.is_empty())],
        };
        for seq in self.keys() {
            let Some(from) = self.place(seq) else { continue };
            let to = (seq % size as u64) as usize;
            new.t0[to] = self.t0[from];
            new.id[to] = self.id[from];
            new.set_seen(to, self.seen_at(from));
            let width = self.offsets_width();
            let offsets = &self.offsets[from * width..(from + 1) * width];
            new.offsets[to * width..(to + 1) * width].copy_from_slice(offsets);
            copy(&mut new.digest, to, &self.digest, from);
            copy(&mut new.amount, to, &self.amount, from);
            copy(&mut new.currency, to, &self.currency, from);
        }
        *self = new;
    }
}

fn copy<T: Copy>(new: &mut [T], to: usize, old: &[T], from: usize) {
    if let (Some(new), Some(old)) = (new.get_mut(to), old.get(from)) {
        *new = *old;
    }
}

fn number(bytes: &[u8]) -> i64 {
    let mut wide = [0; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    i64::from_le_bytes(wide)
}
