//! What is doubtful about estates that are in order.

use super::bank::bank;
use crate::estate::{SourceFile, check as doubts, load};

const NOW: &str = "2026-11-22T12:00:00Z";

/// Two reachable persons and one site; what is checked comes behind it.
const BASE: &str = r#"
apiVersion: meridian/v1
kind: Site
metadata: { name: here }
spec: { timeZone: Asia/Hong_Kong }
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: mail }
spec: { smtp: { host: localhost, from: a@b.example } }
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: push }
spec: { ntfy: { url: "https://ntfy.example" } }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: wen }
spec: { site: here, contacts: [{ name: mail, email: a@b.c }, { name: push, ntfy: wen }] }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: mei }
spec: { site: here, contacts: [{ name: mail, email: a@b.c }, { name: push, ntfy: mei }] }
---
"#;

fn check(text: &str, wanted: &[&str]) {
    let file = SourceFile { path: "f.yaml".into(), text: format!("{BASE}{text}") };
    let loaded = load(&[file]).unwrap_or_else(|problems| panic!("{}", problems[0]));
    let told: Vec<String> =
        doubts(&loaded.estate, NOW.parse().unwrap()).into_iter().map(|doubt| doubt.message).collect();
    assert_eq!(told, wanted, "of {text}");
}

fn document(kind: &str, name: &str, spec: &str) -> String {
    format!("apiVersion: meridian/v1\nkind: {kind}\nmetadata: {{ name: {name} }}\nspec: {spec}\n---\n")
}

fn rota(rest: &str) -> String {
    let layer = "name: a, site: here, rotation: { start: 2026-01-05, every: 1 week, members: [wen] }";
    document("Rota", "r", &format!("{{ layers: [{{ {layer}{rest} }}] }}"))
}

#[test]
fn people_who_cannot_be_reached() {
    let person = |contacts: &str| {
        document("Person", "ana", &format!("{{ site: here, {contacts} }}"))
            + &document("Escalation", "e", "{ steps: [{ page: [person/wen, person/ana], within: 5m }] }")
    };
    let cases = [
        ("contacts: []", "`ana` is paged by the escalation `e` but can't be reached: no contact is known"),
        (
            "contacts: [{ name: mail, email: a@b.c }], reach: { high: [] }",
            "`ana` is paged by the escalation `e` but an urgent page has no way to get through",
        ),
        ("contacts: [{ name: mail, email: a@b.c }]", "there is only one way to reach `ana` urgently, by smtp"),
        (
            "contacts: [{ name: a, email: a@b.c }, { name: b, email: b@b.c }]",
            "all 2 ways to reach `ana` urgently rest on smtp and fail together",
        ),
    ];
    cases.iter().for_each(|(contacts, wanted)| check(&person(contacts), &[wanted]));
    check(&person("contacts: [{ name: a, email: a@b.c }, { name: b, ntfy: ana }]"), &[]);
    // Nobody pages her.
    check(&document("Person", "ana", "{ site: here }"), &[]);
    // She joins, and has left already.
    let ana = document("Person", "ana", "{ site: here, contacts: [] }");
    let joins = |date: &str| {
        let layer = format!(
            "name: a, site: here, rotation: {{ start: 2026-01-05, every: 1 week, members: [wen, {{ person: ana, {date} }}] }}"
        );
        ana.clone() + &document("Rota", "r", &format!("{{ layers: [{{ {layer} }}] }}"))
    };
    let unreachable = "`ana` is on watch in the rota `r` but can't be reached: no contact is known";
    check(&joins("from: 2027-01-01"), &[unreachable]);
    check(&joins("until: 2026-11-22"), &[]);
}

#[test]
fn watches_that_nobody_keeps() {
    check(&rota(""), &[]);
    check(
        &rota(", hours: [{ from: \"00:00\", to: \"23:00\" }]"),
        &["nobody is on watch in the rota `r` for 3d18h of the next 90 days: \
           2026-11-22T15:00Z to 2026-11-22T16:00Z (Sun 23:00 to Mon 00:00 in here); \
           2026-11-23T15:00Z to 2026-11-23T16:00Z (Mon 23:00 to Tue 00:00 in here); \
           2026-11-24T15:00Z to 2026-11-24T16:00Z (Tue 23:00 to Wed 00:00 in here); and 87 more"],
    );
    check(&rota(", holidays: closed"), &["`holidays: closed` means nothing here: the site `here` has no calendar"]);
}

