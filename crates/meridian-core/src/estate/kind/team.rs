//! Team: the people who care for something together.

use std::collections::BTreeSet;

use super::{Document, Field, Kind, Making, Node, Shape, Takes, display_name, names_in, text};
use crate::estate::{Team, form::LINE, problem::Fault};

pub(crate) static TEAM: Shape = Shape::of(
    "Team",
    "The people who care for something together.",
    &[
        Field::may("displayName", text(&LINE), "how pages and mails call it").or("the name"),
        Field::must("members", Takes::List { of: &Takes::Ref(Kind::Person), some: false }, "who belongs to it"),
        Field::may("lead", Takes::Ref(Kind::Person), "who leads it; one of the members"),
    ],
);

pub(super) fn make(document: &Document<'_>, making: &mut Making<'_, '_>) -> Option<Team> {
    let spec = document.spec;
    let members = names_in(spec.get("members"));
    let mut seen = BTreeSet::new();
    for item in spec.get("members").into_iter().flat_map(Node::items) {
        if let Some(name) = item.text().filter(|name| !seen.insert(*name)) {
            making.sink.error(item.at, Fault::new(format!("`{name}` stands in this team a second time")));
        }
    }
    let lead = spec.get("lead").and_then(|node| node.parse());
    if let (Some(lead), Some(node)) = (&lead, spec.get("lead"))
        && !members.contains(lead)
    {
        making.sink.error(
            node.at,
            Fault::new(format!("`{lead}` leads the team but is none of its members")).expected("one of the members"),
        );
    }
    Some(Team { name: document.name.clone(), display_name: display_name(document), members, lead })
}
