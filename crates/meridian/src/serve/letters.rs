//! Letters: what a notice about changes of who is on watch says, in the words and the hours of its reader.
//!
//! The words are those of now: who opens a message late, or gets it at the second try, reads how it stands. What this
//! does *not* do: decide whom to tell, or when; that is core's.

use jiff::tz::TimeZone;
use meridian_core::{
    Instant, World,
    cover::{AskedBecause, Changed, Part, Request, RequestState, Swap},
    estate::Override,
    id::{ChangeId, Name},
    notice::{ChangeNotice, NoticeBecause, NoticeDelivery, still_concerns},
};

use super::House;
use crate::notify::{Letter, LetterItem, Recipient, link, when};

/// How long the link of a letter works: a request may be open for weeks, its watch ends it.
const LINK_VALID: jiff::SignedDuration = jiff::SignedDuration::from_hours(14 * 24);

/// The letter of this delivery, and the channel that carries it.
pub fn letter(house: &House, world: &World, delivery: &NoticeDelivery, at: Instant) -> Result<(Name, Letter), String> {
    let gone = |what: &str| format!("{what} is not in the estate any more");
    let person = world.estate().persons.get(&delivery.person);
    let person = person.ok_or_else(|| gone(&format!("person {}", delivery.person)))?;
    let contact = person.contacts.iter().find(|contact| *contact.name == *delivery.contact);
    let contact = contact.ok_or_else(|| gone(&format!("contact {} of {}", delivery.contact, delivery.person)))?;
    let notice = world.notices.get(delivery.notice).ok_or("the notice is not kept any more")?;
    let zone = zone(world, &person.name);
    let base = &house.settings.external_url;
    let concerns = |change: &ChangeId| still_concerns(&world.covers, at, *change, notice.because, &notice.person);
    let asks = notice.because.asks() && notice.because != NoticeBecause::Untaken;
    let answer = (asks && notice.changes.iter().any(concerns)).then(|| {
        let until = at.saturating_add(LINK_VALID).unwrap_or(at);
        let token = link::sign_notice(&house.link_key, notice.id, &notice.person, until);
        ("Answer", format!("{base}/answer/{token}"))
    });
    let items = notice.changes.iter().map(|change| LetterItem { change: change.0, text: item(world, *change, &zone) });
    let letter = Letter {
        key: format!("mrd-{}-d{}", house.settings.name, delivery.id),
        to: Recipient {
            person: person.name.clone(),
            display_name: person.display_name.clone(),
            way: contact.way.clone(),
        },
        word: notice.because.word(),
        urgent: notice.urgency == meridian_core::page::Urgency::High,
        title: title(world, notice, at, &zone),
        reason: reason(notice.because).to_owned(),
        items: items.collect(),
        answer,
        changes_url: format!("{base}/changes"),
        at,
        zone,
    };
    Ok((contact.channel.clone(), letter))
}

/// The zone of the person's site.
pub fn zone(world: &World, person: &Name) -> TimeZone {
    let site = world.estate().persons.get(person).and_then(|person| world.estate().sites.get(&person.site));
    site.map_or(TimeZone::UTC, |site| site.zone.clone())
}

fn display(world: &World, name: &Name) -> String {
    world.estate().persons.get(name).map_or(name.to_string(), |person| person.display_name.clone())
}

/// One line that says what the notice is about.
pub fn title(world: &World, notice: &ChangeNotice, now: Instant, zone: &TimeZone) -> String {
    let first = notice.changes.first().and_then(|change| world.covers.get(*change));
    let many = notice.changes.len();
    let what = first.map(|change| &change.what);
    match (what, notice.because) {
        (Some(Changed::Cover(request)), NoticeBecause::Asked) => asked(world, request, many, now, zone),
        (Some(Changed::Cover(request)), NoticeBecause::Untaken) => untaken(world, request, many, now, zone),
        (Some(Changed::Swap(swap)), because) => swapped(world, swap, because, &notice.person),
        (Some(what), because) => {
            let (person, by, rota, from) = turned(world, what);
            match because {
                NoticeBecause::OnWatch if from <= now => format!("You are on watch now for {rota}{}", instead(&person)),
                NoticeBecause::OnWatch => {
                    format!("You are on watch for {rota} from {}{}", when::dated(from, zone), instead(&person))
                }
                NoticeBecause::Relieved => format!("{by} has your watch of {rota}"),
                _ => format!("A change of your watch of {rota} is undone"),
            }
        }
        (None, _) => "A change of who is on watch".to_owned(),
    }
}

fn instead(person: &str) -> String {
    if person.is_empty() { String::new() } else { format!(", in place of {person}") }
}

/// Whose watch it was, whose it is, in which rota, and from when on.
fn turned(world: &World, what: &Changed) -> (String, String, String, Instant) {
    match what {
        Changed::Cover(request) => {
            let (by, from) = match &request.state {
                RequestState::Taken { by, from, .. } => (display(world, by), *from),
                _ => (String::new(), request.part.from),
            };
            let sick = matches!(request.because, AskedBecause::Sick { .. });
            let person = display(world, &request.part.person);
            let person = if sick { format!("{person}, who is sick") } else { person };
            (person, by, request.part.rota.to_string(), from)
        }
        Changed::Shift { part, by, .. } => {
            (display(world, &part.person), display(world, by), part.rota.to_string(), part.from)
        }
        Changed::Override { rota, change, .. } => {
            let person = change.replace.as_ref().map(|person| display(world, person)).unwrap_or_default();
            (person, display(world, &change.with), rota.to_string(), change.from)
        }
        _ => (String::new(), String::new(), String::new(), Instant::UNIX_EPOCH),
    }
}

