//! Laws: the verdicts are those of the model, whatever happens; a fold that stops and goes on is the fold.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::history::{calm, calm_step, play, step};
use super::naive::{Naive, Said};
use super::*;

/// What holds by the changes, each of which must fit what was said before.
fn hold(live: &mut BTreeMap<VerdictId, Verdict>, changes: &[Change]) -> Result<(), String> {
    for change in changes {
        let (was, now) = match change {
            Change::Raised(now) => (None, Some(now)),
            Change::Revised { was, now, .. } => (Some(was), Some(now)),
            Change::Withdrawn { was, .. } => (Some(was), None),
        };
        if was.is_some_and(|was| live.remove(was).is_none()) {
            return Err(format!("{change:?} changes what was not said"));
        }
        if now.is_some_and(|now| live.insert(now.id, now.clone()).is_some()) {
            return Err(format!("{change:?} is said twice"));
        }
    }
    Ok(())
}

fn plans() -> impl Strategy<Value = ChainPlan> {
    prop_oneof![Just(plan()), Just(plan_of_routes()), Just(plan_of_standby()), Just(plan_of_acknowledgement())]
}

/// Folds the records, stops and goes on where it is told to, and holds each answer against the model.
fn check(plan: &ChainPlan, records: &[Record<'static>], stops: &BTreeSet<usize>) -> Result<(), TestCaseError> {
    let (mut engine, mut naive) = (Engine::new(vec![plan.clone()]).unwrap(), Naive::default());
    let mut live = BTreeMap::new();
    for (place, record) in records.iter().enumerate() {
        let mut changes = Vec::new();
        engine.apply(record, &mut changes);
        hold(&mut live, &changes).map_err(TestCaseError::fail)?;
        let of = |verdict: &Verdict| (verdict.subject.clone(), verdict.hop, verdict.rule.clone());
        let said: Said = live.values().map(of).collect();
        let expected = naive.step(plan, record);
        let (more, less): (Vec<_>, Vec<_>) =
            (said.difference(&expected).collect(), expected.difference(&said).collect());
        let story = || records[..=place].iter().map(|record| format!("{record:?}\n")).collect::<String>();
        prop_assert!(said == expected, "too much {:?}\ntoo little {:?}\nafter {}", more, less, story());
        if stops.contains(&place) {
            let bytes = engine.to_bytes().unwrap();
            let again = Engine::from_bytes(vec![plan.clone()], &bytes).unwrap();
            prop_assert_eq!(&again.state, &engine.state);
            engine = again;
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_verdicts_are_those_of_the_model(
        plan in plans(), counting in any::<[bool; 5]>(), steps in proptest::collection::vec(step(), 1..70),
        stops in proptest::collection::btree_set(0..70_usize, 0..3),
    ) {
        check(&plan, &play(&steps, counting), &stops)?;
    }

    #[test]
    fn so_they_are_on_a_calm_day(
        plan in plans(), says in any::<[u8; 4]>(), steps in proptest::collection::vec(calm_step(), 1..120),
        stops in proptest::collection::btree_set(0..120_usize, 0..3),
    ) {
        check(&plan, &calm(&steps, says), &stops)?;
    }
}
