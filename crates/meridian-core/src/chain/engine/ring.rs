//! A ring of rows by sequence, in groups of [`GROUP`] numbers that share one timer for each hop.
//!
//! A group takes room as long as one of its numbers is in use. When the ring would reach over far more numbers than it
//! holds, its oldest group is given away ([`Ring::crowd`]), so that one message that is never settled costs little.
//! What this does *not* do: it does not know a message ([`super::store`]), and it drops nothing.

mod row;

use std::collections::VecDeque;

pub use row::{Layout, Slot, fits};

/// How many numbers in a row share their timers.
pub const GROUP: u64 = 32;
/// So many groups the ring may reach over, and so many more for each group that it holds.
const REACH_MIN: u64 = 64;
const REACH_EACH: u64 = 8;

#[derive(Clone, Debug)]
pub struct Ring {
    pub layout: Layout,
    hops: usize,
    /// The number of its first group.
    first: u64,
    groups: VecDeque<Option<Box<Group>>>,
    held: u64,
    /// Of each hop the earliest timer of all groups, or earlier.
    pub earliest: Box<[i64]>,
}

/// Some numbers in a row.
#[derive(Clone, Debug)]
pub struct Group {
    /// A bit for each number in use.
    used: u32,
    /// Of each hop the earliest instant that one of them waits for it to pass; `i64::MAX`: nothing waits.
    pub due: Box<[i64]>,
    rows: Box<[u8]>,
}

impl Group {
    fn new(hops: usize, width: usize) -> Box<Group> {
        let due = vec![i64::MAX; hops].into_boxed_slice();
        Box::new(Group { used: 0, due, rows: vec![0; width * GROUP as usize].into_boxed_slice() })
    }

    fn row(&self, at: usize, width: usize) -> &[u8] {
        &self.rows[at * width..(at + 1) * width]
    }

    /// A row, and the timers that it shares.
    pub fn row_and_due(&mut self, at: usize, width: usize) -> (&mut [u8], &mut [i64]) {
        (&mut self.rows[at * width..(at + 1) * width], &mut self.due)
    }

    /// The places in use, in order.
    pub fn places(&self) -> impl Iterator<Item = usize> + use<> {
        let mut left = self.used;
        std::iter::from_fn(move || {
            let first = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(first)
        })
    }
}

fn place(seq: u64) -> usize {
    (seq % GROUP) as usize
}

impl Ring {
    pub fn new(hops: usize) -> Ring {
        let earliest = vec![i64::MAX; hops].into_boxed_slice();
        Ring { layout: Layout::new(hops), hops, first: 0, groups: VecDeque::new(), held: 0, earliest }
    }

