//! Collects the sites of a rule set, section by section.

use super::builder::SiteBuilder;
use super::conditions::{ConditionSites, is_condition};
use super::index::Sites;
use super::path::{key, quoted};
use super::site::{ConditionRole, SiteId, SiteKind};
use super::text;
use crate::diagnostic::Span;
use crate::expr::Typed;
use crate::rules::{
    Action, Active, Cases, DecisionRow, KeyRow, Name, NameKind, NamedCases, RuleSet, Table, TableKind, TransformStep,
    ValueSource,
};

impl Sites {
    /// Collects the sites of a rule set, which may be a partial one.
    pub fn new(rules: &RuleSet) -> Sites {
        let mut builder = SiteBuilder::new(rules);
        builder.topics();
        builder.groups();
        builder.rules();
        rules.tables.iter().for_each(|table| builder.table(table));
        rules.defines.iter().for_each(|named| builder.named_cases(NameKind::Define, SiteKind::Define, named));
        rules.labels.iter().for_each(|named| builder.named_cases(NameKind::Label, SiteKind::Label, named));
        builder.filters_and_schemas();
        builder.subscribers();
        builder.transforms();
        builder.sites
    }
}

impl SiteBuilder<'_> {
    fn when(&mut self, owner: SiteId, when: Option<&Typed>) {
        self.whole_condition(owner, ConditionRole::When, when);
    }

    fn whole_condition(&mut self, owner: SiteId, role: ConditionRole, condition: Option<&Typed>) {
        let Some(typed) = condition else { return };
        let word = if role == ConditionRole::When { "when" } else { "value" };
        let path = format!("{}/{word}", self.path_of(owner));
        self.condition(&ConditionSites { owner, role, path, cells: &[] }, typed);
    }

    fn active(&mut self, owner: SiteId, span: Span, active: &Active) {
        if !active.is_always() {
            self.part(SiteKind::Active, span, owner, "/active", "");
        }
    }

    fn topics(&mut self) {
        for node in &self.rules.topics {
            let name = Name { text: node.pattern.text.clone(), span: node.span };
            self.named(NameKind::Topic, SiteKind::Topic, &name, None);
        }
    }

    fn groups(&mut self) {
        for group in &self.rules.groups {
            let parent = group.parent.and_then(|id| self.sites.part(NameKind::Group, id.0 as usize));
            let id = self.named(NameKind::Group, SiteKind::Group, &group.name, parent);
            self.active(id, group.name.span, &group.active);
            self.when(id, group.when.as_ref());
        }
    }

    fn rules(&mut self) {
        for rule in &self.rules.rules {
            let parent = rule.group.and_then(|id| self.sites.part(NameKind::Group, id.0 as usize));
            let id = self.named(NameKind::Rule, SiteKind::Rule, &rule.name, parent);
            self.active(id, rule.name.span, &rule.active);
            self.when(id, rule.when.as_ref());
            for (at, name) in rule.exclude.iter().enumerate() {
                self.part(SiteKind::Exclude, name.span, id, &format!("/exclude[{at}]"), &name.text);
            }
            if rule.stop {
                self.part(SiteKind::Stop, rule.name.span, id, "/stop", "");
            }
        }
    }

    fn table(&mut self, table: &Table) {
        let id = self.named(NameKind::Table, SiteKind::Table, &table.name, None);
        match &table.kind {
            TableKind::Key { key, default, rows } => {
                self.cases(id, "/key", key);
                if default.is_some() {
                    self.part(SiteKind::Default, table.name.span, id, "/default", "");
                }
                rows.iter().for_each(|row| self.key_row(id, row));
            }
            TableKind::Decision { inputs, rows, .. } => {
                rows.iter().enumerate().for_each(|(at, row)| self.decision_row(id, at, row, inputs));
            }
        }
        if !table.otherwise.is_empty() {
            self.part(SiteKind::Otherwise, table.name.span, id, "/otherwise", "");
        }
    }

    fn key_row(&mut self, table: SiteId, row: &KeyRow) {
        self.part(SiteKind::Row, row.span, table, &format!("/row[{}]", key(&row.key)), &row.key.to_string());
    }

    fn decision_row(&mut self, table: SiteId, at: usize, row: &DecisionRow, inputs: &[(Name, Typed)]) {
        let text = row.when.as_ref().map_or(String::new(), |when| text::of_expression(self.rules, when));
        let id = self.part(SiteKind::Row, row.span, table, &format!("/row[{at}]"), &text);
        let Some(when) = &row.when else { return };
        let path = self.path_of(id);
        let name = |input: &u32| inputs.get(*input as usize).map_or("?", |(name, _)| &*name.text);
        let cells: Vec<String> = row.cells.iter().map(|cell| format!("{path}/{}", quoted(name(cell)))).collect();
        let condition = match cells.as_slice() {
            [only] => ConditionSites { owner: id, role: ConditionRole::When, path: only.clone(), cells: &[] },
            cells => ConditionSites { owner: id, role: ConditionRole::When, path: format!("{path}.all"), cells },
        };
        self.condition(&condition, when);
    }

    fn named_cases(&mut self, of: NameKind, kind: SiteKind, named: &NamedCases) {
        let id = self.named(of, kind, &named.name, None);
        self.cases(id, "", &named.cases);
    }

    fn cases(&mut self, owner: SiteId, tail: &str, cases: &Cases) {
        for (at, alternative) in cases.alternatives.iter().enumerate() {
            let when = alternative.when.as_ref();
            let mut text = when.map_or(String::new(), |when| text::of_expression(self.rules, when));
            text.push_str(" = ");
            text.push_str(&text::of_expression(self.rules, &alternative.value));
            let span = when.map_or(alternative.value.span, |when| when.span.to(alternative.value.span));
            let id = self.part(SiteKind::Case, span, owner, &format!("{tail}[{at}]"), &text);
            self.when(id, when);
            let value = Some(&alternative.value).filter(|value| is_condition(value));
            self.whole_condition(id, ConditionRole::Value, value);
        }
    }

    fn filters_and_schemas(&mut self) {
        for filter in &self.rules.filters {
            let id = self.named(NameKind::Filter, SiteKind::Filter, &filter.name, None);
            self.when(id, Some(&filter.condition));
        }
        for schema in &self.rules.schemas {
            let id = self.named(NameKind::Schema, SiteKind::Schema, &schema.name, None);
            self.when(id, schema.when.as_ref());
        }
    }

    fn subscribers(&mut self) {
        for subscriber in self.rules.subscribers.values() {
            let id = self.named(NameKind::Subscriber, SiteKind::Subscriber, &subscriber.name, None);
            let Some(filter) = &subscriber.filter else { continue };
            let id = self.part(SiteKind::SubscriberFilter, filter.span, id, "/filter", "");
            self.when(id, Some(filter));
        }
    }

    fn transforms(&mut self) {
        for transform in &self.rules.transforms {
            let id = self.named(NameKind::Transform, SiteKind::Transform, &transform.name, None);
            self.steps(id, &transform.steps);
        }
    }

    fn steps(&mut self, owner: SiteId, steps: &[TransformStep]) {
        for (at, step) in steps.iter().enumerate() {
            let text = text::of_step(self.rules, step);
            let id = self.part(SiteKind::Step, step.span, owner, &format!("/step[{at}]"), &text);
            self.when(id, step.when.as_ref().map(|when| &when.typed));
            match &step.action {
                Action::Default(entries) | Action::Set(entries) | Action::Project(entries) => {
                    entries.iter().for_each(|(target, source)| self.source(id, &target.shown, source));
                }
                Action::ForEach(_, steps) => self.steps(id, steps),
                _ => {}
            }
        }
    }

    /// The alternatives of a source, if it has several: a single one is always chosen.
    fn source(&mut self, step: SiteId, target: &str, source: &ValueSource) {
        if source.alternatives.len() < 2 {
            return;
        }
        let step_span = self.sites.get(step).map(|site| site.span);
        for (at, (when, value)) in source.alternatives.iter().enumerate() {
            let Some(span) = when.as_ref().map(|when| when.typed.span).or(step_span) else { continue };
            let text = format!("{target} {}", text::of_alternative(self.rules, when.as_ref(), value));
            let id = self.part(SiteKind::Case, span, step, &format!("/{}[{at}]", quoted(target)), &text);
            self.when(id, when.as_ref().map(|when| &when.typed));
        }
    }
}
