//! Allocations of a warm session: none for the rules that most rule sets consist of.
//!
//! One test in a binary of its own: the counter is the allocator of the process, and counts only the calling thread.
#![allow(unsafe_code, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use dadar::Mode;
use dadar::load_strings;
use dadar::{Clock, Options, Router};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// The allocations of this thread while counting is on.
    static COUNT: Cell<Option<usize>> = const { Cell::new(None) };
}

struct Counting;

// SAFETY: every call is forwarded unchanged to the system's allocator; counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note();
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn note() {
    // The counter of a thread that is ending no longer exists.
    let _ = COUNT.try_with(|count| count.set(count.get().map(|n| n + 1)));
}

/// The number of allocations of the thread during `work`.
fn allocations(work: impl FnOnce()) -> usize {
    COUNT.set(Some(0));
    work();
    COUNT.replace(None).unwrap()
}

/// The parts that most rule sets consist of.
const RULES: &str = r##"
ruleset:
  name: allocations
  timezone: Asia/Kolkata
  envelope: {id: event.id, topic: event.type, time: event.time, headers: event.headers, data: event.data}
  defaults: {always: [audit], unrouted: [nobody], dropped: [bin], rejected: [dead]}
filters:
  - {name: no-tests, drop: data.amount > 5000}
subscribers:
  picky: {filter: data.amount > 500}
topics:
  order:
    settings: {retention: 72h}
    topics:
      created: [inventory]
      placed: [kitchen]
  "order.*": [metrics]
  "#.created": [everything]
rules:
  - {name: equal, when: data.city == "pune" && data.currency != "USD", subscribers: [s1, picky]}
  - {name: range, when: data.amount > 100 && data.amount <= 900, subscribers: [s2]}
  - {name: between, topic: order.#, when: 'between(data.amount, 5, 50)', subscribers: [s3]}
  - {name: prefix, when: 'starts_with(data.sku, "AB-")', subscribers: [s4], labels: {lane: express}}
  - {name: suffix, when: 'ends_with(data.sku, "-X")', subscribers: [s5]}
  - {name: glob, when: 'glob(data.sku, "*-1?-*") || contains(data.sku, "99")', subscribers: [s6]}
  - {name: list, when: 'data.city in ["delhi", "mumbai"] && !exists(data.note)', subscribers: [s7], exclude: [metrics]}
  - {name: regex, when: 'matches(data.sku, "^[A-C]{2}-[0-9]+")', subscribers: [s8]}
  - {name: sum, when: data.amount * 2 + 1 > data.limit, subscribers: [s9]}
  - {name: any, when: 'any(data.items, it.price > 100)', subscribers: [s10]}
  - group: lane
    mode: first
    when: exists(data.amount)
    rules:
      - {name: big, when: data.amount > 700, subscribers: [review]}
      - {name: rest, subscribers: [through]}
tables:
  routing:
    inputs: {tier: headers.tier, amount: data.amount}
    rows:
      - {when: {tier: gold, amount: {gt: 500}}, subscribers: [gold]}
      - {subscribers: [slow]}
labels:
  booking:
    - {when: 'data.city in ["delhi"]', value: urgent}
    - {value: normal}
"##;

/// Rules that allocate or might: a name, a section of rules, and the permitted number of allocations per event.
const DEARER: [(&str, &str, f64); 13] = [
    ("a header table", "tables: {t: {key: headers.priority, default: low, rows: {high: [a], low: [b]}}}", 0.0),
    ("a dropped event", "filters: [{name: f, drop: exists(data.amount)}]", 0.0),
    ("lower", r#"lower(data.city) == "pune""#, 0.0),
    ("lower of capitals", r#"lower(data.state) == "mh""#, 0.0),
    ("concat", r#"concat(data.city, "-", data.sku) == "x""#, 0.0),
    ("replace", r#"replace(data.sku, "-", "_") == "x""#, 0.0),
    ("map, sum", r#"sum(map(data.items, it.price)) > 10"#, 0.0),
    ("hour", r#"hour(time) > 10"#, 0.0),
    ("hour of now", r#"hour(now) > 10"#, 1.0),
    ("format", r#"format("{}", data.amount) == "1""#, 1.0),
    ("regex_replace", r#"regex_replace(data.sku, "[0-9]+", "n") == "x""#, 2.0),
    ("split", r#"contains(split(data.sku, "-"), "X")"#, 3.0),
    ("a type error", r#"data.city > 5"#, 9.0),
];

fn events() -> Vec<String> {
    let cities = ["pune", "delhi", "mumbai", "goa"];
    let types = ["order.created", "order.placed", "payment.completed", "shipment.created"];
    (0..64)
        .map(|n| {
            format!(
                r#"{{"id":"evt-{n}","type":"{}","time":"2026-01-10T13:{:02}:00+05:30","headers":{{"priority":"{}","tier":"gold"}},"data":{{"city":"{}","state":"MH","currency":"INR","amount":{},"limit":{},"sku":"{}-{}-{}","items":[{{"price":5}},{{"price":{}}}]}}}}"#,
                types[n % 4],
                n % 60,
                ["high", "medium", "none"][n % 3],
                cities[n / 4 % 4],
                n * 17 % 1000,
                n * 31 % 1500,
                ["AB", "ZZ"][n % 2],
                n * 7,
                ["X", "Y"][n % 3 / 2],
                n * 5,
            )
        })
        .collect()
}

/// Allocations per event of a warm session: by `decide` and by `route_to`.
fn measured(yaml: &str, mode: Mode, events: &[String]) -> [f64; 2] {
    let loaded = load_strings("allocations", [("rules.yaml", yaml)]);
    let rules = loaded.rule_set.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
    let clock = Clock::Fixed("2026-01-10T13:00:00+05:30".parse().unwrap());
    let mut session = Router::with_options(&rules, Options::default().mode(mode).clock(clock)).session();
    let mut out = Vec::new();
    // Two passes: buffers grow during the first.
    for _ in 0..2 {
        out.clear();
        for event in events {
            session.decide(event.as_bytes());
            session.route_to(event.as_bytes(), 1, &mut out);
        }
    }
    let judged = allocations(|| {
        for event in events {
            session.decide(event.as_bytes());
        }
    });
    out.clear();
    let routed = allocations(|| {
        for event in events {
            session.route_to(event.as_bytes(), 1, &mut out);
        }
    });
    [judged, routed].map(|count| count as f64 / events.len() as f64)
}

#[test]
fn a_warm_session_allocates_nothing() {
    let events = events();
    for mode in [Mode::Strict, Mode::Trusted] {
        assert_eq!(
            measured(RULES, mode, &events),
            [0.0, 0.0],
            "allocations an event in {mode:?} mode, by decide, route_to"
        );
    }
}

/// The table of rules that allocate, for docs/performance.md: `cargo test --test allocations -- --nocapture`.
#[test]
fn what_allocates_does_so_no_more_than_it_did() {
    let events = events();
    let envelope: String = RULES.lines().take(5).map(|line| format!("{line}\n")).collect();
    for (name, rules, most) in DEARER {
        let is_section = rules.starts_with("tables:") || rules.starts_with("filters:");
        let yaml = match is_section {
            true => format!("{envelope}{rules}\n"),
            false => format!("{envelope}rules:\n  - {{name: r, when: '{rules}', subscribers: [s]}}\n"),
        };
        let [judged, routed] = measured(&yaml, Mode::Strict, &events);
        println!("{name:<18} {judged:>6.2} {routed:>6.2} allocations an event (decide, route_to)");
        assert!(judged <= most && routed <= most, "{name}: {judged}, {routed}, not at most {most}");
    }
}
