//! Where the fault is: cases that were worked out by hand, laws, and the comparison with enumeration.

mod cases;
mod laws;

use super::{Element, Network, Observation, PathId, Points};

/// A network whose elements are all believed faulty with one in a hundred.
fn network(elements: usize, paths: &[&[u16]]) -> Network {
    let paths = paths.iter().map(|path| path.iter().map(|element| Element(*element)).collect()).collect();
    Network::new(vec![0.01; elements], paths).expect("a network")
}

fn window(path: u16, reporting: &[u8], last_seen: &[(u8, u64)]) -> Observation {
    Observation { path: PathId(path), reporting: points(reporting), last_seen: last_seen.to_vec() }
}

fn points(points: &[u8]) -> Points {
    points.iter().copied().collect()
}
