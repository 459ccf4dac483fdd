//! The integer program of some turns of a group of people; all other turns stay as they are given.
//!
//! A shift is one choice, not its hours; turns that exclude one another come as cliques, not as pairs, which makes the
//! program smaller and its relaxation tighter.

use std::collections::{BTreeMap, BTreeSet};

use good_lp::{
    Constraint, Expression, ProblemVariables, Solution, SolverModel, Variable, WithMipGap, WithTimeLimit, constraint,
    microlp, solvers::SolutionStatus, variable,
};
use meridian_core::roster::fair_plan::{
    Floor, PRICE_CHANGED, PRICE_MISSING, PRICE_ROW, PRICE_SKILL, PRICE_SPREAD, WEIGHTS, Wish, displeasure,
};

use super::solve::GAP;

/// Some turns of one group.
pub struct Part<'a> {
    pub wish: &'a Wish,
    pub persons: &'a [usize],
    pub tasks: &'a [usize],
    pub given: &'a [Vec<usize>],
}

/// The program, not yet handed to the solver.
struct Program {
    variables: ProblemVariables,
    /// Who has which turn.
    has: BTreeMap<(usize, usize), Variable>,
    objective: Expression,
    constraints: Vec<Constraint>,
}

impl Part<'_> {
    /// All turns of a group that can be given to somebody.
    pub fn tasks(wish: &Wish, group: &[usize]) -> Vec<usize> {
        let of_group = |task: &usize| wish.tasks[*task].members.iter().any(|person| group.contains(person));
        (0..wish.tasks.len()).filter(|task| !wish.tasks[*task].fixed).filter(of_group).collect()
    }

    /// What the program costs at least when turns may be split, with the rules of rest or without.
    pub fn relaxed(&self, floor: &Floor, rules: bool, seconds: f64) -> Option<f64> {
        let program = self.program(Some(floor), rules);
        let objective = program.objective.clone();
        let mut model = program.variables.minimise(program.objective).using(microlp).with_time_limit(seconds);
        for constraint in program.constraints {
            model.add_constraint(constraint);
        }
        let solution = model.solve().ok()?;
        matches!(solution.status(), SolutionStatus::Optimal).then(|| solution.eval(objective))
    }

    pub fn whole(&self, seconds: f64) -> Option<Vec<Vec<usize>>> {
        let program = self.program(None, true);
        let model = program.variables.minimise(program.objective).using(microlp).with_time_limit(seconds);
        let mut model = model.with_mip_gap(GAP as f32).ok()?;
        for constraint in program.constraints {
            model.add_constraint(constraint);
        }
        let solution = model.solve().ok()?;
        let mut given = self.given.to_vec();
        for task in self.tasks {
            let had =
                |person: &&usize| program.has.get(&(*task, **person)).is_some_and(|has| solution.value(*has) > 0.5);
            given[*task] = self.persons.iter().filter(had).copied().collect();
        }
        Some(given)
    }

    fn program(&self, relaxed: Option<&Floor>, rules: bool) -> Program {
        let mut program = Program {
            variables: ProblemVariables::new(),
            has: BTreeMap::new(),
            objective: Expression::from(0.0),
            constraints: Vec::new(),
        };
        for task in self.tasks {
            self.turn(*task, relaxed.is_some(), &mut program);
        }
        if rules {
            self.clashes(&mut program);
            self.days_in_a_row(&mut program);
            self.holidays(&mut program);
        }
        self.fairness(relaxed, &mut program);
        program
    }

    fn is_open(&self, task: usize) -> bool {
        self.tasks.binary_search(&task).is_ok()
    }

    /// Somebody has a turn that is not to be decided here.
    fn stays(&self, task: usize, person: usize) -> bool {
        !self.is_open(task) && self.given[task].contains(&person)
    }

    /// Somebody for the turn, who has what it needs.
    fn turn(&self, number: usize, relaxed: bool, program: &mut Program) {
        let task = &self.wish.tasks[number];
        let blocked = |person: usize| task.clashes.iter().any(|other| self.stays(*other, person));
        let mut there = Expression::from(0.0);
        for person in self.persons.iter().copied().filter(|person| task.may(*person) && !blocked(*person)) {
            let had = if self.given[number].contains(&person) { 1.0 } else { 0.0 };
            let kind = if relaxed { variable().min(0.0).max(1.0) } else { variable().binary().initial(had) };
            let has = program.variables.add(kind);
            program.has.insert((number, person), has);
            let changed = if task.now.contains(&person) { 0.0 } else { PRICE_CHANGED };
            program.objective += (displeasure(&self.wish.persons[person], task) + changed) * has;
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

    /// Of turns each of which is too near to each other somebody has one at most.
    fn clashes(&self, program: &mut Program) {
        for clique in self.cliques() {
            for person in self.persons {
                let own: Vec<Variable> =
                    clique.iter().filter_map(|task| program.has.get(&(*task, *person)).copied()).collect();
                if own.len() > 1 {
                    program.constraints.push(constraint!(own.into_iter().sum::<Expression>() <= 1.0));
                }
            }
        }
    }

    /// Every pair of turns that clash is in one of them.
    fn cliques(&self) -> Vec<Vec<usize>> {
        let mut covered: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut cliques = Vec::new();
        let clashes = |one: usize, other: usize| self.wish.tasks[one].clashes.contains(&other);
        for &task in self.tasks {
            let near = self.wish.tasks[task].clashes.iter().copied();
            let later: Vec<usize> = near.filter(|other| *other > task && self.is_open(*other)).collect();
            for &other in &later {
                if covered.contains(&(task, other)) {
                    continue;
                }
                let mut clique = vec![task, other];
                for &third in &later {
                    if !clique.contains(&third) && clique.iter().all(|member| clashes(*member, third)) {
                        clique.push(third);
                    }
                }
                clique.sort_unstable();
                for (place, one) in clique.iter().enumerate() {
                    covered.extend(clique[place + 1..].iter().map(|other| (*one, *other)));
                }
                cliques.push(clique);
            }
        }
        cliques
    }

    /// In as many days as one too many, one is free.
    fn days_in_a_row(&self, program: &mut Program) {
        let most = self.wish.stretch_days;
        for person in self.persons {
            let mut on: BTreeMap<i64, (Expression, f64, usize)> = BTreeMap::new();
            for (number, task) in self.wish.tasks.iter().enumerate() {
                for day in &task.days {
                    let (sum, fixed, count) = on.entry(*day).or_insert((Expression::from(0.0), 0.0, 0));
                    if let Some(has) = program.has.get(&(number, *person)) {
                        *sum += *has;
                        *count += 1;
                    } else if self.stays(number, *person) {
                        *fixed += 1.0;
                    }
                }
            }
            let days: Vec<i64> = on.keys().copied().collect();
            for window in days.windows(most + 1).filter(|window| window[most] - window[0] == most as i64) {
                let of_window = || window.iter().filter_map(|day| on.get(day));
                // Two turns on one day are one day, and would be counted as two: the search sees to those.
                let once = |(_, fixed, count): &(Expression, f64, usize)| *count + usize::from(*fixed > 0.0) <= 1;
                if of_window().all(once) && of_window().any(|(_, _, count)| *count > 0) {
                    let fixed: f64 = of_window().map(|(_, fixed, _)| fixed.min(1.0)).sum();
                    let sum: Expression = of_window().map(|(sum, _, _)| sum.clone()).sum();
                    program.constraints.push(constraint!(sum + fixed <= most as f64));
                }
            }
        }
    }

    fn holidays(&self, program: &mut Program) {
        for (one, other) in self.wish.holiday_pairs() {
            for person in self.persons {
                // A choice, or a turn that they have for certain.
                let of = |tasks: &[usize], not: &[usize]| -> Vec<Expression> {
                    let own = tasks.iter().filter(|task| !not.contains(task));
                    let sure = |task: usize| self.stays(task, *person).then(|| Expression::from(1.0));
                    own.filter_map(|task| match program.has.get(&(*task, *person)) {
                        Some(has) => Some(Expression::from(*has)),
                        None => sure(*task),
                    })
                    .collect()
                };
                for a in of(&one, &other) {
                    for b in of(&other, &one) {
                        let row = program.variables.add(variable().min(0.0).max(1.0));
                        program.objective += PRICE_ROW * row;
                        program.constraints.push(constraint!(a.clone() + b - row <= 1.0));
                    }
                }
            }
        }
    }

    fn fairness(&self, relaxed: Option<&Floor>, program: &mut Program) {
        for (kind, weight) in WEIGHTS.into_iter().enumerate() {
            let least = relaxed.map_or(0.0, |floor| floor.farthest[kind]);
            let farthest = program.variables.add(variable().min(least));
            program.objective += weight * farthest;
            for (number, person) in self.persons.iter().enumerate() {
                let burden = |task: usize| self.wish.tasks[task].burden.get(person).map_or(0.0, |hours| hours[kind]);
                let own = program.has.iter().filter(|((_, who), _)| who == person);
                let load: Expression = own.map(|((task, _), has)| burden(*task) * *has).sum();
                let sure = (0..self.wish.tasks.len()).filter(|task| !self.wish.tasks[*task].before);
                let sure: f64 = sure.filter(|task| self.stays(*task, *person)).map(burden).sum();
                let least = relaxed.map_or(0.0, |floor| floor.away[number][kind]);
                let away = program.variables.add(variable().min(least));
                let fair = self.wish.fair[*person][kind] - sure;
                program.objective += PRICE_SPREAD * away;
                program.constraints.push(constraint!(load.clone() - away <= fair));
                program.constraints.push(constraint!(load + away >= fair));
                program.constraints.push(constraint!(away - farthest <= 0.0));
            }
        }
    }
}
