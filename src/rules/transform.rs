//! Decoded transforms: lists of steps, checked, with every path and expression resolved.

use super::Name;
use crate::diagnostic::Span;
use crate::event::{Json, Step as PathStep};
use crate::expr::{LookupId, TypeRequirement, Typed};

/// The number of a transform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransformId(pub u32);

/// A transform: steps that turn an event into another one.
#[derive(Clone, Debug)]
pub struct Transform {
    /// Its name.
    pub name: Name,
    /// Its steps, in order.
    pub steps: Vec<TransformStep>,
}

/// One step of a transform.
#[derive(Clone, Debug)]
pub struct TransformStep {
    /// The span of its key.
    pub span: Span,
    /// A condition that must be true. `None`: always.
    pub when: Option<CheckedExpression>,
    /// Its effect.
    pub action: Action,
}

/// The effect of a step.
#[derive(Clone, Debug)]
pub enum Action {
    /// Sets each target that has no value to the first source that has one.
    Copy(Vec<(FieldPath, Vec<FieldPath>)>),
    /// Like `copy`, and removes the source.
    Move(Vec<(FieldPath, Vec<FieldPath>)>),
    /// Sets each target that has no value.
    Default(Vec<(FieldPath, ValueSource)>),
    /// Sets each target.
    Set(Vec<(FieldPath, ValueSource)>),
    /// Removes fields.
    Remove(Vec<FieldPath>),
    /// Removes all other fields.
    KeepOnly(Vec<FieldPath>),
    /// Sets a field for each column of a row.
    Lookup(LookupStep),
    /// Makes a new event that has only these fields.
    Project(Vec<(FieldPath, ValueSource)>),
    /// Runs steps on each element of an array.
    ForEach(FieldPath, Vec<TransformStep>),
    /// Runs the steps of another transform.
    Use(TransformId),
}

impl Action {
    /// The key under which it is written.
    pub fn word(&self) -> &'static str {
        match self {
            Action::Copy(_) => "copy",
            Action::Move(_) => "move",
            Action::Default(_) => "default",
            Action::Set(_) => "set",
            Action::Remove(_) => "remove",
            Action::KeepOnly(_) => "keep_only",
            Action::Lookup(_) => "lookup",
            Action::Project(_) => "project",
            Action::ForEach(..) => "for_each",
            Action::Use(_) => "use",
        }
    }
}

/// A step that sets fields from a row of a lookup table.
#[derive(Clone, Debug)]
pub struct LookupStep {
    /// The table.
    pub table: LookupId,
    /// Its key, or its keys.
    pub key: Vec<CheckedExpression>,
    /// For each column: its position in a row, and the path that is set to its cell.
    pub columns: Vec<(usize, FieldPath)>,
}

/// A path in the event as it is at that step, or in the current element of a `for_each`.
#[derive(Clone, Debug)]
pub struct FieldPath {
    /// Its span in the file.
    pub span: Span,
    /// True if it begins with the element (`it`).
    pub of_element: bool,
    /// Its steps.
    pub path: Vec<PathStep>,
    /// As errors show it: `data.items[].price`.
    pub shown: Box<str>,
}

/// The source of a value: the first alternative that applies and is not null.
#[derive(Clone, Debug)]
pub struct ValueSource {
    /// The alternatives, in order.
    pub alternatives: Vec<(Option<CheckedExpression>, SourceValue)>,
}

/// One alternative of a source.
#[derive(Clone, Debug)]
pub enum SourceValue {
    /// A literal.
    Value(Json),
    /// An expression.
    Expression(CheckedExpression),
    /// A text with expressions in it.
    Template(Vec<TemplatePiece>),
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub enum TemplatePiece {
    /// Literal text.
    Text(Box<str>),
    /// The value of an expression, as text.
    Expression(CheckedExpression),
}

/// An expression, with the types that it requires.
#[derive(Clone, Debug)]
pub struct CheckedExpression {
    /// The expression.
    pub typed: Typed,
    /// Its type requirements, each with the path as errors show it.
    pub requirements: Vec<(TypeRequirement, Box<str>)>,
}

impl TransformStep {
    /// Calls `seen` with every expression of the step and of those within it.
    pub fn expressions<'s>(&'s self, seen: &mut dyn FnMut(&'s Typed)) {
        self.when.iter().for_each(|when| seen(&when.typed));
        match &self.action {
            Action::Copy(_) | Action::Move(_) | Action::Remove(_) | Action::KeepOnly(_) | Action::Use(_) => {}
            Action::Default(entries) | Action::Set(entries) | Action::Project(entries) => {
                entries.iter().for_each(|(_, source)| source.expressions(seen));
            }
            Action::Lookup(lookup) => lookup.key.iter().for_each(|key| seen(&key.typed)),
            Action::ForEach(_, steps) => steps.iter().for_each(|step| step.expressions(seen)),
        }
    }
}

impl TransformStep {
    /// Calls `seen` with every lookup table that the step and those within it take rows from.
    pub fn tables(&self, seen: &mut dyn FnMut(LookupId)) {
        match &self.action {
            Action::Lookup(lookup) => seen(lookup.table),
            Action::ForEach(_, steps) => steps.iter().for_each(|step| step.tables(seen)),
            _ => {}
        }
    }
}

impl ValueSource {
    fn expressions<'s>(&'s self, seen: &mut dyn FnMut(&'s Typed)) {
        for (when, made) in &self.alternatives {
            when.iter().for_each(|when| seen(&when.typed));
            match made {
                SourceValue::Value(_) => {}
                SourceValue::Expression(checked) => seen(&checked.typed),
                SourceValue::Template(pieces) => pieces.iter().for_each(|piece| {
                    if let TemplatePiece::Expression(checked) = piece {
                        seen(&checked.typed);
                    }
                }),
            }
        }
    }
}
