//! Labels: a small sorted map in one piece of memory, written as a JSON object.
//!
//! A hundred thousand alerts with eight labels are sixteen times as many texts; each as an allocation of its own
//! costs more than its letters. So a set is one text: the number of pairs, then each name and value behind its length.

use std::{cmp::Ordering, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error, MapAccess, Visitor},
};

use super::Labels;
use crate::id::Fingerprint;

impl Labels {
    /// Sorts by name. Of a name that comes twice the last value counts.
    pub fn new(pairs: Vec<(Box<str>, Box<str>)>) -> Labels {
        pairs.iter().map(|(n, v)| (n.as_ref(), v.as_ref())).collect()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        let mut pairs = Pairs { rest: &self.0, left: 0 };
        pairs.left = if self.0.is_empty() { 0 } else { pairs.number() };
        pairs
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A label with an empty value is as good as absent; here it is.
    pub fn without_empty(self) -> Labels {
        if self.iter().all(|(_, value)| !value.is_empty()) {
            return self;
        }
        self.iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// FNV-1a over `name 0xff value 0xff …` in sorted order, as Prometheus's `model.LabelSet` does it.
    ///
    /// ```
    /// use meridian_core::alert::Labels;
    /// let labels: Labels = [("alertname", "FedwireQueueStuck"), ("service", "fedwire-gw"), ("severity", "critical"), ("site", "nyc")].into_iter().collect();
    /// assert_eq!(labels.fingerprint().to_string(), "c8977d94a94a172e");
    /// ```
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        let mut eat = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        for (name, value) in self.iter() {
            name.bytes().for_each(&mut eat);
            eat(0xff);
            value.bytes().for_each(&mut eat);
            eat(0xff);
        }
        Fingerprint(hash)
    }

    /// From pairs in any order.
    fn build(mut pairs: Vec<(&str, &str)>) -> Labels {
        if pairs.is_empty() {
            return Labels::default();
        }
        if !pairs.is_sorted_by(|a, b| a.0 < b.0) {
            pairs.reverse();
            pairs.sort_by(|a, b| a.0.cmp(b.0));
            pairs.dedup_by(|later, kept| later.0 == kept.0);
        }
        let bytes: usize = pairs.iter().map(|(n, v)| n.len() + v.len() + 4).sum();
        let mut text = String::with_capacity(bytes + 2);
        push_number(pairs.len(), &mut text);
        for (name, value) in pairs {
            push_number(name.len(), &mut text);
            text.push_str(name);
            push_number(value.len(), &mut text);
            text.push_str(value);
        }
        Labels(text.into())
    }
}

/// Six bits a character, so that each is one byte of valid UTF-8; 64 says that more follow.
pub(super) fn push_number(mut number: usize, text: &mut String) {
    while number >= 64 {
        text.push(char::from(64 | (number & 63) as u8));
        number >>= 6;
    }
    text.push(char::from(number as u8));
}

#[derive(Clone)]
struct Pairs<'a> {
    rest: &'a str,
    left: usize,
}

impl<'a> Pairs<'a> {
    fn number(&mut self) -> usize {
        let (mut number, mut shift) = (0, 0);
        for (at, byte) in self.rest.bytes().enumerate() {
            number |= usize::from(byte & 63) << shift;
            shift += 6;
            if byte < 64 {
                self.rest = &self.rest[at + 1..];
                break;
            }
        }
        number
    }

    fn text(&mut self) -> &'a str {
        let len = self.number();
        let (text, rest) = self.rest.split_at(len);
        self.rest = rest;
        text
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);
    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        self.left = self.left.checked_sub(1)?;
        Some((self.text(), self.text()))
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Pairs<'_> {}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl PartialOrd for Labels {
    fn partial_cmp(&self, other: &Labels) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Labels {
    fn cmp(&self, other: &Labels) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Labels {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Labels {
        Labels::build(pairs.into_iter().collect())
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// Appends a text to another and says where it ends: no allocation per text.
struct Append<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Append<'_> {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Append<'_> {
    type Value = usize;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<usize, E> {
        self.0.push_str(text);
        Ok(self.0.len())
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Labels, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Labels;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labels, A::Error> {
                let mut text = String::with_capacity(256);
                let mut ends: Vec<(usize, usize)> = Vec::with_capacity(8);
                while let Some(name) = map.next_key_seed(Append(&mut text))? {
                    ends.push((name, map.next_value_seed(Append(&mut text))?));
                }
                let mut from = 0;
                let pairs = ends.into_iter().map(|(name, value)| {
                    let pair = (&text[from..name], &text[name..value]);
                    from = value;
                    pair
                });
                Ok(pairs.collect())
            }
        }
        deserializer.deserialize_map(Object)
    }
}
