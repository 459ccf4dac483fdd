//! Holes, overlaps and their reasons.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::{at, layer, rota};
use crate::{
    calendar::SiteCalendar,
    estate::{Estate, Holidays, Layer, Role, Rota, Site},
    roster::{
        Away, AwayBecause, Overrides,
        coverage::{Because, Coverage, Finding, Scope, What, both, coverage, joined},
        holes, on_leave,
    },
};

const HONG_KONG: (&str, &str) = ("hong-kong", "Asia/Hong_Kong");
const LONDON: (&str, &str) = ("london", "Europe/London");
const NEW_YORK: (&str, &str) = ("new-york", "America/New_York");
const SYDNEY: (&str, &str) = ("sydney", "Australia/Sydney");

fn of((site, zone): (&str, &str), hours: &str) -> Layer {
    layer(site, zone, hours, "2025-01-06T00:00", "1 week", &format!("{site}-a {site}-b"))
}

fn estate(rotas: impl IntoIterator<Item = Rota>) -> Estate {
    let mut estate = Estate::default();
    for rota in rotas {
        for layer in &rota.layers {
            let (name, zone) = (layer.site.clone(), layer.zone.clone());
            let display_name = name.to_string();
            let site =
                Site { name, display_name, zone, calendar: SiteCalendar::default(), hours: vec![], location: None };
            estate.sites.insert(site.name.clone(), site);
        }
        estate.rotas.insert(rota.name.clone(), rota);
    }
    estate
}

fn found(estate: &Estate, from: &str, until: &str) -> Coverage {
    coverage(estate, &Overrides::default(), &on_leave(estate), None, (at(from), at(until)))
}

/// A finding as lines: what, each phase with what began and ended it, why, and what would close it.
fn told(finding: &Finding, estate: &Estate) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", finding.of.words(), finding.title(estate))];
    let changes = |word: &str, changes: &[crate::roster::coverage::ClockChange]| {
        let words: Vec<String> = changes.iter().map(|change| format!(", {word} {}", change.words(estate))).collect();
        words.concat()
    };
    for phase in &finding.phases {
        lines.push(format!(
            "{}{}{}",
            phase.when(),
            changes("since", &phase.begun_by),
            changes("until", &phase.ended_by)
        ));
    }
    let other = |because: &&Because| !matches!(because, Because::ClockChange(_));
    lines.extend(finding.because.iter().filter(other).map(|because| format!("because {}", because.words(estate))));
    lines.extend(finding.proposals.iter().map(|proposal| format!("closed by {}", proposal.words(estate))));
    lines
}

/// The faults of a window, or with `overlaps` what is not a fault.
fn check(estate: &Estate, overlaps: bool, (from, until): (&str, &str), expected: &[&str]) {
    let coverage = found(estate, from, until);
    let faults = coverage.findings.iter().filter(|finding| finding.is_fault() != overlaps);
    let lines: Vec<String> = faults
        .filter(|f| !matches!(f.what, What::Unreachable { .. }))
        .flat_map(|finding| told(finding, estate))
        .collect();
    assert_eq!(lines, expected, "{from} to {until}: {lines:#?}");
    sound(estate, &coverage);
}

/// What holds of every answer.
fn sound(estate: &Estate, coverage: &Coverage) {
    for cover in &coverage.covers {
        let whole = cover.covered.iter().chain(&cover.holes).chain(&cover.off).copied().collect();
        assert_eq!(joined(whole), [coverage.window], "{:?}", cover.of);
        assert!(both(&cover.covered, &cover.holes).is_empty() && both(&cover.holes, &cover.off).is_empty());
        let of_cover = coverage.findings.iter().filter(|finding| finding.of == cover.of && finding.is_hole());
        let explained = joined(of_cover.flat_map(Finding::stretches).collect());
        assert_eq!(explained, joined(cover.holes.clone()), "every hole is in a finding: {:?}", cover.of);
    }
    for finding in &coverage.findings {
        assert!(!finding.phases.is_empty() && finding.phases.iter().all(|phase| !phase.stretches.is_empty()));
        closes_what_it_claims(estate, finding);
    }
}

