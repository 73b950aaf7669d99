//! Walks over typed expressions, and over all expressions of a rule set.

use super::{Cases, RuleSet, TableKind, Target};
use crate::expr::{Typed, TypedNode};

/// Calls `seen` with an expression and every expression within it. (No deeper than the parser lets expressions nest.)
pub(crate) fn visit<'t>(typed: &'t Typed, seen: &mut dyn FnMut(&'t Typed)) {
    seen(typed);
    match &typed.node {
        TypedNode::Const(_) | TypedNode::Path(_) | TypedNode::Define(_) | TypedNode::It(_) => {}
        TypedNode::Not(a) | TypedNode::Negate(a) | TypedNode::Steps(a, _) => visit(a, seen),
        TypedNode::Index(a, b)
        | TypedNode::Arithmetic(_, a, b)
        | TypedNode::Compare(_, a, b)
        | TypedNode::In(a, b)
        | TypedNode::Coalesce(a, b)
        | TypedNode::Quantified(_, a, b) => {
            visit(a, seen);
            visit(b, seen);
        }
        TypedNode::If(a, b, c) => [a, b, c].into_iter().for_each(|part| visit(part, seen)),
        TypedNode::List(parts) | TypedNode::And(parts) | TypedNode::Or(parts) | TypedNode::Call(_, parts, _) => {
            parts.iter().for_each(|part| visit(part, seen));
        }
    }
}

/// The expressions of a value by cases.
pub(crate) fn of_cases(cases: &Cases) -> impl Iterator<Item = &Typed> {
    cases.alternatives.iter().flat_map(|alternative| alternative.when.iter().chain([&alternative.value]))
}

/// Every expression of a rule set, those of the envelope left out.
pub(crate) fn expressions<'r>(rules: &'r RuleSet, seen: &mut dyn FnMut(&'r Typed)) {
    let named = rules.defines.iter().chain(&rules.labels);
    named.flat_map(|named| of_cases(&named.cases)).for_each(&mut *seen);
    for rule in &rules.rules {
        rule.when.iter().chain(rule.labels.iter().map(|(_, value)| value)).for_each(&mut *seen);
    }
    rules.groups.iter().filter_map(|group| group.when.as_ref()).for_each(&mut *seen);
    for table in &rules.tables {
        of_target(&table.otherwise).for_each(&mut *seen);
        match &table.kind {
            TableKind::Key { key, rows, .. } => {
                of_cases(key).for_each(&mut *seen);
                rows.iter().flat_map(|row| of_target(&row.target)).for_each(&mut *seen);
            }
            TableKind::Decision { inputs, rows, .. } => {
                inputs.iter().for_each(|(_, input)| seen(input));
                rows.iter().flat_map(|row| row.when.iter().chain(of_target(&row.target))).for_each(&mut *seen);
            }
        }
    }
    rules.schemas.iter().filter_map(|schema| schema.when.as_ref()).for_each(&mut *seen);
    rules.filters.iter().for_each(|filter| seen(&filter.condition));
    rules.subscribers.values().filter_map(|subscriber| subscriber.filter.as_ref()).for_each(&mut *seen);
    rules.transforms.iter().flat_map(|transform| &transform.steps).for_each(|step| step.expressions(seen));
}

fn of_target(target: &Target) -> impl Iterator<Item = &Typed> {
    target.labels.iter().map(|(_, value)| value)
}
