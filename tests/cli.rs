//! The program on the command line: exit codes, output streams, and all forms of input.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/program.rs"]
mod program;

use program::{EVENT, Place, RULES, TESTS};
use serde_json::Value;
use std::io::{Read, Write};

#[test]
fn every_command_has_help_with_examples() {
    let place = Place::new(&[]);
    for command in ["check", "route", "explain", "test", "eval", "functions", "codes", "schema", "init", "completions"]
    {
        place.call(&[command, "--help"], "").code(0).says("Usage: dadar").says("Example");
    }
    place.call(&["--help"], "").code(0).says("Exit codes");
    place.call(&["-V"], "").code(0).says(concat!("dadar ", env!("CARGO_PKG_VERSION")));
    place.call(&[], "").code(2);
    place.call(&["rout"], "").code(2).complains("route");
    place.call(&["route", "--nonsense"], "").code(2);
    place.call(&["route", "--max-line", "5 parsecs"], "").code(2).complains("MiB");
}

#[test]
fn missing_files_are_usage_errors() {
    let place = Place::small();
    for command in ["check", "route", "explain", "test"] {
        place.call(&[command, "nowhere"], "").code(2).complains("`nowhere`").complains("dadar init");
    }
    place.call(&["route", "-i", "none.ndjson"], "").code(2).complains("`none.ndjson`");
    place.call(&["route", "-i", "rules"], "").code(2).complains("is a folder");
    place.call(&["check", "--root", "none"], "").code(2).complains("--root");
    place.call(&["route", "--now", "noon"], "").code(2).complains("`noon` is not a time");
}

#[test]
fn a_valid_rule_set_has_no_problems() {
    let place = Place::small();
    let called = place.call(&["check"], "").code(0).says("1 topic, 1 rule, 1 test: no problems");
    assert_eq!(called.err, "");
    place.call(&["check", "rules/rules.yaml"], "").code(0);
}

#[test]
fn errors_in_rules_are_reported_in_every_format() {
    let place = Place::new(&[("rules/a.yaml", "rules:\n  - {name: x, whn: data.a > 1, subscribers: [s]}\n")]);
    place.call(&["check"], "").code(1).complains("error[E003]").complains("rules/a.yaml:2:15").says("1 error");
    let json = place.call(&["check", "--format", "json"], "").code(1);
    assert_eq!(json.decisions()[0]["code"], "E003");
    assert_eq!(json.decisions()[0]["line"], 2);
    place.call(&["check", "--format", "github"], "").code(1).says("::error file=").says("title=E003");
    let sarif = place.call(&["check", "--format", "sarif"], "").code(1);
    let document: Value = serde_json::from_str(&sarif.out).unwrap();
    assert_eq!(document["runs"][0]["results"][0]["ruleId"], "E003");
    for command in ["route", "explain", "test"] {
        let called = place.call(&[command], "").code(1).complains("error[E003]");
        assert!(!called.out.contains("E003"), "{called:?}");
    }
    // The missing tests are reported as well.
    place.call(&["test"], "").code(1).says("0 passed, 1 failed");
    // A file that cannot be read is not an error in the rules, so the exit code differs.
    std::fs::write(place.path("rules/a.yaml"), b"rules: \xff\n").unwrap();
    for command in ["check", "route", "test"] {
        place.call(&[command], "").code(2).complains("error[E011]");
    }
}

#[test]
fn denied_warnings_fail() {
    let place = Place::new(&[("rules/a.yaml", "rules:\n  - {name: x, when: data.a != 1, subscribers: [s]}\n")]);
    place.call(&["check"], "").code(0).says("1 warning").complains("warning[W002]");
    place.call(&["check", "--deny", "warnings"], "").code(1);
    place.call(&["check", "--deny", "W002"], "").code(1);
    place.call(&["check", "--deny", "warnings", "--allow", "not-equal-on-missing"], "").code(0).says("no problems");
    place.call(&["check", "--allow", "W002", "--deny", "warnings"], "").code(1);
    place.call(&["check", "--deny", "W999"], "").code(2).complains("W999");
    place.call(&["check", "--allow", "E003"], "").code(2).complains("errors cannot be silenced");
    let routed = place.call(&["route"], "").code(0);
    assert_eq!(routed.err, "");
}