/// Proposals, written into the estate, close as many days as they say.
fn closes_what_it_claims(estate: &Estate, finding: &Finding) {
    for proposal in &finding.proposals {
        let mut estate = estate.clone();
        for change in &proposal.changes {
            let rota = estate.rotas.get_mut(&change.place.rota).unwrap();
            let layer = rota.layers.iter_mut().find(|layer| layer.name == change.place.layer).unwrap();
            layer.hours = change.hours.clone();
        }
        let rotas = estate.rotas.values().filter(|rota| match &finding.of {
            Scope::Rota(name) => rota.name == *name,
            Scope::Team(team) => rota.team.as_ref() == Some(team),
            Scope::Estate => true,
        });
        let (from, until) = (finding.stretches().next().unwrap().0, finding.stretches().last().unwrap().1);
        let gaps = rotas.map(|rota| holes(rota, &[], Role::Primary, from, until));
        let gaps = gaps.reduce(|one, other| both(&one, &other)).unwrap();
        let closed = finding.stretches().filter(|stretch| both(&gaps, &[*stretch]).is_empty()).count();
        assert_eq!(closed, proposal.closes, "{} {}", finding.title(&estate), proposal.words(&estate));
        assert!(closed > 0);
    }
}

const YEAR: (&str, &str) = ("2026-01-05T00:00Z", "2027-01-04T00:00Z");

#[test]
fn the_evening_of_new_york_and_the_morning_of_hong_kong() {
    let ring =
        rota([of(HONG_KONG, "daily 08:00-17:00"), of(LONDON, "daily 08:00-17:00"), of(NEW_YORK, "daily 08:00-19:00")]);
    check(
        &estate([ring]),
        false,
        YEAR,
        &[
            "payments: nobody is on watch between new-york and hong-kong",
            "23:00-00:00 UTC (1 h) on 238 days, Sun 8 Mar 2026 to Sat 31 Oct 2026, since new-york's clock change on 8 Mar 2026 (UTC-5 to UTC-4), until new-york's clock change on 1 Nov 2026 (UTC-4 to UTC-5)",
            "because new-york ends at 19:00 America/New_York",
            "because hong-kong begins at 08:00 Asia/Hong_Kong",
            "closed by hong-kong from 07:00",
            "closed by new-york until 20:00",
        ],
    );
}

#[test]
fn a_hole_that_grows_when_the_clocks_of_one_side_change() {
    let ring =
        rota([of(HONG_KONG, "daily 09:00-18:00"), of(LONDON, "daily 08:00-17:00"), of(NEW_YORK, "daily 08:00-19:00")]);
    check(
        &estate([ring]),
        false,
        ("2026-02-23T00:00Z", "2026-03-23T00:00Z"),
        &[
            "payments: nobody is on watch between new-york and hong-kong",
            "00:00-01:00 UTC (1 h) on 14 days, Mon 23 Feb 2026 to Sun 8 Mar 2026",
            "23:00-01:00 UTC (2 h) on 15 days, Sun 8 Mar 2026 to Sun 22 Mar 2026, since new-york's clock change on 8 Mar 2026 (UTC-5 to UTC-4)",
            "because new-york ends at 19:00 America/New_York",
            "because hong-kong begins at 09:00 Asia/Hong_Kong",
            "closed by hong-kong from 07:00",
            "closed by new-york until 21:00",
            "closed by new-york until 20:00 and hong-kong from 08:00",
        ],
    );
}

