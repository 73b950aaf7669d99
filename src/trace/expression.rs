//! The trace of one expression: its value on an event, and the value of each of its parts.

use super::{Mismatch, place};
use crate::diagnostic::Span;
use crate::event::Json;
use serde::Serialize;

/// The value of an expression on one event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExpressionTrace {
    /// The number of the event's line.
    pub line: u64,
    /// The number of the event in its line, if the line is split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<u64>,
    /// The event's id.
    pub id: Json,
    /// The types that the expression can yield on any event: `number or null`.
    #[serde(rename = "type")]
    pub ty: String,
    /// Its value on this event.
    pub value: Json,
    /// Values whose type is not the one that the expression needs, and computations that exceeded their budget.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ValueError>,
    /// Its parts, in source order. Constants are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartTrace>,
}

/// Why a value could not be used, or was not computed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValueError {
    /// The path or the computation.
    pub path: String,
    /// The type or limit that applies, and what was found.
    #[serde(flatten)]
    pub mismatch: Mismatch,
}

/// A part of an expression.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartTrace {
    /// The exact characters.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// Its value; if it depends on the current element of a quantifier (`any`, `map` …), a list with its value for each element.
    pub value: Json,
    /// True if it is a path that does not exist in the event; a path whose value is null exists.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
    /// True if its value depends on the current element of a quantifier.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub each: bool,
    /// Its own parts; for a named value, the conditions and expressions in its definition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartTrace>,
}
