//! Laws: the verdicts are those of the model, whatever happens; a fold that stops and goes on is the fold.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::history::{play, step};
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
    prop_oneof![Just(plan()), Just(plan_of_routes()), Just(plan_of_acknowledgement())]
}

proptest! {
    #[test]
    fn the_verdicts_are_those_of_the_model(
        plan in plans(), counting in any::<[bool; 5]>(), steps in proptest::collection::vec(step(), 1..70),
        stops in proptest::collection::btree_set(0..70_usize, 0..3),
    ) {
        let records = play(&steps, counting);
        let (mut engine, mut naive) = (Engine::new(vec![plan.clone()]).unwrap(), Naive::default());
        let mut live = BTreeMap::new();
        for (place, record) in records.iter().enumerate() {
            let mut changes = Vec::new();
            engine.apply(record, &mut changes);
            hold(&mut live, &changes).map_err(TestCaseError::fail)?;
            let said: Said = live.values().map(|verdict| (verdict.subject.clone(), verdict.hop, verdict.rule.clone())).collect();
            let expected = naive.step(&plan, record);
            let (more, less): (Vec<_>, Vec<_>) = (said.difference(&expected).collect(), expected.difference(&said).collect());
            let story: Vec<String> = records[..=place].iter().map(|record| format!("{record:?}")).collect();
            prop_assert!(said == expected, "too much {:?}
too little {:?}
after {:#?}", more, less, story);
            if stops.contains(&place) {
                let bytes = engine.to_bytes().unwrap();
                let again = Engine::from_bytes(vec![plan.clone()], &bytes).unwrap();
                prop_assert_eq!(&again.state, &engine.state);
                engine = again;
            }
        }
    }
}
