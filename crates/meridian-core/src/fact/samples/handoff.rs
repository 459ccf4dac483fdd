//! Every fact of handoffs.

use super::{instant, later, name};
use crate::{
    handoff::{
        About, Action, Amended, Change, HandoffFact, Item, ItemKey, Missing, Question, ReadBack, Removed, Stability,
        StabilityBecause, VoidBecause, Waiver, Who,
    },
    id::{AnnouncementId, ChangeId, HandoffId, IncidentId},
    incident::{Severity, Status},
    roster::{Edge, Side},
};

pub(super) fn every() -> Vec<HandoffFact> {
    let (handoff, item, by) = (HandoffId(3), ItemKey::of("incident", 42), name("oliver"));
    let side = |site, person| Side {
        site: name(site),
        layers: vec!["first".into(), "second".into()],
        persons: [name(person)].into(),
    };
    let edge = Edge {
        rota: name("payments"),
        at: later(),
        from: side("london", "tom"),
        to: side("new-york", "oliver"),
        incoming_from: instant(),
    };
    let actions = vec![
        Action::new("roll back", Who::Person(name("tom")), Some(later())),
        Action {
            number: Some(2),
            by: Some(name("oliver")),
            ..Action::new("answer", Who::Other("Federal Reserve".into()), None)
        },
    ];
    let change = Change {
        severity: Some(Stability::Watcher),
        owner: Some(Who::Other("the network team".into())),
        contingency: Some("If it does not flow by 20:00, prepare \"FP-07\".".into()),
        note: Some("香港\nknows".into()),
        actions: Some(actions.clone()),
        ..Change::default()
    };
    use Removed::{Contingency, Note, Owner, Severity as Computed};
    let removed = Change { remove: [Computed, Owner, Contingency, Note].into(), ..Change::default() };
    let done = Change { done: true, ..Change::default() };
    let mut facts = vec![
        HandoffFact::Opened { handoff, edge: edge.clone() },
        HandoffFact::Changed { handoff, edge },
        HandoffFact::ItemAdded {
            handoff,
            note: 7,
            by: by.clone(),
            summary: "eur-t2 was dark".into(),
            detail: "".into(),
        },
        HandoffFact::Amended { handoff, item: item.clone(), by: by.clone(), change, computed: Some(Stability::Stable) },
        HandoffFact::Amended { handoff, item: ItemKey::note(7), by: by.clone(), change: done, computed: None },
        HandoffFact::Amended { handoff, item: item.clone(), by: by.clone(), change: removed, computed: None },
        HandoffFact::Asked { handoff, item: item.clone(), question: 1, by: by.clone(), text: "same host?".into() },
        HandoffFact::Answered { handoff, item: item.clone(), question: 1, by: name("tom"), text: "yes".into() },
        HandoffFact::Refused { handoff, by: by.clone(), reason: "the bridge is down".into() },
        HandoffFact::Late { handoff, incident: IncidentId(43) },
        HandoffFact::Escalated { handoff, incident: IncidentId(43), leads: vec![name("ruth")] },
    ];
    facts.extend(answers(&actions));
    facts
}

/// What the incoming answer, and how it ends.
fn answers(actions: &[Action]) -> Vec<HandoffFact> {
    let (handoff, item, by) = (HandoffId(3), ItemKey::of("incident", 42), name("oliver"));
    let mut facts = Vec::new();
    let marks = [(item.clone(), "0123456789abcdef".to_owned().into())].into();
    facts.push(HandoffFact::Read { handoff, by: by.clone(), marks });
    let read = |severity, next_at: Option<crate::Instant>| HandoffFact::ReadBack {
        handoff,
        item: item.clone(),
        by: by.clone(),
        words: "nothing is sent twice".into(),
        severity,
        next: next_at.map(|_| "the capture".to_owned()),
        next_at,
    };
    facts.extend([read(Stability::Unstable, Some(later())), read(Stability::Stable, None)]);
    let waived =
        |what| HandoffFact::Waived { handoff, item: item.clone(), what, by: by.clone(), reason: "over".into() };
    facts.extend([Missing::Owner, Missing::Contingency].map(waived));
    facts.push(HandoffFact::Accepted { handoff, by: by.clone(), emergency: false, items: items(actions) });
    facts.push(HandoffFact::Accepted { handoff, by: by.clone(), emergency: true, items: Vec::new() });
    let superseded = VoidBecause::Superseded { by: HandoffId(4) };
    use VoidBecause::{EdgeGone, OutgoingLeft, PassesByTheClock, RotaGone};
    let voids = [RotaGone, PassesByTheClock, EdgeGone, OutgoingLeft, superseded];
    facts.extend(voids.map(|because| HandoffFact::Void { handoff, because }));
    facts
}

/// An item about each thing, for each reason.
fn items(actions: &[Action]) -> Vec<Item> {
    let incident = About::Incident { incident: IncidentId(42), severity: Severity::Sev2, status: Status::Acknowledged };
    let abouts = [
        incident,
        About::Alerts,
        About::Silence("0b9c2c6e-8f5e-4a53-9a55-0d9b2f7c1f11".into()),
        About::Override(2),
        About::Cover(ChangeId(3)),
        About::Swap(ChangeId(4)),
        About::Out(name("mei")),
        About::Handoff(HandoffId(2)),
        About::Channel(name("sms")),
        About::Hole { from: instant(), until: later() },
        About::Contact { person: name("tom"), contact: "phone".into() },
        About::Estate,
        About::Announcement(AnnouncementId(3)),
        About::Note,
    ];
    let because = [
        StabilityBecause::Severe(Severity::Sev1),
        StabilityBecause::Unacknowledged,
        StabilityBecause::Reopened,
        StabilityBecause::Flapped(2),
        StabilityBecause::Growing { from: 2, to: 5 },
        StabilityBecause::Rising { from: 1, to: 4 },
        StabilityBecause::NoCover,
        StabilityBecause::StillFires,
        StabilityBecause::PromiseOverdue,
        StabilityBecause::OnFallback,
        StabilityBecause::UnderWay,
        StabilityBecause::Collides,
        StabilityBecause::SaidBy(name("tom")),
        StabilityBecause::WorseSince { by: name("tom"), severity: Stability::Stable, at: instant() },
        StabilityBecause::Calm,
    ];
    let item = |(place, about)| Item {
        key: ItemKey::of("incident", place),
        number: place as u32 + 1,
        about,
        severity: Stability::ALL[place % 3],
        computed: (place != 0).then_some(Stability::Stable),
        because: because.to_vec(),
        summary: vec!["since ".into(), instant().into()],
        detail: Vec::new(),
        latest: (place == 0).then(|| "said".into()),
        note: (place == 0).then(|| "a note".into()),
        amended: (place == 0).then(|| Amended { by: name("tom"), at: instant() }),
        since: instant(),
        owner: actions.first().map(|action| action.owner.clone()),
        actions: actions.to_vec(),
        contingency: Some(vec!["If it ends, ".into(), later().into()]),
        questions: vec![Question { number: 1, by: name("oliver"), at: instant(), text: "why?".into(), answer: None }],
        read_back: Some(ReadBack { by: name("oliver"), at: instant(), words: "so".into(), next: None, next_at: None }),
        waivers: vec![Waiver { what: Missing::Owner, by: name("tom"), at: instant(), reason: "over".into() }],
    };
    abouts.into_iter().enumerate().map(item).collect()
}
