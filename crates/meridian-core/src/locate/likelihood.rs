//! How likely it is what one path showed, if these elements lose messages with these probabilities.
//!
//! It does *not* know sets or priors: a path asks which of its elements are accused, and how much each loses.

use super::{
    Settings,
    network::{Element, Network, POINTS_MAX, PathId},
    observed::{Look, Observation},
};

/// One path with all that was observed of it, made ready to be asked often.
#[derive(Clone, Debug)]
pub(super) struct PathModel {
    elements: Vec<Element>,
    background: f64,
    cells: Vec<Cell>,
    /// The cells of one window each; the bound of their likelihood goes by window.
    windows: Vec<Window>,
    looks: Looks,
    look_error: f64,
    /// The likelihood with nobody accused.
    pub(super) base: f64,
}

/// Messages that were last seen at one test point, in one window.
#[derive(Clone, Debug)]
struct Cell {
    last: usize,
    weight: f64,
    /// How likely the reports between `last` and each later point all got lost.
    silence: Vec<f64>,
    lost: bool,
    /// The best it can be while no accused element stands behind `last`.
    unexplained: f64,
}

#[derive(Clone, Debug)]
struct Window {
    cells: std::ops::Range<usize>,
    /// The best that any probabilities could make of the counts.
    bound: f64,
}

/// What people saw of the traffic that goes missing, given where it was last reported.
#[derive(Clone, Debug)]
struct Looks {
    points: Vec<u8>,
    last: usize,
    silence: Vec<f64>,
    /// How likely all the answers are, if a message got as far as each point.
    answers: Vec<f64>,
}

impl PathModel {
    pub(super) fn new(
        network: &Network,
        path: PathId,
        observed: &[Observation],
        looks: &[Look],
        settings: &Settings,
    ) -> PathModel {
        let elements = network.path(path).to_vec();
        let end = elements.len();
        let mut model = PathModel {
            background: settings.background,
            cells: vec![],
            windows: vec![],
            looks: Looks { points: vec![], last: 0, silence: vec![1.0; end + 1], answers: vec![1.0; end + 1] },
            look_error: settings.look_error,
            base: 0.0,
            elements,
        };
        observed.iter().filter(|window| window.path == path).for_each(|window| model.add(window, settings));
        looks.iter().filter(|look| look.path == path).for_each(|look| model.look(*look));
        // A look is for the traffic that goes missing, so it speaks of where most of it does.
        let most = model.cells.iter().filter(|cell| cell.lost).max_by(|a, b| a.weight.total_cmp(&b.weight));
        if let Some(cell) = most {
            (model.looks.last, model.looks.silence) = (cell.last, cell.silence.clone());
        }
        model.base = model.ln(&[]);
        model
    }

    fn add(&mut self, window: &Observation, settings: &Settings) {
        let begin = self.cells.len();
        let missing = settings.missing_reports;
        for (point, weight) in window.weights(missing) {
            let last = usize::from(point);
            let silence: Vec<f64> =
                (0..=self.elements.len()).map(|k| missing.powi(window.reporting.between(last, k.max(last)))).collect();
            let healthy: f64 = (last..=self.elements.len())
                .map(|k| {
                    let passed = (1.0 - self.background).powi(i32::try_from(k - last).unwrap_or(i32::MAX));
                    let lost = if k == self.elements.len() { 1.0 } else { self.background };
                    passed * lost * silence[k]
                })
                .sum();
            let lost = window.lost_after(point);
            let unexplained = if lost { weight * healthy.ln().min(0.0) } else { 0.0 };
            self.cells.push(Cell { last, weight, silence, lost, unexplained });
        }
        let cells = &self.cells[begin..];
        let all: f64 = cells.iter().map(|cell| cell.weight).sum();
        // Counts of one window exclude each other, so nothing makes them likelier than their own shares do; that a
        // report came through was left out of each, which the second part gives back.
        let shares: f64 = cells.iter().map(|cell| cell.weight * (cell.weight / all).ln()).sum();
        let bound = if all > 0.0 { shares - all * (1.0 - missing).ln() } else { 0.0 };
        self.windows.push(Window { cells: begin..self.cells.len(), bound: bound.min(0.0) });
    }

