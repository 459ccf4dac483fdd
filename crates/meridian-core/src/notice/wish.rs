//! Whom what was recorded concerns, and from when on it may be said.

use super::{Context, NoticeBecause};
use crate::{
    Instant,
    cover::{AskedBecause, Changed, CoverFact, Request, SwapState},
    fact::Fact,
    id::{ChangeId, Name},
    roster::RosterFact,
};

use jiff::SignedDuration;

/// So long before a watch that nobody took, its person and their lead hear of it.
const UNTAKEN_BEFORE: SignedDuration = SignedDuration::from_hours(2);
/// A request for a watch that runs already counts as not taken after this time.
const UNTAKEN_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// Somebody to be told.
pub(super) struct Wish {
    pub person: Name,
    pub because: NoticeBecause,
    pub change: ChangeId,
    /// Not before.
    pub from: Instant,
    /// When the watch begins that it puts them on, or may. None: it takes them off, and wakes nobody.
    pub begins: Option<Instant>,
}

/// Everybody whom these facts concern.
pub(super) fn wishes(context: &Context<'_>, facts: &[&Fact]) -> Vec<Wish> {
    let mut found = Vec::new();
    for fact in facts {
        match fact {
            Fact::Cover(fact) => of_cover(context, fact, &mut found),
            Fact::Roster(fact) => of_override(context, fact, &mut found),
            _ => {}
        }
    }
    found
}

fn of_cover(context: &Context<'_>, fact: &CoverFact, found: &mut Vec<Wish>) {
    let id = fact.change();
    let Some(change) = context.covers.get(id) else { return };
    match (fact, &change.what) {
        (CoverFact::Asked { .. }, Changed::Cover(request)) => asked(context, id, request, found),
        (CoverFact::Undone { asked_again, by, .. }, what) => {
            undone(context, id, what, found);
            if let (true, Changed::Cover(request)) = (asked_again, what) {
                let before = found.len();
                asked(context, id, request, found);
                // Who gives it back is not asked to take it.
                let again = found.split_off(before).into_iter();
                found.extend(again.filter(|wish| Some(&wish.person) != by.as_ref()));
            }
        }
        (CoverFact::Taken { by, from, .. }, Changed::Cover(request)) => {
            found.push(context.wish(by, NoticeBecause::OnWatch, id, Some(*from)));
            found.push(context.wish(&request.part.person, NoticeBecause::Relieved, id, None));
        }
        (CoverFact::ShiftTaken { part, by, .. }, _) => {
            found.push(context.wish(by, NoticeBecause::OnWatch, id, Some(part.from)));
            found.push(context.wish(&part.person, NoticeBecause::Relieved, id, None));
        }
        (_, Changed::Swap(swap)) => {
            let begins = Some(swap.one.from.min(swap.other.from));
            let lead = swap.approval.as_ref().and_then(|team| context.estate.teams.get(team)?.lead.as_ref());
            let both = [&swap.one.person, &swap.other.person];
            let mut tell = |people: &[&Name], because| {
                found.extend(people.iter().map(|person| context.wish(person, because, id, begins)));
            };
            match (fact, &swap.state) {
                (CoverFact::SwapProposed { .. }, _) => tell(&both[1..], NoticeBecause::SwapProposed),
                (CoverFact::SwapAccepted { .. }, SwapState::Accepted { .. }) => {
                    tell(&lead.into_iter().collect::<Vec<_>>(), NoticeBecause::SwapToApprove);
                }
                (CoverFact::SwapAccepted { .. } | CoverFact::SwapApproved { .. }, _) => {
                    tell(&both, NoticeBecause::SwapMade);
                }
                (CoverFact::SwapRefused { .. }, _) => tell(&both, NoticeBecause::SwapRefused),
                (CoverFact::SwapWithdrawn { .. }, _) => tell(&both, NoticeBecause::SwapWithdrawn),
                _ => {}
            }
        }
        _ => {}
    }
}

/// Those who can take it, each when their turn comes; and, later, whoever must know that nobody did.
fn asked(context: &Context<'_>, id: ChangeId, request: &Request, found: &mut Vec<Wish>) {
    let part = &request.part;
    let open = request.offers.iter().filter(|offer| !request.declined.contains(&offer.person));
    found.extend(open.clone().map(|offer| Wish {
        from: offer.asked_from,
        ..context.wish(&offer.person, NoticeBecause::Asked, id, Some(part.from))
    }));
    let before = part.from.saturating_sub(UNTAKEN_BEFORE).unwrap_or(part.from);
    let after = context.now.saturating_add(UNTAKEN_AFTER).unwrap_or(part.until).min(part.until);
    let from = match () {
        () if open.count() == 0 => context.now,
        () if before > context.now => before,
        () if part.from > context.now => part.from,
        () => after,
    };
    let lead = context.lead_of(&part.rota);
    // Who is not in the estate any more can't be told anything.
    let theirs = Some(&part.person).filter(|_| !matches!(request.because, AskedBecause::NotInEstate));
    for person in theirs.into_iter().chain(lead.filter(|lead| **lead != part.person)) {
        found.push(Wish { from, ..context.wish(person, NoticeBecause::Untaken, id, Some(part.from)) });
    }
}

/// Who was on watch by it, and who is again.
fn undone(context: &Context<'_>, id: ChangeId, what: &Changed, found: &mut Vec<Wish>) {
    let begins = match what {
        Changed::Cover(request) => request.part.from,
        Changed::Shift { part, .. } => part.from,
        Changed::Swap(swap) => swap.one.from.min(swap.other.from),
        _ => return,
    };
    // Who took it is known from what was told of it: the change itself forgets that when it is undone.
    let by = context.notices.of(id).filter(|notice| notice.because == NoticeBecause::OnWatch);
    let by = by.map(|notice| &notice.person).next_back();
    let people = match what {
        Changed::Cover(request) => [Some(&request.part.person), by],
        Changed::Shift { part, by, .. } => [Some(&part.person), Some(by)],
        Changed::Swap(swap) => [Some(&swap.one.person), Some(&swap.other.person)],
        _ => [None, None],
    };
    for person in people.into_iter().flatten() {
        found.push(context.wish(person, NoticeBecause::Undone, id, Some(begins)));
    }
}

/// Overrides that no other change made.
fn of_override(context: &Context<'_>, fact: &RosterFact, found: &mut Vec<Wish>) {
    let Some(id) = context.covers.made(fact.id()) else { return };
    let Some(Changed::Override { change, .. }) = context.covers.get(id).map(|change| &change.what) else { return };
    if change.until <= context.now {
        return;
    }
    let begins = Some(change.from);
    let (with, without) = match fact {
        RosterFact::OverrideAdded { .. } => (NoticeBecause::OnWatch, NoticeBecause::Relieved),
        _ => (NoticeBecause::Undone, NoticeBecause::Undone),
    };
    found.push(context.wish(&change.with, with, id, begins));
    if let Some(replaced) = &change.replace {
        let begins = begins.filter(|_| without == NoticeBecause::Undone);
        found.push(context.wish(replaced, without, id, begins));
    }
}

impl Context<'_> {
    fn wish(&self, person: &Name, because: NoticeBecause, change: ChangeId, begins: Option<Instant>) -> Wish {
        Wish { person: person.clone(), because, change, from: self.now, begins }
    }

    fn lead_of(&self, rota: &Name) -> Option<&Name> {
        let team = self.estate.rotas.get(rota)?.team.as_ref()?;
        self.estate.teams.get(team)?.lead.as_ref()
    }
}
