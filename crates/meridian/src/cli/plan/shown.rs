//! A plan as people and scripts read it.

use meridian_core::{
    Instant,
    estate::Override,
    roster::fair_plan::{Rule, Unmet, Wish},
};
use serde::Serialize;

use super::{Asked, solve::Found};

#[derive(Serialize)]
pub struct Plan {
    rota: String,
    from: Instant,
    until: Instant,
    weeks: u8,
    /// That can be given to somebody.
    turns: usize,
    /// That change hands.
    changed: usize,
    objective: f64,
    /// No plan costs less.
    at_least: f64,
    /// What the rota as it is costs, whether or not it keeps to the rules.
    as_it_is: f64,
    /// The farthest from the fair share, in hours: of hours, nights, weekends, holidays.
    farthest: [f64; 4],
    farthest_as_it_is: [f64; 4],
    unmet: Vec<Unmet>,
    people: Vec<Row>,
    pub overrides: Vec<Override>,
}

/// Hours of a person as the rota is, as planned, and their fair share.
#[derive(Serialize)]
struct Row {
    person: String,
    hours: [f64; 3],
    nights: [f64; 3],
    weekends: [f64; 3],
    holidays: [f64; 3],
}

impl Plan {
    pub fn new(
        asked: &Asked,
        (from, until): (Instant, Instant),
        wish: &Wish,
        found: Found,
        unmet: Vec<Unmet>,
        overrides: Vec<Override>,
    ) -> Plan {
        let now: Vec<Vec<usize>> = wish.tasks.iter().map(|task| task.now.clone()).collect();
        let (planned, as_it_is) = (wish.cost(&found.given), wish.cost(&now));
        Plan {
            rota: asked.rota.clone(),
            from,
            until,
            weeks: asked.weeks,
            turns: wish.tasks.iter().filter(|task| !task.fixed).count(),
            changed: planned.changed,
            objective: planned.total,
            at_least: found.bound,
            as_it_is: as_it_is.total,
            farthest: planned.farthest,
            farthest_as_it_is: as_it_is.farthest,
            unmet,
            people: rows(wish, &now, &found.given),
            overrides,
        }
    }

    pub fn told(&self) -> String {
        self.head() + &self.table() + &self.owes()
    }

    fn head(&self) -> String {
        let left = (self.objective - self.at_least).max(0.0);
        let part = left / self.objective.abs().max(1.0) * 100.0;
        let farthest = |[hours, nights, weekends, holidays]: [f64; 4]| {
            format!("{hours:.1} h, {nights:.1} h at night, {weekends:.1} h on weekends, {holidays:.1} h on holidays")
        };
        format!(
            "{}, {} weeks from {}: {} turns for {} people, {} change hands in {} overrides\n\
             objective {:.1}; no plan under these rules is below {:.1}, so at most {left:.1} ({part:.0} %) could be gained\n\
             the rota as it is: {:.1}\n\
             farthest from the fair share: {}\n\
             \x20               as it is now: {}\n\n",
            self.rota,
            self.weeks,
            self.from.strftime("%Y-%m-%d"),
            self.turns,
            self.people.len(),
            self.changed,
            self.overrides.len(),
            self.objective,
            self.at_least,
            self.as_it_is,
            farthest(self.farthest),
            farthest(self.farthest_as_it_is),
        )
    }

    /// Hours now, planned and fair, in a column each.
    fn table(&self) -> String {
        let cell = |of: &[f64; 3]| format!("{:>6.1} > {:>6.1} of {:>6.1}", of[0], of[1], of[2]);
        let longest = self.people.iter().map(|row| row.person.chars().count()).max().unwrap_or_default();
        let wide = longest.max("PERSON".len()) + 2;
        let heads = ["HOURS", "AT NIGHT", "ON WEEKENDS", "ON HOLIDAYS"].map(|head| format!("{head:<27}")).concat();
        let mut text = format!("{:<wide$}{}\n", "PERSON", heads.trim_end());
        for row in &self.people {
            let cells = [&row.hours, &row.nights, &row.weekends, &row.holidays].map(|of| format!("{:<27}", cell(of)));
            text += format!("{:<wide$}{}", row.person, cells.concat()).trim_end();
            text += "\n";
        }
        text + "now > planned of the fair share, in hours\n\n"
    }

    fn owes(&self) -> String {
        let mut text = match self.unmet.iter().any(|one| one.rule == Rule::Taken) {
            true => String::new(),
            false => "Every turn is taken.\n".to_owned(),
        };
        let rules = [
            (Rule::Taken, "Nobody has"),
            (Rule::Skill, "Lacks a skill"),
            (Rule::Holidays, "Holidays in a row"),
            (Rule::Avoids, "Against a wish"),
        ];
        for (rule, title) in rules {
            let of_rule: Vec<&Unmet> = self.unmet.iter().filter(|one| one.rule == rule).collect();
            if !of_rule.is_empty() {
                text += &format!("{title}:\n");
            }
            for one in of_rule {
                text += &format!("  {} {}: {}\n", one.from.strftime("%Y-%m-%d %H:%MZ"), one.layer, one.why);
            }
        }
        text + "\n"
    }
}

fn rows(wish: &Wish, now: &[Vec<usize>], planned: &[Vec<usize>]) -> Vec<Row> {
    let load = |given: &[Vec<usize>], person: usize, kind: usize| -> f64 {
        let own = wish.tasks.iter().zip(given).filter(|(task, given)| !task.before && given.contains(&person));
        own.filter_map(|(task, _)| task.burden.get(&person)).map(|burden| burden[kind]).sum()
    };
    let row = |(person, who): (usize, &meridian_core::roster::fair_plan::Who)| {
        let of = |kind: usize| [load(now, person, kind), load(planned, person, kind), wish.fair[person][kind]];
        Row { person: who.name.to_string(), hours: of(0), nights: of(1), weekends: of(2), holidays: of(3) }
    };
    wish.persons.iter().enumerate().map(row).collect()
}
