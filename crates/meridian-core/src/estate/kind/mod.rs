//! The kinds of an estate: each file holds the description of one and makes its value from a tree that fits.

use std::{fmt, str::FromStr, sync::Arc};

use super::{
    Estate, Places, Technology,
    names::Names,
    nearest::{listed, nearest},
    node::Node,
    problem::Span,
    shape::{Field, Form, Shape, Takes},
    sink::Sink,
};
use crate::id::Name;

mod chain;
mod channel;
mod escalation;
mod intervals;
mod matchers;
mod person;
mod rota;
mod routing;
mod site;
mod team;

/// What kinds of things an estate has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Site,
    Person,
    Team,
    Rota,
    Escalation,
    Channel,
    Routing,
    Chain,
}

impl Kind {
    pub const ALL: [Kind; 8] =
        [Kind::Site, Kind::Person, Kind::Team, Kind::Rota, Kind::Escalation, Kind::Channel, Kind::Routing, Kind::Chain];

    /// As the field `kind` says it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Site => "Site",
            Kind::Person => "Person",
            Kind::Team => "Team",
            Kind::Rota => "Rota",
            Kind::Escalation => "Escalation",
            Kind::Channel => "Channel",
            Kind::Routing => "Routing",
            Kind::Chain => "Chain",
        }
    }

    pub(crate) fn with_article(self) -> String {
        let article = if self == Kind::Escalation { "an" } else { "a" };
        format!("{article} {}", self.word().to_lowercase())
    }

    /// The description of its `spec`.
    pub(crate) fn shape(self) -> &'static Shape {
        match self {
            Kind::Site => &site::SITE,
            Kind::Person => &person::PERSON,
            Kind::Team => &team::TEAM,
            Kind::Rota => &rota::ROTA,
            Kind::Escalation => &escalation::ESCALATION,
            Kind::Channel => &channel::CHANNEL,
            Kind::Routing => &routing::ROUTING,
            Kind::Chain => &chain::CHAIN,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Kind {
    type Err = String;
    /// Accepts any case: `Rota`, `rota`.
    fn from_str(text: &str) -> Result<Kind, String> {
        let words = || Kind::ALL.iter().map(|kind| kind.word());
        Kind::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let meant = nearest(text, words()).map(|word| format!("; did you mean `{word}`?")).unwrap_or_default();
            format!("`{}` is no kind: {}{meant}", text.escape_debug(), listed(words()))
        })
    }
}

static METADATA: Shape = Shape::of(
    "Metadata",
    "What it is called.",
    &[Field::must("name", Takes::Text(&super::form::NAME), "unique within its kind")],
);

/// What every document of `meridian/v1` has, whatever its kind.
pub(crate) static ENVELOPE: Shape = Shape::of(
    "Envelope",
    "A document of an estate.",
    &[
        Field::must("apiVersion", Takes::Word(&["meridian/v1"]), "the format of this document"),
        Field::must(
            "kind",
            Takes::Word(&["Site", "Person", "Team", "Rota", "Escalation", "Channel", "Routing", "Chain"]),
            "what this document describes",
        ),
        Field::must("metadata", Takes::Map(&METADATA), "what it is called"),
        Field::must("spec", Takes::Spec, "what the document says about it"),
    ],
);

/// A document whose kind and name are known.
pub(crate) struct Document<'a> {
    pub kind: Kind,
    pub name: Name,
    pub spec: &'a Node,
    /// Where a message about the whole of it points: its name.
    pub at: Span,
    /// The key `spec`.
    pub spec_at: Span,
}

/// What a kind's value is made with.
pub(crate) struct Making<'a, 'b> {
    pub names: &'a Names,
    pub sink: &'a mut Sink<'b>,
    pub places: &'a mut Places,
}

impl Making<'_, '_> {
    /// Remembers where something stands, so that a later warning can point at it.
    pub fn place(&mut self, path: String, at: Span) {
        let place = self.sink.place(at);
        self.places.put(path, place);
    }
}

/// Puts what the document describes into the estate. What doesn't fit was reported before and is left out here;
/// what only the kind itself can know to be wrong is reported now.
pub(crate) fn make(document: &Document<'_>, making: &mut Making<'_, '_>, estate: &mut Estate) {
    let name = document.name.clone();
    making.place(format!("{}/{name}", document.kind.word().to_lowercase()), document.at);
    match document.kind {
        Kind::Site => drop(site::make(document, making).map(|site| estate.sites.insert(name, site))),
        Kind::Person => drop(person::make(document, making, estate).map(|person| estate.persons.insert(name, person))),
        Kind::Team => drop(team::make(document, making).map(|team| estate.teams.insert(name, team))),
        Kind::Rota => drop(rota::make(document, making, estate).map(|rota| estate.rotas.insert(name, rota))),
        Kind::Escalation => {
            drop(escalation::make(document, making).map(|found| estate.escalations.insert(name, found)))
        }
        Kind::Channel => drop(channel::make(document, making).map(|channel| estate.channels.insert(name, channel))),
        Kind::Routing => estate.routing = routing::make(document, making).map(Arc::new).or(estate.routing.take()),
        Kind::Chain => drop(chain::make(document, making).map(|chain| estate.chains.insert(name, chain))),
    }
}

/// What a channel is, by the one field of its `spec`.
pub(crate) fn technology_of(spec: &Node) -> Option<Technology> {
    match spec.entries() {
        [only] => channel::CARRIERS.iter().find(|(word, _)| *word == only.key).map(|(_, technology)| *technology),
        _ => None,
    }
}

fn display_name(document: &Document<'_>) -> String {
    document.spec.text_of("displayName").map_or_else(|| document.name.to_string(), |text| text.trim().to_owned())
}

fn names_in(node: Option<&Node>) -> Vec<Name> {
    node.map(|node| node.one_or_more().iter().filter_map(Node::parse).collect()).unwrap_or_default()
}

const fn text(form: &'static Form) -> Takes {
    Takes::Text(form)
}
