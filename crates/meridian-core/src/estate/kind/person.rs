//! Person: somebody who can be on watch, and the ways to reach them.

use std::collections::BTreeSet;

use jiff::{SignedDuration, tz::TimeZone};

use super::{Document, Field, Kind, Making, Node, Shape, Takes, channel::CARRIERS, display_name, text};
use crate::{
    calendar::Days,
    estate::{
        Contact, Estate, Leave, Person, Reach, ReachStep, Technology, Way,
        duration::parse_duration,
        form::{self, DAY_OR_INSTANT, DAYS, DURATION, EMAIL, LINE, NAME, PHONE, TOPIC, URL},
        nearest::{listed, nearest},
        problem::Fault,
    },
    id::Name,
};

static CONTACT: Shape = Shape::of(
    "Contact",
    "One way to reach a person: exactly one address, and the channel that carries messages there.",
    &[
        Field::must("name", text(&LINE), "how `reach` calls it"),
        Field::may("email", text(&EMAIL), "a mail address"),
        Field::may("sms", text(&PHONE), "a number that takes text messages"),
        Field::may("voice", text(&PHONE), "a number that is called"),
        Field::may("ntfy", text(&TOPIC), "a topic of ntfy"),
        Field::may("webhook", text(&URL), "an address that gets signed requests"),
        Field::may("slack", text(&URL), "an incoming webhook of Slack"),
        Field::may("channel", Takes::Ref(Kind::Channel), "the channel that carries it")
            .or("the only channel of that technology"),
    ],
)
.one_of(&["email", "sms", "voice", "ntfy", "webhook", "slack"]);

static REACH_STEP: Shape = Shape::of(
    "ReachStep",
    "One try to get through.",
    &[
        Field::must("contact", text(&LINE), "the name of one of the contacts"),
        Field::may("after", text(&DURATION), "how long after the beginning of the page").or("0s"),
    ],
);

static REACH: Shape = Shape::of(
    "Reach",
    "How a page of each urgency tries to get through.",
    &[
        Field::may(
            "high",
            Takes::List { of: &Takes::Map(&REACH_STEP), some: false },
            "pages that may wake people: SEV1 to SEV3",
        )
        .or("all contacts in their order, two minutes apart"),
        Field::may(
            "low",
            Takes::List { of: &Takes::Map(&REACH_STEP), some: false },
            "pages that can wait: SEV4 and SEV5",
        )
        .or("all contacts in their order, two minutes apart"),
    ],
);

static LEAVE: Shape = Shape::of(
    "Leave",
    "A time in which somebody is away. A date is a whole day by the clock of the person's site.",
    &[
        Field::must("from", text(&DAY_OR_INSTANT), "the first day, or the instant at which it begins"),
        Field::must(
            "until",
            text(&DAY_OR_INSTANT),
            "the last day, which belongs to it, or the instant at which it ends",
        ),
        Field::may("note", text(&LINE), "what others should know about it"),
    ],
);

pub(crate) static PERSON: Shape = Shape::of(
    "Person",
    "Somebody who can be on watch, and the ways to reach them.",
    &[
        Field::may("displayName", text(&LINE), "how pages and mails call them").or("the name"),
        Field::must("site", Takes::Ref(Kind::Site), "where they work"),
        Field::may("contacts", Takes::List { of: &Takes::Map(&CONTACT), some: false }, "the ways to reach them"),
        Field::may("reach", Takes::Map(&REACH), "how a page tries to get through")
            .or("all contacts in their order, two minutes apart"),
        Field::may(
            "leave",
            Takes::List { of: &Takes::Map(&LEAVE), some: false },
            "when they are away; usually said in the pages or the API",
        ),
        Field::may(
            "skills",
            Takes::List { of: &text(&NAME), some: false },
            "what they can do, as a layer's `needs` calls it",
        ),
        Field::may("prefers", text(&DAYS), "days on which they like to be on watch; a plan weighs it").or("none"),
        Field::may("avoids", text(&DAYS), "days on which they would rather not; a plan weighs it").or("none"),
    ],
);

/// How far apart the contacts are tried where `reach` doesn't say.
const APART: SignedDuration = SignedDuration::from_mins(2);

pub(super) fn make(document: &Document<'_>, making: &mut Making<'_, '_>, estate: &Estate) -> Option<Person> {
    let spec = document.spec;
    let items = spec.get("contacts").map(Node::items).unwrap_or_default();
    let mut names = BTreeSet::new();
    let mut contacts = Vec::new();
    for item in items {
        if let Some((node, name)) = item.get("name").and_then(|node| Some((node, node.text()?)))
            && !names.insert(name)
        {
            making.sink.error(node.at, Fault::new(format!("a contact `{name}` stands here a second time")));
        }
        contacts.extend(contact(item, making));
    }
    if let Some(entry) = spec.entry("contacts") {
        making.place(format!("person/{}/contacts", document.name), entry.key_at);
    }
    let reach = Reach {
        high: reach_steps(spec, "high", &names, &contacts, making),
        low: reach_steps(spec, "low", &names, &contacts, making),
    };
    let site = spec.get("site")?.parse()?;
    // Without the site the estate is refused anyway; the leave is read so that the rest of it is looked at.
    let zone = estate.sites.get(&site).map_or(TimeZone::UTC, |site| site.zone.clone());
    let mut leave = Vec::new();
    for (number, item) in spec.get("leave").into_iter().flat_map(Node::items).enumerate() {
        making.place(format!("person/{}/leave-{number}", document.name), item.at);
        leave.extend(away(item, &zone, making));
    }
    let display_name = display_name(document);
    let days = |key: &str| spec.text_of(key).and_then(|text| Days::parse(text).ok()).unwrap_or_default();
    Some(Person {
        name: document.name.clone(),
        display_name,
        site,
        contacts,
        reach,
        leave,
        skills: texts(spec.get("skills")),
        prefers: days("prefers"),
        avoids: days("avoids"),
    })
}

