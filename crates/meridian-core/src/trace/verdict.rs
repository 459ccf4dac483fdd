//! What became of one handshake.

use std::net::IpAddr;

use serde::Serialize;

use super::handshake::Handshake;

/// What became of a connection; test points by their place, the client's side first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// The client got its answer.
    Opened,
    /// The SYN was seen at the one and not at the other.
    DroppedForward { after: usize, before: usize },
    /// The SYN-ACK was seen at the one and not at the other.
    DroppedBack { after: usize, before: usize },
    /// Something behind this test point refused.
    Rejected { behind: usize, by: Rejecter },
    /// The SYN passed the last test point, and nobody answered.
    Silent { behind: usize },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Rejecter {
    /// In the name of the server, which a firewall can do, too.
    Reset,
    Icmp {
        from: IpAddr,
        code: u8,
    },
}

/// A packet that a capture lacks although it passed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct CaptureLoss {
    pub(super) capture: usize,
    pub(super) syn: bool,
}

/// Judges by what each test point has of the handshake.
pub(super) fn judge(views: &[Option<&Handshake>]) -> (Verdict, Vec<CaptureLoss>) {
    let has = |what: fn(&Handshake) -> bool| move |view: &Option<&Handshake>| view.is_some_and(what);
    let syn = has(|view| !view.syns.is_empty());
    let answered = has(|view| !view.syn_acks.is_empty());
    let rejected = has(Handshake::rejected);
    let went_on = views.iter().any(has(|view| !view.acks.is_empty()));
    let last = views.len().saturating_sub(1);
    let nearest_answer = views.iter().position(answered);
    // Whatever came back from behind a test point had passed it before.
    let furthest = match nearest_answer {
        Some(_) => last,
        None => views.iter().rposition(|view| syn(view) || rejected(view)).unwrap_or(0),
    };
    let verdict = match nearest_answer {
        Some(nearest) if nearest > 0 && !went_on => Verdict::DroppedBack { after: nearest, before: nearest - 1 },
        Some(_) => Verdict::Opened,
        None => match rejecter(views) {
            // Where the SYN went on and the rejection was not seen, it did not come from there.
            Some(by) => Verdict::Rejected { behind: views.iter().rposition(rejected).unwrap_or(furthest), by },
            None if furthest < last => Verdict::DroppedForward { after: furthest, before: furthest + 1 },
            None => Verdict::Silent { behind: last },
        },
    };
    let mut lost: Vec<CaptureLoss> = (first_syn(views)..=furthest)
        .filter(|capture| !syn(&views[*capture]))
        .map(|capture| CaptureLoss { capture, syn: true })
        .collect();
    if let Some(nearest) = nearest_answer {
        let passed = if verdict == Verdict::Opened { 0 } else { nearest };
        let unseen = (passed..=last).filter(|capture| !answered(&views[*capture]));
        lost.extend(unseen.map(|capture| CaptureLoss { capture, syn: false }));
    }
    (verdict, lost)
}

/// A connection may come from within the row of test points: those before its first SYN lost nothing.
fn first_syn(views: &[Option<&Handshake>]) -> usize {
    views.iter().position(Option::is_some).unwrap_or(0)
}

fn rejecter(views: &[Option<&Handshake>]) -> Option<Rejecter> {
    let all = || views.iter().rev().flatten();
    let icmp = all().find_map(|view| view.refusals.first());
    let reset = || all().any(|view| !view.resets.is_empty()).then_some(Rejecter::Reset);
    icmp.map(|(_, from, code)| Rejecter::Icmp { from: *from, code: *code }).or_else(reset)
}

impl Verdict {
    /// In words, with the names of the test points.
    pub fn told(&self, names: &[String]) -> String {
        let name = |at: &usize| names.get(*at).map_or("?", String::as_str);
        match self {
            Verdict::Opened => "opened".to_owned(),
            Verdict::DroppedForward { after, before } => {
                format!("SYN dropped between {} and {}", name(after), name(before))
            }
            Verdict::DroppedBack { after, before } => {
                format!("SYN-ACK dropped between {} and {}", name(after), name(before))
            }
            Verdict::Rejected { behind, by } => {
                let place = match names.get(behind + 1) {
                    Some(next) => format!("between {} and {next}", name(behind)),
                    None => format!("behind {}", name(behind)),
                };
                match by {
                    Rejecter::Reset => format!("rejected {place} by a reset"),
                    Rejecter::Icmp { from, code } => {
                        format!("rejected {place} by {from}: ICMP unreachable, {}", reason(*from, *code))
                    }
                }
            }
            Verdict::Silent { behind } => format!("no answer from behind {}", name(behind)),
        }
    }
}

fn reason(from: IpAddr, code: u8) -> String {
    let known = match (from.is_ipv4(), code) {
        (true, 0) => "no route to the network",
        (true, 1) => "no route to the host",
        (true, 3) | (false, 4) => "port closed",
        (true, 9 | 10 | 13) | (false, 1) => "administratively prohibited",
        (false, 0) => "no route",
        (false, 3) => "address unreachable",
        (false, 5) => "source address refused by policy",
        (false, 6) => "route rejected",
        _ => return format!("code {code}"),
    };
    format!("{known} (code {code})")
}
