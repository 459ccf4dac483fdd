use super::{at, check, layer, rota};
use crate::{
    calendar::SiteCalendar,
    estate::{Every, Holidays, Layer, Turns, Unit},
    roster::{WatchBecause, on_watch, shifts},
};

fn always(zone: &str, start: &str, every: &str, members: &str) -> Layer {
    layer("site", zone, "", start, every, members)
}

#[test]
fn a_rotation_advances_on_the_wall_clock() {
    // A daily handoff at 09:00 stays there.
    let daily = rota([always("Europe/London", "2026-03-01T09:00", "1 day", "ana bob")]);
    check(
        &daily,
        &[],
        "2026-03-28T00:00Z",
        "2026-03-31T00:00Z",
        &[
            "2026-03-28T00:00Z 2026-03-28T09:00Z site ana",
            "2026-03-28T09:00Z 2026-03-29T08:00Z site bob",
            "2026-03-29T08:00Z 2026-03-30T08:00Z site ana",
            "2026-03-30T08:00Z 2026-03-31T00:00Z site bob",
        ],
    );
    // Every eight hours stays at 08:00, 16:00 and midnight.
    let hourly = rota([always("America/New_York", "2026-01-01T08:00", "8 hour", "ana bob cem")]);
    check(
        &hourly,
        &[],
        "2026-03-07T21:00Z",
        "2026-03-09T05:00Z",
        &[
            "2026-03-07T21:00Z 2026-03-08T05:00Z site bob",
            "2026-03-08T05:00Z 2026-03-08T12:00Z site cem",
            "2026-03-08T12:00Z 2026-03-08T20:00Z site ana",
            "2026-03-08T20:00Z 2026-03-09T04:00Z site bob",
            "2026-03-09T04:00Z 2026-03-09T05:00Z site cem",
        ],
    );
    // An hour that the clock skips is nobody's; one that comes twice is one turn, and the turn before ends at its last
    // beginning.
    let every_hour = rota([always("Europe/London", "2026-01-01T00:00", "1 hour", "ana bob cem")]);
    check(
        &every_hour,
        &[],
        "2026-03-28T23:00Z",
        "2026-03-29T02:00Z",
        &[
            "2026-03-28T23:00Z 2026-03-29T00:00Z site cem",
            "2026-03-29T00:00Z 2026-03-29T01:00Z site ana",
            "2026-03-29T01:00Z 2026-03-29T02:00Z site cem",
        ],
    );
    check(
        &every_hour,
        &[],
        "2026-10-24T23:00Z",
        "2026-10-25T03:00Z",
        &[
            "2026-10-24T23:00Z 2026-10-25T01:00Z site ana",
            "2026-10-25T00:00Z 2026-10-25T02:00Z site bob",
            "2026-10-25T02:00Z 2026-10-25T03:00Z site cem",
        ],
    );
    // The day that Apia skipped was bob's.
    let apia = rota([always("Pacific/Apia", "2011-12-29T00:00", "1 day", "ana bob cem")]);
    check(
        &apia,
        &[],
        "2011-12-29T00:00Z",
        "2011-12-31T00:00Z",
        &["2011-12-29T10:00Z 2011-12-30T10:00Z site ana", "2011-12-30T10:00Z 2011-12-31T00:00Z site cem"],
    );
    let lord_howe = rota([always("Australia/Lord_Howe", "2026-04-04T01:45", "1 day", "ana bob")]);
    check(
        &lord_howe,
        &[],
        "2026-04-04T00:00Z",
        "2026-04-05T00:00Z",
        &["2026-04-04T00:00Z 2026-04-04T15:15Z site ana", "2026-04-04T14:45Z 2026-04-05T00:00Z site bob"],
    );
}

#[test]
fn months_clip_to_their_last_day_and_come_back() {
    let monthly = rota([always("UTC", "2026-01-31T12:00", "1 month", "ana bob cem")]);
    check(
        &monthly,
        &[],
        "2026-01-01T00:00Z",
        "2026-07-01T00:00Z",
        &[
            "2026-01-31T12:00Z 2026-02-28T12:00Z site ana",
            "2026-02-28T12:00Z 2026-03-31T12:00Z site bob",
            "2026-03-31T12:00Z 2026-04-30T12:00Z site cem",
            "2026-04-30T12:00Z 2026-05-31T12:00Z site ana",
            "2026-05-31T12:00Z 2026-06-30T12:00Z site bob",
            "2026-06-30T12:00Z 2026-07-01T00:00Z site cem",
        ],
    );
    let leap = rota([always("UTC", "2024-02-29T00:00", "12 month", "ana bob")]);
    check(
        &leap,
        &[],
        "2027-01-01T00:00Z",
        "2029-01-01T00:00Z",
        &[
            "2027-01-01T00:00Z 2027-02-28T00:00Z site ana",
            "2027-02-28T00:00Z 2028-02-29T00:00Z site bob",
            "2028-02-29T00:00Z 2029-01-01T00:00Z site ana",
        ],
    );
}

