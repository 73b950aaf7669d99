//! `cargo bench --bench scan`: the speed of scanning, compared with serde_json on the same events in the same run.
//!
//! The limit is on the ratio to `IgnoredAny`, which checks an event and keeps nothing, as strict mode does.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout)]

use dadar::unstable::event::{Captures, Limits, Mode, Step, Trie, scan};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The goal: strict mode is not slower than `IgnoredAny`.
const LIMIT: f64 = 1.0;

fn main() {
    let mut random = Random(42);
    let lots: Vec<String> = (0..2000).map(|n| city_lot(n, &mut random)).collect();
    let orders: Vec<String> = (0..2000).map(|n| order(n, &mut random)).collect();
    if std::env::args().any(|argument| argument == "--profile") {
        return profile(&lots);
    }
    let early = ["type", "properties.MAPBLKLOT", "properties.BLOCK_NUM"];
    let late = ["type", "properties.STREET", "geometry.coordinates.0.9.0"];
    run("city lots", &lots, early, late);
    run("orders", &orders, ["event_id", "event_type", "data.order_id"], ["event_type", "data.city", "meta.trace"]);
}

fn run(name: &str, events: &[String], early: [&str; 3], late: [&str; 3]) {
    let bytes: usize = events.iter().map(String::len).sum();
    println!("\n{name}: {} events of {} bytes", events.len(), bytes / events.len());
    let base = fastest(events, |line| {
        black_box(serde_json::from_slice::<serde::de::IgnoredAny>(line).unwrap());
    });
    let show = |what: &str, time: Duration, limit: &str| {
        let rate = bytes as f64 / time.as_secs_f64() / 1e6;
        let each = time.as_secs_f64() * 1e9 / events.len() as f64;
        let ratio = base.as_secs_f64() / time.as_secs_f64();
        println!("{what:32} {rate:7.0} MB/s {each:7.0} ns/event {ratio:6.2} x IgnoredAny{limit}");
    };
    show("serde_json IgnoredAny", base, "");
    let value = fastest(events, |line| {
        black_box(serde_json::from_slice::<serde_json::Value>(line).unwrap());
    });
    show("serde_json Value", value, "");
    let none = scanned(events, &[], Mode::Strict);
    show("strict, no path", none, &format!(" (limit {LIMIT})"));
    let three = scanned(events, &late, Mode::Strict);
    show("strict, 3 paths", three, &format!(" (limit {LIMIT})"));
    show("trusted, 3 early paths", scanned(events, &early, Mode::Trusted), "");
    show("trusted, 3 late paths", scanned(events, &late, Mode::Trusted), "");
    show("trusted, 1 missing path", scanned(events, &["none.such"], Mode::Trusted), "");
}

/// A fixed amount of work, for a profiler that counts instructions: `--profile trusted`, or strict.
fn profile(events: &[String]) {
    let trusted = std::env::args().any(|argument| argument == "trusted");
    let mode = if trusted { Mode::Trusted } else { Mode::Strict };
    let paths = ["MAPBLKLOT", "BLOCK_NUM", "STREET", "ODD_EVEN"]
        .map(|key| [Step::Key("properties".into()), Step::Key(key.into())]);
    let trie = Trie::new(paths.iter().map(<[Step; 2]>::as_slice));
    let mut captures = Captures::new(&trie);
    for event in (0..10).flat_map(|_| events) {
        scan(&trie, event.as_bytes(), mode, Limits::default(), &mut captures).unwrap();
        black_box(captures.found());
    }
}

fn scanned(events: &[String], paths: &[&str], mode: Mode) -> Duration {
    let paths: Vec<Vec<Step>> = paths.iter().map(|path| path.split('.').map(step).collect()).collect();
    let trie = Trie::new(paths.iter().map(Vec::as_slice));
    let mut captures = Captures::new(&trie);
    fastest(events, |line| {
        scan(&trie, line, mode, Limits::default(), &mut captures).unwrap();
        black_box(captures.found());
    })
}

