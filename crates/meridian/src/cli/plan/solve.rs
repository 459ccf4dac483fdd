//! The integer program of a fair rota, for each group of people who can stand in for one another.
//!
//! The plain search of the core gives the start; the solver looks for a cheaper answer for as long as it may, and says
//! how cheap any answer could be at best. That bound is honest: no answer, found or not, costs less.

use std::collections::BTreeMap;

use good_lp::{
    Expression, ProblemVariables, Solution, SolverModel, Variable, WithMipGap, WithTimeLimit, constraint, microlp,
    solvers::SolutionStatus, variable,
};
use meridian_core::roster::fair_plan::{
    Draft, PRICE_MISSING, PRICE_ROW, PRICE_SKILL, PRICE_SPREAD, WEIGHTS, Wish, displeasure,
};

/// An answer, and what any answer costs at least.
pub struct Found {
    pub given: Vec<Vec<usize>>,
    pub bound: f64,
}

/// Good enough: no answer is cheaper by more than this part.
const GAP: f32 = 0.01;

/// Looks for an answer in about so many seconds. `progress` hears what is done.
pub fn solve(wish: &Wish, seconds: f64, mut progress: impl FnMut(&str)) -> Found {
    let mut draft = Draft::new(wish);
    draft.improve(|pass| progress(&format!("search, pass {}", pass + 1)));
    let mut groups: Vec<usize> = wish.persons.iter().map(|who| who.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let mut bound = 0.0;
    for (number, group) in groups.iter().enumerate() {
        progress(&format!("integer program, group {} of {}, at most {seconds:.0} s in all", number + 1, groups.len()));
        let part = Part::new(wish, *group, &draft.given);
        let share = seconds / groups.len() as f64;
        bound += part.relaxed(share * 0.3).unwrap_or(f64::NEG_INFINITY).max(part.cheapest());
        if let Some(given) = part.whole(share * 0.7) {
            let better = Draft::of(wish, given);
            if better.total() < draft.total() - 1e-9 && feasible(wish, &better.given) {
                draft = better;
            }
        }
    }
    draft.improve(|pass| progress(&format!("last search, pass {}", pass + 1)));
    Found { bound: bound.min(draft.total()), given: draft.given }
}

/// Whether everybody could have each of their turns if it were given to them last.
pub fn feasible(wish: &Wish, given: &[Vec<usize>]) -> bool {
    (0..given.len()).filter(|task| !wish.tasks[*task].fixed).all(|task| {
        given[task].iter().all(|person| {
            let mut without = given.to_vec();
            without[task].retain(|other| other != person);
            Draft::of(wish, without).fits(task, *person)
        })
    })
}

/// The turns of one group.
struct Part<'a> {
    wish: &'a Wish,
    persons: Vec<usize>,
    tasks: Vec<usize>,
    given: &'a [Vec<usize>],
}

/// The program, not yet handed to the solver.
struct Program {
    variables: ProblemVariables,
    /// Who has which turn.
    has: BTreeMap<(usize, usize), Variable>,
    objective: Expression,
    constraints: Vec<good_lp::Constraint>,
}

