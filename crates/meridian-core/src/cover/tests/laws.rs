//! Laws that hold for any estate and any sequence of changes, with the world folded anew between any two.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::{Room, at, name};
use crate::{
    Command, Fact, Instant, Reply,
    cover::{LeaveWhen, LeaveWish, PartWish, RequestState, WithdrawnBecause},
    estate::{Override, Role},
    id::{ChangeId, Name},
    incident::Severity,
    page::PageFact,
    roster::{RosterFact, Shift},
};

const PEOPLE: [&str; 6] = ["ana", "ben", "cem", "dia", "eva", "fay"];
const ROTAS: [&str; 2] = ["day", "all"];
const START: &str = "2026-03-27T00:00Z";

/// The persons and hours of two rotas in three zones, over the weekend on which Europe changes its clocks.
#[derive(Clone, Debug)]
struct Plan {
    members: Vec<Vec<usize>>,
    hours: Vec<(u8, u8)>,
    every: u8,
    approve: bool,
    notice: bool,
    leave: Option<(usize, u8)>,
}

fn plan() -> impl Strategy<Value = Plan> {
    let members = prop::collection::vec(prop::collection::btree_set(0usize..6, 1..4), 3);
    let hours = prop::collection::vec((0u8..24, 1u8..24), 3);
    (members, hours, 1u8..30, any::<bool>(), any::<bool>(), prop::option::of((0usize..6, 0u8..6))).prop_map(
        |(members, hours, every, approve, notice, leave)| Plan {
            members: members.into_iter().map(|turn| turn.into_iter().collect()).collect(),
            hours,
            every,
            approve,
            notice,
            leave,
        },
    )
}

impl Plan {
    fn yaml(&self, without: Option<usize>) -> String {
        let document = |kind: &str, name: &str, spec: &str| {
            format!("apiVersion: meridian/v1\nkind: {kind}\nmetadata: {{ name: {name} }}\nspec: {spec}\n---\n")
        };
        let zones = ["Europe/London", "America/New_York", "Australia/Lord_Howe"];
        let mut text = document("Channel", "push", "{ ntfy: { url: \"http://127.0.0.1:1\" } }");
        for (site, zone) in zones.iter().enumerate() {
            text += &document("Site", &format!("s{site}"), &format!("{{ timeZone: {zone} }}"));
        }
        let here = |person: &usize| without != Some(*person);
        for (number, person) in PEOPLE.iter().enumerate().filter(|(number, _)| here(number)) {
            let leave = self.leave.filter(|(of, _)| *of == number).map_or(String::new(), |(_, day)| {
                format!(", leave: [{{ from: 2026-03-{}, until: 2026-03-{} }}]", 26 + day % 3, 28 + day % 3)
            });
            let contact = format!("contacts: [{{ name: phone, ntfy: {person} }}]");
            text += &document("Person", person, &format!("{{ site: s{}, {contact}{leave} }}", number % 3));
        }
        let names = |members: &[usize]| {
            let known: Vec<&str> = members.iter().filter(|number| here(number)).map(|number| PEOPLE[*number]).collect();
            if known.is_empty() { PEOPLE[usize::from(without == Some(0))].to_owned() } else { known.join(", ") }
        };
        let lead = PEOPLE[usize::from(without == Some(0))];
        let notice = if self.notice { ", takeNotice: 6h" } else { "" };
        let team = format!(
            "{{ members: [{}], lead: {lead}, approveSwaps: {}{notice} }}",
            names(&[0, 1, 2, 3, 4, 5]),
            self.approve
        );
        text += &document("Team", "crew", &team);
        let layer = |number: usize, hours: bool| {
            let (from, to) = self.hours[number];
            let hours = if hours {
                format!("hours: [{{ from: \"{from:02}:00\", to: \"{to:02}:00\" }}], ")
            } else {
                String::new()
            };
            let members = names(&self.members[number]);
            format!(
                "{{ name: l{number}, site: s{number}, {hours}rotation: {{ start: 2026-03-01T09:00, every: {} hours, members: [{members}] }} }}",
                self.every
            )
        };
        text +=
            &document("Rota", "day", &format!("{{ team: crew, layers: [{}, {}] }}", layer(0, true), layer(1, true)));
        text += &document("Rota", "all", &format!("{{ layers: [{}] }}", layer(2, false)));
        for rota in ROTAS {
            text += &document("Escalation", rota, &format!("{{ steps: [{{ page: rota/{rota}, within: 5m }}] }}"));
        }
        text + &document("Routing", "routes", "{ route: { receiver: all } }")
    }
}

#[derive(Clone, Debug)]
struct Act {
    kind: u8,
    person: usize,
    other: usize,
    rota: usize,
    /// Quarters of an hour from now.
    from: i64,
    length: i64,
    change: u64,
    pass: i64,
    refold: bool,
}

