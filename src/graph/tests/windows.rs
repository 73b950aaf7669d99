//! `during`: windows of the week by the local clock, as ranges of one value.

use super::{data, graph, matching};
use serde_json::{Value as Json, json};

#[test]
fn windows_of_many_rules_share_one_value() {
    let rules = (0..20).map(|n| {
        format!("  - {{name: r{n}, when: 'during(now, \"mon-fri {:02}:00-{:02}:30\")', subscribers: s}}\n", n, n + 1)
    });
    let graph = graph(&format!("rules:\n{}", rules.collect::<String>()));
    assert_eq!(graph.readers.computed_indexes().len(), 1);
    assert!(graph.candidates.always.is_empty());
}

/// The clock goes from 02:00 to 03:00 on 2026-03-08 and from 02:00 back to 01:00 on 2026-11-01.
#[test]
fn daylight_saving_time() {
    let yaml = "
ruleset: {timezone: America/New_York}
rules:
  - {name: early, when: 'during(data.t, \"sun 01:00-02:00\")', subscribers: s}
  - {name: skipped, when: 'during(data.t, \"sun 02:00-03:00\")', subscribers: s}
  - {name: late, when: 'during(data.t, \"sun 03:00-04:00\")', subscribers: s}
  - {name: night, when: 'during(data.t, \"sat 22:00-02:30\")', subscribers: s}
  - {name: utc, when: 'during(data.t, \"sun 06:00-07:00\", \"UTC\")', subscribers: s}
  - {name: written, when: 'during(data.t, \"sun 06:00-07:00\", \"written\")', subscribers: s}
  - {name: not, when: '!during(data.t, \"sat-sun 00:00-24:00\")', subscribers: s}
";
    let cases = [
        (json!("2026-03-08T06:59:59Z"), "early night utc written"),
        (json!("2026-03-08T07:00:00Z"), "late"),
        (json!("2026-11-01T05:30:00Z"), "early night"),
        (json!("2026-11-01T06:30:00Z"), "early night utc written"),
        (json!("2026-11-01T07:15:00Z"), "skipped night"),
        (json!("2026-11-01T06:15:00+09:00"), "written"),
        (json!("2026-11-02T12:00:00Z"), "not"),
        (json!("someday"), "not"),
        (json!(null), "not"),
    ];
    let (times, wanted): (Vec<Json>, Vec<&str>) = cases.into_iter().unzip();
    let events: Vec<Json> = times.into_iter().map(|t| data(json!({ "t": t }))).collect();
    assert_eq!(matching(yaml, &events), wanted);
}
