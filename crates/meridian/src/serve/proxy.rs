//! Where a request came from when a proxy stands before Meridian.
//!
//! Anybody can write a header, so `Forwarded` and `X-Forwarded-For` count only when the connection itself comes from a
//! proxy that the operator trusts, and of the addresses in them only the right-most that is no trusted proxy: everything
//! to its left was written by whoever asked. Where something can't be read, or the two headers disagree, the nearest
//! address that is sure counts.
//!
//! What this does *not* do: it believes no header about the host or the scheme; `--external-url` says those.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use axum::http::{HeaderMap, header};

/// A network as `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        let (own, other, width) = match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (u128::from(own.to_bits()), u128::from(other.to_bits()), 32),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits(), other.to_bits(), 128),
            _ => return false,
        };
        // A shift by the whole width of the number would overflow; of no bit at all everything is inside.
        (own ^ other).checked_shr(width - self.bits).unwrap_or(0) == 0
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Network, String> {
        let wrong = || "expected is a network such as 10.0.0.0/8 or fd00::/8, or an address".to_owned();
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let address = address.to_canonical();
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => width,
            Some(bits) if bits.bytes().all(|byte| byte.is_ascii_digit()) => bits.parse().map_err(|_| wrong())?,
            Some(_) => return Err(wrong()),
        };
        if bits > width { Err(wrong()) } else { Ok(Network { address, bits }) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// The address that answers for a request.
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let peer = peer.to_canonical();
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(peer) {
        return peer;
    }
    let forwarded = headers.contains_key(header::FORWARDED).then(|| by_forwarded(headers));
    let x_forwarded = headers.contains_key("x-forwarded-for").then(|| by_x_forwarded(headers));
    let right_most = |hops: Vec<Option<IpAddr>>| {
        let mut sure = peer;
        for hop in hops.into_iter().rev() {
            match hop {
                None => break,
                Some(address) if is_trusted(address) => sure = address,
                Some(address) => return address,
            }
        }
        sure
    };
    match (forwarded.map(right_most), x_forwarded.map(right_most)) {
        (Some(one), Some(other)) if one != other => peer,
        (Some(one), _) | (None, Some(one)) => one,
        (None, None) => peer,
    }
}

/// All values of a header, as if they stood in one line; nothing where one is no text.
fn joined(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines: Result<Vec<&str>, _> = headers.get_all(name).iter().map(|value| value.to_str()).collect();
    lines.ok().map(|lines| lines.join(","))
}

/// The hops, nearest last; `None` for one that names no address.
fn by_x_forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    match joined(headers, "x-forwarded-for") {
        Some(line) => line.split(',').map(|hop| address(hop.trim())).collect(),
        None => vec![None],
    }
}

/// RFC 7239: `for=192.0.2.60;proto=https, for="[2001:db8::17]:4711"`.
fn by_forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let Some(elements) = joined(headers, "forwarded").and_then(|line| split(&line, ',')) else { return vec![None] };
    let node = |element: &String| {
        let pairs = split(element, ';')?;
        let named = |pair: &&String| pair.trim_start().get(..4).is_some_and(|name| name.eq_ignore_ascii_case("for="));
        let mut found = pairs.iter().filter(named);
        // A second `for` in one hop is somebody's trick.
        let (Some(pair), None) = (found.next(), found.next()) else { return None };
        let value = pair.trim().get(4..)?;
        let bare = value.strip_prefix('"').map_or(Some(value), |rest| rest.strip_suffix('"'))?;
        address(bare)
    };
    elements.iter().map(node).collect()
}

