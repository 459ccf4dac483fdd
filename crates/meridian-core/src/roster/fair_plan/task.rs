//! What is to be shared out: the turns of a window, and who may take them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::elsewhere::elsewhere;
use crate::{
    Instant,
    calendar::{Days, offsets::wall_seconds},
    estate::{Estate, Layer, Member, Override, Role, Rota},
    id::Name,
    roster::{Absences, Away, Shift, Stretch, WatchBecause, fairness::burdens, members, shifts},
};

pub(super) const DAY: i64 = 86_400;

/// Turns that begin so long before the window stay as they are, and count for rest.
const BEFORE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// So far back the last holiday of each site is looked for: its turns stay as they are, too, and whoever had them should
/// not have the next one.
const HOLIDAYS_BEFORE: SignedDuration = SignedDuration::from_hours(400 * 24);

/// No turn that is planned is longer.
const AFTER: SignedDuration = SignedDuration::from_hours(40 * 24);

/// The overrides of run time, of each rota.
pub type Changed = BTreeMap<Name, Vec<Override>>;

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
    pub away: Vec<Away>,
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
    /// The members, those who have two turns in the list twice: they owe two parts.
    pub parts: Vec<usize>,
    /// Members who are on leave or sick in it.
    pub away: Vec<usize>,
    /// It stays as it is: it begins before the window, or somebody changed it at run time.
    pub fixed: bool,
    /// It begins before the window, or is no turn of this plan, and counts for nothing but rest and days in a row.
    pub before: bool,
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
    pub rest: SignedDuration,
    pub stretch_days: usize,
}

impl Task {
    pub fn from(&self) -> Instant {
        self.stretches.first().map_or(Instant::MIN, |stretch| stretch.0)
    }

    pub fn until(&self) -> Instant {
        self.stretches.last().map_or(Instant::MAX, |stretch| stretch.1)
    }

    pub fn may(&self, person: usize) -> bool {
        self.members.contains(&person) && !self.away.contains(&person)
    }

    /// How many may have it.
    pub fn able(&self) -> usize {
        self.members.iter().filter(|person| !self.away.contains(person)).count()
    }

    fn clashes_with(&self, other: &Task, rest: SignedDuration) -> bool {
        let late = |at: Instant| at.saturating_add(rest).unwrap_or(at);
        let near = |one: &Stretch, two: &Stretch| one.0 < late(two.1) && two.0 < late(one.1);
        self.stretches.iter().any(|one| other.stretches.iter().any(|two| near(one, two)))
    }
}

/// Reads from the estate what there is to share out in `[from, until)`, with what was changed at run time and who is away.
/// What its people watch in other rotas stays as it is.
pub fn wish(
    estate: &Estate,
    changed: &Changed,
    away: &Absences,
    rota: &Rota,
    (from, until): Stretch,
    rules: Rules,
) -> Wish {
    let added = changed.get(&rota.name).map_or(&[][..], Vec::as_slice);
    let (begin, end) = (from.saturating_sub(BEFORE).unwrap_or(from), until.saturating_add(AFTER).unwrap_or(until));
    let layers = rota.layers.iter().filter(|layer| matches!(layer.role, Role::Primary | Role::Secondary));
    let layers: Vec<&Layer> = layers.collect();
    let members = layers.iter().flat_map(|layer| layer.rotation.persons());
    let names: BTreeSet<&Name> = members.chain(added.iter().map(|change| &change.with)).collect();
    let names: Vec<&Name> = names.into_iter().collect();
    let past = from.saturating_sub(HOLIDAYS_BEFORE).unwrap_or(from);
    let watched = shifts(rota, added, past, end);
    let source = Source { estate, added, away, names: &names, watched: &watched };
    let mut tasks = Vec::new();
    for layer in layers {
        let turns = turns(rota, layer, (past, until)).into_iter();
        tasks.extend(turns.filter_map(|stretches| source.task(layer, stretches, from)));
    }
    keep_last_holidays(&mut tasks, begin);
    let longest = tasks.iter().map(|task| longest_run(&task.days)).max().unwrap_or_default();
    tasks.extend(elsewhere(estate, changed, rota, &names, (begin, end)));
    tasks.sort_by(|a, b| (a.from(), &a.layer, &a.now).cmp(&(b.from(), &b.layer, &b.now)));
    find_clashes(&mut tasks, rules.rest);
    let mut fair = vec![[0.0; 4]; names.len()];
    for task in tasks.iter().filter(|task| !task.before) {
        for person in &task.parts {
            let part = task.needed as f64 / task.parts.len() as f64;
            (0..4).for_each(|kind| fair[*person][kind] += task.burden[person][kind] * part);
        }
    }
    let groups = groups(names.len(), &tasks);
    let persons = names.iter().zip(groups).map(|(name, group)| source.who(name, group)).collect();
    let stretch_days = rules.stretch_days.max(longest);
    Wish { rota: rota.name.clone(), persons, tasks, fair, rest: rules.rest, stretch_days }
}

