//! One brief for one reader, and what of the handoffs waits for them.

mod list;
mod told;

use std::collections::BTreeSet;

use meridian_core::{
    Instant,
    handoff::{
        self, About, Handoff, Item, ItemKey, Lack, Missing, Obstacle, PageAfter, Phrase, ReadBy, Stability, Unread,
        UnreadBecause, Who,
    },
    id::{HandoffId, Name},
    roster::Side,
};

pub use list::handoffs;
pub(super) use told::{link, of_incident, told};

use super::Lens;
use crate::ui::{
    parts::{Glyph, Say},
    view::{
        control::Need,
        handoff::{ActionRow, Acts, Before, BriefView, ItemRow, QuestionRow, ReadRow, SaidRow, ToRead},
    },
};

/// In whose name somebody acts who is nobody of the estate: as the address says, else the first of each side.
#[derive(Clone, Debug, Default)]
pub struct InName {
    pub outgoing: Option<Name>,
    pub incoming: Option<Name>,
}

pub fn brief(lens: &Lens<'_>, id: HandoffId, named: &InName) -> Option<BriefView> {
    let world = lens.world;
    let handoff = world.handoffs.get(id)?;
    let brief = world.brief(id, lens.now)?;
    let edge = &handoff.edge;
    let people = |side: &Side| lens.people(&side.persons.iter().cloned().collect::<Vec<_>>());
    let incoming = world.incoming(handoff, lens.now);
    let rule = world.estate().rotas.get(handoff.rota()).and_then(|rota| Some((rota, rota.handoff.as_ref()?)));
    let leads = rule.map(|(rota, _)| world.leads(rota)).unwrap_or_default();
    let until = world.incoming_until(handoff);
    let acts = acts(lens, handoff, &incoming, named);
    let reader = match (&acts, lens.me) {
        (Some(acts), _) => acts.incoming.clone(),
        (None, me) => me.filter(|me| incoming.contains(*me)).cloned(),
    };
    let read = brief.read_by.iter().find(|read| reader.as_ref() == Some(&read.by));
    Some(BriefView {
        id,
        title: world.handoff_title(edge),
        rota: lens.rota_title(handoff.rota()),
        standing: handoff.standing(lens.now),
        due: edge.due(),
        sites: [&edge.from.site, &edge.to.site].map(|site| lens.site(site)),
        from: people(&edge.from),
        to: people(&edge.to),
        hole: (edge.at < edge.incoming_from).then_some((edge.at, edge.incoming_from)),
        late_at: rule.and_then(|(_, rule)| edge.due().checked_add(rule.late).ok()),
        leads: lens.people(&leads.into_iter().collect::<Vec<_>>()),
        late_incident: handoff.late.map(|late| late.incident),
        counts: Stability::ALL.map(|severity| brief.count(severity)),
        moves: (brief.moves.acknowledgements, brief.moves.actions),
        before: brief.before_acceptance(reader.as_ref()).iter().map(obstacle).collect(),
        revision: brief.revision().to_string(),
        to_read: match read {
            _ if brief.items.is_empty() => None,
            None => Some(ToRead::All),
            Some(read) => (!read.unread.is_empty()).then_some(ToRead::Changes),
        },
        read_by: brief.read_by.iter().map(|read| read_by(lens, read)).collect(),
        items: brief.items.iter().map(|item| ItemOf { lens, handoff, read }.row(item)).collect(),
        falls_due: falls_due(&brief.items, edge.due(), until),
        end: list::end(lens, handoff),
        refusals: handoff.refusals.iter().map(|refusal| refused(lens, refusal)).collect(),
        pages_after: handoff.pages_after.iter().map(|page| page_after(lens, page)).collect(),
        is_incoming: reader.is_some(),
        acts,
        seq: world.seq(),
    })
}

fn acts(lens: &Lens<'_>, handoff: &Handoff, incoming: &BTreeSet<Name>, named: &InName) -> Option<Acts> {
    if lens.me.is_some() {
        return None;
    }
    let here = |name: &&Name| lens.world.estate().persons.contains_key(*name);
    let chosen = named.outgoing.as_ref().filter(here);
    let outgoing = chosen.or_else(|| handoff.edge.from.persons.iter().find(here)).cloned();
    let chosen = named.incoming.as_ref().filter(|name| incoming.contains(*name));
    let name = |person: &Name| (person.clone(), lens.person(person));
    Some(Acts {
        outgoing,
        incoming: chosen.or_else(|| incoming.first()).cloned(),
        people: lens.choices(),
        of_incoming: incoming.iter().map(name).collect(),
    })
}

fn read_by(lens: &Lens<'_>, read: &ReadBy) -> Say {
    let said = Say::new().text("Read by ").strong(lens.person(&read.by)).text(" at ").at(read.at);
    match read.unread.len() {
        0 => said,
        1 => said.text("; 1 item is new or changed since"),
        many => said.text(format!("; {many} items are new or changed since")),
    }
}

