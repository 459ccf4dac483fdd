//! One evening at a bank, 17 March 2026, 18:12 UTC: dollar wires do not reach the Fed.

use jiff::tz::TimeZone;
use meridian::ui::{
    parts::{
        Clock, Glyph, Reading, Say,
        lanes::{Axis, Bar, Line, Row},
        sun::nights,
    },
    shell::{Counts, Reader, Shell, Theme},
    view::{
        FindView, Found, JournalView, OopsView, Told,
        access::{SetupView, TokenRow, TokensView},
        alert::{AlertRow, AlertState, AlertsView, SilenceForm, SilenceRow, SilenceState, SilencesView},
        control::{ControlView, Need, NextWatch, SiteView, Watch},
        estate::{EstateView, PeopleView, PersonRow, Refused, Warning},
        incident::{Figure, IncidentRow, IncidentView, IncidentsView, Stake, State, StepState, StepView, Tab},
        page::{AckState, AckView, Attempt, AttemptState, PageRow, PagesView},
        rota::{OverrideForm, OverrideRow, RotaRow, RotaView, RotasView, ShiftRow},
    },
};
use meridian_core::{
    Instant,
    access::Scope,
    estate::{RefusedProblem, Role},
    id::{Fingerprint, IncidentId, Name, PageId},
    incident::Severity,
};

const HK: ((f64, f64), &str) = ((22.28, 114.16), "Asia/Hong_Kong");
const LDN: ((f64, f64), &str) = ((51.51, -0.13), "Europe/London");
const NYC: ((f64, f64), &str) = ((40.71, -74.01), "America/New_York");

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// `17T18:12:04` of March 2026, in UTC.
fn t(text: &str) -> Instant {
    format!("2026-03-{text}Z").parse().unwrap_or(Instant::UNIX_EPOCH)
}

fn name(text: &str) -> Name {
    text.parse().unwrap_or_else(|_| "x".parse().unwrap_or_else(|_| std::process::exit(2)))
}

fn now() -> Instant {
    t("17T18:12:04")
}

pub fn shell() -> Shell {
    Shell {
        clock: Clock { now: now(), reading: Reading::Utc, mine: zone(NYC.1), site: zone(LDN.1) },
        estate: "bank".into(),
        reader: Some(Reader { display_name: "Oliver Grant".into(), responds: true, administers: true }),
        theme: Theme::System,
        csrf: "x".into(),
        counts: Counts { incidents: 2, incidents_wait: true, alerts: 14, pages: 1, hole: true },
        flash: None,
        refused: None,
        path: "/".into(),
    }
}

fn bar(from: &str, until: &str, who: &str) -> Bar {
    Bar { from: t(from), until: t(until), who: who.into(), title: format!("{who}, primary"), changed: false }
}

fn lane(label: &str, sub: &str, place: ((f64, f64), &str), lines: Vec<Line>) -> Row {
    let (from, until) = (t("17T16:00:00"), t("18T16:00:00"));
    Row::Lane { name: label.into(), sub: sub.into(), zone: zone(place.1), nights: nights(place.0, from, until), lines }
}

fn site(label: &str, place: ((f64, f64), &str), watches: Vec<Watch>, next: Option<(&str, &str)>) -> SiteView {
    SiteView {
        name: label.into(),
        zone: zone(place.1),
        location: Some(place.0),
        watches,
        next: next.map(|(who, at)| NextWatch { who: who.into(), at: t(at) }),
    }
}

fn watch(role: Role, who: &str, you: bool, until: &str) -> Watch {
    Watch { role, rota: None, who: who.into(), you, until: Some(t(until)) }
}

