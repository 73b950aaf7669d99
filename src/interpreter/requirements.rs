//! Type errors: values whose type is not the one that a part of the rule set requires.

use super::context::EventContext;
use crate::decision::{MAX_REQUIRED_BY, Requirer, TypeError};
use crate::event::{Type, Value};
use crate::expr::{Env, TypeRequirement, Typed, fits_type, type_requirements};
use crate::rules::{Cases, RuleId, RuleSet, Table, TableKind, Target};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// A part of the rule set, and the types that it requires.
#[derive(Clone, Debug)]
struct PartRequirements {
    /// The part, as shown on a decision.
    requirer: Requirer,
    /// If set, the requirements count only for events that this rule applies to.
    rule: Option<RuleId>,
    requirements: Vec<TypeRequirement>,
}

/// All parts that require types, in the order in which a decision lists them.
#[derive(Clone, Debug)]
pub(super) struct Requirements(Vec<PartRequirements>);

impl Requirements {
    pub(super) fn new(rules: &RuleSet) -> Requirements {
        let mut parts: Vec<PartRequirements> =
            (0..).zip(&rules.rules).map(|(at, _)| of_rule(rules, RuleId(at))).collect();
        let mut add = |part: fn(Arc<str>) -> Requirer, name: &Arc<str>, requirements: Vec<TypeRequirement>| {
            parts.push(PartRequirements { requirer: part(name.clone()), rule: None, requirements });
        };
        for table in &rules.tables {
            add(Requirer::Table, &table.name.text, of_table(table));
        }
        for filter in &rules.filters {
            add(Requirer::Filter, &filter.name.text, of_condition(Some(&filter.condition)));
        }
        for label in &rules.labels {
            add(Requirer::Label, &label.name.text, of_cases(&label.cases));
        }
        for define in &rules.defines {
            add(Requirer::Define, &define.name.text, of_cases(&define.cases));
        }
        for (name, subscriber) in &rules.subscribers {
            add(Requirer::Subscriber, name, of_condition(subscriber.filter.as_ref()));
        }
        for schema in &rules.schemas {
            add(Requirer::Schema, &schema.name.text, of_condition(schema.when.as_ref()));
        }
        Requirements(parts)
    }

    /// The type errors of an event. `in_force` is true for the rules whose requirements count for it.
    pub(super) fn errors(&self, context: &mut EventContext<'_>, in_force: impl Fn(RuleId) -> bool) -> Vec<TypeError> {
        let mut found: BTreeMap<(String, String), TypeError> = BTreeMap::new();
        for part in self.0.iter().filter(|part| part.rule.is_none_or(&in_force)) {
            let mut noted = HashSet::new();
            for requirement in &part.requirements {
                let Some(wrong) = mismatch(requirement, context) else { continue };
                let key = (requirement.shown(&context.rules.paths), requirement.expected.to_string());
                if noted.insert(key.clone()) {
                    note(found.entry(key), wrong, &part.requirer);
                }
            }
        }
        found.into_values().collect()
    }
}

type Entry<'e> = std::collections::btree_map::Entry<'e, (String, String), TypeError>;

/// Adds a part that requires the type.
fn note(entry: Entry<'_>, found: Type, part: &Requirer) {
    let (path, expected) = entry.key().clone();
    let error = entry.or_insert_with(|| TypeError {
        path,
        expected,
        found: found.to_string(),
        required_by: Vec::new(),
        count: 0,
    });
    error.count += 1;
    if error.required_by.len() < MAX_REQUIRED_BY {
        error.required_by.push(part.clone());
    }
}

fn of_rule(rules: &RuleSet, id: RuleId) -> PartRequirements {
    let mut requirements = Vec::new();
    let mut requirer = Requirer::Rule("".into());
    if let Some(rule) = rules.rules.get(id.0 as usize) {
        requirer = Requirer::Rule(rule.name.text.clone());
        requirements.extend(of_condition(rule.when.as_ref()));
        for group in super::groups_around(rules, rule.group) {
            requirements.extend(of_condition(group.when.as_ref()));
        }
        rule.effect_expressions().for_each(|value| type_requirements(value, Type::ANY, &mut requirements));
    }
    PartRequirements { requirer, rule: Some(id), requirements }
}

fn of_condition(condition: Option<&Typed>) -> Vec<TypeRequirement> {
    let mut out = Vec::new();
    if let Some(condition) = condition {
        type_requirements(condition, Type::BOOLEAN, &mut out);
    }
    out
}

fn of_cases(cases: &Cases) -> Vec<TypeRequirement> {
    let mut out = Vec::new();
    for alternative in &cases.alternatives {
        out.extend(of_condition(alternative.when.as_ref()));
        type_requirements(&alternative.value, Type::ANY, &mut out);
    }
    out
}

fn of_target(target: &Target) -> Vec<TypeRequirement> {
    let mut out = Vec::new();
    target.expressions().for_each(|value| type_requirements(value, Type::ANY, &mut out));
    out
}

fn of_table(table: &Table) -> Vec<TypeRequirement> {
    let mut out = of_target(&table.otherwise);
    match &table.kind {
        TableKind::Key { key, rows, .. } => {
            out.extend(of_cases(key));
            rows.iter().for_each(|row| out.extend(of_target(&row.target)));
        }
        TableKind::Decision { inputs, rows, .. } => {
            inputs.iter().for_each(|(_, input)| type_requirements(input, Type::ANY, &mut out));
            for row in rows {
                out.extend(of_condition(row.when.as_ref()));
                out.extend(of_target(&row.target));
            }
        }
    }
    out
}

/// The type of the first value that does not meet a requirement.
pub(super) fn mismatch(requirement: &TypeRequirement, context: &mut EventContext<'_>) -> Option<Type> {
    let zone = context.zone();
    let values = requirement.values(context.path(requirement.path));
    values.into_iter().find(|value| !fits_type(*value, requirement.expected, zone)).map(Value::type_of)
}
