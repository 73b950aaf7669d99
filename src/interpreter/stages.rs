//! Filters, schemas, topics and tables: each stage records its results.

use super::{Interpretation, condition, texts, written};
use crate::decision::Invalid;
use crate::event::{Json, Value};
use crate::expr::{Typed, evaluate};
use crate::rules::{
    Cases, DecisionRow, KeyRow, MatchMode, Name, Schema, SchemaTarget, Setting, Table, TableKind, Target, TopicNode,
};
use crate::trace::{
    Condition, FilterTrace, ReadValue, RowTrace, SchemaOutcome, SchemaTrace, TableTrace, TargetTrace, TopicTrace,
};
use std::sync::Arc;

impl<'a> Interpretation<'a> {
    /// The first filter that drops the event ends the stage.
    pub(super) fn filters(&mut self, mut open: bool) -> Vec<FilterTrace> {
        let mut out = Vec::new();
        for filter in &self.rules().filters {
            let (held, condition) = if open { self.evaluate(Some(&filter.condition)) } else { (false, None) };
            let dropped = open && held == filter.drop;
            let (name, span) = (filter.name.text.clone(), filter.name.span);
            out.push(FilterTrace { site: None, name, span, drop: filter.drop, reached: open, dropped, condition });
            open &= !dropped;
        }
        out
    }

    /// Every schema is applied, so that all faults are reported at once.
    pub(super) fn schemas(&mut self, open: bool) -> Vec<SchemaTrace> {
        self.rules().schemas.iter().map(|schema| self.schema(schema, open)).collect()
    }

    fn schema(&mut self, schema: &'a Schema, open: bool) -> SchemaTrace {
        let (target, value) = match schema.target {
            SchemaTarget::Data => ("data", self.context.data),
            SchemaTarget::Headers => ("headers", self.context.headers),
            SchemaTarget::Event => ("event", self.context.event),
        };
        let mut trace = SchemaTrace {
            site: None,
            name: schema.name.text.clone(),
            span: schema.name.span,
            target,
            outcome: SchemaOutcome::NotReached,
            rejects: schema.rejects,
            topics: written(&schema.topics),
            condition: None,
            faults: Vec::new(),
        };
        if open {
            let (held, condition) = self.evaluate(schema.when.as_ref());
            trace.condition = condition;
            trace.outcome = match (self.topic_in(&schema.topics), held) {
                (false, _) => SchemaOutcome::OtherTopic,
                (true, false) => SchemaOutcome::Condition,
                (true, true) => {
                    trace.faults = faults(schema, value);
                    if trace.faults.is_empty() { SchemaOutcome::Valid } else { SchemaOutcome::Invalid }
                }
            };
        }
        trace
    }

    /// The subscribers of every node and pattern that matches the topic.
    pub(super) fn topics(&mut self, open: bool) -> Vec<TopicTrace> {
        let topic = self.context.topic().unwrap_or_default();
        let nodes = &self.rules().topics;
        let trace = |(at, node): (usize, &TopicNode)| TopicTrace {
            site: None,
            pattern: node.pattern.text.clone(),
            span: node.span,
            matched: open && node.pattern.matches(topic),
            subscribers: texts(&node.subscribers),
            settings: node.settings.keys().filter(|key| open && self.setter(key) == Some(at)).cloned().collect(),
        };
        nodes.iter().enumerate().map(trace).collect()
    }

    /// The node that a setting of the event's topic comes from: among those that apply to the topic, the one with the most
    /// literal segments. (If several have equally many, their values are the same.)
    fn setter(&self, key: &str) -> Option<usize> {
        let topic = self.context.topic().unwrap_or_default();
        let holds = |at: usize, node: &TopicNode| {
            node.pattern.matches(topic) || self.interpreter.below.get(at).is_some_and(|below| below.matches(topic))
        };
        let nodes = self.rules().topics.iter().enumerate();
        let having = nodes.filter(|(at, node)| node.settings.contains_key(key) && holds(*at, node));
        having.rev().max_by_key(|(_, node)| node.pattern.literals()).map(|(at, _)| at)
    }

    /// The settings of the event's topic.
    pub(super) fn settings(&self) -> impl Iterator<Item = (Arc<str>, &'a Setting)> {
        self.rules().topics.iter().enumerate().flat_map(move |(at, node)| {
            let own = node.settings.iter().filter(move |(key, _)| self.setter(key) == Some(at));
            own.map(|(key, setting)| (key.clone(), setting))
        })
    }