fn step(part: &str) -> Step {
    part.parse().map_or_else(|_| Step::Key(part.into()), Step::Index)
}

/// The time of the fastest of many rounds, which other work on the machine disturbs least.
fn fastest(events: &[String], mut each: impl FnMut(&[u8])) -> Duration {
    let mut round = || {
        let start = Instant::now();
        events.iter().for_each(|event| each(black_box(event.as_bytes())));
        start.elapsed()
    };
    (0..60).map(|_| round()).min().unwrap_or_default()
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// A plot of land, as San Francisco publishes them.
fn city_lot(n: u64, random: &mut Random) -> String {
    const STREETS: [&str; 6] = ["UNKNOWN", "JEFFERSON", "VAN NESS", "18TH", "CRANLEIGH", "SAN FELIPE"];
    let (block, lot) = (random.below(9000), random.below(200));
    let street = STREETS[random.below(6) as usize];
    let kind = ["null", "\"ST\"", "\"AVE\"", "\"DR\""][random.below(4) as usize];
    let number = random.below(5000);
    let mut points: Vec<String> = (0..10 + random.below(8))
        .map(|_| {
            let (x, y) = (random.below(1_000_000_000_000_000), random.below(1_000_000_000_000_000));
            format!("[ -122.4{x:015}, 37.7{y:015}, 0.0 ]")
        })
        .collect();
    points.push(points[0].clone());
    format!(
        "{{ \"type\": \"Feature\", \"properties\": {{ \"MAPBLKLOT\": \"{block:04}{lot:03}\", \"BLKLOT\": \"{block:04}{lot:03}\", \
         \"BLOCK_NUM\": \"{block:04}\", \"LOT_NUM\": \"{lot:03}\", \"FROM_ST\": \"{number}\", \"TO_ST\": \"{number}\", \
         \"STREET\": \"{street}\", \"ST_TYPE\": {kind}, \"ODD_EVEN\": \"E\", \"LINE\": {n} }}, \
         \"geometry\": {{ \"type\": \"Polygon\", \"coordinates\": [ [ {} ] ] }} }}",
        points.join(", ")
    )
}

/// An order, flat and without white space.
fn order(n: u64, random: &mut Random) -> String {
    const CITIES: [&str; 5] = ["mumbai", "delhi", "bengaluru", "são paulo", "pune"];
    let city = CITIES[if random.below(50) == 0 { 3 } else { random.below(3) as usize }];
    let (amount, customer) = (random.below(500_000), random.below(100_000));
    let items: Vec<String> = (0..3 + random.below(4))
        .map(|_| {
            let (sku, price) = (random.below(10_000), random.below(900));
            format!(
                "{{\"sku\":\"SKU-{sku:05}\",\"name\":\"Paneer tikka {sku}\",\"quantity\":{},\"price\":{price}.50}}",
                sku % 5 + 1
            )
        })
        .collect();
    format!(
        "{{\"event_id\":\"evt-{n:08}\",\"event_type\":\"ORDER_CREATED\",\"timestamp\":\"2026-03-01T12:{:02}:{:02}Z\",\
         \"source\":\"order-service\",\"headers\":{{\"region\":\"in-west\",\"version\":2,\"x-request-id\":\"{:016x}\"}},\
         \"data\":{{\"order_id\":\"ORD-{n:07}\",\"customer_id\":\"CUST-{customer}\",\"total_amount\":{amount},\
         \"currency\":\"INR\",\"paid\":true,\"coupon\":null,\"city\":\"{city}\",\"items\":[{}],\
         \"address\":\"Flat {}, Hill Road, near the old market\"}},\"meta\":{{\"trace\":\"{:032x}\",\"retry\":0}}}}",
        random.below(60),
        random.below(60),
        random.below(u64::MAX),
        items.join(","),
        random.below(900),
        u128::from(random.below(u64::MAX)) * 77,
    )
}
