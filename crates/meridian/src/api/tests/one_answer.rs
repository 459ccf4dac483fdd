//! One answer: for any estate and any sequence of changes, at every instant, the pager, the API, the calendar feed and
//! the pages name the same persons.
//!
//! Who is scheduled, the API, the feeds and both pages tell; who is responsible, the pager, the API and the day. In a
//! rota that passes by the clock the two are one; in one that passes by acceptance they part from when a handoff was
//! due until it is accepted, and no calendar shows that. Each answer is read back from what is really sent.

mod act;
mod answers;
mod estate;

use meridian_core::{
    Command, Instant,
    access::AccountRole,
    id::{Actor, IncidentId},
};
use proptest::prelude::*;

use self::{
    act::{Act, act, quarters},
    answers::{Answers, Persons, reachable},
    estate::{Changed, Layer, Plan, ROTAS, person, plan},
};
use super::house::{Asked, Mock};
use crate::serve::Intake;

/// A house that plays through changes, and the addresses of its feeds.
struct Room {
    mock: Mock,
    asked: Asked,
    now: Instant,
    feeds: Vec<(String, String)>,
}

impl Room {
    async fn begin(plan: &Plan) -> Room {
        let now: Instant = plan.start.parse().unwrap();
        let mock = Mock::empty(now, Intake::Open).await;
        mock.house.keeper.ask(Actor::System, plan.load(Changed::default())).await.unwrap();
        let asked = mock.session("watcher", AccountRole::Admin).await;
        let mut room = Room { mock, asked, now, feeds: Vec::new() };
        for of in ROTAS.iter().map(|rota| format!("rota/{rota}")).chain([format!("person/{}", person(1))]) {
            let address = room.answers().feed(&of).await;
            room.feeds.push((of, address));
        }
        room
    }

    fn answers(&self) -> Answers<'_> {
        Answers { mock: &self.mock, asked: &self.asked }
    }

    async fn play(&mut self, act: &Act, plan: &Plan) {
        self.now = quarters(self.now, act.pass);
        self.mock.house.clock.raise(self.now);
        let keeper = &self.mock.house.keeper;
        // What became due meanwhile is done before anybody asks for anything.
        let _ = keeper.ask(Actor::System, Command::Note { incident: IncidentId(0), text: "x".into() }).await;
        let commands = act.commands(&keeper.world(), self.now, plan);
        for command in commands {
            // Refused or not: afterwards all four must say the same.
            let _ = keeper.ask(Actor::Account("watcher".into()), command).await;
        }
    }

    /// At one instant that has just been.
    async fn agree_now(&self) {
        let answers = self.answers();
        for rota in ROTAS {
            let (paged, at) = answers.pager(rota).await;
            let responsible = answers.responsible(rota, at).await;
            self.paged_are_responsible(rota, at, paged, &responsible).await;
            self.same(rota, None, at, responsible).await;
        }
    }

    async fn agree_then(&self, at: Instant) {
        let answers = self.answers();
        for rota in ROTAS {
            let responsible = answers.responsible(rota, at).await;
            // Whether a handoff will be accepted nobody knows.
            if self.passes_by_the_clock(rota) {
                self.paged_are_responsible(rota, at, answers.pager_then(rota, at), &responsible).await;
            }
            self.same(rota, Some(at), at, responsible).await;
        }
    }

    fn passes_by_the_clock(&self, rota: &str) -> bool {
        self.mock.house.keeper.world().estate().rotas[rota].handoff.is_none()
    }

    /// The pager pages all who are responsible and can be reached, those who learn beside them, and nobody else.
    async fn paged_are_responsible(&self, rota: &str, at: Instant, paged: Persons, responsible: &Persons) {
        let learners = self.answers().oncall(rota, at).await.learners;
        let world = self.mock.house.keeper.world();
        // Whoever is named as responsible can be reached; with all of them sick there is nobody else to name.
        let (learners, expected) = (reachable(&world, learners, at), reachable(&world, responsible.clone(), at));
        assert!(expected == *responsible || expected.is_empty(), "{rota} at {at}: {responsible:?}");
        let others: Persons = paged.difference(&learners).chain(paged.intersection(&expected)).cloned().collect();
        assert_eq!(others, expected, "pager and API: {rota} at {at}");
        if self.passes_by_the_clock(rota) {
            assert!(learners.is_subset(&paged), "who learns is not paged: {rota} at {at}: {learners:?}, {paged:?}");
        }
    }

    /// The API's two answers, the pages'.
    async fn same(&self, rota: &str, moment: Option<Instant>, at: Instant, responsible: Persons) {
        let answers = self.answers();
        let answers::Oncall { watch, primary, .. } = answers.oncall(rota, at).await;
        assert_eq!(answers.rota_page(rota, at).await, watch, "rota page and API: {rota} at {at}");
        let (primary_of_day, responsible_of_day) = answers.day(rota, moment, at).await;
        assert_eq!(primary_of_day, primary, "day and API, on watch: {rota} at {at}");
        assert_eq!(responsible_of_day, responsible, "day and API, responsible: {rota} at {at}");
        if self.passes_by_the_clock(rota) {
            let well = reachable(&self.mock.house.keeper.world(), primary, at);
            assert_eq!(responsible, well, "on watch and responsible: {rota} at {at}");
        }
    }

    /// One of the feeds at all these instants: to make one of a year takes longer than all other answers together.
    async fn feed_agrees(&self, which: usize, instants: &[Instant]) {
        if let Some((of, address)) = self.feeds.get(which % self.feeds.len()) {
            let calendar = self.answers().calendar(address).await;
            // A calendar knows whole seconds only.
            for at in instants.iter().map(|at| next_second(*at)) {
                let mut expected = std::collections::BTreeSet::new();
                for rota in ROTAS {
                    expected.extend(self.answers().oncall(rota, at).await.roles);
                }
                let (kind, name) = of.split_once('/').unwrap();
                let concerns = |one: &String| match kind {
                    "rota" => one.starts_with(&format!("{name}: ")),
                    _ => one.ends_with(&format!(", {name}")),
                };
                expected.retain(concerns);
                assert_eq!(calendar.at(at), expected, "feed {of} and API at {at}");
            }
        }
    }
}

