//! Escalation: whom to page, step by step, until somebody takes it.

use super::{Document, Field, Making, Node, Shape, Takes, display_name, text};
use crate::{
    estate::{
        Escalation, Role, Step, Target,
        duration::parse_duration,
        form::{DURATION, LINE},
        problem::Fault,
    },
    id::Name,
};

static STEP: Shape = Shape::of(
    "Step",
    "Whom to page, and how long to wait for an answer before the next step.",
    &[
        Field::must("page", Takes::OneOrMore(&Takes::Target), "whom this step pages, all at once"),
        Field::must("within", text(&DURATION), "how long it waits for an acknowledgement"),
    ],
);

pub(crate) static ESCALATION: Shape = Shape::of(
    "Escalation",
    "Whom to page, step by step, until somebody takes it. A step that finds nobody goes on at once.",
    &[
        Field::may("displayName", text(&LINE), "how pages and mails call it").or("the name"),
        Field::must("steps", Takes::List { of: &Takes::Map(&STEP), some: true }, "walked in order"),
        Field::may("repeat", Takes::Whole { min: 0, max: 100 }, "how often the steps are walked again").or("0"),
    ],
);

pub(super) fn make(document: &Document<'_>, making: &mut Making<'_, '_>) -> Option<Escalation> {
    let spec = document.spec;
    let mut steps = Vec::new();
    for (number, item) in spec.get("steps")?.items().iter().enumerate() {
        making.place(format!("escalation/{}/{number}", document.name), item.at);
        if let Some(node) = item.get("within")
            && node.text().and_then(|text| parse_duration(text).ok()).is_some_and(|within| within.is_zero())
        {
            let fault = Fault::new("a step that waits no time gives nobody a chance to answer");
            making.sink.error(node.at, fault.expected("a duration above zero"));
        }
        steps.extend(step(item));
    }
    let repeat = spec.get("repeat").and_then(Node::parse).unwrap_or(0);
    Some(Escalation { name: document.name.clone(), display_name: display_name(document), steps, repeat })
}

fn step(item: &Node) -> Option<Step> {
    let page = item.get("page")?.one_or_more().iter().filter_map(|node| target(node.text()?)).collect();
    Some(Step { page, within: parse_duration(item.text_of("within")?).ok()? })
}

fn target(text: &str) -> Option<Target> {
    let (kind, rest) = text.split_once('/')?;
    let (name, role) = rest.split_once('#').unwrap_or((rest, "primary"));
    let name: Name = name.parse().ok()?;
    match kind {
        "rota" => Some(Target::Rota(name, Role::ALL.into_iter().find(|known| known.word() == role)?)),
        "person" => Some(Target::Person(name)),
        "team" => Some(Target::Team(name)),
        _ => None,
    }
}
