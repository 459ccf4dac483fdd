//! What is to be shared out: the turns of a window, and who may take them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use crate::{
    Instant,
    calendar::{Days, offsets::wall_seconds},
    estate::{Estate, Layer, Member, Override, Role, Rota},
    id::Name,
    roster::{Stretch, WatchBecause, fairness::burdens, members, shifts},
};

const DAY: i64 = 86_400;

/// Turns that begin so long before the window stay as they are, and count for rest.
const BEFORE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// No turn that is planned is longer.
const AFTER: SignedDuration = SignedDuration::from_hours(40 * 24);

#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Between two watches of one person.
    pub rest: SignedDuration,
    /// So many days in a row at most, or as many as one turn has.
    pub stretch_days: usize,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules { rest: SignedDuration::from_hours(11), stretch_days: 7 }
    }
}

#[derive(Clone, Debug)]
pub struct Who {
    pub name: Name,
    pub skills: BTreeSet<String>,
    pub prefers: Days,
    pub avoids: Days,
    /// Whoever shares a turn with them, directly or through others, has the same number.
    pub group: usize,
}

/// One turn of one layer. Persons are numbers: places in [`Wish::persons`].
#[derive(Clone, Debug)]
pub struct Task {
    pub layer: String,
    pub stretches: Vec<Stretch>,
    /// The local days on which a stretch begins, since 1970-01-01.
    pub days: Vec<i64>,
    /// Those of them that are holidays of the site.
    pub holidays: Vec<i64>,
    pub site: Name,
    /// So many persons at once.
    pub needed: usize,
    pub needs: Vec<String>,
    pub members: Vec<usize>,
    /// Members who are on leave in it.
    pub away: Vec<usize>,
    /// It begins before the window and stays as it is.
    pub fixed: bool,
    /// Who has it as the rota is.
    pub now: Vec<usize>,
    /// Hours, hours at night, on weekends, on holidays: by the clock of each member.
    pub burden: BTreeMap<usize, [f64; 4]>,
    /// Tasks that nobody can have besides this one.
    pub clashes: Vec<usize>,
}

#[derive(Clone, Debug)]
pub struct Wish {
    pub rota: Name,
    pub persons: Vec<Who>,
    /// By their beginning.
    pub tasks: Vec<Task>,
    /// What would be everybody's part of the burden.
    pub fair: Vec<[f64; 4]>,
    pub stretch_days: usize,
}

impl Task {
    pub fn from(&self) -> Instant {
        self.stretches.first().map_or(Instant::MIN, |stretch| stretch.0)
    }

    pub fn may(&self, person: usize) -> bool {
        self.members.contains(&person) && !self.away.contains(&person)
    }

    fn clashes_with(&self, other: &Task, rest: SignedDuration) -> bool {
        let late = |at: Instant| at.saturating_add(rest).unwrap_or(at);
        let near = |one: &Stretch, two: &Stretch| one.0 < late(two.1) && two.0 < late(one.1);
        self.stretches.iter().any(|one| other.stretches.iter().any(|two| near(one, two)))
    }
}

/// Reads from the estate what there is to share out in `[from, until)`.
pub fn wish(estate: &Estate, added: &[Override], rota: &Rota, (from, until): Stretch, rules: Rules) -> Wish {
    let begin = from.saturating_sub(BEFORE).unwrap_or(from);
    let layers = rota.layers.iter().filter(|layer| matches!(layer.role, Role::Primary | Role::Secondary));
    let layers: Vec<&Layer> = layers.collect();
    let names: BTreeSet<&Name> = layers.iter().flat_map(|layer| layer.rotation.persons()).collect();
    let names: Vec<&Name> = names.into_iter().collect();
    let number = |name: &Name| names.binary_search(&name).ok();
    let watched = shifts(rota, added, begin, until.saturating_add(AFTER).unwrap_or(until));
    let mut tasks = Vec::new();
    for layer in layers {
        for stretches in turns(rota, layer, (begin, until)) {
            let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else { continue };
            let days: Vec<i64> = stretches.iter().map(|stretch| local_day(layer, stretch.0)).collect();
            let closed = layer.calendar.days();
            let holiday = |day: &&i64| closed.binary_search_by_key(*day, |holiday| holiday.0).is_ok();
            let who: Vec<usize> = members(layer, first.0).filter_map(number).collect();
            let on_leave = |person: &&usize| {
                let leave = estate.persons.get(names[**person]).map_or(&[][..], |person| &person.leave);
                leave.iter().any(|leave| stretches.iter().any(|stretch| leave.touches(stretch.0, stretch.1)))
            };
            let there = watched.iter().filter(|s| *s.layer == *layer.name && s.from < last.1 && first.0 < s.until);
            let mut now: Vec<usize> = there.filter_map(|shift| number(&shift.person)).collect();
            now.dedup();
            let needed = layer.rotation.members.first().map_or(1, Vec::len);
            now.truncate(needed);
            tasks.push(Task {
                layer: layer.name.clone(),
                holidays: days.iter().filter(holiday).copied().collect(),
                days,
                site: layer.site.clone(),
                needed,
                needs: layer.needs.clone(),
                away: who.iter().filter(on_leave).copied().collect(),
                fixed: first.0 < from,
                now,
                burden: who.iter().map(|person| (*person, burden(estate, names[*person], &stretches))).collect(),
                members: who,
                clashes: Vec::new(),
                stretches,
            });
        }
    }
    tasks.sort_by(|a, b| (a.from(), &a.layer).cmp(&(b.from(), &b.layer)));
    find_clashes(&mut tasks, rules.rest);
    let mut fair = vec![[0.0; 4]; names.len()];
    for task in tasks.iter().filter(|task| !task.fixed) {
        for person in &task.members {
            let part = task.needed as f64 / task.members.len() as f64;
            (0..4).for_each(|kind| fair[*person][kind] += task.burden[person][kind] * part);
        }
    }
    let longest = tasks.iter().map(|task| longest_run(&task.days)).max().unwrap_or_default();
    let groups = groups(names.len(), &tasks);
    let persons = names.iter().zip(groups).map(|(name, group)| who(estate, name, group)).collect();
    Wish { rota: rota.name.clone(), persons, tasks, fair, stretch_days: rules.stretch_days.max(longest) }
}