/// How long the watch overlaps along the ring, through both seasons: north and south change their clocks apart.
#[test]
fn overlaps_follow_the_clocks_of_both_sides() {
    let ring =
        rota([of(LONDON, "daily 08:00-18:00"), of(NEW_YORK, "daily 09:00-20:00"), of(SYDNEY, "daily 08:00-20:00")]);
    check(
        &estate([ring]),
        true,
        YEAR,
        &[
            "payments: new-york overlaps with sydney",
            "21:00-01:00 UTC (4 h) on 63 days, Mon 5 Jan 2026 to Sat 7 Mar 2026",
            "21:00-00:00 UTC (3 h) on 27 days, Sun 8 Mar 2026 to Fri 3 Apr 2026, since new-york's clock change on 8 Mar 2026 (UTC-5 to UTC-4)",
            "22:00-00:00 UTC (2 h) on 182 days, Sat 4 Apr 2026 to Fri 2 Oct 2026, since sydney's clock change on 4 Apr 2026 (UTC+11 to UTC+10)",
            "21:00-00:00 UTC (3 h) on 29 days, Sat 3 Oct 2026 to Sat 31 Oct 2026, since sydney's clock change on 3 Oct 2026 (UTC+10 to UTC+11)",
            "21:00-01:00 UTC (4 h) on 64 days, Sun 1 Nov 2026 to Sun 3 Jan 2027, since new-york's clock change on 1 Nov 2026 (UTC-4 to UTC-5)",
            "payments: sydney overlaps with london",
            "08:00-09:00 UTC (1 h) on 83 days, Mon 5 Jan 2026 to Sat 28 Mar 2026",
            "07:00-09:00 UTC (2 h) on 7 days, Sun 29 Mar 2026 to Sat 4 Apr 2026, since london's clock change on 29 Mar 2026 (UTC+0 to UTC+1)",
            "07:00-10:00 UTC (3 h) on 182 days, Sun 5 Apr 2026 to Sat 3 Oct 2026, since sydney's clock change on 4 Apr 2026 (UTC+11 to UTC+10)",
            "07:00-09:00 UTC (2 h) on 21 days, Sun 4 Oct 2026 to Sat 24 Oct 2026, since sydney's clock change on 3 Oct 2026 (UTC+10 to UTC+11)",
            "08:00-09:00 UTC (1 h) on 71 days, Sun 25 Oct 2026 to Sun 3 Jan 2027, since london's clock change on 25 Oct 2026 (UTC+1 to UTC+0)",
            "payments: london overlaps with new-york",
            "14:00-18:00 UTC (4 h) on 62 days, Mon 5 Jan 2026 to Sat 7 Mar 2026",
            "13:00-18:00 UTC (5 h) on 21 days, Sun 8 Mar 2026 to Sat 28 Mar 2026, since new-york's clock change on 8 Mar 2026 (UTC-5 to UTC-4)",
            "13:00-17:00 UTC (4 h) on 210 days, Sun 29 Mar 2026 to Sat 24 Oct 2026, since london's clock change on 29 Mar 2026 (UTC+0 to UTC+1)",
            "13:00-18:00 UTC (5 h) on 7 days, Sun 25 Oct 2026 to Sat 31 Oct 2026, since london's clock change on 25 Oct 2026 (UTC+1 to UTC+0)",
            "14:00-18:00 UTC (4 h) on 64 days, Sun 1 Nov 2026 to Sun 3 Jan 2027, since new-york's clock change on 1 Nov 2026 (UTC-4 to UTC-5)",
        ],
    );
}

#[test]
fn a_week_between_two_clock_changes_opens_a_hole() {
    // London and New York change apart: only in between does New York come before London leaves.
    let ring = rota([of(LONDON, "daily 00:00-13:30"), of(NEW_YORK, "daily 09:00-19:00")]);
    let mut ring = ring;
    ring.layers.push(Layer { name: "night".into(), ..of(NEW_YORK, "daily 19:00-20:00") });
    check(
        &estate([ring]),
        false,
        ("2026-03-01T12:00Z", "2026-04-05T12:00Z"),
        &[
            "payments: nobody is on watch between london and new-york",
            "13:30-14:00 UTC (30 min) on 7 days, Sun 1 Mar 2026 to Sat 7 Mar 2026, until new-york's clock change on 8 Mar 2026 (UTC-5 to UTC-4)",
            "12:30-13:00 UTC (30 min) on 7 days, Sun 29 Mar 2026 to Sat 4 Apr 2026, since london's clock change on 29 Mar 2026 (UTC+0 to UTC+1)",
            "because london ends at 13:30 Europe/London",
            "because new-york begins at 09:00 America/New_York",
            "closed by london until 14:00",
            "closed by new-york from 08:30",
        ],
    );
}

