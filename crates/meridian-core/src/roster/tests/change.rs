use super::{at, check, layer, name, rota, stand_in};
use crate::{
    Instant,
    estate::{Override, Role, Rota},
    roster::{WatchBecause, holes, idle_overrides, next_change, override_remarks, shifts},
};

/// Wen by day and mei by night, second line ana.
fn two_layers() -> Rota {
    let day = layer("day", "UTC", "daily 08:00-20:00", "2026-01-01T00:00", "1 week", "wen");
    let night = layer("night", "UTC", "daily 20:00-08:00", "2026-01-01T00:00", "1 week", "mei");
    let mut second = layer("second", "UTC", "", "2026-01-01T00:00", "1 week", "ana");
    second.role = Role::Secondary;
    rota([day, night, second])
}

/// The primary shifts of 2026-02-02, as hours and person.
fn day(added: &[Override], expected: &str) {
    let seen = shifts(&two_layers(), added, at("2026-02-02T00:00Z"), at("2026-02-03T00:00Z"));
    let hour = |instant: crate::Instant| instant.duration_since(at("2026-02-02T00:00Z")).as_hours();
    let seen: Vec<String> = seen
        .iter()
        .filter(|shift| shift.role == Role::Primary)
        .map(|shift| format!("{}-{} {} {}", hour(shift.from), hour(shift.until), shift.layer, shift.person))
        .collect();
    assert_eq!(seen.join(", "), expected, "{added:#?}");
}

fn over(hours: std::ops::Range<u32>, who: &str) -> Override {
    let end = if hours.end == 24 { "2026-02-03T00:00Z".to_owned() } else { format!("2026-02-02T{:02}:00Z", hours.end) };
    stand_in(&format!("2026-02-02T{:02}:00Z", hours.start), &end, who)
}

#[test]
fn overrides_win_over_layers() {
    day(&[], "0-8 night mei, 8-20 day wen, 20-24 night mei");
    // Wherever the replaced person would be, and nowhere else.
    day(&[over(0..24, "wen > jun")], "0-8 night mei, 8-20 day jun, 20-24 night mei");
    day(&[over(10..12, "wen > jun")], "0-8 night mei, 8-10 day wen, 10-12 day jun, 12-20 day wen, 20-24 night mei");
    day(&[over(6..22, "mei > jun")], "0-6 night mei, 6-8 night jun, 8-20 day wen, 20-22 night jun, 22-24 night mei");
    day(&[over(0..24, "mei > jun @day")], "0-8 night mei, 8-20 day wen, 20-24 night mei");
    day(&[over(0..24, "mei > jun @night")], "0-8 night jun, 8-20 day wen, 20-24 night jun");
    // In addition: in the first primary layer, or the named one, also outside its hours.
    day(&[over(10..12, "> jun")], "0-8 night mei, 8-20 day wen, 10-12 day jun, 20-24 night mei");
    day(&[over(6..9, "> jun @night")], "0-8 night mei, 6-9 night jun, 8-20 day wen, 20-24 night mei");
    day(&[over(6..9, "> jun @nowhere")], "0-8 night mei, 8-20 day wen, 20-24 night mei");
    // Later ones win.
    day(
        &[over(8..20, "wen > jun"), over(10..12, "wen > ben")],
        "0-8 night mei, 8-10 day jun, 10-12 day ben, 12-20 day jun, 20-24 night mei",
    );
    day(&[over(10..12, "wen > ben"), over(8..20, "wen > jun")], "0-8 night mei, 8-20 day jun, 20-24 night mei");
    // Whoever stands in can be replaced, give it back, and be replaced in what was added.
    day(
        &[over(8..20, "wen > jun"), over(8..12, "jun > ben")],
        "0-8 night mei, 8-12 day ben, 12-20 day jun, 20-24 night mei",
    );
    day(
        &[over(8..20, "wen > jun"), over(12..20, "jun > wen")],
        "0-8 night mei, 8-12 day jun, 12-20 day wen, 20-24 night mei",
    );
    day(
        &[over(9..11, "> jun"), over(10..11, "jun > ben")],
        "0-8 night mei, 8-20 day wen, 9-10 day jun, 10-11 day ben, 20-24 night mei",
    );
    day(
        &[over(10..11, "jun > ben"), over(9..11, "> jun")],
        "0-8 night mei, 8-20 day wen, 9-11 day jun, 20-24 night mei",
    );
    // A swap.
    day(&[over(0..8, "mei > wen"), over(8..20, "wen > mei")], "0-8 night wen, 8-20 day mei, 20-24 night mei");
    // What touches or overlaps and is of the same person in the same layer is one shift.
    day(&[over(20..22, "> wen"), over(19..21, "> wen")], "0-8 night mei, 8-22 day wen, 20-24 night mei");
    // Backwards, it is of no time at all.
    day(
        &[stand_in("2026-02-02T12:00Z", "2026-02-02T10:00Z", "wen > jun")],
        "0-8 night mei, 8-20 day wen, 20-24 night mei",
    );
}

