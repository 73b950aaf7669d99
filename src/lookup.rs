//! Tables of reference data.
//!
//! A row is found by the hash of its key and then compared, so a lookup does not allocate.

use crate::diagnostic::Span;
use crate::event::{Json, Number, Value};
use crate::expr::{LookupId, LookupInfo};
use bumpalo::Bump;
use rustc_hash::FxHasher;
use smallvec::SmallVec;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

/// The value of `lookup("table.column", key, …)` in rules and transforms: null if there is no such row. `column` is the number
/// of a column or, after the last one, of a key.
pub(crate) fn cell<'a>(
    tables: &'a [Lookup],
    table: LookupId,
    column: u32,
    key: &[Value<'_>],
    arena: &'a Bump,
) -> Value<'a> {
    let cell = tables.get(table.0 as usize).and_then(|table| table.cell(key, column as usize));
    cell.map_or(Value::Null, |cell| Value::from_json(cell, arena))
}

/// A lookup table: rows that are found by one or more keys.
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
    rows: Rows,
}

/// The rows, flattened: `keys.len()` keys and `columns.len()` cells for each row.
#[derive(Clone, Debug, Default)]
struct Rows {
    count: usize,
    keys: Vec<Json>,
    cells: Vec<Json>,
    by_hash: HashMap<u64, SmallVec<[u32; 1]>, BuildHasherDefault<FxHasher>>,
}

impl Lookup {
    /// A table without rows.
    pub fn new(name: Arc<str>, span: Span, keys: Vec<String>, unordered: bool, columns: Vec<String>) -> Lookup {
        Lookup { name, span, keys, unordered, columns, rows: Rows::default() }
    }

    /// The table with this number, as the type checker of expressions sees it.
    pub(crate) fn info(&self, id: LookupId) -> LookupInfo {
        let columns = self.columns.iter().chain(&self.keys).cloned().collect();
        LookupInfo { id, keys: self.keys.len(), columns }
    }

