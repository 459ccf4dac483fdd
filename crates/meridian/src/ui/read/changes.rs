//! Changes of who is on watch, read from the world.

mod needs;

use jiff::{SignedDuration, tz::TimeZone};
use meridian_core::{
    Instant,
    access::Principal,
    cover::{
        AskedBecause, Change, Changed, Conflict, ConflictBecause, CoverFact, Offer, Part, Request, RequestState,
        SickEndedBecause, Swap, SwapState, WithdrawnBecause, may_act_for,
    },
    estate::Role,
    id::{ChangeId, Name},
    notice::{ChangeNotice, NoticeFact, NoticeState},
    roster::Shift,
};

pub(super) use self::needs::needs;
use super::{Lens, rota::zone_of_reader};
use crate::ui::{
    parts::{Glyph, Say},
    view::{
        Told,
        changes::{
            Asked, AwayRow, ChangesView, ConflictRow, HistoryRow, PartSaid, SwapRow, ToldOf, WantedRow, WatchView,
        },
    },
};

/// A fact about a change, as a sentence.
pub(super) fn told(lens: &Lens<'_>, at: Instant, fact: &CoverFact) -> Told {
    match fact {
        CoverFact::Asked { part, because, offers, .. } => {
            let asked = Told::new(at, during(wanted(lens, "Cover asked for ", part), part)).shape(Glyph::Due);
            let asked = because_of(asked, because);
            if offers.is_empty() { asked.shape(Glyph::Nobody) } else { asked }
        }
        CoverFact::Taken { change, by, .. } => {
            let say = Say::new().strong(lens.person(by)).text(" takes the watch");
            let say = lens.world.covers.request(*change).map_or(say.clone(), |(_, request)| {
                during(
                    say.text(format!(" of {} in ", lens.person(&request.part.person)))
                        .link(format!("/rotas/{}", request.part.rota), lens.rota_title(&request.part.rota)),
                    &request.part,
                )
            });
            Told::new(at, say).shape(Glyph::Accepted)
        }
        CoverFact::Declined { change, by } => {
            Told::new(at, number(Say::new().strong(lens.person(by)).text(" can't take "), *change))
        }
        CoverFact::Withdrawn { change, because } | CoverFact::SwapWithdrawn { change, because } => {
            Told::new(at, number(Say::new(), *change).text(" withdrawn")).because(withdrawn(*because))
        }
        CoverFact::Lapsed { change, person } => {
            let say = Say::new().text("Nobody took ");
            let say = number(say, *change).text(": ").strong(lens.person(person)).text(" stays on watch");
            Told::new(at, say).shape(Glyph::Nobody)
        }
        CoverFact::ShiftTaken { part, by, reason, .. } => {
            let say = Say::new()
                .strong(lens.person(by))
                .text(format!(" took the watch of {} in ", lens.person(&part.person)));
            let say = say.link(format!("/rotas/{}", part.rota), lens.rota_title(&part.rota));
            reasoned(Told::new(at, during(say, part)).shape(Glyph::Accepted), reason)
        }
        CoverFact::SwapProposed { one, other, reason, .. } => {
            let say = Say::new().strong(lens.person(&one.person)).text(" proposes a swap to ");
            let say = say.strong(lens.person(&other.person)).text(": ").at(one.from).text(" for ").at(other.from);
            reasoned(Told::new(at, say).shape(Glyph::Due), reason)
        }
        CoverFact::SwapAccepted { change, by, overrides } => {
            let told = Told::new(at, number(Say::new().strong(lens.person(by)).text(" accepted "), *change));
            if overrides.is_empty() { told.because("the lead has to approve it") } else { told.shape(Glyph::Accepted) }
        }
        CoverFact::SwapApproved { change, by, .. } => {
            Told::new(at, number(Say::new().strong(lens.person(by)).text(" approved "), *change)).shape(Glyph::Accepted)
        }
        CoverFact::SwapRefused { change, by, reason } => {
            reasoned(Told::new(at, number(Say::new().strong(lens.person(by)).text(" refused "), *change)), reason)
        }
        _ => away(lens, at, fact),
    }
}