    /// How many bytes it takes for rows and timers.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        let each = size_of::<Group>() + self.hops * 8 + GROUP as usize * self.layout.width();
        self.groups.capacity() * size_of::<Option<Box<Group>>>() + self.held as usize * each
    }

    pub fn group(&self, number: u64) -> Option<&Group> {
        self.groups.get(usize::try_from(number.checked_sub(self.first)?).ok()?)?.as_deref()
    }

    pub fn group_mut(&mut self, number: u64) -> Option<&mut Group> {
        self.groups.get_mut(usize::try_from(number.checked_sub(self.first)?).ok()?)?.as_deref_mut()
    }

    /// The groups that it holds by number, in order.
    pub fn groups(&self) -> impl Iterator<Item = (u64, &Group)> {
        (self.first..).zip(&self.groups).filter_map(|(number, group)| Some((number, group.as_deref()?)))
    }

    /// What [`Ring::groups`] tells, to be written to; the layout; and whose earliest is to be set right.
    pub fn parts(&mut self) -> (impl Iterator<Item = (u64, &mut Group)>, Layout, &mut [i64]) {
        let groups = (self.first..).zip(&mut self.groups);
        let groups = groups.filter_map(|(number, group)| Some((number, group.as_deref_mut()?)));
        (groups, self.layout, &mut self.earliest)
    }

    /// The group of a number, if it is in use there, and its place.
    pub fn find(&mut self, seq: u64) -> Option<(&mut Group, usize)> {
        let (group, at, _) = self.find_timed(seq)?;
        Some((group, at))
    }

    /// The same, and the earliest of all groups, which has to follow the timers of this one.
    pub fn find_timed(&mut self, seq: u64) -> Option<(&mut Group, usize, &mut [i64])> {
        let at = place(seq);
        let index = usize::try_from((seq / GROUP).checked_sub(self.first)?).ok()?;
        let group = self.groups.get_mut(index)?.as_deref_mut().filter(|group| group.used >> at & 1 == 1)?;
        Some((group, at, &mut self.earliest))
    }

    pub fn get(&self, seq: u64) -> Option<Slot> {
        let (layout, at) = (self.layout, place(seq));
        let group = self.group(seq / GROUP).filter(|group| group.used >> at & 1 == 1)?;
        Some(layout.read(group.row(at, layout.width())))
    }

    /// The numbers in use, in order.
    pub fn keys(&self) -> impl Iterator<Item = u64> + '_ {
        self.groups().flat_map(|(number, group)| group.places().map(move |at| number * GROUP + at as u64))
    }

    pub fn remove(&mut self, seq: u64) {
        let number = seq / GROUP;
        let Some(group) = self.group_mut(number) else { return };
        group.used &= !(1 << place(seq));
        if group.used == 0 {
            self.drop_group(number);
        }
    }

    fn drop_group(&mut self, number: u64) {
        let at = usize::try_from(number.saturating_sub(self.first)).ok();
        if let Some(group) = at.and_then(|at| self.groups.get_mut(at))
            && group.take().is_some()
        {
            self.held -= 1;
        }
        while let Some(None) = self.groups.front() {
            self.groups.pop_front();
            self.first += 1;
        }
        if self.groups.is_empty() {
            *self = Ring { layout: self.layout, ..Ring::new(self.hops) };
        }
    }

    /// Frees what is not in use any more, after places were freed by [`Ring::free`].
    pub fn tidy(&mut self) {
        let empty: Vec<u64> = self.groups().filter(|(_, group)| group.used == 0).map(|(number, _)| number).collect();
        empty.into_iter().for_each(|number| self.drop_group(number));
    }

    /// The oldest group, if the ring must give it away to reach this number: its timers and what it held.
    pub fn crowd(&mut self, seq: u64) -> Option<(Box<[i64]>, Vec<(u64, Slot)>)> {
        let wanted = (seq / GROUP).checked_sub(self.first)?;
        if self.groups.is_empty() || wanted < REACH_MIN + REACH_EACH * self.held {
            return None;
        }
        let number = self.first;
        let layout = self.layout;
        let group = self.group(number)?;
        let read = |at: usize| (number * GROUP + at as u64, layout.read(group.row(at, layout.width())));
        let given = (group.due.clone(), group.places().map(read).collect());
        self.drop_group(number);
        Some(given)
    }

    /// A place for a number that is not in use, taken into use; none if the ring does not reach there.
    pub fn open(&mut self, seq: u64) -> Option<(&mut Group, usize)> {
        let (number, at) = (seq / GROUP, place(seq));
        if self.groups.is_empty() {
            self.first = number;
        }
        if number < self.first {
            let more = self.first - number;
            if more + self.groups.len() as u64 > REACH_MIN + REACH_EACH * self.held {
                return None;
            }
            (0..more).for_each(|_| self.groups.push_front(None));
            self.first = number;
        }
        let index = number - self.first;
        if index >= self.groups.len() as u64 {
            if index >= REACH_MIN + REACH_EACH * self.held {
                return None;
            }
            self.groups.resize_with(index as usize + 1, || None);
        }
        let (hops, width) = (self.hops, self.layout.width());
        let group = self.groups.get_mut(index as usize)?;
        if group.is_none() {
            self.held += 1;
        }
        let group = group.get_or_insert_with(|| Group::new(hops, width));
        group.used |= 1 << at;
        Some((group, at))
    }

    /// Writes the slot; false if the ring does not reach there.
    pub fn put(&mut self, seq: u64, slot: &Slot) -> bool {
        self.widen(slot);
        let layout = self.layout;
        let found = match self.find(seq).is_some() {
            true => self.find(seq),
            false => self.open(seq),
        };
        let Some((group, at)) = found else { return false };
        layout.write(group.row_and_due(at, layout.width()).0, slot);
        true
    }

    /// Makes room in every row for what this slot says and none said before.
    fn widen(&mut self, slot: &Slot) {
        let mut layout = self.layout;
        layout.digests |= slot.digest != 0;
        layout.amounts |= slot.amount != 0 || slot.currency != 0;
        let (old, width) = (self.layout, layout.width());
        if width == old.width() {
            return;
        }
        self.layout = layout;
        for group in self.groups.iter_mut().flatten() {
            let rows = std::mem::replace(&mut group.rows, vec![0; width * GROUP as usize].into_boxed_slice());
            for at in group.places() {
                let slot = old.read(&rows[at * old.width()..(at + 1) * old.width()]);
                layout.write(&mut group.rows[at * width..(at + 1) * width], &slot);
            }
        }
    }
}

impl Group {
    /// Frees a place. The group itself stays until [`Ring::tidy`].
    pub fn free(&mut self, at: usize) {
        self.used &= !(1 << at);
    }

    pub fn is_empty(&self) -> bool {
        self.used == 0
    }
}

/// Whether a hop has passed the instant that something waits for.
pub fn is_passed(through: &[Option<i64>], due: &[i64]) -> bool {
    through.iter().zip(due).any(|(through, due)| through.is_some_and(|through| through >= *due))
}

/// Makes each timer the earlier one of two.
pub fn note(into: &mut [i64], due: &[i64]) {
    into.iter_mut().zip(due).for_each(|(into, due)| *into = (*into).min(*due));
}