/// Of what was over before `begin` only the turns on the last holiday of each site count.
fn keep_last_holidays(tasks: &mut Vec<Task>, begin: Instant) {
    let mut last: BTreeMap<Name, i64> = BTreeMap::new();
    for task in tasks.iter().filter(|task| task.before) {
        for day in &task.holidays {
            last.entry(task.site.clone()).and_modify(|last| *last = *day.max(last)).or_insert(*day);
        }
    }
    let is_last = |task: &Task| last.get(&task.site).is_some_and(|last| task.holidays.contains(last));
    tasks.retain(|task| task.until() > begin || is_last(task));
}

/// What tasks are made of.
struct Source<'a> {
    estate: &'a Estate,
    added: &'a [Override],
    away: &'a Absences,
    names: &'a [&'a Name],
    watched: &'a [Shift],
}

impl Source<'_> {
    fn number(&self, name: &Name) -> Option<usize> {
        self.names.binary_search(&name).ok()
    }

    fn task(&self, layer: &Layer, stretches: Vec<Stretch>, from: Instant) -> Option<Task> {
        let first = *stretches.first()?;
        let days: Vec<i64> = stretches.iter().map(|stretch| local_day(layer, stretch.0)).collect();
        let closed = layer.calendar.days();
        let holiday = |day: &&i64| closed.binary_search_by_key(*day, |holiday| holiday.0).is_ok();
        let parts: Vec<usize> = members(layer, first.0).filter_map(|name| self.number(name)).collect();
        let who: BTreeSet<usize> = parts.iter().copied().collect();
        let touched = |from: Instant, until: Instant| stretches.iter().any(|one| one.0 < until && from < one.1);
        let is_away = |person: &&usize| {
            let away = self.away.get(self.names[**person]).map_or(&[][..], Vec::as_slice);
            away.iter().any(|away| touched(away.from, away.until))
        };
        let there = self.watched.iter().filter(|shift| *shift.layer == *layer.name && touched(shift.from, shift.until));
        let mut now: Vec<usize> = Vec::new();
        for person in there.filter_map(|shift| self.number(&shift.person)) {
            if !now.contains(&person) {
                now.push(person);
            }
        }
        let needed = layer.rotation.members.first().map_or(1, Vec::len);
        now.truncate(needed);
        let in_layer = |change: &&Override| change.layer.as_ref().is_none_or(|name| *name == layer.name);
        let changed = self.added.iter().filter(in_layer).any(|change| touched(change.from, change.until));
        let burdened: BTreeSet<usize> = who.iter().chain(&now).copied().collect();
        let burden = |person: usize| (person, burden(self.estate, self.names[person], &stretches));
        let task = Task {
            layer: layer.name.clone(),
            holidays: days.iter().filter(holiday).copied().collect(),
            days,
            site: layer.site.clone(),
            needed,
            needs: layer.needs.clone(),
            away: who.iter().filter(is_away).copied().collect(),
            before: first.0 < from,
            fixed: first.0 < from || changed,
            now,
            burden: burdened.into_iter().map(burden).collect(),
            members: who.into_iter().collect(),
            parts,
            clashes: Vec::new(),
            stretches,
        };
        Some(task)
    }

    fn who(&self, name: &Name, group: usize) -> Who {
        let person = self.estate.persons.get(name);
        Who {
            name: name.clone(),
            skills: person.map(|person| person.skills.iter().cloned().collect()).unwrap_or_default(),
            prefers: person.map(|person| person.prefers).unwrap_or_default(),
            avoids: person.map(|person| person.avoids).unwrap_or_default(),
            away: self.away.get(name).cloned().unwrap_or_default(),
            group,
        }
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

pub(super) fn local_day(layer: &Layer, at: Instant) -> i64 {
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
            // They come by their beginning: all that follow are farther away.
            if tasks[other].from() > tasks[one].until().saturating_add(rest).unwrap_or(Instant::MAX) {
                break;
            }
            if tasks[one].fixed && tasks[other].fixed {
                continue;
            }
            let has = |task: &Task, person| task.members.contains(person) || task.now.contains(person);
            let shared = tasks[one].burden.keys().any(|person| has(&tasks[other], person));
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
