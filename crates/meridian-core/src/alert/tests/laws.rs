//! Laws that hold for every sequence of what can happen.

use proptest::prelude::*;

use super::*;
use crate::{
    id::IncidentId,
    incident::{IncidentFact, IncidentResolvedBecause, OpenedBecause},
};

#[derive(Clone, Debug)]
enum Happening {
    Send(Vec<(u8, i64)>),
    Silence(u8, i64),
    Expire(u8),
    Pass(i64),
    Estate(bool),
    Start,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => prop::collection::vec((0u8..24, -100i64..900), 1..6).prop_map(Happening::Send),
        1 => (0u8..3, 1i64..2000).prop_map(|(n, until)| Happening::Silence(n, until)),
        1 => (0u8..3).prop_map(Happening::Expire),
        4 => (1i64..1000).prop_map(Happening::Pass),
        1 => any::<bool>().prop_map(Happening::Estate),
        1 => Just(Happening::Start),
    ]
}

/// Two estates: by team with inhibition, and by site with `continue`.
fn estates() -> [Routing; 2] {
    let mut first = routing(route("all", "", &["team"], vec![route("a", "team=t0", &["site"], vec![])]));
    first.inhibit_rules.push(InhibitRule {
        source: Matcher::parse("site=s0").unwrap(),
        target: Matcher::parse("site=~s0|s1").unwrap(),
        equal: vec!["team".into()],
    });
    let mut on = route("b", "site=s0", &["team"], vec![]);
    on.continues = true;
    let twin = route("c", "site=s0", &["team"], vec![]);
    [first, routing(route("all", "", &["site"], vec![on, twin]))]
}

fn alert(n: u8, ends: Instant) -> Incoming {
    // Never to the nanosecond what an alert without an end is given.
    let ends = ends.saturating_add(SignedDuration::from_nanos(1)).unwrap();
    Incoming { ends_at: Some(ends), ..incoming(&format!("n=n{n} team=t{} site=s{}", n % 3, n % 4)) }
}

/// What is applied, in order: enough to fold it again.
#[derive(Clone, Debug)]
enum Entry {
    Alert(Instant, AlertFact),
    Incident(Instant, IncidentFact),
    Estate(Instant, usize),
    Started(Instant),
}

fn fold(state: &mut Alerts, estate: &mut usize, estates: &[Routing; 2], entry: &Entry) {
    match entry {
        Entry::Alert(at, fact) => state.apply(*at, fact, Some(&estates[*estate])),
        Entry::Incident(at, fact) => state.apply_incident(*at, fact),
        Entry::Estate(at, next) => {
            *estate = *next;
            state.apply_estate(*at, Some(&estates[*next]));
        }
        Entry::Started(at) => state.apply_started(*at),
    }
}

