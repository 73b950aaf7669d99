use super::*;
use crate::rules::{RuleSet, load_strings};
use std::path::Path;

const RULES: &str = "
ruleset: {name: small, defaults: {unrouted: [nobody]}}
topics:
  order: {settings: {lane: 1, keep: 72h}, topics: {created: [stock]}}
rules:
  - {name: big, when: data.amount > 100, subscribers: [checks], labels: {size: large}}
  - {name: huge, when: data.amount > 1000, subscribers: [calls]}
filters:
  - {name: no-tests, drop: data.test == true}
";

fn suite(text: &str) -> Suite {
    let mut suite = Suite::default();
    let id = suite.sources.add(SourceFile::new("x.test.yaml", text));
    let folder = files::Folder::of(Path::new("x.test.yaml"), &LoadOptions::default());
    load_one(&mut suite, id, &folder);
    suite
}

fn rules(text: &str) -> RuleSet {
    let loaded = load_strings("small", [("rules.yaml", text)]);
    loaded.rule_set.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics))
}

/// The mistakes in a test file.
fn mistakes(text: &str) -> Vec<String> {
    let suite = suite(text);
    let shown = |one: &Diagnostic| {
        let place = one.primary.as_ref().map_or(String::new(), |label| suite.sources.place(label.span));
        let help = one.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
        format!("{} {}: {}{help}", one.code.as_str(), place.trim_start_matches("x.test.yaml:"), one.message)
    };
    suite.diagnostics.iter().map(shown).collect()
}

/// The failures of `expect` for an event of a large order.
fn failures(expect: &str) -> Vec<String> {
    let event = "{event_id: e1, event_type: ORDER_CREATED, data: {amount: 500}}";
    failures_of(&format!("tests: [{{name: x, event: {event}, expect: {expect}}}]"), RULES)
}

fn failures_of(tests: &str, rule_text: &str) -> Vec<String> {
    let suite = suite(tests);
    assert_eq!(mistakes(tests), [""; 0]);
    let report = run(&rules(rule_text), &suite, None);
    let shown = |one: &TestFailure| {
        let event = one.event.as_ref().map_or(String::new(), |event| format!("{event}: "));
        let note = one.note.as_ref().map_or(String::new(), |note| format!(" ({note})"));
        format!("{event}{}: {} but {}{note}", one.field, one.expected, one.found)
    };
    report.outcomes().flat_map(|outcome| &outcome.failures).map(shown).collect()
}

#[test]
fn what_holds_passes() {
    for expect in [
        "{status: routed, topic: order.created, id: e1}",
        "{subscribers: [stock, checks], rules: [big]}",
        "{subscribers: [checks, stock, checks]}",
        "{subscribers: {includes: stock, excludes: [nobody]}, rules: {excludes: [huge]}}",
        "{labels: {size: large, other: null}, settings: {lane: 1.0}}",
        "{errors: [], invalid: [], filtered: [], dropped_by: null}",
    ] {
        assert_eq!(failures(expect), [""; 0], "{expect}");
    }
}

/// A test that could never fail is a mistake.
#[test]
fn tests_that_could_not_fail_are_mistakes() {
    let test = |rest: &str| format!("tests: [{{name: x, {rest}}}]");
    for (text, expected) in [
        (String::from("tests: []"), "nothing would be tested"),
        (test("events: [], expect: {status: routed}"), "always pass"),
        (test("event: {type: a}, expect: {}"), "always pass"),
        (test("event: {type: a}, expect: {subscribers: {}}"), "includes and excludes nothing"),
        (test("event: {type: a}, expect: {rules: {includes: []}}"), "includes and excludes nothing"),
    ] {
        let mistakes = mistakes(&text);
        assert!(mistakes.len() == 1 && mistakes[0].contains(expected), "{text}: {mistakes:?}");
    }
    // Empty mappings expect no members.
    assert_eq!(failures("{labels: {}}").len(), 1);
    assert_eq!(failures("{settings: {}}").len(), 1);
    assert_eq!(failures("{sent: {}}").len(), 1);
    let nothing =
        "tests: [{name: x, event: {type: x, data: {test: true}}, expect: {labels: {}, settings: {}, sent: {}}}]";
    assert_eq!(failures_of(nothing, RULES), [""; 0]);
}

#[test]
fn what_does_not_hold_is_told() {
    insta::assert_snapshot!(
        [
            "{status: unrouted}",
            "{subscribers: [stock, calls]}",
            "{subscribers: {includes: [calls], excludes: [stock]}}",
            "{rules: []}",
            "{labels: {size: small, other: 1}, settings: {keep: null}}",
            "{errors: [data.amount], dropped_by: no-tests}",
        ]
        .map(|expect| failures(expect).join("\n"))
        .join("\n")
    );
}