pub fn control() -> ControlView {
    let thin = |bars: Vec<Bar>| Line { bars, thin: true };
    let line = |bars: Vec<Bar>| Line { bars, thin: false };
    ControlView {
        sites: vec![
            site("Hong Kong", HK, vec![], Some(("Wen Li", "18T01:00:00"))),
            site(
                "London",
                LDN,
                vec![
                    watch(Role::Primary, "Tom Ashdown", false, "17T19:00:00"),
                    watch(Role::Secondary, "Priya Nair", false, "17T19:00:00"),
                ],
                None,
            ),
            site(
                "New York",
                NYC,
                vec![
                    watch(Role::Primary, "Oliver Grant", true, "17T23:00:00"),
                    watch(Role::Secondary, "Dana Ruiz", false, "17T21:00:00"),
                ],
                None,
            ),
        ],
        axis: Axis {
            from: t("17T16:00:00"),
            until: t("18T16:00:00"),
            now: now(),
            zone: TimeZone::UTC,
            zone_name: "UTC".into(),
            every_hours: 2,
        },
        rows: vec![
            Row::Cover {
                name: "payments".into(),
                covered: vec![(t("17T16:00:00"), t("17T23:00:00")), (t("18T01:00:00"), t("18T16:00:00"))],
                overlaps: vec![
                    (t("17T16:00:00"), t("17T19:00:00")),
                    (t("18T08:00:00"), t("18T11:00:00")),
                    (t("18T14:00:00"), t("18T16:00:00")),
                ],
                holes: vec![(t("17T23:00:00"), t("18T01:00:00"))],
            },
            lane(
                "Hong Kong",
                "HKT, UTC+8",
                HK,
                vec![
                    line(vec![bar("18T01:00:00", "18T11:00:00", "Wen Li")]),
                    thin(vec![bar("18T01:00:00", "18T10:00:00", "Mei Chan")]),
                ],
            ),
            lane(
                "London",
                "GMT, UTC+0",
                LDN,
                vec![
                    line(vec![
                        bar("17T16:00:00", "17T19:00:00", "Tom Ashdown"),
                        bar("18T08:00:00", "18T13:30:00", "Amara Osei"),
                        bar("18T13:30:00", "18T16:00:00", "Tom Ashdown"),
                    ]),
                    thin(vec![
                        bar("17T16:00:00", "17T19:00:00", "Priya Nair"),
                        bar("18T10:00:00", "18T16:00:00", "Priya Nair"),
                    ]),
                ],
            ),
            lane(
                "New York",
                "EDT, UTC−4",
                NYC,
                vec![
                    line(vec![
                        bar("17T16:00:00", "17T23:00:00", "Oliver Grant"),
                        bar("18T14:00:00", "18T16:00:00", "Oliver Grant"),
                    ]),
                    thin(vec![bar("17T16:00:00", "17T21:00:00", "Dana Ruiz")]),
                ],
            ),
        ],
        shifts: shifts(),
        needs: vec![
            Need {
                shape: Glyph::Severity(Severity::Sev2),
                what: "Page: INC-1042".into(),
                until: Some(t("17T18:16:30")),
                urgent: true,
                more: Say::new()
                    .text("US dollar wires are not reaching the Fed. Then ")
                    .text("Dana Ruiz is paged, ")
                    .at(t("17T18:16:30")),
                act: Some(("/incidents/1042/acknowledge".into(), "Acknowledge")),
                open: "/incidents/1042".into(),
            },
            Need {
                shape: Glyph::Nobody,
                what: "Hole in payments".into(),
                until: Some(t("17T23:00:00")),
                urgent: false,
                more: Say::new()
                    .text("Nobody is scheduled from ")
                    .at(t("17T23:00:00"))
                    .text(" to ")
                    .at(t("18T01:00:00")),
                act: None,
                open: "/rotas/payments".into(),
            },
            Need {
                shape: Glyph::Unknown,
                what: "Your silence of dtc-batch-lag ends".into(),
                until: Some(t("17T21:30:00")),
                urgent: false,
                more: Say::new().text("3 alerts behind it still fire and page from ").at(t("17T21:30:00")),
                act: None,
                open: "/silences".into(),
            },
        ],
        next: None,
        incidents: rows(),
        incidents_open: 2,
        last_resolved: None,
        latest: told().into_iter().take(9).collect(),
    }
}

pub fn control_quiet() -> ControlView {
    ControlView {
        needs: vec![],
        next: Some(
            Say::new()
                .text("You are on watch until ")
                .at(t("17T23:00:00"))
                .text(", in 4 h 48 min. Then nobody is, until ")
                .at(t("18T01:00:00"))
                .text("."),
        ),
        incidents: vec![],
        incidents_open: 0,
        last_resolved: Some(
            Say::new()
                .text("The last, ")
                .incident(IncidentId(1039))
                .text(", was resolved at ")
                .at(t("17T09:40:00"))
                .text(" after 46 min."),
        ),
        ..control()
    }
}