/// Split outside of quotes; `None` where a quote stays open.
fn split(text: &str, at: char) -> Option<Vec<String>> {
    let (mut parts, mut quoted, mut escaped) = (vec![String::new()], false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if c == at && !quoted => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    (!quoted).then_some(parts)
}

/// With or without a port; IPv6 with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok().filter(IpAddr::is_ipv6);
    let plain = text.parse::<IpAddr>().ok().or_else(bare);
    let with_port = || text.parse::<SocketAddr>().ok().map(|both| both.ip());
    plain.or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        };
        let mut headers = HeaderMap::new();
        for (name, value) in lines.iter().map(pair) {
            headers.append(name, value);
        }
        headers
    }

    fn trusted() -> Vec<Network> {
        ["10.0.0.0/8", "192.0.2.7", "fd00::/8"].iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn whose_request_it_is() {
        #[track_caller]
        fn check(peer: &str, lines: &[(&str, &str)], expected: &str) {
            let found = client(peer.parse().unwrap(), &headers(lines), &trusted());
            assert_eq!(found.to_string(), expected, "{peer} {lines:?}");
        }
        let x = "x-forwarded-for";
        let f = "forwarded";
        // Without a trusted proxy no header counts.
        check("203.0.113.9", &[], "203.0.113.9");
        check("203.0.113.9", &[(x, "198.51.100.1")], "203.0.113.9");
        check("203.0.113.9", &[(f, "for=198.51.100.1")], "203.0.113.9");
        check("10.1.2.3", &[], "10.1.2.3");
        // One proxy, two proxies, and what the client wrote to their left.
        check("10.1.2.3", &[(x, "198.51.100.1")], "198.51.100.1");
        check("::ffff:10.1.2.3", &[(x, "198.51.100.1")], "198.51.100.1");
        check("10.1.2.3", &[(x, "198.51.100.1, 10.9.9.9")], "198.51.100.1");
        check("10.1.2.3", &[(x, "1.1.1.1, 198.51.100.1")], "198.51.100.1");
        check("10.1.2.3", &[(x, "1.1.1.1, 198.51.100.1,192.0.2.7")], "198.51.100.1");
        check("10.1.2.3", &[(x, "127.0.0.1"), (x, "198.51.100.1")], "198.51.100.1");
        check("10.1.2.3", &[(x, "10.5.5.5, 10.6.6.6")], "10.5.5.5");
        // IPv6, with brackets, with a port; IPv4 with a port.
        check("fd00::1", &[(x, "2001:db8::17")], "2001:db8::17");
        check("10.1.2.3", &[(x, "[2001:db8::17]")], "2001:db8::17");
        check("10.1.2.3", &[(x, "[2001:db8::17]:4711")], "2001:db8::17");
        check("10.1.2.3", &[(x, "198.51.100.1:4711")], "198.51.100.1");
        check("10.1.2.3", &[(x, "::ffff:198.51.100.1")], "198.51.100.1");
        check("10.1.2.3", &[(f, "for=198.51.100.1")], "198.51.100.1");
        check("10.1.2.3", &[(f, "For=\"[2001:db8::17]:4711\";proto=https;by=10.0.0.1")], "2001:db8::17");
        check("10.1.2.3", &[(f, "proto=http; for=198.51.100.1 , for=10.9.9.9")], "198.51.100.1");
        check("10.1.2.3", &[(f, "for=1.1.1.1, for=\"198.51.100.1:80\"")], "198.51.100.1");
        check("10.1.2.3", &[(f, "for=\"a,b;c\", for=198.51.100.1")], "198.51.100.1");
        // What can't be read ends the walk at the nearest address that is sure.
        for unreadable in [
            "unknown",
            "",
            "localhost",
            "198.51.100.1:x",
            "[::1",
            "::1]:80",
            "1.2.3",
            "fe80::1%eth0",
            "\"1.1.1.1\"",
            "[1.1.1.1]",
        ] {
            check("10.1.2.3", &[(x, unreadable)], "10.1.2.3");
            check("10.1.2.3", &[(x, &format!("198.51.100.1, {unreadable}, 10.9.9.9"))], "10.9.9.9");
        }
        for unreadable in [
            "",
            "for",
            "for=",
            "for=unknown",
            "for=_hidden",
            "proto=https",
            "for=\"198.51.100.1",
            "for=1.1.1.1;for=2.2.2.2",
            "for==1.1.1.1",
        ] {
            check("10.1.2.3", &[(f, unreadable)], "10.1.2.3");
        }
        check("10.1.2.3", &[(x, "198.51.100.1, caf\u{e9}")], "10.1.2.3");
        // A proxy that writes one header passes the other on from whoever asks.
        check("10.1.2.3", &[(f, "for=198.51.100.1"), (x, "198.51.100.1")], "198.51.100.1");
        check("10.1.2.3", &[(f, "for=1.1.1.1"), (x, "198.51.100.1")], "10.1.2.3");
    }

    #[test]
    fn networks() {
        for (text, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.8/30", "192.0.2.11", "192.0.2.12"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("2001:db8::1", "2001:db8::1", "2001:db8::2"),
            ("0.0.0.0/0", "8.8.8.8", "::1"),
            ("::/0", "::1", "8.8.8.8"),
            ("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.2"),
        ] {
            let network: Network = text.parse().unwrap();
            assert!(network.contains(inside.parse().unwrap()), "{text} {inside}");
            assert!(!network.contains(outside.parse().unwrap()), "{text} {outside}");
            assert_eq!(network.to_string().parse(), Ok(network));
        }
        for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0/8", "proxy", "10.0.0.0/"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(forwarded in ".{0,80}", x_forwarded in "[0-9a-f:., \\[\\]\"]{0,80}") {
            let mut headers = HeaderMap::new();
            for (name, text) in [("forwarded", &forwarded), ("x-forwarded-for", &x_forwarded)] {
                if let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) {
                    headers.append(name, value);
                }
            }
            client("10.0.0.1".parse().unwrap(), &headers, &trusted());
        }
    }
}
