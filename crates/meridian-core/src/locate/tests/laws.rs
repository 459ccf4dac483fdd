use proptest::prelude::*;

use super::super::{
    Element, Explanation, Look, Network, Observation, PathId, Points, Settings, explain, likelihood::PathModel,
    sets::LEVELS,
};

/// A small network with observations: elements, paths, and for each path who reports and the counts.
#[derive(Clone, Debug)]
struct Case {
    priors: Vec<f64>,
    paths: Vec<Vec<u16>>,
    seen: Vec<(u64, Vec<u64>)>,
}

fn case() -> impl Strategy<Value = Case> {
    let priors = prop::collection::vec(prop_oneof![Just(0.01), Just(0.03)], 4);
    let path = prop::collection::vec(0u16..4, 1..4);
    let window = (any::<u64>(), prop::collection::vec(0u64..12, 5));
    let paths = prop::collection::vec((path, window), 1..4);
    (priors, paths).prop_map(|(priors, paths)| {
        let (paths, seen) = paths.into_iter().unzip();
        Case { priors, paths, seen }
    })
}

impl Case {
    fn network(&self) -> Network {
        let paths = self.paths.iter().map(|path| path.iter().map(|element| Element(*element)).collect());
        Network::new(self.priors.clone(), paths.collect()).expect("a network")
    }

    fn observed(&self) -> Vec<Observation> {
        let of = |(path, (bits, counts)): (usize, &(u64, Vec<u64>))| {
            let end = self.paths[path].len() as u8;
            let reporting: Points = (0..=end).filter(|point| *point == 0 || bits >> point & 1 == 1).collect();
            let points = (0..=end).filter(|point| reporting.contains(*point));
            Observation {
                path: PathId(path as u16),
                reporting,
                last_seen: points.map(|point| (point, counts[usize::from(point)])).collect(),
            }
        };
        self.seen.iter().enumerate().map(of).collect()
    }

    fn explained(&self, looks: &[Look]) -> Explanation {
        explain(&self.network(), &self.observed(), looks, Settings::default()).expect("an explanation")
    }
}

