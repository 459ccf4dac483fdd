//! What can happen to a feed.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::id::{FeedId, Name};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeedFact {
    #[serde(rename = "feed.made")]
    Made {
        feed: FeedId,
        of: FeedOf,
        /// SHA-256 of the secret in its address, hex.
        hash: String,
        /// The first characters, so that people recognise it.
        prefix: String,
        /// An account's name.
        made_by: String,
    },
    #[serde(rename = "feed.revoked")]
    Revoked { feed: FeedId, because: RevokedBecause },
}

/// Why a feed ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokedBecause {
    Asked,
    /// The account that made it was removed, or is no longer that person.
    MakerMayNot,
}

/// Whose shifts a feed has. Written `person/wen`, `rota/payments`, `team/payments`.
///
/// ```
/// use meridian_core::feed::FeedOf;
/// let of: FeedOf = "rota/payments".parse().unwrap();
/// assert_eq!(of.to_string(), "rota/payments");
/// assert!("payments".parse::<FeedOf>().unwrap_err().contains("person/NAME"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedOf {
    Person(Name),
    Rota(Name),
    /// All rotas of the team.
    Team(Name),
}

impl FeedOf {
    pub fn kind(&self) -> &'static str {
        match self {
            FeedOf::Person(_) => "person",
            FeedOf::Rota(_) => "rota",
            FeedOf::Team(_) => "team",
        }
    }

    pub fn name(&self) -> &Name {
        let (FeedOf::Person(name) | FeedOf::Rota(name) | FeedOf::Team(name)) = self;
        name
    }
}

impl fmt::Display for FeedOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind(), self.name())
    }
}

impl FromStr for FeedOf {
    type Err = String;
    fn from_str(text: &str) -> Result<FeedOf, String> {
        let shown: String = text.chars().take(80).collect();
        let wrong = || format!("`{}` is no feed: write person/NAME, rota/NAME or team/NAME", shown.escape_debug());
        let (kind, name) = text.split_once('/').ok_or_else(wrong)?;
        let name = name.parse().map_err(|error| format!("{error}"))?;
        match kind {
            "person" => Ok(FeedOf::Person(name)),
            "rota" => Ok(FeedOf::Rota(name)),
            "team" => Ok(FeedOf::Team(name)),
            _ => Err(wrong()),
        }
    }
}
