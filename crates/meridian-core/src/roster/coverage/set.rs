//! Sets of time: sorted stretches that do not touch one another.

use crate::Instant;

/// `[from, until)`.
pub type Stretch = (Instant, Instant);

/// In order, those that touch as one.
pub fn joined(mut all: Vec<Stretch>) -> Vec<Stretch> {
    all.retain(|(from, until)| from < until);
    all.sort_unstable();
    let mut joined: Vec<Stretch> = Vec::with_capacity(all.len());
    for (from, until) in all {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}

/// What of the one set is not in the other.
pub fn minus(these: &[Stretch], taken: &[Stretch]) -> Vec<Stretch> {
    let (mut left, mut next) = (Vec::new(), 0);
    for &(begin, until) in these {
        while taken.get(next).is_some_and(|taken| taken.1 <= begin) {
            next += 1;
        }
        let mut from = begin;
        for taken in taken[next..].iter().take_while(|taken| taken.0 < until) {
            if from < taken.0 {
                left.push((from, taken.0));
            }
            from = from.max(taken.1);
        }
        if from < until {
            left.push((from, until));
        }
    }
    left
}

/// What lies in both.
pub fn both(one: &[Stretch], other: &[Stretch]) -> Vec<Stretch> {
    let (mut both, mut i, mut j) = (Vec::new(), 0, 0);
    while let (Some(a), Some(b)) = (one.get(i), other.get(j)) {
        let (from, until) = (a.0.max(b.0), a.1.min(b.1));
        if from < until {
            both.push((from, until));
        }
        if a.1 < b.1 { i += 1 } else { j += 1 }
    }
    both
}
