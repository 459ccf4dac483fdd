//! Things by the fingerprint of their alert.
//!
//! A fingerprint is a hash already: finding one is a look into a table, where a tree of a hundred thousand alerts would
//! cost a walk through memory that is nowhere near. What is iterated, written or compared comes in the order of the
//! fingerprints all the same, so that equal journals give equal bytes; where no order can matter, [`Known::in_no_order`]
//! saves the sorting.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    fmt,
    hash::{BuildHasherDefault, Hasher},
    marker::PhantomData,
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};

use crate::id::Fingerprint;

/// See the [module](self). What it holds is boxed, so that the table moves pointers when it makes room.
#[derive(Clone)]
pub(in crate::alert) struct Known<T>(HashMap<Fingerprint, Box<T>, BuildHasherDefault<Spread>>);

/// Spreads the bits of a fingerprint over the word, since a table looks at the highest and the lowest alone.
#[derive(Clone, Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn write_u64(&mut self, number: u64) {
        self.0 = (number ^ (number >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    /// A fingerprint is one number; nothing else is ever asked for.
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(self.0.rotate_left(8) ^ u64::from(*byte)));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl<T> Default for Known<T> {
    fn default() -> Known<T> {
        Known(HashMap::default())
    }
}

impl<T> Known<T> {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn contains(&self, fp: Fingerprint) -> bool {
        self.0.contains_key(&fp)
    }

    pub fn get(&self, fp: Fingerprint) -> Option<&T> {
        self.0.get(&fp).map(|thing| &**thing)
    }

    pub fn get_mut(&mut self, fp: Fingerprint) -> Option<&mut T> {
        self.0.get_mut(&fp).map(|thing| &mut **thing)
    }

    pub fn insert(&mut self, fp: Fingerprint, thing: T) {
        self.0.insert(fp, Box::new(thing));
    }

    pub fn remove(&mut self, fp: Fingerprint) -> Option<Box<T>> {
        self.0.remove(&fp)
    }

    /// By fingerprint. A heap is made at once and put in order as far as it is asked: whoever wants the first hundred of a
    /// hundred thousand does not wait for all of them to be sorted.
    pub fn iter(&self) -> impl Iterator<Item = (Fingerprint, &T)> + use<'_, T> {
        let mut next: BinaryHeap<Reverse<Fingerprint>> = self.0.keys().copied().map(Reverse).collect();
        std::iter::from_fn(move || {
            let Reverse(fp) = next.pop()?;
            Some((fp, self.get(fp)?))
        })
    }

    /// Only for what comes out the same in any order.
    pub fn in_no_order(&self) -> impl Iterator<Item = (Fingerprint, &T)> {
        self.0.iter().map(|(fp, thing)| (*fp, &**thing))
    }

    /// Only for changes of each by itself.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.values_mut().map(|thing| &mut **thing)
    }
}

impl<T: PartialEq> PartialEq for Known<T> {
    fn eq(&self, other: &Known<T>) -> bool {
        self.0 == other.0
    }
}

impl<T: Eq> Eq for Known<T> {}

impl<T: fmt::Debug> fmt::Debug for Known<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<T: Serialize> Serialize for Known<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Known<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Known<T>, D::Error> {
        struct Map<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Map<T> {
            type Value = Known<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map by fingerprint")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Known<T>, A::Error> {
                let mut known = Known::default();
                while let Some((fp, thing)) = map.next_entry()? {
                    known.insert(fp, thing);
                }
                Ok(known)
            }
        }
        deserializer.deserialize_map(Map(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever is put in, found, changed and taken out: a tree says the same, in the same order.
        #[test]
        fn it_behaves_as_a_map(steps in prop::collection::vec((0u64..40, any::<bool>(), 0u8..3, any::<u16>()), 0..200)) {
            let mut known: Known<u16> = Known::default();
            let mut map: BTreeMap<Fingerprint, u16> = BTreeMap::new();
            for (number, high, what, value) in steps {
                // Fingerprints that differ in their highest bits alone, and in their lowest.
                let fp = Fingerprint(if high { number << 58 | number } else { number });
                match what {
                    0 => prop_assert_eq!(known.remove(fp).map(|gone| *gone), map.remove(&fp)),
                    1 => prop_assert_eq!(known.get_mut(fp).map(|v| *v ^= value), map.get_mut(&fp).map(|v| *v ^= value)),
                    _ => {
                        known.insert(fp, value);
                        map.insert(fp, value);
                    }
                }
                prop_assert_eq!((known.get(fp), known.contains(fp)), (map.get(&fp), map.contains_key(&fp)));
                prop_assert_eq!(known.len(), map.len());
            }
            prop_assert!(known.iter().eq(map.iter().map(|(fp, thing)| (*fp, thing))));
            prop_assert_eq!(known.in_no_order().collect::<BTreeMap<_, _>>(), map.iter().map(|(fp, thing)| (*fp, thing)).collect());
            let written = serde_json::to_string(&known).unwrap();
            prop_assert_eq!(&written, &serde_json::to_string(&map).unwrap());
            prop_assert_eq!(serde_json::from_str::<Known<u16>>(&written).unwrap(), known);
        }
    }
}
