//! How often the fault of a simulated network is found: the localisation table of the bench `locate`, in short, with
//! what it must not fall below.

#[path = "../benches/locate/simulate.rs"]
mod simulate;

use simulate::{Acquits, Dice, Kind, covered, located, trial};

const TRIALS: usize = 12;

#[test]
fn faults_are_found_where_set_cover_acquits_them() {
    for (kind, faults, found_min, classic_max) in [
        (Kind::Hard, 1, 12, 12),
        (Kind::Hard, 2, 11, 12),
        (Kind::Half, 1, 12, 2),
        (Kind::Half, 2, 11, 2),
        (Kind::Sessions, 1, 12, 2),
        (Kind::Sessions, 2, 11, 2),
    ] {
        let mut dice = Dice(7);
        let trials: Vec<_> = (0..TRIALS).map(|_| trial(kind, faults, &mut dice)).collect();
        let found = trials.iter().map(located);
        let (alone, first) =
            found.fold((0, 0), |sum, one| (sum.0 + usize::from(one.alone), sum.1 + usize::from(one.first)));
        assert!(first >= found_min && alone + 2 >= first, "{kind:?} {faults}: {alone} alone, {first} of {TRIALS}");
        let classic = trials.iter().filter(|trial| covered(trial, Acquits::Anything)).count();
        assert!(classic <= classic_max, "{kind:?} {faults}: set cover found {classic}");
        // It is a baseline only if it finds what it is known to find.
        let kinder = trials.iter().filter(|trial| covered(trial, Acquits::CleanSegments)).count();
        assert!(kind != Kind::Hard || classic.min(kinder) >= 10, "{faults}: set cover found {classic} and {kinder}");
    }
}
