//! The last stages: labels, subscribers and the decision.

use super::destinations::ChosenByExpressions;
use super::{Interpretation, budget, texts};
use crate::clock::Clock;
use crate::decision::{Status, TypeError, add_errors};
use crate::diagnostic::Span;
use crate::event::Value;
use crate::expr::{Typed, evaluate};
use crate::rules::{Name, TableKind, Target, distinct_errors};
use crate::trace::{DestinationTrace, LabelTrace, SubscriberTrace, Trace};
use std::collections::BTreeMap;
use std::sync::Arc;

type People = BTreeMap<Arc<str>, SubscriberTrace>;

impl<'a> Interpretation<'a> {
    /// Derives the decision from the results of the earlier stages.
    pub(super) fn conclude(&mut self, trace: &mut Trace) {
        let open = trace.decision.status == Status::Unrouted;
        let matched = trace.rules.iter().filter(|rule| rule.outcome.matched());
        trace.decision.rules = matched.map(|rule| rule.name.clone()).collect();
        if open {
            trace.labels = self.labels(trace);
            trace.decision.labels =
                trace.labels.iter().map(|label| (label.name.clone(), label.value.clone())).collect();
            trace.decision.settings = self.settings().map(|(key, setting)| (key, setting.value.clone())).collect();
        }
        let chosen = if open { self.destinations(trace) } else { ChosenByExpressions::default() };
        let mut people = self.people(trace);
        self.filter(trace, &mut people, open);
        trace.decision.chosen_by = chosen.by;
        let excluded = |name: &str| people.get(name).is_some_and(|person| !person.excluded_by.is_empty());
        trace.decision.chosen_by.retain(|name, _| !excluded(name));
        self.defaults(trace, &mut people);
        let getting = people.values().filter(|person| person.gets);
        trace.decision.subscribers = getting.map(|person| person.name.clone()).collect();
        trace.subscribers = people.into_values().collect();
        if trace.decision.status != Status::Malformed {
            let requiring: Vec<bool> =
                (0..).zip(&trace.rules).map(|(at, _)| self.requires_types(crate::rules::RuleId(at))).collect();
            let all = &self.interpreter.requirements;
            let requires_types = |id: crate::rules::RuleId| requiring.get(id.0 as usize).copied().unwrap_or(false);
            trace.decision.errors = all.errors(&mut self.context, requires_types);
            add_errors(&mut trace.decision.errors, distinct_errors(chosen.errors));
            let exceeded = budget::exceeded(&self.interpreter.computations, &mut self.context, requires_types);
            add_errors(&mut trace.decision.errors, exceeded);
            if self.clock == Clock::Event && self.context.now.is_none() && self.rules().reads_clock() {
                add_errors(&mut trace.decision.errors, vec![TypeError::no_clock(self.context.time)]);
            }
            add_errors(&mut trace.decision.errors, self.ingest_errors.clone());
        }
    }