fn rows() -> Vec<IncidentRow> {
    vec![
        IncidentRow {
            id: IncidentId(1042),
            title: "US dollar wires are not reaching the Fed".into(),
            severity: Severity::Sev2,
            state: State::Waiting,
            opened: t("17T17:46:19"),
            alerts_firing: 3,
        },
        IncidentRow {
            id: IncidentId(1040),
            title: "Trade capture on its fallback".into(),
            severity: Severity::Sev3,
            state: State::Acknowledged { by: "Dana Ruiz".into(), at: t("17T12:50:00") },
            opened: t("17T12:20:02"),
            alerts_firing: 1,
        },
    ]
}

pub fn incidents() -> IncidentsView {
    IncidentsView {
        tab: Tab::Open,
        rows: rows(),
        open: 2,
        resolved: 1037,
        older: None,
        newer: false,
        escalations: vec![(name("payments"), "Payments".into()), (name("trading"), "Trading".into())],
    }
}

fn told() -> Vec<Told> {
    let tom = "Tom Ashdown";
    vec![
        Told::new(t("17T18:11:40"), Say::new().text("Page 8831 sent to ").strong("Oliver Grant").text(" by sms"))
            .shape(Glyph::Page)
            .because("nobody acknowledged within 5 min"),
        Told::new(
            t("17T18:11:38"),
            Say::new().text("Step 2 of ").incident(IncidentId(1042)).text(": payments, secondary"),
        )
        .shape(Glyph::Due)
        .because("nobody acknowledged within 5 min"),
        Told::new(
            t("17T18:08:05"),
            Say::new().text("“Capture outside fw-2 asked of Network Hong Kong, promised 18:25 UTC”"),
        )
        .shape(Glyph::Note)
        .by(tom),
        Told::new(t("17T17:58:40"), Say::new().incident(IncidentId(1042)).text(" raised from SEV3 to SEV2"))
            .shape(Glyph::Severity(Severity::Sev2))
            .by(tom)
            .because("Fedwire is likely to miss its cut-off"),
        Told::new(t("17T17:49:10"), Say::new().text("2 more alerts fire: FedwireQueueStuck, ChainHeld"))
            .shape(Glyph::Risk)
            .by("prometheus"),
        Told::new(t("17T17:47:05"), Say::new().text("Acknowledged by ").strong(tom).text(" after 44 s"))
            .shape(Glyph::Ok)
            .because("he followed the link in the sms"),
        Told::new(t("17T17:46:25"), Say::new().text("Page 8829 could not be sent by mail"))
            .shape(Glyph::Fail)
            .because("the mail server refused: 451 try again later; again in 30 s"),
        Told::new(t("17T17:46:21"), Say::new().text("Page 8829 sent to ").strong(tom).text(" by sms"))
            .shape(Glyph::Page)
            .because("on watch in payments, London"),
        Told::new(t("17T17:46:19"), Say::new().incident(IncidentId(1042)).text(" opened as SEV3 with 1 alert"))
            .shape(Glyph::Severity(Severity::Sev3))
            .because("payments-gateway fired"),
        Told::new(t("17T09:40:00"), Say::new().incident(IncidentId(1039)).text(" resolved after 46 min"))
            .shape(Glyph::Ok)
            .because("none of its alerts fires any more"),
    ]
}

