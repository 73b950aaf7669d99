//! An event whose decision panics is malformed, and the run continues.

use crate::pipeline::counts::SharedCounts;
use crate::pipeline::input::{InputSource, ReadEvent};
use crate::pipeline::panics::INTERNAL_ERROR;
use crate::pipeline::{Job, route_lines};
use crate::reload::Live;
use crate::route::{Options, Router};
use crate::rules::load_strings;
use serde_json::Value as Json;
use std::io;
use std::sync::Mutex;

/// A bug in the decision of an event, for tests.
pub(super) fn after_decision(line: &[u8], decision: &[u8]) {
    assert!(!line.windows(14).any(|part| part == b"PANIC-DECISION"), "this event meets a bug");
    assert!(!decision.windows(10).any(|part| part == b"PANIC-PART"), "this event meets a bug");
}

/// A bug between two deliveries of an event, for tests.
pub(super) fn after_delivery(line: &[u8]) {
    assert!(!line.windows(14).any(|part| part == b"PANIC-DELIVERY"), "this delivery meets a bug");
}

struct BytesSource<'t>(&'t [u8]);

impl InputSource for BytesSource<'_> {
    fn next(&mut self, buffer: &mut [u8]) -> io::Result<ReadEvent> {
        let n = self.0.len().min(buffer.len());
        let (now, later) = self.0.split_at(n);
        buffer[..n].copy_from_slice(now);
        self.0 = later;
        Ok(if n > 0 { ReadEvent::Bytes(n) } else { ReadEvent::End })
    }
}

const RULES: &str = "ruleset: {defaults: {rejected: [letters]}, split: event.list}\ntopics: {a: [one, two]}\n";

/// The output as lines of JSON, and the counts of malformed events and of all.
fn route(events: &str, options: Options, threads: usize) -> (Vec<Json>, [u64; 2]) {
    let loaded = load_strings("r", [("r.yaml", RULES)]);
    let rules = loaded.rule_set.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    let router = Router::with_options(&rules, options);
    let counts = SharedCounts::new(true);
    counts.introduce(&router);
    let live = Live::new(router);
    let job = Job { live: &live, counts: &counts, progress: None, lines_before: 0, threads };
    let out = Mutex::new(Vec::new());
    struct SharedOutput<'o>(&'o Mutex<Vec<u8>>);
    impl io::Write for SharedOutput<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    route_lines(job, BytesSource(events.as_bytes()), SharedOutput(&out), |_| {}).unwrap();
    let text = String::from_utf8(out.into_inner().unwrap()).unwrap();
    let totals = counts.totals();
    assert_eq!(totals.lines, events.lines().count() as u64);
    assert_eq!(totals.latency.counts.iter().sum::<u64>(), totals.events(), "each decision is timed");
    (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), [totals.malformed(), totals.events()])
}

fn events(bad: &str) -> String {
    let good = |n: u32| format!("{{\"type\":\"a\",\"id\":{n}}}\n");
    format!("{}{{\"type\":\"a\",\"id\":2,\"x\":\"{bad}\"}}\n{}", good(1), good(3))
}

#[test]
fn a_panic_makes_the_event_malformed() {
    for threads in [1, 3] {
        let (lines, counts) = route(&events("PANIC-DECISION"), Options::default(), threads);
        let shown: Vec<_> = lines.iter().map(|line| (&line["id"], line["status"].as_str().unwrap())).collect();
        assert_eq!(shown, [(&Json::from(1), "routed"), (&Json::Null, "malformed"), (&Json::from(3), "routed")]);
        assert_eq!(lines[1]["error"], INTERNAL_ERROR);
        assert_eq!(lines[1]["line"], 2);
        assert_eq!(lines[1]["subscribers"], serde_json::json!(["letters"]));
        assert_eq!(lines[1]["input"], "{\"type\":\"a\",\"id\":2,\"x\":\"PANIC-DECISION\"}");
        assert_eq!(counts, [1, 3]);
    }
}

#[test]
fn only_the_event_that_panics_is_malformed() {
    let line = r#"{"list":[{"type":"a","id":1},{"type":"a","id":"PANIC-PART"},{"type":"a","id":3}]}"#;
    let events = format!("{line}\n{{\"list\":[{{\"type\":\"a\",\"id\":\"PANIC-PART\"}}]}}\n");
    let (lines, counts) = route(&events, Options::default(), 2);
    let shown: Vec<_> = lines.iter().map(|one| (one["part"].as_u64(), one["status"].as_str().unwrap())).collect();
    assert_eq!(shown, [(Some(1), "routed"), (Some(2), "malformed"), (Some(3), "routed"), (Some(1), "malformed")]);
    assert_eq!(lines[1]["input"], r#"{"type":"a","id":"PANIC-PART"}"#);
    assert_eq!((&lines[1]["parts"], &lines[1]["line"], &lines[3]["line"]), (&3.into(), &1.into(), &2.into()));
    assert_eq!(counts, [2, 4]);
}

#[test]
fn complete_deliveries_before_a_panic_stay() {
    let options = Options { deliveries: true, ..Options::default() };
    let (lines, counts) = route(&events("PANIC-DELIVERY"), options, 1);
    let shown: Vec<_> = lines.iter().map(|line| (line["id"].as_u64(), line["subscriber"].as_str().unwrap())).collect();
    let expected =
        [(Some(1), "one"), (Some(1), "two"), (Some(2), "one"), (None, "letters"), (Some(3), "one"), (Some(3), "two")];
    assert_eq!(shown, expected);
    assert_eq!(lines[3]["error"], INTERNAL_ERROR);
    assert_eq!(counts, [1, 3]);
}
