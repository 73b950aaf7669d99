//! The computations of a rule set (operations with a budget of their own), and the parts of the rule set that need them. If a
//! computation exceeds its budget, the rules in force that need it are reported, even if the decision does not depend on it.

use super::{Cases, GroupId, Rule, RuleId, RuleSet, Table, TableKind};
use crate::decision::{MAX_REQUIRED_BY, Requirer, TypeError};
use crate::expr::{Budget, Limit, PathTable, Typed, TypedNode};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Every computation of a rule set, equal ones once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Computations<'r> {
    /// The parts that need computations, in the order in which a decision names them.
    pub(crate) users: Vec<ComputationUser>,
    pub(crate) all: Vec<Computation<'r>>,
}

/// A part of the rule set that needs computations.
#[derive(Clone, Debug)]
pub(crate) struct ComputationUser {
    /// As named on a decision.
    pub(crate) requirer: Requirer,
    /// If set, it needs them only for events for which this rule is in force.
    pub(crate) rule: Option<RuleId>,
}

/// An operation with a budget of its own.
#[derive(Clone, Debug)]
pub(crate) struct Computation<'r> {
    pub(crate) typed: &'r Typed,
    /// As a decision shows it.
    pub(crate) shown: String,
    /// Indices into [`Computations::users`], ascending.
    pub(crate) users: Vec<u32>,
}

impl<'r> Computations<'r> {
    /// All computations that decisions depend on. (Transforms report their own, and those of the envelope are not
    /// reported.)
    pub(crate) fn new(rules: &'r RuleSet) -> Computations<'r> {
        let mut collector = ComputationCollector { rules, known: HashMap::new(), out: Computations::default() };
        for (number, rule) in (0..).zip(&rules.rules).filter(|(_, rule)| rule.enabled) {
            collector.add(&of_rule(rules, rule), || Requirer::Rule(rule.name.text.clone()), Some(RuleId(number)));
        }
        for table in &rules.tables {
            collector.add(&of_table(table), || Requirer::Table(table.name.text.clone()), None);
        }
        for filter in &rules.filters {
            collector.add(&[&filter.condition], || Requirer::Filter(filter.name.text.clone()), None);
        }
        for (kind, named) in [(Requirer::Label as fn(_) -> _, &rules.labels), (Requirer::Define, &rules.defines)] {
            for named in named {
                collector.add(&of_cases(&named.cases), || kind(named.name.text.clone()), None);
            }
        }
        for (name, subscriber) in &rules.subscribers {
            let filter: Vec<&Typed> = subscriber.filter.iter().collect();
            collector.add(&filter, || Requirer::Subscriber(name.clone()), None);
        }
        for schema in &rules.schemas {
            let when: Vec<&Typed> = schema.when.iter().collect();
            collector.add(&when, || Requirer::Schema(schema.name.text.clone()), None);
        }
        collector.out
    }
}

struct ComputationCollector<'r> {
    rules: &'r RuleSet,
    known: HashMap<&'r Typed, usize>,
    out: Computations<'r>,
}

impl<'r> ComputationCollector<'r> {
    fn add(&mut self, expressions: &[&'r Typed], requirer: impl Fn() -> Requirer, rule: Option<RuleId>) {
        let mut found = Vec::new();
        expressions.iter().for_each(|typed| typed.computations(&mut found));
        if found.is_empty() {
            return;
        }
        let number = self.out.users.len() as u32;
        self.out.users.push(ComputationUser { requirer: requirer(), rule });
        for typed in found {
            let all = &mut self.out.all;
            let at = *self.known.entry(typed).or_insert_with(|| {
                let shown = shown(typed, &self.rules.paths);
                all.push(Computation { typed, shown, users: Vec::new() });
                all.len() - 1
            });
            if let Some(computation) = all.get_mut(at)
                && computation.users.last() != Some(&number)
            {
                computation.users.push(number);
            }
        }
    }
}

fn of_rule<'r>(rules: &'r RuleSet, rule: &'r Rule) -> Vec<&'r Typed> {
    let group = |id: Option<GroupId>| id.and_then(|id| rules.groups.get(id.0 as usize));
    let around = std::iter::successors(group(rule.group), |inner| group(inner.parent));
    let conditions = rule.when.iter().chain(around.filter_map(|group| group.when.as_ref()));
    conditions.chain(rule.effect_expressions()).collect()
}

fn of_cases(cases: &Cases) -> Vec<&Typed> {
    cases.alternatives.iter().flat_map(|case| case.when.iter().chain([&case.value])).collect()
}

fn of_table(table: &Table) -> Vec<&Typed> {
    let mut out = Vec::new();
    match &table.kind {
        TableKind::Key { key, rows, .. } => {
            out.extend(of_cases(key));
            out.extend(rows.iter().flat_map(|row| row.target.expressions()));
        }
        TableKind::Decision { inputs, rows, .. } => {
            out.extend(inputs.iter().map(|(_, input)| input));
            out.extend(rows.iter().filter_map(|row| row.when.as_ref()));
            out.extend(rows.iter().flat_map(|row| row.target.expressions()));
        }
    }
    out.extend(table.otherwise.expressions());
    out
}

/// Computations that exceeded their budget, as shown, each with the limit it reached and the numbers of its users.
pub(crate) type OverBudget<'c> = BTreeMap<(&'c str, Limit), BTreeSet<u32>>;

/// The entries under `errors` for computations that exceeded their budget.
pub(crate) fn budget_errors(
    exceeded: OverBudget<'_>,
    budget: Budget,
    requirer: impl Fn(u32) -> Option<Requirer>,
) -> impl Iterator<Item = TypeError> {
    exceeded.into_iter().map(move |((shown, limit), users)| TypeError {
        path: shown.to_owned(),
        expected: budget.describe(limit),
        found: String::from("more"),
        required_by: users.iter().filter_map(|user| requirer(*user)).take(MAX_REQUIRED_BY).collect(),
        count: users.len(),
    })
}

/// A computation as a decision shows it: its function and its first argument, `any(data.items, …)`.
pub(crate) fn shown(typed: &Typed, paths: &PathTable) -> String {
    let path = |typed: &Typed| match &typed.node {
        TypedNode::Path(id) => paths.get(*id).map_or_else(|| String::from("…"), ToString::to_string),
        _ => String::from("…"),
    };
    match &typed.node {
        TypedNode::Quantified(quantifier, list, _) => format!("{}({}, …)", quantifier.name(), path(list)),
        TypedNode::Call(function, args, _) => match args.as_slice() {
            [] => format!("{}()", function.name),
            [only] => format!("{}({})", function.name, path(only)),
            [first, ..] => format!("{}({}, …)", function.name, path(first)),
        },
        TypedNode::Arithmetic(_, a, b) => format!("{} + {}", path(a), path(b)),
        _ => String::from("[…]"),
    }
}
