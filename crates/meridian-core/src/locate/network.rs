//! The elements and the paths through them: what is fixed while we look for a fault.
//!
//! It does *not* know names; whoever asks keeps the table from its own names to these numbers.

use std::fmt;

/// So many test points a path has at most, its origin among them: they fit into the bits of [`super::Points`].
pub const POINTS_MAX: usize = 64;

/// One element, by its place in the table of priors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Element(pub u16);

/// One path, by its place among the paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathId(pub u16);

/// Elements with their priors, and the paths through them. It can't be built wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    priors: Vec<f64>,
    paths: Vec<Vec<Element>>,
}

impl Network {
    /// `priors`: how likely each element is faulty before anything is seen. `paths`: their elements, in order.
    pub fn new(priors: Vec<f64>, paths: Vec<Vec<Element>>) -> Result<Network, Fault> {
        if let Some(at) = priors.iter().position(|prior| !(*prior > 0.0 && *prior < 1.0)) {
            return Err(Fault::Prior { element: at, prior: priors[at] });
        }
        if priors.len() > usize::from(u16::MAX) || paths.len() > usize::from(u16::MAX) {
            return Err(Fault::TooMany);
        }
        for (at, path) in paths.iter().enumerate() {
            if path.is_empty() || path.len() >= POINTS_MAX {
                return Err(Fault::Length { path: at, length: path.len() });
            }
            if let Some(unknown) = path.iter().find(|element| usize::from(element.0) >= priors.len()) {
                return Err(Fault::UnknownElement { path: at, element: *unknown });
            }
        }
        Ok(Network { priors, paths })
    }

    pub fn elements(&self) -> usize {
        self.priors.len()
    }

    /// How likely the element is faulty before anything is seen.
    pub fn prior(&self, element: Element) -> f64 {
        self.priors.get(usize::from(element.0)).copied().unwrap_or(0.5)
    }

    /// The elements of a path in order; empty if there is no such path.
    pub fn path(&self, path: PathId) -> &[Element] {
        self.paths.get(usize::from(path.0)).map_or(&[], Vec::as_slice)
    }

    pub fn paths(&self) -> usize {
        self.paths.len()
    }

    /// Whether `point` is a test point of `path`: 0 is its origin, `n` stands after its last element.
    pub(super) fn point(&self, path: PathId, point: u8) -> Result<(), Fault> {
        match self.path(path).len() {
            0 => Err(Fault::UnknownPath { path }),
            last if usize::from(point) > last => Err(Fault::UnknownPoint { path, point, last }),
            _ => Ok(()),
        }
    }
}

/// Why a question can't be answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    Prior { element: usize, prior: f64 },
    TooMany,
    Length { path: usize, length: usize },
    UnknownElement { path: usize, element: Element },
    UnknownPath { path: PathId },
    UnknownPoint { path: PathId, point: u8, last: usize },
    NotReporting { path: PathId, point: u8 },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Prior { element, prior } => {
                write!(f, "the prior of element {element} is {prior}: give a probability above 0 and below 1")
            }
            Fault::TooMany => write!(f, "there are more than 65,535 elements or paths: ask about a part of them"),
            Fault::Length { path, length } => {
                write!(f, "path {path} has {length} elements: give 1 to {}", POINTS_MAX - 1)
            }
            Fault::UnknownElement { path, element } => {
                write!(f, "path {path} runs through element {}, which has no prior: give one", element.0)
            }
            Fault::UnknownPath { path } => write!(f, "there is no path {}: name one of the network", path.0),
            Fault::UnknownPoint { path, point, last } => {
                write!(f, "path {} has no test point {point}: its last one is {last}", path.0)
            }
            Fault::NotReporting { path, point } => write!(
                f,
                "path {} counts messages at test point {point}, which is said not to report: add it to those that do",
                path.0
            ),
        }
    }
}

impl std::error::Error for Fault {}
