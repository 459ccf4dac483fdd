//! A sentence with people, instants and links in it, as a value: views say it, pages render it.

use jiff::tz::TimeZone;
use maud::{Markup, html};
use meridian_core::{Instant, id::IncidentId};

use super::time::{Clock, Detail, time};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Say(Vec<Bit>);

#[derive(Clone, Debug, PartialEq)]
enum Bit {
    Text(String),
    Strong(String),
    At(Instant, Option<TimeZone>),
    Link { href: String, text: String },
}

impl Say {
    pub fn new() -> Say {
        Say::default()
    }

    pub fn text(mut self, text: impl Into<String>) -> Say {
        self.0.push(Bit::Text(text.into()));
        self
    }

    pub fn strong(mut self, text: impl Into<String>) -> Say {
        self.0.push(Bit::Strong(text.into()));
        self
    }

    pub fn at(mut self, at: Instant) -> Say {
        self.0.push(Bit::At(at, None));
        self
    }

    /// An instant that belongs to a site.
    pub fn at_site(mut self, at: Instant, zone: &TimeZone) -> Say {
        self.0.push(Bit::At(at, Some(zone.clone())));
        self
    }

    pub fn link(mut self, href: impl Into<String>, text: impl Into<String>) -> Say {
        self.0.push(Bit::Link { href: href.into(), text: text.into() });
        self
    }

    /// `INC-42`, leading to it.
    pub fn incident(self, id: IncidentId) -> Say {
        self.link(format!("/incidents/{id}"), format!("INC-{id}"))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn render(&self, clock: &Clock) -> Markup {
        html! {
            @for bit in &self.0 {
                @match bit {
                    Bit::Text(text) => (text),
                    Bit::Strong(text) => b { (text) },
                    Bit::At(at, zone) => (time(clock, *at, zone.as_ref(), Detail::Minute)),
                    Bit::Link { href, text } => a href=(href) { (text) },
                }
            }
        }
    }
}

/// `Tom`, `Tom and Amara`, `Tom, Amara and Jun`.
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The verb for so many.
pub fn verb(n: usize, one: &'static str, many: &'static str) -> &'static str {
    if n == 1 { one } else { many }
}

impl From<&str> for Say {
    fn from(text: &str) -> Say {
        Say::new().text(text)
    }
}

impl From<String> for Say {
    fn from(text: String) -> Say {
        Say::new().text(text)
    }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn names_are_listed_as_people_say_them() {
        let list = |names: &[&str]| listed(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
        assert_eq!(list(&[]), "");
        assert_eq!(list(&["Tom"]), "Tom");
        assert_eq!(list(&["Tom", "Amara"]), "Tom and Amara");
        assert_eq!(list(&["Tom", "Amara", "Jun"]), "Tom, Amara and Jun");
    }
}
