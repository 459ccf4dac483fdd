//! Reads captures, pcap and pcapng, as far as they can be read.
//!
//! It does *not* judge: a file that breaks off gives what was before, and a sentence that says so.

use std::{
    fmt::Display,
    fs::File,
    io,
    net::{IpAddr, SocketAddr},
    path::Path,
};

use etherparse::{EtherType, IpNumber, LaxNetSlice, LaxSlicedPacket, TcpSlice, TransportSlice};
use meridian_core::trace::{Capture, Packet, Segment, What};
use pcap_parser::{Block, PcapBlockOwned, PcapError, create_reader, traits::PcapReaderIterator};

/// How much of a file is held at once, and at most, for one packet: tcpdump keeps 256 KiB of each, pcapng knows no bound.
const BUFFER: usize = 1 << 16;
const BUFFER_MAX: usize = 1 << 24;

/// A pipe gives little at a time. The parser takes what it gets for all there is, so it gets as much as it asks for.
struct Filling(File);

impl io::Read for Filling {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < into.len() {
            match self.0.read(&mut into[filled..]) {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => return Err(why),
            }
        }
        Ok(filled)
    }
}

/// What could be read of a file, and what could not.
pub struct Read {
    pub capture: Capture,
    pub warnings: Vec<String>,
}

/// Of which kind and in what time the packets of one interface stand.
#[derive(Clone, Copy)]
struct Interface {
    link: i32,
    units: u64,
    offset: i64,
}

pub fn read(path: &Path, name: String) -> Result<Read, String> {
    let shown = path.display();
    let file = File::open(path).map_err(|why| format!("{shown} can't be opened: {why}"))?;
    let mut reader = create_reader(BUFFER, Filling(file)).map_err(|why| match why {
        PcapError::Eof => format!("{shown} is empty: a capture has a header even when it holds no packet"),
        PcapError::ReadError => format!("{shown} can't be read: is it a file?"),
        PcapError::Incomplete(_) => format!("{shown} breaks off within its header: take it again, or copy it again"),
        _ => format!("{shown} is no capture: pcap or pcapng is expected, and not packed"),
    })?;
    let mut reading = Reading { capture: Capture { name, packets: vec![] }, ..Reading::default() };
    let broken = reading.all(reader.as_mut());
    Ok(reading.done(&shown, broken))
}

#[derive(Default)]
struct Reading {
    capture: Capture,
    interfaces: Vec<Interface>,
    frames: u64,
    untimed: u64,
    cut: u64,
    unknown_links: std::collections::BTreeSet<i32>,
}

impl Reading {
    /// Reads to the end; what stopped it before, if anything did.
    fn all(&mut self, reader: &mut dyn PcapReaderIterator) -> Option<String> {
        let mut room = BUFFER;
        loop {
            let (exhausted, held) = (reader.reader_exhausted(), reader.data().len());
            match reader.next() {
                Ok((length, block)) => {
                    self.block(&block);
                    reader.consume(length);
                }
                Err(PcapError::Eof) => return None,
                Err(PcapError::Incomplete(_) | PcapError::BufferTooSmall) if !exhausted => {
                    if held >= room {
                        room *= 2;
                        if room > BUFFER_MAX || !reader.grow(room) {
                            return Some("is broken: a packet says that it is longer than 16 MiB".to_owned());
                        }
                    }
                    if reader.refill().is_err() {
                        return Some("can't be read any further".to_owned());
                    }
                }
                Err(PcapError::Incomplete(_) | PcapError::BufferTooSmall | PcapError::UnexpectedEof) => {
                    return Some("breaks off in the middle of a packet".to_owned());
                }
                Err(_) => return Some("is broken: what follows is no packet".to_owned()),
            }
        }
    }

    fn block(&mut self, block: &PcapBlockOwned<'_>) {
        match block {
            PcapBlockOwned::LegacyHeader(header) => {
                let units = if header.is_nanosecond_precision() { 1_000_000_000 } else { 1_000_000 };
                self.interfaces = vec![Interface { link: header.network.0, units, offset: 0 }];
            }
            PcapBlockOwned::Legacy(packet) => {
                let Some(interface) = self.interfaces.first().copied() else { return };
                let units = u64::from(packet.ts_sec) * interface.units + u64::from(packet.ts_usec);
                self.frame(interface, units, packet.data);
            }
            PcapBlockOwned::NG(Block::SectionHeader(_)) => self.interfaces.clear(),
            PcapBlockOwned::NG(Block::InterfaceDescription(about)) => {
                let units = about.ts_resolution().filter(|units| *units > 0).unwrap_or(1_000_000);
                self.interfaces.push(Interface { link: about.linktype.0, units, offset: about.ts_offset() });
            }
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                match self.interfaces.get(packet.if_id as usize).copied() {
                    Some(interface) => {
                        let units = u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low);
                        let length = packet.data.len().min(packet.caplen as usize);
                        self.frame(interface, units, &packet.data[..length]);
                    }
                    None => self.untimed += 1,
                }
            }
            PcapBlockOwned::NG(Block::SimplePacket(_)) => self.untimed += 1,
            PcapBlockOwned::NG(_) => {}
        }
    }

    fn frame(&mut self, interface: Interface, units: u64, data: &[u8]) {
        self.frames += 1;
        let at = i128::from(units) * 1_000_000_000 / i128::from(interface.units)
            + i128::from(interface.offset) * 1_000_000_000;
        let Ok(at) = i64::try_from(at) else {
            self.untimed += 1;
            return;
        };
        let Some(sliced) = sliced(interface.link, data) else {
            if !known(interface.link) {
                self.unknown_links.insert(interface.link);
            } else {
                self.cut += 1;
            }
            return;
        };
        match packet(at, &sliced) {
            Some(packet) => self.capture.packets.push(packet),
            None if cut_short(&sliced) => self.cut += 1,
            None => {}
        }
    }

    fn done(self, shown: &impl Display, broken: Option<String>) -> Read {
        let mut warnings = vec![];
        let frames = self.frames;
        if let Some(why) = broken {
            warnings.push(format!("{shown} {why}: what stands before it is used, {frames} packets"));
        }
        if self.cut > 0 {
            let cut = self.cut;
            warnings.push(format!(
                "{cut} of {frames} packets in {shown} are cut within their headers: capture at least 128 bytes of each"
            ));
        }
        if self.untimed > 0 {
            warnings.push(format!("{} packets in {shown} have no usable time, and are left out", self.untimed));
        }
        for link in &self.unknown_links {
            warnings.push(format!(
                "{shown} has packets of the link type {link}, which can't be read: capture on Ethernet, Linux `any` or raw IP"
            ));
        }
        Read { capture: self.capture, warnings }
    }
}