/// Lives through what happens and yields the journal and the state.
fn live(happenings: &[Happening]) -> (Vec<Entry>, Alerts) {
    let estates = estates();
    let (mut state, mut estate, mut journal, mut now, mut incidents) = (Alerts::default(), 0, Vec::new(), 0i64, 0);
    let mut push = |state: &mut Alerts, estate: &mut usize, entry: Entry| {
        fold(state, estate, &estates, &entry);
        journal.push(entry);
    };
    push(&mut state, &mut estate, Entry::Estate(at(0), 0));
    for happening in happenings {
        let moment = at(now);
        match happening {
            Happening::Send(all) => {
                let intake = state.intake(moment, all.iter().map(|(n, ends)| alert(*n, at(now + ends))).collect());
                for fact in intake.facts {
                    push(&mut state, &mut estate, Entry::Alert(moment, fact));
                }
                state.absorb(moment, intake.absorbed);
            }
            Happening::Silence(n, until) => {
                let silence = Silence {
                    id: format!("s{n}").into(),
                    matchers: vec![Matcher::parse(&format!("team=t{n}")).unwrap()[0].written()],
                    starts_at: moment,
                    ends_at: at(now + until),
                    created_by: "wen".into(),
                    comment: "x".into(),
                    updated_at: moment,
                };
                push(&mut state, &mut estate, Entry::Alert(moment, AlertFact::SilenceSet { silence }));
            }
            Happening::Expire(n) => {
                if let Ok(Some(fact)) = state.plan_expire(moment, &format!("s{n}")) {
                    push(&mut state, &mut estate, Entry::Alert(moment, fact));
                }
            }
            Happening::Pass(seconds) => now += seconds,
            Happening::Estate(which) => push(&mut state, &mut estate, Entry::Estate(moment, usize::from(*which))),
            Happening::Start => push(&mut state, &mut estate, Entry::Started(moment)),
        }
        let moment = at(now);
        while let Some(fact) = state.due(moment) {
            push(&mut state, &mut estate, Entry::Alert(moment, fact));
        }
        for (key, flush) in state.flush(moment) {
            let fact = match flush {
                Flush::Open { alerts } => {
                    incidents += 1;
                    IncidentFact::Opened {
                        incident: IncidentId(incidents),
                        title: String::new(),
                        severity: Severity::Sev3,
                        escalation: "x".parse().unwrap(),
                        because: OpenedBecause::AlertsFired { group: key, alerts },
                    }
                }
                Flush::Changed { incident, joined, left } => IncidentFact::AlertsChanged { incident, joined, left },
                Flush::Remind { incident } => IncidentFact::Reminded { incident },
                Flush::Resolve { incident } => {
                    IncidentFact::Resolved { incident, because: IncidentResolvedBecause::AllAlertsResolved }
                }
                Flush::Quiet { .. } => continue,
            };
            push(&mut state, &mut estate, Entry::Incident(moment, fact));
        }
    }
    (journal, state)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// A snapshot at any cut, then the rest: the same bytes as without; and what was lived is what is folded.
    #[test]
    fn a_snapshot_changes_nothing(happenings in prop::collection::vec(happening(), 1..40), cut in 0usize..100) {
        let (journal, lived) = live(&happenings);
        let estates = estates();
        let (mut state, mut estate) = (Alerts::default(), 0);
        for (n, entry) in journal.iter().enumerate() {
            if n == cut % journal.len() {
                let bytes = serde_json::to_vec(&state).unwrap();
                state = serde_json::from_slice(&bytes).unwrap();
                prop_assert_eq!(serde_json::to_vec(&state).unwrap(), bytes);
                state.reindex(if n == 0 { None } else { Some(&estates[estate]) });
            }
            fold(&mut state, &mut estate, &estates, entry);
        }
        prop_assert_eq!(&state, &lived);
        prop_assert_eq!(serde_json::to_vec(&state).unwrap(), serde_json::to_vec(&lived).unwrap());
        // In one go, without what nobody asks for on the way.
        let (mut replayed, mut estate) = (Alerts::default(), 0);
        replayed.replay();
        journal.iter().for_each(|entry| fold(&mut replayed, &mut estate, &estates, entry));
        replayed.reindex(Some(&estates[estate]));
        prop_assert_eq!(serde_json::to_vec(&replayed).unwrap(), serde_json::to_vec(&lived).unwrap());
        let mut anew = state;
        anew.reindex(Some(&estates[estate]));
        prop_assert_eq!(replayed.next_due(), anew.next_due());
        prop_assert_eq!(replayed.due(at(9_000_000)), anew.due(at(9_000_000)));
    }

    /// Groups are where the routing says, nothing stays behind, and regrouping again changes nothing.
    #[test]
    fn groups_are_where_the_routing_says(happenings in prop::collection::vec(happening(), 1..40), which: bool) {
        let (_, mut state) = live(&happenings);
        let routing = &estates()[usize::from(which)];
        state.apply_estate(at(1_000_000), Some(routing));
        for (fp, alert) in state.active() {
            let wanted = receivers(routing, &alert.labels);
            let open = |key: &&GroupKey| state.group(key).is_some_and(|g| g.members.contains(&fp));
            prop_assert_eq!(alert.groups().filter(open).count(), alert.groups().len());
            let found: Vec<String> = alert.groups().take(wanted.len()).map(|k| state.group(k).unwrap().receiver.to_string()).collect();
            prop_assert_eq!(found, wanted.iter().map(|r| r.to_string()).collect::<Vec<_>>());
        }
        for (_, group) in state.groups() {
            prop_assert!(!group.members.is_empty() || group.incident.is_some());
            prop_assert!(group.members.iter().all(|fp| state.get(*fp).is_some()));
        }
        let before = serde_json::to_vec(&state).unwrap();
        state.apply_estate(at(2_000_000), Some(routing));
        prop_assert_eq!(serde_json::to_vec(&state).unwrap(), before);
    }

    /// However a source cuts its batches, the same alerts fire until the same ends.
    #[test]
    fn batches_may_be_cut_anywhere(all in prop::collection::vec((0u8..6, -100i64..900), 1..20), cuts in prop::collection::vec(any::<bool>(), 20)) {
        let run = |batches: Vec<Vec<(u8, i64)>>| {
            let mut state = Alerts::default();
            for batch in batches {
                let intake = state.intake(at(0), batch.into_iter().map(|(n, ends)| alert(n, at(ends))).collect());
                prop_assert!(intake.facts.len() <= 2);
                intake.facts.iter().for_each(|fact| state.apply(at(0), fact, None));
                state.absorb(at(0), intake.absorbed);
            }
            Ok(state.active().map(|(fp, alert)| (fp, alert.ends_at())).collect::<Vec<_>>())
        };
        let mut cut = vec![Vec::new()];
        for (pair, new) in all.iter().zip(&cuts) {
            if *new {
                cut.push(Vec::new());
            }
            cut.last_mut().unwrap().push(*pair);
        }
        prop_assert_eq!(run(vec![all])?, run(cut)?);
    }
}
