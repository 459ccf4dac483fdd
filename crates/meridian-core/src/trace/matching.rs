//! Which handshake of one capture is which of the next.

use std::collections::BTreeMap;

use serde::Serialize;

use super::handshake::Handshake;

/// By what a handshake was recognised in a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Matched {
    /// The same ends and the same initial sequence number.
    Exactly,
    /// One end is another: the addresses are translated on the way.
    Translated,
    /// Only options, one end and time are the same: the sequence numbers are randomised on the way.
    Probably,
    /// Nothing of it was there before.
    First,
}

impl Matched {
    pub(super) fn confidence(self) -> f64 {
        match self {
            Matched::Exactly | Matched::First => 1.0,
            Matched::Translated => 0.98,
            Matched::Probably => 0.7,
        }
    }
}

/// One handshake through all captures: its place among those of each, and by what it was recognised.
pub(super) type Line = Vec<Option<(usize, Matched)>>;

/// How far apart two SYNs may be, beside the clocks, to be taken for one that was changed on the way.
const APART_NS: i64 = 2_000_000_000;

/// Matches all captures, each with those before it. `ahead` says by how many nanoseconds the second capture's clock is
/// ahead of the first one's, as far as the lines that are certain tell.
pub(super) fn lines(captures: &[Vec<Handshake>], ahead: impl Fn(&[Line], usize, usize) -> i64) -> Vec<Line> {
    let mut lines: Vec<Line> = vec![];
    for here in 0..captures.len() {
        let mut open: Vec<usize> = (0..captures[here].len()).collect();
        for kind in [Matched::Exactly, Matched::Translated] {
            open = pair(captures, &mut lines, here, open, kind);
        }
        open = probable(captures, &mut lines, here, open, &ahead);
        for new in open {
            let mut line = vec![None; captures.len()];
            line[here] = Some((new, Matched::First));
            lines.push(line);
        }
    }
    lines
}

/// What a line looked like when it was last seen.
fn last<'a>(captures: &'a [Vec<Handshake>], line: &Line, before: usize) -> Option<(usize, &'a Handshake)> {
    (0..before).rev().find_map(|capture| line[capture].map(|(at, _)| (capture, &captures[capture][at])))
}

fn same(kind: Matched, a: &Handshake, b: &Handshake) -> bool {
    let ends = (a.client == b.client, a.server == b.server);
    match kind {
        Matched::Exactly => a.isn == b.isn && ends == (true, true),
        _ => {
            // An answer alone shows no options; its number and one end must do then.
            let options = a.options.is_none() || b.options.is_none() || a.options == b.options;
            let tsval = a.tsval.is_none() || b.tsval.is_none() || a.tsval == b.tsval;
            a.isn == b.isn && (ends.0 || ends.1) && options && tsval
        }
    }
}

fn pair(captures: &[Vec<Handshake>], lines: &mut [Line], here: usize, open: Vec<usize>, kind: Matched) -> Vec<usize> {
    let mut by_isn: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line[here].is_none()) {
        if let Some((_, handshake)) = last(captures, line, here) {
            by_isn.entry(handshake.isn).or_default().push(at);
        }
    }
    let mut left = vec![];
    for new in open {
        let handshake = &captures[here][new];
        let free = by_isn.get(&handshake.isn).into_iter().flatten().find(|at| {
            let line = &lines[**at];
            line[here].is_none() && last(captures, line, here).is_some_and(|(_, before)| same(kind, before, handshake))
        });
        match free.copied() {
            Some(at) => lines[at][here] = Some((new, kind)),
            None => left.push(new),
        }
    }
    left
}

/// Pairs what is nearest in time, each once, the nearest first.
fn probable(
    captures: &[Vec<Handshake>],
    lines: &mut [Line],
    here: usize,
    open: Vec<usize>,
    ahead: &impl Fn(&[Line], usize, usize) -> i64,
) -> Vec<usize> {
    let ahead: Vec<i64> = (0..here).map(|before| ahead(lines, before, here)).collect();
    // By the end that stayed, so that a long capture is not compared with the whole of another.
    let mut by_end: BTreeMap<_, Vec<(i64, usize)>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line[here].is_none()) {
        let Some((capture, before)) = last(captures, line, here) else { continue };
        let Some(options) = before.options.clone() else { continue };
        let expected = before.first_at().saturating_add(ahead[capture]);
        for end in [(false, before.client), (true, before.server)] {
            by_end.entry((end, options.clone())).or_default().push((expected, at));
        }
    }
    by_end.values_mut().for_each(|lines| lines.sort());
    let mut pairs = vec![];
    for new in &open {
        let handshake = &captures[here][*new];
        let Some(options) = &handshake.options else { continue };
        for end in [(false, handshake.client), (true, handshake.server)] {
            let Some(near) = by_end.get(&(end, options.clone())) else { continue };
            let from = near.partition_point(|(at, _)| *at < handshake.first_at().saturating_sub(APART_NS));
            let near = near[from..].iter().take_while(|(at, _)| *at <= handshake.first_at().saturating_add(APART_NS));
            // A crowd of candidates is no evidence for any of them.
            pairs.extend(near.take(64).filter_map(|(at, line)| {
                let before = last(captures, &lines[*line], here)?.1;
                let tsval = before.tsval.is_none() || handshake.tsval.is_none() || before.tsval == handshake.tsval;
                tsval.then(|| (at.abs_diff(handshake.first_at()), *new, *line))
            }));
        }
    }
    pairs.sort();
    let mut left: std::collections::BTreeSet<usize> = open.into_iter().collect();
    for (_, new, line) in pairs {
        if lines[line][here].is_none() && left.remove(&new) {
            lines[line][here] = Some((new, Matched::Probably));
        }
    }
    left.into_iter().collect()
}