impl<'a> Part<'a> {
    fn new(wish: &'a Wish, group: usize, given: &'a [Vec<usize>]) -> Part<'a> {
        let persons: Vec<usize> =
            (0..wish.persons.len()).filter(|person| wish.persons[*person].group == group).collect();
        let of_group = |task: &usize| wish.tasks[*task].members.iter().any(|person| persons.contains(person));
        let tasks = (0..wish.tasks.len()).filter(|task| !wish.tasks[*task].fixed).filter(of_group).collect();
        Part { wish, tasks, given, persons }
    }

    /// Without any unfairness and with every wish fulfilled it can't be cheaper.
    fn cheapest(&self) -> f64 {
        let best = |task: &usize| {
            let task = &self.wish.tasks[*task];
            let likes = task.members.iter().map(|person| displeasure(&self.wish.persons[*person], task));
            likes.fold(0.0, f64::min) * task.needed as f64
        };
        self.tasks.iter().map(best).sum()
    }

    /// What the program costs when turns may be split.
    fn relaxed(&self, seconds: f64) -> Option<f64> {
        let program = self.program(true);
        let objective = program.objective.clone();
        let mut model = program.variables.minimise(program.objective).using(microlp).with_time_limit(seconds);
        for constraint in program.constraints {
            model.add_constraint(constraint);
        }
        let solution = model.solve().ok()?;
        matches!(solution.status(), SolutionStatus::Optimal).then(|| solution.eval(objective))
    }

    fn whole(&self, seconds: f64) -> Option<Vec<Vec<usize>>> {
        let program = self.program(false);
        let model = program.variables.minimise(program.objective).using(microlp).with_time_limit(seconds);
        let mut model = model.with_mip_gap(GAP).ok()?;
        for constraint in program.constraints {
            model.add_constraint(constraint);
        }
        let solution = model.solve().ok()?;
        let mut given = self.given.to_vec();
        for task in &self.tasks {
            let had =
                |person: &&usize| program.has.get(&(*task, **person)).is_some_and(|has| solution.value(*has) > 0.5);
            given[*task] = self.persons.iter().filter(had).copied().collect();
        }
        Some(given)
    }

    fn program(&self, relaxed: bool) -> Program {
        let mut program = Program {
            variables: ProblemVariables::new(),
            has: BTreeMap::new(),
            objective: Expression::from(0.0),
            constraints: Vec::new(),
        };
        for task in &self.tasks {
            self.turn(*task, relaxed, &mut program);
        }
        self.clashes(&mut program);
        self.days_in_a_row(&mut program);
        self.holidays(&mut program);
        self.fairness(&mut program);
        program
    }

    /// Somebody for the turn, who has what it needs.
    fn turn(&self, number: usize, relaxed: bool, program: &mut Program) {
        let task = &self.wish.tasks[number];
        let blocked = |person: usize| {
            task.clashes.iter().any(|other| self.wish.tasks[*other].fixed && self.given[*other].contains(&person))
        };
        let mut there = Expression::from(0.0);
        for person in self.persons.iter().copied().filter(|person| task.may(*person) && !blocked(*person)) {
            let had = if self.given[number].contains(&person) { 1.0 } else { 0.0 };
            let kind = if relaxed { variable().min(0.0).max(1.0) } else { variable().binary().initial(had) };
            let has = program.variables.add(kind);
            program.has.insert((number, person), has);
            program.objective += displeasure(&self.wish.persons[person], task) * has;
            there += has;
        }
        let missing = program.variables.add(variable().min(0.0).max(task.needed as f64));
        program.objective += PRICE_MISSING * missing;
        program.constraints.push(constraint!(there + missing == task.needed as f64));
        for skill in &task.needs {
            let able = self.persons.iter().filter(|person| self.wish.persons[**person].skills.contains(skill));
            let able: Expression = able.filter_map(|person| program.has.get(&(number, *person))).sum();
            let lacking = program.variables.add(variable().min(0.0).max(1.0));
            program.objective += PRICE_SKILL * lacking;
            program.constraints.push(constraint!(able + lacking >= 1.0));
        }
    }

    fn clashes(&self, program: &mut Program) {
        for task in &self.tasks {
            for other in self.wish.tasks[*task].clashes.iter().filter(|other| *other > task) {
                for person in &self.persons {
                    let pair = (program.has.get(&(*task, *person)), program.has.get(&(*other, *person)));
                    if let (Some(one), Some(two)) = pair {
                        program.constraints.push(constraint!(*one + *two <= 1.0));
                    }
                }
            }
        }
    }

    /// In as many days as one too many, one is free.
    fn days_in_a_row(&self, program: &mut Program) {
        let most = self.wish.stretch_days;
        for person in &self.persons {
            let mut on: BTreeMap<i64, (Expression, f64, usize)> = BTreeMap::new();
            for (number, task) in self.wish.tasks.iter().enumerate() {
                for day in &task.days {
                    let (sum, fixed, count) = on.entry(*day).or_insert((Expression::from(0.0), 0.0, 0));
                    if let Some(has) = program.has.get(&(number, *person)) {
                        *sum += *has;
                        *count += 1;
                    } else if task.fixed && self.given[number].contains(person) {
                        *fixed += 1.0;
                    }
                }
            }
            let days: Vec<i64> = on.keys().copied().collect();
            for window in days.windows(most + 1).filter(|window| window[most] - window[0] == most as i64) {
                let of_window = || window.iter().filter_map(|day| on.get(day));
                // Two turns on one day are one day, and would be counted as two: the search sees to those.
                if of_window().all(|(_, _, count)| *count <= 1) && of_window().any(|(_, _, count)| *count > 0) {
                    let fixed: f64 = of_window().map(|(_, fixed, _)| fixed.min(1.0)).sum();
                    let sum: Expression = of_window().map(|(sum, _, _)| sum.clone()).sum();
                    program.constraints.push(constraint!(sum + fixed <= most as f64));
                }
            }
        }
    }

    fn holidays(&self, program: &mut Program) {
        for (one, other) in self.wish.holiday_pairs() {
            for person in &self.persons {
                let of = |tasks: &[usize], not: &[usize]| -> Vec<Variable> {
                    let own = tasks.iter().filter(|task| !not.contains(task));
                    own.filter_map(|task| program.has.get(&(*task, *person)).copied()).collect()
                };
                for a in of(&one, &other) {
                    for b in of(&other, &one) {
                        let row = program.variables.add(variable().min(0.0).max(1.0));
                        program.objective += PRICE_ROW * row;
                        program.constraints.push(constraint!(a + b - row <= 1.0));
                    }
                }
            }
        }
    }

    fn fairness(&self, program: &mut Program) {
        for (kind, weight) in WEIGHTS.into_iter().enumerate() {
            let farthest = program.variables.add(variable().min(0.0));
            program.objective += weight * farthest;
            for person in &self.persons {
                let own = program.has.iter().filter(|((_, who), _)| who == person);
                let load: Expression = own
                    .filter_map(|((task, _), has)| Some(self.wish.tasks[*task].burden.get(person)?[kind] * *has))
                    .sum();
                let away = program.variables.add(variable().min(0.0));
                let fair = self.wish.fair[*person][kind];
                program.objective += PRICE_SPREAD * away;
                program.constraints.push(constraint!(load.clone() - away <= fair));
                program.constraints.push(constraint!(load + away >= fair));
                program.constraints.push(constraint!(away - farthest <= 0.0));
            }
        }
    }
}
