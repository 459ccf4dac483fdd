//! From captures to what is told of them.

use std::net::SocketAddr;

use serde::Serialize;

use super::{
    Capture,
    handshake::{Handshake, handshakes},
    matching::{Line, Matched, lines},
    verdict::{CaptureLoss, Verdict, judge},
};

/// What the captures tell together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub captures: Vec<CaptureSummary>,
    /// Of each two neighbours.
    pub clocks: Vec<Clock>,
    /// In order of their first packets.
    pub connections: Vec<Connection>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaptureSummary {
    pub name: String,
    pub packets: usize,
    pub handshakes: usize,
    /// Packets of handshakes that passed here and that the capture lacks.
    pub lost: usize,
    pub first_ns: Option<i64>,
    pub last_ns: Option<i64>,
}

/// How far the clock of capture `of` is ahead of that of the one before it, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Clock {
    pub of: usize,
    /// Minus the least time that a SYN-ACK took back.
    pub ahead_min_ns: Option<i64>,
    /// The least time that a SYN took forward.
    pub ahead_max_ns: Option<i64>,
    /// How many times were compared.
    pub n: usize,
}

impl Clock {
    /// The middle, if both bounds are known; else the one that is.
    pub fn ahead_ns(&self) -> Option<i64> {
        match (self.ahead_min_ns, self.ahead_max_ns) {
            (Some(min), Some(max)) => Some(min + (max - min) / 2),
            (min, max) => min.or(max),
        }
    }

    /// Bounds that exclude each other say that a clock was set while it was captured.
    pub fn moved(&self) -> bool {
        self.ahead_min_ns.zip(self.ahead_max_ns).is_some_and(|(min, max)| min > max)
    }
}

/// One connection attempt through all captures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Connection {
    #[serde(flatten)]
    pub verdict: Verdict,
    /// In plain words, with the names of the test points.
    pub told: String,
    pub confidence: f64,
    /// Why the confidence is not higher, and what else is remarkable.
    pub notes: Vec<String>,
    /// At each test point; none where nothing of it was seen.
    pub views: Vec<Option<View>>,
}

/// What one test point saw of a connection; times in nanoseconds by its own clock.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct View {
    pub client: SocketAddr,
    pub server: SocketAddr,
    pub matched: Matched,
    pub syn_ns: Vec<i64>,
    pub syn_ack_ns: Vec<i64>,
    pub ack_ns: Option<i64>,
    pub reset_ns: Vec<i64>,
    pub unreachable_ns: Vec<i64>,
}

/// Matches the handshakes of captures, the client's side first, and judges each.
pub fn trace(captures: &[Capture]) -> Report {
    let found: Vec<Vec<Handshake>> = captures.iter().map(|capture| handshakes(&capture.packets)).collect();
    let ahead = |lines: &[Line], a: usize, b: usize| clock(&found, lines, a, b).ahead_ns().unwrap_or(0);
    let mut lines = lines(&found, ahead);
    let views = |line: &Line| -> Vec<Option<&Handshake>> {
        line.iter().enumerate().map(|(capture, at)| at.and_then(|(at, _)| found[capture].get(at))).collect()
    };
    lines.sort_by_key(|line| views(line).into_iter().flatten().next().map(Handshake::first_at));
    let judged: Vec<(Verdict, Vec<CaptureLoss>)> = lines.iter().map(|line| judge(&views(line))).collect();
    let names: Vec<String> = captures.iter().map(|capture| capture.name.clone()).collect();
    let summaries: Vec<CaptureSummary> = captures
        .iter()
        .enumerate()
        .map(|(at, capture)| CaptureSummary {
            name: capture.name.clone(),
            packets: capture.packets.len(),
            handshakes: found[at].len(),
            lost: judged.iter().flat_map(|(_, lost)| lost).filter(|lost| lost.capture == at).count(),
            first_ns: capture.packets.iter().map(|packet| packet.at).min(),
            last_ns: capture.packets.iter().map(|packet| packet.at).max(),
        })
        .collect();
    let clocks: Vec<Clock> = (1..captures.len()).map(|of| clock(&found, &lines, of - 1, of)).collect();
    let connections = lines.iter().zip(judged).map(|(line, (verdict, lost))| {
        let place = Place { captures: &summaries, clocks: &clocks, names: &names };
        place.connection(line, &views(line), verdict, &lost)
    });
    let connections = connections.collect();
    Report { captures: summaries, clocks, connections }
}

