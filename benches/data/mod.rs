//! Events and rules for the benchmarks, generated in the same way on every machine.
//!
//! The events are twins of the "city lots" GeoJSON features that event-ruler and quamina publish their figures on: nine
//! short strings, then a polygon that makes up most of the bytes.
#![allow(clippy::string_slice, clippy::indexing_slicing, clippy::unwrap_used)]

use std::fmt::Write;

/// A kind of rules, in several sizes.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) sizes: &'static [usize],
    pub(crate) yaml: fn(usize) -> String,
}

/// A small generator of pseudo-random numbers (xorshift64*): the same on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.max(1))
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % limit
    }
}

const STREETS: [&str; 12] = [
    "UNKNOWN",
    "JEFFERSON",
    "CRANLEIGH",
    "OCEAN",
    "MISSION",
    "VALENCIA",
    "TURK",
    "HAYES",
    "FULTON",
    "GEARY",
    "IRVING",
    "JUDAH",
];

/// GeoJSON features of about 1 kB.
pub(crate) fn lots(count: usize) -> Vec<String> {
    let mut random = Random::new(7);
    (0..count).map(|n| lot(n, &mut random)).collect()
}

fn lot(n: usize, random: &mut Random) -> String {
    let block = random.below(7_000);
    let number = random.below(200_000);
    let street = STREETS[random.below(STREETS.len() as u64) as usize];
    let mut out = String::new();
    write!(
        out,
        r#"{{ "type": "Feature", "properties": {{ "MAPBLKLOT": "{number:07}", "BLKLOT": "{number:07}", "BLOCK_NUM": "{block:04}", "LOT_NUM": "{:03}", "FROM_ST": "{}", "TO_ST": "{}", "STREET": "{street} {:04}", "ST_TYPE": {}, "ODD_EVEN": "{}" }}, "geometry": {{ "type": "Polygon", "coordinates": [ ["#,
        n % 1000,
        random.below(4000),
        random.below(4000),
        random.below(10_000),
        if n.is_multiple_of(7) { "null" } else { "\"ST\"" },
        if n.is_multiple_of(2) { "E" } else { "O" },
    )
    .unwrap();
    for corner in 0..12 {
        let comma = if corner == 0 { "" } else { "," };
        write!(
            out,
            "{comma} [ -122.4{:014}, 37.8{:014}, 0.0 ]",
            random.below(100_000_000_000_000),
            random.below(100_000_000_000_000)
        )
        .unwrap();
    }
    write!(out, " ] ] }}, \"area\": {}.{} }}", random.below(100_000), random.below(100)).unwrap();
    out
}

/// The paths that rules read, as the names of members, for other readers of events.
pub(crate) fn paths(yaml: &str) -> Vec<Vec<&str>> {
    let mut all: Vec<Vec<&str>> = Vec::new();
    let names = yaml.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
    for name in names.filter(|name| name.contains('.')) {
        let path = match name.split('.').collect::<Vec<_>>().as_slice() {
            ["data", "properties", name] | ["headers", name] | ["event", "properties", name] => {
                vec!["properties", name]
            }
            ["data", name] => vec![*name],
            _ => continue,
        };
        if !all.contains(&path) {
            all.push(path);
        }
    }
    all
}

const ENVELOPE: &str = "ruleset:\n  name: bench\n  envelope: {id: 'null', topic: '\"city.lot\"', data: event, headers: event.properties}\n";
const ALL: &[usize] = &[10, 1_000, 2_000, 10_000, 100_000];
const FEW: &[usize] = &[10, 1_000, 10_000];

