//! Walks over typed expressions, and over all expressions of a rule set.

use super::{Cases, RuleSet, TableKind};
use crate::expr::{Typed, TypedNode};

/// Calls `seen` with an expression and every expression within it. (Recurses no deeper than the parser allows.)
pub(crate) fn visit<'t>(typed: &'t Typed, seen: &mut dyn FnMut(&'t Typed)) {
    seen(typed);
    typed.children().for_each(|part| visit(part, seen));
}

/// Limits for expanding named values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExpansionBudget {
    /// The number of cases in total.
    pub(crate) cases: usize,
    /// The nesting of named values.
    pub(crate) levels: usize,
}

/// An expression with its named values expanded, within `budget`; the others stay names. (Named values use only earlier
/// ones, so this terminates.)
pub(crate) fn written_out(typed: &Typed, defines: &[Cases], budget: &mut ExpansionBudget) -> Typed {
    let mut out = |part: &Typed| written_out(part, defines, budget);
    let mut boxed = |part: &Typed| Box::new(out(part));
    let node = match &typed.node {
        TypedNode::Define(id) => {
            let cases = defines.get(id.0 as usize);
            let cases = cases.filter(|cases| budget.levels > 0 && cases.alternatives.len() <= budget.cases);
            let Some(cases) = cases else { return typed.clone() };
            budget.cases -= cases.alternatives.len();
            budget.levels -= 1;
            let whole = cases_written_out(typed, cases, defines, budget);
            budget.levels += 1;
            return whole;
        }
        TypedNode::Const(_) | TypedNode::Path(_) | TypedNode::It(_) => return typed.clone(),
        TypedNode::Not(a) => TypedNode::Not(boxed(a)),
        TypedNode::Present(a) => TypedNode::Present(boxed(a)),
        TypedNode::Negate(a) => TypedNode::Negate(boxed(a)),
        TypedNode::Steps(a, steps) => TypedNode::Steps(boxed(a), steps.clone()),
        TypedNode::Index(a, b) => TypedNode::Index(boxed(a), boxed(b)),
        TypedNode::Arithmetic(op, a, b) => TypedNode::Arithmetic(*op, boxed(a), boxed(b)),
        TypedNode::Compare(op, a, b) => TypedNode::Compare(*op, boxed(a), boxed(b)),
        TypedNode::In(a, b) => TypedNode::In(boxed(a), boxed(b)),
        TypedNode::Coalesce(a, b) => TypedNode::Coalesce(boxed(a), boxed(b)),
        TypedNode::Quantified(kind, a, b) => TypedNode::Quantified(*kind, boxed(a), boxed(b)),
        TypedNode::If(a, b, c) => TypedNode::If(boxed(a), boxed(b), boxed(c)),
        TypedNode::List(parts) => TypedNode::List(parts.iter().map(out).collect()),
        TypedNode::And(parts) => TypedNode::And(parts.iter().map(out).collect()),
        TypedNode::Or(parts) => TypedNode::Or(parts.iter().map(out).collect()),
        TypedNode::Call(function, parts, prepared) => {
            TypedNode::Call(function, parts.iter().map(out).collect(), prepared.clone())
        }
    };
    Typed { span: typed.span, ty: typed.ty, node }
}

/// Cases as one expression: `if(c, a, null) ?? if(d, b, null) ?? …`.
fn cases_written_out(name: &Typed, cases: &Cases, defines: &[Cases], budget: &mut ExpansionBudget) -> Typed {
    let as_is = |node: TypedNode| Typed { span: name.span, ty: name.ty, node };
    let mut whole: Option<Typed> = None;
    for alternative in &cases.alternatives {
        let value = written_out(&alternative.value, defines, budget);
        let one = match &alternative.when {
            None => value,
            Some(when) => {
                let null = as_is(TypedNode::Const(crate::event::Json::Null));
                let when = written_out(when, defines, budget);
                as_is(TypedNode::If(Box::new(when), Box::new(value), Box::new(null)))
            }
        };
        whole = Some(match whole {
            None => one,
            Some(whole) => as_is(TypedNode::Coalesce(Box::new(whole), Box::new(one))),
        });
    }
    whole.unwrap_or_else(|| name.clone())
}

/// The expressions of a value by cases.
pub(crate) fn of_cases(cases: &Cases) -> impl Iterator<Item = &Typed> {
    cases.alternatives.iter().flat_map(|alternative| alternative.when.iter().chain([&alternative.value]))
}

/// Every expression of a rule set, except those of the envelope.
pub(crate) fn expressions<'r>(rules: &'r RuleSet, seen: &mut dyn FnMut(&'r Typed)) {
    let named = rules.defines.iter().chain(&rules.labels);
    named.flat_map(|named| of_cases(&named.cases)).for_each(&mut *seen);
    for rule in &rules.rules {
        rule.when.iter().chain(rule.effect_expressions()).for_each(&mut *seen);
    }
    rules.groups.iter().filter_map(|group| group.when.as_ref()).for_each(&mut *seen);
    for table in &rules.tables {
        table.otherwise.expressions().for_each(&mut *seen);
        match &table.kind {
            TableKind::Key { key, rows, .. } => {
                of_cases(key).for_each(&mut *seen);
                rows.iter().flat_map(|row| row.target.expressions()).for_each(&mut *seen);
            }
            TableKind::Decision { inputs, rows, .. } => {
                inputs.iter().for_each(|(_, input)| seen(input));
                rows.iter().flat_map(|row| row.when.iter().chain(row.target.expressions())).for_each(&mut *seen);
            }
        }
    }
    rules.schemas.iter().filter_map(|schema| schema.when.as_ref()).for_each(&mut *seen);
    rules.filters.iter().for_each(|filter| seen(&filter.condition));
    rules.subscribers.values().filter_map(|subscriber| subscriber.filter.as_ref()).for_each(&mut *seen);
    rules.transforms.iter().flat_map(|transform| &transform.steps).for_each(|step| step.expressions(seen));
}
