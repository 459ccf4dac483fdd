//! What is sent over the new route, how it is numbered from then on, and the account that closes a switch.

use std::collections::BTreeSet;

use super::{Facts, LANES_MAX, begin, conflict, invalid, may_say, partition_first, said, still, tries_left, two_of};
use crate::{
    chain::Amount,
    id::Actor,
    switch::{Account, LaneEpoch, Part, Phase, Replay, Step, Switch, SwitchFact},
};

pub fn fix(switch: &Switch, actor: &Actor, replay: Replay) -> Facts {
    still(switch)?;
    partition_first(switch)?;
    if switch.replay.is_some() {
        return conflict("the replay list is fixed already");
    }
    if let Some(asked) = two_of(switch, actor, Step::Replay)? {
        return Ok(vec![asked]);
    }
    let mut facts = vec![SwitchFact::ReplayFixed { switch: switch.id, replay }];
    facts.extend(next_of_replay(switch));
    Ok(facts)
}

/// The new route is opened before anything is sent over it.
pub fn next_of_replay(switch: &Switch) -> Option<SwitchFact> {
    let next = |phase| switch.next_action(phase).map(|action| begin(switch, phase, &action.name, false));
    next(Phase::Open).or_else(|| next(Phase::Replay))
}

pub fn again(switch: &Switch) -> Facts {
    still(switch)?;
    if switch.replay.is_none() || switch.replayed.is_some() {
        return conflict("there is nothing to be tried again");
    }
    tries_left(switch)?;
    match next_of_replay(switch) {
        Some(fact) => Ok(vec![fact]),
        None => conflict("no action is left; say that the list was sent"),
    }
}

pub fn rehearse(switch: &Switch) -> Facts {
    still(switch)?;
    tries_left(switch)?;
    if switch.replay.is_some() {
        return conflict("the replay list is fixed already");
    }
    let first =
        [Phase::Open, Phase::Replay].into_iter().find_map(|phase| Some((phase, switch.actions(phase).first()?)));
    match first {
        Some((phase, action)) => Ok(vec![begin(switch, phase, &action.name, true)]),
        None => conflict("the estate names no action that opens the new route or sends the list"),
    }
}

pub fn replayed(switch: &Switch, note: &str) -> Facts {
    still(switch)?;
    if switch.replay.is_none() {
        return conflict("the replay list is not fixed yet: what would have been sent?");
    }
    if switch.replayed.is_some() {
        return conflict("the list was sent already; sent twice it would be paid twice");
    }
    let note = said("note", note, "how the list was sent")?;
    Ok(vec![SwitchFact::Replayed { switch: switch.id, note }])
}

pub fn number(switch: &Switch, lanes: Vec<LaneEpoch>, note: &str) -> Facts {
    if switch.replayed.is_none() {
        return conflict("the replay was not sent yet");
    }
    if lanes.len() > LANES_MAX {
        return invalid("lanes", format!("names {} lanes; at most {LANES_MAX}", lanes.len()));
    }
    let mut seen = BTreeSet::new();
    for LaneEpoch { lane, last, to, first } in &lanes {
        if !seen.insert(lane) {
            return invalid("lanes", format!("lane `{lane}` is named twice"));
        }
        if lane == to && first <= last {
            let why = format!("lane `{lane}` would be reset from {last} to {first}: fill the gap, or name a new lane");
            return invalid("lanes", why);
        }
    }
    let note = may_say("note", note)?;
    Ok(vec![SwitchFact::Numbered { switch: switch.id, lanes, note }])
}

pub fn reconcile(switch: &Switch, account: Account) -> Facts {
    if switch.numbered.is_none() {
        return conflict("say first how the lanes are numbered from now on");
    }
    match open_ends(&account) {
        Some(why) => conflict(format!("the account does not close: {why}")),
        None => Ok(vec![SwitchFact::Reconciled { switch: switch.id, account }]),
    }
}

/// Why the parts do not make the whole, if so.
pub fn open_ends(account: &Account) -> Option<String> {
    if account.forgotten > 0 {
        let n = account.forgotten;
        return Some(format!("of {n} messages of the cut nothing is known any more; their retry horizon has passed"));
    }
    let currencies: BTreeSet<&str> = account.shares.iter().map(|share| share.currency.as_str()).collect();
    currencies.into_iter().find_map(|currency| {
        let of = |wanted: bool| {
            let shares = account.shares.iter().filter(|share| share.currency == currency);
            let shares = shares.filter(|share| (share.of == Part::Originated) == wanted);
            shares.fold((0_u64, Amount(0)), |(count, sum), share| {
                (count + share.count, Amount(sum.0.saturating_add(share.amount.0)))
            })
        };
        let ((whole, worth), (parts, sum)) = (of(true), of(false));
        ((whole, worth) != (parts, sum)).then(|| {
            let currency = if currency.is_empty() { "without an amount" } else { currency };
            format!("{currency}: {whole} originated worth {worth}, and the parts are {parts} worth {sum}")
        })
    })
}
