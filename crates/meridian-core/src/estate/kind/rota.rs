//! Rota: who is on watch when.

use std::collections::BTreeSet;

use jiff::{SignedDuration, tz::TimeZone};

use super::{Document, Field, Kind, Making, Node, Shape, Takes, display_name, names_in, site::HOURS, text};
use crate::{
    estate::{
        Between, Estate, Every, HandoffRule, Holidays, Layer, Member, Override, Role, Rota, Rotation, Turns, Unit,
        duration::{parse_duration, show_duration},
        form::{self, DURATION, EVERY, INSTANT, LINE, LOCAL, NAME},
        nearest::{listed, nearest},
        problem::Fault,
    },
    id::Name,
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
        Field::must(
            "every",
            Takes::OneOrMore(&text(&EVERY)),
            "how long a turn lasts; a list: one after the other, such as [4 days, 3 days]",
        ),
        Field::may(
            "turns",
            Takes::Word(&["elapsed", "served"]),
            "elapsed: the calendar advances the turn; served: only a stretch that was worked does",
        )
        .or("elapsed"),
        Field::must(
            "members",
            Takes::List { of: &Takes::OneOrMore(&Takes::RefOrMap(Kind::Person, &MEMBER)), some: true },
            "in the order of their turns; a list: on watch together; a map: who joins or leaves",
        ),
    ],
);

static MEMBER: Shape = Shape::of(
    "Member",
    "Somebody who joins the rotation or leaves it, by the wall clock of the site. Whoever left stays in the list, so that past turns stay as they were.",
    &[
        Field::must("person", Takes::Ref(Kind::Person), "who it is"),
        Field::may("from", text(&LOCAL), "when they join").or("the start of the rotation"),
        Field::may("until", text(&LOCAL), "when they leave: the first moment at which they are not a member")
            .or("never"),
    ],
);

