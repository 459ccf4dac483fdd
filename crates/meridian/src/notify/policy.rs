//! Where Meridian may connect to when the address comes from the estate: the guard against being used as a way in.
//!
//! A webhook's URL is data. Without a guard it could point at the cloud's metadata service and hand out the
//! machine's credentials. Addresses are judged *after* names were resolved, on the very addresses that are then
//! connected to, so a name that changes its mind between check and use gains nothing.

use std::{
    error::Error,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// What is allowed beyond the public internet.
///
/// Never allowed: link-local, multicast and unspecified addresses, and the metadata services of the clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutboundPolicy {
    /// Loopback and private ranges. On by default, because a self-hosted control room mostly talks to neighbours: a
    /// chat server, an ntfy, a relay. `--public-targets-only` turns it off where people you don't trust may write the estate.
    pub private: bool,
}

impl Default for OutboundPolicy {
    fn default() -> OutboundPolicy {
        OutboundPolicy { private: true }
    }
}

/// An address that must not be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forbidden {
    pub address: IpAddr,
    pub because: &'static str,
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}, where Meridian does not connect", self.address, self.because)
    }
}

impl Error for Forbidden {}

const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(169, 254, 169, 254), Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16)];
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

impl OutboundPolicy {
    pub fn check(self, address: IpAddr) -> Result<(), Forbidden> {
        let because = match address {
            IpAddr::V4(v4) => self.against_v4(v4),
            IpAddr::V6(v6) => match embedded_v4(v6) {
                Some(v4) => self.against_v4(v4),
                None => self.against_v6(v6),
            },
        };
        because.map_or(Ok(()), |because| Err(Forbidden { address, because }))
    }

    fn against_v4(self, v4: Ipv4Addr) -> Option<&'static str> {
        let [a, b, ..] = v4.octets();
        if METADATA_V4.contains(&v4) {
            Some("a cloud's metadata service")
        } else if a == 0 {
            Some("unspecified")
        } else if v4.is_link_local() {
            Some("link-local")
        } else if v4.is_multicast() || a >= 240 {
            Some("multicast or reserved")
        } else if !self.private && (v4.is_loopback() || v4.is_private() || (a == 100 && (64..128).contains(&b))) {
            Some("private")
        } else {
            None
        }
    }

    fn against_v6(self, v6: Ipv6Addr) -> Option<&'static str> {
        let first = v6.segments()[0];
        if v6 == METADATA_V6 {
            Some("a cloud's metadata service")
        } else if v6.is_unspecified() {
            Some("unspecified")
        } else if first & 0xffc0 == 0xfe80 {
            Some("link-local")
        } else if v6.is_multicast() {
            Some("multicast or reserved")
        } else if !self.private && (v6.is_loopback() || first & 0xfe00 == 0xfc00) {
            Some("private")
        } else {
            None
        }
    }
}

/// The IPv4 address inside a mapped (`::ffff:0:0/96`), translated (`64:ff9b::/96`) or 6to4 (`2002::/16`) one.
fn embedded_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = v6.segments();
    let join = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(join(high, low)),
        [0x2002, high, low, ..] => Some(join(high, low)),
        _ => None,
    }
}

/// Resolves as the system does, then drops nothing: one forbidden address among several refuses the name.
pub(super) struct GuardedResolver(pub OutboundPolicy);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            for address in &found {
                policy.check(address.ip())?;
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let check = |address: &str, always: bool, publicly: bool| {
            let ip: IpAddr = address.parse().unwrap();
            assert_eq!(OutboundPolicy { private: true }.check(ip).is_ok(), always, "{address}, private allowed");
            assert_eq!(OutboundPolicy { private: false }.check(ip).is_ok(), publicly, "{address}, private refused");
        };
        for public in ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "100.128.0.1", "172.32.0.1"] {
            check(public, true, true);
        }
        for private in
            ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "100.64.0.1", "fd12::1", "::ffff:10.0.0.1"]
        {
            check(private, true, false);
        }
        for never in [
            "0.0.0.0",
            "0.1.2.3",
            "::",
            "169.254.169.254",
            "169.254.1.1",
            "fe80::1",
            "febf::1",
            "224.0.0.1",
            "255.255.255.255",
            "ff02::1",
            "100.100.100.200",
            "168.63.129.16",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
        ] {
            check(never, false, false);
        }
    }
}