    /// Adds a row, which must have a key for each of `keys` and a cell for each of `columns`. The error is the number of
    /// the row that already has this key.
    pub fn insert(&mut self, key: Vec<Json>, mut cells: Vec<Json>) -> Result<(), usize> {
        let views: SmallVec<[Value<'_>; 4]> = key.iter().map(scalar).collect();
        if let Some(row) = self.find(&views) {
            return Err(row);
        }
        let hash = self.hash(&views);
        drop(views);
        cells.resize(self.columns.len(), Json::Null);
        self.rows.by_hash.entry(hash).or_default().push(self.rows.count as u32);
        self.rows.keys.extend(key);
        self.rows.cells.extend(cells);
        self.rows.count += 1;
        Ok(())
    }

    /// The cells of a row (in the order of `columns`), by its key.
    pub fn row(&self, key: &[Value<'_>]) -> Option<&[Json]> {
        let width = self.columns.len();
        let start = self.find(key)? * width;
        self.rows.cells.get(start..start + width)
    }

    /// A cell of the row with this key. Numbers below the count of [`columns`](Self::columns) are columns; those after are
    /// [`keys`](Self::keys), as written in the row.
    pub fn cell(&self, key: &[Value<'_>], column: usize) -> Option<&Json> {
        match column.checked_sub(self.columns.len()) {
            None => self.row(key)?.get(column),
            Some(part) if part < self.keys.len() => self.rows.keys.get(self.find(key)? * self.keys.len() + part),
            Some(_) => None,
        }
    }

    /// The texts in a column, which is numbered as for [`cell`](Self::cell).
    pub(crate) fn texts(&self, column: usize) -> impl Iterator<Item = &str> {
        let (all, width, at) = match column.checked_sub(self.columns.len()) {
            None => (&self.rows.cells, self.columns.len(), column),
            Some(key) => (&self.rows.keys, self.keys.len(), key),
        };
        all.iter().skip(at).step_by(width.max(1)).filter_map(Json::as_str)
    }

    /// The bytes of the longest text in it.
    pub(crate) fn longest_cell(&self) -> usize {
        let texts = self.rows.keys.iter().chain(&self.rows.cells).filter_map(Json::as_str);
        texts.map(str::len).max().unwrap_or(0)
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.count
    }

    /// True if there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.count == 0
    }

    fn find(&self, key: &[Value<'_>]) -> Option<usize> {
        let width = self.keys.len();
        if key.len() != width || key.iter().any(|part| !is_scalar(*part)) {
            return None;
        }
        let candidates = self.rows.by_hash.get(&self.hash(key))?;
        candidates.iter().map(|row| *row as usize).find(|row| {
            let own = self.rows.keys.get(row * width..(row + 1) * width).unwrap_or_default();
            if self.unordered { is_permutation(own, key) } else { own.iter().map(scalar).eq(key.iter().copied()) }
        })
    }

    /// The hash of a key. If the order of keys does not matter, the hash does not depend on it.
    fn hash(&self, key: &[Value<'_>]) -> u64 {
        let parts = key.iter().map(|part| hash(*part));
        if self.unordered {
            parts.fold(0, |sum, part| sum.wrapping_add(part))
        } else {
            parts.fold(0, |sum: u64, part| (sum.rotate_left(7) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        }
    }
}

/// True if both are equal as multisets.
fn is_permutation(own: &[Json], key: &[Value<'_>]) -> bool {
    let count_own = |value: Value<'_>| own.iter().filter(|part| scalar(part) == value).count();
    let count_key = |value: Value<'_>| key.iter().filter(|part| **part == value).count();
    own.len() == key.len() && key.iter().all(|part| count_own(*part) == count_key(*part))
}

/// A view of a scalar; null for other values.
fn scalar(json: &Json) -> Value<'_> {
    match json {
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => Number::from_json(n).map_or(Value::Null, Value::Number),
        Json::String(s) => Value::String(s),
        _ => Value::Null,
    }
}

/// True if the value can be a key: null cannot.
fn is_scalar(value: Value<'_>) -> bool {
    matches!(value, Value::Bool(_) | Value::Number(_) | Value::String(_))
}

fn hash(value: Value<'_>) -> u64 {
    let mut hasher = FxHasher::default();
    match value {
        Value::Bool(b) => (1u8, b).hash(&mut hasher),
        Value::Number(n) => (2u8, n).hash(&mut hasher),
        Value::String(s) => (3u8, s).hash(&mut hasher),
        _ => {}
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::FileId;
    use serde_json::json;

    fn table(unordered: bool) -> Lookup {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let span = Span::new(FileId(0), 0, 0);
        let mut table = Lookup::new("t".into(), span, names(&["a", "b"]), unordered, names(&["km"]));
        table.insert(vec![json!("mumbai"), json!("pune")], vec![json!(150)]).unwrap();
        table.insert(vec![json!(1), json!(true)], vec![json!("one")]).unwrap();
        table
    }

    #[test]
    fn finds_rows() {
        let table = table(false);
        let row = |a, b| table.row(&[a, b]);
        assert_eq!(row(Value::String("mumbai"), Value::String("pune")), Some(&[json!(150)][..]));
        assert_eq!(row(Value::String("pune"), Value::String("mumbai")), None);
        assert_eq!(row(Value::float(1.0), Value::Bool(true)), Some(&[json!("one")][..]));
        assert_eq!(row(Value::String("1"), Value::Bool(true)), None);
        assert_eq!(row(Value::Null, Value::Null), None);
        assert_eq!(table.row(&[Value::int(1)]), None);
    }

    #[test]
    fn the_keys_are_cells_too() {
        let key = [Value::String("pune"), Value::String("mumbai")];
        let cells = |table: &Lookup| [0, 1, 2, 3].map(|column| table.cell(&key, column).cloned());
        assert_eq!(cells(&table(false)), [None, None, None, None]);
        let found = [Some(json!(150)), Some(json!("mumbai")), Some(json!("pune")), None];
        assert_eq!(cells(&table(true)), found);
    }

    #[test]
    fn keys_in_any_order() {
        let mut table = table(true);
        assert!(table.row(&[Value::String("pune"), Value::String("mumbai")]).is_some());
        assert!(table.row(&[Value::String("pune"), Value::String("pune")]).is_none());
        assert_eq!(table.insert(vec![json!("pune"), json!("mumbai")], vec![]), Err(0));
        assert_eq!(table.len(), 2);
    }
}