#[test]
fn turns_that_somebody_never_has() {
    let with = |hours: &str, every: &str, members: &str| {
        let both = "{ name: all, site: here, rotation: { start: 2026-01-05, every: 1 week, members: [wen] } }";
        let layer = format!(
            "name: b, site: here, role: secondary, {hours} rotation: {{ start: 2026-01-05, every: {every}, members: [{members}] }}"
        );
        document("Rota", "r", &format!("{{ layers: [{both}, {{ {layer} }}] }}"))
    };
    let weekdays = "hours: [{ days: mon-fri, from: \"08:00\", to: \"17:00\" }],";
    check(&with(weekdays, "1 day", "wen, mei"), &[]);
    check(
        &with(weekdays, "1 day", "wen, mei, wen, mei, wen, [mei, wen], mei"),
        &[
            "the turn of `mei` and `wen` in `r/b` never falls into the hours: turns and hours repeat together",
            "the turn of `mei` in `r/b` never falls into the hours: turns and hours repeat together",
        ],
    );
    check(&with(weekdays, "1 day, turns: served", "wen, mei, wen, mei, wen, mei, mei"), &[]);
    check(
        &with("", "[4 days, 3 days]", "wen, mei"),
        &["`wen` always has longer turns than `mei` in `r/b`: 2 lengths and 2 turns repeat together"],
    );
    check(&with("", "[4 days, 3 days]", "wen, mei, wen"), &[]);
    check(&with("", "[4 days, 4 days]", "wen, mei"), &[]);
    check(
        &with("", "1 week", "wen, { person: mei, until: 2026-01-05 }"),
        &["`mei` never takes a turn in `r/b`: they leave before it starts"],
    );
    check(
        &with("", "1 week", "{ person: wen, until: 2027-02-01 }, { person: mei, until: 2027-01-01T12:00 }"),
        &["nobody takes turns in `r/b` from 2027-02-01 00:00 on: everybody has left by then"],
    );
    check(&with("", "1 week", "{ person: wen, until: 2026-02-01 }, { person: mei, from: 2027-01-01 }"), &[]);
}

#[test]
fn a_calendar_ends() {
    let doubts_at = |site: &str, now: &str| {
        let text = format!("{BASE}{}", rota(", holidays: closed")).replace("timeZone: Asia/Hong_Kong", site);
        assert!(text.contains(site), "{text}");
        let loaded = load(&[SourceFile { path: "f.yaml".into(), text }]).unwrap();
        let found = doubts(&loaded.estate, now.parse().unwrap());
        let about_holes = |doubt: &String| doubt.starts_with("nobody is on watch");
        found.into_iter().map(|doubt| doubt.message).filter(|doubt| !about_holes(doubt)).collect::<Vec<_>>()
    };
    let hk = "timeZone: Asia/Hong_Kong, calendar: hk-public";
    let own = format!("{hk}, holidays: [{{ date: 2031-01-01, name: New Year }}]");
    let only_own = "timeZone: Asia/Hong_Kong, holidays: [{ date: 2026-12-25, name: Christmas }]";
    assert_eq!(doubts_at(hk, "2030-09-01T00:00:00Z"), [""; 0]);
    assert_eq!(doubts_at(hk, "2030-11-01T00:00:00Z"), ["the calendar `hk-public` knows no holidays after 2030"]);
    assert_eq!(doubts_at(&own, "2030-11-01T00:00:00Z"), [""; 0]);
    assert_eq!(doubts_at(only_own, "2026-09-01T00:00:00Z"), [""; 0]);
    assert_eq!(doubts_at(only_own, "2026-11-01T00:00:00Z"), ["the site `here` names no holiday of 2027"]);
}

#[test]
fn escalations_that_end_with_nobody() {
    let half = |name: &str, from: &str, to: &str| {
        let layer =
            "name: a, site: here, role: secondary, rotation: { start: 2026-01-05, every: 1 week, members: [wen] }";
        let all = "{ name: all, site: here, rotation: { start: 2026-01-05, every: 1 week, members: [wen] } }";
        document(
            "Rota",
            name,
            &format!("{{ layers: [{all}, {{ {layer}, hours: [{{ from: \"{from}\", to: \"{to}\" }}] }}] }}"),
        )
    };
    let walk = |page: &str| document("Escalation", "e", &format!("{{ steps: [{{ page: [{page}], within: 5m }}] }}"));
    let (day, night) = (half("day", "08:00", "20:00"), half("night", "20:00", "08:00"));
    // Each has holes, but never both at once.
    check(&format!("{day}{night}{}", walk("rota/day#secondary, rota/night#secondary")), &[]);
    check(
        &format!("{day}{}", walk("rota/day#secondary")),
        &[
            "the escalation `e` can end with nobody: from 2026-11-22T12:00Z to 2026-11-23T00:00Z none of its steps finds anybody",
        ],
    );
    check(&format!("{day}{}", walk("rota/day#secondary, person/mei")), &[]);
    let empty = document("Team", "empty", "{ members: [] }");
    check(&format!("{empty}{}", walk("team/empty")), &["the escalation `e` reaches nobody in the next 90 days"]);
}