#[test]
fn silenced_warnings_do_not_fail_and_go_to_sarif() {
    let rules = "rules:\n  - {name: x, when: data.a != 1, subscribers: [s]}  # dadar: allow W002 missing counts\n";
    let tests = "tests:\n  # dadar: allow W001\n  - {name: yes, event: {a: 1}, expect: {status: malformed}}\n";
    let place = Place::new(&[("rules/a.yaml", rules), ("rules/a.test.yaml", tests)]);
    place.call(&["check", "--deny", "W002", "--deny", "warnings"], "").code(0).says("no problems");
    let json = place.call(&["check", "--format", "json"], "").code(0);
    assert_eq!(json.out.lines().count(), 1, "{json:?}");
    let summary: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(summary["summary"]["silenced"], 2);
    let sarif: Value = serde_json::from_str(&place.call(&["check", "--format", "sarif"], "").code(0).out).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let suppressions = results.iter().map(|result| &result["suppressions"][0]);
    let reasons: Vec<&Value> = suppressions.clone().map(|one| &one["justification"]).collect();
    assert_eq!(reasons, [&serde_json::json!("missing counts"), &Value::Null]);
    let lines = suppressions.map(|one| &one["location"]["physicalLocation"]["region"]["startLine"]);
    assert_eq!(lines.collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn mistakes_in_tests_are_found_by_check_and_by_test() {
    let tests = "tests:\n  - {name: x, event: {a: 1}, expect: {statos: routed}}\n";
    let place = Place::new(&[("rules/a.yaml", RULES), ("rules/a.test.yaml", tests)]);
    for command in ["check", "test"] {
        let called = place.call(&[command], "").code(1).complains("error[E003]").complains("did you mean `status`?");
        assert!(called.out.contains("1 error"), "{called:?}");
    }
}

#[test]
fn pages_of_codes() {
    let place = Place::new(&[]);
    place.call(&["check", "--explain", "e020"], "").code(0).says("# E020");
    place.call(&["check", "--explain", "duplicate-name"], "").code(0).says("# E020");
    place.call(&["check", "--explain", "E999"], "").code(2).complains("no code `E999`");
}

#[test]
fn several_rule_sets_are_checked_in_turn_or_listed() {
    let rules = |name: &str| RULES.replace("small", name);
    let (a, b) = (rules("a"), rules("b"));
    let place = Place::new(&[("all/a/rules.yaml", &a), ("all/b/rules.yaml", &b), ("all/b/b.test.yaml", TESTS)]);
    place.call(&["check", "all"], "").code(0).says("checked all/a").says("checked all/b");
    place.call(&["test", "all"], "").code(0).says("== all/b").says("1 passed");
    for command in ["route", "explain"] {
        place.call(&[command, "all"], "").code(2).complains("all/a").complains("all/b").complains("name one of them");
    }
}

#[test]
fn results_do_not_depend_on_the_current_folder() {
    let schema = "schemas: {s: {topic: order.created, file: ../../schemas/s.json}}";
    let outside = format!("{schema}\n{RULES}");
    let inside = outside.replace("{name: small,", "{name: small, root: ../..,");
    let test = "tests: [{name: t, events: ../../e.ndjson, expect: {status: malformed}}]";
    let place = Place::new(&[
        ("rules/a/rules.yaml", &inside),
        ("rules/a/a.test.yaml", test),
        ("rules/b/rules.yaml", &outside),
        ("schemas/s.json", "{}"),
        ("e.ndjson", "{}\n"),
    ]);
    let places = [("", "rules/"), ("rules", ""), ("rules/b", "../"), ("schemas", "../rules/")];
    for (folder, up) in places {
        let (good, bad) = (format!("{up}a"), format!("{up}b"));
        place.call_in(folder, &["check", &good, "--deny", "warnings"], "").code(0);
        place.call_in(folder, &["test", &good], "").code(0).says("1 passed");
        place.call_in(folder, &["check", &bad], "").code(1).complains("E065");
    }
    place.call_in("rules/a", &["check", "."], "").code(0);
    place.call(&["check", "rules/b", "--root", "."], "").code(0);
    place.call(&["check", "rules/a", "--root", "rules"], "").code(1).complains("E065");
    place.call(&["check", "rules/a", "--max-file", "20"], "").code(1).complains("E010").complains("--max-file");
}

#[test]
fn each_line_gets_one_decision() {
    let place = Place::small();
    let input = format!("{EVENT}\n\nnot json\n[1]\n{EVENT}");
    for threads in ["1", "2", "5", "0"] {
        let called = place.call(&["route", "--threads", threads], input.as_str()).code(3);
        assert_eq!(called.statuses(), ["routed", "malformed", "malformed", "malformed", "routed"]);
        let lines: Vec<u64> = called.decisions().iter().filter_map(|one| one["line"].as_u64()).collect();
        assert_eq!(lines, [2, 3, 4]);
        assert_eq!(called.err, "");
    }
    assert_eq!(place.call(&["route"], "").code(0).out, "");
}

#[test]
fn byte_order_marks_and_all_line_breaks_are_accepted() {
    let place = Place::small();
    let input = format!("\u{feff}{EVENT}\r\n{EVENT}\r\n");
    assert_eq!(place.call(&["route"], input.as_str()).code(0).statuses(), ["routed", "routed"]);
    std::fs::write(place.path("e.ndjson"), input).unwrap();
    assert_eq!(place.call(&["route", "-i", "e.ndjson"], "").code(0).statuses().len(), 2);
    assert_eq!(place.call(&["route", "-i", "-"], EVENT).code(0).statuses().len(), 1);
}

#[test]
fn lines_that_are_too_long_are_malformed() {
    let place = Place::small();
    let long = format!("{EVENT}\n{{\"a\":\"{}\"}}\n{EVENT}\n", "x".repeat(100_000));
    for threads in ["1", "3"] {
        let args = ["route", "--max-line", "1KiB", "--threads", threads];
        let called = place.call(&args, long.as_str()).code(3);
        assert_eq!(called.statuses(), ["routed", "malformed", "routed"]);
        let malformed = &called.decisions()[1];
        assert_eq!(malformed["error"], "longer than 1024 bytes");
        assert_eq!(malformed["input"].as_str().unwrap().len(), 200);
    }
    let called = place.call(&["route", "--max-line", "1KiB", "--no-input-echo"], long.as_str()).code(3);
    assert_eq!(called.decisions()[1]["input"], Value::Null);
}

#[test]
fn threads_keep_the_order_of_many_lines() {
    let place = Place::small();
    let event = |n: usize| {
        format!("{{\"event_id\":{n},\"event_type\":\"ORDER_CREATED\",\"pad\":\"{}\"}}\n", "x".repeat(n % 300))
    };
    let input: String = (0..20_000).map(event).collect();
    let one = place.call(&["route"], input.as_str()).code(0);
    let many = place.call(&["route", "--threads", "4"], input.as_str()).code(0);
    assert!(one.out == many.out);
    assert_eq!(many.decisions().len(), 20_000);
    assert_eq!(many.decisions()[19_999]["id"], 19_999);
}

/// Empty lines and lines longer than one read, so that workers finish in any order.
#[test]
fn threads_keep_the_order_of_lines_of_all_lengths() {
    let place = Place::small();
    let mut input = String::from("\u{feff}");
    for n in 0..3_000 {
        let pad = match n % 500 {
            7 => 1_200_000,
            100..140 => 20_000,
            _ => n % 40,
        };
        let line = match n % 11 {
            5 => String::new(),
            6 => format!("no event {n}{}", "y".repeat(pad)),
            _ => format!("{{\"event_id\":{n},\"event_type\":\"ORDER_CREATED\",\"pad\":\"{}\"}}", "x".repeat(pad)),
        };
        input += &line;
        input += if n % 3 == 0 { "\r\n" } else { "\n" };
    }
    std::fs::write(place.path("e.ndjson"), &input).unwrap();
    let one = place.call(&["route", "--max-line", "1MiB"], input.as_str()).code(3);
    assert_eq!(one.decisions().len(), 3_000);
    for decision in one.decisions().iter().filter(|one| one["status"] == "malformed") {
        let n = decision["line"].as_u64().unwrap() - 1;
        assert!(matches!(n % 11, 5 | 6) || n % 500 == 7, "{decision}");
    }
    for threads in ["2", "3", "8"] {
        for _ in 0..3 {
            let args = ["route", "--max-line", "1MiB", "-i", "e.ndjson", "--threads", threads];
            assert!(place.call(&args, "").code(3).out == one.out, "{threads} threads");
        }
    }
}

/// The output is much larger than the input: it is written before a batch is complete, and still in order.
#[test]
fn decisions_much_longer_than_their_events() {
    let names: Vec<String> = (0..2_000).map(|n| format!("subscriber-{n}")).collect();
    let rules = format!("ruleset: {{name: wide}}\ntopics: {{t: [{}]}}\n", names.join(", "));
    let place = Place::new(&[("rules/rules.yaml", &rules)]);
    let input: String = (0..1_500).map(|n| format!("{{\"id\":{n},\"type\":\"t\"}}\n")).collect();
    for threads in ["1", "4"] {
        let called = place.call(&["route", "--threads", threads], input.as_str()).code(0);
        let ids: Vec<String> = called.out.lines().map(|line| line.split(',').next().unwrap().to_owned()).collect();
        assert!(ids == (0..1_500).map(|n| format!("{{\"id\":{n}")).collect::<Vec<_>>(), "{threads} threads");
    }
}

#[test]
fn the_summary_is_written_to_stderr() {
    let place = Place::small();
    for threads in ["1", "2"] {
        let called = place.call(&["route", "--summary", "--threads", threads], format!("{EVENT}\nx\n")).code(3);
        assert_eq!(called.decisions().len(), 2);
        let called = called.complains("malformed").complains("stock").complains("2 lines");
        let big = called.err.lines().find(|line| line.contains("big")).unwrap();
        assert_eq!(big.split_whitespace().collect::<Vec<_>>(), ["rule", "big", "1"]);
    }
}

#[test]
fn events_without_a_time_for_the_clock_are_counted() {
    let place = Place::new(&[("rules/a.yaml", "rules: [{name: r, when: hour(now) == 9, subscribers: a}]")]);
    let events =
        "{\"type\":\"a\"}\n{\"type\":\"a\",\"time\":\"2026-05-05T09:30:00Z\"}\n{\"type\":\"a\",\"time\":\"soon\"}\n";
    let called = place.call(&["route", "--summary", "--now", "event"], events).code(0);
    let row = called.err.lines().find(|line| line.contains("no time in the event")).unwrap();
    assert_eq!(row.split_whitespace().last(), Some("2"), "{row}");
    let called = place.call(&["route", "--summary", "--now", "2026-05-05T09:30:00Z"], events).code(0);
    assert!(!called.err.contains("no time in the event"), "{}", called.err);
}

#[test]
fn a_closed_pipe_ends_the_program_quietly() {
    let place = Place::small();
    for args in [&["route"][..], &["route", "--threads", "3"], &["schema"], &["completions", "zsh"]] {
        let mut child = place.start(args);
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().unwrap();
        // Until the process has ended, or has received more than a pipe holds.
        for _ in 0..100_000 {
            if writeln!(stdin, "{EVENT}").is_err() {
                break;
            }
        }
        drop(stdin);
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""), "{args:?}");
    }
}

