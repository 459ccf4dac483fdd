//! The chains in the picture of the day: how much each confirmed, and when messages were held or a test point was dark.

use meridian_core::{
    Instant,
    chain::{
        breach::{OpenBreach, Trouble},
        engine::flow::STEP,
    },
    estate::Chain,
};

use super::Lens;
use crate::{
    serve::chains::Chains,
    ui::view::day::{Pulse, PulseKind, Stretch, Wrong},
};

/// So many chains have a row; their page has all.
const CHAINS: usize = 6;

/// Those that anything was ever heard of, what is wrong first if there are too many, and how many more there are.
pub(super) fn pulses(lens: &Lens<'_>, chains: &Chains, (from, until): Stretch) -> (Vec<Pulse>, usize) {
    let all = lens.world.estate().chains.values().map(|chain| pulse(lens, chains, chain, (from, until)));
    let mut found: Vec<Pulse> = all.filter(|pulse| !pulse.rate.is_empty() || !pulse.wrong.is_empty()).collect();
    let more = found.len().saturating_sub(CHAINS);
    if more > 0 {
        found.sort_by_key(|pulse| pulse.now.is_none());
        found.truncate(CHAINS);
        found.sort_by(|a, b| a.name.cmp(&b.name));
    }
    (found, more)
}

fn pulse(lens: &Lens<'_>, chains: &Chains, chain: &Chain, (from, until): Stretch) -> Pulse {
    let name = &chain.plan.name;
    let of = |open: &&OpenBreach| open.breach.key.chain == *name;
    let breaches = || lens.world.breaches.open().chain(lens.world.breaches.over()).filter(of);
    let wrong = breaches().filter_map(|one| wrong(lens, one)).filter(|one| one.from < until && from < one.until);
    let mut worst: Vec<&OpenBreach> = lens.world.breaches.open().filter(of).collect();
    worst.sort_by_key(|open| (open.breach.key.trouble, open.breach.since));
    let now = worst.first().map(|open| (open.breach.words(), open.breach.key.trouble.is_grave()));
    Pulse {
        name: name.to_string(),
        title: chain.display_name.clone(),
        rate: rate(lens, chains, chain, from),
        wrong: wrong.collect(),
        now,
    }
}

fn wrong(lens: &Lens<'_>, one: &OpenBreach) -> Option<Wrong> {
    let kind = match one.breach.key.trouble {
        Trouble::Lost => PulseKind::Held,
        Trouble::Dark => PulseKind::Dark,
        _ => return None,
    };
    let until = one.cleared_at.unwrap_or(lens.now);
    Some(Wrong { kind, from: one.breach.since.min(until), until, words: one.breach.words() })
}

/// What was confirmed, in steps of ten minutes that begin in this picture and are over.
fn rate(lens: &Lens<'_>, chains: &Chains, chain: &Chain, from: Instant) -> Vec<(Stretch, u32)> {
    let Some(look) = chains.look_lately(&chain.plan.name, lens.now) else { return Vec::new() };
    let steps = look.flow.end_to_end.steps();
    let count = i64::try_from(steps.len()).unwrap_or_default();
    let step = |(place, histogram): (i64, &meridian_core::chain::engine::flow::Histogram)| {
        let ago = |steps: i64| look.at.checked_sub(jiff::SignedDuration::from_nanos(STEP.saturating_mul(steps))).ok();
        let stretch = (ago(count - place)?, ago(count - place - 1)?);
        (from <= stretch.0 && stretch.1 <= lens.now).then_some((stretch, histogram.count()))
    };
    let rate: Vec<(Stretch, u32)> = (0..count).zip(steps).filter_map(step).collect();
    if rate.iter().all(|(_, count)| *count == 0) { Vec::new() } else { rate }
}
