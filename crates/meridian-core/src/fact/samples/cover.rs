//! One of every fact about changes, with every reason.

use super::{instant, later, name};
use crate::{
    cover::{AskedBecause, CoverFact, Offer, Part, SickEndedBecause, WithdrawnBecause},
    estate::Leave,
    id::ChangeId,
};

pub(super) fn every() -> impl Iterator<Item = CoverFact> {
    requests().into_iter().chain(swaps()).chain(away())
}

fn part(person: &str) -> Part {
    let (rota, layer) = (name("payments"), "hong-kong".to_owned());
    Part { rota, layer, person: name(person), from: instant(), until: later() }
}

fn requests() -> Vec<CoverFact> {
    let change = ChangeId(12);
    let offers = vec![
        Offer { person: name("mei"), day: true, balance_minutes: Some(-210), asked_from: instant() },
        Offer { person: name("oliver"), day: false, balance_minutes: None, asked_from: later() },
    ];
    let asked = |because, offers: &[Offer]| CoverFact::Asked {
        change,
        part: part("wen"),
        reason: "dentist".into(),
        because,
        offers: offers.to_vec(),
    };
    let mut facts = vec![
        asked(AskedBecause::Asked, &offers),
        asked(AskedBecause::OnLeave { leave: ChangeId(3) }, &[]),
        asked(AskedBecause::LeaveInEstate, &[]),
        asked(AskedBecause::Sick { sick: ChangeId(4) }, &[]),
        asked(AskedBecause::NotInEstate, &[]),
        CoverFact::Declined { change, by: name("oliver") },
        CoverFact::Lapsed { change, person: name("wen") },
        CoverFact::Taken { change, by: name("mei"), from: instant(), over: 7 },
        CoverFact::Undone { change, by: Some(name("mei")), asked_again: true },
        CoverFact::Undone { change, by: None, asked_again: false },
    ];
    facts.extend(withdrawn().map(|because| CoverFact::Withdrawn { change, because }));
    let reason = "I am there anyway".into();
    let (change, by) = (ChangeId(13), name("mei"));
    facts.push(CoverFact::ShiftTaken { change, part: part("wen"), by, reason, over: 8 });
    facts
}

fn withdrawn() -> [WithdrawnBecause; 5] {
    use WithdrawnBecause::{ByHand, NoLongerAway, NotInEstate, NotOnWatchAnyMore, TooLate};
    [ByHand, NoLongerAway, NotOnWatchAnyMore, TooLate, NotInEstate]
}

fn swaps() -> Vec<CoverFact> {
    let change = ChangeId(14);
    let proposed = |approval, reason: &str| CoverFact::SwapProposed {
        change,
        one: part("wen"),
        other: part("mei"),
        reason: reason.into(),
        approval,
    };
    let mut facts = vec![
        proposed(Some(name("payments")), "a wedding"),
        proposed(None, ""),
        CoverFact::SwapAccepted { change, by: name("mei"), overrides: vec![] },
        CoverFact::SwapAccepted { change, by: name("mei"), overrides: vec![9, 10] },
        CoverFact::SwapApproved { change, by: name("priya"), overrides: vec![9, 10] },
        CoverFact::SwapRefused { change, by: name("mei"), reason: "I am away".into() },
    ];
    facts.extend(withdrawn().map(|because| CoverFact::SwapWithdrawn { change, because }));
    facts
}

fn away() -> Vec<CoverFact> {
    let (leave, sick) = (ChangeId(15), ChangeId(16));
    let day = |day| jiff::civil::date(2026, 3, day);
    let added = |days, note: &str, origin| CoverFact::LeaveAdded {
        change: leave,
        person: name("wen"),
        leave: Leave { from: instant(), until: later(), days, note: note.into() },
        origin,
    };
    let ended = |because| CoverFact::SickEnded { change: sick, because };
    vec![
        added(Some((day(8), day(9))), "spring", None),
        added(None, "", Some("7f3c@calendar.example".into())),
        CoverFact::LeaveRemoved { change: leave },
        CoverFact::SickReported { change: sick, person: name("wen"), until: later(), note: "flu".into() },
        ended(SickEndedBecause::SaidSo),
        ended(SickEndedBecause::Over),
        ended(SickEndedBecause::Changed),
    ]
}