fn who(estate: &Estate, name: &Name, group: usize) -> Who {
    let person = estate.persons.get(name);
    Who {
        name: name.clone(),
        skills: person.map(|person| person.skills.iter().cloned().collect()).unwrap_or_default(),
        prefers: person.map(|person| person.prefers).unwrap_or_default(),
        avoids: person.map(|person| person.avoids).unwrap_or_default(),
        group,
    }
}

/// The stretches of each turn that begins in the window. Two made-up members take turns, so that no two turns touch.
fn turns(rota: &Rota, layer: &Layer, (from, until): Stretch) -> Vec<Vec<Stretch>> {
    let mut layer = layer.clone();
    let made_up = ["one", "two"].into_iter().filter_map(|name| name.parse::<Name>().ok());
    layer.rotation.members = made_up.map(|name| vec![Member::from(name)]).collect();
    let alone = Rota { layers: vec![layer], overrides: Vec::new(), ..rota.clone() };
    let mut turns: BTreeMap<u64, Vec<Stretch>> = BTreeMap::new();
    for shift in shifts(&alone, &[], from, until.saturating_add(AFTER).unwrap_or(until)) {
        if let WatchBecause::Rotation { turn } = shift.because {
            turns.entry(turn).or_default().push((shift.from, shift.until));
        }
    }
    turns.into_values().filter(|stretches| stretches.first().is_some_and(|first| first.0 < until)).collect()
}

fn local_day(layer: &Layer, at: Instant) -> i64 {
    wall_seconds(layer.zone.to_datetime(at)).div_euclid(DAY)
}

fn burden(estate: &Estate, person: &Name, stretches: &[Stretch]) -> [f64; 4] {
    let hours = |length: SignedDuration| length.as_secs() as f64 / 3600.0;
    let all = stretches.iter().map(|(from, until)| until.duration_since(*from)).sum();
    let site = estate.persons.get(person).and_then(|person| estate.sites.get(&person.site));
    let [nights, weekends, holidays] = site.map(|site| burdens(site, stretches)).unwrap_or_default();
    [all, nights.hours, weekends.hours, holidays.hours].map(hours)
}

fn find_clashes(tasks: &mut [Task], rest: SignedDuration) {
    for one in 0..tasks.len() {
        for other in one + 1..tasks.len() {
            let shared = tasks[one].members.iter().any(|person| tasks[other].members.contains(person));
            if shared && tasks[one].clashes_with(&tasks[other], rest) {
                tasks[one].clashes.push(other);
                tasks[other].clashes.push(one);
            }
        }
    }
}

/// How many of these days follow one another at most.
pub(super) fn longest_run(days: &[i64]) -> usize {
    let (mut longest, mut run, mut last) = (0, 0, i64::MIN);
    for day in days {
        run = match day.saturating_sub(last) {
            0 => run,
            1 => run + 1,
            _ => 1,
        };
        last = *day;
        longest = longest.max(run);
    }
    longest
}

/// Persons who can stand in for one another, directly or through others, have the same number.
fn groups(persons: usize, tasks: &[Task]) -> Vec<usize> {
    let mut group: Vec<usize> = (0..persons).collect();
    for task in tasks {
        let Some(lowest) = task.members.iter().map(|person| group[*person]).min() else { continue };
        let joined: BTreeSet<usize> = task.members.iter().map(|person| group[*person]).collect();
        group.iter_mut().filter(|group| joined.contains(group)).for_each(|group| *group = lowest);
    }
    group
}
