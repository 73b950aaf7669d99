//! Type errors: which values have another type than somebody needs, and who.

use super::context::EventContext;
use crate::decision::{MAX_ASKED_BY, Requirer as Part, TypeError};
use crate::event::{Type, Value};
use crate::expr::{self, Demand, Env, Typed, demands, fits_type};
use crate::rules::{Cases, RuleId, RuleSet, Table, TableKind, Target};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Somebody who needs certain types.
#[derive(Clone, Debug)]
struct Requirer {
    /// As it stands on a decision.
    part: Part,
    /// Asks only about events that this rule is there for.
    rule: Option<RuleId>,
    demands: Vec<Demand>,
}

/// Everybody who needs certain types, in the order in which they are named.
#[derive(Clone, Debug)]
pub(super) struct Requirers(Vec<Requirer>);

impl Requirers {
    pub(super) fn new(rules: &RuleSet) -> Requirers {
        let mut requirers: Vec<Requirer> = (0..).zip(&rules.rules).map(|(at, _)| of_rule(rules, RuleId(at))).collect();
        let mut add = |part: fn(Arc<str>) -> Part, name: &Arc<str>, demands: Vec<Demand>| {
            requirers.push(Requirer { part: part(name.clone()), rule: None, demands });
        };
        for table in &rules.tables {
            add(Part::Table, &table.name.text, of_table(table));
        }
        for filter in &rules.filters {
            add(Part::Filter, &filter.name.text, of_condition(Some(&filter.condition)));
        }
        for label in &rules.labels {
            add(Part::Label, &label.name.text, of_cases(&label.cases));
        }
        for define in &rules.defines {
            add(Part::Define, &define.name.text, of_cases(&define.cases));
        }
        for (name, subscriber) in &rules.subscribers {
            add(Part::Subscriber, name, of_condition(subscriber.filter.as_ref()));
        }
        for schema in &rules.schemas {
            add(Part::Schema, &schema.name.text, of_condition(schema.when.as_ref()));
        }
        Requirers(requirers)
    }

    /// The type errors of an event. `in_force` tells which rules are there for it.
    pub(super) fn errors(&self, context: &mut EventContext<'_>, in_force: impl Fn(RuleId) -> bool) -> Vec<TypeError> {
        let mut found: BTreeMap<(String, String), TypeError> = BTreeMap::new();
        for requirer in self.0.iter().filter(|requirer| requirer.rule.is_none_or(&in_force)) {
            let mut told = HashSet::new();
            for demand in &requirer.demands {
                let Some(wrong) = mismatch(demand, context) else { continue };
                let key = (demand.shown(&context.rules.paths), demand.expected.to_string());
                if told.insert(key.clone()) {
                    note(found.entry(key), wrong, &requirer.part);
                }
            }
        }
        found.into_values().collect()
    }
}

type Entry<'e> = std::collections::btree_map::Entry<'e, (String, String), TypeError>;

/// One more who asks.
fn note(entry: Entry<'_>, found: Type, requirer: &Part) {
    let (path, expected) = entry.key().clone();
    let error =
        entry.or_insert_with(|| TypeError { path, expected, found: found.to_string(), asked_by: Vec::new(), count: 0 });
    error.count += 1;
    if error.asked_by.len() < MAX_ASKED_BY {
        error.asked_by.push(requirer.clone());
    }
}

fn of_rule(rules: &RuleSet, id: RuleId) -> Requirer {
    let mut demands = Vec::new();
    let mut part = Part::Rule("".into());
    if let Some(rule) = rules.rules.get(id.0 as usize) {
        part = Part::Rule(rule.name.text.clone());
        demands.extend(of_condition(rule.when.as_ref()));
        for group in super::groups_around(rules, rule.group) {
            demands.extend(of_condition(group.when.as_ref()));
        }
        rule.labels.iter().for_each(|(_, value)| expr::demands(value, Type::ANY, &mut demands));
    }
    Requirer { part, rule: Some(id), demands }
}

fn of_condition(condition: Option<&Typed>) -> Vec<Demand> {
    let mut out = Vec::new();
    if let Some(condition) = condition {
        demands(condition, Type::BOOLEAN, &mut out);
    }
    out
}

fn of_cases(cases: &Cases) -> Vec<Demand> {
    let mut out = Vec::new();
    for alternative in &cases.alternatives {
        out.extend(of_condition(alternative.when.as_ref()));
        demands(&alternative.value, Type::ANY, &mut out);
    }
    out
}

fn of_target(target: &Target) -> Vec<Demand> {
    let mut out = Vec::new();
    target.labels.iter().for_each(|(_, value)| demands(value, Type::ANY, &mut out));
    out
}

fn of_table(table: &Table) -> Vec<Demand> {
    let mut out = of_target(&table.otherwise);
    match &table.kind {
        TableKind::Key { key, rows, .. } => {
            out.extend(of_cases(key));
            rows.iter().for_each(|row| out.extend(of_target(&row.target)));
        }
        TableKind::Decision { inputs, rows, .. } => {
            inputs.iter().for_each(|(_, input)| demands(input, Type::ANY, &mut out));
            for row in rows {
                out.extend(of_condition(row.when.as_ref()));
                out.extend(of_target(&row.target));
            }
        }
    }
    out
}

/// The type of the first value that does not fit a demand.
pub(super) fn mismatch(demand: &Demand, context: &mut EventContext<'_>) -> Option<Type> {
    let zone = context.zone();
    let mut values = vec![context.path(demand.path)];
    for steps in &demand.elements {
        let elements = values.iter().filter_map(|value| value.as_array()).flatten();
        values = elements.map(|element| element.walk(steps)).collect();
    }
    values.into_iter().find(|value| !fits_type(*value, demand.expected, zone)).map(Value::type_of)
}