#[test]
fn nobody_is_on_watch_before_the_start() {
    let night = rota([layer("site", "UTC", "daily 20:00-08:00", "2026-01-05T02:00", "1 week", "ana")]);
    check(
        &night,
        &[],
        "2026-01-01T00:00Z",
        "2026-01-06T00:00Z",
        &["2026-01-05T02:00Z 2026-01-05T08:00Z site ana", "2026-01-05T20:00Z 2026-01-06T00:00Z site ana"],
    );
    check(&night, &[], "2025-01-01T00:00Z", "2026-01-05T02:00Z", &[]);
}

#[test]
fn a_turn_may_change_in_the_middle_of_the_hours() {
    let noon = rota([layer("site", "Asia/Hong_Kong", "daily 08:00-17:00", "2026-01-05T12:00", "1 day", "wen mei")]);
    check(
        &noon,
        &[],
        "2026-01-06T00:00Z",
        "2026-01-07T00:00Z",
        &["2026-01-06T00:00Z 2026-01-06T04:00Z site wen", "2026-01-06T04:00Z 2026-01-06T09:00Z site mei"],
    );
}

#[test]
fn members_may_watch_together() {
    let pair = rota([always("UTC", "2026-01-05T00:00", "1 day", "ana+bob bob+cem")]);
    check(
        &pair,
        &[],
        "2026-01-05T00:00Z",
        "2026-01-07T00:00Z",
        &[
            "2026-01-05T00:00Z 2026-01-06T00:00Z site ana",
            "2026-01-05T00:00Z 2026-01-07T00:00Z site bob",
            "2026-01-06T00:00Z 2026-01-07T00:00Z site cem",
        ],
    );
}

#[test]
fn served_turns_advance_only_when_somebody_worked() {
    // A daily rotation without weekends: elapsed, some serve rarely; served, everybody in turn.
    let mut site =
        layer("site", "UTC", "mon-fri 08:00-17:00", "2026-01-05T00:00", "1 day", "ana bob cem dee eve fay gus");
    let persons = |layer: &Layer| -> String {
        let shifts = shifts(&rota([layer.clone()]), &[], at("2026-01-05T00:00Z"), at("2026-01-20T00:00Z"));
        shifts.iter().map(|shift| shift.person.as_str().chars().next().unwrap()).collect()
    };
    assert_eq!(persons(&site), "abcdeabcdea");
    site.rotation.turns = Turns::Served;
    assert_eq!(persons(&site), "abcdefgabcd");
    // What a window shows does not depend on where it begins.
    let later = shifts(&rota([site.clone()]), &[], at("2026-01-16T00:00Z"), at("2026-01-17T00:00Z"));
    assert_eq!((later[0].person.as_str(), &later[0].because), ("cem", &WatchBecause::Rotation { turn: 10 }));
    // The day that Apia skipped was served by nobody.
    let mut apia = always("Pacific/Apia", "2011-12-29T00:00", "1 day", "ana bob cem");
    apia.rotation.turns = Turns::Served;
    assert_eq!(on_watch(&rota([apia]), &[], at("2011-12-30T12:00Z"))[0].person.as_str(), "bob");
}

/// The persons of one shift after the other, by their initials.
fn initials(layer: &Layer, from: &str, until: &str) -> String {
    let shifts = shifts(&rota([layer.clone()]), &[], at(from), at(until));
    shifts.iter().map(|shift| shift.person.as_str().chars().next().unwrap()).collect()
}

#[test]
fn served_turns_are_counted_over_holidays_and_years() {
    // Hong Kong closes for three days of the new year, 17 to 19 February.
    let mut site =
        layer("site", "Asia/Hong_Kong", "mon-fri 08:00-17:00", "2026-02-09T08:00", "1 day", "ana bob cem dee");
    (site.holidays, site.calendar) = (Holidays::Closed, SiteCalendar::named("hk-public"));
    site.rotation.turns = Turns::Served;
    assert_eq!(initials(&site, "2026-02-09T00:00Z", "2026-02-28T00:00Z"), "abcdabcdabcd");
    // Three days that were closed all of them are nobody's turn.
    site.rotation.start = jiff::civil::date(2026, 2, 11).at(8, 0, 0, 0);
    site.rotation.every = vec![Every { count: 3, unit: Unit::Days }];
    assert_eq!(initials(&site, "2026-02-09T00:00Z", "2026-02-28T00:00Z"), "aaabcdddaa");
    // Whether it is counted from the start or asked far behind it: the same.
    let mut old = layer("site", "Europe/London", "sun 01:00-02:00", "1950-01-01T00:00", "5 hour", "ana bob cem");
    old.rotation.turns = Turns::Served;
    let turn = |at_instant: &str| match on_watch(&rota([old.clone()]), &[], at(at_instant))[0].because {
        WatchBecause::Rotation { turn } => turn,
        ref other => panic!("{other:?}"),
    };
    // 3,979 Sundays before, less those in whose spring night the clocks left out that hour.
    let sundays = 3979u64;
    let left_out = jiff::tz::TimeZone::get("Europe/London")
        .unwrap()
        .following(at("1950-01-01T00:00Z"))
        .take_while(|jump| jump.timestamp() < at("2026-04-05T00:00Z"))
        .filter(|jump| jump.offset().seconds() == 3600 && jump.timestamp().to_string().contains("T01:00"))
        .filter(|jump| jump.timestamp().to_zoned(jiff::tz::TimeZone::UTC).weekday() == jiff::civil::Weekday::Sunday)
        .count() as u64;
    assert_eq!(turn("2026-04-05T00:30:00Z"), sundays - left_out + 1);
}