#[test]
fn holidays_starts_and_weekends_have_their_own_reasons() {
    let mut hong_kong = of(HONG_KONG, "mon-fri 00:00-24:00");
    (hong_kong.holidays, hong_kong.calendar) = (Holidays::Closed, SiteCalendar::named("hk-public"));
    hong_kong.rotation.start = "2026-12-23T08:00".parse().unwrap();
    let estate = estate([rota([hong_kong])]);
    check(
        &estate,
        false,
        ("2026-12-22T16:00Z", "2026-12-29T16:00Z"),
        &[
            "payments: nobody is on watch",
            "Tue 22 Dec 2026 16:00-00:00 UTC (8 h)",
            "because the rotation of hong-kong starts on Wed 23 Dec 2026 08:00 Asia/Hong_Kong",
            "payments: nobody is on watch between hong-kong and hong-kong",
            "Fri 25 Dec 2026 Fri 16:00-Sun 16:00 UTC (2 d)",
            "because hong-kong ends at 00:00 Asia/Hong_Kong",
            "because hong-kong begins at 00:00 Asia/Hong_Kong",
            "because no layer has hours on sat,sun",
            "payments: hong-kong is closed for a holiday and nobody covers",
            "Thu 24 Dec 2026 Thu 16:00-Fri 16:00 UTC (1 d)",
            "because Christmas Day on Fri 25 Dec 2026",
        ],
    );
}

#[test]
fn whoever_leaves_without_anybody_after_them_leaves_a_hole() {
    let alone = layer("london", "Europe/London", "mon-fri 09:00-17:00", "2026-01-05T09:00", "1 week", "ana");
    let mut alone = alone;
    alone.rotation.members[0][0].until = "2026-03-04T12:00".parse().ok();
    check(
        &estate([rota([alone])]),
        false,
        ("2026-03-03T00:00Z", "2026-03-05T09:00Z"),
        &[
            "payments: nobody is on watch between london and london",
            "17:00-09:00 UTC (16 h) on 3 days, Tue 3 Mar 2026 to Wed 4 Mar 2026",
            "because london ends at 17:00 Europe/London",
            "because london begins at 09:00 Europe/London",
            "payments: nobody is on watch",
            "Wed 4 Mar 2026 12:00-17:00 UTC (5 h)",
            "because ana leaves london on Wed 4 Mar 2026",
        ],
    );
}

#[test]
fn two_at_once_are_a_fault_only_when_nobody_meant_it() {
    let both = of(LONDON, "daily 08:00-18:00");
    let mut second = Layer { name: "desk".into(), ..of(LONDON, "daily 17:00-08:00") };
    second.rotation.members = vec![vec![super::name("cem").into(), super::name("dan").into()]];
    check(
        &estate([rota([both, second])]),
        false,
        ("2026-03-02T00:00Z", "2026-03-05T00:00Z"),
        &[
            "payments: london and desk watch the same site at once",
            "17:00-18:00 UTC (1 h) on 3 days, Mon 2 Mar 2026 to Wed 4 Mar 2026",
        ],
    );
    // The clocks show 01:30 twice that night: the one stays until the second, the other comes at the first.
    let daily = layer("london", "Europe/London", "", "2026-01-01T01:30", "1 day", "ana bob");
    check(
        &estate([rota([daily])]),
        false,
        ("2026-10-20T00:00Z", "2026-11-02T00:00Z"),
        &[
            "payments: two people of london are on watch at once",
            "Sun 25 Oct 2026 00:30-01:30 UTC (1 h), since london's clock change on 25 Oct 2026 (UTC+1 to UTC+0)",
        ],
    );
}

#[test]
fn the_bank_has_a_hole_that_grows_in_march() {
    let bank = crate::estate::tests::bank::bank().estate;
    let coverage = found(&bank, "2026-02-02T00:00Z", "2026-04-06T00:00Z");
    sound(&bank, &coverage);
    let evening = told(&coverage.findings[0], &bank);
    assert_eq!(
        evening[..3],
        [
            "trading: nobody is on watch between New York and Hong Kong",
            "22:30-00:00 UTC (1 h 30 min) on 20 days, Mon 2 Feb 2026 to Thu 5 Mar 2026",
            "21:30-00:00 UTC (2 h 30 min) on 16 days, Mon 9 Mar 2026 to Thu 2 Apr 2026, since New York's clock change on 8 Mar 2026 (UTC-5 to UTC-4)",
        ]
    );
    assert_eq!(coverage.findings[0].proposals[0].words(&bank), "New York until 20:00");
    // The night rota lends a hand; payments has somebody at every instant.
    for cover in coverage.covers.iter().filter(|cover| cover.of != Scope::Rota(super::name("trading"))) {
        assert_eq!(cover.holes, [], "{:?}", cover.of);
    }
    assert!(
        coverage.findings.iter().all(|finding| !matches!(finding.what, What::Unreachable { .. })),
        "everybody can be reached in two ways"
    );
}

