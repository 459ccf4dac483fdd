//! Captures that are written here byte by byte, read and told of as a person would ask.

use std::path::{Path, PathBuf};

use super::{Asked, packets::read, run_trace};

const SYN: u8 = 0x02;
const RST_ACK: u8 = 0x14;
const SYN_ACK: u8 = 0x12;
const MSS_STAMP: &[u8] = &[2, 4, 5, 0xb4, 8, 10, 0, 0, 0, 77, 0, 0, 0, 0, 1, 1];

/// An IPv4 packet of TCP; only what is read of it is right, so the checksums are zero.
fn tcp(back: bool, flags: u8, isn: u32, options: &[u8]) -> Vec<u8> {
    let (client, server) = (([10, 0, 0, 1], 40000u16), ([192, 0, 2, 9], 443u16));
    let (from, to) = if back { (server, client) } else { (client, server) };
    let (sequence, acknowledged) = match flags {
        SYN => (isn, 0),
        SYN_ACK => (5, isn + 1),
        _ => (0, isn + 1),
    };
    let mut segment = [from.1.to_be_bytes(), to.1.to_be_bytes()].concat();
    segment.extend(sequence.to_be_bytes());
    segment.extend(acknowledged.to_be_bytes());
    segment.extend([(5 + options.len() as u8 / 4) << 4, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(options);
    ip(from.0, to.0, 6, &segment)
}

fn ip(from: [u8; 4], to: [u8; 4], protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = (20 + payload.len() as u16).to_be_bytes();
    let mut packet = vec![0x45, 0, length[0], length[1], 0, 0, 0x40, 0, 64, protocol, 0, 0];
    packet.extend([from, to].concat());
    packet.extend(payload);
    packet
}

/// "Administratively prohibited", with no more of the packet than a router must quote.
fn prohibited(isn: u32) -> Vec<u8> {
    let quoted = tcp(false, SYN, isn, &[]);
    ip([10, 0, 0, 254], [10, 0, 0, 1], 1, &[&[3, 13, 0, 0, 0, 0, 0, 0], &quoted[..28]].concat())
}

fn ethernet(ip: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0][..], ip].concat()
}

/// Little-endian pcap with microseconds. Packets with their times in milliseconds.
fn pcap(link: u32, packets: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut file = [0xa1b2_c3d4u32.to_le_bytes(), [2, 0, 4, 0], [0; 4], [0; 4], 65535u32.to_le_bytes()].concat();
    file.extend(link.to_le_bytes());
    for (at, data) in packets {
        let length = data.len() as u32;
        let head = [1_700_000_000 + at / 1000, at % 1000 * 1000, length, length];
        head.iter().for_each(|word| file.extend(word.to_le_bytes()));
        file.extend(data);
    }
    file
}