#[test]
fn turns_of_different_length_repeat() {
    // Monday to Thursday, Friday to Sunday.
    let split = always("Europe/London", "2026-03-02T09:00", "4 day, 3 day", "ana bob cem");
    check(
        &rota([split]),
        &[],
        "2026-03-20T00:00Z",
        "2026-04-03T00:00Z",
        &[
            "2026-03-20T00:00Z 2026-03-20T09:00Z site bob",
            "2026-03-20T09:00Z 2026-03-23T09:00Z site cem",
            "2026-03-23T09:00Z 2026-03-27T09:00Z site ana",
            "2026-03-27T09:00Z 2026-03-30T08:00Z site bob",
            "2026-03-30T08:00Z 2026-04-03T00:00Z site cem",
        ],
    );
    let months = always("UTC", "2026-01-31T00:00", "1 month, 2 month", "ana bob");
    check(
        &rota([months]),
        &[],
        "2026-01-01T00:00Z",
        "2026-07-01T00:00Z",
        &[
            "2026-01-31T00:00Z 2026-02-28T00:00Z site ana",
            "2026-02-28T00:00Z 2026-04-30T00:00Z site bob",
            "2026-04-30T00:00Z 2026-05-31T00:00Z site ana",
            "2026-05-31T00:00Z 2026-07-01T00:00Z site bob",
        ],
    );
}

#[test]
fn members_join_and_leave() {
    fn check(members: &str, expected: &str) {
        let daily = layer("site", "UTC", "daily 08:00-17:00", "2026-03-01T00:00", "1 day", members);
        assert_eq!(initials(&daily, "2026-03-01T00:00Z", "2026-03-13T00:00Z"), expected, "{members}");
    }
    check("ana bob cem", "abcabcabcabc");
    // Before the date nothing changes; the ring comes to the new one in its order, and nobody is passed over for it.
    check("ana dee[2026-03-05..] bob cem", "abcadbcadbca");
    check("ana bob cem dee[2026-03-05..]", "abcabcdabcda");
    check("dee[2026-03-05..] ana bob cem", "abcabcdabcda");
    // Whoever leaves is passed over.
    check("ana bob[..2026-03-05] cem", "abcacacacaca");
    check("ana bob[2026-03-03..2026-03-08] cem", "acabcabcacac");
    // In the middle of a turn: whoever is next begins early, and the turn after is theirs as well.
    check("ana bob[..2026-03-05T12:00] cem", "abcabccacacac");
    // Somebody stands in for a turn of two; both are there only while both are members.
    check("ana+bob[2026-03-03..] cem", "acabcabcabcabcabc");
    // Nobody is a member for two days: a hole, and the ring goes on.
    check("ana[..2026-03-03] bob[2026-03-05..] cem[..2026-03-03]", "acbbbbbbbb");
    check("ana[2027-01-01..]", "");
}

#[test]
fn a_shared_turn_that_everybody_leaves_goes_on_early() {
    let daily = always("UTC", "2026-03-01T00:00", "2 day", "ana[..2026-03-02]+bob[..2026-03-01T12:00] cem dee");
    super::check(
        &rota([daily]),
        &[],
        "2026-03-01T00:00Z",
        "2026-03-07T00:00Z",
        &[
            "2026-03-01T00:00Z 2026-03-02T00:00Z site ana",
            "2026-03-01T00:00Z 2026-03-01T12:00Z site bob",
            "2026-03-02T00:00Z 2026-03-05T00:00Z site cem",
            "2026-03-05T00:00Z 2026-03-07T00:00Z site dee",
        ],
    );
}

#[test]
fn an_answer_at_an_instant_knows_the_whole_shift_and_the_present_turn() {
    let weekly = rota([always("Europe/London", "2026-01-05T09:00", "1 week", "ana")]);
    let seen = on_watch(&weekly, &[], at("2026-06-01T12:00:00.5Z"));
    assert_eq!((seen[0].from, seen[0].until), (at("2026-01-05T09:00Z"), at("2036-06-08T12:00:00.5Z")));
    assert_eq!(seen[0].because, WatchBecause::Rotation { turn: 22 });
    let weekly = rota([always("Europe/London", "2026-01-05T09:00", "1 week", "ana bob")]);
    let seen = on_watch(&weekly, &[], at("2026-06-01T08:00Z"));
    assert_eq!((seen.len(), seen[0].from, seen[0].until), (1, at("2026-06-01T08:00Z"), at("2026-06-08T08:00Z")));
    assert_eq!(on_watch(&weekly, &[], at("2026-01-05T08:59:59.9Z")), []);
    assert_eq!(on_watch(&weekly, &[], crate::Instant::MIN), []);
    assert_eq!(on_watch(&weekly, &[], crate::Instant::MAX).len(), 0);
}