    pub(super) fn tables(&mut self, open: bool) -> Vec<TableTrace> {
        self.rules().tables.iter().map(|table| self.table(table, open)).collect()
    }

    fn table(&mut self, table: &'a Table, open: bool) -> TableTrace {
        let mut trace = TableTrace {
            site: None,
            name: table.name.text.clone(),
            span: table.name.span,
            reached: open,
            key_cases: None,
            inputs: Vec::new(),
            by_default: false,
            rows: Vec::new(),
            otherwise: is_there(&table.otherwise).then(|| target(&table.otherwise)),
            fell_through: false,
        };
        match &table.kind {
            TableKind::Key { key, default, rows } => {
                if self.parts && open {
                    let name = Name { text: "key".into(), span: table.name.span };
                    trace.key_cases = Some(self.cases(&name, key, true));
                }
                self.by_key(key, default.as_ref(), rows, &mut trace);
            }
            TableKind::Decision { inputs, mode, rows } => self.by_inputs(inputs, *mode, rows, &mut trace),
        }
        trace.fell_through = open && !trace.rows.iter().any(|row| row.chosen);
        trace
    }

    /// Finds the row by the key, or by the default if the key is null; no row has the key null.
    fn by_key(&mut self, key: &'a Cases, default: Option<&'a Json>, rows: &'a [KeyRow], trace: &mut TableTrace) {
        let given = if trace.reached { self.context.cases(key).map(|(_, value)| value) } else { None };
        let value = given.or(default.map(|default| self.context.constant(default))).unwrap_or_default();
        trace.by_default = trace.reached && given.is_none() && default.is_some();
        if self.parts && trace.reached {
            let alternatives = key.alternatives.iter();
            let from = alternatives.flat_map(|case| condition::read_by(&case.value, &mut self.context)).collect();
            trace.inputs.push(ReadValue {
                path: "key".into(),
                span: None,
                value: value.to_json(),
                missing: false,
                from,
                mismatch: None,
            });
        }
        for row in rows {
            let chosen = trace.reached && !value.is_null() && self.context.constant(&row.key) == value;
            let target = target(&row.target);
            let (reached, condition) = (trace.reached, None);
            trace.rows.push(RowTrace {
                site: None,
                span: row.span,
                key: Some(row.key.clone()),
                reached,
                chosen,
                condition,
                target,
            });
        }
    }

    fn by_inputs(
        &mut self,
        inputs: &'a [(Name, Typed)],
        mode: MatchMode,
        rows: &'a [DecisionRow],
        trace: &mut TableTrace,
    ) {
        if self.parts && trace.reached {
            for (name, input) in inputs {
                let value = evaluate(input, &mut self.context).to_json();
                let from = condition::read_by(input, &mut self.context);
                trace.inputs.push(ReadValue {
                    path: name.text.to_string(),
                    span: None,
                    value,
                    missing: false,
                    from,
                    mismatch: None,
                });
            }
        }
        let mut open = trace.reached;
        for row in rows {
            let (held, condition): (bool, Option<Condition>) =
                if open { self.evaluate(row.when.as_ref()) } else { (false, None) };
            let (chosen, target) = (open && held, target(&row.target));
            trace.rows.push(RowTrace {
                site: None,
                span: row.span,
                key: None,
                reached: open,
                chosen,
                condition,
                target,
            });
            open &= !(chosen && mode == MatchMode::First);
        }
    }
}

fn faults(schema: &Schema, value: Value<'_>) -> Vec<Invalid> {
    let named = |fault: crate::schema::SchemaFault| Invalid {
        schema: schema.name.text.clone(),
        path: fault.path,
        message: fault.message,
    };
    schema.validator.validate(&value.to_json()).into_iter().map(named).collect()
}

fn is_there(target: &Target) -> bool {
    !target.subscribers.is_empty() || !target.destinations.is_empty() || !target.labels.is_empty()
}

fn target(target: &Target) -> TargetTrace {
    let labels = target.labels.iter().map(|(name, _)| name.text.clone()).collect();
    TargetTrace { subscribers: texts(&target.subscribers), destinations: Vec::new(), labels }
}
