//! Notices as a world makes them: each case says what happens, and who is told what, when and how.

use jiff::SignedDuration;

use super::{ChangeNotice, NoticeState};
use crate::{
    Command, Reply,
    command::Outcome,
    cover::tests::{ESTATE, Room, at, name, part},
    estate::Override,
    id::{Actor, ChangeId},
    page::Urgency,
};

/// Monday noon UTC: 12:00 in London, 20:00 in Hong Kong.
const NOON: &str = "2026-03-09T12:00Z";

impl Room {
    /// Every notice, oldest first: `mei asked 1 low, sending`.
    fn told(&self) -> Vec<String> {
        self.world.notices.iter().map(|notice| self.one(notice)).collect()
    }

    fn one(&self, notice: &ChangeNotice) -> String {
        let changes: Vec<String> = notice.changes.iter().map(ToString::to_string).collect();
        let urgency = if notice.urgency == Urgency::High { ", wakes" } else { "" };
        let state = match self.world.notices.state(notice) {
            NoticeState::Waiting { until } => format!("waits until {}", until.strftime("%d %H:%M")),
            NoticeState::Cancelled { because } => format!("cancelled: {}", because.words()),
            state => state.word().to_owned(),
        };
        format!("{} {} {}{urgency}, {state}", notice.person, notice.because.word(), changes.join(" "))
    }

    fn act(&mut self, by: &str, command: Command) {
        let done = self.world.handle(self.now, Actor::Link(name(by)), command, &mut self.journal);
        done.unwrap_or_else(|refusal| panic!("{refusal}"));
    }

    /// What is under way has this outcome.
    fn answer(&mut self, outcome: &Outcome) {
        for delivery in self.world.outbox() {
            let attempt = self.world.sending(delivery).unwrap();
            let command = Command::DeliveryOutcome { delivery, attempt, outcome: outcome.clone() };
            self.world.handle(self.now, Actor::System, command, &mut self.journal).unwrap();
        }
    }

    fn arrives(&mut self) {
        self.answer(&Outcome::Sent { receipt: "ok".into() });
    }
}

fn ask(text: &str) -> Command {
    Command::AskCover { part: part(text), reason: "dentist".into() }
}

fn take(change: u64, by: &str) -> Command {
    Command::TakeCover { change: ChangeId(change), by: name(by) }
}

fn decline(change: u64, by: &str) -> Command {
    Command::DeclineCover { change: ChangeId(change), by: name(by) }
}

#[test]
fn those_who_can_take_it_are_told_in_their_order_and_by_day() {
    let mut room = Room::new(NOON);
    // The day after tomorrow, 06:00 to 08:00 UTC: mei, ana and priya come first, oliver when a quarter of the time passed.
    room.act("wen", ask("payments wen 2026-03-12T06:00Z 2026-03-12T08:00Z"));
    assert_eq!(
        room.told(),
        [
            "ana asked 1, sending",
            "mei asked 1, sending",
            "priya asked 1, sending",
            // Midnight in London: he is told in the morning.
            "oliver asked 1, waits until 10 06:00",
            // Nobody is told what they did themselves; that nobody took it is another thing.
            "wen untaken 1, waits until 12 04:00",
            "priya untaken 1, wakes, waits until 12 05:00",
        ]
    );
    room.arrives();
    room.act("mei", take(1, "mei"));
    assert_eq!(
        room.told(),
        [
            "ana asked 1, delivered",
            "mei asked 1, delivered",
            "priya asked 1, delivered",
            "oliver asked 1, cancelled: it is settled",
            "wen untaken 1, cancelled: it is settled",
            "priya untaken 1, wakes, cancelled: it is settled",
            "wen relieved 1, sending",
        ]
    );
    room.arrives();
    assert_eq!(room.world.notices.next_due(), None, "nothing is left to wait for");
    room.survives();
}

#[test]
fn a_watch_that_is_near_or_runs_wakes_those_who_can_take_it() {
    // 02:30 UTC: it is night in London, and wen's watch in Hong Kong runs from 00:00 to 12:00.
    let mut room = Room::new("2026-03-10T02:30Z");
    room.act("wen", Command::ReportSick { person: name("wen"), until: at("2026-03-10T20:00Z"), note: String::new() });
    let told = room.told();
    for person in ["mei", "ana", "priya"] {
        assert!(told.contains(&format!("{person} asked 2, wakes, sending")), "{told:#?}");
    }
    assert!(!told.iter().any(|line| line.starts_with("wen")), "who is sick is left in peace: {told:#?}");
    // What may wake goes on to the next contact even when the first one arrived; these have one only.
    room.arrives();
    room.tick("2026-03-10T02:45Z");
    assert!(room.told().contains(&"priya untaken 2, wakes, sending".to_owned()), "{:#?}", room.told());
    room.act("ana", take(2, "ana"));
    room.arrives();
    assert!(!room.told().iter().any(|line| line.starts_with("wen")), "{:#?}", room.told());
    room.survives();
}