fn away(lens: &Lens<'_>, at: Instant, fact: &CoverFact) -> Told {
    match fact {
        CoverFact::LeaveAdded { person, leave, .. } => {
            let say = Say::new().strong(lens.person(person)).text(" is on leave from ").at(leave.from);
            reasoned(Told::new(at, say.text(" to ").at(leave.until)), &leave.note)
        }
        CoverFact::LeaveRemoved { change } => Told::new(at, number(Say::new(), *change).text(" removed")),
        CoverFact::SickReported { person, until, note, .. } => {
            let say = Say::new().strong(lens.person(person)).text(" is sick until ").at(*until);
            reasoned(Told::new(at, say).shape(Glyph::Risk), note)
        }
        CoverFact::SickEnded { change, because } => {
            let told = Told::new(at, number(Say::new(), *change).text(" ended")).shape(Glyph::Ok);
            told.because(match because {
                SickEndedBecause::SaidSo => "they are back",
                SickEndedBecause::Over => "its time is over",
                SickEndedBecause::Changed => "another end was named",
            })
        }
        CoverFact::Undone { change, asked_again, .. } => {
            let told = Told::new(at, number(Say::new(), *change).text(" undone"));
            if *asked_again { told.because("it was given back, and is asked for again") } else { told }
        }
        _ => Told::new(at, "A change"),
    }
}

/// Whom a change concerns is told.
pub(super) fn noticed(lens: &Lens<'_>, at: Instant, fact: &NoticeFact) -> Told {
    let NoticeFact::Planned { person, changes, because, deliveries, .. } = fact;
    let mut say = Say::new().strong(lens.person(person));
    say = say.text(if deliveries.is_empty() { " can't be told of " } else { " is told of " });
    for (place, change) in changes.iter().enumerate() {
        say = number(if place == 0 { say } else { say.text(", ") }, *change);
    }
    let told = Told::new(at, say).because(because.words());
    if deliveries.is_empty() { told.shape(Glyph::Fail) } else { told }
}

/// Who was or will be told of a change, over which contacts, and what came of it; the newest last.
fn told_of(lens: &Lens<'_>, change: ChangeId) -> Vec<ToldOf> {
    let notices = &lens.world.notices;
    let line = |notice: &ChangeNotice| {
        let state = notices.state(notice);
        let failed = matches!(state, NoticeState::Failed | NoticeState::NoContact);
        let contacts = || {
            let tried = notices.deliveries_of(notice).filter(|one| one.is_open() || !one.attempts.is_empty());
            tried.map(|one| one.contact.to_string()).collect::<Vec<_>>().join(", ")
        };
        let error = notices.deliveries_of(notice).filter_map(|one| one.attempts.last()?.outcome.as_ref().err()).last();
        let (how, at) = match state {
            NoticeState::Delivered { at } => (format!("told by {}", contacts()), Some(at)),
            NoticeState::Sending => (format!("being told by {}", contacts()), None),
            NoticeState::Waiting { until } if error.is_some() => {
                (format!("tried again by {}", contacts()), Some(until))
            }
            NoticeState::Waiting { until } => (format!("will be told by {}", contacts()), Some(until)),
            NoticeState::Failed => ("could not be told".to_owned(), None),
            NoticeState::NoContact => ("could not be told: has no contact".to_owned(), None),
            NoticeState::Cancelled { because } => (format!("not told: {}", because.words()), None),
        };
        ToldOf {
            who: lens.person(&notice.person),
            because: notice.because.words(),
            how,
            at,
            failed,
            error: error.map(|error| error.chars().take(160).collect()),
        }
    };
    notices.of(change).map(line).collect()
}

fn number(say: Say, change: ChangeId) -> Say {
    say.link(format!("/changes#c{change}"), format!("change {change}"))
}

fn wanted(lens: &Lens<'_>, begin: &str, part: &Part) -> Say {
    let say = Say::new().text(begin).strong(lens.person(&part.person)).text(" in ");
    say.link(format!("/rotas/{}", part.rota), lens.rota_title(&part.rota))
}

fn during(say: Say, part: &Part) -> Say {
    say.text(", ").at(part.from).text(" to ").at(part.until)
}

fn because_of(told: Told, because: &AskedBecause) -> Told {
    match because {
        AskedBecause::Asked => told,
        AskedBecause::OnLeave { .. } | AskedBecause::LeaveInEstate => told.because("they are on leave"),
        AskedBecause::Sick { .. } => told.because("they are sick"),
        AskedBecause::NotInEstate => told.because("the estate has them no more"),
    }
}

fn withdrawn(because: WithdrawnBecause) -> &'static str {
    match because {
        WithdrawnBecause::ByHand => "whoever asked said so",
        WithdrawnBecause::NoLongerAway => "they are not away any more",
        WithdrawnBecause::NotOnWatchAnyMore => "another change took them off that watch",
        WithdrawnBecause::NotInEstate => "the estate has one of them no more",
        WithdrawnBecause::TooLate => "the watch began before it was settled",
    }
}