#[test]
fn malformed_lines_can_be_written() {
    let broken = "tests: [{name: x, event: '{\"a\":', expect: {status: malformed, topic: null, error: expected}}]";
    assert_eq!(failures_of(broken, RULES), [""; 0]);
    let no_topic = "tests: [{name: x, event: {event_id: 1}, expect: {status: malformed, error: no topic in event.event_type or event.type}}]";
    assert_eq!(failures_of(no_topic, RULES), [""; 0]);
    let no_topic = no_topic.replace("event_id: 1", "specversion: '1.0'").replace("event.event_type or ", "");
    let no_topic = no_topic.as_str();
    assert_eq!(failures_of(no_topic, RULES), [""; 0]);
}

#[test]
fn type_errors_are_entries() {
    let tests = "tests: [{name: x, event: {event_type: a, data: {amount: '5'}}, expect: {errors: [data.amount, {path: data.amount, required_by: [big, huge]}]}}]";
    assert_eq!(failures_of(tests, RULES), [""; 0]);
    // All members of an entry must match the same error.
    assert_eq!(failures_of(&tests.replace("[big, huge]", "[big]"), RULES).len(), 1);
}

#[test]
fn the_clock_is_needed_where_it_is_read() {
    let rules = "rules: [{name: late, when: hour(now) > 20, subscribers: [owl]}]";
    let test = |now: &str| {
        let text = format!(
            "tests: [{{name: x, {now} event: {{type: a, time: '2026-01-01T21:00:00Z'}}, expect: {{rules: [late]}}}}]"
        );
        failures_of(&text, rules)
    };
    assert_eq!(test("now: 2026-01-01T21:00:00Z,"), [""; 0]);
    assert_eq!(test("now: event,"), [""; 0]);
    assert_eq!(test("now: 2026-01-01T20:00:00Z,").len(), 1);
    assert!(test("")[0].starts_with("now: a time such as"), "{:?}", test(""));
}

#[test]
fn events_may_be_several() {
    let tests = "tests: [{name: x, events: [{event_type: ORDER_CREATED}, {event_type: X}], expect: {status: routed}}]";
    assert_eq!(failures_of(tests, RULES), ["event 2: status: \"routed\" but \"unrouted\""]);
    // The report shows the first event that failed.
    let suite = suite(&tests.replace("status: routed", "status: dropped"));
    let report = run(&rules(RULES), &suite, None);
    let shown = report.outcomes().next().and_then(|outcome| outcome.failed_event.clone());
    assert_eq!(shown.as_deref(), Some("{\"event_type\":\"ORDER_CREATED\"}"));
}

#[test]
fn names_choose_tests() {
    let test = |name: &str| format!("{{name: {name}, event: {{type: a}}, expect: {{status: unrouted}}}}");
    let suite = suite(&format!("tests: [{}, {}]", test("one"), test("another")));
    let report = run(&rules(RULES), &suite, Some("other"));
    assert_eq!(report.outcomes().map(|outcome| outcome.name.as_str()).collect::<Vec<_>>(), ["another"]);
    assert_eq!((report.passed(), report.failed()), (1, 0));
}

#[test]
fn recorded_decisions_are_held_line_by_line() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write("e.ndjson", "{\"event_type\":\"ORDER_CREATED\",\"data\":{\"amount\":500}}\r\n{\"event_type\":\"X\"}\n");
    write(
        "d.ndjson",
        "{\"subscribers\":[\"stock\",\"checks\",\"stock\"],\"ruleset\":\"old@1\"}\n{\"status\":\"routed\"}\n",
    );
    write("a.test.yaml", "tests:\n  - {name: x, events: e.ndjson, expected: d.ndjson}\n");
    let suite = load(&[dir.path().join("a.test.yaml")], &LoadOptions::default());
    assert!(suite.diagnostics.is_empty(), "{:?}", suite.diagnostics);
    let report = run(&rules(RULES), &suite, None);
    let failures: Vec<&TestFailure> = report.outcomes().flat_map(|outcome| &outcome.failures).collect();
    let [failure] = failures.as_slice() else { panic!("{failures:?}") };
    assert_eq!((failure.event.as_deref(), failure.place.as_deref()), (Some("e.ndjson:2"), Some("d.ndjson:2")));
    assert_eq!(failure.found, "\"unrouted\"");
}

