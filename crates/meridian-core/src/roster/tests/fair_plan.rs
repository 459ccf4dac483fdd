//! A plan keeps to its rules, is fairer than what was there, and says what it owes.

use jiff::SignedDuration;

use super::{at, layer, rota};
use crate::{
    calendar::{Days, SiteCalendar},
    estate::{Estate, Leave, Override, Person, Reach, Rota, Site},
    roster::{
        fair_plan::{Draft, Rules, Wish, changes, unmet, wish},
        on_leave, shifts,
    },
};

fn estate(rota: &Rota, leave: &[(&str, &str, &str)]) -> Estate {
    let mut estate = Estate::default();
    for layer in &rota.layers {
        let site = Site {
            name: layer.site.clone(),
            display_name: String::new(),
            zone: layer.zone.clone(),
            calendar: layer.calendar.clone(),
            hours: vec![],
            location: None,
        };
        for person in layer.rotation.persons() {
            let away = leave.iter().filter(|(who, ..)| *who == person.as_str());
            let away = away.map(|(_, from, until)| Leave {
                from: at(from),
                until: at(until),
                days: None,
                note: String::new(),
            });
            let known = Person {
                name: person.clone(),
                display_name: String::new(),
                site: layer.site.clone(),
                contacts: vec![],
                reach: Reach::default(),
                leave: away.collect(),
                skills: vec![],
                prefers: Days::default(),
                avoids: Days::default(),
            };
            estate.persons.insert(person.clone(), known);
        }
        estate.sites.insert(site.name.clone(), site);
    }
    estate.rotas.insert(rota.name.clone(), rota.clone());
    estate
}

/// The planned wish of a window, after the rules were looked at.
fn planned(estate: &Estate, rota: &Rota, (from, until): (&str, &str)) -> (Wish, Vec<Vec<usize>>, Vec<Override>) {
    let wish = wish(estate, &[], &on_leave(estate), rota, (at(from), at(until)), Rules::default());
    let mut draft = Draft::new(&wish);
    draft.improve(1, |_, _| {});
    assert!((draft.total() - wish.cost(draft.given()).total).abs() < 1e-6, "what is kept up to date is what it costs");
    assert!(draft.is_sound());
    let given = draft.given().to_vec();
    for (number, task) in wish.tasks.iter().enumerate().filter(|(_, task)| !task.fixed) {
        for person in &given[number] {
            assert!(task.may(*person), "{:?} on leave or no member", wish.persons[*person].name);
            let near = task.clashes.iter().any(|other| given[*other].contains(person));
            assert!(!near, "{:?} has too little rest at {}", wish.persons[*person].name, task.from());
        }
    }
    let changes = changes(rota, &[], &wish, &given);
    follows(rota, &changes, &wish, &given);
    (wish, given, changes)
}

/// With its overrides the rota resolves to the plan.
fn follows(rota: &Rota, changes: &[Override], wish: &Wish, given: &[Vec<usize>]) {
    let mut rota = rota.clone();
    rota.overrides.extend(changes.iter().cloned());
    for (task, persons) in wish.tasks.iter().zip(given).filter(|(task, persons)| !task.fixed && !persons.is_empty()) {
        for (from, until) in &task.stretches {
            let there = shifts(&rota, &[], *from, *until);
            let mut there: Vec<_> =
                there.iter().filter(|shift| *shift.layer == *task.layer).map(|s| &s.person).collect();
            let mut persons: Vec<_> = persons.iter().map(|person| &wish.persons[*person].name).collect();
            there.sort();
            persons.sort();
            assert_eq!(there, persons, "{from} {}", task.layer);
        }
    }
}

#[test]
fn weekends_are_shared_out_although_the_rotation_gives_them_to_two() {
    // Seven days and a turn of one day: who begins on a Saturday has every fourth of them and no other weekend.
    let daily = layer(
        "london",
        "Europe/London",
        "daily 08:00-18:00",
        "2026-01-05T08:00",
        "1 day",
        "ana bob cem dan eve fay gil",
    );
    let rota = rota([daily]);
    let (wish, given, changes) = planned(&estate(&rota, &[]), &rota, ("2026-03-02T00:00Z", "2026-06-01T00:00Z"));
    let now: Vec<Vec<usize>> = wish.tasks.iter().map(|task| task.now.clone()).collect();
    let (before, after) = (wish.cost(&now), wish.cost(&given));
    assert!(before.farthest[2] > 90.0, "two persons have all weekends: {before:?}");
    assert!(after.farthest[2] <= 15.0 && after.farthest[0] <= 10.0, "{after:?}");
    assert_eq!((after.missing, unmet(&wish, &given)), (0, vec![]));
    assert!(!changes.is_empty());
}

#[test]
fn who_is_on_leave_has_no_turn_and_what_nobody_can_take_is_named() {
    let weekly = layer("london", "Europe/London", "daily 08:00-18:00", "2026-01-05T08:00", "1 week", "ana bob");
    let rota = rota([weekly]);
    let away = [("ana", "2026-03-09T00:00Z", "2026-03-16T00:00Z"), ("bob", "2026-03-12T00:00Z", "2026-03-13T00:00Z")];
    let (wish, given, _) = planned(&estate(&rota, &away), &rota, ("2026-03-02T00:00Z", "2026-03-30T00:00Z"));
    let owed: Vec<String> =
        unmet(&wish, &given).into_iter().map(|o| format!("{} {}: {}", o.from, o.layer, o.why)).collect();
    assert_eq!(owed, ["2026-03-09T08:00:00Z london: only ana, bob may, and ana, bob are on leave"]);
}

#[test]
fn nobody_has_two_holidays_in_a_row_where_others_could() {
    let mut daily = layer("london", "Europe/London", "daily 08:00-18:00", "2026-01-05T08:00", "1 day", "ana bob cem");
    daily.calendar = SiteCalendar::named("england-public");
    let rota = rota([daily]);
    let (wish, given, _) = planned(&estate(&rota, &[]), &rota, ("2026-12-14T00:00Z", "2027-01-11T00:00Z"));
    assert_eq!(wish.cost(&given).holidays_in_a_row, 0);
    assert!(wish.tasks.iter().any(|task| !task.holidays.is_empty()));
}

#[test]
fn rest_keeps_people_from_a_morning_after_their_night() {
    let day = layer("london", "Europe/London", "daily 08:00-20:00", "2026-01-05T08:00", "1 day", "ana bob cem dan");
    let mut night =
        layer("london", "Europe/London", "daily 20:00-08:00", "2026-01-05T20:00", "1 day", "bob cem dan ana");
    night.name = "night".into();
    let rota = rota([day, night]);
    let (wish, given, _) = planned(&estate(&rota, &[]), &rota, ("2026-03-02T00:00Z", "2026-03-30T00:00Z"));
    assert_eq!(wish.cost(&given).missing, 0);
    assert_eq!(wish.persons.len(), 4);
    let hours = |person: usize| {
        given.iter().zip(&wish.tasks).filter(|(given, task)| !task.fixed && given.contains(&person)).count()
    };
    let counts: Vec<usize> = (0..4).map(hours).collect();
    assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 2, "{counts:?}");
    assert!(wish.tasks[10].clashes.iter().all(|other| {
        let apart = wish.tasks[*other].from().duration_since(wish.tasks[10].from());
        apart.abs() < SignedDuration::from_hours(24)
    }));
}
