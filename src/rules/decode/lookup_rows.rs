//! The shape of a lookup, and its rows as they were read from a rule file or a file of its own.

use crate::diagnostic::Span;
use crate::event::Json;
use crate::rules::Name;
use std::sync::Arc;

/// The limit for keys and columns.
pub(super) const MAX_COLUMNS: usize = 1_000;

/// The name, keys, columns and types of a lookup.
pub(super) struct LookupShape {
    pub(super) name: Arc<str>,
    pub(super) span: Span,
    pub(super) keys: Vec<Name>,
    pub(super) columns: Option<Vec<Name>>,
    pub(super) unordered: bool,
    pub(super) types: ColumnTypes,
}

/// The type of the cells in a CSV column.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum ColumnType {
    String,
    Number,
    Integer,
    Boolean,
}

/// The types of some columns.
pub(super) type ColumnTypes = Vec<(Name, ColumnType)>;

/// A row that was read from YAML, JSON or CSV.
pub(super) struct RawRow {
    pub(super) span: Span,
    pub(super) cells: RawCells,
}

pub(super) enum RawCells {
    /// The keys, then the columns.
    List(Vec<Json>),
    /// By name, each with its span.
    Map(Vec<(String, Json, Span)>),
}