fn alert_rows() -> Vec<AlertRow> {
    let labels =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    let row = |n: u64,
               name: &str,
               summary: &str,
               pairs: &[(&str, &str)],
               since: &str,
               state: AlertState,
               incident: Option<u64>| AlertRow {
        fingerprint: Fingerprint(n),
        name: name.into(),
        summary: summary.into(),
        labels: labels(pairs),
        since: t(since),
        state,
        incident: incident.map(IncidentId),
        source_url: None,
    };
    vec![
        row(
            1,
            "FedwireQueueStuck",
            "Queue to fedline grows by 47 a minute",
            &[("service", "fedwire-gw"), ("severity", "critical"), ("site", "nyc")],
            "17T17:46:19",
            AlertState::Firing,
            Some(1042),
        ),
        row(
            2,
            "ChainHeld",
            "1,204 messages held after mq-gateway",
            &[("chain", "usd-fedwire"), ("severity", "critical")],
            "17T17:49:10",
            AlertState::Firing,
            Some(1042),
        ),
        row(
            3,
            "ReplicaLag",
            "Replica A of trade-capture is 4 min behind",
            &[("db", "trade-capture"), ("severity", "warning")],
            "17T12:20:02",
            AlertState::Firing,
            Some(1040),
        ),
        row(
            4,
            "BatchLag",
            "dtc-batch is late",
            &[("job", "dtc-batch"), ("severity", "info")],
            "17T11:02:44",
            AlertState::Quiet(Say::new().text("silenced by Oliver Grant until ").at(t("17T21:30:00"))),
            None,
        ),
        row(
            5,
            "GatewaySlow",
            "p99 over 2 s",
            &[("service", "fedwire-gw"), ("severity", "warning")],
            "17T17:50:00",
            AlertState::Quiet(Say::new().text("FedwireQueueStuck inhibits it")),
            None,
        ),
    ]
}

pub fn incident() -> IncidentView {
    IncidentView {
        id: IncidentId(1042),
        title: "US dollar wires are not reaching the Fed".into(),
        severity: Severity::Sev2,
        state: State::Acknowledged { by: "Tom Ashdown".into(), at: t("17T17:47:05") },
        opened: t("17T17:46:19"),
        escalation: "payments".into(),
        stake: Stake {
            figure: Figure::Since(t("17T17:46:19")),
            under: "running".into(),
            urgent: false,
            say: Say::new()
                .strong("Tom Ashdown")
                .text(" has it since ")
                .at(t("17T17:47:05"))
                .text(", 46 s after it was opened."),
            more: Some(
                Say::new()
                    .text("2 alerts fire. A reminder follows at ")
                    .at(t("17T21:46:19"))
                    .text(" if they still do."),
            ),
        },
        steps: vec![
            StepView {
                name: "payments".into(),
                state: StepState::Answered,
                say: Say::new().text("Tom Ashdown, ").at(t("17T17:47:05")),
            },
            StepView { name: "payments, secondary".into(), state: StepState::Ahead, say: "not needed".into() },
            StepView { name: "team ops".into(), state: StepState::Ahead, say: "not needed".into() },
        ],
        round: None,
        alerts: alert_rows().into_iter().take(2).collect(),
        alerts_total: 2,
        pages: page_rows().into_iter().take(1).collect(),
        told: told(),
        people: vec![(name("oliver"), "Oliver Grant, New York".into()), (name("dana"), "Dana Ruiz, New York".into())],
    }
}

pub fn incident_waiting() -> IncidentView {
    IncidentView {
        state: State::Waiting,
        stake: Stake {
            figure: Figure::Until(t("17T18:16:30")),
            under: "left for step 2".into(),
            urgent: true,
            say: Say::new()
                .strong("Oliver Grant")
                .text(" was paged by sms at ")
                .at(t("17T18:11:40"))
                .text(" and has not answered."),
            more: Some(Say::new().text("Then Dana Ruiz is paged, ").at(t("17T18:16:30")).text(".")),
        },
        steps: vec![
            StepView {
                name: "payments".into(),
                state: StepState::Passed,
                say: Say::new().text("Tom Ashdown, no answer within 5 min"),
            },
            StepView {
                name: "payments, secondary".into(),
                state: StepState::Here,
                say: Say::new().text("Oliver Grant, until ").at(t("17T18:16:30")),
            },
            StepView { name: "team ops".into(), state: StepState::Ahead, say: "3 people".into() },
        ],
        pages: page_rows(),
        ..incident()
    }
}