#[test]
fn an_override_of_the_estate_comes_before_those_added() {
    let mut rota = two_layers();
    rota.overrides.push(over(8..20, "wen > jun"));
    check(
        &rota,
        &[over(8..12, "wen > ben")],
        "2026-02-02T08:00Z",
        "2026-02-02T20:00Z",
        &[
            "2026-02-02T08:00Z 2026-02-02T12:00Z day ben",
            "2026-02-02T08:00Z 2026-02-02T20:00Z second ana",
            "2026-02-02T12:00Z 2026-02-02T20:00Z day jun",
        ],
    );
}

#[test]
fn every_shift_has_its_reason() {
    let because = |added: &[Override]| -> Vec<String> {
        let seen = shifts(&two_layers(), added, at("2026-02-02T08:00Z"), at("2026-02-02T20:00Z"));
        seen.iter().filter(|shift| shift.role == Role::Primary).map(|shift| shift.because.to_string()).collect()
    };
    assert_eq!(because(&[]), ["turn 5 of the rotation"]);
    assert_eq!(
        because(&[over(9..10, "wen > jun"), over(9..11, "> ben")]),
        [
            "turn 5 of the rotation",
            "override: in addition to the rotation",
            "override: in place of wen",
            "turn 5 of the rotation"
        ]
    );
    let text = serde_json::to_string(&WatchBecause::Override { replaces: Some(name("wen")) }).unwrap();
    assert_eq!(text, r#"{"override":{"replaces":"wen"}}"#);
}

#[test]
fn idle_overrides_are_named() {
    let added = [
        over(8..20, "wen > jun"),
        over(0..8, "wen > jun"),
        over(0..24, "wen > jun @night"),
        over(0..24, "> jun @nowhere"),
        over(0..24, "> jun"),
        over(0..24, "zoe > jun"),
        // Was put there by the first, and is taken over by this one: both were of use.
        over(9..10, "jun > ben"),
    ];
    let rota = two_layers();
    let idle = idle_overrides(&rota, &added);
    let numbers: Vec<usize> = idle.iter().map(|i| added.iter().position(|a| std::ptr::eq(a, *i)).unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 5]);
}

#[test]
fn what_covers_nobody_or_gives_way_is_said() {
    fn said(added: &[Override], hours: std::ops::Range<u32>, expected: &[&str]) {
        let mut rota = two_layers();
        rota.overrides.push(over(8..9, "wen > zoe"));
        let window = over(hours, "> zoe");
        let numbered: Vec<(u64, Override)> = (11..).zip(added.iter().cloned()).collect();
        let found = override_remarks(&rota, &numbered, window.from, window.until);
        let short = |text: String| text.replace("2026-02-02T", "").replace(":00:00Z", "").replace("payments: ", "");
        let found: Vec<String> = found.iter().map(|remark| short(remark.to_string())).collect();
        assert_eq!(found, expected, "{added:#?}");
    }
    said(&[over(10..12, "wen > jun")], 0..24, &[]);
    let later = [over(9..20, "wen > jun"), over(10..12, "wen > ben"), over(14..16, "jun > ana")];
    let to_ben = "override 11, jun for wen from 09 to 20: from 10 to 12 override 12, which is later, puts ben on watch; the last one counts";
    let to_ana = "override 11, jun for wen from 09 to 20: from 14 to 16 override 13, which is later, puts ana on watch; the last one counts";
    said(&later, 0..24, &[to_ben, to_ana]);
    said(&later, 10..11, &[to_ben]);
    said(&later, 12..14, &[]);
    // The other way round the first one gives way all the time, which is no less worth knowing.
    let around = [over(10..12, "wen > ben"), over(9..20, "wen > jun")];
    said(
        &around,
        0..24,
        &[
            "override 11, ben for wen from 10 to 12: from 10 to 12 override 12, which is later, puts jun on watch; the last one counts",
        ],
    );
    // One of the estate comes first, so it is the one that gives way.
    said(
        &[over(0..24, "wen > ben")],
        8..9,
        &[
            "an override of the estate, zoe for wen from 08 to 09: from 08 to 09 override 11, which is later, puts ben on watch; the last one counts",
        ],
    );
    // What is added is given up like any other; the same person once more is no change.
    said(
        &[over(10..14, "> jun"), over(12..14, "jun > ben")],
        0..24,
        &[
            "override 11, jun in addition from 10 to 14: from 12 to 14 override 12, which is later, puts ben on watch; the last one counts",
        ],
    );
    said(&[over(10..14, "wen > jun"), over(10..14, "wen > jun")], 0..24, &[]);
    // Whoever gives a watch back has it again: only who had it in between gives way.
    said(
        &[over(10..14, "wen > jun"), over(10..14, "jun > wen")],
        0..24,
        &[
            "override 11, jun for wen from 10 to 14: from 10 to 14 override 12, which is later, puts wen on watch; the last one counts",
        ],
    );
    said(
        &[over(0..8, "wen > jun"), over(0..24, "> jun @nowhere")],
        0..24,
        &[
            "override 11, jun for wen from 00 to 08: it covers nobody: wen is not on watch there in that time",
            "override 12, jun in addition from 00 to 2026-02-03T00: it covers nobody: the rota has no such layer",
        ],
    );
    // It covers somebody in the morning, which is not asked about; so it is not said of the night.
    said(&[over(0..10, "wen > jun")], 0..4, &[]);
}