#[test]
fn files_stay_inside_the_root() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("rules")).unwrap();
    std::fs::write(dir.path().join("e.ndjson"), "{}\n").unwrap();
    let path = dir.path().join("rules/a.test.yaml");
    std::fs::write(&path, "tests: [{name: x, events: ../e.ndjson, expect: {status: malformed}}]").unwrap();
    let codes = |root: Option<PathBuf>| -> Vec<&str> {
        load(std::slice::from_ref(&path), &LoadOptions { root, ..LoadOptions::default() })
            .diagnostics
            .iter()
            .map(|one| one.code.as_str())
            .collect()
    };
    assert_eq!(codes(None), ["E065"]);
    assert_eq!(codes(Some(dir.path().to_path_buf())), [""; 0]);
}

#[test]
fn mistakes_have_places_and_hints() {
    let text = "
tests:
  - {name: a, evnt: {}, expect: {status: routed}}
  - {name: b, event: {}, events: x, expect: {statos: routed}}
  - {name: c, event: {}, expect: {status: route, subscribers: {include: [a]}}}
  - {name: d, event: {}, expect: {}}
  - {name: e, event: {}}
  - {event: {}, expect: {status: routed}}
  - {name: f, event: {}, now: noon, expect: {labels: [a], errors: {a: 1}}}
  - {name: g, event: {}, expect: {sent: [a]}}
  - {name: h, event: {}, expected: d.ndjson}
  - {name: i, events: none.ndjson, expect: {status: routed}}
  - {name: j, event: {}, expect: {rules: [{a: 1}], topic: [a]}}
  - {name: k, event: {}, expect: {status: routed}}
  - {name: k, event: {}, expect: {status: routed}}
  - 5
";
    insta::assert_snapshot!(mistakes(text).join("\n"));
    insta::assert_snapshot!(
        [mistakes("test: []"), mistakes("tests: {}"), mistakes("- a"), mistakes("")].concat().join("\n")
    );
}

#[test]
fn names_that_the_rule_set_does_not_have_are_mistakes() {
    let expect =
        "{subscribers: {includes: [checks], excludes: [cals, nobody]}, rules: {excludes: [bigg]}, sent: {stok: null}}";
    let mut suite = suite(&format!("tests: [{{name: x, event: {{}}, expect: {expect}}}]"));
    suite.check_names(&rules(RULES));
    let found: Vec<(&str, Option<&str>)> =
        suite.diagnostics.iter().map(|one| (one.message.as_str(), one.help.as_deref())).collect();
    let wanted = [
        ("the rule set has no subscriber `cals`, so this always passes", Some("did you mean `calls`?")),
        ("the rule set has no rule `bigg`, so this always passes", Some("did you mean `big`?")),
        ("the rule set has no subscriber `stok`, so this always passes", Some("did you mean `stock`?")),
    ];
    assert_eq!(found, wanted);
}

#[test]
fn expected_names_that_nothing_can_put_on_a_decision_are_warnings() {
    let named = |expect: &str| {
        let event = "{event_type: ORDER_CREATED, data: {amount: 500}}";
        let mut suite = suite(&format!("tests: [{{name: a, event: {event}, expect: {expect}}}]"));
        suite.check_names(&rules(RULES));
        let shown = |one: &Diagnostic| {
            let help = one.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
            format!("{} {}{help}", one.code.as_str(), one.message)
        };
        suite.diagnostics.iter().map(shown).collect::<Vec<String>>()
    };
    for (expect, warning) in [
        ("{subscribers: [stocks]}", "W025 the rule set has no subscriber `stocks` (did you mean `stock`?)"),
        ("{filtered: [elsewhere]}", "W025 the rule set has no subscriber `elsewhere`"),
        (
            "{subscribers: {includes: [chekcs]}}",
            "W025 the rule set has no subscriber `chekcs` (did you mean `checks`?)",
        ),
        ("{rules: [bigg]}", "W025 the rule set has no rule `bigg` (did you mean `big`?)"),
        ("{labels: {sizes: null}}", "W025 the rule set has no label `sizes` (did you mean `size`?)"),
        ("{sent: {shop: {id: 1}}}", "W025 the rule set has no subscriber `shop`"),
        ("[{subscribers: [stocks]}]", "W025 the rule set has no subscriber `stocks` (did you mean `stock`?)"),
        (
            "{subscribers: {excludes: [stocks]}}",
            "E090 the rule set has no subscriber `stocks`, so this always passes (did you mean `stock`?)",
        ),
    ] {
        assert_eq!(named(expect), [warning], "{expect}");
    }
    for expect in [
        "{subscribers: [stock, checks], rules: [big], labels: {size: large}}",
        "{subscribers: [nobody], labels: {size: null}, filtered: [], settings: {other: null}}",
        "{subscribers: {includes: [stock], excludes: [calls]}, sent: {stock: {}, calls: null}}",
        "{rules: {excludes: [huge]}, errors: [], labels: {}}",
    ] {
        assert_eq!(named(expect), [""; 0], "{expect}");
    }
}
