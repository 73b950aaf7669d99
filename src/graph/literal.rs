//! Scalar constants as keys of indexes.

use crate::event::{Json, Number, Value};
use std::cmp::Ordering;

/// A scalar constant; equal literals are equal JSON values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Number(Number),
    String(Box<str>),
}

impl Literal {
    /// The literal of a scalar; none for arrays and objects.
    pub(crate) fn from_json(json: &Json) -> Option<Literal> {
        Some(match json {
            Json::Null => Literal::Null,
            Json::Bool(b) => Literal::Bool(*b),
            Json::Number(n) => Number::from_json(n).map_or(Literal::Null, Literal::Number),
            Json::String(s) => Literal::String(s.as_str().into()),
            Json::Array(_) | Json::Object(_) => return None,
        })
    }

    /// The literal that a scalar value is.
    pub(crate) fn of(value: Value<'_>) -> Option<Literal> {
        Some(match value {
            Value::Null => Literal::Null,
            Value::Bool(b) => Literal::Bool(b),
            Value::Number(n) => Literal::Number(n),
            Value::String(s) => Literal::String(s.into()),
            Value::Array(_) | Value::Object(_) => return None,
        })
    }

    /// It as a value.
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Literal::Null => Value::Null,
            Literal::Bool(b) => Value::Bool(*b),
            Literal::Number(n) => Value::Number(*n),
            Literal::String(s) => Value::String(s),
        }
    }

    /// The number, if it is one.
    pub(crate) fn number(&self) -> Option<Number> {
        match self {
            Literal::Number(n) => Some(*n),
            _ => None,
        }
    }
}

/// One end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Bound {
    pub(crate) at: Number,
    pub(crate) inclusive: bool,
}

/// A range of numbers; at least one end is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Range {
    pub(crate) low: Option<Bound>,
    pub(crate) high: Option<Bound>,
}

impl Range {
    /// True if the number is within.
    pub(crate) fn holds(&self, n: Number) -> bool {
        self.low.is_none_or(|low| above(n, low)) && self.high.is_none_or(|high| below(n, high))
    }

    /// What is in both ranges.
    pub(crate) fn meet(self, other: Range) -> Range {
        Range {
            low: tighter(self.low, other.low, Ordering::Greater),
            high: tighter(self.high, other.high, Ordering::Less),
        }
    }

    /// True if no number can be within.
    pub(crate) fn is_empty(&self) -> bool {
        match (self.low, self.high) {
            (Some(low), Some(high)) => match low.at.cmp(&high.at) {
                Ordering::Less => false,
                Ordering::Equal => !(low.inclusive && high.inclusive),
                Ordering::Greater => true,
            },
            _ => false,
        }
    }
}

/// True if `n` is on the right side of a lower bound.
fn above(n: Number, low: Bound) -> bool {
    match n.cmp(&low.at) {
        Ordering::Greater => true,
        Ordering::Equal => low.inclusive,
        Ordering::Less => false,
    }
}

/// True if `n` is on the left side of an upper bound.
fn below(n: Number, high: Bound) -> bool {
    match n.cmp(&high.at) {
        Ordering::Less => true,
        Ordering::Equal => high.inclusive,
        Ordering::Greater => false,
    }
}

/// The bound that leaves less; `tight` is how it compares to the other.
fn tighter(a: Option<Bound>, b: Option<Bound>, tight: Ordering) -> Option<Bound> {
    match (a, b) {
        (Some(a), Some(b)) => match a.at.cmp(&b.at) {
            Ordering::Equal => Some(Bound { at: a.at, inclusive: a.inclusive && b.inclusive }),
            order if order == tight => Some(a),
            _ => Some(b),
        },
        (one, None) | (None, one) => one,
    }
}
