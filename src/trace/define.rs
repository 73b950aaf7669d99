//! Named values in a trace, and which of them its conditions read.

use super::{Condition, ReadValue, RuleOutcome, Trace, place};
use crate::diagnostic::Span;
use crate::event::Json;
use serde::Serialize;
use std::collections::HashSet;
use std::sync::Arc;

/// A named value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DefineTrace {
    /// Its name.
    pub name: Arc<str>,
    /// The place of its name.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// Its value.
    pub value: Json,
    /// The conditions and expressions in its definition, in order, up to the one that gives its value.
    pub cases: Vec<Condition>,
}

impl Trace {
    /// The paths and the names of named values that conditions and tables read. Rules for other topics, disabled rules and rules
    /// that were not reached are left out.
    pub fn reads(&self) -> HashSet<&str> {
        let rules = self.rules.iter().filter(|rule| {
            !matches!(
                rule.outcome,
                RuleOutcome::NotReached | RuleOutcome::OtherTopic { .. } | RuleOutcome::Disabled { .. }
            )
        });
        let mut conditions: Vec<&Condition> = Vec::new();
        conditions.extend(rules.filter_map(|rule| rule.condition.as_ref()));
        conditions.extend(self.groups.iter().filter_map(|group| group.condition.as_ref()));
        conditions.extend(self.filters.iter().filter_map(|filter| filter.condition.as_ref()));
        conditions.extend(self.schemas.iter().filter_map(|schema| schema.condition.as_ref()));
        conditions.extend(self.subscribers.iter().filter_map(|subscriber| subscriber.filter.as_ref()));
        let rows = self.tables.iter().filter(|table| table.reached).flat_map(|table| &table.rows);
        conditions.extend(rows.filter_map(|row| row.condition.as_ref()));
        let mut reads = HashSet::new();
        conditions.into_iter().for_each(|condition| condition.add_reads(&mut reads));
        self.tables.iter().flat_map(|table| &table.inputs).for_each(|input| input.add_reads(&mut reads));
        reads
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