fn act() -> impl Strategy<Value = Act> {
    let whom = (0usize..6, 0usize..6, 0usize..2);
    (0u8..18, whom, -8i64..300, 1i64..120, 0u64..20, 0i64..600, prop::bool::weighted(0.1)).prop_map(
        |(kind, (person, other, rota), from, length, back, pass, refold)| Act {
            kind,
            person,
            other,
            rota,
            from,
            length,
            change: back,
            pass,
            refold,
        },
    )
}

fn person(number: usize) -> Name {
    name(PEOPLE[number])
}

fn quarters(now: Instant, count: i64) -> Instant {
    now + SignedDuration::from_mins(15 * count)
}

impl Act {
    fn part(&self, room: &Room, who: usize, shift: i64) -> PartWish {
        let from = quarters(room.now, self.from + shift);
        let (rota, until) = (name(ROTAS[self.rota]), quarters(from, self.length));
        PartWish { rota, layer: None, person: person(who), from, until }
    }

    /// A part that its person really has, so that swaps are not always refused.
    fn own_part(&self, room: &Room, shift: i64) -> PartWish {
        let from = quarters(room.now, self.from.max(0) + shift);
        let rota = name(ROTAS[self.rota]);
        match room.world.on_watch(&rota, from).first() {
            Some(watch) => PartWish {
                rota,
                layer: Some(watch.layer.to_string()),
                person: watch.person.clone(),
                from,
                until: quarters(from, self.length).min(watch.until),
            },
            None => self.part(room, self.person, shift),
        }
    }

    fn command(&self, room: &Room, plan: &Plan) -> Command {
        let newest = room.world.covers.iter().next_back().map_or(1, |change| change.id.0);
        let (by, change) = (person(self.other), ChangeId(newest.saturating_sub(self.change)));
        let reason = String::new();
        let from = quarters(room.now, self.from.max(0));
        let until = quarters(from, self.length);
        match self.kind {
            0 => Command::AskCover { part: self.own_part(room, 0), reason },
            1 => Command::AskCover { part: self.part(room, self.person, 0), reason },
            2 | 3 => match room.world.covers.wanted(room.now).nth(self.change as usize % 4) {
                Some((change, _)) => Command::TakeCover { change: change.id, by },
                None => Command::TakeCover { change, by },
            },
            4 => Command::DeclineCover { change, by },
            5 => Command::WithdrawCover { change },
            6 => Command::TakeShift { part: self.own_part(room, 0), by, reason },
            7 | 8 => Command::ProposeSwap {
                one: self.own_part(room, 0),
                other: self.own_part(room, self.length + 8),
                reason,
            },
            9 | 10 => match room.world.covers.pending().next() {
                Some((change, swap)) => Command::AcceptSwap { change: change.id, by: swap.other.person.clone() },
                None => Command::AcceptSwap { change, by },
            },
            11 => match room.world.covers.pending().next() {
                Some((change, _)) => Command::ApproveSwap { change: change.id, by: person(0) },
                None => Command::RefuseSwap { change, by, reason },
            },
            12 => Command::AddLeave(LeaveWish {
                person: person(self.person),
                when: LeaveWhen::Instants { from, until },
                note: reason,
                origin: None,
            }),
            13 => Command::ReportSick { person: person(self.person), until, note: reason },
            14 => Command::EndSick { person: person(self.person) },
            15 => {
                let rota = name(ROTAS[self.rota]);
                let replace = (!self.change.is_multiple_of(3)).then(|| person(self.person));
                let change = Override { from, until, replace, with: by.clone(), layer: None };
                if change.replace.as_ref() == Some(&by) {
                    return Command::EndSick { person: by };
                }
                Command::AddOverride { rota, change }
            }
            16 => {
                let without = self.change.is_multiple_of(4).then_some(self.person);
                let files = vec![crate::estate::SourceFile { path: "e.yaml".into(), text: plan.yaml(without) }];
                let digest = crate::estate::digest(&files);
                Command::LoadEstate { files, digest }
            }
            _ => Command::UndoChange { change, by: Some(by) },
        }
    }
}

type Cover = Vec<(Name, Vec<(Instant, Instant)>)>;

/// Where each layer has nobody.
fn holes(room: &Room, from: Instant, until: Instant) -> Cover {
    let mut all = Vec::new();
    for rota in room.world.estate().rotas.values() {
        for layer in &rota.layers {
            let shifts = room.world.shifts(&rota.name, from, until);
            let (mut covered, mut holes) = (from, Vec::new());
            for shift in shifts.iter().filter(|shift| *shift.layer == *layer.name) {
                if covered < shift.from {
                    holes.push((covered, shift.from));
                }
                covered = covered.max(shift.until);
            }
            if covered < until {
                holes.push((covered, until));
            }
            all.push((name(&format!("{}-{}", rota.name, layer.name)), holes));
        }
    }
    all
}

fn within(inner: &Cover, outer: &Cover) -> bool {
    inner.iter().zip(outer).all(|((_, inner), (_, outer))| {
        inner.iter().all(|(from, until)| outer.iter().any(|(begin, end)| begin <= from && until <= end))
    })
}

