//! Each verdict, each way to match, and the clocks; from packets that stand here as they would be captured.

use std::net::{IpAddr, SocketAddr};

use super::{Capture, Matched, Packet, Rejecter, Report, Segment, Verdict, What, trace};

const CLIENT: &str = "10.0.0.1:40000";
const SERVER: &str = "192.0.2.9:443";
const MS: i64 = 1_000_000;
const OPTIONS: &[u8] = &[2, 4, 8, 1, 3];

/// One connection, which each test changes where it differs.
#[derive(Clone)]
struct Wire {
    client: SocketAddr,
    server: SocketAddr,
    isn: u32,
    tsval: Option<u32>,
    options: Vec<u8>,
}

fn wire(port: u16) -> Wire {
    let mut client: SocketAddr = CLIENT.parse().expect("an address");
    client.set_port(port);
    let server = SERVER.parse().expect("an address");
    Wire { client, server, isn: 1000 * u32::from(port), tsval: Some(77), options: OPTIONS.to_vec() }
}

impl Wire {
    fn packet(&self, at_ms: i64, back: bool, segment: Segment) -> Packet {
        let (from, to) = if back { (self.server, self.client) } else { (self.client, self.server) };
        Packet { at: at_ms * MS, from, to, what: What::Tcp(segment) }
    }

    fn syn(&self, at: i64) -> Packet {
        let (options, tsval) = (self.options.clone(), self.tsval);
        self.packet(at, false, Segment { syn: true, sequence: self.isn, options, tsval, ..Segment::default() })
    }

    fn syn_ack(&self, at: i64) -> Packet {
        let acknowledgement = self.isn.wrapping_add(1);
        self.packet(at, true, Segment { syn: true, ack: true, sequence: 5, acknowledgement, ..Segment::default() })
    }

    fn ack(&self, at: i64) -> Packet {
        let sequence = self.isn.wrapping_add(1);
        self.packet(at, false, Segment { ack: true, sequence, acknowledgement: 6, ..Segment::default() })
    }

    fn reset(&self, at: i64) -> Packet {
        let acknowledgement = self.isn.wrapping_add(1);
        self.packet(at, true, Segment { rst: true, ack: true, acknowledgement, ..Segment::default() })
    }

    fn unreachable(&self, at: i64, by: &str, code: u8) -> Packet {
        let by: IpAddr = by.parse().expect("an address");
        let what = What::Unreachable { by, code, sequence: self.isn };
        Packet { at: at * MS, from: self.client, to: self.server, what }
    }
}

fn report(captures: &[&[Packet]]) -> Report {
    let named = captures.iter().zip(["bank", "firewall", "wire"]);
    let captures = named.map(|(packets, name)| Capture { name: name.to_owned(), packets: packets.to_vec() });
    trace(&captures.collect::<Vec<_>>())
}

