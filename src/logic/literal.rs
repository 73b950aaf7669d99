//! Scalar constants, which are also keys of indexes.

use crate::event::{Json, Number, Value};

/// A scalar constant; equal literals are equal JSON values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Number(Number),
    String(Box<str>),
}

impl Literal {
    /// The literal of a JSON scalar; `None` for arrays and objects.
    pub(crate) fn from_json(json: &Json) -> Option<Literal> {
        Some(match json {
            Json::Null => Literal::Null,
            Json::Bool(b) => Literal::Bool(*b),
            Json::Number(n) => Number::from_json(n).map_or(Literal::Null, Literal::Number),
            Json::String(s) => Literal::String(s.as_str().into()),
            Json::Array(_) | Json::Object(_) => return None,
        })
    }

    /// The literal of a scalar value; `None` for arrays and objects.
    pub(crate) fn of(value: Value<'_>) -> Option<Literal> {
        Some(match value {
            Value::Null => Literal::Null,
            Value::Bool(b) => Literal::Bool(b),
            Value::Number(n) => Literal::Number(n),
            Value::String(s) => Literal::String(s.into()),
            Value::Array(_) | Value::Object(_) => return None,
        })
    }

    /// The literal as a value.
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Literal::Null => Value::Null,
            Literal::Bool(b) => Value::Bool(*b),
            Literal::Number(n) => Value::Number(*n),
            Literal::String(s) => Value::String(s),
        }
    }

    /// The number, if the literal is a number.
    pub(crate) fn number(&self) -> Option<Number> {
        match self {
            Literal::Number(n) => Some(*n),
            _ => None,
        }
    }
}