fn next_second(at: Instant) -> Instant {
    let whole = Instant::from_second(at.as_second()).unwrap();
    if whole < at { whole + jiff::SignedDuration::from_secs(1) } else { whole }
}

async fn check(plan: &Plan, acts: &[Act]) {
    let mut room = Room::begin(plan).await;
    let mut instants = Vec::new();
    for act in acts {
        room.play(act, plan).await;
        room.agree_now().await;
        // Of what is over the API tells what was known then, so that not even a moment may lie between.
        let then = quarters(room.now, act.then).max(room.mock.house.clock.now());
        room.agree_then(then).await;
        instants.push(then);
    }
    let now = room.mock.house.clock.now();
    instants.retain(|at| *at >= now);
    instants.push(now);
    let which = acts.iter().map(|act| act.which).sum();
    room.feed_agrees(which, &instants).await;
}

/// Found by the property: the estate changes while the watch passes.
#[tokio::test]
async fn a_watch_that_begins_elsewhere_after_the_estate_changed() {
    let layer = |site, hours, member| Layer {
        site,
        role: 0,
        hours,
        every: 0,
        served: false,
        closed: false,
        members: vec![member],
        comes: None,
    };
    let ring = vec![layer(1, Some((0, 1, 2)), 3), layer(0, Some((0, 2, 0)), 0)];
    let plan = Plan { start: "2026-03-07T18:00Z", rotas: [vec![layer(0, None, 0)], ring], approve: false, leave: None };
    let nothing = Act { kind: 0, person: 0, other: 0, rota: 0, from: 0, length: 1, which: 0, pass: 28, then: 0 };
    check(&plan, &[Act { kind: 15, which: 4, pass: 0, ..nothing.clone() }, nothing]).await;
}

proptest! {
    // With `PROPTEST_CASES=N` a quarter of N.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases / 4, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn pager_api_feed_and_page_name_the_same_persons(plan in plan(), acts in prop::collection::vec(act(), 1..6)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(&plan, &acts));
    }
}
