//! The shape of a lookup, and its rows as they were read from a rule file or a file of its own.

use crate::diagnostic::Span;
use crate::event::Json;
use crate::rules::Name;
use std::sync::Arc;

/// At most so many keys and columns.
pub(super) const MAX_COLUMNS: usize = 1_000;

/// What a lookup's section says of its shape.
pub(super) struct LookupShape {
    pub(super) name: Arc<str>,
    pub(super) span: Span,
    pub(super) keys: Vec<Name>,
    pub(super) columns: Option<Vec<Name>>,
    pub(super) unordered: bool,
    pub(super) types: ColumnTypes,
}

/// What the cells of a CSV column are.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum ColumnType {
    String,
    Number,
    Integer,
    Boolean,
}

/// The types of some columns.
pub(super) type ColumnTypes = Vec<(Name, ColumnType)>;

/// A row as it was read, wherever from.
pub(super) struct RawRow {
    pub(super) span: Span,
    pub(super) cells: RawCells,
}

pub(super) enum RawCells {
    /// The keys, then the columns.
    List(Vec<Json>),
    /// By name, each with its place.
    Map(Vec<(String, Json, Span)>),
}