/// A list of texts.
pub(super) fn texts(list: Option<&Node>) -> Vec<String> {
    list.into_iter().flat_map(Node::items).filter_map(|item| item.text().map(str::to_owned)).collect()
}

fn away(item: &Node, zone: &TimeZone, making: &mut Making<'_, '_>) -> Option<Leave> {
    let (from, until) = (item.text_of("from")?, item.text_of("until")?);
    let days = form::date(from).ok().zip(form::date(until).ok());
    let at = |text: &str, end: bool| match form::date(text) {
        Ok(day) => {
            let whole = Leave::days(day, day, zone, "")?;
            Some(if end { whole.until } else { whole.from })
        }
        Err(_) => form::instant(text).ok(),
    };
    let leave = Leave {
        from: at(from, false)?,
        until: at(until, true)?,
        days,
        note: item.text_of("note").unwrap_or_default().trim().to_owned(),
    };
    if leave.until <= leave.from {
        let at = item.get("until").map_or(item.at, |node| node.at);
        let fault = Fault::new("this leave ends before it begins");
        making.sink.error(at, fault.expected(format!("a day or an instant after {from}")));
        return None;
    }
    Some(leave)
}

fn contact(item: &Node, making: &mut Making<'_, '_>) -> Option<Contact> {
    let name = item.text_of("name")?.to_owned();
    let address = |key: &str| item.text_of(key).map(str::to_owned);
    let makers: [(&str, fn(String) -> Way); 6] = [
        ("email", Way::Email),
        ("sms", Way::Sms),
        ("voice", Way::Voice),
        ("ntfy", Way::Ntfy),
        ("webhook", Way::Webhook),
        ("slack", Way::Slack),
    ];
    let way = makers.iter().find_map(|(key, make)| address(key).map(make))?;
    let channel = carried_by(item, &way, making)?;
    Some(Contact { name, way, channel })
}

/// The channel that is named, else the only one that can carry this way.
fn carried_by(item: &Node, way: &Way, making: &mut Making<'_, '_>) -> Option<Name> {
    let of = |technology: Technology| CARRIERS.iter().find(|(_, of)| *of == technology).map_or("", |(word, _)| word);
    let wanted = way.technology();
    if let Some(node) = item.get("channel") {
        let name: Name = node.parse()?;
        let technology = (*making.names.technologies.get(&name)?)?;
        if technology != wanted {
            let fault =
                Fault::new(format!("the channel `{name}` is {}, which can't carry `{}`", of(technology), way.word()));
            making.sink.error(node.at, fault.expected(format!("a channel of {}", of(wanted))));
            return None;
        }
        return Some(name);
    }
    let can: Vec<&Name> =
        making.names.technologies.iter().filter(|(_, is)| **is == Some(wanted)).map(|(name, _)| name).collect();
    match can.as_slice() {
        [only] => Some((*only).clone()),
        // A channel whose own document is broken may be the one.
        [] if making.names.is_blind(Kind::Channel) || making.names.technologies.values().any(Option::is_none) => None,
        [] => {
            let fault = Fault::new(format!("no channel can carry `{}`", way.word()));
            making.sink.error(at_way(item, way), fault.expected(format!("a Channel of {} in the estate", of(wanted))));
            None
        }
        many => {
            let fault = Fault::new(format!("{} channels can carry `{}`", many.len(), way.word()));
            let known = listed(many.iter().map(|name| name.as_str()));
            making.sink.error(at_way(item, way), fault.expected(format!("`channel:` with {known}")));
            None
        }
    }
}

fn at_way(item: &Node, way: &Way) -> crate::estate::problem::Span {
    item.entry(way.word()).map_or(item.at, |entry| entry.key_at)
}

fn reach_steps(
    spec: &Node,
    urgency: &str,
    names: &BTreeSet<&str>,
    contacts: &[Contact],
    making: &mut Making<'_, '_>,
) -> Vec<ReachStep> {
    let Some(node) = spec.get("reach").and_then(|reach| reach.get(urgency)) else {
        let after = |at: usize| APART * i32::try_from(at).unwrap_or(i32::MAX);
        return contacts
            .iter()
            .enumerate()
            .map(|(at, way)| ReachStep { contact: way.name.clone(), after: after(at) })
            .collect();
    };
    let mut steps = Vec::new();
    for item in node.items() {
        let Some((contact, text)) = item.get("contact").and_then(|node| Some((node, node.text()?))) else { continue };
        if !names.contains(text) {
            let fault = Fault::new(format!("this person has no contact `{}`", text.escape_debug()));
            let known = || names.iter().copied();
            making.sink.error(contact.at, fault.expected(listed(known())).nearest(nearest(text, known())));
        }
        let after = item.text_of("after").map_or(Some(SignedDuration::ZERO), |text| parse_duration(text).ok());
        steps.extend(after.map(|after| ReachStep { contact: text.to_owned(), after }));
    }
    steps.sort_by_key(|step| step.after);
    steps
}
