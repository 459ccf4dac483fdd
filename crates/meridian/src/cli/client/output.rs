//! How answers are printed: for people, with tabs, as JSON, or ids alone.

use meridian_core::Instant;
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

use super::{
    args::{Flags, Part},
    failure::Failure,
    server::{Answer, Server},
    table::{Table, Tone, clean},
};
use crate::cli::color;

/// The API's own limit.
const PAGE_MAX: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    People,
    Plain,
    Json,
    Ids,
}

#[derive(Clone, Copy, Debug)]
pub struct Output {
    pub form: Form,
    pub color: bool,
    /// Instants of this day are shown without their date.
    pub now: Instant,
}

/// A page of a list, as the API gives it.
#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

/// How much of a list is asked for when nobody says.
#[derive(Clone, Copy, Debug)]
pub enum Usual {
    /// The newest of a history that grows for ever.
    Newest(usize),
    /// All of what there is now.
    All,
}

impl Output {
    pub fn new(flags: &Flags, now: Instant) -> Output {
        let form = match flags {
            Flags { json: true, .. } => Form::Json,
            Flags { quiet: true, .. } => Form::Ids,
            Flags { plain: true, .. } => Form::Plain,
            _ => Form::People,
        };
        Output { form, color: color::on_stdout() && form == Form::People, now }
    }

    pub fn is_json(&self) -> bool {
        self.form == Form::Json
    }

    /// An instant for people: `18:12:04 UTC`, with the date when that is not today. With tabs: RFC 3339.
    pub fn instant(&self, text: &str) -> String {
        let Ok(at) = text.parse::<Instant>() else { return clean(text) };
        match self.form {
            Form::People => at.strftime(if is_same_day(at, self.now) { "%H:%M:%S UTC" } else { "%F %H:%M:%S UTC" }),
            _ => at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        .to_string()
    }

    /// A table, or for people a sentence where it is empty.
    pub fn table(&self, table: &Table, empty: &str) -> String {
        match self.form {
            Form::People if table.is_empty() => format!("{empty}\n"),
            Form::People | Form::Json => table.aligned(self.color),
            Form::Plain => table.plain(),
            Form::Ids => table.ids(),
        }
    }

    pub fn paint(&self, tone: Tone, text: &str) -> String {
        tone.paint(text, self.color)
    }

    /// The answer to a change: JSON unchanged, nothing when quiet, else what happened.
    pub fn done<T: DeserializeOwned>(&self, answer: &Answer, say: impl FnOnce(T) -> String) -> Result<String, Failure> {
        match self.form {
            Form::Json => Ok(answer.body.clone()),
            Form::Ids => Ok(String::new()),
            Form::People | Form::Plain => answer.read().map(say),
        }
    }

    /// The answer to a change that has none: JSON prints nothing, either.
    pub fn said(&self, sentence: String) -> String {
        match self.form {
            Form::Json | Form::Ids => String::new(),
            Form::People | Form::Plain => format!("{sentence}\n"),
        }
    }

    /// A list: page after page until there are as many as wanted; as JSON one page, unchanged.
    pub async fn list<T: DeserializeOwned>(
        &self,
        server: &Server,
        (wish, path): (&str, &[&str]),
        query: &[(&str, Option<String>)],
        (part, usual): (&Part, Usual),
        show: impl FnOnce(&Output, Vec<T>) -> String,
    ) -> Result<String, Failure> {
        let wanted = match (part.limit, usual) {
            (Some(limit), _) => limit as usize,
            (None, Usual::Newest(count)) => count,
            (None, Usual::All) if self.is_json() => PAGE_MAX,
            (None, Usual::All) => usize::MAX,
        };
        let query: Vec<(&str, String)> = query.iter().filter_map(|(k, v)| Some((*k, v.clone()?))).collect();
        let (mut found, mut cursor) = (Vec::new(), part.cursor.clone());
        loop {
            let mut query = query.clone();
            let limit = wanted - found.len();
            query.push(("limit", if self.is_json() { limit } else { limit.min(PAGE_MAX) }.to_string()));
            query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let answer = server.get(wish, path, &query).await?;
            if self.is_json() {
                more_follows(answer.read::<Page<IgnoredAny>>()?.next_cursor.as_deref());
                return Ok(answer.body);
            }
            let Page { items, next_cursor } = answer.read::<Page<T>>()?;
            let ended = items.is_empty();
            found.extend(items);
            if next_cursor.is_none() || ended || found.len() >= wanted {
                more_follows(next_cursor.as_deref().filter(|_| self.form != Form::Ids));
                return Ok(show(self, found));
            }
            cursor = next_cursor;
        }
    }
}

/// Told beside the list, so that what reads the list does not meet it.
fn more_follows(cursor: Option<&str>) {
    if let Some(cursor) = cursor {
        eprintln!("There are more: --limit N, or --cursor {} to go on from here.", clean(cursor));
    }
}

fn is_same_day(a: Instant, b: Instant) -> bool {
    let day = |at: Instant| at.as_second().div_euclid(86_400);
    day(a) == day(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_have_their_zone_and_their_date_when_it_is_not_today() {
        let now = "2026-03-17T18:30:00Z".parse().unwrap();
        let out = |form| Output { form, color: false, now };
        for (text, people, plain) in [
            ("2026-03-17T18:12:04.123Z", "18:12:04 UTC", "2026-03-17T18:12:04Z"),
            ("2026-03-17T00:00:00Z", "00:00:00 UTC", "2026-03-17T00:00:00Z"),
            ("2026-03-16T23:59:59Z", "2026-03-16 23:59:59 UTC", "2026-03-16T23:59:59Z"),
            ("2026-03-18T01:00:00+08:00", "17:00:00 UTC", "2026-03-17T17:00:00Z"),
            ("soon\n", "soon\\n", "soon\\n"),
        ] {
            assert_eq!(out(Form::People).instant(text), people);
            assert_eq!(out(Form::Plain).instant(text), plain);
        }
    }
}