#[test]
fn every_verdict() {
    let one = wire(40000);
    let forward = |after| Verdict::DroppedForward { after, before: after + 1 };
    let back = |after: usize| Verdict::DroppedBack { after, before: after - 1 };
    let reset = |behind| Verdict::Rejected { behind, by: Rejecter::Reset };
    let icmp = Rejecter::Icmp { from: "10.0.0.254".parse().expect("an address"), code: 13 };
    let cases: Vec<(&str, Vec<Vec<Packet>>, Verdict, &str)> = vec![
        (
            "all is well",
            vec![
                vec![one.syn(0), one.syn_ack(9), one.ack(10)],
                vec![one.syn(1), one.syn_ack(8), one.ack(11)],
                vec![one.syn(2), one.syn_ack(7), one.ack(12)],
            ],
            Verdict::Opened,
            "opened",
        ),
        (
            "dropped forward, sent three times",
            vec![
                vec![one.syn(0), one.syn(1000), one.syn(3000)],
                vec![one.syn(1), one.syn(1001), one.syn(3001)],
                vec![],
            ],
            forward(1),
            "SYN dropped between firewall and wire",
        ),
        (
            "dropped back",
            vec![vec![one.syn(0)], vec![one.syn(1)], vec![one.syn(2), one.syn_ack(3)]],
            back(2),
            "SYN-ACK dropped between wire and firewall",
        ),
        (
            "the server refuses",
            vec![vec![one.syn(0), one.reset(9)], vec![one.syn(1), one.reset(8)], vec![one.syn(2), one.reset(7)]],
            reset(2),
            "rejected behind wire by a reset",
        ),
        (
            "a firewall refuses in the server's name",
            vec![vec![one.syn(0), one.reset(9)], vec![one.syn(1), one.reset(8)], vec![]],
            reset(1),
            "rejected between firewall and wire by a reset",
        ),
        (
            "something on the way lets the SYN pass, and resets",
            vec![vec![one.syn(0), one.reset(9)], vec![one.syn(1)], vec![one.syn(2)]],
            reset(0),
            "rejected between bank and firewall by a reset",
        ),
        (
            "a router says that it may not",
            vec![vec![one.syn(0), one.unreachable(2, "10.0.0.254", 13)], vec![], vec![]],
            Verdict::Rejected { behind: 0, by: icmp },
            "rejected between bank and firewall by 10.0.0.254: ICMP unreachable, administratively prohibited (code 13)",
        ),
        (
            "nobody answers",
            vec![vec![one.syn(0)], vec![one.syn(1)], vec![one.syn(2)]],
            Verdict::Silent { behind: 2 },
            "no answer from behind wire",
        ),
    ];
    for (name, captures, expected, told) in cases {
        let report = report(&captures.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert_eq!(report.connections.len(), 1, "{name}");
        let connection = &report.connections[0];
        assert_eq!((&connection.verdict, connection.told.as_str()), (&expected, told), "{name}");
    }
}

#[test]
fn what_a_capture_lost_the_network_did_not() {
    let one = wire(40000);
    let cases: Vec<(&str, Vec<Vec<Packet>>, Verdict, &[&str])> = vec![
        (
            "the answer proves the SYN",
            vec![vec![one.syn(0), one.syn_ack(9)], vec![one.syn_ack(8)]],
            Verdict::Opened,
            &["the capture firewall lost its SYN"],
        ),
        (
            "the next test point saw it",
            vec![vec![one.syn(0)], vec![], vec![one.syn(2)]],
            Verdict::Silent { behind: 2 },
            &["the capture firewall lost its SYN"],
        ),
        (
            "the client goes on",
            vec![vec![one.syn(0), one.ack(10)], vec![one.syn(1), one.syn_ack(8), one.ack(11)]],
            Verdict::Opened,
            &["the capture bank lost its SYN-ACK"],
        ),
        (
            "a reset proves the SYN",
            vec![vec![one.syn(0), one.reset(9)], vec![one.reset(8)]],
            Verdict::Rejected { behind: 1, by: Rejecter::Reset },
            &["the capture firewall lost its SYN"],
        ),
        (
            "a reset that the client never got",
            vec![vec![one.syn(0)], vec![one.syn(1), one.reset(8)]],
            Verdict::Rejected { behind: 1, by: Rejecter::Reset },
            &["the rejection itself vanished between firewall and bank: the client waits"],
        ),
        (
            "a reset that came from before the server",
            vec![vec![one.syn(0), one.reset(8)], vec![one.syn(1)]],
            Verdict::Rejected { behind: 0, by: Rejecter::Reset },
            &["firewall saw the SYN, and no rejection"],
        ),
        (
            "one of two got through",
            vec![vec![one.syn(0), one.syn(1000), one.syn_ack(1009)], vec![one.syn(1001), one.syn_ack(1008)]],
            Verdict::Opened,
            &["1 of 2 SYNs got from bank to firewall"],
        ),
    ];
    for (name, captures, expected, notes) in cases {
        let report = report(&captures.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let connection = &report.connections[0];
        assert_eq!(connection.verdict, expected, "{name}");
        for note in notes {
            assert!(connection.notes.iter().any(|said| said == note), "{name}: {:?}", connection.notes);
        }
    }
}

#[test]
fn more_evidence_is_surer() {
    let (one, other) = (wire(40000), wire(40001));
    let confidence = |captures: &[&[Packet]]| report(captures).connections[0].confidence;
    let (lost, later) = ([one.syn(0)], [other.syn(9000)]);
    let thrice = [one.syn(0), one.syn(1000), one.syn(3000)];
    let (empty, once, sure) = (confidence(&[&lost, &[]]), confidence(&[&lost, &later]), confidence(&[&thrice, &later]));
    let ended = confidence(&[&lost, &[other.syn(-5)]]);
    assert!(empty < ended && ended < once && once < sure && sure > 0.99, "{empty} {ended} {once} {sure}");
}

#[test]
fn a_handshake_is_recognised() {
    let one = wire(40000);
    let outside = |port: u16| format!("203.0.113.5:{port}").parse().expect("an address");
    let translated = Wire { client: outside(61000), ..one.clone() };
    let randomised = Wire { isn: 4_000_000_000, ..one.clone() };
    let both = Wire { isn: 4_000_000_000, client: outside(61000), ..one.clone() };
    let other_stamp = Wire { tsval: Some(78), ..translated.clone() };
    let other_options = Wire { options: vec![2, 1, 3], ..randomised.clone() };
    let other_server = Wire { server: outside(1), ..translated.clone() };
    let cases = [
        ("nothing changed", one.clone(), Some(Matched::Exactly)),
        ("translated", translated, Some(Matched::Translated)),
        ("randomised", randomised, Some(Matched::Probably)),
        ("translated and randomised", both, Some(Matched::Probably)),
        ("another timestamp is another connection", other_stamp, None),
        ("other options are another connection", other_options, None),
        ("both ends are others", other_server, None),
    ];
    for (name, there, expected) in cases {
        let report = report(&[&[one.syn(0)], &[there.syn(1)]]);
        let first = &report.connections[0];
        assert_eq!(first.views[1].as_ref().map(|view| view.matched), expected, "{name}");
        assert_eq!(report.connections.len(), if expected.is_some() { 1 } else { 2 }, "{name}");
        assert!(expected != Some(Matched::Probably) || first.confidence <= 0.7, "{name}: {}", first.confidence);
    }
}

/// Clocks hours apart: what is certain tells by how much, and then also what is only probable is found.
#[test]
fn the_clocks_are_compared() {
    let (one, two) = (wire(40000), wire(40001));
    let hidden = wire(40002);
    let randomised = Wire { isn: 9, ..hidden.clone() };
    let hours = 3 * 3_600_000;
    let bank = [one.syn(0), one.syn_ack(30), two.syn(100), two.syn_ack(124), hidden.syn(200)];
    let wire = [
        one.syn(hours + 10),
        one.syn_ack(hours + 15),
        two.syn(hours + 112),
        two.syn_ack(hours + 116),
        randomised.syn(hours + 213),
    ];
    let report = report(&[&bank, &wire]);
    // Forth in 10 and 12, back in 15 and 8 milliseconds.
    let clock = report.clocks[0];
    assert_eq!(clock.ahead_max_ns, Some((hours + 10) * MS));
    assert_eq!(clock.ahead_min_ns, Some((hours - 8) * MS));
    assert_eq!((clock.ahead_ns(), clock.moved(), clock.n), (Some((hours + 1) * MS), false, 4));
    let last = report
        .connections
        .iter()
        .find(|connection| connection.views[0].as_ref().is_some_and(|view| view.client.port() == 40002));
    assert_eq!(last.map(|last| last.views[1].is_some()), Some(true));
}

#[test]
fn the_same_ports_again_are_another_connection() {
    let one = wire(40000);
    let again = Wire { isn: 7, ..one.clone() };
    let report = report(&[&[one.syn(0), again.syn(60_000)], &[one.syn(1)]]);
    let verdicts: Vec<_> = report.connections.iter().map(|connection| &connection.verdict).collect();
    assert_eq!(verdicts, [&Verdict::Silent { behind: 1 }, &Verdict::DroppedForward { after: 0, before: 1 }]);
}

#[test]
fn nothing_is_reported_of_nothing() {
    assert!(report(&[]).connections.is_empty());
    assert!(report(&[&[], &[]]).connections.is_empty());
    // The middle of a connection that began before the capture is no handshake.
    let one = wire(40000);
    assert!(report(&[&[one.ack(0)], &[one.ack(1)]]).connections.is_empty());
}