#[test]
fn overrides_that_change_nothing_or_collide() {
    let with = |overrides: &str| {
        let layer = "{ name: a, site: here, rotation: { start: 2026-01-05, every: 1 week, members: [wen] } }";
        document("Rota", "r", &format!("{{ layers: [{layer}], overrides: [{overrides}] }}"))
    };
    let change = |from: &str, until: &str, replace: &str, with: &str| {
        format!(
            "{{ from: \"2026-12-{from}T00:00Z\", until: \"2026-12-{until}T00:00Z\", replace: {replace}, with: {with} }},"
        )
    };
    check(&with(&change("01", "02", "wen", "mei")), &[]);
    check(&with(&change("01", "02", "mei", "wen")), &["this override changes nothing: `mei` is not on watch then"]);
    check(
        &with(&(change("01", "03", "wen", "mei") + &change("02", "04", "wen", "mei"))),
        &["a later override covers a part of this one (from 2026-12-01T00:00Z); where both hold, the later one counts"],
    );
}

#[test]
fn warnings_point_into_the_files() {
    let file = SourceFile { path: "f.yaml".into(), text: format!("{BASE}{}", rota(", holidays: closed")) };
    let loaded = load(&[file]).unwrap();
    let doubts = doubts(&loaded.estate, NOW.parse().unwrap());
    let lines: Vec<String> = doubts[0].to_string().lines().map(str::to_owned).collect();
    assert!(lines[0].starts_with("f.yaml:30:"), "{}", lines[0]);
    assert!(lines[1].contains("holidays: closed"), "{}", lines[1]);
    assert!(lines[2].ends_with(" ^^^^^^"), "{}", lines[2]);
}

/// All that is doubtful about the bank is so on purpose: two of its rotas don't watch around the clock.
#[test]
fn the_bank_is_doubtful_only_on_purpose() {
    // In winter, in summer, and while the clocks of London and New York disagree.
    for now in [NOW, "2027-07-01T00:00:00Z", "2027-03-14T00:00:00Z", "2027-10-25T00:00:00Z"] {
        let doubts = doubts(&bank().estate, now.parse().unwrap());
        let about: Vec<String> = doubts.iter().map(|doubt| format!("{}:{}", doubt.file, doubt.line)).collect();
        assert_eq!(about, ["rotas/hk-night.yaml:5", "rotas/trading.yaml:5"], "{doubts:#?}");
    }
}

#[test]
fn routes_that_fail_together_and_breaches_that_nobody_hears_of() {
    let chain = |hops: &str, routes: &str, rest: &str| {
        let ops = document("Escalation", "ops", "{ steps: [{ page: [person/wen], within: 5m }] }");
        ops + &document("Chain", "c", &format!("{{ hops: [{hops}], routes: [{routes}], {rest} }}"))
    };
    let hops = |one: &str, other: &str| {
        format!(
            "{{ name: start, technology: MQ }}, {{ name: a, {one} }}, {{ name: b, {other} }}, {{ name: end, technology: MQ }}"
        )
    };
    let both = "{ name: one, hops: [start, a, end] }, { name: two, hops: [start, b, end] }";
    let pages = "breachPages: ops";
    // The ends are those of the chain itself, not of a route.
    check(&chain(&hops("technology: MQ", "technology: AMQP"), both, pages), &[]);
    let together = |what: &str| format!("the routes `one` and `two` share {what}, and fail together");
    let cases = [
        ("technology: MQ", "technology: mq", "the technology `MQ`"),
        ("component: x", "component: x", "the component `x`"),
        ("component: x, technology: MQ", "component: x, technology: MQ", "the component `x` and the technology `MQ`"),
    ];
    for (one, other, wanted) in cases {
        check(&chain(&hops(one, other), both, pages), &[&together(wanted)]);
    }
    let passes = "{ name: one, hops: [start, a, b, end] }, { name: two, hops: [start, b, end] }";
    check(
        &chain(&hops("component: x", "component: y"), passes, pages),
        &[&together("the hop `b` and the component `y`")],
    );
    let hops = hops("component: x", "component: y");
    check(&chain(&hops, both, ""), &["a breach of the chain `c` pages nobody"]);
}
