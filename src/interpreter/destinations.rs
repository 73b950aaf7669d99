//! Subscribers that expressions choose from the event. They are evaluated once it is known which rules and rows count.

use super::Interpretation;
use crate::decision::{Requirer, TypeError};
use crate::expr::evaluate;
use crate::rules::{Destination, Table, TableKind, Target, choose_by_value};
use crate::trace::{DestinationTrace, TableTrace, Trace};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The values of the expressions of all rules and tables.
#[derive(Default)]
pub(super) struct ChosenByExpressions {
    /// By subscriber: the rules and tables whose expressions chose it, in the order of the stages.
    pub(super) by: BTreeMap<Arc<str>, Vec<Requirer>>,
    pub(super) errors: Vec<TypeError>,
}

impl<'a> Interpretation<'a> {
    /// Evaluates the expressions of the rules that matched, then those of the rows that were chosen.
    pub(super) fn destinations(&mut self, trace: &mut Trace) -> ChosenByExpressions {
        let mut chosen = ChosenByExpressions::default();
        let set = self.rules();
        for (rule, traced) in set.rules.iter().zip(&mut trace.rules).filter(|(_, traced)| traced.outcome.matched()) {
            let requirer = Requirer::Rule(rule.name.text.clone());
            traced.destinations = self.evaluate_destinations(&rule.destinations, &requirer, &mut chosen);
        }
        for (table, traced) in set.tables.iter().zip(&mut trace.tables) {
            self.destinations_of_table(table, traced, &mut chosen);
        }
        chosen
    }

    fn destinations_of_table(&mut self, table: &'a Table, traced: &mut TableTrace, chosen: &mut ChosenByExpressions) {
        let requirer = Requirer::Table(table.name.text.clone());
        let targets: Vec<&'a Target> = match &table.kind {
            TableKind::Key { rows, .. } => rows.iter().map(|row| &row.target).collect(),
            TableKind::Decision { rows, .. } => rows.iter().map(|row| &row.target).collect(),
        };
        for (target, row) in targets.into_iter().zip(&mut traced.rows).filter(|(_, row)| row.chosen) {
            row.target.destinations = self.evaluate_destinations(&target.destinations, &requirer, chosen);
        }
        if let Some(otherwise) = traced.otherwise.as_mut().filter(|_| traced.fell_through) {
            otherwise.destinations = self.evaluate_destinations(&table.otherwise.destinations, &requirer, chosen);
        }
    }

    fn evaluate_destinations(
        &mut self,
        destinations: &'a [Destination],
        requirer: &Requirer,
        chosen: &mut ChosenByExpressions,
    ) -> Vec<DestinationTrace> {
        let declared = &self.rules().subscribers;
        let mut traces = Vec::new();
        for destination in destinations {
            let value = evaluate(&destination.value, &mut self.context);
            let mut names: Vec<Arc<str>> = Vec::new();
            let errors = choose_by_value(&destination.text, value, requirer, &mut |name| {
                let Some((name, _)) = declared.get_key_value(name) else { return false };
                let by = chosen.by.entry(name.clone()).or_default();
                if !by.contains(requirer) {
                    by.push(requirer.clone());
                }
                if !names.contains(name) {
                    names.push(name.clone());
                }
                true
            });
            chosen.errors.extend(errors);
            let (text, span) = (destination.text.clone(), destination.value.span);
            traces.push(DestinationTrace { text, span, value: value.to_json(), subscribers: names });
        }
        traces
    }
}