fn known(link: i32) -> bool {
    matches!(link, 0 | 1 | 12 | 14 | 101 | 108 | 113 | 228 | 229 | 276)
}

/// The layers of a frame, by its link type.
fn sliced(link: i32, data: &[u8]) -> Option<LaxSlicedPacket<'_>> {
    let cooked = |kind: usize, header: usize| {
        let kind = u16::from_be_bytes([*data.get(kind)?, *data.get(kind + 1)?]);
        Some(LaxSlicedPacket::from_ether_type(EtherType(kind), data.get(header..)?))
    };
    match link {
        1 => LaxSlicedPacket::from_ethernet(data).ok(),
        12 | 14 | 101 | 228 | 229 => LaxSlicedPacket::from_ip(data).ok(),
        0 | 108 => LaxSlicedPacket::from_ip(data.get(4..)?).ok(),
        113 => cooked(14, 16),
        276 => cooked(0, 20),
        _ => None,
    }
}

fn ends(net: &LaxNetSlice<'_>) -> Option<(IpAddr, IpAddr)> {
    match net {
        LaxNetSlice::Ipv4(ip) => Some((ip.header().source_addr().into(), ip.header().destination_addr().into())),
        LaxNetSlice::Ipv6(ip) => Some((ip.header().source_addr().into(), ip.header().destination_addr().into())),
        LaxNetSlice::Arp(_) => None,
    }
}

/// The packet, if it tells something of a handshake.
fn packet(at: i64, sliced: &LaxSlicedPacket<'_>) -> Option<Packet> {
    let (from, to) = ends(sliced.net.as_ref()?)?;
    let refused = |code: u8, quoted: &[u8]| {
        let quoted = LaxSlicedPacket::from_ip(quoted).ok()?;
        let (client, server) = ends(quoted.net.as_ref()?)?;
        let payload = quoted.ip_payload().filter(|payload| payload.ip_number == IpNumber::TCP)?;
        // No more than eight bytes of it are certain to be quoted: the ports and the sequence number.
        let [a, b, c, d, e, f, g, h] = *payload.payload.first_chunk::<8>()?;
        let what = What::Unreachable { by: from, code, sequence: u32::from_be_bytes([e, f, g, h]) };
        let port = |high, low| u16::from_be_bytes([high, low]);
        Some(Packet { at, from: SocketAddr::new(client, port(a, b)), to: SocketAddr::new(server, port(c, d)), what })
    };
    match sliced.transport.as_ref()? {
        TransportSlice::Tcp(tcp) => Some(Packet {
            at,
            from: SocketAddr::new(from, tcp.source_port()),
            to: SocketAddr::new(to, tcp.destination_port()),
            what: What::Tcp(segment(tcp)),
        }),
        TransportSlice::Icmpv4(icmp) if icmp.type_u8() == 3 => refused(icmp.code_u8(), icmp.payload()),
        TransportSlice::Icmpv6(icmp) if icmp.type_u8() == 1 => refused(icmp.code_u8(), icmp.payload()),
        _ => None,
    }
}

fn cut_short(sliced: &LaxSlicedPacket<'_>) -> bool {
    let tcp = sliced.ip_payload().is_some_and(|payload| payload.ip_number == IpNumber::TCP && !payload.fragmented);
    tcp && sliced.transport.is_none()
}

fn segment(tcp: &TcpSlice<'_>) -> Segment {
    let (options, tsval) = if tcp.syn() { options(tcp.options()) } else { (vec![], None) };
    Segment {
        syn: tcp.syn(),
        ack: tcp.ack(),
        rst: tcp.rst(),
        sequence: tcp.sequence_number(),
        acknowledgement: tcp.acknowledgment_number(),
        options,
        tsval,
    }
}

/// The kinds of the options in order, and the timestamp; as far as they are well formed.
fn options(mut bytes: &[u8]) -> (Vec<u8>, Option<u32>) {
    let (mut kinds, mut tsval) = (vec![], None);
    while let Some((kind, rest)) = bytes.split_first().filter(|(kind, _)| **kind != 0) {
        kinds.push(*kind);
        if *kind == 1 {
            bytes = rest;
            continue;
        }
        let length = rest.first().map_or(0, |length| usize::from(*length));
        if length < 2 || length > bytes.len() {
            break;
        }
        if let (8, [_, _, a, b, c, d, ..]) = (*kind, &bytes[..length]) {
            tsval = Some(u32::from_be_bytes([*a, *b, *c, *d]));
        }
        bytes = &bytes[length..];
    }
    (kinds, tsval)
}
