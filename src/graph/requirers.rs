//! The parts that require types: rules by rank, then tables, filters, labels, named values, subscribers, schemas.

use super::builder::Builder;
use super::requirement::{Collector, TypeRequirements};
use crate::decision::Requirer;
use crate::event::Type;
use crate::expr::{PathTable, TypeRequirement, Typed, type_requirements as requirements_of};
use crate::logic::DraftId;
use crate::rules::{Cases, Rule, RuleSet, Table, TableKind};

/// The type requirements of a rule set.
///
/// A rule outside its `active` period imposes none; a rule whose `when` is false still does.
pub(super) fn type_requirements(builder: &mut Builder<'_>, paths: &PathTable) -> TypeRequirements<DraftId> {
    let rules = builder.rules;
    let mut all = Collector::new(paths, rules.rules.len());
    for (number, rule) in (0u32..).zip(&rules.rules).filter(|(_, rule)| rule.enabled) {
        let required = of_rule(rules, rule);
        if !required.is_empty() {
            all.add_rule(required, number, builder.lowering.in_force(rules, rule));
        }
    }
    for table in &rules.tables {
        all.add_other(of_table(table), Requirer::Table(table.name.text.clone()));
    }
    for filter in &rules.filters {
        all.add_other(of_conditions([&filter.condition]), Requirer::Filter(filter.name.text.clone()));
    }
    for label in &rules.labels {
        all.add_other(of_cases(&label.cases), Requirer::Label(label.name.text.clone()));
    }
    for define in &rules.defines {
        all.add_other(of_cases(&define.cases), Requirer::Define(define.name.text.clone()));
    }
    for (name, subscriber) in &rules.subscribers {
        all.add_other(of_conditions(&subscriber.filter), Requirer::Subscriber(name.clone()));
    }
    for schema in &rules.schemas {
        all.add_other(of_conditions(&schema.when), Requirer::Schema(schema.name.text.clone()));
    }
    all.finish()
}

/// For a rule: its condition, its labels, the expressions that choose its subscribers and the conditions of the groups around it.
fn of_rule(rules: &RuleSet, rule: &Rule) -> Vec<TypeRequirement> {
    let mut required = of_conditions(&rule.when);
    of_values(rule.effect_expressions(), &mut required);
    let mut enclosing = rule.group;
    while let Some(group) = enclosing.and_then(|id| rules.groups.get(id.0 as usize)) {
        group.when.iter().for_each(|when| requirements_of(when, Type::BOOLEAN, &mut required));
        enclosing = group.parent;
    }
    required
}

fn of_table(table: &Table) -> Vec<TypeRequirement> {
    let mut required = Vec::new();
    match &table.kind {
        TableKind::Key { key, .. } => required = of_cases(key),
        TableKind::Decision { inputs, rows, .. } => {
            inputs.iter().for_each(|(_, input)| requirements_of(input, Type::ANY, &mut required));
            let conditions = rows.iter().filter_map(|row| row.when.as_ref());
            conditions.for_each(|when| requirements_of(when, Type::BOOLEAN, &mut required));
        }
    }
    table.targets().for_each(|target| of_values(target.expressions(), &mut required));
    required
}

fn of_cases(cases: &Cases) -> Vec<TypeRequirement> {
    let mut required = Vec::new();
    for alternative in &cases.alternatives {
        alternative.when.iter().for_each(|when| requirements_of(when, Type::BOOLEAN, &mut required));
        requirements_of(&alternative.value, Type::ANY, &mut required);
    }
    required
}

fn of_values<'t>(values: impl Iterator<Item = &'t Typed>, required: &mut Vec<TypeRequirement>) {
    values.for_each(|value| requirements_of(value, Type::ANY, required));
}

fn of_conditions<'t>(conditions: impl IntoIterator<Item = &'t Typed>) -> Vec<TypeRequirement> {
    let mut required = Vec::new();
    conditions.into_iter().for_each(|condition| requirements_of(condition, Type::BOOLEAN, &mut required));
    required
}
