use std::collections::BTreeMap;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::{ESTATE, House, at, name, stand_in};
use crate::{
    Command, Instant,
    estate::{Override, Role},
    feed::window,
    ics::Event,
    roster::Shift,
};

const NOW: &str = "2026-03-02T09:00:00Z";

/// `UID SEQUENCE FROM UNTIL`, of the events that start on these days.
fn lines(events: &[Event], from: &str, until: &str) -> Vec<String> {
    let minute = |at: Instant| at.strftime("%m-%dT%H:%M").to_string();
    let within = events.iter().filter(|event| at(from) <= event.from && event.from < at(until));
    let uid = |event: &Event| event.uid.replace("@meridian", "").replace("payments.", "");
    within.map(|e| format!("{} {} {} {}", uid(e), e.sequence, minute(e.from), minute(e.until))).collect()
}

#[track_caller]
fn check(house: &House, of: &str, (from, until): (&str, &str), expected: &[&str]) {
    assert_eq!(lines(&house.events(of, at(NOW)), from, until), expected, "{of}");
}

const TUESDAY: (&str, &str) = ("2026-03-10T06:00:00Z", "2026-03-11T00:00:00Z");

#[test]
fn an_override_moves_the_event_it_shortens_and_takes_away_the_one_it_replaces() {
    let mut house = House::new(NOW);
    check(&house, "person/priya", TUESDAY, &["london.2026-03-10.priya 1 03-10T08:00 03-10T17:00"]);
    // Tom has the afternoon.
    let id = house.change(at(NOW), stand_in("2026-03-10T13:00:00Z", "2026-03-10T17:00:00Z", "london priya > tom"));
    check(&house, "person/priya", TUESDAY, &["london.2026-03-10.priya 2 03-10T08:00 03-10T13:00"]);
    check(&house, "person/tom", TUESDAY, &["london.2026-03-10.tom 2 03-10T13:00 03-10T17:00"]);
    // Another day is not touched.
    let wednesday = ("2026-03-11T06:00:00Z", "2026-03-11T12:00:00Z");
    check(&house, "person/priya", wednesday, &["london.2026-03-11.priya 1 03-11T08:00 03-11T17:00"]);
    // And an hour of the morning.
    house.change(at(NOW), stand_in("2026-03-10T11:00:00Z", "2026-03-10T12:00:00Z", "london priya > tom"));
    check(
        &house,
        "person/priya",
        TUESDAY,
        &["london.2026-03-10.priya 5 03-10T08:00 03-10T11:00", "london.2026-03-10.priya.2 5 03-10T12:00 03-10T13:00"],
    );
    house.ask(at(NOW), Command::RemoveOverride { rota: name("payments"), id }).unwrap();
    // The journal says which change was undone, too.
    check(&house, "person/tom", TUESDAY, &["london.2026-03-10.tom 9 03-10T11:00 03-10T12:00"]);
    // Another estate changes the events that read otherwise by it, and they stay the same ones.
    house.load(at(NOW), &ESTATE.replace("from: \"08:00\"", "from: \"07:00\""));
    check(
        &house,
        "person/priya",
        TUESDAY,
        &["london.2026-03-10.priya 12 03-10T07:00 03-10T11:00", "london.2026-03-10.priya.2 12 03-10T12:00 03-10T17:00"],
    );
}

#[test]
fn a_night_keeps_its_day_when_its_beginning_is_taken() {
    let mut house = House::new(NOW);
    let night = ("2026-03-10T00:00:00Z", "2026-03-10T12:00:00Z");
    check(&house, "person/oliver", night, &[]);
    let night = ("2026-03-11T00:00:00Z", "2026-03-11T12:00:00Z");
    check(&house, "person/oliver", night, &["nights.2026-03-10.oliver 1 03-11T02:00 03-11T10:00"]);
    // After midnight in New York.
    house.change(at(NOW), stand_in("2026-03-11T02:00:00Z", "2026-03-11T06:00:00Z", "nights oliver > tom"));
    check(&house, "person/oliver", night, &["nights.2026-03-10.oliver 2 03-11T06:00 03-11T10:00"]);
}