#[test]
fn what_one_commit_asks_of_one_person_is_one_notice() {
    let mut room = Room::new(NOON);
    let wish = crate::cover::LeaveWish {
        person: name("wen"),
        when: crate::cover::LeaveWhen::Instants { from: at("2026-03-16T00:00Z"), until: at("2026-03-23T00:00Z") },
        note: "skiing".into(),
        origin: None,
    };
    room.act("wen", Command::AddLeave(wish));
    let requests = room.wanted().len();
    let of_mei: Vec<String> = room.told().into_iter().filter(|line| line.starts_with("mei asked")).collect();
    assert!(requests >= 3, "{requests}");
    assert_eq!(of_mei.len(), 1, "{of_mei:?}");
    assert_eq!(of_mei[0].split(' ').count(), 2 + requests + 1, "{of_mei:?}");
    room.survives();
}

#[test]
fn the_next_is_told_at_once_when_all_before_declined() {
    let mut room = Room::new(NOON);
    room.act("wen", ask("payments wen 2026-03-10T02:00Z 2026-03-10T04:00Z"));
    room.arrives();
    let oliver = |room: &Room| room.told().into_iter().find(|line| line.starts_with("oliver")).unwrap();
    assert_eq!(oliver(&room), "oliver asked 1, waits until 09 15:30");
    for person in ["mei", "ana"] {
        room.act(person, decline(1, person));
        assert_eq!(oliver(&room), "oliver asked 1, waits until 09 15:30");
    }
    room.act("priya", decline(1, "priya"));
    assert_eq!(oliver(&room), "oliver asked 1, sending");
    room.arrives();
    room.act("oliver", decline(1, "oliver"));
    // Nobody is left: whose watch it is and the lead hear it now, not two hours before.
    let untaken: Vec<String> = room.told().into_iter().filter(|line| line.contains("untaken")).collect();
    assert_eq!(untaken, ["wen untaken 1, sending", "priya untaken 1, wakes, sending"]);
    room.survives();
}

#[test]
fn a_swap_is_told_to_whoever_has_to_answer() {
    let mut room = Room::new(NOON);
    let (one, other) = (
        part("payments wen 2026-03-12T00:00Z 2026-03-12T12:00Z"),
        part("payments mei 2026-03-13T00:00Z 2026-03-13T12:00Z"),
    );
    room.act("wen", Command::ProposeSwap { one, other, reason: String::new() });
    assert_eq!(room.told(), ["mei swap_proposed 1, sending"]);
    room.arrives();
    room.act("mei", Command::AcceptSwap { change: ChangeId(1), by: name("mei") });
    assert_eq!(room.told()[1..], ["priya swap_to_approve 1, sending"]);
    room.arrives();
    room.act("priya", Command::ApproveSwap { change: ChangeId(1), by: name("priya") });
    assert_eq!(room.told()[2..], ["wen swap_made 1, sending", "mei swap_made 1, sending"]);
    room.arrives();
    room.act("wen", Command::UndoChange { change: ChangeId(1), by: Some(name("wen")) });
    assert_eq!(room.told()[4..], ["mei undone 1, sending"]);
    room.survives();
}

#[test]
fn whoever_is_put_on_watch_or_taken_off_it_is_told() {
    let mut room = Room::new(NOON);
    // A program makes an override; both are told. Who gives it back is not told, and is not asked again.
    let change = Override {
        from: at("2026-03-12T02:00Z"),
        until: at("2026-03-12T04:00Z"),
        replace: Some(name("wen")),
        with: name("ana"),
        layer: None,
    };
    let added = Command::AddOverride { rota: name("payments"), change };
    let Ok(Reply::Override(id)) = room.ask(added) else { panic!() };
    assert_eq!(room.told(), ["ana on_watch 1, sending", "wen relieved 1, sending"]);
    room.arrives();
    room.ask(Command::RemoveOverride { rota: name("payments"), id }).unwrap();
    assert_eq!(room.told()[2..], ["ana undone 1, sending", "wen undone 1, sending"]);
    room.arrives();
    room.act("wen", ask("payments wen 2026-03-12T06:00Z 2026-03-12T08:00Z"));
    room.arrives();
    room.act("mei", take(2, "mei"));
    room.arrives();
    let before = room.told().len();
    room.act("mei", Command::UndoChange { change: ChangeId(2), by: Some(name("mei")) });
    let told = room.told()[before..].to_vec();
    assert!(told.contains(&"wen undone 2, sending".to_owned()), "{told:#?}");
    assert!(told.contains(&"ana asked 2, sending".to_owned()), "{told:#?}");
    assert!(!told.iter().any(|line| line.starts_with("mei")), "{told:#?}");
    room.survives();
}

