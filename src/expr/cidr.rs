//! IP networks, for `cidr(x, "10.0.0.0/8")`.

use super::excerpt::excerpt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network of IPv4 or IPv6 addresses. An IPv4 address may also come as IPv6 (`::ffff:10.1.2.3`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cidr {
    base: IpAddr,
    bits: u32,
}

impl Cidr {
    /// Reads `10.0.0.0/8`, `2001:db8::/32`, or a bare address, which is a network of one. Bits after the prefix do not
    /// matter: `10.1.2.3/8` is `10.0.0.0/8`.
    pub fn new(source: &str) -> Result<Cidr, String> {
        let (address, prefix) = match source.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (source, None),
        };
        let base: IpAddr = address.parse().map_err(|_| {
            format!("`{}` is not a network: `{}` is not an IP address", excerpt(source), excerpt(address))
        })?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = prefix.map_or(Some(most), |prefix| parse_bits(prefix, most));
        let bits = bits.ok_or_else(|| {
            format!("`{}` is not a network: a number from 0 to {most} follows the `/`", excerpt(source))
        })?;
        Ok(Cidr::masked(base, bits))
    }

    /// A network of IPv4 addresses that is written as IPv6 is kept as IPv4.
    fn masked(base: IpAddr, bits: u32) -> Cidr {
        match base {
            IpAddr::V4(v4) => Cidr { base: Ipv4Addr::from_bits(v4.to_bits() & mask32(bits)).into(), bits },
            IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
                Some(v4) if bits >= 96 => Cidr::masked(v4.into(), bits - 96),
                _ => Cidr { base: Ipv6Addr::from_bits(v6.to_bits() & mask128(bits)).into(), bits },
            },
        }
    }

    /// How many bits of its addresses are fixed.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// Its first address.
    pub fn base(&self) -> IpAddr {
        self.base
    }

    /// True if the address is in the network.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(v4)) => v4.to_bits() & mask32(self.bits) == base.to_bits(),
            (IpAddr::V6(base), IpAddr::V6(v6)) => v6.to_bits() & mask128(self.bits) == base.to_bits(),
            (IpAddr::V4(_), IpAddr::V6(v6)) => v6.to_ipv4_mapped().is_some_and(|v4| self.contains(v4.into())),
            (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }

    /// True if `text` is an address in the network.
    pub fn is_match(&self, text: &str) -> bool {
        text.parse().is_ok_and(|address| self.contains(address))
    }
}

/// Several networks, found by one search for each length of a prefix that occurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Networks {
    /// Bits and base of each, sorted.
    v4: Box<[(u32, u32)]>,
    v6: Box<[(u32, u128)]>,
    bits4: Box<[u32]>,
    bits6: Box<[u32]>,
}

impl Networks {
    pub(super) fn new(networks: &[Cidr]) -> Networks {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for network in networks {
            match network.base {
                IpAddr::V4(base) => v4.push((network.bits, base.to_bits())),
                IpAddr::V6(base) => v6.push((network.bits, base.to_bits())),
            }
        }
        v4.sort_unstable();
        v6.sort_unstable();
        let lengths = |bits: &mut dyn Iterator<Item = u32>| {
            let mut bits: Vec<u32> = bits.collect();
            bits.dedup();
            bits.into_boxed_slice()
        };
        let bits4 = lengths(&mut v4.iter().map(|(bits, _)| *bits));
        let bits6 = lengths(&mut v6.iter().map(|(bits, _)| *bits));
        Networks { v4: v4.into(), v6: v6.into(), bits4, bits6 }
    }

    /// True if the address is in one of the networks.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(v4) => self.has_v4(v4.to_bits()),
            IpAddr::V6(v6) => {
                let address = v6.to_bits();
                self.bits6.iter().any(|bits| self.v6.binary_search(&(*bits, address & mask128(*bits))).is_ok())
                    || v6.to_ipv4_mapped().is_some_and(|v4| self.has_v4(v4.to_bits()))
            }
        }
    }

    fn has_v4(&self, address: u32) -> bool {
        self.bits4.iter().any(|bits| self.v4.binary_search(&(*bits, address & mask32(*bits))).is_ok())
    }
}

/// Digits alone (no sign), at most `most`.
fn parse_bits(prefix: &str, most: u32) -> Option<u32> {
    let digits = !prefix.is_empty() && prefix.len() <= 3 && prefix.bytes().all(|b| b.is_ascii_digit());
    prefix.parse().ok().filter(|bits| digits && *bits <= most)
}

fn mask32(bits: u32) -> u32 {
    u32::MAX.checked_shl(32 - bits.min(32)).unwrap_or(0)
}

fn mask128(bits: u32) -> u128 {
    u128::MAX.checked_shl(128 - bits.min(128)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.9.9.9/8", "10.0.0.1", true),
            ("0.0.0.0/0", "1.2.3.4", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "1.2.3.4", false),
            ("::/0", "::ffff:1.2.3.4", true),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "10.1.2.3", true),
            ("192.168.1.1", "192.168.1.1", true),
            ("192.168.1.1", "192.168.1.2", false),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::1", "::1", true),
            ("10.0.0.0/8", "10.0.0.1 ", false),
            ("10.0.0.0/8", "", false),
        ];
        for (network, address, expected) in cases {
            assert_eq!(Cidr::new(network).unwrap().is_match(address), expected, "{address} in {network}");
        }
        // An address is in a list of networks if it is in one of them.
        for pair in cases.windows(2) {
            let networks: Vec<Cidr> = pair.iter().map(|(network, ..)| Cidr::new(network).unwrap()).collect();
            for (_, address, _) in cases {
                let wanted = networks.iter().any(|network| network.is_match(address));
                let found = address.parse().is_ok_and(|address| Networks::new(&networks).contains(address));
                assert_eq!(found, wanted, "{address} in {pair:?}");
            }
        }
    }

    #[test]
    fn bad_networks() {
        for bad in ["", "10.0.0/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "::/129", "host/8", "10.0.0.0/8/8"] {
            assert!(Cidr::new(bad).is_err(), "{bad}");
        }
    }
}