#[test]
fn who_is_always_on_watch_has_an_event_a_month() {
    let mut house = House::new(NOW);
    let spring = ("2026-02-28T00:00:00Z", "2026-04-30T00:00:00Z");
    let always = |house: &House| -> Vec<String> {
        let of_layer = house.events("rota/payments", at(NOW)).into_iter().filter(|e| e.uid.contains(".always."));
        lines(&of_layer.collect::<Vec<_>>(), spring.0, spring.1)
    };
    assert_eq!(
        always(&house),
        ["always.2026-03-01.priya 1 03-01T00:00 03-31T23:00", "always.2026-04-01.priya 1 03-31T23:00 04-30T23:00"]
    );
    house.change(at(NOW), stand_in("2026-03-20T00:00:00Z", "2026-04-10T00:00:00Z", "always priya > tom"));
    assert_eq!(
        always(&house),
        [
            "always.2026-03-01.priya 2 03-01T00:00 03-20T00:00",
            "always.2026-03-01.tom 2 03-20T00:00 03-31T23:00",
            "always.2026-04-01.tom 2 03-31T23:00 04-10T00:00",
            "always.2026-04-01.priya 2 04-10T00:00 04-30T23:00"
        ]
    );
    // The first event of the feed is told whole, and days later the feed is the same.
    let early = house.events("rota/alone", at("2026-03-05T09:00:00Z"));
    assert!(early == house.events("rota/alone", at("2026-03-20T00:00:00Z")));
    let begins = window(at("2026-03-05T09:00:00Z")).0;
    assert!(early[0].from < begins && early[0].until > begins);
}

#[test]
fn another_estate_raises_the_number_of_what_it_changes_and_of_nothing_else() {
    let mut house = House::new(NOW);
    let all = |house: &House| house.events("rota/payments", at(NOW));
    let before = all(&house);
    house.load(at(NOW), &format!("{ESTATE}\n# A word that no feed says.\n"));
    assert_eq!(all(&house), before);
    house.load(at(NOW), &ESTATE.replace("Tom, the Elder", "Tom, the Younger"));
    let after = all(&house);
    assert_ne!(after, before);
    for (old, new) in before.iter().zip(&after) {
        let said = |event: &Event| {
            (event.uid.clone(), event.from, event.until, event.summary.clone(), event.description.clone())
        };
        assert!(said(old) == said(new) || new.sequence > old.sequence, "{new:?}");
    }
    house.load(at(NOW), ESTATE);
    assert!(before.iter().zip(&all(&house)).all(|(old, new)| new.sequence >= old.sequence), "it never goes down");
}

#[test]
fn an_event_says_what_somebody_wants_to_know() {
    let mut house = House::new(NOW);
    house.change(at(NOW), stand_in("2026-03-10T13:00:00Z", "2026-03-10T17:00:00Z", "london priya > tom"));
    let events = house.events("person/tom", at(NOW));
    let event = events.iter().find(|event| event.from == at("2026-03-10T13:00:00Z")).unwrap();
    assert_eq!(event.summary, "On watch: Payments (primary)");
    assert_eq!(
        event.description,
        "Payments: primary, Tom, the Elder\n\
         Tue 2026-03-10 13:00 GMT to Tue 2026-03-10 17:00 GMT in London\n\
         In the place of Priya Nair\n\
         Also on watch for a part of it: Priya Nair (secondary)\n\
         https://m.example/rotas/payments"
    );
    assert_eq!((event.location.as_str(), event.url.as_str()), ("London", "https://m.example/rotas/payments"));
    let team = house.events("team/ops", at(NOW));
    assert!(team.iter().any(|event| event.summary == "Payments: primary, Tom, the Elder"));
    assert!(team.iter().all(|event| event.uid.starts_with("payments.")), "the other rota is of no team");
    // What left the estate is an empty calendar, so that its events vanish.
    house.load(at(NOW), &ESTATE.replace("name: alone", "name: another"));
    assert!(house.events("rota/alone", at(NOW)).is_empty());
}

