//! Rota: who is on watch when.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::{Document, Field, Kind, Making, Node, Shape, Takes, display_name, site::HOURS, text};
use crate::estate::{
    Estate, Holidays, Layer, Override, Role, Rota, Rotation, Turns,
    form::{self, EVERY, INSTANT, LINE, LOCAL, NAME},
    nearest::{listed, nearest},
    problem::Fault,
};

static ROTATION: Shape = Shape::of(
    "Rotation",
    "Who takes turns, and how long a turn lasts.",
    &[
        Field::must(
            "start",
            text(&LOCAL),
            "when the first turn begins, by the wall clock of the site; nobody is on watch before",
        ),
        Field::must("every", text(&EVERY), "how long a turn lasts"),
        Field::may(
            "turns",
            Takes::Word(&["elapsed", "served"]),
            "elapsed: the calendar advances the turn; served: only a stretch that was worked does",
        )
        .or("elapsed"),
        Field::must(
            "members",
            Takes::List { of: &Takes::OneOrMore(&Takes::Ref(Kind::Person)), some: true },
            "in the order of their turns; a list: on watch together",
        ),
    ],
);

static LAYER: Shape = Shape::of(
    "Layer",
    "Those who watch from one site in one role.",
    &[
        Field::must("name", text(&NAME), "unique within the rota"),
        Field::must("site", Takes::Ref(Kind::Site), "by whose wall clock and holidays it runs"),
        Field::may("role", Takes::Word(&["primary", "secondary", "shadow"]), "what they are on watch as").or("primary"),
        Field::may("hours", Takes::List { of: &Takes::Map(&HOURS), some: true }, "when it watches").or("always"),
        Field::may("holidays", Takes::Word(&["staffed", "closed"]), "whether it watches on the site's holidays")
            .or("staffed"),
        Field::must("rotation", Takes::Map(&ROTATION), "who takes turns"),
    ],
);

static OVERRIDE: Shape = Shape::of(
    "Override",
    "A temporary change of who. Without `replace`, `with` is on watch in addition.",
    &[
        Field::must("from", text(&INSTANT), "when it begins"),
        Field::must("until", text(&INSTANT), "when it ends"),
        Field::may("replace", Takes::Ref(Kind::Person), "who is not on watch"),
        Field::must("with", Takes::Ref(Kind::Person), "who is"),
        Field::may("layer", text(&NAME), "the only layer that it changes").or("every layer"),
    ],
);

pub(crate) static ROTA: Shape = Shape::of(
    "Rota",
    "Who is on watch when, made of layers: one for each site or role.",
    &[
        Field::may("displayName", text(&LINE), "how pages and mails call it").or("the name"),
        Field::may("team", Takes::Ref(Kind::Team), "whose rota it is"),
        Field::must(
            "layers",
            Takes::List { of: &Takes::Map(&LAYER), some: true },
            "all that cover an instant are on watch together",
        ),
        Field::may(
            "overrides",
            Takes::List { of: &Takes::Map(&OVERRIDE), some: false },
            "temporary changes; of two for the same person the last counts",
        ),
    ],
);

pub(super) fn make(document: &Document<'_>, making: &mut Making<'_, '_>, estate: &Estate) -> Option<Rota> {
    let (spec, name) = (document.spec, &document.name);
    let (mut layers, mut seen) = (Vec::new(), BTreeSet::new());
    for item in spec.get("layers")?.items() {
        if let Some((node, text)) = item.get("name").and_then(|node| Some((node, node.text()?))) {
            if !seen.insert(text) {
                making.sink.error(node.at, Fault::new(format!("a layer `{text}` stands here a second time")));
            }
            making.place(format!("rota/{name}/{text}"), node.at);
            if let Some(node) = item.get("holidays") {
                making.place(format!("rota/{name}/{text}/holidays"), node.at);
            }
        }
        layers.extend(layer(item, estate, making));
    }
    let mut overrides = Vec::new();
    for (number, item) in spec.get("overrides").into_iter().flat_map(Node::items).enumerate() {
        making.place(format!("rota/{name}/override-{number}"), item.at);
        overrides.extend(change(item, &seen, making));
    }
    let team = spec.get("team").and_then(Node::parse);
    Some(Rota { name: name.clone(), display_name: display_name(document), team, layers, overrides })
}

fn layer(item: &Node, estate: &Estate, making: &mut Making<'_, '_>) -> Option<Layer> {
    let rotation = item.get("rotation")?;
    let mut members = Vec::new();
    for node in rotation.get("members")?.items() {
        let mut together = Vec::new();
        for person in node.one_or_more() {
            let Some(name) = person.parse() else { continue };
            if together.contains(&name) {
                making.sink.error(person.at, Fault::new(format!("`{name}` is on watch together with themselves")));
            }
            together.push(name);
        }
        members.push(together);
    }
    let site = item.get("site")?.parse()?;
    let place = estate.sites.get(&site);
    Some(Layer {
        name: item.text_of("name")?.to_owned(),
        site,
        // Without the site the estate is refused anyway; the layer is made so that the rest of it is looked at.
        zone: place.map_or(TimeZone::UTC, |site| site.zone.clone()),
        role: item
            .text_of("role")
            .map_or(Some(Role::Primary), |text| Role::ALL.into_iter().find(|role| role.word() == text))?,
        hours: super::site::hours(item.get("hours")),
        holidays: if item.text_of("holidays") == Some("closed") { Holidays::Closed } else { Holidays::Staffed },
        calendar: place.map(|site| site.calendar.clone()).unwrap_or_default(),
        rotation: Rotation {
            start: form::local(rotation.text_of("start")?).ok()?,
            every: form::every(rotation.text_of("every")?).ok()?,
            turns: if rotation.text_of("turns") == Some("served") { Turns::Served } else { Turns::Elapsed },
            members,
        },
    })
}

fn change(item: &Node, layers: &BTreeSet<&str>, making: &mut Making<'_, '_>) -> Option<Override> {
    let person = |key: &str| item.get(key).and_then(Node::parse);
    if let Some((node, text)) = item.get("layer").and_then(|node| Some((node, node.text()?)))
        && !layers.contains(text)
    {
        let known = || layers.iter().copied();
        let fault = Fault::new(format!("this rota has no layer `{}`", text.escape_debug()));
        making.sink.error(node.at, fault.expected(listed(known())).nearest(nearest(text, known())));
    }
    if let Some((node, with)) = item.get("with").and_then(|node| Some((node, node.text()?)))
        && item.text_of("replace") == Some(with)
    {
        making.sink.error(node.at, Fault::new(format!("`{with}` replaces themselves")).expected("somebody else"));
    }
    let from = form::instant(item.text_of("from")?).ok()?;
    let until = form::instant(item.text_of("until")?).ok()?;
    if until <= from {
        let at = item.get("until").map_or(item.at, |node| node.at);
        making
            .sink
            .error(at, Fault::new("this override ends before it begins").expected(format!("an instant after {from}")));
    }
    Some(Override {
        from,
        until,
        replace: person("replace"),
        with: person("with")?,
        layer: item.text_of("layer").map(str::to_owned),
    })
}
