//! Transforms as they were written: lists of steps, checked, with every path and expression resolved.

use super::Name;
use crate::diagnostic::Span;
use crate::event::{Json, Step as PathStep};
use crate::expr::{LookupId, TypeRequirement, Typed};

/// The number of a transform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransformId(pub u32);

/// A transform: steps that make an event into another one.
#[derive(Clone, Debug)]
pub struct Transform {
    /// Its name.
    pub name: Name,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// One step of a transform.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it is written: its key.
    pub span: Span,
    /// A condition that must hold, if there is one.
    pub when: Option<CheckedExpression>,
    /// What it does.
    pub action: Action,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Sets each target that has no value to the first source that has one.
    Copy(Vec<(FieldPath, Vec<FieldPath>)>),
    /// As copy, and removes the source.
    Move(Vec<(FieldPath, Vec<FieldPath>)>),
    /// Sets each target that has no value.
    Default(Vec<(FieldPath, Source)>),
    /// Sets each target.
    Set(Vec<(FieldPath, Source)>),
    /// Removes fields.
    Remove(Vec<FieldPath>),
    /// Removes all other fields.
    KeepOnly(Vec<FieldPath>),
    /// Sets a field for each column of a row.
    Lookup(LookupStep),
    /// Makes a new event of these fields alone.
    Project(Vec<(FieldPath, Source)>),
    /// Does steps on each element of an array.
    ForEach(FieldPath, Vec<Step>),
    /// Does another transform's steps.
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

/// A row of a lookup table that goes into the event.
#[derive(Clone, Debug)]
pub struct LookupStep {
    /// The table.
    pub table: LookupId,
    /// Its key, or its keys.
    pub key: Vec<CheckedExpression>,
    /// For each column: its position in a row, and where its cell goes.
    pub columns: Vec<(usize, FieldPath)>,
}

/// A place in the event as it is at that step, or in the element that a `for_each` is at.
#[derive(Clone, Debug)]
pub struct FieldPath {
    /// Where it is written.
    pub span: Span,
    /// True if it begins at the element (`it`).
    pub of_element: bool,
    /// Its steps.
    pub path: Vec<PathStep>,
    /// As errors show it: `data.items[].price`.
    pub shown: Box<str>,
}

/// A value to be made: the first alternative that applies and is not null.
#[derive(Clone, Debug)]
pub struct Source {
    /// The alternatives, in order.
    pub alternatives: Vec<(Option<CheckedExpression>, SourceValue)>,
}

/// How a value is made.
#[derive(Clone, Debug)]
pub enum SourceValue {
    /// A literal.
    Value(Json),
    /// An expression.
    Expression(CheckedExpression),
    /// A text with expressions in it.
    Template(Vec<Piece>),
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Literal text.
    Text(Box<str>),
    /// The value of an expression, as text.
    Expression(CheckedExpression),
}

/// An expression, with the types that it needs.
#[derive(Clone, Debug)]
pub struct CheckedExpression {
    /// The expression.
    pub typed: Typed,
    /// What it needs, and the path as errors show it.
    pub requirements: Vec<(TypeRequirement, Box<str>)>,
}

impl Step {
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

impl Step {
    /// Calls `seen` with every lookup table that the step and those within it take rows from.
    pub fn tables(&self, seen: &mut dyn FnMut(LookupId)) {
        match &self.action {
            Action::Lookup(lookup) => seen(lookup.table),
            Action::ForEach(_, steps) => steps.iter().for_each(|step| step.tables(seen)),
            _ => {}
        }
    }
}

impl Source {
    fn expressions<'s>(&'s self, seen: &mut dyn FnMut(&'s Typed)) {
        for (when, made) in &self.alternatives {
            when.iter().for_each(|when| seen(&when.typed));
            match made {
                SourceValue::Value(_) => {}
                SourceValue::Expression(checked) => seen(&checked.typed),
                SourceValue::Template(pieces) => pieces.iter().for_each(|piece| {
                    if let Piece::Expression(checked) = piece {
                        seen(&checked.typed);
                    }
                }),
            }
        }
    }
}
