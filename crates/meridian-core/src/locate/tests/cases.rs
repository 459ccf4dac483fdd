use super::{
    super::{
        Element, Explanation, Fault, Look, Network, Observation, PathId, Probe, Settings, explain, halve, segment,
    },
    network, window,
};

fn explained(network: &Network, observed: &[Observation], looks: &[Look]) -> Explanation {
    explain(network, observed, looks, Settings::default()).expect("an explanation")
}

/// The sets of the first rank, as plain numbers.
fn first(explanation: &Explanation) -> Vec<Vec<u16>> {
    let first = explanation.candidates.iter().filter(|candidate| candidate.rank == 1);
    first.map(|candidate| candidate.elements.iter().map(|element| element.0).collect()).collect()
}

fn look(path: u16, point: u8, seen: bool) -> Look {
    Look { path: PathId(path), point, seen }
}

#[test]
fn what_explains_it_best() {
    let ends = &[0, 2][..];
    let (all, none) = (&[0, 1, 2][..], &[][..]);
    let cases: &[(&str, &[&[u16]], Vec<Observation>, &[&[u16]])] = &[
        ("every point reports", &[&[0, 1]], vec![window(0, all, &[(1, 20)])], &[&[1]]),
        ("the point between is dark", &[&[0, 1]], vec![window(0, ends, &[(0, 20)])], &[&[0], &[1]]),
        (
            "another path acquits",
            &[&[0, 1], &[0, 2]],
            vec![window(0, ends, &[(0, 20)]), window(1, ends, &[(2, 20)])],
            &[&[1]],
        ),
        (
            "half is lost on all paths that share it, while something passes everywhere",
            &[&[0, 1], &[0, 2], &[3, 1]],
            vec![window(0, ends, &[(0, 10), (2, 11)]), window(1, ends, &[(0, 9), (2, 9)]), window(2, ends, &[(2, 20)])],
            &[&[0]],
        ),
        (
            "two faults that nothing shared explains",
            &[&[0, 1], &[2, 3]],
            vec![window(0, all, &[(0, 20)]), window(1, all, &[(1, 20)])],
            &[&[0, 3]],
        ),
        (
            "three",
            &[&[0, 1], &[2, 3], &[4, 5]],
            vec![window(0, all, &[(0, 9)]), window(1, all, &[(1, 9)]), window(2, all, &[(1, 9), (2, 9)])],
            &[&[0, 3, 5]],
        ),
        ("a path that nobody reported of", &[&[0, 1]], vec![window(0, none, &[(0, 20)])], &[]),
        ("nothing was sent", &[&[0, 1]], vec![window(0, all, &[])], &[]),
    ];
    for (name, paths, observed, expected) in cases {
        let explanation = explained(&network(6, paths), observed, &[]);
        assert_eq!(first(&explanation), *expected, "{name}: {:?}", explanation.candidates);
    }
}

/// One element, one message that did not arrive: worked out with a pocket calculator.
#[test]
fn the_posterior_is_that_of_the_formula() {
    let network = network(1, &[&[0]]);
    let explanation = explained(&network, &[window(0, &[0, 1], &[(0, 1)])], &[]);
    // Twelve levels with the mean 0.46992; lost, or passed and not reported.
    let faulty = (0.46992 + (1.0 - 0.46992) * 0.02) * (0.01 / 0.99);
    let nobody = 1e-4 + (1.0 - 1e-4) * 0.02;
    let expected = faulty / (faulty + nobody);
    assert!((explanation.candidates[0].posterior - expected).abs() < 1e-5, "{:?} {expected}", explanation.candidates);
    assert!((explanation.nothing - (1.0 - expected)).abs() < 1e-5);
    assert!((explanation.suspicion[0].1 - expected).abs() < 1e-5);
}

#[test]
fn reports_that_are_missing_accuse_nobody() {
    let network = network(2, &[&[0, 1]]);
    let explanation = explained(&network, &[window(0, &[0, 1, 2], &[(1, 2), (2, 98)])], &[]);
    assert!(explanation.nothing > 0.95, "{}", explanation.nothing);
    // Where reporters say that they told everything, the same two messages are a fault.
    let complete = Settings { missing_reports: 0.0, ..Settings::default() };
    let explanation =
        explain(&network, &[window(0, &[0, 1, 2], &[(1, 2), (2, 98)])], &[], complete).expect("an answer");
    assert_eq!(first(&explanation), [[1]]);
    assert!(explanation.nothing < 0.1, "{}", explanation.nothing);
}

#[test]
fn a_node_and_all_its_branches_can_t_be_told_apart() {
    let tree = network(3, &[&[0, 1], &[0, 2]]);
    let observed = [window(0, &[0, 2], &[(0, 20)]), window(1, &[0, 2], &[(0, 20)])];
    let explanation = explained(&tree, &observed, &[]);
    assert_eq!(first(&explanation), [[0]]);
    assert_eq!(explanation.rivals, [[Element(1), Element(2)]]);
    // A third branch that is well says that the node is.
    let wider = network(4, &[&[0, 1], &[0, 2], &[0, 3]]);
    let observed = [observed.to_vec(), vec![window(2, &[0, 2], &[(2, 20)])]].concat();
    let explanation = explained(&wider, &observed, &[]);
    assert_eq!(first(&explanation), [[1, 2]]);
    assert!(explanation.rivals.is_empty(), "{:?}", explanation.rivals);
}

