//! Things by a number that only grows: incidents, pages, deliveries.
//!
//! A fold meets them by the hundred thousand, finds one in nearly every fact, and forgets the old ones. So they lie in
//! blocks of neighbours: finding one costs a look into a small tree, and most of them cost no allocation of their own.
//! It is written as a map, in the order of the numbers. What it does *not* do: give out numbers.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};

/// How many neighbours lie in one block.
const BLOCK: usize = 32;

/// A kind of number.
pub(crate) trait Number: Copy {
    fn of(number: u64) -> Self;
    fn number(self) -> u64;
}

/// See the [module](self).
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Numbered<K, T> {
    blocks: BTreeMap<u64, Block<T>>,
    of: PhantomData<K>,
}

#[derive(Clone, PartialEq, Eq)]
struct Block<T> {
    slots: Box<[Option<T>]>,
    taken: usize,
}

impl<T> Default for Block<T> {
    fn default() -> Block<T> {
        Block { slots: (0..BLOCK).map(|_| None).collect(), taken: 0 }
    }
}

impl<K, T> Default for Numbered<K, T> {
    fn default() -> Numbered<K, T> {
        Numbered { blocks: BTreeMap::new(), of: PhantomData }
    }
}

fn place(number: u64) -> (u64, usize) {
    (number / BLOCK as u64, (number % BLOCK as u64) as usize)
}

impl<K: Number, T> Numbered<K, T> {
    pub fn get(&self, key: K) -> Option<&T> {
        let (block, slot) = place(key.number());
        self.blocks.get(&block)?.slots[slot].as_ref()
    }

    pub fn get_mut(&mut self, key: K) -> Option<&mut T> {
        let (block, slot) = place(key.number());
        self.blocks.get_mut(&block)?.slots[slot].as_mut()
    }

    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> T) -> &mut T {
        let (block, slot) = place(key.number());
        let block = self.blocks.entry(block).or_default();
        block.taken += usize::from(block.slots[slot].is_none());
        block.slots[slot].get_or_insert_with(make)
    }

    pub fn insert(&mut self, key: K, thing: T) {
        let (block, slot) = place(key.number());
        let block = self.blocks.entry(block).or_default();
        block.taken += usize::from(block.slots[slot].is_none());
        block.slots[slot] = Some(thing);
    }

    pub fn remove(&mut self, key: K) -> Option<T> {
        let (at, slot) = place(key.number());
        let block = self.blocks.get_mut(&at)?;
        let gone = block.slots[slot].take()?;
        block.taken -= 1;
        if block.taken == 0 {
            self.blocks.remove(&at);
        }
        Some(gone)
    }

    /// In the order of their numbers.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.blocks.values().flat_map(|block| block.slots.iter().flatten())
    }

    pub fn iter(&self) -> impl Iterator<Item = (K, &T)> {
        self.blocks.iter().flat_map(|(at, block)| {
            let numbers = at * BLOCK as u64..;
            numbers.zip(&block.slots).filter_map(|(number, slot)| Some((K::of(number), slot.as_ref()?)))
        })
    }
}

impl<K: Number + fmt::Debug, T: fmt::Debug> fmt::Debug for Numbered<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Number + Serialize, T: Serialize> Serialize for Numbered<K, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, K: Number + Deserialize<'de>, T: Deserialize<'de>> Deserialize<'de> for Numbered<K, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Numbered<K, T>, D::Error> {
        struct Map<K, T>(PhantomData<(K, T)>);
        impl<'de, K: Number + Deserialize<'de>, T: Deserialize<'de>> Visitor<'de> for Map<K, T> {
            type Value = Numbered<K, T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map by number")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Numbered<K, T>, A::Error> {
                let mut numbered = Numbered::default();
                while let Some((key, thing)) = map.next_entry::<K, T>()? {
                    numbered.insert(key, thing);
                }
                Ok(numbered)
            }
        }
        deserializer.deserialize_map(Map(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::PageId;

    proptest! {
        /// It is a map: whatever is put in, found, changed and taken out, a tree says the same.
        #[test]
        fn it_behaves_as_a_map(steps in prop::collection::vec((0u64..200, 0u8..4, any::<u16>()), 0..300)) {
            let mut numbered: Numbered<PageId, u16> = Numbered::default();
            let mut map: BTreeMap<PageId, u16> = BTreeMap::new();
            for (number, what, value) in steps {
                let key = PageId(number);
                match what {
                    0 => prop_assert_eq!(numbered.remove(key), map.remove(&key)),
                    1 => prop_assert_eq!(numbered.get_mut(key).map(|v| *v = v.wrapping_add(1)), map.get_mut(&key).map(|v| *v = v.wrapping_add(1))),
                    2 => prop_assert_eq!(numbered.get_or_insert_with(key, || value), map.entry(key).or_insert(value)),
                    _ => {
                        numbered.insert(key, value);
                        map.insert(key, value);
                    }
                }
                prop_assert_eq!(numbered.get(key), map.get(&key));
            }
            prop_assert!(numbered.values().eq(map.values()));
            prop_assert!(numbered.values().rev().eq(map.values().rev()));
            let written = serde_json::to_string(&numbered).unwrap();
            prop_assert_eq!(&written, &serde_json::to_string(&map).unwrap());
            prop_assert_eq!(serde_json::from_str::<Numbered<PageId, u16>>(&written).unwrap(), numbered);
        }
    }
}
