//! The fields of a line that serde alone reads too loosely or with a copy.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, de};

use crate::chain::record::Text;

/// A text, borrowed unless an escape stands in it.
pub struct Word<'a>(pub Text<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> de::Visitor<'de> for Read {
            type Value = Word<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Read)
    }
}

/// An instant: RFC 3339 or nanoseconds since 1970, between the years 1678 and 2262.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At(pub i64);

impl At {
    /// Of a text in RFC 3339.
    pub fn of(text: &str) -> Option<i64> {
        let instant: jiff::Timestamp = text.parse().ok()?;
        i64::try_from(instant.as_nanosecond()).ok()
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl de::Visitor<'_> for Read {
            type Value = At;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an instant: RFC 3339 with its offset, or an integer of nanoseconds since 1970")
            }
            fn visit_i64<E: de::Error>(self, nanoseconds: i64) -> Result<At, E> {
                Ok(At(nanoseconds))
            }
            fn visit_u64<E: de::Error>(self, nanoseconds: u64) -> Result<At, E> {
                i64::try_from(nanoseconds).map(At).map_err(|_| E::custom("an instant after the year 2262"))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<At, E> {
                let instant: jiff::Timestamp = text
                    .parse()
                    .map_err(|_| E::invalid_value(de::Unexpected::Str("a text that is no RFC 3339 instant"), &self))?;
                let far = |_| E::custom("an instant outside of the years 1678 to 2262");
                i64::try_from(instant.as_nanosecond()).map(At).map_err(far)
            }
        }
        deserializer.deserialize_any(Read)
    }
}