/// `dadar check | true` must not make an invalid rule set look valid.
#[test]
fn a_closed_pipe_does_not_change_the_exit_code() {
    let wrong = Place::new(&[("rules/a.yaml", "rules:\n  - {name: x, whn: data.a > 1, subscribers: [s]}\n")]);
    let failing = Place::small();
    std::fs::write(
        failing.path("rules/b.test.yaml"),
        "tests: [{name: t, event: {type: a}, expect: {subscribers: [zz]}}]\n",
    )
    .unwrap();
    let closed = |place: &Place, args: &[&str], which: [bool; 2]| {
        let mut child = place.start(args);
        let [out, err] = which;
        drop(child.stdout.take().filter(|_| out));
        drop(child.stderr.take().filter(|_| err));
        child.wait().unwrap().code()
    };
    for which in [[true, false], [false, true], [true, true]] {
        for format in ["human", "json", "github", "sarif"] {
            assert_eq!(closed(&wrong, &["check", "--format", format], which), Some(1), "{format} {which:?}");
        }
        for format in ["human", "json", "junit"] {
            assert_eq!(closed(&failing, &["test", "--format", format], which), Some(1), "{format} {which:?}");
        }
        assert_eq!(closed(&failing, &["check"], which), Some(0));
    }
}

/// The id of the next decision, or its status if it has no id.
fn next_id(stdout: &mut impl Read) -> Value {
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') {
        let mut byte = [0];
        assert_eq!(stdout.read(&mut byte).unwrap(), 1);
        line.push(byte[0]);
    }
    let decision: Value = serde_json::from_slice(&line).unwrap();
    if decision["id"].is_null() { decision["status"].clone() } else { decision["id"].clone() }
}

