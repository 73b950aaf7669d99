//! Names that tests exclude: those of subscribers and rules that the rule set does not have.

use super::expectation::{Expectation, Matcher};
use super::{Suite, TestCase};
use crate::diagnostic::{Code, Diagnostic, MAX_SUGGESTIONS, did_you_mean};
use crate::rules::RuleSet;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The names that a test may have under one field.
struct KnownNames {
    /// The name of what is named: `subscriber`.
    kind: &'static str,
    names: BTreeSet<Arc<str>>,
}

impl Suite {
    /// Adds an error for each excluded subscriber or rule that `rules` does not have: the test would always pass. A misspelt name
    /// that is expected to be there fails the test anyway.
    pub fn check_names(&mut self, rules: &RuleSet) {
        let subscribers = KnownNames { kind: "subscriber", names: rules.subscriber_names() };
        let names = rules.rules.iter().map(|rule| rule.name.text.clone()).collect();
        let rules = KnownNames { kind: "rule", names };
        let mut found = Vec::new();
        for test in self.files.iter().flat_map(|file| &file.tests) {
            check_test(test, &subscribers, &rules, &mut found);
        }
        self.diagnostics.append(&mut found);
        self.silence();
    }
}

fn check_test(test: &TestCase, subscribers: &KnownNames, rules: &KnownNames, found: &mut Vec<Diagnostic>) {
    for expectation in &test.expectations {
        match expectation.field {
            "subscribers" | "filtered" | "sent" => subscribers.check(expectation, found),
            "rules" => rules.check(expectation, found),
            _ => {}
        }
    }
}

impl KnownNames {
    fn check(&self, expectation: &Expectation, found: &mut Vec<Diagnostic>) {
        let names: Vec<&String> = match &expectation.matcher {
            Matcher::Among { excludes, .. } => excludes.iter().collect(),
            Matcher::Sent(members) => {
                members.iter().filter(|(_, event)| event.is_null()).map(|(name, _)| name).collect()
            }
            _ => return,
        };
        for name in names.into_iter().filter(|name| !self.names.contains(name.as_str())) {
            let known = || self.names.iter().map(|name| &**name);
            let help = if found.len() < MAX_SUGGESTIONS { did_you_mean(name, known()) } else { None };
            let message = format!("the rule set has no {} `{name}`, so this always passes", self.kind);
            found.push(Diagnostic::new(Code::BadTest, expectation.span, message).maybe_help(help));
        }
    }
}
