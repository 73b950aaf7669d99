//! Networks as regular expressions over every spelling of their addresses that the engine's parser accepts: IPv4 with dots;
//! IPv6 with leading zeros, capital letters, `::` for any run of zero groups, and the last two groups with dots.

use crate::expr::Cidr;
use std::net::IpAddr;

/// The groups of an IPv6 address.
const GROUPS: usize = 8;

/// A regular expression for the addresses in a network.
pub(super) fn as_regex(cidr: &Cidr) -> String {
    let alternatives = match cidr.base() {
        IpAddr::V4(base) => {
            // An IPv4 address may also come as IPv6.
            let mapped = AddressBits { value: base.to_ipv6_mapped().to_bits(), fixed: cidr.bits() + 96 };
            let plain = AddressBits { value: u128::from(base.to_bits()) << 96, fixed: cidr.bits() };
            [vec![plain.dotted(0)], mapped.spellings()].concat()
        }
        IpAddr::V6(base) => AddressBits { value: base.to_bits(), fixed: cidr.bits() }.spellings(),
    };
    format!(r"\A(?:{})\z", alternatives.join("|"))
}

/// An address of which the first bits are fixed.
#[derive(Clone, Copy)]
struct AddressBits {
    value: u128,
    fixed: u32,
}

impl AddressBits {
    /// The least and the greatest value of `length` bits from `start` on, which are the values between them.
    fn range(self, start: u32, length: u32) -> (u32, u32) {
        let all = u32::MAX.checked_shr(32 - length).unwrap_or(0);
        let own = (self.value.checked_shr(128 - start - length).unwrap_or(0) as u32) & all;
        let free = length - self.fixed.saturating_sub(start).min(length);
        let open = u32::MAX.checked_shr(32 - free).unwrap_or(0);
        (own & !open, own | open)
    }

    /// Four octets with dots, from bit `start` on.
    fn dotted(self, start: u32) -> String {
        let octet = |at: u32| {
            let (least, greatest) = self.range(start + 8 * at, 8);
            if (least, greatest) == (0, 255) {
                return String::from("(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])");
            }
            let all: Vec<String> = (least..=greatest).map(|octet| octet.to_string()).collect();
            format!("(?:{})", all.join("|"))
        };
        (0..4).map(octet).collect::<Vec<String>>().join("\\.")
    }

    /// One group: one to four hexadecimal digits.
    fn group(self, at: usize) -> String {
        let digit = |digit: usize| {
            let (least, greatest) = self.range((16 * at + 4 * digit) as u32, 4);
            let all: Vec<String> = (least..=greatest).map(|digit| format!("{digit:x}{digit:X}")).collect();
            format!("[{}]", all.concat())
        };
        let is_zero = |digit: usize| self.range((16 * at + 4 * digit) as u32, 4).0 == 0;
        // Leading zeros may be left out.
        let left_out = (0..3).take_while(|digit| is_zero(*digit)).count();
        let lengths = (0..=left_out).map(|first| (first..4).map(digit).collect::<String>());
        format!("(?:{})", lengths.collect::<Vec<String>>().join("|"))
    }

    /// The groups of a range with colons between them; the last two of the address also with dots. Empty for no groups.
    fn groups(self, from: usize, to: usize) -> String {
        let plain = |from: usize, to: usize| (from..to).map(|at| self.group(at)).collect::<Vec<String>>().join(":");
        if to < GROUPS || from + 2 > to {
            return plain(from, to);
        }
        let before = plain(from, to - 2);
        let colon = if before.is_empty() { "" } else { ":" };
        let last = format!("(?:{}|{})", plain(to - 2, to), self.dotted(96));
        format!("{before}{colon}{last}")
    }

    /// The spellings without `::`, and with it in each place where all groups can be zero.
    fn spellings(self) -> Vec<String> {
        let mut all = vec![self.groups(0, GROUPS)];
        for from in 0..GROUPS {
            for to in from + 1..=GROUPS {
                if (from..to).all(|at| self.range(16 * at as u32, 16).0 == 0) {
                    all.push(format!("{}::{}", self.groups(0, from), self.groups(to, GROUPS)));
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::Regex;

    const NETWORKS: [&str; 12] = [
        "10.0.0.0/8",
        "10.1.2.3",
        "0.0.0.0/0",
        "192.168.17.0/20",
        "0.0.0.0/30",
        "2001:db8::/32",
        "::/0",
        "::1",
        "::/96",
        "fe80::/10",
        "::ffff:10.0.0.0/104",
        "1:2:3:4:5:6:7:8/125",
    ];

    #[test]
    fn every_spelling_is_one_of_the_parser() {
        let texts = [
            "10.0.0.0",
            "10.255.255.255",
            "11.0.0.0",
            "10.1.2.3",
            "10.01.2.3",
            "10.1.2",
            "10.1.2.3.4",
            "0.0.0.0",
            "0.0.0.3",
            "0.0.0.4",
            "192.168.16.0",
            "192.168.31.255",
            "192.168.32.0",
            "256.0.0.0",
            "::ffff:10.1.2.3",
            "::FFFF:a01:203",
            "::ffff:0a01:0203",
            "0:0:0:0:0:ffff:10.1.2.3",
            "0::ffff:10.1.2.3",
            "::0:ffff:10.1.2.3",
            "0000:0:0:0::ffff:a01:203",
            "::ffff:0:0",
            "::ffff:0.0.0.2",
            "0:0:0:0:0:ffff::",
            "::ffff:10.1.2.3:0",
            "::10.1.2.3",
            "2001:db8::",
            "2001:DB8:0:0:0:0:0:1",
            "2001:db8::1.2.3.4",
            "2001:db8:1:2:3:4:5:6",
            "2001:db8:1:2:3:4:5:6:7",
            "2001:db8::1::2",
            "2001:db9::",
            "20010:db8::",
            "2001:0db8::",
            "::",
            ":::",
            ":",
            "::1",
            "0:0:0:0:0:0:0:1",
            "::0.0.0.1",
            "::2",
            "fe80::1",
            "febf::",
            "fec0::",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7:f",
            "1:2:3:4:5:6:7::",
            "1:2:3:4:5:6:0.7.0.8",
            "1:2:3:4:5:6:7:10",
            "1.2.3.4::",
            "1:2:3:4:5:6:7:8::",
            "::1:2:3:4:5:6:7:8",
            "::2:3:4:5:6:7:8",
            "",
            "a",
            "10.1.2.3\n",
            " 10.1.2.3",
            "::1%1",
            "[::1]",
            "1:2:3:4:5:6::8",
            "0:0:0:0:0:0:0.0.0.1",
            "0:0:0:0:0:0:0:0.0.0.1",
        ];
        let mut inside = 0;
        for network in NETWORKS {
            let cidr = Cidr::new(network).unwrap();
            let regex = Regex::new(&as_regex(&cidr)).unwrap();
            for text in texts {
                assert_eq!(regex.is_match(text), cidr.is_match(text), "{text} in {network}");
                inside += usize::from(cidr.is_match(text));
            }
        }
        assert!(inside > 60, "{inside}");
    }
}