#[test]
fn a_decision_is_written_before_the_next_event() {
    let place = Place::small();
    for threads in ["1", "2"] {
        let mut child = place.start(&["route", "--threads", threads]);
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        for _ in 0..3 {
            writeln!(stdin, "{EVENT}").unwrap();
            assert_eq!(next_id(&mut stdout), "e1");
        }
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

/// Line breaks arrive late, and several lines arrive together with the rest of a partial one. Complete lines are decided at
/// once, by the thread that reads while the others wait to read; a partial line waits for its line break.
#[test]
fn lines_of_a_slow_stream_are_decided_as_they_arrive() {
    let place = Place::small();
    for threads in ["1", "2", "4"] {
        let mut child = place.start(&["route", "--threads", threads]);
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let mut check = |sent: &str, expected: &[&str]| {
            stdin.write_all(sent.as_bytes()).unwrap();
            for id in expected {
                assert_eq!(next_id(&mut stdout), *id, "{threads} threads, {sent:?}");
            }
            std::thread::sleep(std::time::Duration::from_millis(3));
        };
        let [a, b, c] = ["a", "b", "c"].map(|id| EVENT.replace("e1", id));
        for _ in 0..5 {
            let (half, other) = c.split_at(11);
            check(&format!("{a}\n{b}"), &["a"]);
            check("\n", &["b"]);
            check(&format!("x\r\n{c}\n{a}\n{half}"), &["malformed", "c", "a"]);
            check(other, &[]);
            check(&format!("\n{b}\n"), &["c", "b"]);
        }
        check(&a, &[]);
        drop(stdin);
        assert_eq!(next_id(&mut stdout), "a", "the end of the input ends a line");
        assert_eq!(child.wait().unwrap().code(), Some(3));
    }
}

#[test]
fn colours_are_used_only_if_requested() {
    let place = Place::new(&[("rules/a.yaml", "rules:\n  - {name: x, whn: 1}\n")]);
    assert!(!place.call(&["check"], "").code(1).err.contains('\u{1b}'));
    assert!(place.call(&["check", "--color", "always"], "").code(1).err.contains('\u{1b}'));
    assert!(!place.call(&["--color", "never", "check"], "").code(1).err.contains('\u{1b}'));
}

#[test]
fn tests_pass_and_fail() {
    let place = Place::small();
    place.call(&["test"], "").code(0).says("✓ big ones are checked").says("1 passed");
    let unmatched = place.call(&["test", "-k", "nothing"], "").code(2).complains("no test has `nothing` in its name");
    assert_eq!(unmatched.out, "");
    place.call(&["test", "-k", "nothing", "--allow-empty"], "").code(0).says("0 passed");
    place.call(&["test", "-k", "nothing", "--format", "junit"], "").code(2).complains("tests that were found: 1;");
    let wrong = TESTS.replace("[checks, stock]", "[checks, stork]");
    std::fs::write(place.path("rules/rules.test.yaml"), wrong).unwrap();
    place
        .call(&["test"], "")
        .code(1)
        .says("✗ big ones are checked")
        .says("missing: stork; unexpected: stock")
        .says("rules/rules.test.yaml:5:")
        .says("0 passed, 1 failed")
        .says("| dadar explain rules");
    let json = place.call(&["test", "--format", "json"], "").code(1);
    assert_eq!(json.decisions()[0]["failures"][0]["field"], "subscribers");
    assert_eq!(json.decisions()[1]["failed"], 1);
    place
        .call(&["test", "--format", "junit"], "")
        .code(1)
        .says("<testsuites name=\"dadar\" tests=\"1\" failures=\"1\">");
}

#[test]
fn no_tests_fail() {
    let place = Place::new(&[("rules/a.yaml", RULES)]);
    let json = place.call(&["test", "--format", "json"], "").code(1);
    assert_eq!(json.decisions()[0]["failures"][0]["found"], "no tests");
    place.call(&["test"], "").code(1).says("there are tests").says("--allow-empty");
    place.call(&["test", "--allow-empty"], "").code(0).says("0 passed");
    // If there are several rule sets, the tests of one are enough.
    let other = TESTS.replace("big ones", "others");
    let files =
        [("r/a/a.yaml", RULES), ("r/a/a.test.yaml", TESTS), ("r/b/b.yaml", RULES), ("r/b/b.test.yaml", &*other)];
    let place = Place::new(&files);
    let big = place.call(&["test", "r", "-k", "big ones"], "").code(0).says("== r/b").says("1 passed");
    big.complains("r/b: no test with");
    std::fs::remove_file(place.path("r/b/b.test.yaml")).unwrap();
    place.call(&["test", "r"], "").code(0).says("1 passed").complains("r/b: no tests");
    std::fs::remove_file(place.path("r/a/a.test.yaml")).unwrap();
    place.call(&["test", "r"], "").code(1).says("1 failed");
}

#[test]
fn a_test_file_runs_by_itself() {
    let other = TESTS.replace("big ones", "other ones");
    let files = [
        ("set/shop.yaml", RULES),
        ("set/a.test.yaml", TESTS),
        ("set/tests/b.test.yaml", &*other),
        ("set/more/more.yaml", "topics: {x: [y]}"),
        ("set/more/c.test.yaml", &*other),
    ];
    let place = Place::new(&files);
    let one = place.call(&["test", "set/a.test.yaml"], "").code(0).says("✓ big ones").says("1 passed");
    assert!(!one.out.contains("other ones"), "{one:?}");
    place.call(&["test", "set/tests/b.test.yaml"], "").code(0).says("✓ other ones").says("1 passed");
    // It belongs to the enclosing rule set, although there are rules in its folder.
    place.call(&["test", "set/more/c.test.yaml"], "").code(0).says("✓ other ones").says("1 passed");
    place.call(&["test", "set/none.test.yaml"], "").code(2);
    // A rule set without `ruleset` is the nearest folder with rules.
    let rules = RULES.replace("ruleset: {name: small, defaults: {unrouted: [nobody]}}\n", "");
    let plain = Place::new(&[("docker.yaml", "services: {}"), ("r/a.yaml", &*rules), ("r/t/a.test.yaml", TESTS)]);
    plain.call(&["test", "r/t/a.test.yaml"], "").code(0).says("✓ big ones").says("1 passed");
}

#[test]
fn init_writes_rules_that_pass_their_tests() {
    let place = Place::new(&[]);
    place.call(&["init", "my rules"], "").code(0).says("dadar test 'my rules'");
    place.call(&["check", "my rules", "--deny", "warnings"], "").code(0);
    place.call(&["test", "my rules"], "").code(0);
    let routed = place.call(&["route", "my rules", "-i", "my rules/events.ndjson"], "").code(0);
    assert_eq!(routed.statuses(), ["routed", "routed", "routed", "unrouted"]);
    place.call(&["init", "my rules"], "").code(2).complains("exists already");
}

#[test]
fn explain_selects_events_by_id_and_line() {
    let place = Place::small();
    let input = format!("{{\"event_id\":7,\"event_type\":\"X\"}}\n{EVENT}\n");
    place.call(&["explain"], input.as_str()).code(0).says("big").says("order.created");
    let one = place.call(&["explain", "--event", "e1", "--format", "json"], input.as_str()).code(0);
    assert_eq!(one.decisions().len(), 1);
    assert_eq!(
        place.call(&["explain", "--event", "7", "--format", "json"], input.as_str()).code(0).decisions().len(),
        1
    );
    place.call(&["explain", "--event", "nope"], input.as_str()).code(2).complains("`nope`");
    place.call(&["explain", "--event", "7", "--rule", "big"], input.as_str()).code(0).says("data.amount");
    place.call(&["explain", "--rule", "bog"], input.as_str()).code(2).complains("did you mean `big`?");
    place.call(&["explain"], "nope\n").code(3);
    let several = ["explain", "--event", "7", "--event", "e1", "--format", "json"];
    assert_eq!(place.call(&several, input.as_str()).code(0).decisions().len(), 2);
    place
        .call(&["explain", "--event", "7", "--event", "nope"], input.as_str())
        .code(2)
        .says("7  x")
        .complains("`nope`");
    let line = place.call(&["explain", "--line", "2", "--format", "json"], input.as_str()).code(0);
    assert_eq!((line.decisions().len(), &line.decisions()[0]["line"]), (1, &Value::from(2)));
    let both = ["explain", "--line", "2", "--event", "7", "--format", "json"];
    assert_eq!(place.call(&both, input.as_str()).code(0).decisions().len(), 2);
    place.call(&["explain", "--line", "9"], input.as_str()).code(2).complains("no line 9");
    place.call(&["explain", "--line", "0"], input.as_str()).code(2);
}

#[test]
fn explain_reads_pretty_printed_events() {
    let place = Place::small();
    let event: Value = serde_json::from_str(EVENT).unwrap();
    let laid_out = format!("{event:#}\n");
    let input = format!("{laid_out}{EVENT}\n{laid_out}");
    let explained = place.call(&["explain", "--format", "json"], input.as_str()).code(0);
    let events = explained.decisions();
    let lines = laid_out.lines().count() as u64;
    assert_eq!(events.iter().map(|one| one["line"].as_u64().unwrap()).collect::<Vec<_>>(), [1, lines + 1, lines + 2]);
    assert!(events.iter().all(|one| one["decision"]["subscribers"] == events[0]["decision"]["subscribers"]));
    place.call(&["explain", "--line", "3"], input.as_str()).code(0).says("line 1");
    // A truncated line does not affect other lines.
    let cut = format!("{}\n{EVENT}\n", EVENT.get(..20).unwrap());
    let explained = place.call(&["explain", "--format", "json"], cut).code(3);
    assert_eq!(explained.decisions().len(), 2);
}

/// Text from an event cannot add a line to a report or control the terminal.
#[test]
fn events_cannot_forge_reports() {
    let place = Place::new(&[
        (
            "rules/a.yaml",
            "rules: [{name: r, when: 'data.x == \"a\" || data.n + 1 > 5', subscribers: s, labels: {l: {expr: data.x}}}]",
        ),
        ("rules/a.test.yaml", "tests: [{name: t, events: e.ndjson, expect: {id: other, topic: y}}]"),
    ]);
    let nasty = "x\n\nRules\n  ✓ fake\r\u{1b}[31m\u{9b}2J\u{202e}\u{2028}\u{f0003}\u{7f}";
    let padded = format!("{}Rules", "x ".repeat(60));
    let event =
        |id: &str| serde_json::json!({"event_id": id, "type": id, "time": id, "data": {"x": id, "n": id}}).to_string();
    std::fs::write(place.path("rules/e.ndjson"), format!("{}\n{}\n", event(nasty), event(&padded))).unwrap();
    let calls: [&[&str]; 7] = [
        &["explain", "-i", "rules/e.ndjson"],
        &["explain", "-i", "rules/e.ndjson", "--subscriber", "s"],
        &["explain", "-i", "rules/e.ndjson", "--rule", "r"],
        &["explain", "-i", "rules/e.ndjson", "--format", "json"],
        &["test"],
        &["test", "--format", "json"],
        &["test", "--format", "junit"],
    ];
    for call in calls {
        let called = place.call(call, "");
        let text = called.out + &called.err;
        let hidden = |c: char| c != '\n' && (c.is_control() || "\u{202e}\u{2028}\u{f0003}".contains(c));
        assert_eq!(text.chars().find(|c| hidden(*c)), None, "{call:?}: {text}");
        let forged =
            |line: &&str| line.trim_start().starts_with("✓ fake") || (*line == "Rules" && !call.contains(&"-i"));
        assert_eq!(text.lines().find(forged), None, "{call:?}: {text}");
        let sections = text.lines().filter(|line| *line == "Rules").count();
        assert!(sections <= 2, "{call:?}: {text}");
    }
}

#[test]
fn explain_keeps_control_characters_from_the_terminal() {
    let place = Place::small();
    let input =
        "{\"event_id\":\"\\u001b[31m\",\"event_type\":\"x\\u001b]0;y\\u0007\",\"data\":{\"amount\":\"\\u009b2J\"}}\n";
    for colour in ["never", "always"] {
        let called = place.call(&["explain", "--color", colour], input).code(0);
        assert!(!called.out.contains("\u{1b}[31m\u{1b}") && !called.out.contains(['\u{7}', '\u{9b}']), "{called:?}");
    }
}

#[test]
fn deliveries_are_a_line_for_each_subscriber() {
    let rules = "
ruleset: {name: sent, defaults: {rejected: [dead]}}
ingest: [tidy]
topics: {order.created: [billing, audit]}
subscribers: {billing: {transform: [tidy, bill]}}
transforms:
  tidy: [{default: {source: {value: unknown}}}]
  bill: [{project: {id: id, tax: data.amount * 0.5}}]
";
    let place = Place::new(&[("rules/rules.yaml", rules)]);
    let events = "{\"event_id\":\"a\",\"event_type\":\"ORDER_CREATED\",\"data\":{\"amount\":5}}\n\
                  {\"event_id\":\"b\",\"event_type\":\"OTHER\"}\n\
                  {\"event_id\":\"c\",\"event_type\":\"ORDER_CREATED\",\"data\":{\"amount\":\"x\"}}\n[\n";
    let called = place.call(&["route", "--deliveries", "--threads", "2"], events);
    assert_eq!(called.code, Some(3), "{}", called.err);
    let expected = [
        r#"{"id":"a","subscriber":"audit","event":{"event_id":"a","event_type":"ORDER_CREATED","data":{"amount":5},"source":"unknown"}}"#,
        r#"{"id":"a","subscriber":"billing","event":{"id":"a","tax":2.5}}"#,
        r#"{"id":"b","status":"unrouted"}"#,
        r#"{"id":"c","subscriber":"audit","event":{"event_id":"c","event_type":"ORDER_CREATED","data":{"amount":"x"},"source":"unknown"}}"#,
        r#"{"id":"c","subscriber":"billing","event":{"id":"c","tax":null},"errors":[{"path":"data.amount","expected":"number","found":"string","required_by":["transform:bill"],"count":1}]}"#,
    ];
    let lines: Vec<&str> = called.out.lines().collect();
    assert_eq!(lines.get(..5), Some(&expected[..]));
    let last: Value = serde_json::from_str(lines[5]).unwrap();
    assert_eq!(
        (&last["subscriber"], &last["event"], &last["status"], &last["line"]),
        (&"dead".into(), &Value::Null, &"malformed".into(), &4.into())
    );
    assert_eq!(lines.len(), 6);
}

#[test]
fn deliveries_have_the_reason_if_an_event_is_not_routed() {
    let rules = "
ruleset: {name: sent, defaults: {unrouted: [catch], dropped: [bin], rejected: [dead]}}
filters: [{name: no-tests, drop: data.test == true}]
schemas:
  strict: {topic: a, schema: {type: object, required: [n]}}
  loose: {topic: b, on_invalid: flag, schema: {type: object, required: [n]}}
topics: {a: [x], b: [y]}
";
    let place = Place::new(&[("rules/rules.yaml", rules)]);
    let events = [
        r#"{"type":"a","data":{"test":true}}"#,
        r#"{"type":"a","data":{}}"#,
        r#"{"type":"b","data":{}}"#,
        r#"{"type":"c"}"#,
    ];
    let called = place.call(&["route", "--deliveries"], events.join("\n")).code(0);
    let fault = |schema: &str| format!(r#"[{{"schema":"{schema}","path":"","message":"`n` is missing"}}]"#);
    let expected = [
        format!(r#"{{"id":null,"subscriber":"bin","event":{},"status":"dropped","dropped_by":"no-tests"}}"#, events[0]),
        format!(
            r#"{{"id":null,"subscriber":"dead","event":{},"status":"rejected","invalid":{}}}"#,
            events[1],
            fault("strict")
        ),
        format!(r#"{{"id":null,"subscriber":"y","event":{},"invalid":{}}}"#, events[2], fault("loose")),
        format!(r#"{{"id":null,"subscriber":"catch","event":{},"status":"unrouted"}}"#, events[3]),
    ];
    assert_eq!(called.out.lines().collect::<Vec<_>>(), expected);
    let quiet = rules.replace("dropped: [bin], rejected: [dead]", "always: []").replace("unrouted: [catch], ", "");
    let place = Place::new(&[("rules/rules.yaml", &quiet)]);
    let called = place.call(&["route", "--deliveries"], events.join("\n")).code(0);
    let lines: Vec<&str> = called.out.lines().collect();
    assert_eq!(lines[0], r#"{"id":null,"status":"dropped","dropped_by":"no-tests"}"#);
    assert_eq!(lines[1], format!(r#"{{"id":null,"status":"rejected","invalid":{}}}"#, fault("strict")));
    assert_eq!(lines[3], r#"{"id":null,"status":"unrouted"}"#);
}

#[test]
fn errors_of_ingest_are_on_each_delivery() {
    let rules = "
ruleset: {name: sent}
ingest: [tidy]
topics: {a.b: [audit]}
transforms:
  tidy: [{set: {data.seen: 'true'}}]
";
    let place = Place::new(&[("rules/rules.yaml", rules)]);
    let events = "{\"id\":\"7\",\"type\":\"a.b\",\"data\":[1]}\n{\"id\":\"8\",\"type\":\"c\",\"data\":[1]}\n";
    let called = place.call(&["route", "--deliveries"], events).code(0);
    let lines: Vec<Value> = called.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!(line["errors"][0]["required_by"][0], "transform:tidy", "{line}");
    }
}

#[test]
fn rules_from_standard_input() {
    let place = Place::small();
    place.write_events();
    for name in ["-", "/dev/stdin"] {
        if cfg!(windows) && name != "-" {
            continue;
        }
        let called = place.call(&["check", name], RULES);
        assert_eq!(called.code, Some(0), "{called:?}");
        let called = place.call(&["check", name], "rules: [{name: x, wen: true}]");
        assert_eq!(called.code, Some(1), "{called:?}");
        assert!(called.err.contains("<stdin>:1:"), "{called:?}");
        let called = place.call(&["route", name, "-i", "events.ndjson"], RULES);
        assert_eq!((called.code, called.out.lines().count()), (Some(0), 1), "{called:?}");
        for both in [&["route", name][..], &["explain", name], &["route", name, "-i", "-"]] {
            let called = place.call(both, RULES);
            assert_eq!(called.code, Some(2), "{called:?}");
            assert!(called.err.contains("cannot both come from standard input"), "{called:?}");
        }
        let called = place.call(&["route", name, "-i", "events.ndjson", "--watch"], RULES);
        assert_eq!(called.code, Some(2), "{called:?}");
    }
}

#[test]
fn usage_errors_suggest_a_fix() {
    let place = Place::small();
    let called = place.call(&["route", "rules", "events.ndjson"], "");
    assert_eq!(called.code, Some(2));
    assert!(called.err.contains("`-i events.ndjson`"), "{called:?}");
    // The options for colours apply to usage errors as well.
    for (args, coloured) in [
        (&["--color", "never", "check", "--nonsense"][..], false),
        (&["check", "--nonsense", "--color=always"], true),
        (&["check", "--nonsense"], false),
    ] {
        let called = place.call(args, "");
        assert_eq!((called.code, called.err.contains('\x1b')), (Some(2), coloured), "{called:?}");
    }
    let help = place.call(&["help", "route"], "");
    assert_eq!(help.code, Some(0));
    assert_eq!(help.out, place.call(&["route", "--help"], "").out);
    assert_eq!(place.call(&["help", "nonsense"], "").code, Some(2));
}

#[test]
fn check_lists_codes_and_counts_in_json() {
    let place = Place::small();
    let codes = place.call(&["check", "--explain"], "");
    assert_eq!(codes.code, Some(0));
    assert!(codes.out.lines().any(|line| line.starts_with("E020  error    duplicate-name ")), "{codes:?}");
    let called = place.call(&["check", "--format", "json"], "");
    let summary: Value = serde_json::from_str(called.out.lines().last().unwrap()).unwrap();
    assert_eq!(
        summary,
        serde_json::json!({"summary": {"rule_sets": 1, "errors": 0, "warnings": 0, "notes": 0, "silenced": 0}})
    );
    std::fs::write(place.path("rules/rules.yaml"), "rules: [{name: x, wen: true}]").unwrap();
    let called = place.call(&["check", "--format", "json"], "");
    let summary: Value = serde_json::from_str(called.out.lines().last().unwrap()).unwrap();
    assert_eq!(summary["summary"]["errors"], called.out.lines().count() - 1, "{called:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error_without_a_panic() {
    let place = Place::small();
    place.write_events();
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for args in [
        &["route", "rules", "-i", "events.ndjson"][..],
        &["route", "rules", "-i", "events.ndjson", "--threads", "3"],
        &["check"],
        &["test"],
        &["schema"],
        &["--help"],
        &["explain", "rules", "-i", "events.ndjson"],
        &["completions", "bash"],
    ] {
        let mut command = std::process::Command::new(program::program());
        command
            .current_dir(place.dir.path())
            .args(args)
            .stdin(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped());
        let output = command.stdout(full()).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {err}");
        assert!(!err.contains("panicked"), "{args:?}: {err}");
    }
    for args in [
        &["route", "rules", "-i", "events.ndjson", "--metrics", "0", "-vv", "--summary"][..],
        &["route", "rules", "-i", "none", "--log-format", "json"],
        &["route", "nothing"],
        &["check", "--nonsense"],
    ] {
        let mut command = std::process::Command::new(program::program());
        command
            .current_dir(place.dir.path())
            .args(args)
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null());
        let status = command.stderr(full()).status().unwrap();
        assert_eq!(status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn text_of_events_stays_on_its_line() {
    let rules = "ruleset: {name: r}\ntopics: {a: [\"x\\n  rule  forged  9\\e[2J\"]}\n";
    let place = Place::new(&[("rules/rules.yaml", rules)]);
    let called = place.call(&["route", "rules", "--summary"], "{\"type\":\"a\"}\n");
    assert_eq!(called.code, Some(0), "{called:?}");
    assert!(
        !called.err.contains('\x1b') && !called.err.lines().any(|line| line.trim_start().starts_with("rule")),
        "{}",
        called.err
    );
}

#[test]
fn explanations_as_json_have_the_parts_that_took_part() {
    let rules: String =
        (0..50).map(|n| format!("  - {{name: r{n}, when: data.n == {n}, subscribers: [s{n}]}}\n")).collect();
    let place = Place::new(&[("rules/a.yaml", &format!("rules:\n{rules}"))]);
    let event = "{\"type\":\"order\",\"data\":{\"n\":7}}\n";
    let explain = |arguments: &[&str]| -> Value {
        let called = place.call(&[&["explain", "--format", "json"], arguments].concat(), event).code(0);
        serde_json::from_str(&called.out).unwrap()
    };
    let names = |trace: &Value| -> Vec<String> {
        trace["rules"].as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap().to_owned()).collect()
    };
    let short = explain(&[]);
    assert_eq!((names(&short), &short["left_out"]["rules"]), (vec![String::from("r7")], &49.into()));
    assert_eq!(short["rules"][0]["condition"]["site"], "rule:r7/when");
    assert_eq!(names(&explain(&["--rule", "r9"])), ["r7", "r9"]);
    assert_eq!(names(&explain(&["--subscriber", "s3"])), ["r3", "r7"]);
    let full = explain(&["--full"]);
    assert_eq!((names(&full).len(), &full["left_out"]), (50, &Value::Null));
}