    /// Each label comes from the highest-ranked rule that sets it, else from the first table that does, else from `labels:`. A
    /// null value does not set a label.
    fn labels(&mut self, trace: &Trace) -> Vec<LabelTrace> {
        let mut found: BTreeMap<Arc<str>, LabelTrace> = BTreeMap::new();
        for (rule, traced) in self.rules().rules.iter().zip(&trace.rules).filter(|(_, traced)| traced.outcome.matched())
        {
            self.set(&rule.labels, &format!("rule:{}", traced.name), &mut found);
        }
        for (table, traced) in self.rules().tables.iter().zip(&trace.tables) {
            let set_by = format!("table:{}", traced.name);
            let targets: Vec<&'a Target> = match &table.kind {
                TableKind::Key { rows, .. } => rows.iter().map(|row| &row.target).collect(),
                TableKind::Decision { rows, .. } => rows.iter().map(|row| &row.target).collect(),
            };
            for (target, _) in targets.into_iter().zip(&traced.rows).filter(|(_, row)| row.chosen) {
                self.set(&target.labels, &set_by, &mut found);
            }
            if traced.fell_through {
                self.set(&table.otherwise.labels, &set_by, &mut found);
            }
        }
        for label in &self.rules().labels {
            let value = self.context.cases(&label.cases);
            let span = |at: usize| label.cases.alternatives.get(at).map_or(label.name.span, |case| case.value.span);
            if let Some((at, value)) = value {
                add_label(&mut found, &label.name.text, value, "labels".into(), span(at));
            }
        }
        found.into_values().collect()
    }

    fn set(&mut self, labels: &'a [(Name, Typed)], set_by: &str, found: &mut BTreeMap<Arc<str>, LabelTrace>) {
        for (name, value) in labels {
            let span = value.span;
            let value = evaluate(value, &mut self.context);
            add_label(found, &name.text, value, set_by.to_owned(), span);
        }
    }

    /// All subscribers that the rule set names, with the parts that chose or excluded them.
    fn people(&self, trace: &Trace) -> People {
        let mut people = People::new();
        for topic in &trace.topics {
            choose(&mut people, &topic.subscribers, topic.matched, || format!("topic:{}", topic.pattern));
        }
        for rule in &trace.rules {
            let by = || format!("rule:{}", rule.name);
            choose(&mut people, &rule.subscribers, rule.outcome.matched(), by);
            choose_from(&mut people, &rule.destinations, by);
        }
        for table in &trace.tables {
            let by = || format!("table:{}", table.name);
            for row in &table.rows {
                choose(&mut people, &row.target.subscribers, row.chosen, by);
                choose_from(&mut people, &row.target.destinations, by);
            }
            if let Some(otherwise) = &table.otherwise {
                choose(&mut people, &otherwise.subscribers, table.fell_through, by);
                choose_from(&mut people, &otherwise.destinations, by);
            }
        }
        for rule in trace.rules.iter().filter(|rule| rule.outcome.matched()) {
            for name in &rule.exclude {
                person(&mut people, name).excluded_by.push(rule.name.clone());
            }
        }
        people
    }

    /// Applies the filters of subscribers that were chosen and not excluded.
    fn filter(&mut self, trace: &mut Trace, people: &mut People, open: bool) {
        for (name, declared) in &self.rules().subscribers {
            let person = person(people, name);
            person.declared = Some(declared.name.span);
            if self.parts && open {
                person.filter = self.evaluate(declared.filter.as_ref()).1;
            }
        }
        for person in people.values_mut().filter(|person| !person.chosen_by.is_empty() && person.excluded_by.is_empty())
        {
            let filter = self.rules().subscribers.get(&person.name).and_then(|declared| declared.filter.as_ref());
            person.gets = self.evaluate(filter).0;
            if !person.gets {
                trace.decision.filtered.push(person.name.clone());
            }
        }
        if open && people.values().any(|person| person.gets) {
            trace.decision.status = Status::Routed;
        }
    }

    /// Adds the subscribers that `defaults` lists for this status, regardless of all other stages.
    fn defaults(&mut self, trace: &Trace, people: &mut People) {
        let defaults = &self.rules().defaults;
        let status = trace.decision.status;
        let delivered = matches!(status, Status::Routed | Status::Unrouted);
        let lists = [
            ("always", &defaults.always, delivered),
            ("unrouted", &defaults.unrouted, status == Status::Unrouted),
            ("dropped", &defaults.dropped, status == Status::Dropped),
            ("rejected", &defaults.rejected, matches!(status, Status::Rejected | Status::Malformed)),
        ];
        for (list, names, applies) in lists {
            for name in texts(names) {
                let person = person(people, &name);
                person.defaults.push(list);
                if applies {
                    person.gets = true;
                    person.chosen_by.push(format!("defaults.{list}"));
                }
            }
        }
    }
}

fn add_label(
    found: &mut BTreeMap<Arc<str>, LabelTrace>,
    name: &Arc<str>,
    value: Value<'_>,
    set_by: String,
    span: Span,
) {
    if !value.is_null() {
        let label = || LabelTrace { name: name.clone(), value: value.to_json(), set_by, span };
        found.entry(name.clone()).or_insert_with(label);
    }
}

fn person<'p>(people: &'p mut People, name: &Arc<str>) -> &'p mut SubscriberTrace {
    people.entry(name.clone()).or_insert_with(|| SubscriberTrace {
        site: None,
        name: name.clone(),
        gets: false,
        chosen_by: Vec::new(),
        excluded_by: Vec::new(),
        declared: None,
        filter: None,
        defaults: Vec::new(),
    })
}

/// The subscribers that expressions chose.
fn choose_from(people: &mut People, destinations: &[DestinationTrace], by: impl Fn() -> String) {
    for destination in destinations {
        let from = || format!("{}, from `{}`", by(), destination.text);
        choose(people, &destination.subscribers, true, from);
    }
}

fn choose(people: &mut People, names: &[Arc<str>], chosen: bool, by: impl Fn() -> String) {
    for name in names {
        let person = person(people, name);
        if chosen {
            let by = by();
            if !person.chosen_by.contains(&by) {
                person.chosen_by.push(by);
            }
        }
    }
}
