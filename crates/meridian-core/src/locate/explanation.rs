//! The answer: which elements explain what was observed, how sure that is, and what explains it as well.

use super::{
    Settings,
    likelihood::PathModel,
    network::{Element, Fault, Network, PathId},
    observed::{Look, Observation},
    sets::{self, SUSPECTS_MAX, Weighed},
};

/// A set of faulty elements that would explain what was observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub elements: Vec<Element>,
    /// About what share of its messages each loses: the likeliest, from a coarse grid and dampened counts.
    pub loses: Vec<f64>,
    pub posterior: f64,
    /// 1 is the best; those that nothing tells apart share a rank.
    pub rank: usize,
    /// Whether others have the same rank.
    pub tied: bool,
}

/// What explains the observations, best first.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Each with a posterior of at least a thousandth, 50 at most, and all that tie with the last of them.
    pub candidates: Vec<Candidate>,
    /// How likely it is that no element is faulty: then all that is missing are reports.
    pub nothing: f64,
    /// How likely each element is faulty, the likeliest first; only suspects.
    pub suspicion: Vec<(Element, f64)>,
    /// Sets of another size that explain the observations as well as the best does: only the prior prefers the one to the
    /// other, as with a node of a tree and all its branches.
    pub rivals: Vec<Vec<Element>>,
    /// Suspects that were too many to be weighed.
    pub left_out: Vec<Element>,
    /// Sets of three that were too many to be weighed; the most promising ones were.
    pub sets_left_out: usize,
    pub(super) models: Vec<PathModel>,
    pub(super) hypotheses: Vec<(Weighed, f64)>,
}

const CANDIDATES_MAX: usize = 50;
const POSTERIOR_MIN: f64 = 1e-3;
const RIVALS_MAX: usize = 8;
/// What rounding may make of equal weights.
const TIE: f64 = 1e-6;

/// Which sets of up to three elements explain what was observed.
///
/// ```
/// use meridian_core::locate::{Element, Network, Observation, PathId, Points, Settings, explain};
/// // Two paths share element 1; the first loses half of what it carries, the second all, and 3 loses nothing.
/// let paths = vec![vec![Element(0), Element(1)], vec![Element(2), Element(1)], vec![Element(0), Element(3)]];
/// let network = Network::new(vec![0.01; 4], paths)?;
/// let ends = |path, lost, passed| Observation {
///     path: PathId(path),
///     reporting: [0, 2].into_iter().collect(),
///     last_seen: vec![(0, lost), (2, passed)],
/// };
/// let seen = [ends(0, 10, 10), ends(1, 9, 11), ends(2, 0, 20)];
/// let explained = explain(&network, &seen, &[], Settings::default())?;
/// assert_eq!(explained.candidates[0].elements, [Element(1)]);
/// assert!(explained.candidates[0].posterior > 0.9);
/// # Ok::<(), meridian_core::locate::Fault>(())
/// ```
pub fn explain(
    network: &Network,
    observed: &[Observation],
    looks: &[Look],
    settings: Settings,
) -> Result<Explanation, Fault> {
    observed.iter().try_for_each(|window| window.check(network))?;
    looks.iter().try_for_each(|look| network.point(look.path, look.point))?;
    let settings = settings.kept_sane();
    let paths = (0..network.paths()).filter_map(|path| u16::try_from(path).ok()).map(PathId);
    let models: Vec<PathModel> = paths.map(|path| PathModel::new(network, path, observed, looks, &settings)).collect();
    let (suspects, left_out) = suspects(network, observed, looks, &models);
    let (mut weighed, sets_left_out) = sets::weigh(network, &models, &suspects);
    weighed.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| elements(a).cmp(&elements(b))));
    let best = weighed.first().map_or(0.0, |set| set.score);
    let all: f64 = weighed.iter().map(|set| (set.score - best).exp()).sum();
    let posterior = |set: Weighed| {
        let posterior = (set.score - best).exp() / all;
        (set, posterior)
    };
    let hypotheses: Vec<(Weighed, f64)> = weighed.into_iter().map(posterior).collect();
    let nobody = hypotheses.iter().find(|(set, _)| set.faults.is_empty());
    Ok(Explanation {
        candidates: candidates(&hypotheses),
        nothing: nobody.map_or(0.0, |(_, posterior)| *posterior),
        suspicion: suspicion(&suspects, &hypotheses),
        rivals: rivals(&hypotheses),
        left_out,
        sets_left_out,
        models,
        hypotheses,
    })
}

