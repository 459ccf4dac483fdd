//! Typed identifiers. Two different things can't be mixed up, because they are different types.

use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// The name of something in the estate: `[a-z0-9-]{1,63}`, unique within its kind.
///
/// ```
/// use meridian_core::id::Name;
/// assert_eq!("hong-kong".parse::<Name>().unwrap().as_str(), "hong-kong");
/// assert!("Hong Kong".parse::<Name>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(Arc<str>);

/// Why a text is not a [`Name`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameError(pub String);

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a name: 1 to 63 of a-z, 0-9 and -", self.0.escape_debug())
    }
}

impl std::error::Error for NameError {}

impl Name {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both are one text in memory. If not, they may be equal all the same.
    pub(crate) fn is_shared_with(&self, other: &Name) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl FromStr for Name {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        let fits = (1..=63).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits { Ok(Name(text.into())) } else { Err(NameError(text.chars().take(80).collect())) }
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0.as_ref().to_owned()
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u64);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
        impl crate::numbered::Number for $name {
            fn of(number: u64) -> $name {
                $name(number)
            }
            fn number(self) -> u64 {
                self.0
            }
        }
        impl FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }
    };
}

number_id! {
    /// The number of an incident, counted from 1; people say `INC-42`.
    IncidentId
}
number_id! {
    /// The number of a page: one attempt to get one person's attention.
    PageId
}
number_id! {
    /// The number of a delivery: one message of a page or a notice over one contact. It is the idempotency key, too.
    DeliveryId
}

number_id! {
    /// The number of a change of who is on watch: a cover request, a swap, a leave, a sickness, a shift taken.
    ChangeId
}
number_id! {
    /// The number of a notice: what one person is told about changes of who is on watch.
    NoticeId
}
number_id! {
    /// The number of a calendar feed.
    FeedId
}
number_id! {
    /// The number of an announcement: work, a freeze or an event that is announced.
    AnnouncementId
}
number_id! {
    /// The number of a switch: from one route of a chain to another one.
    SwitchId
}
number_id! {
    /// The number of a finding: what somebody saw by hand at a place of a chain.
    FindingId
}
number_id! {
    /// The number of a handoff: the passing of one rota's watch along one edge, counted from 1.
    HandoffId
}

/// The identity of an alert: FNV-1a (64 bit) over its sorted labels, as Prometheus and Alertmanager compute it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub u64);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(Fingerprint)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Reads the text where it stands: a fact may name a thousand of them.
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = Fingerprint;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a fingerprint of 16 hexadecimal digits")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Fingerprint, E> {
                text.parse().map_err(|_| E::custom("a fingerprint is 16 hexadecimal digits"))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Who made a fact happen. Written as text: `system`, `account:wen`, `link:wen`, `token:ci`, `source:prometheus`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Actor {
    /// Meridian itself: a timer, a plan.
    System,
    /// A person who is logged in.
    Account(Arc<str>),
    /// A person of the estate who followed a signed link.
    Link(Name),
    /// A program with an API token.
    Token(Arc<str>),
    /// A system that reports alerts.
    Source(Arc<str>),
}

impl Actor {
    pub fn source(name: &str) -> Actor {
        Actor::Source(name.into())
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::System => f.write_str("system"),
            Actor::Account(name) => write!(f, "account:{name}"),
            Actor::Link(name) => write!(f, "link:{name}"),
            Actor::Token(name) => write!(f, "token:{name}"),
            Actor::Source(name) => write!(f, "source:{name}"),
        }
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> String {
        actor.to_string()
    }
}

impl TryFrom<String> for Actor {
    type Error = String;
    fn try_from(text: String) -> Result<Actor, String> {
        if text == "system" {
            return Ok(Actor::System);
        }
        let (kind, name) = text.split_once(':').ok_or_else(|| format!("`{text}` names no actor"))?;
        match kind {
            "account" => Ok(Actor::Account(name.into())),
            "link" => name.parse().map(Actor::Link).map_err(|e: NameError| e.to_string()),
            "token" => Ok(Actor::Token(name.into())),
            "source" => Ok(Actor::Source(name.into())),
            _ => Err(format!("`{kind}` is no kind of actor")),
        }
    }
}