fn page_rows() -> Vec<PageRow> {
    let attempt = |way: &str, at: &str, state, detail: &str, tries| Attempt {
        way: way.into(),
        at: t(at),
        state,
        detail: detail.into(),
        tries,
    };
    vec![
        PageRow {
            id: PageId(8831),
            incident: IncidentId(1042),
            severity: Severity::Sev2,
            who: "Oliver Grant".into(),
            opened: t("17T18:11:38"),
            because: "on watch in payments, New York".into(),
            attempts: vec![
                attempt("phone, sms", "17T18:11:40", AttemptState::Sent, "SM3fa1…", 1),
                attempt("mail, email", "17T18:13:38", AttemptState::Due, "", 1),
            ],
            answered: false,
        },
        PageRow {
            id: PageId(8829),
            incident: IncidentId(1042),
            severity: Severity::Sev2,
            who: "Tom Ashdown".into(),
            opened: t("17T17:46:20"),
            because: "on watch in payments, London".into(),
            attempts: vec![
                attempt("phone, sms", "17T17:46:21", AttemptState::Sent, "SM9bb2…", 1),
                attempt("mail, email", "17T17:46:25", AttemptState::Retrying, "451 try again later", 2),
                attempt("desk, webhook", "17T17:48:20", AttemptState::Cancelled, "acknowledged before it was due", 1),
            ],
            answered: true,
        },
    ]
}

pub fn pages() -> PagesView {
    PagesView { rows: page_rows(), waiting: 1, older: Some(8829), newer: false }
}

pub fn alerts() -> AlertsView {
    AlertsView {
        rows: alert_rows(),
        active: 10_000,
        quiet: 1_204,
        matched: 10_000,
        page: 1,
        pages: 100,
        ..AlertsView::default()
    }
}

pub fn silences() -> SilencesView {
    let row = |state, quiets| SilenceRow {
        id: "a".into(),
        matchers: vec!["job=\"dtc-batch\"".into(), "severity=~\"info|warning\"".into()],
        owner: "Oliver Grant".into(),
        reason: "The batch is rerun, CHG-2288".into(),
        starts: t("17T19:30:00"),
        ends: t("17T21:30:00"),
        state,
        quiets,
    };
    SilencesView {
        expired_tab: false,
        rows: vec![row(SilenceState::Active, 3), row(SilenceState::Pending, 0)],
        active: 2,
        expired: 40,
    }
}

pub fn silence_form() -> SilenceForm {
    SilenceForm {
        matchers: vec![
            ("job".into(), "=".into(), "dtc-batch".into()),
            ("severity".into(), "=~".into(), "info|(".into()),
        ],
        owner: "Oliver Grant".into(),
        reason: String::new(),
        until: "2026-03-17T17:30".into(),
        zone: "America/New_York".into(),
        error: Some(("matchers", "severity: `info|(` is no regular expression: the parenthesis is not closed".into())),
        meets: Some(3),
    }
}

fn shifts() -> Vec<ShiftRow> {
    let row = |who: &str, layer: &str, role, from: &str, until: &str, place: &str| ShiftRow {
        rota: String::new(),
        layer: layer.into(),
        role,
        who: who.into(),
        from: t(from),
        until: t(until),
        zone: zone(place),
        because: "rotation".into(),
    };
    vec![
        row("Tom Ashdown", "london", Role::Primary, "17T13:30:00", "17T19:00:00", LDN.1),
        row("Oliver Grant", "new-york", Role::Primary, "17T14:00:00", "17T23:00:00", NYC.1),
        row("Dana Ruiz", "new-york-second", Role::Secondary, "17T12:00:00", "17T21:00:00", NYC.1),
        row("Wen Li", "hong-kong", Role::Primary, "18T01:00:00", "18T11:00:00", HK.1),
    ]
}

pub fn rotas() -> RotasView {
    let row = |n: &str, d: &str, now: &[&str], hole: Option<(Instant, Instant)>, holes| RotaRow {
        name: name(n),
        display_name: d.into(),
        team: n.into(),
        now: now.iter().map(|s| (*s).to_owned()).collect(),
        until: Some(t("17T19:00:00")),
        next: vec!["Wen Li".into()],
        hole,
        holes,
    };
    RotasView {
        rows: vec![
            row(
                "payments",
                "Payments",
                &["Tom Ashdown", "Oliver Grant"],
                Some((t("17T23:00:00"), t("18T01:00:00"))),
                10,
            ),
            row("settlement", "Settlement", &["Ruth Adeyemi"], None, 0),
            row("trading", "Trading", &[], Some((t("17T17:00:00"), t("18T01:00:00"))), 1),
        ],
    }
}

