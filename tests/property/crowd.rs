//! Many rules on few values: targets that share tests, are found in two ways, or need another test after a hit.
//!
//! Random rule sets have a dozen rules; these have enough of them that pairs of equalities get their own index.

use crate::agree::{Seen, agree, check, load};
use crate::events;
use dadar::Clock;
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use std::cell::RefCell;
use std::fmt::Write;

type Text = BoxedStrategy<String>;

fn one_of(texts: &'static [&'static str]) -> Text {
    select(texts).prop_map(str::to_owned).boxed()
}

fn text() -> Text {
    one_of(&["\"mumbai\"", "\"mumbai\"", "\"pune\"", "\"gold\"", "\"asha\"", "\"\"", "5"])
}

fn number() -> Text {
    one_of(&["0", "1", "5", "5.0", "10", "1000", "9007199254740993"])
}

/// A test; the same value is often read by two roots.
fn test() -> Text {
    let textual = one_of(&["data.city", "data.city", "event.data.city", "data.tier", "headers.tier", "data.any"]);
    let numeric = one_of(&["data.amount", "data.amount", "event.data.amount", "data.limit"]);
    let pattern = one_of(&["*u*", "m*i", "*m*i", "u*", "*", "?une", "mumbai"]);
    prop_oneof![
        8 => (textual.clone(), text()).prop_map(|(path, text)| format!("{path} == {text}")),
        2 => (textual.clone(), text()).prop_map(|(path, text)| format!("{path} != {text}")),
        // With duplicates.
        3 => (textual.clone(), text(), text(), text())
            .prop_map(|(path, a, b, c)| format!("{path} in [{a}, {b}, {c}, {a}]")),
        3 => (numeric.clone(), one_of(&["==", ">", "<", ">=", "<="]), number())
            .prop_map(|(path, op, number)| format!("{path} {op} {number}")),
        2 => (numeric, number(), number()).prop_map(|(path, a, b)| format!("between({path}, {a}, {b})")),
        1 => (textual.clone(), pattern).prop_map(|(path, glob)| format!("glob({path}, \"{glob}\")")),
        1 => textual.clone().prop_map(|path| format!("matches({path}, \"u.*i|old\")")),
        1 => textual.clone().prop_map(|path| format!("(starts_with({path}, \"mu\") || ends_with({path}, \"ai\"))")),
        // Twice in some strings.
        2 => (one_of(&["data.tags", "data.any", "data.city"]), prop_oneof![2 => text(), 1 => Just("\"m\"".to_owned())])
            .prop_map(|(path, text)| format!("contains({path}, {text})")),
        // Of a text, of a list in which it is twice, and of an element's parts.
        2 => (one_of(&["data.tags", "data.city", "data.any"]), text(), one_of(&["", " || it == 5", " && it != \"x\""]))
            .prop_map(|(path, text, more)| format!("any(each({path}), it == {text}{more})")),
        1 => (one_of(&["data.items", "data.user"]), number())
            .prop_map(|(path, n)| format!("any(each({path}), it.price > {n} || it.age == {n})")),
        1 => textual.prop_map(|path| format!("exists({path})")),
    ]
    .boxed()
}

/// Conjunctions and disjunctions of few tests, in the shapes that decide how a rule is found.
fn when() -> Text {
    let three = || (test(), test(), test());
    prop_oneof![
        2 => test(),
        6 => (test(), test()).prop_map(|(a, b)| format!("{a} && {b}")),
        3 => three().prop_map(|(a, b, c)| format!("{a} && {b} && {c}")),
        2 => (test(), test()).prop_map(|(a, b)| format!("{a} || {b}")),
        2 => three().prop_map(|(a, b, c)| format!("({a} || {b}) && {c}")),
        1 => three().prop_map(|(a, b, c)| format!("({a} || {b}) && ({a} || {c})")),
        // Found by a test that is not part of it.
        2 => three().prop_map(|(a, b, c)| format!("({a} && {b}) || ({a} && {c})")),
        1 => three().prop_map(|(a, b, c)| format!("({a} && {b}) || ({c} && {a}) || {b}")),
        1 => three().prop_map(|(a, b, c)| format!("{a} && !({b} && {c})")),
        1 => three().prop_map(|(a, b, c)| format!("{a} && if({b}, {c}, !({c}))")),
    ]
    .boxed()
}

