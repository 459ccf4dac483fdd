//! Captures of the same minutes at several test points: where did each TCP handshake vanish, and who rejected it?
//!
//! It does *not* read files or draw; it takes packets and gives a [`Report`]. The captures stand in the order in which a
//! connection's first packet passes them: the client's side first.
//!
//! **Matching.** In each capture a handshake is its two ends and the initial sequence number; a SYN that is sent again is
//! the same one, counted. Between captures the same three match for certain. Behind address translation one end is another:
//! then the initial sequence number, the timestamp value and the order of the options must be the same, and one end. A firewall
//! that randomises sequence numbers leaves the options, one end and the time; such a match is only probable, and says
//! so. The identification of IP is of no use: many systems send zero or a random one.
//!
//! **Clocks.** A clock is ahead of another by at most the least time that a SYN took forward, and by at least minus the least
//! time that a SYN-ACK took back; see [`Clock`].
//!
//! **Verdicts.** Dropped forward: a SYN was seen here and not there, and nobody answered it. Dropped back: an answer was
//! seen there and not here, and the client goes on as if it had none. Rejected: by a reset, or by an ICMP "unreachable", from
//! behind the last test point that saw it, which need not be the last that saw the SYN.
//! Silent: the last test point saw the SYN, and no answer. What a capture does not have although what follows proves that it
//! passed there was lost by the capture, not by the network; how often this happens bounds the confidence in what else it lacks.

mod handshake;
mod matching;
mod report;
mod verdict;

use std::net::{IpAddr, SocketAddr};

pub use matching::Matched;
pub use report::{CaptureSummary, Clock, Connection, Report, View, trace};
pub use verdict::{Rejecter, Verdict};

/// What one test point captured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Capture {
    pub name: String,
    /// In the order of the file.
    pub packets: Vec<Packet>,
}

/// One packet that tells something of a handshake.
#[derive(Clone, Debug, PartialEq)]
pub struct Packet {
    /// Nanoseconds since 1970, by the clock of whoever captured it.
    pub at: i64,
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Tcp(Segment),
    /// Somebody says that it could not deliver the packet that `from` sent `to`.
    Unreachable {
        by: IpAddr,
        code: u8,
        /// That packet's sequence number.
        sequence: u32,
    },
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segment {
    pub syn: bool,
    pub ack: bool,
    pub rst: bool,
    pub sequence: u32,
    pub acknowledgement: u32,
    /// The kinds of the options, in order.
    pub options: Vec<u8>,
    /// The timestamp option's own value.
    pub tsval: Option<u32>,
}

#[cfg(test)]
mod tests;