fn is_extra_removed(room: &Room, extra: &BTreeSet<u64>, before: usize) -> bool {
    room.journal[before..].iter().any(|entry| match &*entry.fact {
        Fact::Roster(RosterFact::OverrideRemoved { id, .. } | RosterFact::OverrideEnded { id, .. }) => {
            extra.contains(id)
        }
        _ => false,
    })
}

/// The pager, the shifts, and the question of who is on watch give the same persons; nobody who is sick is paged.
fn agree(room: &mut Room, when: Instant) {
    for rota in ROTAS.map(name) {
        let persons = |shifts: Vec<Shift>| -> BTreeSet<(String, Name)> {
            shifts.into_iter().map(|shift| (shift.layer.to_string(), shift.person)).collect()
        };
        let on_watch = persons(room.world.on_watch(&rota, when));
        let around =
            room.world.shifts(&rota, when - SignedDuration::from_hours(30), when + SignedDuration::from_hours(30));
        let around = around.into_iter().filter(|shift| shift.from <= when && when < shift.until).collect();
        assert_eq!(on_watch, persons(around), "{rota} at {when}");
    }
    for rota in ROTAS {
        let before = room.journal.len();
        let opened = Command::OpenIncident { title: "x".into(), severity: Severity::Sev2, escalation: name(rota) };
        let Ok(Reply::Incident(incident)) = room.ask(opened) else { panic!("no incident") };
        let paged: BTreeSet<Name> = room.journal[before..]
            .iter()
            .filter_map(|entry| match &*entry.fact {
                Fact::Page(PageFact::Opened { person, .. }) => Some(person.clone()),
                _ => None,
            })
            .collect();
        let (world, now) = (&room.world, room.now);
        let on_watch = world.on_watch(&name(rota), now).into_iter().filter(|shift| shift.role == Role::Primary);
        let can = |person: &Name| world.estate().persons.contains_key(person) && !world.is_sick(person, now);
        let expected: BTreeSet<Name> = on_watch.map(|shift| shift.person).filter(can).collect();
        assert_eq!(paged, expected, "who is paged in {rota}");
        room.ask(Command::Resolve { incident, reason: String::new() }).unwrap();
    }
}

fn check(plan: &Plan, acts: Vec<Act>) {
    let mut room = Room::new(START);
    room.load(&plan.yaml(None));
    let far = at(START) + SignedDuration::from_hours(24 * 12);
    let mut extra: BTreeSet<u64> = BTreeSet::new();
    for act in acts {
        room.now += SignedDuration::from_mins(act.pass);
        room.world.tick(room.now, &mut room.journal);
        let (before, long_ago) = (room.journal.len(), at(START));
        let (open, past) = (holes(&room, room.now, far), pasts(&room, long_ago));
        let command = act.command(&room, plan);
        let loads = matches!(command, Command::LoadEstate { .. });
        let added = matches!(&command, Command::AddOverride { change, .. } if change.replace.is_none());
        let told = format!("{command:?}");
        let reply = room.ask(command);
        if let (true, Ok(Reply::Override(id))) = (added, &reply) {
            extra.insert(*id);
        }
        if reply.is_err() {
            assert_eq!(room.journal.len(), before, "a refusal changes nothing: {told}");
        }
        if !loads {
            assert_eq!(pasts(&room, long_ago), past, "what was stays as it was: {told}");
            let after = holes(&room, room.now, far);
            let said = is_extra_removed(&room, &extra, before);
            assert!(said || within(&after, &open), "a watch vanished by {told}: {open:?} and then {after:?}");
        }
        lost_are_named(&room);
        if act.refold {
            room.world = crate::World::from_snapshot(&room.world.to_snapshot().unwrap()).unwrap();
        }
        let when = quarters(room.now, act.from.max(0));
        agree(&mut room, when);
    }
    room.survives();
}

fn pasts(room: &Room, from: Instant) -> Vec<Vec<Shift>> {
    ROTAS.iter().map(|rota| room.world.shifts(&name(rota), from, room.now)).collect()
}

/// For whoever holds a watch and is not in the estate cover is asked, unless somebody said that none is wanted.
fn lost_are_named(room: &Room) {
    for conflict in room.world.conflicts(room.now, room.now + SignedDuration::from_hours(24 * 5)) {
        if conflict.because == crate::cover::ConflictBecause::NotInEstate {
            let shift = &conflict.shift;
            let by_hand = room.world.covers.requests(room.now).any(|(_, request)| {
                matches!(request.state, RequestState::Withdrawn { because: WithdrawnBecause::ByHand, .. })
                    && request.part.person == shift.person
                    && request.part.from < shift.until
                    && shift.from < request.part.until
            });
            assert!(by_hand || conflict.asked.is_some(), "{conflict:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn no_sequence_of_changes_loses_a_watch(plan in plan(), acts in prop::collection::vec(act(), 1..16)) {
        check(&plan, acts);
    }
}