fn reasoned(told: Told, reason: &str) -> Told {
    if reason.is_empty() { told } else { told.because(reason.to_owned()) }
}

/// What changes are worth a look: so many of the history.
const HISTORY_SHOWN: usize = 40;
const AHEAD: SignedDuration = SignedDuration::from_hours(28 * 24);

/// Who reads, and in whose name they may act.
pub struct Acting<'a> {
    pub principal: &'a Principal,
    pub responds: bool,
}

impl Acting<'_> {
    fn may(&self, lens: &Lens<'_>, person: &Name) -> bool {
        self.responds && may_act_for(lens.world.estate(), self.principal, person)
    }

    /// Of these people those in whose name the reader may act, the reader first.
    fn among<'a>(&self, lens: &Lens<'_>, people: impl Iterator<Item = &'a Name>) -> Vec<(Name, String)> {
        let mut found: Vec<(Name, String)> =
            people.filter(|name| self.may(lens, name)).map(|name| (name.clone(), lens.person(name))).collect();
        found.sort_by_key(|(name, _)| lens.me != Some(name));
        found
    }
}

pub fn changes(lens: &Lens<'_>, acting: &Acting<'_>, mine: &TimeZone) -> ChangesView {
    let covers = &lens.world.covers;
    let zone = zone_of_reader(lens, mine);
    let ahead = lens.now.saturating_add(AHEAD).unwrap_or(lens.now);
    let conflicts = lens.world.conflicts(lens.now, ahead);
    let tomorrow = lens.now.saturating_add(SignedDuration::from_hours(24)).unwrap_or(lens.now);
    let history = covers.iter().rev().take(HISTORY_SHOWN);
    ChangesView {
        wanted: covers.wanted(lens.now).map(|(change, request)| wanted_row(lens, acting, change.id, request)).collect(),
        swaps: covers.pending().map(|(change, swap)| swap_row(lens, acting, change.id, swap)).collect(),
        away: away_rows(lens, acting, &conflicts),
        conflicts: conflicts.iter().map(|conflict| conflict_row(lens, conflict)).collect(),
        history: history.map(|change| history_row(lens, acting, change)).collect(),
        people: acting.among(lens, lens.world.estate().persons.keys()),
        today: lens.now.to_zoned(zone.clone()).date().to_string(),
        tomorrow: tomorrow.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:00").to_string(),
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
    }
}

fn part_said(lens: &Lens<'_>, part: &Part) -> PartSaid {
    let rota = lens.world.estate().rotas.get(&part.rota);
    let site = rota.and_then(|rota| rota.layers.iter().find(|layer| layer.name == part.layer));
    PartSaid {
        rota: part.rota.clone(),
        rota_title: lens.rota_title(&part.rota),
        layer: part.layer.clone(),
        who: lens.person(&part.person),
        from: part.from,
        until: part.until,
        zone: site.map_or(TimeZone::UTC, |layer| layer.zone.clone()),
    }
}

fn wanted_row(lens: &Lens<'_>, acting: &Acting<'_>, id: ChangeId, request: &Request) -> WantedRow {
    let open = request.offers.iter().filter(|offer| !request.declined.contains(&offer.person));
    let untaken = match (&request.state, open.clone().count()) {
        (RequestState::Lapsed { .. }, _) => Some("the watch began, and nobody took it"),
        (_, 0) if request.offers.is_empty() => Some("nobody can be asked"),
        (_, 0) => Some("everybody declined"),
        _ => None,
    };
    let asked = |offer: &Offer| Asked {
        who: lens.person(&offer.person),
        because: offer_words(offer),
        declined: request.declined.contains(&offer.person),
    };
    let why = match request.because {
        AskedBecause::Asked => request.reason.clone(),
        AskedBecause::OnLeave { .. } | AskedBecause::LeaveInEstate => "on leave".into(),
        AskedBecause::Sick { .. } => "sick".into(),
        AskedBecause::NotInEstate => "not in the estate any more".into(),
    };
    WantedRow {
        id,
        part: part_said(lens, &request.part),
        why,
        untaken,
        asked: request.offers.iter().map(asked).collect(),
        takers: acting.among(lens, request.offers.iter().map(|offer| &offer.person)),
        told: told_of(lens, id),
        declines: lens.me.is_some_and(|me| request.asks(me, lens.now).is_some()) && acting.responds,
        withdraws: acting.may(lens, &request.part.person),
    }
}

