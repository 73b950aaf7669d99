//! Values and conditions, each evaluated at most once and only when needed.

use super::Evaluator;
use crate::event::Value;
use crate::expr::{Budget, DefineId, Env, Limit, LookupId, MeasuredValue, PathId, Typed, TypedNode, evaluate_measured};
use crate::graph::at;
use crate::graph::labels::CasesPlan;
use crate::logic::{Node, NodeId, Op, Test, ValueId, ValueNode};
use crate::lookup;
use bumpalo::Bump;
use jiff::tz::TimeZone;

impl<'a> Evaluator<'a, '_> {
    /// The value at a path, decoded at most once.
    pub(crate) fn path_value(&mut self, path: PathId) -> Value<'a> {
        let event = self.state.event();
        if let Some(known) = self.state.paths.get(event, at(path)) {
            return self.values.get(known as usize).copied().unwrap_or_default();
        }
        let value = self.read_path(path);
        self.state.paths.set(event, at(path), self.values.len() as u32);
        self.values.push(value);
        value
    }

    /// A value, evaluated at most once.
    pub(crate) fn value(&mut self, id: ValueId) -> Value<'a> {
        let graph = self.graph;
        let number = id.0 as usize;
        match graph.values.get(id) {
            Some(ValueNode::Path(path)) => self.path_value(*path),
            Some(ValueNode::Expression(Typed { node: TypedNode::Const(json), .. })) => {
                Value::from_json(json, self.arena)
            }
            Some(ValueNode::Expression(Typed { node: TypedNode::Coalesce(first, second), .. }))
                if let (TypedNode::Path(first), TypedNode::Path(second)) = (&first.node, &second.node) =>
            {
                match self.path_value(*first) {
                    Value::Null => self.path_value(*second),
                    value => value,
                }
            }
            Some(node) => {
                let event = self.state.event();
                if let Some(known) = self.state.values.get(event, number) {
                    return self.values.get(known as usize).copied().unwrap_or_default();
                }
                let value = match node {
                    ValueNode::Define(define) => self.define_value(*define),
                    ValueNode::Expression(typed) => self.evaluate(id, typed),
                    ValueNode::Path(_) => Value::Null,
                };
                self.state.values.set(event, number, self.values.len() as u32);
                self.values.push(value);
                value
            }
            None => Value::Null,
        }
    }

    fn evaluate(&mut self, id: ValueId, typed: &'a Typed) -> Value<'a> {
        let MeasuredValue { value, exceeded, .. } = evaluate_measured(typed, self);
        if let Some(exceeded) = exceeded
            && std::ptr::eq(exceeded.computation, typed)
        {
            self.state.exceeded.push((id, exceeded.limit));
        }
        value
    }

    /// The limit that a computation has reached, once it has been evaluated.
    pub(crate) fn exceeded(&self, id: ValueId) -> Option<Limit> {
        self.state.exceeded.iter().find(|(exceeded, _)| *exceeded == id).map(|(_, limit)| *limit)
    }

    fn define_value(&mut self, id: DefineId) -> Value<'a> {
        let graph = self.graph;
        graph.defines.get(id.0 as usize).map_or(Value::Null, |cases| self.cases(cases))
    }

    /// The value of the first alternative that applies and is not null.
    pub(crate) fn cases(&mut self, cases: &CasesPlan) -> Value<'a> {
        for alternative in &cases.alternatives {
            if self.holds(alternative.when) {
                let value = self.value(alternative.value);
                if !value.is_null() {
                    return value;
                }
            }
        }
        Value::Null
    }

    /// True if a condition holds. A condition that is used more than once is evaluated once, if that is worthwhile.
    pub(crate) fn holds(&mut self, id: NodeId) -> bool {
        let graph = self.graph;
        let node = graph.conditions.get(id);
        let is_expensive = match node {
            Node::And(_) | Node::Or(_) => true,
            Node::Test(Test { op, .. }) => {
                matches!(op, Op::Matches(_) | Op::Glob(_) | Op::Has(_) | Op::Contains(_) | Op::Element(_))
            }
            _ => false,
        };
        if !(is_expensive && graph.conditions.is_shared(id)) {
            return self.evaluate_condition(node);
        }
        let event = self.state.event();
        if let Some(known) = self.state.conditions.get(event, id.0 as usize) {
            return known == 1;
        }
        let holds = self.evaluate_condition(node);
        self.state.conditions.set(event, id.0 as usize, u32::from(holds));
        holds
    }

    fn evaluate_condition(&mut self, node: &'a Node) -> bool {
        match node {
            Node::Const(truth) => *truth,
            Node::Test(Test { value, op }) => op.holds(self.value(*value)),
            Node::Not(inner) => !self.holds(*inner),
            Node::And(parts) => parts.iter().all(|part| self.holds(*part)),
            Node::Or(parts) => parts.iter().any(|part| self.holds(*part)),
            Node::Topic(set) => self.topic.is_some_and(|entry| entry.sets.contains(*set as usize)),
            Node::Active(active) => active.holds(self.clock()),
        }
    }
}

impl<'a> Env<'a> for Evaluator<'a, '_> {
    fn arena(&self) -> &'a Bump {
        self.arena
    }

    fn path(&mut self, path: PathId) -> Value<'a> {
        self.path_value(path)
    }

    fn is_present(&mut self, path: PathId) -> bool {
        self.is_path_present(path)
    }

    fn define(&mut self, id: DefineId) -> Value<'a> {
        match self.graph.define_values.get(id.0 as usize).copied() {
            Some(value) => self.value(value),
            None => Value::Null,
        }
    }

    fn zone(&self) -> &'a TimeZone {
        &self.graph.zone
    }

    fn lookup(&mut self, table: LookupId, column: u32, key: &[Value<'_>]) -> Value<'a> {
        lookup::cell(&self.graph.lookups, table, column, key, self.arena)
    }

    fn event_id(&mut self) -> Value<'a> {
        self.id()
    }

    fn budget(&self) -> Budget {
        self.budget
    }
}
