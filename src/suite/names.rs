//! Names in tests that the rule set does not have: subscribers, rules and labels.

use super::expectation::{Expectation, Matcher};
use super::{Suite, TestCase};
use crate::diagnostic::{Code, Diagnostic, MAX_SUGGESTIONS, did_you_mean};
use crate::rules::{RuleSet, Table};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The names that a test may have under one field.
struct KnownNames {
    /// The name of what is named: `subscriber`.
    kind: &'static str,
    names: BTreeSet<Arc<str>>,
}

/// The names of a rule set.
struct AllNames {
    subscribers: KnownNames,
    rules: KnownNames,
    labels: KnownNames,
}

impl Suite {
    /// Adds an error for each excluded subscriber or rule that `rules` does not have, since the test would always pass, and a
    /// warning for each expected subscriber, rule or label that nothing in `rules` can put on a decision.
    pub fn check_names(&mut self, rules: &RuleSet) {
        let names = AllNames::of(rules);
        let mut found = Vec::new();
        for test in self.files.iter().flat_map(|file| &file.tests) {
            check_test(test, &names, &mut found);
        }
        self.diagnostics.append(&mut found);
        self.silence();
    }
}

impl AllNames {
    fn of(rules: &RuleSet) -> AllNames {
        let of_rules = rules.rules.iter().flat_map(|rule| &rule.labels);
        let of_rows = rules.tables.iter().flat_map(Table::targets).flat_map(|target| &target.labels);
        let of_parts = of_rules.chain(of_rows).map(|(name, _)| name);
        let labels = rules.labels.iter().map(|named| &named.name).chain(of_parts);
        AllNames {
            subscribers: KnownNames { kind: "subscriber", names: rules.subscriber_names() },
            rules: KnownNames { kind: "rule", names: rules.rules.iter().map(|rule| rule.name.text.clone()).collect() },
            labels: KnownNames { kind: "label", names: labels.map(|name| name.text.clone()).collect() },
        }
    }
}

fn check_test(test: &TestCase, names: &AllNames, found: &mut Vec<Diagnostic>) {
    let parts = test.parts.iter().flat_map(|expected| &expected.parts).flatten();
    for expectation in test.expectations.iter().chain(parts) {
        match expectation.field {
            "subscribers" | "filtered" | "sent" => names.subscribers.check(expectation, found),
            "rules" => names.rules.check(expectation, found),
            "labels" => names.labels.check(expectation, found),
            _ => {}
        }
    }
}

impl KnownNames {
    fn check(&self, expectation: &Expectation, found: &mut Vec<Diagnostic>) {
        match &expectation.matcher {
            Matcher::Among { includes, excludes } => {
                self.check_excluded(excludes.iter(), expectation, found);
                self.check_expected(includes.iter(), expectation, found);
            }
            Matcher::Exactly { names, .. } => self.check_expected(names.iter(), expectation, found),
            Matcher::Sent(members) => {
                let named = |is_null: bool| {
                    let members = members.iter().filter(move |(_, event)| event.is_null() == is_null);
                    members.map(|(name, _)| name)
                };
                self.check_excluded(named(true), expectation, found);
                self.check_expected(named(false), expectation, found);
            }
            Matcher::Members(members) => self.check_expected(members.iter().map(|(name, _)| name), expectation, found),
            _ => {}
        }
    }

    fn check_excluded<'t>(
        &self,
        names: impl Iterator<Item = &'t String>,
        expectation: &Expectation,
        found: &mut Vec<Diagnostic>,
    ) {
        for name in self.unknown(names) {
            let message = format!("the rule set has no {} `{name}`, so this always passes", self.kind);
            let help = self.hint(name, found);
            found.push(Diagnostic::new(Code::BadTest, expectation.span, message).maybe_help(help));
        }
    }

    fn check_expected<'t>(
        &self,
        names: impl Iterator<Item = &'t String>,
        expectation: &Expectation,
        found: &mut Vec<Diagnostic>,
    ) {
        for name in self.unknown(names) {
            let message = format!("the rule set has no {} `{name}`", self.kind);
            let help = self.hint(name, found);
            found.push(Diagnostic::new(Code::TestNamesNobody, expectation.span, message).maybe_help(help));
        }
    }

    fn unknown<'t>(&self, names: impl Iterator<Item = &'t String>) -> impl Iterator<Item = &'t String> {
        names.filter(|name| !self.names.contains(name.as_str()))
    }

    fn hint(&self, name: &str, found: &[Diagnostic]) -> Option<String> {
        let known = || self.names.iter().map(|name| &**name);
        if found.len() < MAX_SUGGESTIONS { did_you_mean(name, known()) } else { None }
    }
}
