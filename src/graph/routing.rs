//! Routing: the effects of topics, rules and tables on an event.

use super::effects::RareParts;
use super::evaluator::Evaluator;
use super::outcome::Outcome;
use super::tables::{KeyPlan, RowEffect, TableKindPlan, TablePlan};
use crate::decision::{Requirer, Status};
use crate::event::Value;
use crate::logic::ValueId;

/// Routes one event.
pub(super) struct Routing<'r, 'a, 's> {
    pub(super) evaluator: &'r mut Evaluator<'a, 's>,
}

impl<'a> Routing<'_, 'a, '_> {
    pub(super) fn route(&mut self, outcome: &mut Outcome<'a>) {
        let graph = self.evaluator.graph;
        self.evaluator.match_candidates();
        self.keep_first_alternatives();
        self.apply_stop();
        if let Some(topic) = self.evaluator.topic {
            self.evaluator.state.choose(&topic.subscribers);
        }
        self.apply_rules(outcome);
        self.evaluator.state.rows.sort_unstable();
        for table in &graph.tables {
            self.apply_table(table, outcome);
        }
        self.set_declared_labels(outcome);
        outcome.labels.sort_unstable_by_key(|(label, _)| *label);
        self.exclude();
        self.filter_subscribers();
        self.finish_destinations(outcome);
        if !self.evaluator.state.chosen.is_empty() {
            outcome.status = Status::Routed;
        }
    }

    /// Sorts the matching rules by rank. Keeps only the first alternative that matched of each `first` group.
    fn keep_first_alternatives(&mut self) {
        let effects = &self.evaluator.graph.effects;
        let state = &mut *self.evaluator.state;
        state.rules.sort_unstable();
        if !effects.have_rare_parts() {
            return;
        }
        let event = state.event();
        let firsts = |rule: &u32| effects.rare_parts(*rule).map_or(&[][..], |rare| &rare.firsts);
        for rule in &state.rules {
            for (group, position) in firsts(rule) {
                let first = state.groups.get(event, *group as usize).unwrap_or(u32::MAX);
                state.groups.set(event, *group as usize, first.min(*position));
            }
        }
        let groups = &state.groups;
        state.rules.retain(|rule| {
            firsts(rule).iter().all(|(group, position)| groups.get(event, *group as usize) == Some(*position))
        });
    }

    /// Drops the rules after the first one with `stop`.
    fn apply_stop(&mut self) {
        let effects = &self.evaluator.graph.effects;
        if !effects.have_rare_parts() {
            return;
        }
        let stops = |rule: &u32| effects.rare_parts(*rule).is_some_and(|rare| rare.stop);
        if let Some(stop) = self.evaluator.state.rules.iter().position(stops) {
            self.evaluator.state.rules.truncate(stop + 1);
        }
    }

    /// Chooses the subscribers of the rules that matched, and sets their labels.
    fn apply_rules(&mut self, outcome: &mut Outcome<'a>) {
        let effects = &self.evaluator.graph.effects;
        if self.evaluator.state.rules.is_empty() {
            return;
        }
        let rules = std::mem::take(&mut self.evaluator.state.rules);
        for rule in &rules {
            self.evaluator.state.choose(effects.subscribers(*rule));
        }
        let names = &self.evaluator.graph.rules;
        for (rule, rare) in rules.iter().filter_map(|rule| Some((*rule, effects.rare_parts(*rule)?))) {
            self.set_labels(&rare.labels, outcome);
            self.choose_destinations(&rare.destinations, || Requirer::Rule(names.name(rule)), outcome);
        }
        self.evaluator.state.rules = rules;
    }

    fn apply_table(&mut self, table: &'a TablePlan, outcome: &mut Outcome<'a>) {
        match &table.kind {
            TableKindPlan::Key(plan) => {
                let key = self.key(plan);
                let row = plan.row(key).and_then(|row| table.rows.get(row as usize)).unwrap_or(&table.otherwise);
                self.apply_row(table, row, outcome);
            }
            TableKindPlan::Decision { first, start } => {
                let end = start + table.rows.len() as u32;
                let rows = &self.evaluator.state.rows;
                let from = rows.partition_point(|row| row < start);
                let to = rows.partition_point(|row| *row < end);
                if from == to {
                    return self.apply_row(table, &table.otherwise, outcome);
                }
                let to = if *first { from + 1 } else { to };
                for position in from..to {
                    let row = self.evaluator.state.rows.get(position).map(|row| (row - start) as usize);
                    if let Some(row) = row.and_then(|row| table.rows.get(row)) {
                        self.apply_row(table, row, outcome);
                    }
                }
            }
        }
    }

    /// The key of a table, or its default if that is null.
    fn key(&mut self, plan: &'a KeyPlan) -> Value<'a> {
        match (self.evaluator.cases(&plan.key), &plan.default) {
            (Value::Null, Some(default)) => default.value(),
            (key, _) => key,
        }
    }

    fn apply_row(&mut self, table: &TablePlan, row: &'a RowEffect, outcome: &mut Outcome<'a>) {
        self.evaluator.state.choose(&row.subscribers);
        self.set_labels(&row.labels, outcome);
        self.choose_destinations(&row.destinations, || Requirer::Table(table.name.clone()), outcome);
    }

    /// Sets labels that no part of higher rank has set.
    fn set_labels(&mut self, labels: &[(u32, ValueId)], outcome: &mut Outcome<'a>) {
        for (label, value) in labels {
            if self.evaluator.state.is_label_free(*label) {
                let value = self.evaluator.value(*value);
                self.set_label(*label, value, outcome);
            }
        }
    }

    /// Sets the labels under `labels:` that no rule or row has set.
    fn set_declared_labels(&mut self, outcome: &mut Outcome<'a>) {
        let graph = self.evaluator.graph;
        for declared in &graph.labels.declared {
            if self.evaluator.state.is_label_free(declared.label) {
                let value = self.evaluator.cases(&declared.cases);
                self.set_label(declared.label, value, outcome);
            }
        }
    }

    fn set_label(&mut self, label: u32, value: Value<'a>, outcome: &mut Outcome<'a>) {
        if !value.is_null() {
            self.evaluator.state.mark_label(label);
            outcome.labels.push((label, value));
        }
    }

    /// Removes subscribers that a matching rule excludes.
    fn exclude(&mut self) {
        let effects = &self.evaluator.graph.effects;
        if !effects.have_rare_parts() {
            return;
        }
        let excluded = |rule: &u32| effects.rare_parts(*rule).map_or(&[][..], |rare: &RareParts| &rare.exclude);
        self.evaluator.state.exclude(excluded);
    }

    /// Removes subscribers whose own filter does not hold.
    fn filter_subscribers(&mut self) {
        let graph = self.evaluator.graph;
        if graph.subscriber_filters.is_empty() {
            return;
        }
        let chosen = std::mem::take(&mut self.evaluator.state.chosen);
        for subscriber in &chosen {
            let filter = graph.subscriber_filters.get(*subscriber as usize).copied().flatten();
            if !filter.is_none_or(|filter| self.evaluator.holds(filter)) {
                self.evaluator.state.filter_out(*subscriber);
            }
        }
        self.evaluator.state.chosen = chosen;
        self.evaluator.state.drop_filtered();
    }
}
