//! The sets of suspects, and what speaks for each.
//!
//! It does *not* say what the weights mean; [`super::explanation`] does.

use std::collections::BTreeMap;

use super::{
    likelihood::PathModel,
    network::{Element, Network},
};

/// So many suspects are weighed at most: 43,745 sets.
pub const SUSPECTS_MAX: usize = 64;

/// So many sets of three are weighed at most, those that could be the best first.
const TRIPLES_MAX: usize = 6000;

/// How much of its messages a faulty element may lose. Closer together where little is lost or little passes.
pub(super) const LEVELS: [f64; 12] = [0.02, 0.05, 0.1, 0.18, 0.28, 0.4, 0.5, 0.6, 0.72, 0.84, 0.95, 0.999];
const N: usize = LEVELS.len();

/// What can't come within this much of the best is not weighed.
const HOPELESS: f64 = 30.0;

/// A set with what speaks for it.
#[derive(Clone, Debug)]
pub(super) struct Weighed {
    /// Element and its likeliest loss, in order of the elements.
    pub(super) faults: Vec<(Element, f64)>,
    /// The logarithm of evidence times prior, against nobody accused.
    pub(super) score: f64,
    /// The logarithm of the likelihood at its best, against nobody accused.
    pub(super) fit: f64,
}

/// Tables of the logarithms of likelihoods over the levels. A set's is the sum of what each element does alone, what each
/// two of them do besides, and what all three do besides; so one path is asked once for each part.
struct Tables<'a> {
    models: &'a [PathModel],
    suspects: &'a [Element],
    prior: Vec<f64>,
    /// The paths of each suspect, and what of their losses it could explain.
    paths: Vec<BTreeMap<usize, u64>>,
    /// By path and suspect.
    alone: BTreeMap<(usize, usize), [f64; N]>,
    /// By path and two suspects.
    beside: BTreeMap<(usize, usize, usize), Vec<f64>>,
    ones: Vec<[f64; N]>,
    twos: BTreeMap<(usize, usize), Vec<f64>>,
}

/// Every set of up to three suspects that is not hopeless, nobody among them; and how many triples were too many.
pub(super) fn weigh(network: &Network, models: &[PathModel], suspects: &[Element]) -> (Vec<Weighed>, usize) {
    let tables = Tables::new(network, models, suspects);
    let count = suspects.len();
    let mut all = vec![Weighed { faults: vec![], score: 0.0, fit: 0.0 }];
    for a in 0..count {
        all.push(tables.weighed(&[a], &tables.ones[a]));
    }
    for a in 0..count {
        all.extend((a + 1..count).map(|b| tables.weighed(&[a, b], &tables.two(a, b))));
    }
    let mut best = all.iter().map(|set| set.score).fold(0.0, f64::max);
    let triples = tables.triples(best - HOPELESS);
    let mut left_out = 0;
    for (at, (bound, [a, b, c])) in triples.iter().enumerate() {
        // They come with the most promising first.
        if *bound < best - HOPELESS {
            break;
        }
        if at >= TRIPLES_MAX {
            left_out = triples[at..].iter().filter(|(bound, _)| *bound >= best - HOPELESS).count();
            break;
        }
        let set = tables.weighed(&[*a, *b, *c], &tables.three(*a, *b, *c));
        best = best.max(set.score);
        all.push(set);
    }
    all.retain(|set| set.score >= best - HOPELESS || set.faults.is_empty());
    (all, left_out)
}

/// What one element alone would explain: by this the suspects are chosen where there are too many.
pub(super) fn alone(models: &[PathModel], element: Element) -> f64 {
    let sum = |loses: f64| -> f64 { models.iter().map(|model| model.ln(&[(element, loses)]) - model.base).sum() };
    LEVELS.iter().map(|loses| sum(*loses)).fold(f64::NEG_INFINITY, f64::max)
}