static LAYER: Shape = Shape::of(
    "Layer",
    "Those who watch from one site in one role.",
    &[
        Field::must("name", text(&NAME), "unique within the rota"),
        Field::must("site", Takes::Ref(Kind::Site), "by whose wall clock and holidays it runs"),
        Field::may(
            "role",
            Takes::Word(&["primary", "secondary", "shadow", "reverse-shadow"]),
            "what they are on watch as",
        )
        .or("primary"),
        Field::may("hours", Takes::List { of: &Takes::Map(&HOURS), some: true }, "when it watches").or("always"),
        Field::may("holidays", Takes::Word(&["staffed", "closed"]), "whether it watches on the site's holidays")
            .or("staffed"),
        Field::may(
            "needs",
            Takes::List { of: &text(&NAME), some: false },
            "skills of which somebody on watch must have each; a plan keeps to it",
        ),
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

static HANDOFF: Shape = Shape::of(
    "Handoff",
    "The watch passes by acceptance: until the incoming accept, the outgoing stay responsible.",
    &[
        Field::may("opens", text(&DURATION), "how long before the end of the outgoing the brief opens").or("1h"),
        Field::may("late", text(&DURATION), "how long after it was due both sides are paged").or("10m"),
        Field::may("leadsAfter", text(&DURATION), "how long after that the leads are paged").or("10m"),
        Field::may("leads", Takes::List { of: &Takes::Ref(Kind::Person), some: true }, "who is paged last")
            .or("the lead of the team"),
        Field::may(
            "between",
            Takes::Word(&["sites", "persons"]),
            "which edges are handed over: those between sites, or also those between persons of one site",
        )
        .or("sites"),
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
        Field::may("handoff", Takes::Map(&HANDOFF), "how the watch is handed over").or("it passes by the clock"),
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
        layers.extend(layer(name, item, estate, making));
    }
    let mut overrides = Vec::new();
    for (number, item) in spec.get("overrides").into_iter().flat_map(Node::items).enumerate() {
        making.place(format!("rota/{name}/override-{number}"), item.at);
        overrides.extend(change(item, &seen, making));
    }
    let team = spec.get("team").and_then(Node::parse);
    let handoff = spec.get("handoff").map(|node| handoff(node, making));
    Some(Rota { name: name.clone(), display_name: display_name(document), team, layers, overrides, handoff })
}

fn handoff(node: &Node, making: &mut Making<'_, '_>) -> HandoffRule {
    let mut duration = |key: &str, or: i64, least: i64| {
        let written = node.get(key).and_then(|node| Some((node, parse_duration(node.text()?).ok()?)));
        if let Some((node, _)) = written.filter(|(_, wait)| wait.as_secs() < least || wait.as_hours() > 24) {
            let fault = Fault::new(format!("`{key}` can't be that"));
            let least = show_duration(SignedDuration::from_secs(least));
            making.sink.error(node.at, fault.expected(format!("a duration from {least} to 1d")));
        }
        written.map_or(SignedDuration::from_mins(or), |(_, wait)| wait)
    };
    HandoffRule {
        opens: duration("opens", 60, 60),
        late: duration("late", 10, 0),
        leads_after: duration("leadsAfter", 10, 60),
        leads: names_in(node.get("leads")),
        between: if node.text_of("between") == Some("persons") { Between::Persons } else { Between::Sites },
    }
}

fn layer(rota: &Name, item: &Node, estate: &Estate, making: &mut Making<'_, '_>) -> Option<Layer> {
    let rotation = item.get("rotation")?;
    let name = item.text_of("name")?;
    making.place(format!("rota/{rota}/{name}/members"), rotation.entry("members")?.key_at);
    let members = rotation.get("members")?.items().iter().map(|turn| members(turn, making)).collect();
    let site = item.get("site")?.parse()?;
    let place = estate.sites.get(&site);
    Some(Layer {
        name: name.to_owned(),
        site,
        // Without the site the estate is refused anyway; the layer is made so that the rest of it is looked at.
        zone: place.map_or(TimeZone::UTC, |site| site.zone.clone()),
        role: item
            .text_of("role")
            .map_or(Some(Role::Primary), |text| Role::ALL.into_iter().find(|role| role.word() == text))?,
        hours: super::site::hours(item.get("hours")),
        holidays: if item.text_of("holidays") == Some("closed") { Holidays::Closed } else { Holidays::Staffed },
        calendar: place.map(|site| site.calendar.clone()).unwrap_or_default(),
        needs: super::person::texts(item.get("needs")),
        rotation: Rotation {
            start: form::local(rotation.text_of("start")?).ok()?,
            every: every(rotation.get("every")?, making)?,
            turns: if rotation.text_of("turns") == Some("served") { Turns::Served } else { Turns::Elapsed },
            members,
        },
    })
}

/// More parts than a month has days, nobody keeps in mind.
const PARTS_MAX: usize = 31;

fn every(node: &Node, making: &mut Making<'_, '_>) -> Option<Vec<Every>> {
    let items = node.one_or_more();
    let parts: Vec<Every> = items.iter().map(|item| form::every(item.text()?).ok()).collect::<Option<_>>()?;
    let months = |every: &Every| every.unit == Unit::Months;
    if let Some(odd) = parts.iter().position(|part| months(part) != months(&parts[0])) {
        let fault = Fault::new("months stand beside parts of another kind: together they would fit no calendar");
        making.sink.error(items[odd].at, fault.expected("months alone, or hours, days and weeks"));
    }
    if parts.len() > PARTS_MAX {
        let fault = Fault::new(format!("these are {} turns of different length", parts.len()));
        making.sink.error(node.at, fault.expected(format!("{PARTS_MAX} at most")));
    }
    Some(parts)
}

/// Those who have one turn together.
fn members(turn: &Node, making: &mut Making<'_, '_>) -> Vec<Member> {
    let mut together: Vec<Member> = Vec::new();
    for item in turn.one_or_more() {
        let Some(member) = member(item, making) else { continue };
        let meets = |other: &&Member| {
            other.person == member.person
                && other.from.is_none_or(|from| member.until.is_none_or(|until| from < until))
                && member.from.is_none_or(|from| other.until.is_none_or(|until| from < until))
        };
        if together.iter().find(meets).is_some() {
            let fault = Fault::new(format!("`{}` is on watch together with themselves", member.person));
            making.sink.error(item.at, fault);
        }
        together.push(member);
    }
    together
}

fn member(item: &Node, making: &mut Making<'_, '_>) -> Option<Member> {
    if let Some(person) = item.parse::<Name>() {
        return Some(person.into());
    }
    let date = |key: &str| item.text_of(key).and_then(|text| form::local(text).ok());
    let member = Member { person: item.get("person")?.parse()?, from: date("from"), until: date("until") };
    if let (Some(from), Some(until)) = (member.from, member.until)
        && until <= from
    {
        let at = item.get("until").map_or(item.at, |node| node.at);
        let fault = Fault::new(format!("`{}` leaves before they join", member.person));
        making.sink.error(at, fault.expected(format!("a moment after {from}")));
    }
    Some(member)
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