/// pcapng with one interface whose times are nanoseconds.
fn pcapng(packets: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let block = |kind: u32, body: &[u8]| {
        let body = [body, &vec![0; (4 - body.len() % 4) % 4]].concat();
        let length = (body.len() as u32 + 12).to_le_bytes();
        [&kind.to_le_bytes()[..], &length, &body, &length].concat()
    };
    let section = [&0x1a2b_3c4du32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    let interface = [&[1, 0, 0, 0, 0, 0, 4, 0][..], &[9, 0, 1, 0, 9, 0, 0, 0], &[0; 4]].concat();
    let mut file = [block(0x0a0d_0d0a, &section), block(1, &interface)].concat();
    for (at, data) in packets {
        let at = 1_700_000_000_000_000_000 + at * 1_000_000;
        let length = data.len() as u32;
        let head: Vec<u8> =
            [0, (at >> 32) as u32, at as u32, length, length].iter().flat_map(|word| word.to_le_bytes()).collect();
        file.extend(block(6, &[&head, data.as_slice()].concat()));
    }
    file
}

struct Dir(tempfile::TempDir);

impl Dir {
    fn new() -> Dir {
        Dir(tempfile::tempdir().expect("a directory"))
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    }
}

fn told(files: &[PathBuf], json: bool, svg: Option<&Path>) -> Result<String, String> {
    let asked = Asked { files: files.to_vec(), json, svg: svg.map(Path::to_owned) };
    run_trace(&asked)
}

const VANISHED: &[&str] = &["something bad", "a cross"];
const REJECTED: &[&str] = &["something bad", "a no"];

#[test]
fn where_a_connection_vanished() {
    let syn = |at| (at, ethernet(&tcp(false, SYN, 1000, MSS_STAMP)));
    let back = |at, flags| (at, ethernet(&tcp(true, flags, 1000, &[])));
    let cases: Vec<(&str, Vec<_>, Vec<_>, &str, &[&str])> = vec![
        ("opened", vec![syn(0), back(9, SYN_ACK)], vec![syn(1), back(8, SYN_ACK)], "     1  opened", &[]),
        (
            "forward",
            vec![syn(0), syn(1000)],
            vec![],
            "  2 SYN  -     49%   SYN dropped between bank and wire",
            VANISHED,
        ),
        (
            "back",
            vec![syn(0)],
            vec![syn(1), back(2, SYN_ACK)],
            "  SYN   SYN, SYN-ACK  76%   SYN-ACK dropped between wire and bank",
            VANISHED,
        ),
        (
            "reset",
            vec![syn(0), back(4, RST_ACK)],
            vec![syn(1), back(3, RST_ACK)],
            "rejected behind wire by a reset",
            REJECTED,
        ),
        (
            "icmp",
            vec![syn(0), (4, ethernet(&prohibited(1000)))],
            vec![],
            "rejected between bank and wire by 10.0.0.254: ICMP unreachable, administratively prohibited (code 13)",
            REJECTED,
        ),
        ("silent", vec![syn(0)], vec![syn(1)], "no answer from behind wire", &["something bad", "an open end"]),
        (
            "lost by the capture",
            vec![syn(0), back(9, SYN_ACK)],
            vec![back(8, SYN_ACK)],
            "the capture wire lost its SYN",
            &[],
        ),
    ];
    for (name, bank, wire, expected, marked) in cases {
        let dir = Dir::new();
        let files = [dir.file("bank.pcap", &pcap(1, &bank)), dir.file("wire.pcap", &pcap(1, &wire))];
        let picture = dir.0.path().join("trace.svg");
        let said = told(&files, false, Some(&picture)).expect("a report");
        assert!(said.contains(expected), "{name}: {said}");
        let json: serde_json::Value = serde_json::from_str(&told(&files, true, None).expect("JSON")).expect("JSON");
        assert_eq!(json["connections"][0]["views"].as_array().map(Vec::len), Some(2), "{name}");
        let picture = std::fs::read_to_string(picture).expect("a picture");
        assert!(picture.starts_with("<svg") && picture.contains(">bank<") && picture.ends_with("</svg>\n"), "{name}");
        let marks =
            [("#b3261e", "something bad"), ("l12 12", "a cross"), (">?<", "an open end"), (">rejected<", "a no")];
        let drawn: Vec<&str> = marks.iter().filter(|(mark, _)| picture.contains(mark)).map(|(_, what)| *what).collect();
        assert_eq!(drawn, marked, "{name}");
    }
}

#[test]
fn both_formats_and_all_links_read_alike() {
    let syn = tcp(false, SYN, 1000, MSS_STAMP);
    let with = |header: &[u8]| [header, &syn].concat();
    let mut cooked = vec![0; 14];
    cooked.extend([8, 0]);
    let mut cooked_2 = vec![8, 0];
    cooked_2.extend([0; 18]);
    let vlan = [&[0; 12][..], &[0x81, 0, 0, 5, 8, 0]].concat();
    let big_endian: Vec<u8> = {
        let words = [0xa1b2_3c4du32, 0x0002_0004, 0, 0, 65535, 101, 1_700_000_000, 7_000_000, syn.len() as u32];
        let mut file: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        file.extend((syn.len() as u32).to_be_bytes());
        file.extend(&syn);
        file
    };
    let dir = Dir::new();
    for (name, bytes) in [
        ("ethernet", pcap(1, &[(7, ethernet(&syn))])),
        ("vlan", pcap(1, &[(7, with(&vlan))])),
        ("raw", pcap(101, &[(7, syn.clone())])),
        ("loopback", pcap(0, &[(7, with(&[2, 0, 0, 0]))])),
        ("any", pcap(113, &[(7, with(&cooked))])),
        ("any, the newer", pcap(276, &[(7, with(&cooked_2))])),
        ("big endian, nanoseconds", big_endian),
        ("pcapng", pcapng(&[(7, ethernet(&syn))])),
    ] {
        let read = read(&dir.file("a", &bytes), "a".to_owned()).expect("a capture");
        assert!(read.warnings.is_empty(), "{name}: {:?}", read.warnings);
        let [packet] = read.capture.packets.as_slice() else { panic!("{name}: {:?}", read.capture.packets) };
        assert_eq!(packet.at, 1_700_000_000_007_000_000, "{name}");
        assert_eq!((packet.from.to_string().as_str(), packet.to.port()), ("10.0.0.1:40000", 443), "{name}");
        let meridian_core::trace::What::Tcp(segment) = &packet.what else { panic!("{name}") };
        assert_eq!(
            (segment.sequence, segment.tsval, segment.options.as_slice()),
            (1000, Some(77), &[2, 8, 1, 1][..]),
            "{name}"
        );
    }
}

#[test]
fn what_is_broken_is_said_and_the_rest_used() {
    let dir = Dir::new();
    let syn = || (0, ethernet(&tcp(false, SYN, 1000, MSS_STAMP)));
    let two = pcap(1, &[syn(), syn()]);
    let next = pcapng(&[(0, syn().1), (1, syn().1)]);
    let mut garbage = pcapng(&[(0, syn().1)]);
    garbage.extend([6, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    let (_, frame) = syn();
    let mut boundless = two.clone();
    boundless.extend([0u8; 8].into_iter().chain([0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f]));
    boundless.extend(vec![0; 17 << 20]);
    for (name, bytes, packets, expected) in [
        ("a packet without end", boundless, 2, "is broken"),
        (
            "cut in a packet",
            two[..two.len() - 5].to_vec(),
            1,
            "breaks off in the middle of a packet: what stands before it is used, 1 packets",
        ),
        ("cut in pcapng", next[..next.len() - 5].to_vec(), 1, "breaks off in the middle of a packet"),
        ("garbage behind", garbage, 1, "what stands before it is used, 1 packets"),
        ("short packets", pcap(1, &[(0, frame[..40].to_vec())]), 0, "1 of 1 packets"),
        ("another link", pcap(147, &[syn()]), 0, "link type 147, which can't be read"),
    ] {
        let read = read(&dir.file("a.pcap", &bytes), "a".to_owned()).expect(name);
        assert_eq!(read.capture.packets.len(), packets, "{name}: {:?}", read.warnings);
        assert!(read.warnings.iter().any(|said| said.contains(expected)), "{name}: {:?}", read.warnings);
    }
    for (name, bytes, expected) in [
        ("empty", vec![], "is empty"),
        ("text", b"no capture at all, only words".to_vec(), "is no capture: pcap or pcapng is expected"),
        ("cut in the header", two[..10].to_vec(), "breaks off within its header"),
    ] {
        let why = read(&dir.file("a.pcap", &bytes), "a".to_owned()).err().expect(name);
        assert!(why.contains(expected) && why.contains("a.pcap"), "{name}: {why}");
    }
    let nowhere = told(&[dir.0.path().join("none"), dir.0.path().join("none")], false, None).expect_err("an error");
    assert!(nowhere.contains("none can't be opened"), "{nowhere}");
}

/// However many there are, the table and the picture say how many they leave out, and the JSON leaves out none.
#[test]
fn what_is_left_out_is_counted() {
    let dir = Dir::new();
    let many: Vec<_> = (0..60).map(|at| (at, ethernet(&tcp(false, SYN, 1000 + at, MSS_STAMP)))).collect();
    let files = [dir.file("bank.pcap", &pcap(1, &many)), dir.file("wire.pcap", &pcap(1, &many[..1]))];
    let picture = dir.0.path().join("trace.svg");
    let said = told(&files, false, Some(&picture)).expect("a report");
    assert!(said.contains("    59  SYN dropped between bank and wire"), "{said}");
    assert!(said.ends_with("and 10 more; --json has them all\n"), "{said}");
    assert!(std::fs::read_to_string(picture).expect("a picture").contains("and 48 more connections"));
    let json: serde_json::Value = serde_json::from_str(&told(&files, true, None).expect("JSON")).expect("JSON");
    assert_eq!(json["connections"].as_array().map(Vec::len), Some(60));
}

/// Packets longer than what is held of a file at once, and what follows them.
#[test]
fn long_packets_are_passed_over() {
    let (dir, syn) = (Dir::new(), ethernet(&tcp(false, SYN, 1000, MSS_STAMP)));
    let mut long = syn.clone();
    long.resize(300_000, 0);
    for bytes in [pcap(1, &[(0, long.clone()), (1, syn.clone())]), pcapng(&[(0, long.clone()), (1, syn)])] {
        let read = read(&dir.file("a", &bytes), "a".to_owned()).expect("a capture");
        assert_eq!((read.warnings, read.capture.packets.len()), (vec![], 2));
    }
}

/// Any bytes behind any header, and any change of a good file: never a panic, never an endless loop.
#[test]
fn hostile_files_are_read_to_their_end() {
    let dir = Dir::new();
    let good = [pcap(1, &[(0, ethernet(&prohibited(1)))]), pcapng(&[(0, ethernet(&tcp(false, SYN, 1, MSS_STAMP)))])];
    for file in &good {
        for at in 0..file.len() {
            for change in [0x00, 0xff, 0x80] {
                let mut bytes = file.clone();
                bytes[at] = change;
                let _ = read(&dir.file("a", &bytes), "a".to_owned());
            }
            let _ = read(&dir.file("a", &file[..at]), "a".to_owned());
        }
    }
}
