//! References to named values and lookup tables, which are defined outside of the expression.

/// The number of a named value (`define`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DefineId(pub u32);

/// The number of a lookup table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LookupId(pub u32);

/// The keys and columns of a lookup table, for the checker.
#[derive(Clone, Debug)]
pub struct LookupInfo {
    /// Its number.
    pub id: LookupId,
    /// The number of its keys.
    pub keys: usize,
    /// Its columns, followed by the keys.
    pub columns: Vec<String>,
}

impl LookupInfo {
    /// The columns without the keys.
    pub fn data_columns(&self) -> &[String] {
        let count = self.columns.len().saturating_sub(self.keys);
        self.columns.get(..count).unwrap_or(&[])
    }
}
