//! The handshakes of one capture.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use super::{Packet, Segment, What};

/// All that one capture has of one handshake. Times are in the order of the capture.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Handshake {
    pub(super) client: SocketAddr,
    pub(super) server: SocketAddr,
    pub(super) isn: u32,
    /// Those of the SYN; nothing if the capture lacks it.
    pub(super) options: Option<Vec<u8>>,
    pub(super) tsval: Option<u32>,
    pub(super) syns: Vec<i64>,
    pub(super) syn_acks: Vec<i64>,
    /// The client goes on: it got an answer.
    pub(super) acks: Vec<i64>,
    /// Resets in the server's name.
    pub(super) resets: Vec<i64>,
    pub(super) refusals: Vec<(i64, IpAddr, u8)>,
}

impl Handshake {
    fn new(client: SocketAddr, server: SocketAddr, isn: u32) -> Handshake {
        Handshake {
            client,
            server,
            isn,
            options: None,
            tsval: None,
            syns: vec![],
            syn_acks: vec![],
            acks: vec![],
            resets: vec![],
            refusals: vec![],
        }
    }

    pub(super) fn first_at(&self) -> i64 {
        let all = [&self.syns, &self.syn_acks, &self.resets].into_iter().filter_map(|times| times.first().copied());
        all.chain(self.refusals.first().map(|refusal| refusal.0)).min().unwrap_or(i64::MAX)
    }

    pub(super) fn rejected(&self) -> bool {
        !self.resets.is_empty() || !self.refusals.is_empty()
    }
}

/// Every handshake that began in the capture, or whose answer is there; in order of their first packets.
pub(super) fn handshakes(packets: &[Packet]) -> Vec<Handshake> {
    let mut found: Vec<Handshake> = vec![];
    let mut known: BTreeMap<(SocketAddr, SocketAddr, u32), usize> = BTreeMap::new();
    for packet in packets {
        let Some((client, server, isn, begins)) = names(packet) else { continue };
        let key = (client, server, isn);
        if !begins && !known.contains_key(&key) {
            continue;
        }
        let at = *known.entry(key).or_insert_with(|| {
            found.push(Handshake::new(client, server, isn));
            found.len() - 1
        });
        if let Some(handshake) = found.get_mut(at) {
            add(handshake, packet);
        }
    }
    found
}

/// The handshake that a packet belongs to, and whether it alone proves that there was one.
fn names(packet: &Packet) -> Option<(SocketAddr, SocketAddr, u32, bool)> {
    let (from, to) = (packet.from, packet.to);
    match &packet.what {
        What::Unreachable { sequence, .. } => Some((from, to, *sequence, false)),
        What::Tcp(Segment { syn: true, ack: false, rst: false, sequence, .. }) => Some((from, to, *sequence, true)),
        What::Tcp(Segment { syn: true, ack: true, rst: false, acknowledgement, .. }) => {
            Some((to, from, acknowledgement.wrapping_sub(1), true))
        }
        // A reset that answers a SYN acknowledges it; one of the number zero was never part of a connection.
        What::Tcp(Segment { rst: true, ack: true, sequence, acknowledgement, .. }) => {
            Some((to, from, acknowledgement.wrapping_sub(1), *sequence == 0))
        }
        What::Tcp(Segment { syn: false, rst: false, ack: true, sequence, .. }) => {
            Some((from, to, sequence.wrapping_sub(1), false))
        }
        What::Tcp(_) => None,
    }
}

fn add(handshake: &mut Handshake, packet: &Packet) {
    let at = packet.at;
    match &packet.what {
        What::Unreachable { by, code, .. } => handshake.refusals.push((at, *by, *code)),
        What::Tcp(segment) if segment.rst => handshake.resets.push(at),
        What::Tcp(segment) if segment.syn && segment.ack => handshake.syn_acks.push(at),
        What::Tcp(segment) if segment.syn => {
            handshake.syns.push(at);
            handshake.options.get_or_insert_with(|| segment.options.clone());
            handshake.tsval = handshake.tsval.or(segment.tsval);
        }
        What::Tcp(_) => handshake.acks.push(at),
    }
}
