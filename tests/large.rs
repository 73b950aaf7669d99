//! Many rules of each kind that the benchmarks measure: the graph makes the same decisions as the plain evaluator, strict and
//! trusted.
//!
//! This covers the indexes that are only used for many rules (pairs of equalities, trees of ranges, automata).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, dead_code)]

#[path = "../benches/data/mod.rs"]
mod data;

use dadar::Mode;
use dadar::unstable::interpreter::Interpreter;
use dadar::{Options, Router};

#[test]
fn graph_and_interpreter_agree_on_many_rules() {
    let events = data::lots(40);
    for workload in data::workloads() {
        // Numbers from a small range, so that events match.
        let yaml = (workload.yaml)(700).replace("\"00", "\"0");
        let loaded = dadar::load_strings("large", [("rules.yaml", yaml.as_str())]);
        let rules = loaded.rule_set.unwrap_or_else(|| panic!("{}: {:?}", workload.name, loaded.diagnostics.first()));
        let options = Options::default();
        let router = Router::new(&rules);
        let mut strict = router.session();
        let mut trusted = router.and_options(options.mode(Mode::Trusted)).session();
        let interpreter = Interpreter::new(&rules);
        for event in &events {
            let wanted = interpreter.decide(event.as_bytes(), 1, &options);
            assert_eq!(strict.route(event.as_bytes(), 1), wanted, "{}: {event}", workload.name);
            assert_eq!(trusted.route(event.as_bytes(), 1), wanted, "{}, trusted: {event}", workload.name);
        }
    }
}

/// Two equalities, each shared by many rules: only rules with the right pair match.
#[test]
fn pairs_of_common_values() {
    let mut yaml = String::from("rules:\n");
    for n in 0..3_000 {
        let (a, b, c) = (n % 50, n / 50 % 20, n % 3);
        let more = if n % 7 == 0 { format!(" && data.c == {c}") } else { String::new() };
        yaml.push_str(&format!(
            "  - {{name: r{n}, when: 'data.a == \"k{a}\" && data.b == {b}{more}', subscribers: s}}\n"
        ));
    }
    let loaded = dadar::load_strings("pairs", [("rules.yaml", yaml.as_str())]);
    let rules = loaded.rule_set.unwrap();
    let mut session = Router::new(&rules).session();
    let interpreter = Interpreter::new(&rules);
    let mut matched = 0;
    for n in 0..200 {
        let event = format!(r#"{{"type":"t","data":{{"a":"k{}","b":{}.0,"c":{}}}}}"#, n % 60, n % 23, n % 4);
        let decision = session.route(event.as_bytes(), 1);
        matched += decision.rules.len();
        assert_eq!(decision, interpreter.decide(event.as_bytes(), 1, &Options::default()), "{event}");
    }
    assert!(matched > 100, "{matched} matches");
}

/// A session caches the topics that it has seen up to a limit; then it clears the cache, including the last topic.
#[test]
fn topics_beyond_those_that_are_kept() {
    let yaml = "topics:\n  first: [a]\n  other.1: [b]\n  other.#: [c]\n";
    let rules = dadar::load_strings("topics", [("rules.yaml", yaml)]).rule_set.unwrap();
    let mut session = Router::new(&rules).session();
    let interpreter = Interpreter::new(&rules);
    let mut check = |topic: &str| {
        let event = format!("{{\"type\": \"{topic}\"}}");
        let wanted = interpreter.decide(event.as_bytes(), 1, &Options::default());
        assert_eq!(session.route(event.as_bytes(), 1), wanted, "{topic}");
    };
    for others in [8_190, 8_191, 8_192, 8_193] {
        // After two look-ups, `first` is the topic that was found last.
        check("first");
        check("first");
        (0..others).for_each(|n| check(&format!("other.{others}.{n}")));
        check("first");
    }
}
