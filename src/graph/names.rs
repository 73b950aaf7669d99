//! Interned names, with their JSON strings prepared.

use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// Names by number.
#[derive(Debug, Default)]
pub(crate) struct Names {
    names: Vec<Arc<str>>,
    /// All JSON strings in sequence, and where each ends. (One buffer, because there can be as many names as rules.)
    json: Vec<u8>,
    ends: Vec<usize>,
    /// By name; empty once sealed.
    numbers: FxHashMap<Arc<str>, u32>,
}

impl Names {
    /// Names in the given order. Duplicates are ignored.
    pub(crate) fn new(names: impl IntoIterator<Item = Arc<str>>) -> Names {
        let mut all = Names::default();
        for name in names {
            let number = all.names.len() as u32;
            if let Entry::Vacant(entry) = all.numbers.entry(name.clone()) {
                entry.insert(number);
                all.json.extend_from_slice(&json_string(&name));
                all.ends.push(all.json.len());
                all.names.push(name);
            }
        }
        all
    }

    /// Drops the map from names to numbers, which only building needs.
    pub(crate) fn seal(&mut self) {
        self.numbers = FxHashMap::default();
        self.names.shrink_to_fit();
        self.json.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// The number of a name.
    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// The numbers of names, sorted and without duplicates. Unknown names are ignored.
    pub(crate) fn numbers<'n>(&self, names: impl IntoIterator<Item = &'n Arc<str>>) -> Vec<u32> {
        let mut numbers: Vec<u32> = names.into_iter().filter_map(|name| self.number(name)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The name of a number.
    pub(crate) fn name(&self, number: u32) -> Arc<str> {
        self.names.get(number as usize).cloned().unwrap_or_else(|| Arc::from(""))
    }

    /// The name as a JSON string, quotes included.
    pub(crate) fn json(&self, number: u32) -> &[u8] {
        let end = |number: usize| self.ends.get(number).copied();
        let number = number as usize;
        let start = number.checked_sub(1).and_then(end).unwrap_or(0);
        end(number).and_then(|end| self.json.get(start..end)).unwrap_or(b"\"\"")
    }

    /// All names, by number.
    pub(crate) fn as_slice(&self) -> &[Arc<str>] {
        &self.names
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}

/// A JSON string, quotes included.
pub(crate) fn json_string(text: &str) -> Box<[u8]> {
    serde_json::to_vec(text).unwrap_or_default().into_boxed_slice()
}