fn any_layer() -> impl Strategy<Value = Layer> {
    let sites = prop::sample::select(vec![HONG_KONG, LONDON, NEW_YORK, SYDNEY, ("lord-howe", "Australia/Lord_Howe")]);
    let hours = ("mon-fri|daily|sat,sun|tue-sat", 0u32..48, 0u32..=48).prop_map(|(days, from, to)| {
        let clock = |half: u32| format!("{:02}:{:02}", half / 2, half % 2 * 30);
        format!("{days} {}-{}", clock(from), clock(to))
    });
    let start = prop::sample::select(vec!["2025-01-06T00:00", "2026-03-09T08:00", "2026-10-24T01:30"]);
    let every = prop::sample::select(vec!["1 week", "1 day", "36 hour"]);
    (sites, prop::collection::vec(hours, 0..3), start, every, any::<bool>()).prop_map(
        |((site, zone), hours, start, every, closed)| {
            let mut layer = layer(site, zone, &hours.join(";"), start, every, &format!("{site}-a {site}-b"));
            layer.calendar = SiteCalendar::named("england-public");
            layer.holidays = if closed { Holidays::Closed } else { Holidays::Staffed };
            layer
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_hole_is_told_once_and_every_proposal_closes_what_it_says(
        rotas in prop::collection::vec(prop::collection::vec(any_layer(), 1..4), 1..3),
        from in prop::sample::select(vec!["2026-02-20T05:00Z", "2026-03-25T00:00Z", "2026-09-28T12:30Z", "2026-12-20T00:00Z"]),
        hours in 1i64..1200,
        added in any::<bool>(),
    ) {
        let rotas = rotas.into_iter().enumerate().map(|(number, layers)| {
            let layers = layers.into_iter().enumerate().map(|(i, layer)| Layer { name: format!("{}-{i}", layer.site), ..layer });
            let mut rota = rota(layers);
            (rota.name, rota.team) = (super::name(&format!("rota-{number}")), Some(super::name("payments")));
            if added {
                rota.overrides.push(super::stand_in("2026-03-28T20:00Z", "2026-03-29T20:00Z", "> eve"));
            }
            rota
        });
        let estate = estate(rotas);
        let from = at(from);
        let coverage = found(&estate, &from.to_string(), &(from + SignedDuration::from_hours(hours)).to_string());
        sound(&estate, &coverage);
        for cover in &coverage.covers {
            let Scope::Rota(name) = &cover.of else { continue };
            prop_assert_eq!(&cover.holes, &holes(&estate.rotas[name], &[], Role::Primary, coverage.window.0, coverage.window.1));
        }
    }
}

#[test]
fn who_is_away_is_found_unless_somebody_covers() {
    let weekly = || layer("london", "Europe/London", "daily 08:00-18:00", "2026-03-02T08:00", "1 week", "ana bob");
    let leave = |from: &str, until: &str| Away { from: at(from), until: at(until), because: AwayBecause::Leave };
    let ana = [leave("2026-03-04T12:00Z", "2026-03-06T00:00Z")];
    let sick = [Away { because: AwayBecause::Sick, ..ana[0] }];
    let covered = super::stand_in("2026-03-04T12:00Z", "2026-03-06T00:00Z", "ana> bob");
    let half = super::stand_in("2026-03-04T12:00Z", "2026-03-05T00:00Z", "ana> bob");
    let beside = super::stand_in("2026-03-04T00:00Z", "2026-03-07T00:00Z", "> bob");
    let elsewhere = [leave("2026-03-09T00:00Z", "2026-03-16T00:00Z")];
    let title = "payments: ana is on watch while away and nobody covers";
    let because = |word: &str| format!("because ana is {word} from Wed 4 Mar 2026 12:00 to Fri 6 Mar 2026 00:00 UTC");
    let both = "08:00-18:00 UTC (10 h) on 2 days, Wed 4 Mar 2026 to Thu 5 Mar 2026".to_owned();
    let one_day = "Thu 5 Mar 2026 08:00-18:00 UTC (10 h)".to_owned();
    for (away, added, expected) in [
        (&ana[..], &[][..], vec![title.to_owned(), both.clone(), because("on leave")]),
        (&sick, &[], vec![title.to_owned(), both, because("sick")]),
        (&ana, std::slice::from_ref(&covered), vec![]),
        (&ana, std::slice::from_ref(&half), vec![title.to_owned(), one_day, because("on leave")]),
        (&ana, std::slice::from_ref(&beside), vec![]),
        (&elsewhere, &[], vec![]),
    ] {
        let mut rota = rota([weekly()]);
        rota.overrides.extend(added.iter().cloned());
        let estate = estate([rota]);
        let away = [(super::name("ana"), away.to_vec())].into_iter().collect();
        let window = (at("2026-03-02T00:00Z"), at("2026-03-16T00:00Z"));
        let coverage = coverage(&estate, &Overrides::default(), &away, None, window);
        let found = coverage.findings.iter().filter(|finding| matches!(finding.what, What::Away { .. }));
        assert_eq!(found.flat_map(|finding| told(finding, &estate)).collect::<Vec<_>>(), expected, "{added:?}");
        sound(&estate, &coverage);
    }
}

#[test]
fn an_override_to_nobody_is_found() {
    for (change, expected) in [
        ("ana> bob", None),
        ("bob> ana", Some("the override that puts ana in place of bob changes nothing: bob is not on watch then")),
        ("eve> bob", Some("the override that puts bob in place of eve changes nothing: eve is not on watch then")),
        (
            "ana> bob @paris",
            Some("the override that puts bob in place of ana changes nothing: ana is not on watch in paris then"),
        ),
        ("> bob @paris", Some("the override that adds bob changes nothing: the rota has no such layer")),
        ("> bob", None),
    ] {
        let mut rota =
            rota([layer("london", "Europe/London", "daily 08:00-18:00", "2026-03-02T08:00", "1 week", "ana bob")]);
        rota.overrides.push(super::stand_in("2026-03-03T00:00Z", "2026-03-05T00:00Z", change));
        let estate = estate([rota]);
        let coverage = found(&estate, "2026-03-02T00:00Z", "2026-03-16T00:00Z");
        let idle = coverage.findings.iter().find(|finding| matches!(finding.what, What::IdleOverride { .. }));
        let said = idle.map(|f| format!("{}: {}", f.title(&estate), f.because[0].words(&estate)));
        assert_eq!(said.as_deref(), expected, "{change}");
        let before = found(&estate, "2026-03-06T00:00Z", "2026-03-16T00:00Z");
        assert!(!before.findings.iter().any(|finding| matches!(finding.what, What::IdleOverride { .. })), "{change}");
    }
}

#[test]
fn a_weekend_is_closed_by_all_or_by_one_who_watches_through() {
    for (hours, expected) in [
        // Between the two every day ends with a hole, so that their own hours close no weekend.
        (
            ["mon-fri 08:00-20:00", "mon-fri 14:00-24:00"],
            &[
                "new-york also sat,sun 00:00-24:00, mon 00:00-04:00",
                "london also sat 04:00-24:00, sun 00:00-24:00, mon 00:00-08:00",
            ][..],
        ),
        (
            ["mon-fri 08:00-20:00", "mon-fri 15:00-04:00"],
            &[
                "london also sat,sun 08:00-20:00 and new-york also sat,sun 15:00-04:00",
                "new-york also sat 04:00-24:00, sun 00:00-24:00, mon 00:00-04:00",
                "london also sat 08:00-24:00, sun 00:00-24:00, mon 00:00-08:00",
            ],
        ),
        // Five days are no weekend.
        (["mon,tue 08:00-20:00", "mon,tue 15:00-04:00"], &[]),
    ] {
        let estate = estate([rota([of(LONDON, hours[0]), of(NEW_YORK, hours[1])])]);
        let coverage = found(&estate, "2026-03-09T00:00Z", "2026-04-13T00:00Z");
        sound(&estate, &coverage);
        let long = |phase: &crate::roster::coverage::Phase| phase.length() > SignedDuration::from_hours(40);
        let long = coverage.findings.iter().filter(|finding| finding.is_hole() && finding.phases.iter().any(long));
        let said: Vec<_> = long.flat_map(|finding| &finding.proposals).map(|made| made.words(&estate)).collect();
        assert_eq!(said, expected, "{hours:?}");
    }
}
