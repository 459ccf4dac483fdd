//! Lists, a page at a time: `limit` and an opaque `cursor`.

use std::{fmt::Display, str::FromStr};

use axum::Json;
use serde::{Deserialize, Serialize};

use super::Problem;

const LIMIT_DEFAULT: usize = 50;
pub const LIMIT_MAX: usize = 500;

/// One page of a list. `next_cursor` is absent on the last one.
#[derive(Debug, Serialize)]
pub struct Listing<T> {
    pub items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Sentences on what is worth knowing beside the items.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

pub type Listed<T> = Result<Json<Listing<T>>, Problem>;

/// Every list takes these.
#[derive(Debug, Default, Deserialize)]
pub struct Paging {
    limit: Option<usize>,
    cursor: Option<String>,
}

impl Paging {
    pub fn limit(&self) -> Result<usize, Problem> {
        match self.limit {
            None => Ok(LIMIT_DEFAULT),
            Some(limit @ 1..=LIMIT_MAX) => Ok(limit),
            Some(other) => Err(Problem::query("limit", format!("{other} is not between 1 and {LIMIT_MAX}"))),
        }
    }

    /// Where the page before ended.
    pub fn after<C: FromStr>(&self) -> Result<Option<C>, Problem> {
        let wrong = |_| Problem::query("cursor", "take it from `next_cursor` of the page before, unchanged");
        self.cursor.as_deref().map(|text| text.parse().map_err(wrong)).transpose()
    }

    /// A page of `items`, each with what it is found again by.
    pub fn page<C: Display, T>(&self, items: impl Iterator<Item = (C, T)>) -> Listed<T> {
        let limit = self.limit()?;
        let mut found: Vec<(C, T)> = items.take(limit + 1).collect();
        let more = found.len() > limit;
        found.truncate(limit);
        let next_cursor = if more { found.last().map(|(cursor, _)| cursor.to_string()) } else { None };
        Ok(Json(Listing { items: found.into_iter().map(|(_, item)| item).collect(), next_cursor, remarks: Vec::new() }))
    }
}

/// All of a list that is always short.
pub fn whole<T>(items: impl IntoIterator<Item = T>) -> Listed<T> {
    remarked(items, Vec::new())
}

/// All of it, and what is worth knowing beside it.
pub fn remarked<T>(items: impl IntoIterator<Item = T>, remarks: Vec<String>) -> Listed<T> {
    Ok(Json(Listing { items: items.into_iter().collect(), next_cursor: None, remarks }))
}

impl Paging {
    pub fn new(limit: Option<usize>, cursor: Option<String>) -> Paging {
        Paging { limit, cursor }
    }
}
