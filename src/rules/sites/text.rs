//! The normalized text of expressions and steps: it depends on their meaning alone, not on spans or on the numbers of paths and
//! named values.

use crate::event::Json;
use crate::expr::{Typed, TypedNode};
use crate::rules::{
    Action, CheckedExpression, FieldPath, RuleSet, SourceValue, TemplatePiece, TransformStep, ValueSource,
};
use std::fmt::Write;

/// Writes normalized texts.
pub(super) struct Normalizer<'r> {
    rules: &'r RuleSet,
    out: String,
}

/// The normalized text of an expression: `(== data.city "Pune")`.
pub(super) fn of_expression(rules: &RuleSet, typed: &Typed) -> String {
    let mut normalizer = Normalizer { rules, out: String::new() };
    normalizer.expression(typed);
    normalizer.out
}

/// The normalized text of a step, with that of its condition.
pub(super) fn of_step(rules: &RuleSet, step: &TransformStep) -> String {
    let mut normalizer = Normalizer { rules, out: String::new() };
    normalizer.step(step);
    normalizer.out
}

/// The normalized text of one alternative of a source.
pub(super) fn of_alternative(rules: &RuleSet, when: Option<&CheckedExpression>, value: &SourceValue) -> String {
    let mut normalizer = Normalizer { rules, out: String::new() };
    normalizer.alternative(when, value);
    normalizer.out
}

impl Normalizer<'_> {
    /// (Recurses no deeper than the parser allows.)
    fn expression(&mut self, typed: &Typed) {
        match &typed.node {
            TypedNode::Const(value) => self.word(value),
            TypedNode::Path(id) => match self.rules.paths.get(*id) {
                Some(path) => self.word(path),
                None => self.word(&"?"),
            },
            // `$` separates named values from roots and elements.
            TypedNode::Define(id) => {
                let name = self.rules.define(*id).map_or("?", |named| &*named.name.text);
                self.word(&format_args!("${}", Json::from(name)));
            }
            TypedNode::It(level) => self.word(&format_args!("it{level}")),
            TypedNode::List(parts) => self.operation("list", parts),
            TypedNode::And(parts) => self.operation("all", parts),
            TypedNode::Or(parts) => self.operation("any", parts),
            TypedNode::Call(function, parts, _) => self.operation(function.name, parts),
            TypedNode::Not(a) => self.operation("not", [&**a]),
            TypedNode::Negate(a) => self.operation("-", [&**a]),
            TypedNode::Present(a) => self.operation("present", [&**a]),
            TypedNode::Index(a, b) => self.operation("[]", [&**a, &**b]),
            TypedNode::Arithmetic(operator, a, b) => self.operation(operator.symbol(), [&**a, &**b]),
            TypedNode::Compare(operator, a, b) => self.operation(operator.symbol(), [&**a, &**b]),
            TypedNode::In(a, b) => self.operation("in", [&**a, &**b]),
            TypedNode::Coalesce(a, b) => self.operation("??", [&**a, &**b]),
            TypedNode::If(a, b, c) => self.operation("if", [&**a, &**b, &**c]),
            TypedNode::Quantified(quantifier, list, body) => {
                self.operation(&format!("{}->", quantifier.name()), [&**list, &**body]);
            }
            TypedNode::Steps(base, steps) => {
                let steps: String = steps.iter().map(ToString::to_string).collect();
                self.operation(&format!("steps {}", Json::from(steps)), [&**base]);
            }
        }
    }

    fn operation<'t>(&mut self, name: &str, parts: impl IntoIterator<Item = &'t Typed>) {
        self.word(&format_args!("({name}"));
        parts.into_iter().for_each(|part| self.expression(part));
        self.out.push(')');
    }

    fn word(&mut self, word: &dyn std::fmt::Display) {
        if !self.out.is_empty() {
            self.out.push(' ');
        }
        // Writing into a string cannot fail.
        let _ = write!(self.out, "{word}");
    }

    fn step(&mut self, step: &TransformStep) {
        self.word(&step.action.word());
        step.when.iter().for_each(|when| self.expression(&when.typed));
        match &step.action {
            Action::Copy(entries) | Action::Move(entries) => {
                for (target, sources) in entries {
                    self.field(target);
                    sources.iter().for_each(|source| self.field(source));
                    self.word(&";");
                }
            }
            Action::Default(entries) | Action::Set(entries) | Action::Project(entries) => {
                for (target, source) in entries {
                    self.field(target);
                    self.source(source);
                    self.word(&";");
                }
            }
            Action::Remove(fields) | Action::KeepOnly(fields) => fields.iter().for_each(|field| self.field(field)),
            Action::Lookup(lookup) => {
                let table = self.rules.lookups.get(lookup.table.0 as usize).map_or("?", |table| &*table.name);
                self.word(&Json::from(table));
                lookup.key.iter().for_each(|key| self.expression(&key.typed));
                for (column, field) in &lookup.columns {
                    self.word(column);
                    self.field(field);
                }
            }
            Action::ForEach(list, steps) => {
                self.field(list);
                steps.iter().for_each(|step| self.step(step));
            }
            Action::Use(id) => {
                let name = self.rules.transform(*id).map_or("?", |transform| &*transform.name.text);
                self.word(&Json::from(name));
            }
        }
    }

    fn field(&mut self, field: &FieldPath) {
        self.word(&field.shown);
    }

    fn source(&mut self, source: &ValueSource) {
        source.alternatives.iter().for_each(|(when, value)| self.alternative(when.as_ref(), value));
    }

    fn alternative(&mut self, when: Option<&CheckedExpression>, value: &SourceValue) {
        self.word(&"|");
        when.iter().for_each(|when| self.expression(&when.typed));
        self.word(&"=");
        match value {
            SourceValue::Value(value) => self.word(value),
            SourceValue::Expression(checked) => self.expression(&checked.typed),
            SourceValue::Template(pieces) => {
                for piece in pieces {
                    match piece {
                        TemplatePiece::Text(text) => self.word(&Json::from(&**text)),
                        TemplatePiece::Expression(checked) => self.expression(&checked.typed),
                    }
                }
            }
        }
    }
}