/// The clock of capture `b` against that of `a`, by the handshakes that both saw.
fn clock(found: &[Vec<Handshake>], lines: &[Line], a: usize, b: usize) -> Clock {
    let mut clock = Clock { of: b, ahead_min_ns: None, ahead_max_ns: None, n: 0 };
    for line in lines {
        let (Some((here, _)), Some((there, how))) = (line[a], line[b]) else { continue };
        // What was matched by its time can't tell the time.
        if how == Matched::Probably {
            continue;
        }
        let (here, there) = (&found[a][here], &found[b][there]);
        for (times, back) in [((&here.syns, &there.syns), false), ((&here.syn_acks, &there.syn_acks), true)] {
            // Where one has more of them, it is not known which is which.
            if times.0.len() != times.1.len() {
                continue;
            }
            for (here, there) in times.0.iter().zip(times.1) {
                let ahead = there.saturating_sub(*here);
                let (bound, keep): (_, fn(i64, i64) -> i64) =
                    if back { (&mut clock.ahead_min_ns, i64::max) } else { (&mut clock.ahead_max_ns, i64::min) };
                *bound = Some(bound.map_or(ahead, |known| keep(known, ahead)));
                clock.n += 1;
            }
        }
    }
    clock
}

/// What is known of the captures when a connection is told of.
struct Place<'a> {
    captures: &'a [CaptureSummary],
    clocks: &'a [Clock],
    names: &'a [String],
}