/// `night there, balance −3.5 h`
pub(super) fn offer_words(offer: &Offer) -> String {
    let time = if offer.day { "day there" } else { "night there" };
    match offer.balance_minutes {
        Some(minutes) => format!("{time}, balance {}", hours(minutes)),
        None => time.to_owned(),
    }
}

/// `−3.5 h`
pub(super) fn hours(minutes: i64) -> String {
    let tenths = (minutes.abs() * 10 + 30) / 60;
    let sign = if minutes < 0 && tenths > 0 { "\u{2212}" } else { "" };
    match tenths % 10 {
        0 => format!("{sign}{} h", tenths / 10),
        rest => format!("{sign}{}.{rest} h", tenths / 10),
    }
}

fn swap_row(lens: &Lens<'_>, acting: &Acting<'_>, id: ChangeId, swap: &Swap) -> SwapRow {
    let lead = swap.approval.as_ref().and_then(|team| lens.world.estate().teams.get(team)?.lead.clone());
    let proposed = swap.state == SwapState::Proposed;
    let waits = if proposed { Some(swap.other.person.clone()) } else { lead };
    let mine = waits.clone().filter(|person| acting.may(lens, person));
    SwapRow {
        id,
        one: part_said(lens, &swap.one),
        other: part_said(lens, &swap.other),
        why: swap.reason.clone(),
        waits_for: waits.map_or_else(|| "a lead, whom the team has no more".into(), |person| lens.person(&person)),
        accepts: mine.clone().filter(|_| proposed),
        approves: mine.filter(|_| !proposed),
        withdraws: acting.may(lens, &swap.one.person),
        told: told_of(lens, id),
    }
}

fn away_rows(lens: &Lens<'_>, acting: &Acting<'_>, conflicts: &[Conflict]) -> Vec<AwayRow> {
    let world = lens.world;
    let still = |person: &Name, because: ConflictBecause| {
        conflicts.iter().filter(|c| c.shift.person == *person && c.because == because).count()
    };
    let sick = world.covers.all_sick(lens.now).filter_map(|(person, id, until)| {
        let change = world.covers.get(id)?;
        let Changed::Sick { note, .. } = &change.what else { return None };
        Some(AwayRow {
            id: Some(id),
            who: lens.person(person),
            sick: true,
            from: change.at,
            until,
            note: note.clone(),
            still_on_watch: still(person, ConflictBecause::Sick),
            removes: acting.may(lens, person),
        })
    });
    let leave = world.estate().persons.keys().flat_map(|person| {
        let coming = world.leave_of(person).into_iter().filter(|(_, leave)| leave.until > lens.now);
        coming.map(move |(id, leave)| AwayRow {
            id,
            who: lens.person(person),
            sick: false,
            from: leave.from,
            until: leave.until,
            note: leave.note.clone(),
            still_on_watch: still(person, ConflictBecause::OnLeave),
            removes: id.is_some() && acting.may(lens, person),
        })
    });
    let mut rows: Vec<AwayRow> = sick.chain(leave).collect();
    rows.sort_by_key(|row| (!row.sick, row.from, row.who.clone()));
    rows
}

fn conflict_row(lens: &Lens<'_>, conflict: &Conflict) -> ConflictRow {
    let shift = &conflict.shift;
    let part = Part {
        rota: shift.rota.clone(),
        layer: shift.layer.to_string(),
        person: shift.person.clone(),
        from: shift.from,
        until: shift.until,
    };
    ConflictRow { part: part_said(lens, &part), because: conflict.because.words(), asked: conflict.asked }
}

fn history_row(lens: &Lens<'_>, acting: &Acting<'_>, change: &Change) -> HistoryRow {
    let undoable = match &change.what {
        Changed::Cover(request) => request.part.until > lens.now && !matches!(change.state(), "withdrawn" | "undone"),
        Changed::Shift { part, .. } => part.until > lens.now,
        Changed::Swap(swap) => match &swap.state {
            SwapState::Made { .. } => swap.one.from.min(swap.other.from) > lens.now,
            SwapState::Proposed | SwapState::Accepted { .. } => true,
            _ => false,
        },
        Changed::Leave { leave, removed, .. } => removed.is_none() && leave.until > lens.now,
        Changed::Sick { ended, .. } => ended.is_none(),
        Changed::Override { change, .. } => change.until > lens.now,
    };
    let people = change.people();
    let may = acting.responds && (people.is_empty() || people.iter().any(|person| acting.may(lens, person)));
    let told = story(lens, change);
    let told = match lens.actor(&change.actor) {
        Some(by) => told.by(by),
        None => told,
    };
    let notices = told_of(lens, change.id);
    HistoryRow {
        id: change.id,
        told,
        notices,
        state: change.state(),
        undoes: undoable && change.undone.is_none() && may,
    }
}

