//! Lines with several events: each is decided as it would be by itself, and both evaluators agree.

use crate::agree::{check, load};
use crate::{events, generate};
use dadar::decision::Decision;
use dadar::unstable::event::parse;
use dadar::unstable::interpreter::Interpreter;
use dadar::{Clock, Limits, Mode, Options, Router, RuleSet};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseError;
use std::cell::Cell;

/// True if a text is JSON, so that it can be an element of a list.
fn is_json(element: &Vec<u8>) -> bool {
    let line = [b"{\"x\":", element.as_slice(), b"}"].concat();
    parse(&line, Limits::default(), &bumpalo::Bump::new()).is_ok()
}

/// The elements of a line, and the line around them.
#[derive(Clone, Debug)]
struct RandomLine {
    elements: Vec<Vec<u8>>,
    text: Vec<u8>,
}

fn line() -> impl Strategy<Value = RandomLine> {
    let around = select(vec![
        ("[", "]"),
        (" [ ", " ] "),
        ("{\"a\":{\"list\":[", "]}}"),
        ("{\"tier\":\"gold\",\"count\":5,\"a\":{\"list\":[ ", " ],\"x\":[[1]]}}"),
        ("{\"a\":{\"list\":7},\"b\":[", "],\"tier\":[],\"count\":\"5\"}"),
        ("{\"event_type\":\"order.created\",\"b\":[\"]\",{}],\"a\":{\"list\":[", "]}}"),
    ]);
    let comma = select(vec![",", " , ", ",\n"]);
    (vec(events::event(), 0..5), around, comma).prop_map(|(elements, (before, after), comma)| {
        let elements: Vec<Vec<u8>> = elements.into_iter().filter(is_json).collect();
        let text = [before.as_bytes(), &elements.join(comma.as_bytes()), after.as_bytes()].concat();
        RandomLine { elements, text }
    })
}

fn options() -> impl Strategy<Value = Options> {
    let noon = Clock::Fixed("2026-01-10T13:00:00+05:30".parse().unwrap());
    let clock = prop_oneof![3 => Just(noon), 1 => Just(Clock::Event)];
    clock.prop_map(|clock| Options::default().clock(clock))
}

/// The rule set with `split`.
fn splitting(yaml: &str) -> String {
    yaml.replacen("ruleset:\n", "ruleset:\n  split: event.a.list ?? batch ?? event.b\n", 1)
}

/// What a rule set without `split` decides of each element, with the marks of a rule set with it.
fn one_by_one(rules: &RuleSet, line: &RandomLine, options: Options, version: &std::sync::Arc<str>) -> Vec<Decision> {
    let mut session = Router::with_options(rules, options).session();
    let parts = line.elements.len() as u64;
    let decide = |(part, element): (u64, &Vec<u8>)| {
        let mut decision = session.route(element, 9);
        (decision.part, decision.parts, decision.ruleset) = (Some(part), Some(parts), version.clone());
        decision
    };
    (1..).zip(&line.elements).map(decide).collect()
}

#[test]
fn parts_are_decided_as_events_by_themselves() {
    let decided = Cell::new(0);
    check(120, &(generate::rule_set(), vec(line(), 3), options()), |(yaml, lines, options)| {
        let split = splitting(&yaml);
        let (plain, split) = (load(&yaml), load(&split));
        let (Some(plain), Some(split)) = (plain.rule_set, split.rule_set) else { return Ok(()) };
        let router = Router::with_options(&split, options);
        let mut session = router.session();
        let mut trusted = router.and_options(options.mode(Mode::Trusted)).session();
        for line in &lines {
            let (mut got, mut read_by_trust) = (Vec::new(), Vec::new());
            session.route_each(&line.text, 9, |decision| got.push(decision));
            let shown = || format!("\n{yaml}\n{}", String::from_utf8_lossy(&line.text));
            if line.elements.is_empty() {
                prop_assert_eq!(got.len(), 1);
                prop_assert_eq!(got[0].dropped_by.as_deref(), Some("split"), "{}", shown());
                prop_assert_eq!((got[0].part, got[0].parts), (None, Some(0)));
                continue;
            }
            prop_assert_eq!(&got, &one_by_one(&plain, line, options, &split.version), "{}", shown());
            decided.set(decided.get() + got.len());
            trusted.route_each(&line.text, 9, |decision| read_by_trust.push(decision));
            prop_assert_eq!(read_by_trust.len(), got.len(), "{}", shown());
        }
        Ok(())
    });
    assert!(decided.get() > 300, "{}", decided.get());
}

#[test]
fn both_evaluators_agree_on_parts_and_batch() {
    let (all, loads, read) = (Cell::new(0), Cell::new(0), Cell::new(0));
    check(120, &(generate::rule_set(), vec(line(), 3), options()), |(yaml, lines, options)| {
        let yaml = splitting(&yaml).replace("data.tier", "batch.tier").replace("headers.count", "batch.count");
        all.set(all.get() + 1);
        let Some(rules) = load(&yaml).rule_set else { return Ok(()) };
        loads.set(loads.get() + 1);
        read.set(read.get() + usize::from(yaml.contains("batch.")));
        let interpreter = Interpreter::new(&rules);
        let mut session = Router::with_options(&rules, options).session();
        for line in &lines {
            let shown = || format!("\n{yaml}\n{}", String::from_utf8_lossy(&line.text));
            let (mut wanted, mut got) = (Vec::new(), Vec::new());
            interpreter.deliver_each(&line.text, 9, &options, |delivered| wanted.push(delivered));
            session.deliver_each(&line.text, 9, |delivered| got.push(delivered));
            prop_assert_eq!(&got, &wanted, "{}", shown());
            let (wanted, got) = (interpreter.deliver(&line.text, 9, &options), session.deliver(&line.text, 9));
            prop_assert_eq!(got, wanted, "{}", shown());
            written(&mut session, line)?;
        }
        Ok(())
    });
    let (all, loads, read) = (all.get(), loads.get(), read.get());
    assert!(loads * 2 > all && read * 3 > loads, "{read} of {loads} of {all}");
}

/// The lines that are written of a line are the decisions as values.
fn written(session: &mut dadar::Session, line: &RandomLine) -> Result<(), TestCaseError> {
    let (mut out, mut values) = (Vec::new(), Vec::new());
    session.route_to(&line.text, 9, &mut out);
    session.route_each(&line.text, 9, |decision| {
        values.extend(serde_json::to_vec(&decision).unwrap_or_default());
        values.push(b'\n');
    });
    prop_assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&values));
    Ok(())
}
