//! Values by cases in a trace, and which of the named values the decision depended on.

use super::{Interpretation, condition};
use crate::decision::Status;
use crate::event::Json;
use crate::expr::{DefineId, Typed, TypedNode};
use crate::rules::walk::visit;
use crate::rules::{Cases, GroupId, Name, TableKind, Target};
use crate::trace::{AlternativeTrace, CasesTrace, RuleOutcome, SchemaOutcome, Trace};
use std::collections::HashSet;

impl<'a> Interpretation<'a> {
    /// A value by cases, with each alternative up to the one that is chosen.
    pub(super) fn cases(&mut self, name: &Name, cases: &'a Cases, asked: bool) -> CasesTrace {
        let mut alternatives: Vec<AlternativeTrace> = Vec::with_capacity(cases.alternatives.len());
        let mut value = Json::Null;
        for alternative in &cases.alternatives {
            let reached = value.is_null();
            let mut trace = AlternativeTrace {
                site: None,
                reached,
                condition: None,
                value: Json::Null,
                result: None,
                chosen: false,
            };
            if reached {
                trace.condition = alternative.when.as_ref().map(|when| condition::trace(when, &mut self.context));
                if trace.condition.as_ref().is_none_or(|condition| condition.held) {
                    let result = condition::trace_value(&alternative.value, &mut self.context);
                    trace.value = result.value.clone();
                    trace.chosen = !trace.value.is_null();
                    trace.result = Some(result);
                }
                value = trace.value.clone();
            }
            alternatives.push(trace);
        }
        CasesTrace { site: None, name: name.text.clone(), span: name.span, value, asked, alternatives }
    }

    /// The labels of the section `labels:`. One that a rule or a table sets is not asked.
    pub(super) fn label_cases(&mut self, trace: &Trace, open: bool) -> Vec<CasesTrace> {
        let mut out = Vec::new();
        for named in &self.rules().labels {
            let set = trace.labels.iter().find(|label| label.name == named.name.text);
            let asked = open && set.is_none_or(|label| label.set_by == "labels");
            out.push(self.cases(&named.name, &named.cases, asked));
        }
        out
    }

    /// All named values.
    pub(super) fn defines(&mut self, trace: &Trace) -> Vec<CasesTrace> {
        let defines = &self.rules().defines;
        let mut traces = Vec::with_capacity(defines.len());
        for named in defines {
            traces.push(self.cases(&named.name, &named.cases, false));
        }
        let mut asked = HashSet::new();
        self.considered(trace, &mut |typed| add_defines(typed, &mut asked));
        // Each uses only earlier ones.
        for (at, named) in defines.iter().enumerate().rev() {
            if let Some(one) = traces.get_mut(at).filter(|_| asked.contains(&(at as u32))) {
                one.asked = true;
                evaluated(&named.cases, one, &mut |typed| add_defines(typed, &mut asked));
            }
        }
        traces
    }

    /// Calls `seen` with each expression that the decision depended on. (Rules that another rule kept from counting do not
    /// belong to them.)
    fn considered(&self, trace: &Trace, seen: &mut dyn FnMut(&'a Typed)) {
        let set = self.rules();
        for (rule, traced) in set.rules.iter().zip(&trace.rules) {
            if matches!(traced.outcome, RuleOutcome::Matched | RuleOutcome::Condition { group: None }) {
                rule.when.iter().for_each(&mut *seen);
            }
            if traced.outcome.matched() {
                rule.effect_expressions().for_each(&mut *seen);
            }
        }
        let groups = set.groups.iter().zip(self.considered_groups(trace));
        groups.filter(|(_, considered)| *considered).flat_map(|(group, _)| &group.when).for_each(&mut *seen);
        let filters = set.filters.iter().zip(&trace.filters).filter(|(_, traced)| traced.reached);
        filters.for_each(|(filter, _)| seen(&filter.condition));
        for (schema, traced) in set.schemas.iter().zip(&trace.schemas) {
            if !matches!(traced.outcome, SchemaOutcome::NotReached | SchemaOutcome::OtherTopic) {
                schema.when.iter().for_each(&mut *seen);
            }
        }
        for person in &trace.subscribers {
            let chosen = person.chosen_by.iter().any(|by| !by.starts_with("defaults."));
            if chosen && person.excluded_by.is_empty() {
                let filter = set.subscribers.get(&person.name).and_then(|declared| declared.filter.as_ref());
                filter.into_iter().for_each(&mut *seen);
            }
        }
        self.considered_in_tables(trace, seen);
        let labels = set.labels.iter().zip(&trace.label_cases).filter(|(_, traced)| traced.asked);
        labels.for_each(|(named, traced)| evaluated(&named.cases, traced, seen));
    }

    fn considered_in_tables(&self, trace: &Trace, seen: &mut dyn FnMut(&'a Typed)) {
        let tables = self.rules().tables.iter().zip(&trace.tables).filter(|(_, traced)| traced.reached);
        for (table, traced) in tables {
            let targets: Vec<&'a Target> = match &table.kind {
                TableKind::Key { key, rows, .. } => {
                    traced.key_cases.iter().for_each(|traced| evaluated(key, traced, seen));
                    rows.iter().map(|row| &row.target).collect()
                }
                TableKind::Decision { rows, .. } => {
                    let reached = rows.iter().zip(&traced.rows).filter(|(_, traced)| traced.reached);
                    reached.flat_map(|(row, _)| &row.when).for_each(&mut *seen);
                    rows.iter().map(|row| &row.target).collect()
                }
            };
            let chosen = targets.into_iter().zip(&traced.rows).filter(|(_, row)| row.chosen).map(|(target, _)| target);
            let otherwise = Some(&table.otherwise).filter(|_| traced.fell_through);
            chosen.chain(otherwise).flat_map(Target::expressions).for_each(&mut *seen);
        }
    }

    /// For each group, whether its own condition counts: it is enabled and in force, its topics match, and so it is for those
    /// around it, whose conditions hold.
    fn considered_groups(&self, trace: &Trace) -> Vec<bool> {
        let is_open = matches!(trace.decision.status, Status::Routed | Status::Unrouted);
        let mut considered: Vec<bool> = Vec::with_capacity(trace.groups.len());
        for group in &self.rules().groups {
            let in_force = group.enabled && group.active.holds(self.context.now) && self.topic_in(&group.topics);
            // A parent comes before its members.
            let is_reached = group.parent.is_none_or(|GroupId(parent)| {
                let condition = trace.groups.get(parent as usize).and_then(|traced| traced.condition.as_ref());
                considered.get(parent as usize) == Some(&true) && condition.is_none_or(|condition| condition.held)
            });
            considered.push(is_open && in_force && is_reached);
        }
        considered
    }
}

/// The expressions of the alternatives that were evaluated.
fn evaluated<'a>(cases: &'a Cases, traced: &CasesTrace, seen: &mut dyn FnMut(&'a Typed)) {
    for (alternative, traced) in
        cases.alternatives.iter().zip(&traced.alternatives).filter(|(_, traced)| traced.reached)
    {
        alternative.when.iter().for_each(&mut *seen);
        if traced.result.is_some() {
            seen(&alternative.value);
        }
    }
}

/// Adds the numbers of the named values in an expression.
fn add_defines(typed: &Typed, found: &mut HashSet<u32>) {
    visit(typed, &mut |part| {
        if let TypedNode::Define(DefineId(number)) = part.node {
            found.insert(number);
        }
    });
}