pub fn rota() -> RotaView {
    let days: Vec<u32> = (16..30).collect();
    let people = [("Wen Li", "Mei Chan"), ("Amara Osei", "Tom Ashdown"), ("Oliver Grant", "Dana Ruiz")];
    let hours = [("01:00", "11:00"), ("08:00", "19:00"), ("14:00", "23:00")];
    let layers = [("hong-kong", HK, "HKT, UTC+8"), ("london", LDN, "GMT, UTC+0"), ("new-york", NYC, "EDT, UTC−4")];
    let lane = |i: usize| {
        let bars = days.iter().filter(|d| ![21, 22, 28, 29].contains(*d)).map(|d| {
            let who = if *d < 21 { people[i].0 } else { people[i].1 };
            let mut one = bar(&format!("{d}T{}:00", hours[i].0), &format!("{d}T{}:00", hours[i].1), who);
            one.changed = i == 0 && *d == 24;
            one
        });
        Row::Lane {
            name: layers[i].0.into(),
            sub: layers[i].2.into(),
            zone: zone(layers[i].1.1),
            nights: vec![],
            lines: vec![Line { bars: bars.collect(), thin: false }],
        }
    };
    let cover = Row::Cover {
        name: "cover".into(),
        covered: days
            .iter()
            .filter(|d| ![21, 22, 28, 29].contains(*d))
            .map(|d| (t(&format!("{d}T01:00:00")), t(&format!("{d}T23:00:00"))))
            .collect(),
        overlaps: vec![],
        holes: vec![
            (t("20T23:00:00"), t("23T01:00:00")),
            (t("27T23:00:00"), t("30T00:00:00")),
            (t("17T23:00:00"), t("18T01:00:00")),
        ],
    };
    RotaView {
        name: name("payments"),
        display_name: "Payments".into(),
        team: "payments".into(),
        axis: Axis {
            from: t("16T00:00:00"),
            until: t("30T00:00:00"),
            now: now(),
            zone: TimeZone::UTC,
            zone_name: "UTC".into(),
            every_hours: 24,
        },
        rows: vec![cover, lane(0), lane(1), lane(2)],
        shifts: shifts(),
        holes: vec![(t("17T23:00:00"), t("18T01:00:00")), (t("20T23:00:00"), t("23T01:00:00"))],
        overrides: vec![
            OverrideRow {
                id: Some(3),
                from: t("24T01:00:00"),
                until: t("24T11:00:00"),
                with: "Mei Chan".into(),
                replace: Some("Wen Li".into()),
                layer: None,
            },
            OverrideRow {
                id: None,
                from: t("27T08:00:00"),
                until: t("27T19:00:00"),
                with: "Priya Nair".into(),
                replace: None,
                layer: Some("london".into()),
            },
        ],
        people: vec![(name("wen"), "Wen Li, Hong Kong".into()), (name("mei"), "Mei Chan, Hong Kong".into())],
        layers: layers.iter().map(|l| l.0.to_owned()).collect(),
        form: OverrideForm {
            zone: "America/New_York".into(),
            error: Some((
                "from",
                "01:30 does not exist on 29 Mar; the clocks go from 01:00 to 02:00. First instant after: 02:00 BST."
                    .into(),
            )),
            ..OverrideForm::default()
        },
        earlier: "2026-03-02".into(),
        later: "2026-03-30".into(),
        is_now: true,
    }
}

pub fn people() -> PeopleView {
    let row = |n: &str, d: &str, site: &str, z: &str, warnings: &[&str]| PersonRow {
        name: n.into(),
        display_name: d.into(),
        site: site.into(),
        zone: zone(z),
        high: vec!["phone (sms) at once".into(), "mail (email) after 2 min".into()],
        low: vec!["mail (email) at once".into()],
        rotas: vec!["payments".into()],
        on_watch: n == "tom",
        warnings: warnings.iter().map(|s| (*s).to_owned()).collect(),
    };
    PeopleView {
        rows: vec![
            row("wen", "Wen Li", "Hong Kong", HK.1, &[]),
            row("tom", "Tom Ashdown", "London", LDN.1, &[]),
            row("dana", "Dana Ruiz", "New York", NYC.1, &["both ways go through Twilio"]),
        ],
    }
}