fn page_after(lens: &Lens<'_>, page: &PageAfter) -> (Say, bool) {
    let title = lens.world.incidents.get(page.incident).map(|incident| format!(", {}", incident.title));
    let said = Say::new().at(page.at).text(" ").incident(page.incident).text(title.unwrap_or_default());
    (said, page.missed)
}

fn refused(lens: &Lens<'_>, refusal: &handoff::Refusal) -> Say {
    let by = Say::new().text("Refused by ").strong(lens.person(&refusal.by)).text(" at ").at(refusal.at);
    by.text(format!(": “{}”", refusal.reason))
}

fn obstacle(obstacle: &Obstacle) -> Before {
    let at = |item: &ItemKey, words: String| Before { anchor: anchor(item), words };
    match obstacle {
        Obstacle::NotRead => Before { anchor: "brief".into(), words: "Read the brief first".into() },
        Obstacle::Unread(Unread { item, number, because }) => at(
            item,
            match because {
                UnreadBecause::New => format!("Read item {number}, it is new"),
                UnreadBecause::Changed => format!("Read item {number} again, it changed"),
            },
        ),
        Obstacle::ReadBack { item, number, lack } => at(
            item,
            match lack {
                Lack::Words => format!("Read back item {number}"),
                Lack::Next => format!("Say what comes next for item {number}"),
                Lack::Time => format!("Say when the next of item {number} is"),
            },
        ),
        Obstacle::Missing { item, number, what } => {
            let article = if *what == Missing::Owner { "an" } else { "a" };
            at(item, format!("Give item {number} {article} {} or waive it with a reason", what.word()))
        }
    }
}

/// What is promised or to be done within the incoming's watch, in the order of time.
fn falls_due(items: &[Item], from: Instant, until: Instant) -> Vec<(String, Instant)> {
    let actions = items.iter().flat_map(|item| item.actions.iter());
    let due = actions.filter_map(|action| Some((action.text.clone(), action.due?)));
    let mut due: Vec<(String, Instant)> = due.filter(|(_, at)| from <= *at && *at < until).collect();
    due.sort_by_key(|(_, at)| *at);
    due.truncate(4);
    due
}

/// An item's key as the name of a place on the page.
pub fn anchor(key: &ItemKey) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    format!("item-{}", key.as_str().chars().map(plain).collect::<String>())
}

fn say(phrases: &[Phrase]) -> Say {
    phrases.iter().fold(Say::new(), |say, phrase| match phrase {
        Phrase::Text(text) => say.text(text.as_str()),
        Phrase::At(at) => say.at(*at),
    })
}

fn who(lens: &Lens<'_>, who: &Who) -> String {
    match who {
        Who::Person(name) => lens.person(name),
        Who::Other(text) => text.clone(),
    }
}

/// An item for one reader.
struct ItemOf<'a> {
    lens: &'a Lens<'a>,
    handoff: &'a Handoff,
    read: Option<&'a ReadBy>,
}

impl ItemOf<'_> {
    fn row(&self, item: &Item) -> ItemRow {
        let (lens, is_open) = (self.lens, self.handoff.end.is_none());
        let (shape, href) = points_to(&item.about);
        let unread = self.read.and_then(|read| read.unread.iter().find(|unread| unread.item == item.key));
        let added = lens.world.handoffs.desk(self.handoff.rota()).get(&item.key).filter(|_| is_open);
        let waiver = |waiver: &handoff::Waiver| {
            let (what, by) = (waiver.what.word(), lens.person(&waiver.by));
            Say::new().text(format!("No {what}, waived by {by}: “{}”", waiver.reason))
        };
        ItemRow {
            key: item.key.clone(),
            anchor: anchor(&item.key),
            number: item.number,
            severity: item.severity,
            because: item.because.iter().map(handoff::StabilityBecause::words).collect::<Vec<_>>().join(", "),
            worse_since: item.because.iter().any(|why| matches!(why, handoff::StabilityBecause::WorseSince { .. })),
            unread: unread.map(|unread| match unread.because {
                UnreadBecause::New => "New since you read",
                UnreadBecause::Changed => "Changed since you read",
            }),
            shape,
            href,
            summary: say(&item.summary),
            detail: say(&item.detail),
            latest: item.latest.clone(),
            note: item.note.clone(),
            amended: item
                .amended
                .as_ref()
                .map(|amended| Say::new().text(format!("Amended by {} at ", lens.person(&amended.by))).at(amended.at)),
            said: SaidRow {
                severity: added.and_then(|added| added.severity.as_ref()).map_or("", |said| said.severity.word()),
                owner: added.and_then(|added| added.owner.as_ref()).map(|owner| who(lens, owner)).unwrap_or_default(),
                contingency: added.and_then(|added| added.contingency.clone()).unwrap_or_default(),
                note: added.and_then(|added| added.note.clone()).unwrap_or_default(),
            },
            owner: item.owner.as_ref().map(|owner| who(lens, owner)),
            actions: item.actions.iter().map(|action| action_row(lens, action)).collect(),
            contingency: item.contingency.as_deref().map(say),
            missing: if is_open { item.missing().collect() } else { Vec::new() },
            waivers: item.waivers.iter().map(waiver).collect(),
            questions: item.questions.iter().map(|question| asked(lens, question)).collect(),
            read_back: item.read_back.as_ref().map(|read| ReadRow {
                words: read.words.clone(),
                by: lens.person(&read.by),
                at: read.at,
                next: read.next.clone(),
                next_at: read.next_at,
            }),
            needs_read_back: item.needs_read_back(),
            is_note: item.about == About::Note,
        }
    }
}

