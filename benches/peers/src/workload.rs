//! The kinds of rules that are compared, and the goals for each.

use crate::rule::Condition::{Area, Contains, Equal, NoneOf, Prefix, Suffix};
use crate::rule::Rule;

/// A kind of rules, in several sizes.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) sizes: &'static [usize],
    pub(crate) rule: fn(usize) -> Rule,
    /// The goals for the speed of trusted mode, as multiples of quamina's, by number of rules.
    pub(crate) goal: fn(usize) -> Option<f64>,
}

const ALL: &[usize] = &[10, 1_000, 10_000, 100_000];

const STREETS: [&str; 12] =
    ["NKNOWN", "EFFERSON", "RANLEIGH", "CEAN", "ISSION", "ALENCIA", "URK", "AYES", "ULTON", "EARY", "RVING", "UDAH"];

pub(crate) fn workloads() -> Vec<Workload> {
    vec![
        Workload {
            name: "W1 one field equals",
            sizes: ALL,
            rule: |n| vec![Equal("MAPBLKLOT", key(n))],
            goal: |rules| Some(if rules < 100_000 { 1.5 } else { 2.5 }),
        },
        Workload {
            name: "W2 two fields equal",
            sizes: ALL,
            rule: |n| vec![Equal("MAPBLKLOT", key(n)), Equal("ODD_EVEN", odd(n))],
            goal: |rules| Some(if rules < 100_000 { 1.5 } else { 2.5 }),
        },
        Workload {
            name: "W3 a field equals, a number in a range",
            sizes: ALL,
            // quamina panics if more than 255 ranges overlap.
            rule: |n| vec![Equal("MAPBLKLOT", key(n)), Area(n * 37 % 99_000, n * 37 % 99_000 + 1_000)],
            goal: |rules| match rules {
                10 => Some(3.0),
                10_000 => Some(8.0),
                _ => None,
            },
        },
        Workload {
            name: "W4 globs *text*",
            sizes: &[10, 100, 1_000],
            rule: |n| vec![Contains("STREET", format!("{} {:02}", STREETS[n % 12], n / 12 % 100))],
            goal: |rules| (rules == 1_000).then_some(1.8),
        },
        Workload {
            name: "W5 anything but one value, nothing else",
            sizes: &[10, 100, 1_000],
            rule: |n| vec![NoneOf("BLOCK_NUM", vec![format!("{n:04}")])],
            goal: |_| Some(2.0),
        },
        Workload {
            name: "W5b anything but three values, few rules match",
            sizes: &[10, 1_000],
            rule: |n| {
                let mut values = vec!["E".to_owned(), format!("x{n}")];
                if n % 10 > 0 {
                    values.push("O".to_owned());
                }
                vec![NoneOf("ODD_EVEN", values)]
            },
            goal: |_| Some(2.0),
        },
        Workload {
            name: "W5c a field equals, another is anything but",
            sizes: ALL,
            rule: |n| vec![Equal("MAPBLKLOT", key(n)), NoneOf("STREET", vec![format!("X {n}")])],
            goal: |_| Some(2.0),
        },
        Workload {
            name: "W6 prefixes",
            sizes: ALL,
            rule: |n| vec![Prefix("MAPBLKLOT", format!("{n:06}"))],
            goal: |_| None,
        },
        Workload {
            name: "W7 suffixes",
            sizes: ALL,
            rule: |n| vec![Suffix("MAPBLKLOT", format!("{n:05}"))],
            goal: |_| None,
        },
    ]
}

fn key(n: usize) -> String {
    format!("{:07}", n * 2)
}

fn odd(n: usize) -> String {
    if n.is_multiple_of(2) { "E".to_owned() } else { "O".to_owned() }
}