impl<'a> Tables<'a> {
    fn new(network: &Network, models: &'a [PathModel], suspects: &'a [Element]) -> Tables<'a> {
        let prior = suspects.iter().map(|element| network.prior(*element));
        let paths = suspects.iter().map(|element| {
            let on = models.iter().enumerate().filter(|(_, model)| model.has(*element));
            on.map(|(at, model)| (at, model.explains(*element))).collect()
        });
        let mut tables = Tables {
            models,
            suspects,
            prior: prior.map(|prior| (prior / (1.0 - prior)).ln()).collect(),
            paths: paths.collect(),
            alone: BTreeMap::new(),
            beside: BTreeMap::new(),
            ones: vec![[0.0; N]; suspects.len()],
            twos: BTreeMap::new(),
        };
        for a in 0..suspects.len() {
            tables.add_one(a);
        }
        for a in 0..suspects.len() {
            (a + 1..suspects.len()).for_each(|b| tables.add_two(a, b));
        }
        tables
    }

    fn add_one(&mut self, a: usize) {
        for path in self.paths[a].keys() {
            let model = &self.models[*path];
            let table = LEVELS.map(|loses| model.ln(&[(self.suspects[a], loses)]) - model.base);
            self.ones[a].iter_mut().zip(table).for_each(|(sum, here)| *sum += here);
            self.alone.insert((*path, a), table);
        }
    }

    fn add_two(&mut self, a: usize, b: usize) {
        let mut sum = vec![];
        for path in self.paths[a].keys().filter(|path| self.paths[b].contains_key(path)) {
            let model = &self.models[*path];
            let mut table = vec![0.0; N * N];
            for (i, j) in (0..N).flat_map(|i| (0..N).map(move |j| (i, j))) {
                let both = model.ln(&[(self.suspects[a], LEVELS[i]), (self.suspects[b], LEVELS[j])]) - model.base;
                table[i * N + j] = both - self.alone[&(*path, a)][i] - self.alone[&(*path, b)][j];
            }
            sum.resize(N * N, 0.0);
            sum.iter_mut().zip(&table).for_each(|(sum, here)| *sum += here);
            self.beside.insert((*path, a, b), table);
        }
        if !sum.is_empty() {
            self.twos.insert((a, b), sum);
        }
    }

    fn two(&self, a: usize, b: usize) -> Vec<f64> {
        let mut sum: Vec<f64> = (0..N * N).map(|at| self.ones[a][at / N] + self.ones[b][at % N]).collect();
        if let Some(beside) = self.twos.get(&(a, b)) {
            sum.iter_mut().zip(beside).for_each(|(sum, here)| *sum += here);
        }
        sum
    }

    fn three(&self, a: usize, b: usize, c: usize) -> Vec<f64> {
        let [ab, ac, bc] = [(a, b), (a, c), (b, c)].map(|two| self.twos.get(&two));
        let part = |table: Option<&Vec<f64>>, at: usize| table.map_or(0.0, |table| table[at]);
        let places = || (0..N).flat_map(|i| (0..N).flat_map(move |j| (0..N).map(move |k| (i, j, k))));
        let mut sum: Vec<f64> = places()
            .map(|(i, j, k)| {
                let ones = self.ones[a][i] + self.ones[b][j] + self.ones[c][k];
                ones + part(ab, i * N + j) + part(ac, i * N + k) + part(bc, j * N + k)
            })
            .collect();
        let shared = |path: &&usize| self.paths[b].contains_key(path) && self.paths[c].contains_key(path);
        for path in self.paths[a].keys().filter(shared) {
            let model = &self.models[*path];
            let [one_a, one_b, one_c] = [a, b, c].map(|one| &self.alone[&(*path, one)]);
            let [ab, ac, bc] = [(a, b), (a, c), (b, c)].map(|(x, y)| &self.beside[&(*path, x, y)]);
            for (sum, (i, j, k)) in sum.iter_mut().zip(places()) {
                let set = [(a, i), (b, j), (c, k)].map(|(who, level)| (self.suspects[who], LEVELS[level]));
                let known = one_a[i] + one_b[j] + one_c[k] + ab[i * N + j] + ac[i * N + k] + bc[j * N + k];
                *sum += model.ln(&set) - model.base - known;
            }
        }
        sum
    }

    /// The sets of three that are not hopeless, by the best that they could be.
    fn triples(&self, least: f64) -> Vec<(f64, [usize; 3])> {
        let count = self.suspects.len();
        let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
        let sets = pairs.flat_map(|(a, b)| (b + 1..count).map(move |c| [a, b, c]));
        let mut triples: Vec<_> =
            sets.map(|set| (self.bound(&set), set)).filter(|(bound, _)| *bound >= least).collect();
        triples.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        triples
    }

    /// No score of the set is above this.
    fn bound(&self, set: &[usize]) -> f64 {
        let mut explained: BTreeMap<usize, u64> = BTreeMap::new();
        for (path, bits) in set.iter().flat_map(|who| &self.paths[*who]) {
            *explained.entry(*path).or_default() |= bits;
        }
        let paths: f64 =
            explained.iter().map(|(path, bits)| self.models[*path].bound(*bits) - self.models[*path].base).sum();
        paths + self.priors(set)
    }

    fn priors(&self, set: &[usize]) -> f64 {
        set.iter().map(|who| self.prior[*who]).sum()
    }

    fn weighed(&self, set: &[usize], table: &[f64]) -> Weighed {
        let first = (0, f64::NEG_INFINITY);
        let best = table.iter().enumerate().fold(first, |best, (at, ln)| if *ln > best.1 { (at, *ln) } else { best });
        let (at, fit) = best;
        let mean = table.iter().map(|ln| (ln - fit).exp()).sum::<f64>() / table.len() as f64;
        let level = |place: usize| at / N.pow(u32::try_from(set.len() - 1 - place).unwrap_or(0)) % N;
        let faults = set.iter().enumerate().map(|(place, who)| (self.suspects[*who], LEVELS[level(place)]));
        Weighed { faults: faults.collect(), score: fit + mean.ln() + self.priors(set), fit }
    }
}
