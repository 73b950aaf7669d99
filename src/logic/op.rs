//! Tests: a value compared with a constant.

use super::element::{self, ElementTest, PartTest};
use super::literal::Literal;
use super::range::Range;
use super::values::ValueId;
use crate::event::Value;
use crate::expr::{Glob, Pattern};
use rustc_hash::{FxBuildHasher, FxHashSet};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

/// A test of a value: a leaf of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Test {
    pub(crate) value: ValueId,
    pub(crate) op: Op,
}

/// The right side of a test. Null never passes. (Large and rare parts are boxed, since there may be a million tests.)
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// Equals the scalar.
    Equal(Literal),
    /// Equals one of the scalars.
    OneOf(Arc<FxHashSet<Literal>>),
    /// Is a number within the range.
    Range(Box<Range>),
    /// Is not null.
    Exists,
    /// Is a string with this prefix.
    Prefix(Box<str>),
    /// Is a string with this suffix.
    Suffix(Box<str>),
    /// Is a string with this substring.
    Has(Box<str>),
    /// Is a string with this substring, or a list with this element.
    Contains(Box<Literal>),
    /// Is a string that the glob matches.
    Glob(Arc<Glob>),
    /// Is a string that the regular expression matches.
    Matches(Arc<Pattern>),
    /// Is a list with an element that passes.
    Element(Arc<ElementTest<Op>>),
}

impl Op {
    /// True if the value passes.
    pub(crate) fn holds(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (_, Value::Null) => false,
            (Op::Equal(literal), _) => value == literal.value(),
            (Op::OneOf(set), _) => contains_literal(set, value),
            (Op::Range(range), Value::Number(n)) => range.holds(n),
            (Op::Exists, _) => true,
            (Op::Prefix(text), Value::String(s)) => s.starts_with(&**text),
            (Op::Suffix(text), Value::String(s)) => s.ends_with(&**text),
            (Op::Has(text), Value::String(s)) => has(s, text),
            (Op::Contains(literal), Value::String(s)) => {
                matches!(&**literal, Literal::String(text) if has(s, text))
            }
            (Op::Contains(literal), Value::Array(items)) => items.iter().any(|item| *item == literal.value()),
            (Op::Glob(glob), Value::String(s)) => glob.is_match(s),
            (Op::Matches(regex), Value::String(s)) => regex.is_match(s),
            (Op::Element(test), _) => test.holds(value),
            _ => false,
        }
    }

    /// True if an index may report it several times for one value.
    pub(crate) fn may_hit_repeatedly(&self) -> bool {
        matches!(self, Op::Has(_) | Op::Contains(_) | Op::Glob(_) | Op::Matches(_) | Op::Element(_))
    }

    /// True if a hit of an index proves it. For the other operators an index finds candidates only.
    pub(crate) fn is_exact(&self) -> bool {
        match self {
            Op::Glob(_) | Op::Matches(_) => false,
            Op::Element(test) => test.is_exact(),
            _ => true,
        }
    }
}

impl PartTest for Op {
    fn holds(&self, value: Value<'_>) -> bool {
        Op::holds(self, value)
    }

    fn is_exact(&self) -> bool {
        Op::is_exact(self)
    }

    fn weight(&self) -> u32 {
        match self {
            Op::Equal(Literal::Bool(_)) | Op::Range(_) => 6,
            Op::Equal(_) => 1,
            Op::OneOf(_) | Op::Prefix(_) | Op::Suffix(_) | Op::Contains(_) => 2,
            Op::Has(_) | Op::Glob(_) => 4,
            Op::Matches(_) | Op::Exists => 10,
            Op::Element(test) => test.leaves().map_or(10, |leaves| element::weight(&leaves)),
        }
    }
}

fn has(s: &str, text: &str) -> bool {
    memchr::memmem::find(s.as_bytes(), text.as_bytes()).is_some()
}

/// True if one of the literals is equal to the value.
fn contains_literal(set: &FxHashSet<Literal>, value: Value<'_>) -> bool {
    match value {
        Value::Bool(b) => set.contains(&Literal::Bool(b)),
        Value::Number(n) => set.contains(&Literal::Number(n)),
        // A small set is searched without building a key.
        Value::String(s) if set.len() <= 8 => set.iter().any(|literal| literal.value() == Value::String(s)),
        Value::String(s) => set.contains(&Literal::String(s.into())),
        _ => false,
    }
}

impl PartialEq for Op {
    fn eq(&self, other: &Op) -> bool {
        match (self, other) {
            (Op::Equal(a), Op::Equal(b)) => a == b,
            (Op::Contains(a), Op::Contains(b)) => a == b,
            (Op::OneOf(a), Op::OneOf(b)) => a == b,
            (Op::Range(a), Op::Range(b)) => a == b,
            (Op::Exists, Op::Exists) => true,
            (Op::Prefix(a), Op::Prefix(b)) | (Op::Suffix(a), Op::Suffix(b)) | (Op::Has(a), Op::Has(b)) => a == b,
            (Op::Glob(a), Op::Glob(b)) => a.source() == b.source(),
            (Op::Matches(a), Op::Matches(b)) => a == b,
            (Op::Element(a), Op::Element(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Op {}

impl Hash for Op {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Op::Equal(literal) => literal.hash(state),
            Op::Contains(literal) => literal.hash(state),
            // Independent of the order of the set.
            Op::OneOf(set) => set.iter().fold(0u64, |all, item| all ^ FxBuildHasher.hash_one(item)).hash(state),
            Op::Range(range) => range.hash(state),
            Op::Exists => {}
            Op::Prefix(text) | Op::Suffix(text) | Op::Has(text) => text.hash(state),
            Op::Glob(glob) => glob.source().hash(state),
            Op::Matches(regex) => regex.source().hash(state),
            Op::Element(test) => test.hash(state),
        }
    }
}