#[test]
fn looking_halves_and_sharpens() {
    let network = network(4, &[&[0, 1, 2, 3]]);
    let observed = [window(0, &[0, 4], &[(0, 20)])];
    let before = explained(&network, &observed, &[]);
    assert!(before.candidates[..4].iter().all(|candidate| candidate.tied && candidate.rank == 1));
    let probes: Vec<Probe> = (0..=4).map(|point| Probe { path: PathId(0), point, cost: 1.0 }).collect();
    let next = before.next_looks(&probes).expect("looks");
    assert_eq!(next[0].probe.point, 2, "{next:?}");
    assert!((next[0].bits - 1.0).abs() < 0.15, "{next:?}");
    // To the middle it is a day's journey.
    let mut dear = probes.clone();
    dear[2].cost = 480.0;
    assert_eq!(before.next_looks(&dear).expect("looks")[0].probe.point, 1);

    for (looks, expected) in [
        (vec![look(0, 2, true)], vec![vec![2], vec![3]]),
        (vec![look(0, 2, false)], vec![vec![0], vec![1]]),
        (vec![look(0, 2, true), look(0, 3, false)], vec![vec![2]]),
        (vec![look(0, 2, false), look(0, 1, true)], vec![vec![1]]),
    ] {
        let after = explained(&network, &observed, &looks);
        assert_eq!(first(&after), expected, "{looks:?}: {:?}", after.candidates);
        let next = after.next_looks(&probes).expect("looks");
        assert!(next.iter().all(|next| !looks.iter().any(|look| look.point == next.probe.point)), "{next:?}");
        let most = next.first().map_or(0.0, |next| next.bits);
        assert_eq!(most > 0.5, expected.len() > 1, "{looks:?}: {next:?}");
    }
}

#[test]
fn the_segment_of_one_chain() {
    let cases = [
        ("between two neighbours", window(0, &[0, 1, 2, 3], &[(1, 5), (3, 9)]), Some((1, 2, 5))),
        ("over a dark point", window(0, &[0, 1, 3], &[(1, 5)]), Some((1, 3, 5))),
        ("the most, not the first", window(0, &[0, 1, 2, 3], &[(0, 1), (2, 5)]), Some((2, 3, 5))),
        ("the first of two alike", window(0, &[0, 1, 2, 3], &[(2, 5), (0, 5)]), Some((0, 1, 5))),
        ("all passed", window(0, &[0, 3], &[(3, 5)]), None),
        ("nobody behind it reports", window(0, &[0, 1], &[(1, 5)]), None),
    ];
    for (name, observed, expected) in cases {
        let found = segment(&observed).map(|found| (found.last_seen, found.first_missing, found.lost));
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn the_point_that_halves() {
    let cases: &[(&str, (u8, u8), &[f64], &[f64], Option<u8>)] = &[
        ("eight alike", (0, 8), &[0.01; 8], &[1.0; 8], Some(4)),
        ("an element that often fails", (0, 4), &[0.2, 0.01, 0.01, 0.01], &[1.0; 4], Some(1)),
        ("inside of the path", (2, 5), &[0.01; 6], &[1.0; 6], Some(3)),
        ("one element is left", (2, 3), &[0.01; 6], &[1.0; 6], None),
    ];
    for (name, (last_seen, first_missing), priors, costs, expected) in cases {
        let here = super::super::Segment { last_seen: *last_seen, first_missing: *first_missing, lost: 1 };
        assert_eq!(halve(&here, priors, costs), Ok(*expected), "{name}");
    }
    let beyond = super::super::Segment { last_seen: 0, first_missing: 9, lost: 1 };
    assert!(halve(&beyond, &[0.01; 4], &[1.0; 4]).is_err());
}

#[test]
fn what_is_wrong_is_named() {
    let few = network(2, &[&[0, 1]]);
    let wrong = |observed: Observation| explain(&few, &[observed], &[], Settings::default()).expect_err("a fault");
    let cases = [
        (Network::new(vec![0.0], vec![]).expect_err("a fault"), "the prior of element 0 is 0"),
        (Network::new(vec![0.5], vec![vec![]]).expect_err("a fault"), "path 0 has 0 elements: give 1 to 63"),
        (Network::new(vec![0.5], vec![vec![Element(0); 64]]).expect_err("a fault"), "path 0 has 64 elements"),
        (Network::new(vec![0.5], vec![vec![Element(7)]]).expect_err("a fault"), "runs through element 7"),
        (wrong(window(4, &[0], &[(0, 1)])), "there is no path 4"),
        (wrong(window(0, &[0, 3], &[(3, 1)])), "path 0 has no test point 3: its last one is 2"),
        (wrong(window(0, &[0, 2], &[(1, 1)])), "which is said not to report"),
    ];
    for (fault, expected) in cases {
        assert!(fault.to_string().contains(expected), "{fault}");
    }
    let nowhere = explain(&few, &[], &[look(0, 9, true)], Settings::default());
    assert!(matches!(nowhere, Err(Fault::UnknownPoint { point: 9, .. })));
}

#[test]
fn too_many_suspects_are_weighed_in_part_and_said() {
    let paths: Vec<[u16; 2]> = (0..35).map(|path| [2 * path, 2 * path + 1]).collect();
    let wide = network(70, &paths.iter().map(<[u16; 2]>::as_slice).collect::<Vec<_>>());
    let loses = |path: u16| if path == 7 { (20, 0) } else { (1, 19) };
    let observed: Vec<Observation> =
        (0..35).map(|path| window(path, &[0, 2], &[(0, loses(path).0), (2, loses(path).1)])).collect();
    let explanation = explained(&wide, &observed, &[]);
    assert_eq!(explanation.left_out.len(), 70 - super::super::SUSPECTS_MAX);
    assert_eq!(first(&explanation), [[14], [15]]);
}
