//! Team: the people who care for something together.

use std::collections::BTreeSet;

use super::{Document, Field, Kind, Making, Node, Shape, Takes, display_name, names_in, text};
use crate::estate::{
    Team,
    duration::parse_duration,
    form::{DURATION, LINE},
    problem::Fault,
};

pub(crate) static TEAM: Shape = Shape::of(
    "Team",
    "The people who care for something together.",
    &[
        Field::may("displayName", text(&LINE), "how pages and mails call it").or("the name"),
        Field::must("members", Takes::List { of: &Takes::Ref(Kind::Person), some: false }, "who belongs to it"),
        Field::may("lead", Takes::Ref(Kind::Person), "who leads it; one of the members"),
        Field::may("approveSwaps", Takes::Truth, "whether the lead has to approve a swap in a rota of this team")
            .or("false"),
        Field::may(
            "takeNotice",
            text(&DURATION),
            "how long before its beginning a watch may still be taken by somebody who was not asked",
        )
        .or("at any time"),
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
    let approve_swaps = spec.text_of("approveSwaps") == Some("true");
    if let (true, None, Some(entry)) = (approve_swaps, &lead, spec.entry("approveSwaps")) {
        let fault = Fault::new("nobody could approve a swap: this team has no lead");
        making.sink.error(entry.key_at, fault.expected("`lead:` with one of the members"));
    }
    let take_notice = spec.text_of("takeNotice").and_then(|text| parse_duration(text).ok());
    let display_name = display_name(document);
    Some(Team { name: document.name.clone(), display_name, members, lead, approve_swaps, take_notice })
}