fn asked(world: &World, request: &Request, many: usize, now: Instant, zone: &TimeZone) -> String {
    let part = &request.part;
    let who = display(world, &part.person);
    let why = match request.because {
        AskedBecause::Asked => "",
        AskedBecause::OnLeave { .. } | AskedBecause::LeaveInEstate => ", who is on leave",
        AskedBecause::Sick { .. } => ", who is sick",
        AskedBecause::NotInEstate => ", who has left",
    };
    match many {
        _ if part.from <= now => format!("Can you take the watch of {who}{why}? It runs now ({})", part.rota),
        0 | 1 => format!("Can you take a watch of {who}{why}? {}, {}", part.rota, when::dated(part.from, zone)),
        _ => format!("Can you take some of {many} watches of {who}{why}? The first: {}", when::dated(part.from, zone)),
    }
}

fn untaken(world: &World, request: &Request, many: usize, now: Instant, zone: &TimeZone) -> String {
    let part = &request.part;
    let who = display(world, &part.person);
    let more = if many > 1 { format!(" and {} more", many - 1) } else { String::new() };
    match part.from <= now {
        true => format!("Nobody took the watch of {who} for {}{more}, and it runs", part.rota),
        false => format!(
            "Nobody took the watch of {who} for {}{more} yet; it begins {}",
            part.rota,
            when::dated(part.from, zone)
        ),
    }
}

fn swapped(world: &World, swap: &Swap, because: NoticeBecause, reader: &Name) -> String {
    let (one, other) = (display(world, &swap.one.person), display(world, &swap.other.person));
    let partner = if *reader == swap.one.person { &other } else { &one };
    match because {
        NoticeBecause::SwapProposed => format!("{one} proposes to swap a watch with you"),
        NoticeBecause::SwapToApprove => format!("A swap of {one} and {other} waits for your approval"),
        NoticeBecause::SwapMade => format!("Your swap with {partner} is made"),
        NoticeBecause::SwapRefused => format!("The swap with {partner} is refused"),
        NoticeBecause::SwapWithdrawn => format!("The swap with {partner} is withdrawn"),
        _ => format!("Your swap with {partner} is undone"),
    }
}

/// The sentence that says why somebody reads this.
pub fn reason(because: NoticeBecause) -> &'static str {
    match because {
        NoticeBecause::Asked => {
            "You are asked because you can take it: you are free then, and it is your turn. Nothing changes before somebody takes it; who asked stays on watch until then."
        }
        NoticeBecause::Untaken => {
            "You are told because it is your watch, or one of the team that you lead. Until somebody takes it, who asked is on watch as planned."
        }
        NoticeBecause::Relieved => "You are told because it was your watch. You are not paged for it.",
        NoticeBecause::OnWatch => "You are told because you are paged for it from then on.",
        NoticeBecause::Undone => "You are told because it was about your watch: the rota holds again as it was before.",
        NoticeBecause::SwapProposed => {
            "You are asked because one of the watches is yours. Nothing changes before you accept."
        }
        NoticeBecause::SwapToApprove => "You are asked because you lead the team. Nothing changes before you approve.",
        NoticeBecause::SwapMade => {
            "You are told because you are on watch by it: the pager and the calendars know it already."
        }
        NoticeBecause::SwapRefused | NoticeBecause::SwapWithdrawn => {
            "You are told because it was about your watch. Nothing changed."
        }
    }
}

/// What a change is and how it stands, with its times as the reader reads them and in UTC.
pub fn item(world: &World, change: ChangeId, zone: &TimeZone) -> String {
    let Some(change) = world.covers.get(change) else { return format!("change {change}, which is long over") };
    let during = |from: Instant, until: Instant| format!("{} to {}", when::dated(from, zone), when::dated(until, zone));
    let part = |part: &Part| {
        let who = display(world, &part.person);
        format!("{who} in {} ({}), {}", part.rota, part.layer, during(part.from, part.until))
    };
    let reasoned = |text: String, why: &str| if why.is_empty() { text } else { format!("{text}: {why}") };
    let text = match &change.what {
        Changed::Cover(request) => {
            let text = reasoned(part(&request.part), &request.reason);
            match &request.state {
                RequestState::Taken { by, .. } => format!("{text}. Taken by {}", display(world, by)),
                RequestState::Withdrawn { .. } if change.undone.is_none() => format!("{text}. Withdrawn"),
                _ => text,
            }
        }
        Changed::Shift { part: of, by, reason, .. } => {
            reasoned(format!("{}. Taken by {}", part(of), display(world, by)), reason)
        }
        Changed::Swap(swap) => reasoned(format!("{}, for {}", part(&swap.one), part(&swap.other)), &swap.reason),
        Changed::Override { rota, change: Override { from, until, replace, with, .. }, .. } => {
            let person = replace.as_ref().map(|person| display(world, person)).unwrap_or_default();
            format!("{}{} in {rota}, {}", display(world, with), instead(&person), during(*from, *until))
        }
        Changed::Leave { person, leave, .. } => {
            reasoned(format!("Leave of {}, {}", display(world, person), during(leave.from, leave.until)), &leave.note)
        }
        Changed::Sick { person, until, .. } => {
            format!("{} is sick until {}", display(world, person), when::dated(*until, zone))
        }
    };
    if change.undone.is_some() { format!("{text}. Undone") } else { text }
}