fn elements(set: &Weighed) -> Vec<Element> {
    set.faults.iter().map(|(element, _)| *element).collect()
}

/// Who stands in a segment that loses, or before a point where somebody saw nothing. The rest explains nothing.
fn suspects(
    network: &Network,
    observed: &[Observation],
    looks: &[Look],
    models: &[PathModel],
) -> (Vec<Element>, Vec<Element>) {
    let mut suspects = std::collections::BTreeSet::new();
    for window in observed {
        let path = network.path(window.path);
        for (point, _) in window.last_seen.iter().filter(|(_, count)| *count > 0) {
            if let Some(missing) = window.reporting.after(*point) {
                suspects.extend(path.iter().take(usize::from(missing)).skip(usize::from(*point)));
            }
        }
    }
    for look in looks.iter().filter(|look| !look.seen) {
        suspects.extend(network.path(look.path).iter().take(usize::from(look.point)));
    }
    let mut suspects: Vec<Element> = suspects.into_iter().collect();
    if suspects.len() <= SUSPECTS_MAX {
        return (suspects, vec![]);
    }
    let mut ranked: Vec<(f64, Element)> = suspects.drain(..).map(|who| (sets::alone(models, who), who)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut kept: Vec<Element> = ranked.iter().map(|(_, who)| *who).collect();
    let mut left_out = kept.split_off(SUSPECTS_MAX);
    kept.sort();
    left_out.sort();
    (kept, left_out)
}

fn candidates(hypotheses: &[(Weighed, f64)]) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = vec![];
    let accused: Vec<&(Weighed, f64)> = hypotheses.iter().filter(|(set, _)| !set.faults.is_empty()).collect();
    let tie = |a: usize, b: usize| {
        let at = |place: usize| accused.get(place).map(|(set, _)| set.score);
        at(a).zip(at(b)).is_some_and(|(a, b)| (a - b).abs() < TIE)
    };
    let mut rank = 1;
    for (place, (set, posterior)) in accused.iter().enumerate() {
        let before = place.checked_sub(1).is_some_and(|before| tie(before, place));
        if !before {
            rank = place + 1;
        }
        if !before && (place >= CANDIDATES_MAX || *posterior < POSTERIOR_MIN) {
            break;
        }
        candidates.push(Candidate {
            elements: elements(set),
            loses: set.faults.iter().map(|(_, loses)| *loses).collect(),
            posterior: *posterior,
            rank,
            tied: before || tie(place, place + 1),
        });
    }
    candidates
}

fn suspicion(suspects: &[Element], hypotheses: &[(Weighed, f64)]) -> Vec<(Element, f64)> {
    let of = |who: &Element| -> f64 {
        hypotheses.iter().filter(|(set, _)| set.faults.iter().any(|(one, _)| one == who)).map(|(_, p)| p).sum()
    };
    let mut suspicion: Vec<(Element, f64)> = suspects.iter().map(|who| (*who, of(who).min(1.0))).collect();
    suspicion.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    suspicion
}

/// A set that only adds somebody to one that explains as well is no rival.
fn rivals(hypotheses: &[(Weighed, f64)]) -> Vec<Vec<Element>> {
    let Some((best, _)) = hypotheses.first().filter(|(set, _)| !set.faults.is_empty()) else { return vec![] };
    let as_good = |set: &Weighed| set.fit >= best.fit - 1.0 && !set.faults.is_empty();
    let mut known: Vec<Vec<Element>> = hypotheses
        .iter()
        .filter(|(set, _)| set.faults.len() == best.faults.len() && as_good(set))
        .map(|(set, _)| elements(set))
        .collect();
    let mut others: Vec<Vec<Element>> = hypotheses
        .iter()
        .filter(|(set, _)| set.faults.len() != best.faults.len() && as_good(set))
        .map(|(set, _)| elements(set))
        .collect();
    others.sort_by_key(Vec::len);
    let mut rivals = vec![];
    for other in others {
        let adds = known.iter().any(|less| less.len() < other.len() && less.iter().all(|who| other.contains(who)));
        if !adds && rivals.len() < RIVALS_MAX {
            known.push(other.clone());
            rivals.push(other);
        }
    }
    rivals
}