fn points_to(about: &About) -> (Option<Glyph>, Option<String>) {
    match about {
        About::Incident { incident, severity, .. } => {
            (Some(Glyph::Severity(*severity)), Some(format!("/incidents/{incident}")))
        }
        About::Silence(_) => (None, Some("/silences".into())),
        About::Hole { .. } => (Some(Glyph::Nobody), None),
        About::Handoff(id) => (Some(Glyph::Nobody), Some(format!("/handoffs/{id}"))),
        About::Announcement(id) => (Some(Glyph::Note), Some(format!("/announcements#a{id}"))),
        About::Estate => (Some(Glyph::Fail), Some("/estate".into())),
        About::Note => (Some(Glyph::Note), None),
        About::Cover(_) => (Some(Glyph::Cover), Some("/changes".into())),
        About::Swap(_) => (None, Some("/changes".into())),
        About::Out(_) => (None, Some("/people".into())),
        About::Channel(_) => (Some(Glyph::Risk), None),
        About::Alerts | About::Override(_) | About::Contact { .. } => (None, None),
    }
}

fn action_row(lens: &Lens<'_>, action: &handoff::Action) -> ActionRow {
    let owner = who(lens, &action.owner);
    let said = Say::new().text(format!("{owner}: {}", action.text));
    ActionRow {
        said: action.due.map_or(said.clone(), |due| said.text(" by ").at(due)),
        by: action.by.as_ref().map(|by| lens.person(by)),
        number: action.number,
        text: action.text.clone(),
        owner,
        due: action.due,
    }
}

fn asked(lens: &Lens<'_>, question: &handoff::Question) -> QuestionRow {
    let answer = question.answer.as_ref().map(|answer| format!("{}: {}", lens.person(&answer.by), answer.text));
    QuestionRow {
        number: question.number,
        asked: format!("Asked by {}: {}", lens.person(&question.by), question.text),
        answer,
    }
}

/// The handoffs that wait for this reader, or for anybody when the reader is nobody of the estate: at most so many, and
/// how many there are behind them.
pub(super) fn needs(lens: &Lens<'_>, most: usize) -> (Vec<Need>, usize) {
    let concerns = |handoff: &&Handoff| {
        let Some(me) = lens.me else { return true };
        handoff.edge.from.persons.contains(me) || lens.world.incoming(handoff, lens.now).contains(me)
    };
    let mut open: Vec<&Handoff> = lens.world.handoffs.open().filter(concerns).collect();
    open.sort_by_key(|handoff| handoff.edge.due());
    let left = open.len().saturating_sub(most);
    (open.into_iter().take(most).filter_map(|handoff| need(lens, handoff)).collect(), left)
}

fn need(lens: &Lens<'_>, handoff: &Handoff) -> Option<Need> {
    let brief = lens.world.brief(handoff.id, lens.now)?;
    let late = handoff.edge.due() <= lens.now;
    let items = brief.items.len();
    let read = brief.items.iter().filter(|item| item.needs_read_back()).count();
    let lack = brief.items.iter().filter(|item| item.missing().next().is_some()).count();
    let mut words = format!(". {items} {}", if items == 1 { "item" } else { "items" });
    if read > 0 {
        words += &format!(", {read} to read back");
    }
    if lack > 0 {
        words += &format!(", {lack} without owner or contingency");
    }
    Some(Need {
        shape: if late { Glyph::Nobody } else { Glyph::Due },
        what: format!("Handoff {}", lens.world.handoff_title(&handoff.edge)),
        until: Some(handoff.edge.due()),
        urgent: late,
        more: Say::new().text(if late { "Was due " } else { "Due " }).at(handoff.edge.due()).text(words + "."),
        act: None,
        refuse: None,
        open: format!("/handoffs/{}", handoff.id),
    })
}
