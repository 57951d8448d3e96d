//! Which addresses a granted name may lead to.
//!
//! A name is matched before it is resolved; what it resolves to is checked again, because whoever serves the
//! name chooses the answer. A wildcard reaches public addresses only. A host that was granted by its own name may
//! be private, but this machine and metadata services only where exactly they were granted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of place an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On the internet.
    Public,
    /// In a private network: RFC 1918, unique-local, shared (CGNAT) and site-local addresses.
    Private,
    /// This machine.
    Loopback,
    /// The link, where cloud providers answer with credentials; and their addresses elsewhere.
    LinkLocal,
    /// Addresses for documentation, tests and protocols, which no service has.
    Special,
    /// No single place: multicast, broadcast, unspecified, reserved.
    Nowhere,
}

impl Place {
    /// The word in messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Loopback => "loopback",
            Self::LinkLocal => "link-local",
            Self::Special => "special-purpose",
            Self::Nowhere => "no single place",
        }
    }

    /// Tells what kind of place an address is. IPv4 addresses inside IPv6 ones (mapped, compatible, NAT64, 6to4) are
    /// what they lead to.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => of_v4(v4),
            IpAddr::V6(v6) => of_v6(v6),
        }
    }
}

fn of_v4(address: Ipv4Addr) -> Place {
    let [a, b, c, d] = address.octets();
    match (a, b, c, d) {
        (0, ..) | (224..=255, ..) => Place::Nowhere,
        (127, ..) => Place::Loopback,
        // The metadata services of Azure and Alibaba lie outside the link-local range.
        (169, 254, ..) | (168, 63, 129, 16) | (100, 100, 100, 200) => Place::LinkLocal,
        (10, ..) | (172, 16..=31, ..) | (192, 168, ..) | (100, 64..=127, ..) => Place::Private,
        (192, 0, 0 | 2, _) | (198, 51, 100, _) | (203, 0, 113, _) | (198, 18 | 19, ..) | (192, 88, 99, _) => {
            Place::Special
        }
        _ => Place::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Place {
    let s = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        of_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0] => Place::Nowhere,
        [0, 0, 0, 0, 0, 0, 0, 1] => Place::Loopback,
        // Mapped, compatible, translated (SIIT), NAT64, 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0, 0, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => v4(high, low),
        // A network's own NAT64 prefix: where the IPv4 address stands in it is not known.
        [0x64, 0xff9b, 1, ..] => Place::LinkLocal,
        [0xfe80..=0xfebf, ..] | [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => Place::LinkLocal,
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Place::Private,
        [0xff00..=0xffff, ..] => Place::Nowhere,
        // Teredo, benchmarking, ORCHID, documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Place::Special,
        [0x2000..=0x3fff, ..] => Place::Public,
        _ => Place::Special,
    }
}

/// Reads a host that is an address, as URLs write it. Nothing but the plain notation is an address.
pub(crate) fn literal(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inside) => inside.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => host.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
    }
}

/// Whether a grant for `host`, which has no wildcard, reaches an address.
pub(crate) fn literal_host_reaches(host: &str, address: IpAddr) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let granted_as = literal(host).map(Place::of);
    match Place::of(address) {
        Place::Public | Place::Private => true,
        Place::Loopback => host.eq_ignore_ascii_case("localhost") || granted_as == Some(Place::Loopback),
        place @ (Place::LinkLocal | Place::Special) => granted_as == Some(place),
        Place::Nowhere => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        Place::of(text.parse().unwrap())
    }

    #[test]
    fn every_form_of_a_private_address_is_private() {
        for text in [
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "fc00::1",
            "fd12:3456::1",
            "fec0::1",
            "::ffff:10.0.0.1",
            "::10.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:a00:1::",
            "::ffff:0:10.0.0.1",
        ] {
            assert_eq!(place(text), Place::Private, "{text}");
        }
    }

    #[test]
    fn every_form_of_loopback_is_loopback() {
        for text in
            ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"]
        {
            assert_eq!(place(text), Place::Loopback, "{text}");
        }
    }

    #[test]
    fn metadata_services_are_link_local_wherever_they_are() {
        for text in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::a9fe:a9fe",
            "fe80::1",
            "febf::1",
            "fd00:ec2::254",
            "168.63.129.16",
            "100.100.100.200",
        ] {
            assert_eq!(place(text), Place::LinkLocal, "{text}");
        }
    }

    #[test]
    fn what_is_no_single_place_is_never_reached() {
        for text in ["0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255", "240.0.0.1", "::", "ff02::1"] {
            assert_eq!(place(text), Place::Nowhere, "{text}");
            assert!(!literal_host_reaches(text, text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn the_neighbours_of_the_ranges_are_public() {
        for text in [
            "9.255.255.255",
            "11.0.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.0.1",
            "100.128.0.1",
            "169.253.0.1",
            "192.169.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00::1",
            "64:ff9b::8.8.8.8",
        ] {
            assert_eq!(place(text), Place::Public, "{text}");
        }
    }

    #[test]
    fn a_name_reaches_private_places_and_no_loopback_or_link_local_ones() {
        let reaches = |host: &str, address: &str| literal_host_reaches(host, address.parse().unwrap());
        assert!(reaches("git.corp.test", "10.0.0.1"));
        assert!(reaches("git.corp.test", "93.184.216.34"));
        assert!(!reaches("git.corp.test", "127.0.0.1"));
        assert!(!reaches("git.corp.test", "169.254.169.254"));
        assert!(!reaches("git.corp.test", "::ffff:127.0.0.1"));
        assert!(reaches("localhost", "127.0.0.1"));
        assert!(reaches("127.0.0.1", "127.0.0.1"));
        assert!(reaches("[::1]", "::1"));
        assert!(!reaches("localhost", "169.254.169.254"));
        assert!(reaches("169.254.169.254", "169.254.169.254"));
    }
}
