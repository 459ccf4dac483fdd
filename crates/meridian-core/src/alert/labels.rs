//! Labels: a small sorted map that is written as a JSON object.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};

use super::Labels;
use crate::id::Fingerprint;

impl Labels {
    /// Sorts by name. Of a name that comes twice the last value counts.
    pub fn new(mut pairs: Vec<(Box<str>, Box<str>)>) -> Labels {
        if !pairs.is_sorted_by(|a, b| a.0 < b.0) {
            pairs.reverse();
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            pairs.dedup_by(|later, kept| later.0 == kept.0);
        }
        Labels(pairs.into())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self.0.binary_search_by(|(n, _)| n.as_ref().cmp(name)).ok()?;
        Some(&self.0[at].1)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_ref(), v.as_ref()))
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
}

impl<'a> FromIterator<(&'a str, &'a str)> for Labels {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Labels {
        Labels::new(pairs.into_iter().map(|(n, v)| (n.into(), v.into())).collect())
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Labels, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Labels;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labels, A::Error> {
                let mut pairs = Vec::with_capacity(map.size_hint().unwrap_or(8).min(64));
                while let Some(pair) = map.next_entry::<Box<str>, Box<str>>()? {
                    pairs.push(pair);
                }
                Ok(Labels::new(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