pub fn estate() -> EstateView {
    EstateView {
        name: "bank".into(),
        digest: "b3:9c1e77a0d2".into(),
        since: Some(t("17T06:00:12")),
        counts: vec![("sites", 3), ("people", 12), ("teams", 4), ("rotas", 3), ("escalations", 3), ("channels", 4)],
        refused: Some(Refused {
            at: t("17T18:02:10"),
            digest: "b3:11aa".into(),
            problems: vec![RefusedProblem {
                file: "rotas/payments.yaml".into(),
                line: 14,
                column: 20,
                message: "unknown time zone `Asia/HongKong`. Did you mean `Asia/Hong_Kong`?".into(),
                snippet: "14 |   timeZone: Asia/HongKong\n   |             ^^^^^^^^^^^^^".into(),
            }],
        }),
        warnings: vec![Warning {
            what: "Rota payments has nobody from 23:00 to 01:00 UTC on 17 Mar".into(),
            file: Some("rotas/payments.yaml, line 3".into()),
        }],
        files: vec![("sites.yaml".into(), 40), ("people.yaml".into(), 180), ("rotas/payments.yaml".into(), 61)],
    }
}

pub fn journal() -> JournalView {
    JournalView { told: told(), older: Some(4711), newer: true, entries: 1_204_311, head: "4f1c…a09e".into() }
}

pub fn find() -> FindView {
    let found = |section, shape, what: &str, more: &str| Found {
        section,
        shape,
        href: "/".into(),
        what: what.into(),
        more: more.into(),
    };
    FindView {
        query: "wires".into(),
        found: vec![
            found(
                "Incidents",
                Some(Glyph::Severity(Severity::Sev2)),
                "INC-1042 US dollar wires are not reaching the Fed",
                "open",
            ),
            found("Go to", None, "Incidents", "g i"),
        ],
    }
}

pub fn tokens() -> TokensView {
    TokensView {
        rows: vec![TokenRow {
            name: "prometheus-nyc".into(),
            prefix: "mrd_3fQ".into(),
            scopes: vec![Scope::Ingest],
            created_by: "Oliver Grant".into(),
            expires: Some(t("30T00:00:00")),
            expired: false,
        }],
        fresh: Some(("ci".into(), "mrd_4kD0ZtXq1hJm8sWnB2vL".into())),
        error: None,
        name: String::new(),
    }
}

pub fn setup() -> SetupView {
    SetupView {
        account: "oliver".into(),
        display_name: "Oliver Grant".into(),
        people: vec![("oliver".into(), "Oliver Grant, New York".into())],
        error: Some(("again", "The two passwords differ".into())),
        ..SetupView::default()
    }
}

pub fn ack() -> AckView {
    AckView {
        incident: IncidentId(1042),
        severity: Severity::Sev2,
        title: "US dollar wires are not reaching the Fed".into(),
        who: "Jun Ho".into(),
        zone: zone(HK.1),
        opened: t("17T17:46:19"),
        state: AckState::Waiting { next: Some((Say::new().text("Grace Lau"), t("17T18:17:00"))) },
        why: "You are second in Network Hong Kong tonight. Kit Wong did not answer within 5 min.".into(),
        alerts: vec![
            "FedwireQueueStuck: queue to fedline grows by 47 a minute".into(),
            "ChainHeld: 1,204 messages held after mq-gateway".into(),
        ],
        alerts_total: 5,
        others: vec![Say::new().text("Kit Wong, Hong Kong, paged ").at(t("17T18:07:00")).text(", no answer")],
        action: "/ack/x".into(),
        pass_on: Some("/ack/x/pass-on".into()),
    }
}

pub fn ack_yours() -> AckView {
    AckView { state: AckState::Yours { at: t("17T18:12:00") }, ..ack() }
}

pub fn oops(status: u16) -> OopsView {
    match status {
        404 => OopsView { status, title: "There is no incident 7711".into(), why: "Incidents are counted from 1; the newest is INC-1042.".into(), href: "/incidents".into(), link: "All incidents".into() },
        _ => OopsView { status, title: "Meridian is not ready yet".into(), why: "It is reading its journal. Alerts that are sent now are refused with 503 and sent again by their source.".into(), href: "/".into(), link: "Try again".into() },
    }
}