fn posteriors(explanation: &Explanation) -> Vec<(Vec<u16>, f64)> {
    let all = explanation.hypotheses.iter().map(|(set, posterior)| {
        let mut elements: Vec<u16> = set.faults.iter().map(|(element, _)| element.0).collect();
        elements.sort();
        (elements, *posterior)
    });
    let mut all: Vec<(Vec<u16>, f64)> = all.collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// Every way that a message and its reports can go, one by one: how likely it is that it was last seen at each point.
fn enumerated(loses: &[f64], reporting: Points, missing: f64) -> Vec<f64> {
    let end = loses.len();
    let mut last_seen = vec![0.0; end + 1];
    for reached in 0..=end {
        let passed: f64 = loses[..reached].iter().map(|f| 1.0 - f).product();
        let likely = passed * loses.get(reached).copied().unwrap_or(1.0);
        let reporters: Vec<usize> = (1..=reached).filter(|point| reporting.contains(*point as u8)).collect();
        for came in 0..1u32 << reporters.len() {
            let told = |at: usize| came >> at & 1 == 1;
            let reports: f64 = (0..reporters.len()).map(|at| if told(at) { 1.0 - missing } else { missing }).product();
            let last = (0..reporters.len()).rev().find(|at| told(*at)).map_or(0, |at| reporters[at]);
            last_seen[last] += likely * reports;
        }
    }
    last_seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The likelihood of one message is that of the enumeration, apart from the report that came, which is the same for
    /// every set.
    #[test]
    fn the_likelihood_is_that_of_the_enumeration(
        losses in prop::collection::vec(0.01..0.999f64, 1..5), bits in any::<u64>(), last in 0usize..5,
    ) {
        let settings = Settings { missing_reports: 0.1, ..Settings::default() };
        let path: Vec<Element> = (0..losses.len() as u16).map(Element).collect();
        let reporting: Points = (0..=losses.len() as u8).filter(|point| *point == 0 || bits >> point & 1 == 1).collect();
        let last = last.min(losses.len());
        prop_assume!(reporting.contains(last as u8));
        let network = Network::new(vec![0.01; losses.len()], vec![path.clone()]).expect("a network");
        let observed = Observation { path: PathId(0), reporting, last_seen: vec![(last as u8, 1)] };
        let model = PathModel::new(&network, PathId(0), &[observed], &[], &settings);
        let accused: Vec<(Element, f64)> = path.into_iter().zip(losses.iter().copied()).collect();
        let came = if last == 0 { 1.0 } else { 1.0 - settings.missing_reports };
        let expected = enumerated(&losses, reporting, settings.missing_reports)[last] / came;
        prop_assert!((model.ln(&accused).exp() - expected).abs() < 1e-12);
    }

    /// Neither the parts that the weights are made of nor what is left aside changes anything.
    #[test]
    fn the_posterior_is_that_of_weighing_every_set_plainly(case in case()) {
        let (network, observed) = (case.network(), case.observed());
        let explanation = case.explained(&[]);
        let models: Vec<PathModel> = (0..case.paths.len() as u16)
            .map(|path| PathModel::new(&network, PathId(path), &observed, &[], &Settings::default()))
            .collect();
        let suspects: Vec<Element> = explanation.suspicion.iter().map(|(element, _)| *element).collect();
        let mut sets: Vec<Vec<Element>> = vec![vec![]];
        for size in 0..3 {
            let longer = sets.iter().filter(|set| set.len() == size).flat_map(|set| {
                let more = suspects.iter().filter(|who| set.last().is_none_or(|last| *who > last));
                more.map(|who| [set.clone(), vec![*who]].concat())
            });
            sets.extend(longer.collect::<Vec<_>>());
        }
        let evidence = |set: &Vec<Element>| -> f64 {
            let grid = LEVELS.len().pow(set.len() as u32);
            let sum: f64 = (0..grid).map(|at| {
                let level = |place: usize| LEVELS[at / LEVELS.len().pow(place as u32) % LEVELS.len()];
                let accused: Vec<_> = set.iter().enumerate().map(|(place, who)| (*who, level(place))).collect();
                models.iter().map(|model| model.ln(&accused) - model.base).sum::<f64>().exp()
            }).sum();
            let prior: f64 = set.iter().map(|who| network.prior(*who) / (1.0 - network.prior(*who))).product();
            sum / grid as f64 * prior
        };
        let all: f64 = sets.iter().map(evidence).sum();
        for set in &sets {
            let plain = evidence(set) / all;
            let mut elements: Vec<u16> = set.iter().map(|who| who.0).collect();
            elements.sort();
            let found = posteriors(&explanation).into_iter().find(|(who, _)| *who == elements).map_or(0.0, |(_, p)| p);
            prop_assert!((plain - found).abs() < 1e-6, "{elements:?}: {plain} {found}");
        }
    }

    #[test]
    fn other_names_change_nothing(case in case(), order in Just((0u16..4).collect::<Vec<_>>()).prop_shuffle()) {
        let mut renamed = case.clone();
        for (old, new) in order.iter().enumerate() {
            renamed.priors[usize::from(*new)] = case.priors[old];
        }
        renamed.paths.iter_mut().flatten().for_each(|element| *element = order[usize::from(*element)]);
        let new_name = |set: Vec<u16>| {
            let mut set: Vec<u16> = set.into_iter().map(|old| order[usize::from(old)]).collect();
            set.sort();
            set
        };
        let mut expected: Vec<_> = posteriors(&case.explained(&[])).into_iter().map(|(set, p)| (new_name(set), p)).collect();
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        for ((set, posterior), (same, now)) in expected.into_iter().zip(posteriors(&renamed.explained(&[]))) {
            prop_assert_eq!(&set, &same);
            prop_assert!((posterior - now).abs() < 1e-9, "{:?}: {} {}", set, posterior, now);
        }
    }

    #[test]
    fn the_same_question_has_the_same_answer(case in case()) {
        let (one, two) = (case.explained(&[]), case.explained(&[]));
        prop_assert_eq!(posteriors(&one), posteriors(&two));
        prop_assert_eq!(one.candidates, two.candidates);
        let sum: f64 = one.hypotheses.iter().map(|(_, posterior)| posterior).sum();
        prop_assert!((sum - 1.0).abs() < 1e-9);
    }

    /// Of the sets that could lose the traffic of this path, those that a look excludes are together no likelier after it.
    #[test]
    fn evidence_never_makes_an_excluded_set_likelier(case in case(), point in 0u8..4, seen in any::<bool>()) {
        let path = &case.paths[0];
        let point = point.min(path.len() as u8);
        let (before, behind) = path.split_at(usize::from(point));
        // Who saw it there says that it was not lost before; who did not, that it was not lost behind.
        let (excluded, other) = if seen { (before, behind) } else { (behind, before) };
        let excludes = |set: &[u16]| {
            set.iter().any(|who| excluded.contains(who)) && !set.iter().any(|who| other.contains(who))
        };
        let alike = |explanation: &Explanation| -> f64 {
            posteriors(explanation).iter().filter(|(set, _)| excludes(set)).map(|(_, posterior)| posterior).sum()
        };
        let (without, with) = (case.explained(&[]), case.explained(&[Look { path: PathId(0), point, seen }]));
        prop_assume!(without.suspicion.len() == with.suspicion.len());
        prop_assert!(alike(&with) <= alike(&without) + 1e-9, "{} {}", alike(&without), alike(&with));
    }
}