/// Wen also reads mail, an hour after the phone was tried; zoe has no contact at all.
fn two_contacts() -> String {
    let one = "contacts: [{ name: phone, ntfy: wen }]";
    let two = "contacts: [{ name: phone, ntfy: wen }, { name: desk, ntfy: wen2 }], \
               reach: { low: [{ contact: phone }, { contact: desk, after: 1h }] }";
    assert!(ESTATE.contains(one));
    ESTATE.replace(one, two)
}

#[test]
fn what_fails_is_tried_again_then_handed_to_the_next_contact_and_shown() {
    let check = |outcomes: &[&Outcome], expected: &str, attempts: &[usize]| {
        let mut room = Room::new(NOON);
        room.load(&two_contacts());
        let change = Override {
            from: at("2026-03-12T02:00Z"),
            until: at("2026-03-12T04:00Z"),
            replace: None,
            with: name("wen"),
            layer: None,
        };
        room.ask(Command::AddOverride { rota: name("payments"), change }).unwrap();
        for outcome in outcomes {
            if room.world.outbox().is_empty() {
                room.now = room.world.next_due().unwrap();
                room.world.tick(room.now, &mut room.journal);
            }
            room.answer(outcome);
        }
        let notice = room.world.notices.iter().next().unwrap();
        let tried: Vec<usize> = room.world.notices.deliveries_of(notice).map(|one| one.attempts.len()).collect();
        assert_eq!((room.told()[0].as_str(), &tried[..]), (expected, attempts));
        room.survives();
    };
    let sent = &Outcome::Sent { receipt: "ok".into() };
    let failed = &Outcome::Failed { error: "down".into(), retry_after: None };
    let refused = &Outcome::Refused { error: "no such topic".into() };
    check(&[sent], "wen on_watch 1, delivered", &[1, 0]);
    check(&[failed, sent], "wen on_watch 1, delivered", &[2, 0]);
    check(&[refused, sent], "wen on_watch 1, delivered", &[1, 1]);
    check(&[failed; 5], "wen on_watch 1, sending", &[5, 0]);
    check(&[failed; 10], "wen on_watch 1, failed", &[5, 5]);
    check(&[refused, refused], "wen on_watch 1, failed", &[1, 1]);
}

#[test]
fn whoever_has_no_contact_is_shown_as_not_told() {
    let mut room = Room::new(NOON);
    let change = Override {
        from: at("2026-03-12T02:00Z"),
        until: at("2026-03-12T04:00Z"),
        replace: None,
        with: name("zoe"),
        layer: None,
    };
    match room.ask(Command::AddOverride { rota: name("payments"), change }) {
        Ok(_) => assert_eq!(room.told(), ["zoe on_watch 1, no_contact"]),
        Err(refusal) => panic!("{refusal}"),
    }
}

#[test]
fn an_hour_before_the_watch_the_night_ends() {
    // A request in London's evening, for a watch before London's morning: (asked at, watch begins, told at).
    let check = |now: &str, begins: &str, expected: &str| {
        let mut room = Room::new(now);
        let until = at(begins).saturating_add(SignedDuration::from_hours(1)).unwrap();
        let text = format!("payments {} {begins} {until}", room.watch("payments", begins).rsplit(' ').next().unwrap());
        room.act("zoe", ask(&text));
        let told = room.told();
        assert!(told.iter().any(|line| line == expected), "{now}: {told:#?} has no {expected}");
    };
    check("2026-03-09T23:00Z", "2026-03-10T04:00Z", "oliver asked 1, wakes, waits until 10 03:00");
    check("2026-03-09T23:00Z", "2026-03-10T08:00Z", "oliver asked 1, waits until 10 06:00");
    // Ana is on watch in London until midnight, so she is awake.
    check("2026-03-09T23:00Z", "2026-03-10T04:00Z", "ana asked 1, sending");
}