#[track_caller]
fn same_as_the_roster(house: &House, now: Instant) {
    let (from, until) = window(now);
    let events = house.events("rota/payments", now);
    let shifts = house.0.shifts(&name("payments"), from, until);
    for person in PEOPLE {
        for role in [Role::Primary, Role::Secondary] {
            let of_shift = |shift: &&Shift| shift.person.as_str() == person && shift.role == role;
            let shifts = shifts.iter().filter(of_shift).map(|shift| (shift.from, shift.until));
            let of_event = |event: &&Event| {
                let secondary = event.uid.contains(".always.");
                let uid = event.uid.replace("@meridian", ".");
                uid.contains(&format!(".{person}.")) && secondary == (role == Role::Secondary)
            };
            let events = events.iter().filter(of_event).map(|event| (event.from, event.until));
            assert_eq!(held(events, (from, until)), held(shifts, (from, until)), "{person} {role:?}");
        }
    }
}

/// How many times somebody is on watch from when on: what differs in it differs for whoever reads.
fn held(stretches: impl Iterator<Item = (Instant, Instant)>, (from, until): (Instant, Instant)) -> Vec<(Instant, i32)> {
    let mut steps: BTreeMap<Instant, i32> = BTreeMap::new();
    for (begin, end) in stretches.map(|(begin, end)| (begin.max(from), end.min(until))).filter(|(b, e)| b < e) {
        *steps.entry(begin).or_default() += 1;
        *steps.entry(end).or_default() -= 1;
    }
    steps.into_iter().filter(|(_, step)| *step != 0).collect()
}

#[test]
fn a_watch_that_goes_on_in_another_layer_is_one_event() {
    let two = ESTATE.replace("from: \"22:00\", to: \"06:00\"", "from: \"12:00\", to: \"18:00\"");
    let two = two.replace("members: [oliver, [priya, tom]]", "members: [priya]");
    assert_ne!(two, ESTATE);
    let mut house = House::default();
    house.load(at(NOW), &two);
    // New York's noon is London's 17:00 but for the weeks between the changes of the clocks, when it is 16:00.
    let days = ("2026-02-26T00:00:00Z", "2026-02-27T00:00:00Z");
    check(&house, "person/priya", days, &["london.2026-02-26.priya 1 02-26T08:00 02-26T23:00"]);
    check(
        &house,
        "rota/payments",
        ("2026-03-26T00:00:00Z", "2026-03-27T00:00:00Z"),
        &["london.2026-03-26.priya 1 03-26T08:00 03-26T17:00", "nights.2026-03-26.priya 1 03-26T16:00 03-26T22:00"],
    );
    let event =
        house.events("person/priya", at(NOW)).into_iter().find(|event| event.from == at("2026-02-26T08:00:00Z"));
    let event = event.unwrap();
    assert_eq!(event.location, "London, New York");
    assert!(event.description.contains("08:00 GMT to Thu 2026-02-26 23:00 GMT in London"), "{}", event.description);
    // Somebody takes the second half: the first keeps its name and has a higher number.
    let days = ("2026-04-09T00:00:00Z", "2026-04-10T00:00:00Z");
    check(&house, "person/priya", days, &["london.2026-04-09.priya 1 04-09T07:00 04-09T22:00"]);
    let id = house.change(at(NOW), stand_in("2026-04-09T16:00:00Z", "2026-04-09T22:00:00Z", "nights priya > tom"));
    check(&house, "person/priya", days, &["london.2026-04-09.priya 2 04-09T07:00 04-09T16:00"]);
    house.ask(at(NOW), Command::RemoveOverride { rota: name("payments"), id }).unwrap();
    let back = lines(&house.events("person/priya", at(NOW)), days.0, days.1);
    assert!(back.len() == 1 && back[0].ends_with("04-09T07:00 04-09T22:00"), "{back:?}");
    // And the first half: the second has its own name then.
    house.change(at(NOW), stand_in("2026-04-09T07:00:00Z", "2026-04-09T16:00:00Z", "london priya > tom"));
    let left = lines(&house.events("person/priya", at(NOW)), days.0, days.1);
    assert!(left.len() == 1 && left[0].starts_with("nights.2026-04-09.priya "), "{left:?}");
}

