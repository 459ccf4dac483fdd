//! What is doubtful about those who take turns in a layer.

use super::{Every, Layer, Rota, Unit, problem::Fault};
use crate::{Instant, calendar, roster};

/// All doubts about the members of this layer, in words.
pub(super) fn members(rota: &Rota, layer: &Layer, now: Instant) -> Vec<Fault> {
    let mut faults = Vec::new();
    let (name, rotation) = (format!("{}/{}", rota.name, layer.name), &layer.rotation);
    let members = || rotation.members.iter().flatten();
    for member in members().filter(|member| member.until.is_some_and(|until| until <= rotation.start)) {
        let fault = format!("`{}` never takes a turn in `{name}`: they leave before it starts", member.person);
        faults.push(Fault::new(fault).expected(format!("`until` after {}", rotation.start)));
    }
    if let Some(last) =
        members().map(|member| member.until).collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max())
        && calendar::end_instant(&layer.zone, last) > now
    {
        let fault = format!(
            "nobody takes turns in `{name}` from {} on: everybody has left by then",
            last.strftime("%Y-%m-%d %H:%M")
        );
        faults.push(Fault::new(fault).expected("a member who stays, or who joins by then"));
    }
    for place in roster::left_out(layer) {
        let turn: Vec<String> = rotation.members[place].iter().map(|member| format!("`{}`", member.person)).collect();
        let fault = format!(
            "the turn of {} in `{name}` never falls into the hours: turns and hours repeat together",
            turn.join(" and ")
        );
        faults.push(Fault::new(fault).expected("`turns: served`, by which only a turn that was worked counts"));
    }
    faults.extend(uneven(&name, layer));
    faults
}

/// Turns of different length whose number is bound to that of the members: the same people always have the long ones.
fn uneven(name: &str, layer: &Layer) -> Option<Fault> {
    let (every, members) = (&layer.rotation.every, &layer.rotation.members);
    let step = (1..=every.len()).rev().find(|n| every.len() % n == 0 && members.len() % n == 0).filter(|n| *n > 1)?;
    let hours = |every: &Every| {
        let unit = match every.unit {
            Unit::Hours => 1,
            Unit::Days => 24,
            Unit::Weeks => 168,
            Unit::Months => 730,
        };
        u64::from(every.count) * unit
    };
    let part = |place: usize| every.iter().skip(place).step_by(step).map(hours).sum::<u64>();
    let (most, least) = ((0..step).max_by_key(|place| part(*place))?, (0..step).min_by_key(|place| part(*place))?);
    if part(most) == part(least) {
        return None;
    }
    let person = |place: usize| members.get(place)?.first().map(|member| &member.person);
    let fault = format!(
        "`{}` always has longer turns than `{}` in `{name}`: {} lengths and {} turns repeat together",
        person(most)?,
        person(least)?,
        every.len(),
        members.len()
    );
    Some(Fault::new(fault).expected("a number of members that shares no divisor with that of the lengths"))
}