fn topic() -> BoxedStrategy<Option<String>> {
    weighted(0.25, one_of(&["order.#", "order.*", "[order.created, \"#\"]", "\"*.created\"", "payment.#"])).boxed()
}

/// A group of rules, or rules without a group.
#[derive(Clone, Debug)]
struct Part {
    mode: Option<&'static str>,
    topic: Option<String>,
    when: Option<String>,
    rules: Vec<(Option<String>, String)>,
}

fn part() -> BoxedStrategy<Part> {
    let mode = weighted(0.6, select(&["first", "all"][..]));
    (mode, topic(), weighted(0.4, when()), vec((topic(), when()), 1..60))
        .prop_map(|(mode, topic, when, rules)| Part { mode, topic, when, rules })
        .boxed()
}

/// Conditions of which so many test the same two values that the pair gets its own index; in half of all rule sets.
fn pairs() -> BoxedStrategy<Vec<String>> {
    let one = || one_of(&["\"mumbai\"", "\"pune\"", "\"gold\"", "5"]);
    let pair = (one(), one(), any::<bool>(), weighted(0.3, test())).prop_map(|(city, tier, turned, more)| {
        let (city, tier) = (format!("data.city == {city}"), format!("data.tier == {tier}"));
        let (first, second) = if turned { (tier, city) } else { (city, tier) };
        more.into_iter().fold(format!("{first} && {second}"), |all, more| format!("{all} && {more}"))
    });
    weighted(0.5, vec(pair, 70..130)).prop_map(Option::unwrap_or_default).boxed()
}

fn yaml(parts: &[Part], pairs: &[String]) -> String {
    let mut out = String::from("rules:\n");
    for (n, when) in pairs.iter().enumerate() {
        writeln!(out, "  - {{name: p{n}, when: '{when}', subscribers: [s{}]}}", n % 9).unwrap();
    }
    for (g, part) in parts.iter().enumerate() {
        let indent = if part.mode.is_some() { "      " } else { "  " };
        if let Some(mode) = part.mode {
            writeln!(out, "  - group: g{g}\n    mode: {mode}").unwrap();
            part.topic.iter().for_each(|topic| writeln!(out, "    topic: {topic}").unwrap());
            part.when.iter().for_each(|when| writeln!(out, "    when: '{when}'").unwrap());
            writeln!(out, "    rules:").unwrap();
        }
        for (r, (topic, when)) in part.rules.iter().enumerate() {
            let topic = topic.as_ref().map_or(String::new(), |topic| format!("topic: {topic}, "));
            writeln!(out, "{indent}- {{name: r{g}-{r}, {topic}when: '{when}', subscribers: [s{}]}}", r % 9).unwrap();
        }
    }
    out
}

#[test]
fn graph_and_interpreter_agree_on_crowds() {
    let cases =
        ((vec(part(), 1..8), pairs()).prop_map(|(parts, pairs)| yaml(&parts, &pairs)), vec(events::event(), 12));
    let noon = Clock::Fixed("2026-01-10T13:00:00+05:30".parse().unwrap());
    let seen = RefCell::new(Seen::default());
    check(60, &cases, |(yaml, events)| match &load(&yaml).rule_set {
        Some(rules) => agree(rules, &yaml, &events, noon, &mut seen.borrow_mut()),
        None => Err(TestCaseError::fail(format!("{:?}\n{yaml}", load(&yaml).diagnostics))),
    });
    assert!(seen.borrow().times("several rules") * 4 > seen.borrow().events, "{seen:?}");
}