/// A change as it stands now, in a sentence.
fn story(lens: &Lens<'_>, change: &Change) -> Told {
    let at = change.at;
    match &change.what {
        Changed::Cover(request) => {
            let asked = because_of(
                Told::new(at, during(wanted(lens, "Cover for ", &request.part), &request.part)),
                &request.because,
            );
            let asked = reasoned(asked, &request.reason);
            match &request.state {
                RequestState::Taken { by, .. } => {
                    let say = during(wanted(lens, "Cover for ", &request.part), &request.part);
                    Told { what: say.text(": taken by ").strong(lens.person(by)), ..asked }
                }
                _ => asked,
            }
        }
        Changed::Shift { part, by, reason, .. } => {
            let say = Say::new()
                .strong(lens.person(by))
                .text(format!(" took the watch of {} in ", lens.person(&part.person)));
            let say = say.link(format!("/rotas/{}", part.rota), lens.rota_title(&part.rota));
            reasoned(Told::new(at, during(say, part)), reason)
        }
        Changed::Swap(swap) => {
            let say = Say::new().text("Swap of ").strong(lens.person(&swap.one.person)).text(", ").at(swap.one.from);
            let say = say.text(", and ").strong(lens.person(&swap.other.person)).text(", ").at(swap.other.from);
            reasoned(Told::new(at, say), &swap.reason)
        }
        Changed::Leave { person, leave, .. } => {
            let say = Say::new().text("Leave of ").strong(lens.person(person)).text(", ").at(leave.from);
            reasoned(Told::new(at, say.text(" to ").at(leave.until)), &leave.note)
        }
        Changed::Sick { person, until, note, .. } => {
            let say = Say::new().strong(lens.person(person)).text(" sick until ").at(*until);
            reasoned(Told::new(at, say), note)
        }
        Changed::Override { rota, change, .. } => {
            let instead =
                change.replace.as_ref().map_or_else(|| "in addition".to_owned(), |r| format!("for {}", lens.person(r)));
            let say = Say::new().strong(lens.person(&change.with)).text(format!(" {instead} in "));
            let say = say.link(format!("/rotas/{rota}"), lens.rota_title(rota));
            Told::new(at, say.text(", ").at(change.from).text(" to ").at(change.until))
        }
    }
}

/// One watch, and what the reader can do about it.
pub fn watch(lens: &Lens<'_>, acting: &Acting<'_>, wish: &Part, mine: &TimeZone) -> Option<WatchView> {
    let shifts = lens.world.shifts(&wish.rota, wish.from, wish.until);
    let own = |shift: &&Shift| shift.person == wish.person && *shift.layer == *wish.layer;
    let shift = shifts.iter().find(own)?;
    let part = Part { from: shift.from.max(lens.now), until: shift.until, ..wish.clone() };
    if part.from >= part.until {
        return None;
    }
    let zone = zone_of_reader(lens, mine);
    let typed = |at: Instant| at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string();
    let until = lens.now.saturating_add(AHEAD).unwrap_or(lens.now);
    let coming = lens.world.shifts(&wish.rota, lens.now, until);
    let others = coming.iter().filter(|s| s.person != wish.person && s.from > lens.now && s.role != Role::Shadow);
    let said = |shift: &Shift| {
        let local = |at: Instant| at.to_zoned(zone.clone());
        let (from, until) = (local(shift.from), local(shift.until));
        let words = format!(
            "{}, {} to {}",
            lens.person(&shift.person),
            from.strftime("%a %-d %b %H:%M"),
            until.strftime("%H:%M")
        );
        (format!("{}|{}|{}|{}", shift.layer, shift.person, shift.from, shift.until), words)
    };
    let people = lens.world.estate().persons.keys().filter(|name| **name != wish.person);
    Some(WatchView {
        part: part_said(lens, &part),
        person: wish.person.clone(),
        from: typed(part.from),
        until: typed(part.until),
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        asks: acting.may(lens, &wish.person),
        takers: acting.among(lens, people),
        others: others.take(100).map(said).collect(),
    })
}