impl Place<'_> {
    fn connection(
        &self,
        line: &Line,
        views: &[Option<&Handshake>],
        verdict: Verdict,
        lost: &[CaptureLoss],
    ) -> Connection {
        let mut notes = vec![];
        let mut confidence = line.iter().flatten().map(|(_, how)| how.confidence()).product::<f64>();
        let matched = |how| line.iter().flatten().any(|(_, matched)| *matched == how);
        if matched(Matched::Translated) {
            notes.push("the addresses are translated on the way".to_owned());
        }
        if matched(Matched::Probably) {
            notes.push("matched by options and time only, so that it is probable at best".to_owned());
        }
        confidence *= self.trust(&verdict, views, &mut notes);
        let sent = |at: usize| views[at].map_or(0, |view| view.syns.len());
        for capture in 1..views.len() {
            let (before, here) = (sent(capture - 1), sent(capture));
            if here > 0 && before > here {
                let (from, to) = (&self.names[capture - 1], &self.names[capture]);
                notes.push(format!("{here} of {before} SYNs got from {from} to {to}"));
            }
        }
        for lost in lost {
            let what = if lost.syn { "SYN" } else { "SYN-ACK" };
            notes.push(format!("the capture {} lost its {what}", self.names[lost.capture]));
        }
        if matches!(verdict, Verdict::Rejected { .. }) {
            self.where_rejected(views, &mut notes);
        }
        if let Some(from) = line.iter().position(Option::is_some).filter(|from| *from > 0) {
            let (first, before) = (&self.names[from], &self.names[from - 1]);
            notes.push(format!("it was first seen at {first}: it may have come from behind {before}"));
        }
        let seen = line.iter().zip(views).map(|(at, view)| at.zip(*view).map(|((_, how), view)| shown(view, how)));
        Connection {
            told: verdict.told(self.names),
            verdict,
            confidence: (confidence * 1000.0).round() / 1000.0,
            notes,
            views: seen.collect(),
        }
    }

    /// Which test points a rejection should have passed, if it came from the server and reached the client.
    fn where_rejected(&self, views: &[Option<&Handshake>], notes: &mut Vec<String>) {
        let seen = |view: &Option<&Handshake>| view.is_some_and(Handshake::rejected);
        let syn = |at: &usize| views[*at].is_some_and(|view| !view.syns.is_empty());
        let (Some(near), Some(far)) = (views.iter().position(seen), views.iter().rposition(seen)) else { return };
        if let Some(before) = (0..near).rev().find(syn) {
            let (from, to) = (&self.names[near], &self.names[before]);
            notes.push(format!("the rejection itself vanished between {from} and {to}: the client waits"));
        }
        if let Some(beyond) = (far + 1..views.len()).find(syn) {
            notes.push(format!("{} saw the SYN, and no rejection", self.names[beyond]));
        }
    }

    /// How far the silence of a capture is to be trusted, where the verdict rests on one.
    fn trust(&self, verdict: &Verdict, views: &[Option<&Handshake>], notes: &mut Vec<String>) -> f64 {
        let Some((lacks, seen, times)) = lacking(verdict, views) else { return 1.0 };
        let capture = &self.captures[lacks];
        // It may have lost each of them, as it lost others.
        let loses = (capture.lost as f64 + 1.0) / ((capture.lost + capture.handshakes) as f64 + 20.0);
        let trust = 1.0 - loses.powi(i32::try_from(times.len().max(1)).unwrap_or(i32::MAX));
        if capture.packets == 0 {
            notes.push(format!("{} holds no packet of TCP at all: is it the right place and filter?", capture.name));
            return trust * 0.5;
        }
        let ahead = |of: usize| self.clocks.iter().find(|clock| clock.of == of).and_then(Clock::ahead_ns).unwrap_or(0);
        let by_its_clock = |at: i64| match lacks.cmp(&seen) {
            std::cmp::Ordering::Greater => at.saturating_add(ahead(lacks)),
            std::cmp::Ordering::Less => at.saturating_sub(ahead(seen)),
            std::cmp::Ordering::Equal => at,
        };
        let later = |at: &i64| capture.last_ns.is_some_and(|last| last >= by_its_clock(*at));
        if times.iter().any(later) {
            return trust;
        }
        notes.push(format!("{} holds nothing later: see that it did not end before", capture.name));
        trust * 0.8
    }
}

/// Which capture's silence the verdict rests on, who saw something instead, and when, by that one's clock.
fn lacking(verdict: &Verdict, views: &[Option<&Handshake>]) -> Option<(usize, usize, Vec<i64>)> {
    match verdict {
        Verdict::DroppedForward { after, before } => Some((*before, *after, views[*after]?.syns.clone())),
        Verdict::DroppedBack { after, before } => Some((*before, *after, views[*after]?.syn_acks.clone())),
        Verdict::Silent { behind } => Some((*behind, *behind, views[*behind]?.syns.clone())),
        Verdict::Rejected { behind, .. } => {
            let beyond = (behind + 1..views.len()).find(|at| views[*at].is_some_and(|view| !view.syns.is_empty()))?;
            Some((beyond, *behind, rejections(views[*behind]?)))
        }
        Verdict::Opened => None,
    }
}

fn rejections(view: &Handshake) -> Vec<i64> {
    view.resets.iter().copied().chain(view.refusals.iter().map(|refusal| refusal.0)).collect()
}

fn shown(view: &Handshake, matched: Matched) -> View {
    View {
        client: view.client,
        server: view.server,
        matched,
        syn_ns: view.syns.clone(),
        syn_ack_ns: view.syn_acks.clone(),
        ack_ns: view.acks.first().copied(),
        reset_ns: view.resets.clone(),
        unreachable_ns: view.refusals.iter().map(|refusal| refusal.0).collect(),
    }
}
