//! Tables of reference data.

use crate::diagnostic::Span;
use crate::event::{Json, Value};
use std::sync::Arc;

/// A lookup table: rows by one key or several.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// Its name.
    pub name: Arc<str>,
    /// Where it is defined.
    pub span: Span,
    /// The names of the keys.
    pub keys: Vec<String>,
    /// True if the order of the keys does not matter.
    pub unordered: bool,
    /// The other columns.
    pub columns: Vec<String>,
}

impl Lookup {
    /// The cells of a row (in the order of `columns`), by its key.
    pub fn row(&self, key: &[Value<'_>]) -> Option<&[Json]> {
        todo!("{key:?}")
    }
}
