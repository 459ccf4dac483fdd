//! Everything that can happen, as one type: what the journal holds.

pub mod samples;

use std::{borrow::Cow, fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeSeed, EnumAccess, Error as _, MapAccess, VariantAccess, Visitor},
};

use crate::{
    Instant, access::AccessFact, alert::AlertFact, announcement::AnnouncementFact, chain::breach::ChainFact,
    cover::CoverFact, estate::EstateFact, feed::FeedFact, finding::FindingFact, handoff::HandoffFact,
    incident::IncidentFact, notice::NoticeFact, page::PageFact, request::RequestFact, roster::RosterFact,
    switch::SwitchFact,
};

/// One fact. On the wire it is an object with one key, the name of the fact: `{"alert.fired":{…}}`.
///
/// A fact is never changed: a new shape gets a new name (`alert.fired.v2`), and the old one is read forever.
///
/// ```
/// use meridian_core::fact::{Fact, HouseFact};
/// let fact: Fact = serde_json::from_str(r#"{"house.started":{"version":"0.1.0"}}"#).unwrap();
/// assert_eq!(fact, Fact::House(HouseFact::Started { version: "0.1.0".into() }));
/// assert!(serde_json::from_str::<Fact>(r#"{"house.burned":{}}"#).is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Fact {
    Alert(AlertFact),
    Incident(IncidentFact),
    Page(PageFact),
    Roster(RosterFact),
    Cover(CoverFact),
    Handoff(HandoffFact),
    Notice(NoticeFact),
    Estate(EstateFact),
    Access(AccessFact),
    Request(RequestFact),
    Feed(FeedFact),
    Chain(ChainFact),
    Announcement(AnnouncementFact),
    Switch(SwitchFact),
    Finding(FindingFact),
    House(HouseFact),
}

/// What happens to Meridian itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HouseFact {
    /// The keeper began its work. Alerts whose `endsAt` passed meanwhile get a grace before they expire.
    #[serde(rename = "house.started")]
    Started { version: String },
    /// A graceful stop.
    #[serde(rename = "house.stopped")]
    Stopped {},
    /// The journal takes entries again. From `refused_since` until now it took none, and senders were told so: alerts
    /// whose `endsAt` passed meanwhile get the same grace as after a start.
    #[serde(rename = "house.resumed")]
    Resumed { refused_since: Instant, why: String },
}

macro_rules! from_noun {
    ($($variant:ident $noun:ty),* $(,)?) => {
        $(impl From<$noun> for Fact {
            fn from(fact: $noun) -> Fact {
                Fact::$variant(fact)
            }
        }
        impl From<$noun> for Arc<Fact> {
            fn from(fact: $noun) -> Arc<Fact> {
                Arc::new(Fact::$variant(fact))
            }
        })*
    };
}

from_noun! {
    Alert AlertFact, Incident IncidentFact, Page PageFact, Roster RosterFact,
    Cover CoverFact, Handoff HandoffFact, Notice NoticeFact,
    Estate EstateFact, Access AccessFact, Request RequestFact, Feed FeedFact, Chain ChainFact, Announcement AnnouncementFact,
    Switch SwitchFact,
    Finding FindingFact,
    House HouseFact,
}

impl Fact {
    /// The name of the fact as the journal writes it, e.g. `page.opened`.
    pub fn name(&self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(map)) => map.keys().next().cloned().unwrap_or_default(),
            _ => String::new(),
        }
    }
}

/// Written by hand because `untagged` would buffer every fact and try seven shapes; this reads the key once.
impl<'de> Deserialize<'de> for Fact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fact, D::Error> {
        struct OneKey;
        impl<'de> Visitor<'de> for OneKey {
            type Value = Fact;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with one key, the name of a fact")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fact, A::Error> {
                let key: Cow<'de, str> = map.next_key()?.ok_or_else(|| A::Error::custom("a fact has no name"))?;
                // A copy on the stack: the key itself is needed below, and an allocation for each fact would be felt.
                let mut noun = [0; 16];
                let end = key.bytes().position(|byte| byte == b'.').unwrap_or(key.len()).min(noun.len());
                noun[..end].copy_from_slice(&key.as_bytes()[..end]);
                let tagged = Tagged { key, map: &mut map };
                let fact = match std::str::from_utf8(&noun[..end]).unwrap_or_default() {
                    "alert" | "silence" => Fact::Alert(AlertFact::deserialize(tagged)?),
                    "incident" => Fact::Incident(IncidentFact::deserialize(tagged)?),
                    "escalation" | "page" | "delivery" => Fact::Page(PageFact::deserialize(tagged)?),
                    "override" => Fact::Roster(RosterFact::deserialize(tagged)?),
                    "cover" | "shift" | "swap" | "leave" | "sick" | "change" => {
                        Fact::Cover(CoverFact::deserialize(tagged)?)
                    }
                    "notice" => Fact::Notice(NoticeFact::deserialize(tagged)?),
                    "handoff" => Fact::Handoff(HandoffFact::deserialize(tagged)?),
                    "estate" => Fact::Estate(EstateFact::deserialize(tagged)?),
                    "account" | "session" | "token" => Fact::Access(AccessFact::deserialize(tagged)?),
                    "request" => Fact::Request(RequestFact::deserialize(tagged)?),
                    "feed" => Fact::Feed(FeedFact::deserialize(tagged)?),
                    "announcement" => Fact::Announcement(AnnouncementFact::deserialize(tagged)?),
                    "switch" => Fact::Switch(SwitchFact::deserialize(tagged)?),
                    "finding" => Fact::Finding(FindingFact::deserialize(tagged)?),
                    "chain" => Fact::Chain(ChainFact::deserialize(tagged)?),
                    "house" => Fact::House(HouseFact::deserialize(tagged)?),
                    other => return Err(A::Error::custom(format!("no fact begins with `{other}`"))),
                };
                match map.next_key::<Cow<'de, str>>()? {
                    None => Ok(fact),
                    Some(second) => Err(A::Error::custom(format!("a fact has one name, then came `{second}`"))),
                }
            }
        }
        deserializer.deserialize_map(OneKey)
    }
}

/// An externally tagged enum whose tag was read already.
struct Tagged<'a, 'de, A> {
    key: Cow<'de, str>,
    map: &'a mut A,
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Tagged<'_, 'de, A> {
    type Error = A::Error;
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_enum(self)
    }
    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'a, 'de, A: MapAccess<'de>> EnumAccess<'de> for Tagged<'a, 'de, A> {
    type Error = A::Error;
    type Variant = Body<'a, A>;
    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Body<'a, A>), A::Error> {
        let key = serde::de::value::CowStrDeserializer::<A::Error>::new(self.key);
        Ok((seed.deserialize(key)?, Body(self.map)))
    }
}

struct Body<'a, A>(&'a mut A);

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for Body<'_, A> {
    type Error = A::Error;
    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.next_value()
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        self.0.next_value_seed(seed)
    }
    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, _visitor: V) -> Result<V::Value, A::Error> {
        Err(A::Error::custom("no fact is a tuple"))
    }
    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        struct Fields<V>(&'static [&'static str], V);
        impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Fields<V> {
            type Value = V::Value;
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
                deserializer.deserialize_struct("fact", self.0, self.1)
            }
        }
        self.0.next_value_seed(Fields(fields, visitor))
    }
}
