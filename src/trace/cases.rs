//! Values by cases in a trace: named values, labels and keys of tables.

use super::{Condition, ReadValue, SitePath, place};
use crate::diagnostic::Span;
use crate::event::Json;
use serde::Serialize;
use std::collections::HashSet;
use std::sync::Arc;

/// A named value, a label of the section `labels:`, or the key of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CasesTrace {
    /// Its site; that of the table for a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SitePath>,
    /// Its name; `key` for the key of a table.
    pub name: Arc<str>,
    /// The place of its name.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// Its value.
    pub value: Json,
    /// True if a part of the rule set that took part in the decision reads it.
    pub asked: bool,
    /// Its alternatives, in order.
    pub alternatives: Vec<AlternativeTrace>,
}

/// An alternative of a value by cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AlternativeTrace {
    /// Its site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SitePath>,
    /// False if an earlier one was chosen.
    pub reached: bool,
    /// Its condition, if it has one and was reached.
    pub condition: Option<Condition>,
    /// Its value; null if it was not reached or its condition is false.
    pub value: Json,
    /// The expression of its value, if that was evaluated.
    pub result: Option<Condition>,
    /// True if the whole has its value.
    pub chosen: bool,
}

impl CasesTrace {
    /// The conditions and expressions that were evaluated, in order.
    pub fn evaluated(&self) -> impl Iterator<Item = &Condition> {
        self.alternatives.iter().flat_map(|alternative| alternative.condition.iter().chain(&alternative.result))
    }
}

impl Condition {
    /// Adds the paths and the names of named values that it reads.
    pub fn add_reads<'c>(&'c self, reads: &mut HashSet<&'c str>) {
        self.read.iter().for_each(|reading| reading.add_reads(reads));
        self.parts.iter().chain(&self.inside).for_each(|part| part.add_reads(reads));
    }
}

impl ReadValue {
    fn add_reads<'c>(&'c self, reads: &mut HashSet<&'c str>) {
        reads.insert(&self.path);
        self.from.iter().for_each(|from| from.add_reads(reads));
    }
}
