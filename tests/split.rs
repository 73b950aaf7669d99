//! Lines with several events: in the library and through the program.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/program.rs"]
mod program;

use dadar::decision::Decision;
use dadar::reload::Live;
use dadar::unstable::interpreter::Interpreter;
use dadar::{Budget, Clock, Mode, Options, Router, RuleSet, Status, load_strings};
use program::Place;
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader};

const RULES: &str = "
ruleset: {name: r, split: event.list ?? batch, defaults: {dropped: [bin], rejected: [letters]}}
topics: {a: [one, two]}
rules: [{name: of-eu, when: batch.region == \"eu\", subscribers: [eu]}]
";

fn rules(text: &str) -> RuleSet {
    let loaded = load_strings("r", [("r.yaml", text)]);
    loaded.rule_set.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
}

/// The decisions on a line, on which both evaluators agree.
#[track_caller]
fn decisions(text: &str, line: &str, options: Options) -> Vec<Decision> {
    let rules = rules(text);
    let (mut graph, mut interpreted) = (Vec::new(), Vec::new());
    Router::with_options(&rules, options).session().route_each(line.as_bytes(), 7, |decision| graph.push(decision));
    let interpreter = Interpreter::new(&rules);
    interpreter.decide_each(line.as_bytes(), 7, &options, |decision| interpreted.push(decision));
    if options.mode == Mode::Strict {
        assert_eq!(graph, interpreted, "{line}");
    }
    graph
}

fn statuses(decisions: &[Decision]) -> Vec<&'static str> {
    decisions.iter().map(|decision| decision.status.as_str()).collect()
}

#[test]
fn an_element_that_is_no_object_is_malformed_for_itself() {
    let line = r#"{"region":"eu","list":[{"type":"a","id":1}, [5] ,{"id":2},null,{"type":"b"}]}"#;
    let all = decisions(RULES, line, Options::default());
    assert_eq!(statuses(&all), ["routed", "malformed", "malformed", "malformed", "routed"]);
    assert_eq!(all[0].subscribers.concat(), "euonetwo");
    assert_eq!(all[1].error.as_deref(), Some("not a JSON object at byte 0"));
    assert_eq!(
        (all[1].input.as_deref(), all[1].line, all[1].part, all[1].parts),
        (Some("[5]"), Some(7), Some(2), Some(5))
    );
    assert_eq!((all[2].id.clone(), all[2].part), (json!(2), Some(3)));
    assert_eq!((all[4].id.clone(), all[4].line), (Json::Null, None));
}

#[test]
fn an_error_anywhere_makes_one_malformed_line() {
    for line in [
        r#"{"list":[{"type":"a"},{"type":"a"}],"x":tru}"#,
        r#"{"list":[{"type":"a"},{"type":"a"}"#,
        r#"{"list":[{"type":"a"},{"type":}]}"#,
        r#"[{"type":"a"},{"type":"a"},]"#,
        "{\"list\":[{\"type\":\"a\"}],\"x\":\"\u{1}\"}",
    ] {
        let all = decisions(RULES, line, Options::default());
        assert_eq!(statuses(&all), ["malformed"], "{line}");
        assert_eq!((all[0].part, all[0].parts, all[0].input.as_deref()), (None, None, Some(line)));
    }
    // A trusted scan does not look behind the list.
    let trusted = Options::default().mode(Mode::Trusted);
    let all = decisions(RULES, r#"{"region":"eu","list":[{"type":"a"},{"type":"a"}],"x":tru}"#, trusted);
    assert_eq!(statuses(&all), ["routed", "routed"]);
    assert_eq!(all[1].rules.concat(), "of-eu");
}

#[test]
fn lines_without_a_list_and_with_an_empty_one() {
    let all = decisions(RULES, r#"{"type":"a","region":"eu","list":{}}"#, Options::default());
    assert_eq!((statuses(&all), all[0].part, all[0].parts), (vec!["routed"], None, None));
    assert_eq!(all[0].rules.concat(), "of-eu", "`batch` is the line");
    for line in ["[]", r#"{"list":[ ]}"#] {
        let all = decisions(RULES, line, Options::default().clock(Clock::Event));
        assert_eq!((statuses(&all), all[0].dropped_by.as_deref()), (vec!["dropped"], Some("split")));
        assert_eq!((all[0].part, all[0].parts, all[0].subscribers.len()), (None, Some(0), 0));
    }
}

#[test]
fn a_call_for_one_decision_refuses_several_events() {
    let rules = rules(RULES);
    let router = Router::new(&rules);
    let mut session = router.session();
    let two = br#"[{"type":"a"},{"type":"a"}]"#;
    let decision = session.route(two, 3);
    assert_eq!(decision.error.as_deref(), Some("2 events in one line, where one is expected"));
    assert_eq!(
        (decision.status, decision.line, decision.subscribers.concat()),
        (Status::Malformed, Some(3), "letters".into())
    );
    assert_eq!(Interpreter::new(&rules).decide(two, 3, &Options::default()), decision);
    assert_eq!(session.decide(two).status, Status::Malformed);
    assert_eq!(session.deliver(two, 3).decision, decision);
    let one = session.route(br#"[{"type":"a"}]"#, 3);
    assert_eq!((one.status, one.part, one.parts), (Status::Routed, Some(1), Some(1)));
    let mut summaries = Vec::new();
    session.decide_each(two, |summary| summaries.push(summary.subscribers().len()));
    assert_eq!(summaries, [2, 2]);
    let mut live = Live::new(router).session();
    let mut parts = Vec::new();
    live.route_each(two, 1, |decision| parts.push(decision.part));
    assert_eq!(parts, [Some(1), Some(2)]);
}

#[test]
fn the_batch_is_read_by_the_envelope_ingest_and_transforms() {
    let rules = "
ruleset:
  split: event.logEvents
  envelope: {topic: batch.group, id: 'batch.owner + event.id', time: event.at, data: event}
ingest: note
transforms:
  note: [{set: {owner: {expr: batch.owner}}}]
  more: [{set: {count: {expr: 'len(batch.logEvents)'}, all: {expr: batch.extra}}}]
topics: {logs: [s]}
rules: [{name: r, when: 'data.owner == batch.owner && hour(now) == 9', subscribers: [t]}]
subscribers: {s: {transform: more}}
";
    let loaded = self::rules(rules);
    let options = Options::default().clock(Clock::Event);
    let line = br#"{"group":"logs","owner":"o","extra":[1],"logEvents":[{"id":"1","at":"2026-01-10T09:00:00Z"},{"id":"2","at":"2026-01-10T10:00:00Z"}]}"#;
    let (mut graph, mut interpreted) = (Vec::new(), Vec::new());
    Router::with_options(&loaded, options).session().deliver_each(line, 1, |delivered| graph.push(delivered));
    Interpreter::new(&loaded).deliver_each(line, 1, &options, |delivered| interpreted.push(delivered));
    assert_eq!(graph, interpreted);
    assert_eq!((graph[0].decision.id.clone(), graph[0].decision.subscribers.concat()), (json!("o1"), "st".into()));
    assert_eq!(graph[1].decision.subscribers.concat(), "s", "`now` is the time of each part");
    let sent = json!({"id": "2", "at": "2026-01-10T10:00:00Z", "owner": "o", "count": 2, "all": [1]});
    assert_eq!((&graph[1].deliveries[0].event, graph[1].deliveries[0].part), (&sent, Some(2)));
}

#[test]
fn each_part_has_its_own_budget() {
    let rules = "
ruleset: {split: batch}
topics: {a: [s]}
rules:
  - {name: own, when: 'any(data.list, it + 0 > 5)', subscribers: [t]}
  - {name: whole, when: 'len(map(batch, it.type)) > 99', subscribers: [u]}
";
    let budget = Budget::DEFAULT.memory(1000).work(12);
    let line = r#"[{"type":"a","data":{"list":[1,2,3,4,5,6,7,8]}},{"type":"a","data":{"list":[1]}},{"type":"a","data":{"list":[1,2,3,4,5,6,7,8]}}]"#;
    let all = decisions(rules, line, Options::default().budget(budget));
    let exceeded: Vec<Vec<_>> =
        all.iter().map(|one| one.errors.iter().map(|error| error.path.as_str()).collect()).collect();
    assert_eq!(exceeded[0], exceeded[2]);
    assert!(exceeded[0].len() == exceeded[1].len() + 1, "{exceeded:?}");
}

#[test]
fn mistakes_in_split_are_reported() {
    let errors = |text: &str| {
        let loaded = load_strings("r", [("r.yaml", text)]);
        let all: Vec<_> = loaded.diagnostics.iter().map(|one| format!("{:?}: {}", one.code, one.message)).collect();
        all.join("\n")
    };
    assert!(errors("ruleset: {split: 'lower(event.x)'}").contains("BadEnvelope"));
    assert!(errors("ruleset: {split: event}").contains("BadEnvelope"));
    assert!(errors("ruleset: {split: data.x}").contains("UnknownName"));
    assert!(errors("ruleset: {split: [event.x]}").contains("WrongType"));
    let step = "ruleset: {split: batch}\ningest: t\ntransforms: {t: [{remove: batch.x}]}\ntopics: {a: [s]}";
    assert!(errors(step).contains("BadPath: paths of a step begin with a field of the event, not with `batch`"));
    let unknown = errors("rules: [{name: r, when: batch.x == 1, subscribers: [s]}]");
    assert!(unknown.contains("UnknownName: `batch` is not known here"), "{unknown}");
}

fn place() -> Place {
    Place::new(&[("rules/rules.yaml", RULES)])
}

#[test]
fn many_events_in_one_line_stream_in_order() {
    const PARTS: usize = 100_000;
    let element = |n: usize| format!("{{\"type\":\"{}\",\"id\":{n}}}", if n.is_multiple_of(2) { "a" } else { "b" });
    let line = format!("{{\"list\":[{}]}}\n", (1..=PARTS).map(element).collect::<Vec<_>>().join(","));
    let single = "{\"type\":\"a\",\"id\":\"x\"}\n";
    let input = format!("{single}{line}{single}[]\n{single}");
    let one = place().call(&["route", "rules", "--threads", "1"], input.clone()).code(0).decisions();
    assert_eq!(one.len(), PARTS + 4);
    for (n, decision) in (1..).zip(&one[1..=PARTS]) {
        assert_eq!((&decision["id"], &decision["part"], &decision["parts"]), (&json!(n), &json!(n), &json!(PARTS)));
    }
    let several = place().call(&["route", "rules", "--threads", "4"], input).code(0).decisions();
    assert!(one == several, "the order depends on threads");
}

#[test]
fn deliveries_and_counts_are_of_parts() {
    let input = "{\"list\":[{\"type\":\"a\",\"id\":1},{\"type\":\"c\",\"id\":2},3]}\n[]\n";
    let called = place().call(&["route", "rules", "--deliveries", "--summary", "--log-format", "json"], input).code(3);
    let lines: Vec<Json> = called.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let shown: Vec<_> =
        lines.iter().map(|one| (one["subscriber"].as_str(), one["status"].as_str(), one["part"].as_u64())).collect();
    assert_eq!(
        shown,
        [
            (Some("one"), None, Some(1)),
            (Some("two"), None, Some(1)),
            (None, Some("unrouted"), Some(2)),
            (Some("letters"), Some("malformed"), Some(3)),
            (None, Some("dropped"), None),
        ]
    );
    assert_eq!(lines[0]["event"], json!({"type": "a", "id": 1}));
    let summary: Json = called
        .err
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .find(|line: &Json| line["message"] == "summary")
        .unwrap();
    let summary = &summary["summary"];
    assert_eq!((&summary["lines"], &summary["events"]), (&json!(2), &json!(4)));
    assert_eq!(summary["statuses"], json!({"routed": 1, "unrouted": 1, "dropped": 1, "malformed": 1}));
    assert_eq!(summary["subscribers"]["letters"], 1);
}

#[test]
fn the_state_is_at_the_end_of_a_line() {
    let place = place();
    let line = "{\"list\":[{\"type\":\"a\",\"id\":1},{\"type\":\"a\",\"id\":2}]}\n";
    std::fs::write(place.path("log"), line.repeat(3)).unwrap();
    let route = || place.call(&["route", "rules", "-i", "log", "--state", "at"], "").code(0).decisions();
    assert_eq!(route().len(), 6);
    assert_eq!(route().len(), 0);
    std::fs::write(place.path("log"), line.repeat(4)).unwrap();
    let more = route();
    assert_eq!(more.iter().map(|one| one["part"].as_u64()).collect::<Vec<_>>(), [Some(1), Some(2)]);
}

/// Killed while the events of a line are written: all of them come again, and none is lost.
#[test]
fn a_kill_within_a_line_decides_the_line_again() {
    const PARTS: u64 = 60_000;
    let place = place();
    let first = "{\"type\":\"a\",\"id\":\"first\"}\n";
    let element = "{\"type\":\"a\",\"id\":\"x\"}";
    let line = format!("[{}]\n", vec![element; PARTS as usize].join(","));
    std::fs::write(place.path("log"), format!("{first}{line}")).unwrap();
    let args = ["route", "rules", "-i", "log", "--state", "at"];
    let mut child = place.start(&args);
    let mut reader = BufReader::new(child.stdout.take().unwrap()).lines();
    // The pipe holds far less than the decisions, so that the program is still writing them.
    let parts: Vec<Json> =
        reader.by_ref().take(100).map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert_eq!((&parts[0]["id"], &parts[99]["part"]), (&json!("first"), &json!(99)));
    child.kill().unwrap();
    child.wait().unwrap();
    let again = place.call(&args, "").code(0).decisions();
    let found: Vec<u64> = again.iter().filter_map(|one| one["part"].as_u64()).collect();
    assert!(found.iter().copied().eq(1..=PARTS), "{} parts", found.len());
    assert!(place.call(&args, "").code(0).decisions().is_empty());
}

#[test]
fn explain_and_eval_show_every_part() {
    let place = place();
    let line = "{\"region\":\"eu\",\"list\":[{\"type\":\"a\",\"id\":\"x\"},{\"type\":\"a\",\"id\":\"y\"},7]}\n[]\n";
    std::fs::write(place.path("events"), line).unwrap();
    let explain = |more: &[&str]| place.call(&[&["explain", "rules", "-i", "events"], more].concat(), "");
    let all = explain(&[]).code(3).says("line 1, part 2 of 3").says("line 1, part 3 of 3: not a JSON object").out;
    assert!(all.contains("its list of events is empty"), "{all}");
    let second = explain(&["--part", "2"]).code(0).says("line 1, part 2 of 3").out;
    assert!(!second.contains("part 1"), "{second}");
    let by_id = explain(&["--event", "y", "--format", "json"]).code(0).decisions();
    assert_eq!((by_id.len(), &by_id[0]["decision"]["part"]), (1, &json!(2)));
    explain(&["--part", "9"]).code(2).complains("no line has a part 9");
    let eval = place.call(&["eval", "batch.region + id", "--rules", "rules", "-i", "events"], "").code(3);
    eval.says("== 1, part 1  x\n\"eux\"").says("== 1, part 2  y\n\"euy\"");
}

#[test]
fn tests_expect_something_of_each_part() {
    let run = |expect: &str, code: i32| {
        let event = "event: [{type: a, id: 1}, {type: b, id: 2}]";
        let tests = format!("tests:\n  - name: t\n    {event}\n    expect: {expect}\n");
        let place = Place::new(&[("rules/rules.yaml", RULES), ("rules/r.test.yaml", tests.as_str())]);
        place.call(&["test", "rules"], "").code(code)
    };
    run("[{subscribers: [one, two]}, {status: unrouted}]", 0);
    run("{parts: 2}", 1);
    run("[{id: 1}, {id: 3}]", 1).says("part 2");
    run("[{id: 1}]", 1).says("decisions");
    run("{status: routed}", 1).says("part 2");
    run("[]", 1);
}