#[test]
fn a_feed_has_the_shifts_of_the_roster_over_clock_changes() {
    for now in [NOW, "2026-03-08T08:00:00Z", "2026-03-29T01:00:00Z", "2026-11-01T06:00:00Z", "2027-02-28T23:59:59Z"] {
        let mut house = House::new("2026-01-01T00:00:00Z");
        same_as_the_roster(&house, at(now));
        let from = at(now) + SignedDuration::from_hours(20);
        let until = from + SignedDuration::from_hours(50 * 24);
        house.change(at(now), Override { from, until, replace: Some(name("priya")), with: name("tom"), layer: None });
        house.change(at(now), Override { from, until, replace: None, with: name("oliver"), layer: None });
        same_as_the_roster(&house, at(now));
    }
}

#[derive(Clone, Debug)]
enum Act {
    Add { from: i64, hours: i64, replace: Option<usize>, with: usize, layer: Option<usize> },
    Remove(usize),
    Load(usize),
    Wait(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let add =
        (-30i64..1_600, 1i64..1_300, prop::option::weighted(0.8, 0usize..3), 0usize..3, prop::option::of(0usize..3))
            .prop_map(|(from, hours, replace, with, layer)| Act::Add { from, hours, replace, with, layer });
    prop_oneof![
        6 => add,
        4 => (0usize..8).prop_map(Act::Remove),
        1 => (0usize..3).prop_map(Act::Load),
        1 => (1i64..3_000).prop_map(Act::Wait),
    ]
}

const PEOPLE: [&str; 3] = ["tom", "priya", "oliver"];
const LAYERS: [&str; 3] = ["london", "nights", "always"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Whatever is changed: an event's number never goes down, also not of one that vanished and came back, it goes up
    /// whenever the event is another one, and the feed has the roster's shifts.
    #[test]
    fn a_changed_event_has_a_higher_number(acts in prop::collection::vec(act(), 1..12)) {
        let mut house = House::new(NOW);
        let mut now = at(NOW);
        let mut known: BTreeMap<String, Event> = BTreeMap::new();
        let mut added = Vec::new();
        for act in acts {
            match act {
                Act::Add { from, hours, replace, with, layer } => {
                    let from = now + SignedDuration::from_hours(from);
                    let change = Override {
                        from,
                        until: from + SignedDuration::from_hours(hours),
                        replace: replace.map(|person| name(PEOPLE[person])),
                        with: name(PEOPLE[with]),
                        layer: layer.map(|layer| LAYERS[layer].into()),
                    };
                    let command = Command::AddOverride { rota: name("payments"), change };
                    if let Ok(crate::Reply::Override(id)) = house.ask(now, command) {
                        added.push(id);
                    }
                }
                Act::Remove(number) if number < added.len() => {
                    let id = added.remove(number);
                    drop(house.ask(now, Command::RemoveOverride { rota: name("payments"), id }));
                }
                Act::Remove(_) => {}
                Act::Load(hour) => house.load(now, &ESTATE.replace("from: \"08:00\"", &format!("from: \"0{}:00\"", 7 + hour))),
                Act::Wait(hours) => now += SignedDuration::from_hours(hours),
            }
            same_as_the_roster(&house, now);
            let mut seen = BTreeMap::new();
            for event in house.events("rota/payments", now) {
                if let Some(before) = known.get(&event.uid) {
                    prop_assert!(before.sequence <= event.sequence, "{before:#?} {event:#?}");
                    prop_assert!(before.sequence < event.sequence || *before == event, "{before:#?} {event:#?}");
                }
                prop_assert!(seen.insert(event.uid.clone(), event.clone()).is_none(), "twice: {}", event.uid);
            }
            known.extend(seen);
        }
        // And the same after a restart from a snapshot.
        let again = House(crate::World::from_snapshot(&house.0.to_snapshot().unwrap()).unwrap());
        prop_assert_eq!(again.events("rota/payments", now), house.events("rota/payments", now));
    }
}
