//! The colleague who agrees: where a switch needs a second person, the visitor of a demonstration is alone.

use meridian_core::{
    Command,
    id::{Actor, SwitchId},
    switch::{Deed, Step},
};

use crate::serve::House;

/// How long the colleague thinks about it, by the day's clock.
const THINKS: jiff::SignedDuration = jiff::SignedDuration::from_secs(90);

/// Runs as long as the demonstration.
pub async fn agree(house: House) {
    let mut changed = house.keeper.changed();
    loop {
        changed.mark_unchanged();
        let asked = {
            let world = house.keeper.world();
            let open = world.switches.iter().filter(|switch| switch.is_open());
            open.filter_map(|switch| Some((switch.id, *switch.asked.keys().next()?))).next()
        };
        if let Some((switch, step)) = asked {
            house.clock.sleep(THINKS).await;
            if let Some(deed) = deed(&house, switch, step).await {
                let command = Command::Switch { switch, deed: Box::new(deed) };
                // Refused: the visitor has changed their mind meanwhile.
                let _ = house.keeper.ask(colleague(), command).await;
            }
        }
        if changed.changed().await.is_err() {
            return;
        }
    }
}

fn colleague() -> Actor {
    Actor::Account("mei".into())
}

async fn deed(house: &House, id: SwitchId, step: Step) -> Option<Deed> {
    match step {
        Step::Fence => Some(Deed::Fence { dry: false }),
        Step::Replay => {
            let switches = house.switches.clone();
            let made = tokio::task::spawn_blocking(move || switches.replay(id)).await;
            made.ok()?.ok().map(Deed::Replay)
        }
        _ => None,
    }
}