/// The page of a rota asks about all that is to come: a rota that is resolved up to the end of all time takes minutes.
#[test]
fn overrides_of_all_time_are_looked_at_where_they_are() {
    let mut rota = two_layers();
    let far =
        |text: &str| Override { from: at("2091-02-02T10:00Z"), until: at("2091-02-02T12:00Z"), ..over(1..2, text) };
    let endless = Override { until: at("9999-01-01T00:00Z"), ..over(12..13, "ana > zoe") };
    rota.overrides.push(endless.clone());
    let numbered =
        [(11, far("wen > jun")), (12, over(8..9, "wen > ben")), (13, far("wen > ben")), (14, over(1..2, "wen > jun"))];
    for (from, until, expected) in [
        (Instant::MIN, Instant::MAX, &[Some(11), Some(14)][..]),
        (at("2026-02-02T05:00Z"), Instant::MAX, &[Some(11)]),
        (Instant::MIN, at("2026-03-01T00:00Z"), &[Some(14)]),
    ] {
        let found = override_remarks(&rota, &numbered, from, until);
        assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), expected, "{found:#?}");
    }
}

#[test]
fn holes_are_where_nobody_of_the_role_is() {
    let mut rota = two_layers();
    let (from, until) = (at("2026-02-02T00:00Z"), at("2026-02-03T00:00Z"));
    assert_eq!(holes(&rota, &[], Role::Primary, from, until), []);
    assert_eq!(holes(&rota, &[], Role::Secondary, from, until), []);
    assert_eq!(holes(&rota, &[], Role::Shadow, from, until), [(from, until)]);
    assert_eq!(holes(&rota, &[], Role::Primary, until, from), []);
    // A shadow covers for nobody.
    rota.layers[1].role = Role::Shadow;
    let night = [(from, at("2026-02-02T08:00Z")), (at("2026-02-02T20:00Z"), until)];
    assert_eq!(holes(&rota, &[], Role::Primary, from, until), night);
    let added = [over(0..9, "> jun")];
    assert_eq!(holes(&rota, &added, Role::Primary, from, until), night[1..]);
}

#[test]
fn the_ring_of_the_sun_has_a_hole() {
    let hours = "mon-fri 08:00-17:00";
    let ring = rota([
        layer("hong-kong", "Asia/Hong_Kong", "mon-fri 09:00-18:00", "2026-01-05T00:00", "1 week", "wen"),
        layer("london", "Europe/London", hours, "2026-01-05T00:00", "1 week", "oliver"),
        layer("new-york", "America/New_York", hours, "2026-01-05T00:00", "1 week", "ana"),
    ]);
    let hole_of = |day: &str| {
        holes(
            &ring,
            &[],
            Role::Primary,
            at(&format!("{day}T12:00Z")),
            at(&format!("{day}T12:00Z")) + jiff::Span::new().hours(24),
        )
    };
    // Four hours in summer, three in winter, and in the weeks between the clock changes what then is so.
    assert_eq!(hole_of("2026-07-01"), [(at("2026-07-01T21:00Z"), at("2026-07-02T01:00Z"))]);
    assert_eq!(hole_of("2026-01-14"), [(at("2026-01-14T22:00Z"), at("2026-01-15T01:00Z"))]);
    assert_eq!(hole_of("2026-10-28"), [(at("2026-10-28T21:00Z"), at("2026-10-29T01:00Z"))]);
}

#[test]
fn the_next_change_is_found() {
    let rota = two_layers();
    assert_eq!(next_change(&rota, &[], at("2026-02-02T07:59:59Z")), Some(at("2026-02-02T08:00Z")));
    assert_eq!(next_change(&rota, &[], at("2026-02-02T08:00Z")), Some(at("2026-02-02T20:00Z")));
    assert_eq!(next_change(&rota, &[over(10..12, "> jun")], at("2026-02-02T08:00Z")), Some(at("2026-02-02T10:00Z")));
    assert_eq!(next_change(&rota, &[], at("2025-02-02T08:00Z")), Some(at("2026-01-01T00:00Z")));
    let never = super::rota([layer("site", "UTC", "", "2026-01-01T00:00", "1 day", "ana")]);
    assert_eq!(next_change(&never, &[], at("2026-02-02T08:00Z")), None);
    assert_eq!(next_change(&never, &[], at("2018-02-02T08:00Z")), Some(at("2026-01-01T00:00Z")));
    assert_eq!(next_change(&never, &[], crate::Instant::MAX), None);
}
