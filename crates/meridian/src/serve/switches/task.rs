//! Runs the actions of switches: one look at the world whenever it changed, and a task for each try that was begun.

use std::collections::BTreeSet;

use meridian_core::{
    Command, World,
    id::{Actor, SwitchId},
    switch::{Deed, RunOutcome},
};
use tokio::{sync::oneshot, task::JoinSet};

use super::action::{Order, Runner};
use crate::serve::House;

/// Before the keeper is told again what it could not take.
const REST: jiff::SignedDuration = jiff::SignedDuration::from_secs(1);

/// How long a stop waits for actions that run.
const LAST_WORDS: std::time::Duration = std::time::Duration::from_secs(10);

type Try = (SwitchId, u32);

/// The one that runs actions.
pub struct Task {
    house: House,
    runner: Runner,
    /// Were begun before this process was: nobody knows what became of them.
    lost: Vec<Try>,
    started: BTreeSet<Try>,
}

fn running(world: &World) -> Vec<Try> {
    let open = world.switches.iter().filter_map(|switch| Some((switch.id, switch.running()?.run)));
    open.collect()
}

impl Task {
    /// To be made before anybody can ask for anything: what runs already by the journal was begun by another process.
    pub fn new(house: House, runner: Runner) -> Task {
        let lost = running(&house.keeper.world());
        Task { house, runner, started: lost.iter().copied().collect(), lost }
    }

    /// Runs until `stop` fires, then waits for what is under way.
    pub async fn run(mut self, mut stop: oneshot::Receiver<()>) {
        let mut changed = self.house.keeper.changed();
        let mut under_way = JoinSet::new();
        for lost in std::mem::take(&mut self.lost) {
            under_way.spawn(tell(self.house.clone(), lost, RunOutcome::Unknown));
        }
        loop {
            changed.mark_unchanged();
            for one in running(&self.house.keeper.world()) {
                if self.started.insert(one) {
                    let (house, runner) = (self.house.clone(), self.runner.clone());
                    under_way.spawn(carry_out(house, runner, one));
                }
            }
            tokio::select! {
                biased;
                _ = &mut stop => break,
                Some(_) = under_way.join_next(), if !under_way.is_empty() => {}
                gone = changed.changed() => if gone.is_err() { break },
            }
        }
        // What does not end soon is unknown to the next process, and a person looks.
        let _ = tokio::time::timeout(LAST_WORDS, async { while under_way.join_next().await.is_some() {} }).await;
    }
}

async fn carry_out(house: House, runner: Runner, (id, run): Try) {
    let order = Order::of(&house, id, run);
    let outcome = match order {
        Some(order) => runner.run(&house, order).await,
        None => RunOutcome::Failed("the switch has no such action".to_owned()),
    };
    tell(house, (id, run), outcome).await;
}

/// Until the keeper has taken it; a keeper that is gone needs no word.
async fn tell(house: House, (switch, run): Try, outcome: RunOutcome) {
    loop {
        let deed = Box::new(Deed::Ended { run, outcome: outcome.clone() });
        match house.keeper.ask(Actor::System, Command::Switch { switch, deed }).await {
            Err(crate::serve::AskError::Unavailable { .. }) => house.clock.sleep(REST).await,
            _ => return,
        }
    }
}