    fn look(&mut self, look: Look) {
        self.looks.points.push(look.point);
        for reached in 0..self.looks.answers.len() {
            self.looks.answers[reached] *= self.answer(reached, look.point, look.seen);
        }
    }

    fn answer(&self, reached: usize, point: u8, seen: bool) -> f64 {
        let right = (reached >= usize::from(point)) == seen;
        if right { 1.0 - self.look_error } else { self.look_error }
    }

    /// The logarithm of the likelihood of all that was observed of this path.
    pub(super) fn ln(&self, accused: &[(Element, f64)]) -> f64 {
        let reach = self.reach(accused);
        let reach = &reach[..=self.elements.len()];
        let cells: f64 = self
            .cells
            .iter()
            .map(|cell| {
                let likely: f64 = (cell.last..reach.len()).map(|k| reach[k] * cell.silence[k]).sum();
                cell.weight * likely.max(f64::MIN_POSITIVE).ln()
            })
            .sum();
        if self.looks.points.is_empty() {
            return cells;
        }
        let (mut all, mut so) = (0.0, 0.0);
        for (k, reach) in reach.iter().enumerate().skip(self.looks.last) {
            all += reach * self.looks.silence[k];
            so += reach * self.looks.silence[k] * self.looks.answers[k];
        }
        cells + (so.max(f64::MIN_POSITIVE) / all.max(f64::MIN_POSITIVE)).ln()
    }

    /// How likely a message got exactly as far as each test point.
    fn reach(&self, accused: &[(Element, f64)]) -> [f64; POINTS_MAX] {
        let mut reach = [0.0; POINTS_MAX];
        let mut alive = 1.0;
        for (at, element) in self.elements.iter().enumerate() {
            let loses = accused.iter().find(|(who, _)| who == element).map_or(self.background, |(_, loses)| *loses);
            reach[at] = alive * loses;
            alive *= 1.0 - loses;
        }
        reach[self.elements.len()] = alive;
        reach
    }

    /// How likely the traffic that goes missing is seen at a test point, if these are the faults.
    pub(super) fn seen(&self, accused: &[(Element, f64)], point: u8) -> f64 {
        let reach = self.reach(accused);
        let (mut all, mut seen) = (0.0, 0.0);
        for (k, reach) in reach[..=self.elements.len()].iter().enumerate().skip(self.looks.last) {
            let likely = reach * self.looks.silence[k] * self.looks.answers[k];
            all += likely;
            seen += likely * self.answer(k, point, true);
        }
        if all > 0.0 { seen / all } else { 0.5 }
    }

    pub(super) fn length(&self) -> usize {
        self.elements.len()
    }

    pub(super) fn has(&self, element: Element) -> bool {
        self.elements.contains(&element)
    }

    pub(super) fn loses(&self) -> bool {
        self.cells.iter().any(|cell| cell.lost)
    }

    pub(super) fn looked_at(&self, point: u8) -> bool {
        self.looks.points.contains(&point)
    }

    /// Which counts of losses an element could explain, as bits: those that were last seen before it.
    pub(super) fn explains(&self, element: Element) -> u64 {
        let last_place = self.elements.iter().rposition(|other| *other == element);
        let Some(place) = last_place else { return 0 };
        let explained = self.cells.iter().enumerate().filter(|(_, cell)| cell.lost && place >= cell.last);
        explained.filter(|(at, _)| *at < 64).fold(0, |bits, (at, _)| bits | 1 << at)
    }

    /// What the likelihood can't exceed, if only the counts of these bits are explained.
    pub(super) fn bound(&self, explained: u64) -> f64 {
        let open = |at: &usize| *at < 64 && explained >> at & 1 == 0;
        let window = |window: &Window| -> f64 {
            let unexplained: f64 = window.cells.clone().filter(open).map(|at| self.cells[at].unexplained).sum();
            unexplained.min(window.bound)
        };
        self.windows.iter().map(window).sum()
    }
}
