//! A plan keeps to its rules, is fairer than what was there, and says what it owes.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{at, layer, name, rota, stand_in};
use crate::{
    calendar::{Days, SiteCalendar},
    estate::{Estate, Leave, Override, Person, Reach, Role, Rota, Site},
    roster::{
        Away, AwayBecause, Shift,
        fair_plan::{Changed, Draft, Rule, Rules, Wish, changes, unmet, wish},
        holes, on_leave, shifts,
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
fn planned(estate: &Estate, rota: &Rota, window: (&str, &str)) -> (Wish, Vec<Vec<usize>>, Vec<Override>) {
    planned_by(Rules::default(), estate, rota, window)
}

fn planned_by(
    rules: Rules,
    estate: &Estate,
    rota: &Rota,
    (from, until): (&str, &str),
) -> (Wish, Vec<Vec<usize>>, Vec<Override>) {
    let wish = wish(estate, &Changed::new(), &on_leave(estate), rota, (at(from), at(until)), rules);
    let mut draft = Draft::new(&wish);
    draft.improve(1, |_, _| {});
    let cost = wish.cost(draft.given()).total;
    assert!((draft.total() - cost).abs() < 1e-6, "what is kept up to date is what it costs");
    assert!(draft.is_sound());
    let floor: f64 = wish.groups().iter().map(|group| wish.floor(group, false).total()).sum();
    assert!(floor <= cost + 1e-6, "no plan costs less than {floor}, and this one costs {cost}");
    let given = draft.given().to_vec();
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
    assert_eq!(
        owed,
        [
            "2026-03-09T08:00:00Z london: ana is on leave until 2026-03-16 00:00Z, bob is on leave until 2026-03-13 00:00Z"
        ]
    );
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
fn no_fairness_outweighs_two_holidays_in_a_row_and_the_last_one_is_remembered() {
    let of = |hours: &str, every: &str, members: &str| {
        let mut layer = layer("london", "Europe/London", hours, "2026-01-05T00:00", every, members);
        layer.calendar = SiteCalendar::named("england-public");
        rota([layer])
    };
    // Bob has six weeks on end, which leaves him far above his share: fairness wants ana to have the weeks before, both
    // of which have holidays.
    let burdened = stand_in("2027-01-04T00:00Z", "2027-02-15T00:00Z", "ana> bob");
    for (what, rota, added, window, rows_now, rows) in [
        // Easter Monday and the holiday in May are four weeks apart, and the rotation gives both to the same person.
        (
            "the last holiday before the window",
            of("daily 08:00-18:00", "1 day", "ana bob cem dan"),
            vec![],
            ("2026-04-27T00:00Z", "2026-05-18T00:00Z"),
            1,
            0,
        ),
        (
            "fairness",
            of("daily 04:00-24:00", "1 week", "ana bob"),
            vec![burdened],
            ("2026-12-21T00:00Z", "2027-02-15T00:00Z"),
            1,
            0,
        ),
        // Good Friday to Easter Monday, to the holiday in May: nobody else can, and no turn is left empty for it.
        (
            "nobody else",
            of("daily 08:00-18:00", "1 day", "ana"),
            vec![],
            ("2026-03-30T00:00Z", "2026-05-18T00:00Z"),
            2,
            2,
        ),
    ] {
        let estate = estate(&rota, &[]);
        let rules = Rules { rest: SignedDuration::ZERO, stretch_days: 100 };
        let changed = Changed::from([(rota.name.clone(), added)]);
        let window = (at(window.0), at(window.1));
        let wish = wish(&estate, &changed, &on_leave(&estate), &rota, window, rules);
        let mut draft = Draft::new(&wish);
        draft.improve(1, |_, _| {});
        let now: Vec<Vec<usize>> = wish.tasks.iter().map(|task| task.now.clone()).collect();
        let (before, after) = (wish.cost(&now), wish.cost(draft.given()));
        assert_eq!((before.holidays_in_a_row, before.missing), (rows_now, 0), "{what}");
        assert_eq!((after.holidays_in_a_row, after.missing), (rows, 0), "{what}: {after:?}");
        let told = unmet(&wish, draft.given()).into_iter().filter(|one| one.rule == Rule::Holidays);
        assert_eq!(told.count(), rows, "{what}");
    }
}

/// The shifts of a rota with the overrides of a plan, as everybody else sees them: nothing of the plan is known here.
fn resolved(rota: &Rota, changes: &[Override], (from, until): (&str, &str)) -> (Rota, Vec<Shift>) {
    let mut rota = rota.clone();
    rota.overrides.extend(changes.iter().cloned());
    let all = shifts(&rota, &[], at(from), at(until));
    (rota, all)
}

/// Of each person: the shortest rest between two watches, and the longest run of days with one.
fn strain(shifts: &[Shift]) -> (SignedDuration, usize) {
    let persons: BTreeSet<_> = shifts.iter().map(|shift| &shift.person).collect();
    let (mut rest, mut run_max) = (SignedDuration::MAX, 0);
    for person in persons {
        let mut own: Vec<_> = shifts.iter().filter(|s| s.person == *person).map(|s| (s.from, s.until)).collect();
        own.sort_unstable();
        let gaps = own.windows(2).map(|pair| pair[0].1.duration_until(pair[1].0));
        rest = rest.min(gaps.min().unwrap_or(SignedDuration::MAX));
        let days: BTreeSet<i64> = own.iter().map(|(from, _)| from.as_second().div_euclid(86_400)).collect();
        let run = |day: &i64| (0..).take_while(|ahead| days.contains(&(day + ahead))).count();
        run_max = run_max.max(days.iter().map(run).max().unwrap_or_default());
    }
    (rest, run_max)
}

fn ring_of_two() -> Rota {
    let day = layer("london", "Europe/London", "daily 08:00-20:00", "2026-01-05T08:00", "1 day", "ana bob cem dan");
    let mut night =
        layer("london", "Europe/London", "daily 20:00-08:00", "2026-01-05T20:00", "1 day", "bob cem dan ana");
    night.name = "night".into();
    rota([day, night])
}

#[test]
fn rest_is_kept_and_without_the_rule_it_would_not_be() {
    let rota = ring_of_two();
    let estate = estate(&rota, &[]);
    let window = ("2026-03-02T00:00Z", "2026-03-30T00:00Z");
    for (hours, rested) in [(0, false), (11, true), (24, true)] {
        let rules = Rules { rest: SignedDuration::from_hours(hours), ..Rules::default() };
        let (wish, given, changes) = planned_by(rules, &estate, &rota, window);
        let (rota, _) = resolved(&rota, &changes, window);
        let inside = shifts(&rota, &[], at("2026-03-03T00:00Z"), at("2026-03-29T00:00Z"));
        let (rest, _) = strain(&inside);
        assert_eq!(rest >= SignedDuration::from_hours(11), rested, "{hours}: {rest}");
        assert_eq!(wish.cost(&given).missing, 0, "{hours}");
        assert!(holes(&rota, &[], Role::Primary, at("2026-03-03T00:00Z"), at("2026-03-29T00:00Z")).is_empty());
    }
}

#[test]
fn watches_in_other_rotas_count_for_rest_clashes_and_days_in_a_row() {
    let day = || layer("london", "Europe/London", "daily 08:00-16:00", "2026-01-05T08:00", "1 day", "ana bob cem");
    let ops = rota([day()]);
    let other = |hours: &str, role: Role| {
        let start = format!("2026-01-05T{}", &hours[6..11]);
        let mut layer = layer("london", "Europe/London", hours, &start, "1 week", "ana dan");
        layer.role = role;
        Rota { name: name("nights"), ..rota([layer]) }
    };
    let window = ("2026-03-02T00:00Z", "2026-03-30T00:00Z");
    // Ana's weeks in the other rota: 2 to 9 March, and 16 to 23 March. With eve in her place at run time she is free.
    let relieved = stand_in("2026-02-01T00:00Z", "2026-05-01T00:00Z", "ana> eve");
    for (what, hours, role, added, free) in [
        ("nights end too near to a morning", "daily 22:00-06:00", Role::Primary, None, false),
        ("the same hours", "daily 08:00-16:00", Role::Secondary, None, false),
        ("who learns by leading works", "daily 22:00-06:00", Role::ReverseShadow, None, false),
        ("who watches along is free", "daily 22:00-06:00", Role::Shadow, None, true),
        ("somebody else has them at run time", "daily 22:00-06:00", Role::Primary, Some(relieved), true),
    ] {
        let other = other(hours, role);
        let mut estate = estate(&ops, &[]);
        estate.rotas.insert(other.name.clone(), other.clone());
        let changed = Changed::from([(other.name.clone(), added.into_iter().collect())]);
        let (from, until) = (at(window.0), at(window.1));
        let wish = wish(&estate, &changed, &on_leave(&estate), &ops, (from, until), Rules::default());
        let mut draft = Draft::new(&wish);
        draft.improve(1, |_, _| {});
        assert!(draft.is_sound(), "{what}");
        assert!((draft.total() - wish.cost(draft.given()).total).abs() < 1e-6, "{what}");
        assert_eq!(wish.cost(draft.given()).missing, 0, "{what}");
        let changes = changes(&ops, &[], &wish, draft.given());
        let mut all = resolved(&ops, &changes, window).1;
        let own = all.iter().filter(|shift| shift.person == name("ana"));
        let in_week = own.filter(|shift| (at("2026-03-16T12:00Z")..at("2026-03-22T12:00Z")).contains(&shift.from));
        assert_eq!(in_week.count() > 0, free, "{what}");
        all.extend(shifts(&other, &changed[&other.name], from, until).into_iter().filter(|_| !free));
        let (rest, run) = strain(&all.into_iter().filter(|shift| shift.person == name("ana")).collect::<Vec<_>>());
        assert!(free || (rest >= SignedDuration::from_hours(11) && run <= 7), "{what}: {rest} {run}");
    }
}

#[test]
fn days_in_a_row_end_where_the_rule_says_and_the_day_after_is_owed() {
    let rota =
        rota([layer("london", "Europe/London", "daily 08:00-18:00", "2026-01-05T08:00", "1 day", "ana bob cem")]);
    let away = [("bob", "2026-03-05T00:00Z", "2026-03-17T00:00Z"), ("cem", "2026-03-05T00:00Z", "2026-03-17T00:00Z")];
    let estate = estate(&rota, &away);
    let window = ("2026-03-02T00:00Z", "2026-03-30T00:00Z");
    for (most, owed, why) in [
        (7, 1, "ana would be on watch 12 days in a row, bob is on leave until 2026-03-17 00:00Z"),
        (31, 0, ""),
        (3, 3, "ana would be on watch"),
    ] {
        let rules = Rules { stretch_days: most, ..Rules::default() };
        let (wish, given, changes) = planned_by(rules, &estate, &rota, window);
        let (_, run) = strain(&resolved(&rota, &changes, window).1);
        let unmet: Vec<_> = unmet(&wish, &given).into_iter().filter(|one| one.rule == Rule::Taken).collect();
        assert_eq!(unmet.len(), owed, "{most}: {unmet:?}");
        assert!(unmet.iter().all(|one| one.why.contains(why)), "{most}: {unmet:?}");
        // Who is owed stays as the rota has it, so the shifts alone show more days where somebody is missing.
        assert!(owed > 0 || run <= most, "{most}: {run}");
    }
}

#[test]
fn a_skill_is_on_every_turn_or_named_as_missing() {
    let window = ("2026-03-02T00:00Z", "2026-03-30T00:00Z");
    for (skilled, missing, why) in [
        (&["bob", "dan"][..], 0, ""),
        (&[][..], 28, "nobody on it has the skill mainframe: no member has it"),
        (&["bob"][..], 3, "nobody on it has the skill mainframe: bob would be on watch 12 days in a row"),
    ] {
        let mut daily =
            layer("london", "Europe/London", "daily 08:00-18:00", "2026-01-05T08:00", "1 day", "ana bob cem dan");
        daily.needs = vec!["mainframe".into()];
        let rota = rota([daily]);
        let mut estate = estate(&rota, &[]);
        for person in skilled {
            estate.persons.get_mut(&name(person)).unwrap().skills = vec!["mainframe".into()];
        }
        let (wish, given, changes) = planned(&estate, &rota, window);
        let without = resolved(&rota, &changes, window).1;
        let without = without.iter().filter(|shift| !skilled.contains(&shift.person.as_str()));
        let days: i64 = without.map(|shift| (shift.until.duration_since(shift.from).as_hours() + 9) / 10).sum();
        let unmet: Vec<_> = unmet(&wish, &given).into_iter().filter(|one| one.rule == Rule::Skill).collect();
        assert_eq!((unmet.len(), days as usize), (missing, missing), "{skilled:?}: {unmet:#?}");
        assert!(missing == 0 || unmet.iter().any(|one| one.why == why), "{skilled:?}: {unmet:#?}");
    }
}

#[test]
fn wishes_decide_where_fairness_does_not_and_are_told_where_they_lose() {
    let rota =
        rota([layer("london", "Europe/London", "daily 08:00-18:00", "2026-01-05T08:00", "1 day", "ana bob cem dan")]);
    let window = ("2026-03-02T00:00Z", "2026-03-30T00:00Z");
    let on = |avoids: &str, prefers: &str| {
        let mut estate = estate(&rota, &[]);
        let ana = estate.persons.get_mut(&name("ana")).unwrap();
        ana.avoids = Days::parse(avoids).unwrap_or_default();
        ana.prefers = Days::parse(prefers).unwrap_or_default();
        let (wish, given, changes) = planned(&estate, &rota, window);
        let own = resolved(&rota, &changes, window).1.into_iter().filter(|shift| shift.person == name("ana"));
        // Whole days in hours of a tenth; 2026-03-02 was a Monday.
        let days: Vec<i64> =
            own.map(|shift| (shift.from.as_second().div_euclid(86_400) - 20_514).rem_euclid(7)).collect();
        let lost = unmet(&wish, &given).into_iter().filter(|one| one.rule == Rule::Avoids).collect::<Vec<_>>();
        (days, lost)
    };
    let tuesdays = |days: &[i64]| days.iter().filter(|day| **day == 1).count();
    let (plain, _) = on("", "");
    assert!(tuesdays(&plain) > 0, "{plain:?}");
    let (avoided, lost) = on("tue", "");
    assert_eq!((tuesdays(&avoided), lost.len()), (0, 0), "{avoided:?} {lost:?}");
    // Nobody gets out of all weekends by not liking them.
    let (weekends, lost) = on("sat,sun", "");
    assert_eq!(weekends.iter().filter(|day| **day > 4).count(), lost.len(), "{weekends:?} {lost:?}");
    assert!(!lost.is_empty() && lost.iter().all(|one| one.person == Some(name("ana"))), "{lost:?}");
    assert!(lost[0].why.starts_with("ana avoids S") && lost[0].why.contains("could"), "{lost:?}");
}

#[test]
fn what_fits_is_left_alone() {
    let rota =
        rota([layer("london", "Europe/London", "daily 08:00-18:00", "2026-01-05T08:00", "1 week", "ana bob cem")]);
    let window = ("2026-03-02T00:00Z", "2026-05-04T00:00Z");
    let (.., none) = planned(&estate(&rota, &[]), &rota, window);
    assert_eq!(none, [], "nine weeks for three people are fair as they are");
    // Somebody is away in one of their weeks: two people exchange a week, and each exchange is one line.
    let away = [("ana", "2026-03-10T00:00Z", "2026-03-11T00:00Z")];
    let (wish, given, changes) = planned(&estate(&rota, &away), &rota, window);
    assert!(changes.len() <= 3 && wish.cost(&given).changed <= 3, "{changes:?}");
    assert_eq!(unmet(&wish, &given), []);
}

#[test]
fn what_was_changed_at_run_time_stays_and_who_is_sick_has_no_turn() {
    let rota =
        rota([layer("london", "Europe/London", "daily 08:00-18:00", "2026-01-05T08:00", "1 day", "ana bob cem")]);
    let estate = estate(&rota, &[]);
    let turn = shifts(&rota, &[], at("2026-03-10T00:00Z"), at("2026-03-11T00:00Z")).remove(0);
    let added = [stand_in("2026-03-10T08:00Z", "2026-03-10T18:00Z", &format!("{}> eve", turn.person))];
    let mut away = on_leave(&estate);
    let sick = Away { from: at("2026-03-16T00:00Z"), until: at("2026-03-20T00:00Z"), because: AwayBecause::Sick };
    away.entry(name("cem")).or_default().push(sick);
    let window = (at("2026-03-02T00:00Z"), at("2026-03-30T00:00Z"));
    let wish =
        wish(&estate, &Changed::from([(rota.name.clone(), added.to_vec())]), &away, &rota, window, Rules::default());
    let mut draft = Draft::new(&wish);
    draft.improve(1, |_, _| {});
    let changes = changes(&rota, &added, &wish, draft.given());
    let mut planned = rota.clone();
    planned.overrides.extend(changes);
    let all = shifts(&planned, &added, window.0, window.1);
    let eve: Vec<_> = all.iter().filter(|shift| shift.person == name("eve")).map(|s| (s.from, s.until)).collect();
    assert_eq!(eve, [(at("2026-03-10T08:00Z"), at("2026-03-10T18:00Z"))]);
    let ill = all.iter().filter(|shift| shift.person == name("cem") && sick.touches(shift.from, shift.until));
    assert_eq!(ill.count(), 0);
    assert!(shifts(&rota, &added, sick.from, sick.until).iter().any(|shift| shift.person == name("cem")), "but had");
}

#[test]
fn nobody_at_all_is_said_and_nothing_breaks() {
    let weekly = || layer("london", "Europe/London", "daily 08:00-18:00", "2026-01-05T08:00", "1 week", "ana bob");
    let mut empty = weekly();
    empty.rotation.members.clear();
    let mut late = weekly();
    late.rotation.start = "2027-01-04T08:00".parse().unwrap();
    let all = [("ana", "2026-01-01T00:00Z", "2027-01-01T00:00Z"), ("bob", "2026-01-01T00:00Z", "2027-01-01T00:00Z")];
    let window = ("2026-03-02T00:00Z", "2026-03-30T00:00Z");
    for (layer, away, turns, owed) in [(empty, &[][..], 4, 4), (late, &[], 0, 0), (weekly(), &all, 4, 4)] {
        let rota = rota([layer]);
        let (wish, given, changes) = planned(&estate(&rota, away), &rota, window);
        assert_eq!(wish.tasks.iter().filter(|task| !task.fixed).count(), turns);
        assert_eq!((unmet(&wish, &given).len(), changes.len()), (owed, 0));
    }
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
