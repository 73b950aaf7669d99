//! An oracle for transforms: a naive interpreter of their steps, written from docs/language.md alone, is compared with the
//! deliveries.
//!
//! Both evaluators share the code of transforms, so comparing them with each other does not test it.

mod expression;
mod node;
mod random;
mod steps;

use crate::agree::{check, load};
use dadar::{Clock, Options, Router};
use node::{Node, quoted};
use proptest::collection::vec;
use proptest::test_runner::TestCaseError;
use std::cell::{Cell, RefCell};
use steps::{RuleSet, Run};

/// A delivery as text without its errors; and the errors, as lines.
type Sent = (String, Vec<String>);

/// The deliveries of an event; none if it has no topic.
fn wanted(rules: &RuleSet, event: &Node) -> Option<Vec<Sent>> {
    let mut ingest = Run::new(rules, event.clone(), None);
    ingest.transforms(&rules.ingest);
    let id = rules.envelope.id.evaluate(&ingest);
    let topic = rules.envelope.topic.evaluate(&ingest);
    if !matches!(&topic, Node::Text(topic) if !topic.is_empty()) {
        return None;
    }
    let shown_id = match &id {
        Node::List(_) | Node::Object(_) => "null".to_owned(),
        other => other.json(),
    };
    let sent = |(name, transforms): &(&str, Vec<usize>)| {
        let mut run = Run::new(rules, ingest.event.clone(), Some((id.clone(), topic.clone())));
        run.transforms(transforms);
        let (name, event) = (quoted(name), run.event.json());
        // The errors of `ingest`, then those of the subscriber's own transforms.
        let errors = ingest
            .errors
            .iter()
            .chain(&run.errors)
            .map(|((path, expected), (found, askers))| error(path, expected, found, askers))
            .collect();
        (format!("{{\"id\":{shown_id},\"subscriber\":{name},\"event\":{event}"), errors)
    };
    Some(rules.subscribers.iter().map(sent).collect())
}

fn error(path: &str, expected: &str, found: &str, askers: &[usize]) -> String {
    let askers: Vec<String> = askers.iter().map(|at| format!("transform:t{at}")).collect();
    let found = if required_by_definitions(path, expected) { "it" } else { found };
    format!("{path}: expected {expected}, found {found}, asked by {}", askers.join(", "))
}

/// Named values ask for the same after `ingest`, when something else may be found.
fn required_by_definitions(path: &str, expected: &str) -> bool {
    matches!((path, expected), ("data.amount", "number") | ("data.city", "string"))
}

/// A line that was written. Named values ask for types as well; they are left out.
fn read(line: &str) -> Sent {
    let (sent, errors) = line.rsplit_once(",\"errors\":").unwrap_or((line.strip_suffix('}').unwrap_or(line), "[]}"));
    let errors: Vec<serde_json::Value> = serde_json::from_str(errors.strip_suffix('}').unwrap_or(errors)).unwrap();
    let text = |entry: &serde_json::Value, key: &str| entry[key].as_str().unwrap().to_owned();
    let error = |entry: &serde_json::Value| {
        let askers: Vec<&str> =
            entry["required_by"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
        assert_eq!(entry["count"], askers.len(), "{entry}");
        let transforms: Vec<&str> = askers.into_iter().filter(|name| name.starts_with("transform:")).collect();
        let (path, expected, mut found) = (text(entry, "path"), text(entry, "expected"), text(entry, "found"));
        if required_by_definitions(&path, &expected) {
            found = "it".into();
        }
        format!("{path}: expected {expected}, found {found}, asked by {}", transforms.join(", "))
    };
    (sent.to_owned(), errors.iter().map(error).collect())
}

/// Two lines, from a little before the first difference.
fn difference(wanted: &str, got: &str) -> String {
    let same = wanted.chars().zip(got.chars()).take_while(|(a, b)| a == b).count();
    let rest = |line: &str| line.chars().skip(same.saturating_sub(40)).collect::<String>();
    format!("- …{}\n+ …{}\n", rest(wanted), rest(got))
}

#[test]
fn transforms_do_what_the_reference_says() {
    let cases = (random::rule_set(), vec(random::event(), 8));
    let (events, with_errors) = (Cell::new(0), Cell::new(0));
    let refused = RefCell::new(Vec::new());
    check(300, &cases, |(rules, inputs)| {
        let yaml = rules.yaml();
        let loaded = load(&yaml);
        let Some(compiled) = &loaded.rule_set else {
            let found = loaded.diagnostics.iter().filter(|found| found.is_error()).map(|found| found.message.clone());
            refused.borrow_mut().extend(found.take(1));
            return Ok(());
        };
        let now = Clock::Fixed("2026-01-10T13:00:00+05:30".parse().unwrap());
        let options = Options::default().clock(now).deliveries(true);
        let mut session = Router::with_options(compiled, options).session();
        for input in &inputs {
            let mut out = Vec::new();
            session.route_to(input.json().as_bytes(), 1, &mut out);
            let got = String::from_utf8(out).unwrap();
            let Some(lines) = wanted(&rules, input) else {
                if got.contains("\"status\":\"malformed\"") {
                    continue;
                }
                return Err(TestCaseError::fail(format!("not malformed: {got}\n{yaml}\n{}", input.json())));
            };
            events.set(events.get() + 1);
            let got: Vec<Sent> = got.lines().map(read).collect();
            with_errors.set(with_errors.get() + usize::from(lines.iter().any(|(_, errors)| !errors.is_empty())));
            if got != lines {
                let written = |(sent, errors): &Sent| format!("{sent}\n    {}", errors.join("\n    "));
                let pairs = lines.iter().zip(&got).filter(|(wanted, got)| wanted != got);
                let differ: Vec<String> =
                    pairs.map(|(wanted, got)| difference(&written(wanted), &written(got))).collect();
                return Err(TestCaseError::fail(format!(
                    "(- the oracle, + what is sent)\n{}\n--- rules.yaml\n{yaml}\n--- event\n{}\n",
                    differ.concat(),
                    input.json()
                )));
            }
        }
        Ok(())
    });
    let (events, with_errors) = (events.get(), with_errors.get());
    let refused = refused.into_inner();
    assert!(refused.len() * 160 < events, "{} rule sets do not load:\n{}", refused.len(), refused.join("\n"));
    assert!(with_errors * 4 > events, "only {with_errors} of {events} events have something wrong");
}