pub(crate) fn workloads() -> Vec<Workload> {
    vec![
        Workload { name: "W1 equal", sizes: ALL, yaml: |n| rules(n, |i| equal("MAPBLKLOT", key(i))) },
        Workload {
            name: "equal of any element",
            sizes: ALL,
            yaml: |n| rules(n, |i| format!("any(each(data.properties.MAPBLKLOT), it == \"{}\")", key(i))),
        },
        Workload {
            name: "W2 two equal",
            sizes: ALL,
            yaml: |n| rules(n, |i| format!("{} && {}", equal("MAPBLKLOT", key(i)), equal("ODD_EVEN", odd(i)))),
        },
        Workload {
            name: "W2b two common equal",
            sizes: ALL,
            yaml: |n| {
                rules(n, |i| {
                    format!(
                        "{} && {}",
                        equal("LOT_NUM", format!("{:03}", i % 1000)),
                        equal("BLOCK_NUM", format!("{:04}", i / 1000 * 7))
                    )
                })
            },
        },
        Workload {
            name: "W3 equal and range",
            sizes: ALL,
            yaml: |n| {
                rules(n, |i| {
                    format!(
                        "{} && data.area > {} && data.area < {}",
                        equal("MAPBLKLOT", key(i)),
                        i % 50_000,
                        i % 50_000 + 40_000
                    )
                })
            },
        },
        Workload {
            name: "W3b common and range",
            sizes: FEW,
            yaml: |n| {
                rules(n, |i| {
                    format!("{} && data.area > {} && data.area < {}", equal("ODD_EVEN", odd(i)), i * 9, i * 9 + 20)
                })
            },
        },
        Workload {
            name: "ranges",
            sizes: ALL,
            yaml: |n| rules(n, |i| format!("data.area >= {} && data.area < {}", spread(i, n), spread(i, n) + 3)),
        },
        Workload {
            name: "W4 globs",
            sizes: &[10, 100, 1_000, 10_000],
            yaml: |n| {
                rules(n, |i| {
                    format!("glob(data.properties.STREET, \"*{} {:02}*\")", &STREETS[i % 12][1..], i / 12 % 100)
                })
            },
        },
        Workload {
            name: "globs a*b*c",
            sizes: &[10, 100, 1_000, 10_000],
            yaml: |n| {
                rules(n, |i| format!("glob(data.properties.STREET, \"{}*{}*{}\")", STREETS[i % 12], i % 7, i % 97))
            },
        },
        Workload {
            name: "prefixes",
            sizes: ALL,
            yaml: |n| rules(n, |i| format!("starts_with(data.properties.MAPBLKLOT, \"{:06}\")", i)),
        },
        Workload {
            name: "suffixes",
            sizes: ALL,
            yaml: |n| rules(n, |i| format!("ends_with(data.properties.MAPBLKLOT, \"{:05}\")", i)),
        },
        Workload {
            name: "not equal and equal",
            sizes: ALL,
            yaml: |n| {
                rules(n, |i| {
                    format!(
                        "exists(data.properties.STREET) && data.properties.STREET != \"X {i}\" && {}",
                        equal("MAPBLKLOT", key(i))
                    )
                })
            },
        },
        Workload {
            name: "not equal",
            sizes: FEW,
            yaml: |n| {
                rules(n, |i| {
                    format!(
                        "(data.properties.ODD_EVEN ?? \"\") != \"E\" && !(data.properties.FROM_ST in [\"{}\", \"{}\"])",
                        i,
                        i + 1
                    )
                })
            },
        },
        Workload {
            name: "there, not equal",
            sizes: FEW,
            yaml: |n| {
                rules(n, |i| {
                    let others = format!("[\"{}\", \"{}\", \"{}\"]", i % 100, i % 13, i + 2);
                    format!(
                        "exists(data.properties.FROM_ST) && !(data.properties.FROM_ST in {others}) && data.properties.ODD_EVEN != \"{}\"",
                        odd(i)
                    )
                })
            },
        },
        Workload {
            name: "lower(path)",
            sizes: ALL,
            yaml: |n| rules(n, |i| format!("lower(data.properties.MAPBLKLOT) == \"{}\"", key(i))),
        },
        Workload { name: "topics", sizes: ALL, yaml: topics },
        Workload { name: "header tables", sizes: ALL, yaml: tables },
        Workload { name: "mix", sizes: ALL, yaml: mix },
    ]
}

fn key(i: usize) -> String {
    format!("{:07}", i * 2)
}

fn odd(i: usize) -> &'static str {
    if i.is_multiple_of(2) { "E" } else { "O" }
}

/// Bounds that are spread over the whole range of areas.
fn spread(i: usize, n: usize) -> usize {
    i * 100_000 / n
}

fn equal(field: &str, value: impl std::fmt::Display) -> String {
    format!("data.properties.{field} == \"{value}\"")
}

fn rules(n: usize, when: impl Fn(usize) -> String) -> String {
    let mut out = String::from(ENVELOPE);
    out.push_str("rules:\n");
    for i in 0..n {
        writeln!(out, "  - {{name: r{i}, when: '{}', subscribers: [s{}]}}", when(i), i % 1000).unwrap();
    }
    out
}

/// Topic patterns of all shapes; the events' topic is made from two fields.
fn topics(n: usize) -> String {
    let mut out = String::from(
        "ruleset:\n  name: bench\n  envelope: {id: 'null', topic: 'concat(\"lot.\", event.properties.BLOCK_NUM, \".\", event.properties.ODD_EVEN)', data: event}\ntopics:\n",
    );
    for i in 0..n {
        let pattern = match i % 4 {
            0 => format!("lot.{:04}.E", i / 4),
            1 => format!("lot.{:04}.*", i / 4),
            2 => format!("lot.{:04}.#", i / 4),
            _ => format!("#.z{i}.O"),
        };
        writeln!(out, "  \"{pattern}\": [s{}]", i % 1000).unwrap();
    }
    out
}

fn tables(n: usize) -> String {
    let mut out = String::from(ENVELOPE);
    out.push_str("tables:\n  lots:\n    key: headers.MAPBLKLOT\n    rows:\n");
    for i in 0..n {
        writeln!(out, "      \"{}\": [s{}]", key(i), i % 1000).unwrap();
    }
    out
}

/// A mix as in real rule sets: mostly equality, some ranges, lists, prefixes, patterns, negations, shared conditions.
fn mix(n: usize) -> String {
    rules(n, |i| {
        let first = equal("BLOCK_NUM", format!("{:04}", i % 7_000));
        match i % 10 {
            0..=3 => format!("{} && {}", equal("MAPBLKLOT", key(i)), equal("ODD_EVEN", odd(i))),
            4 => format!("{first} && data.area > {}", i % 100_000),
            5 => format!("data.properties.MAPBLKLOT in [\"{}\", \"{}\", \"{}\"]", key(i), key(i + 7), key(i + 11)),
            6 => format!("starts_with(data.properties.MAPBLKLOT, \"{:06}\") && {first}", i),
            7 => format!("{first} && (data.properties.ST_TYPE ?? \"\") != \"ST\""),
            8 => format!("{first} && (data.area < 50 || {})", equal("LOT_NUM", format!("{:03}", i % 1000))),
            _ => format!("glob(data.properties.STREET, \"*{} {:03}*\") && {first}", &STREETS[i % 12][1..], i % 1000),
        }
    })
}
