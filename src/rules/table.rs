//! Header tables and decision tables.

use super::cases::Cases;
use super::destination::Destination;
use super::group::MatchMode;
use super::name::Name;
use crate::diagnostic::Span;
use crate::event::Json;
use crate::expr::Typed;

/// A header table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// Its key or inputs, and its rows.
    pub kind: TableKind,
    /// The subscribers and labels if no row matches.
    pub otherwise: Target,
}

impl Table {
    /// The subscribers and labels of all rows, then those if no row matches.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &Target> {
        let (keys, decisions): (&[KeyRow], &[DecisionRow]) = match &self.kind {
            TableKind::Key { rows, .. } => (rows, &[]),
            TableKind::Decision { rows, .. } => (&[], rows),
        };
        let rows = keys.iter().map(|row| &row.target).chain(decisions.iter().map(|row| &row.target));
        rows.chain([&self.otherwise])
    }
}

/// The subscribers and labels of a row.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// Subscribers that get the event.
    pub subscribers: Vec<Name>,
    /// Expressions that choose further subscribers from the event.
    pub destinations: Vec<Destination>,
    /// Labels that it sets.
    pub labels: Vec<(Name, Typed)>,
}

impl Target {
    /// True if it has no effect.
    pub(crate) fn is_empty(&self) -> bool {
        self.subscribers.is_empty() && self.destinations.is_empty() && self.labels.is_empty()
    }

    /// Every expression in it.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Typed> {
        let labels = self.labels.iter().map(|(_, value)| value);
        labels.chain(self.destinations.iter().map(|destination| &destination.value))
    }
}

/// The two kinds of tables.
#[derive(Clone, Debug)]
pub enum TableKind {
    /// A table with one key: rows by its value.
    Key {
        /// The key.
        key: Cases,
        /// The key to use if the key is null.
        default: Option<Json>,
        /// Rows with different keys.
        rows: Vec<KeyRow>,
    },
    /// A decision table, with several inputs.
    Decision {
        /// The inputs: names and expressions.
        inputs: Vec<(Name, Typed)>,
        /// Whether one row may match, or all.
        mode: MatchMode,
        /// The rows.
        rows: Vec<DecisionRow>,
    },
}

/// A row of a table with one key.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// The key.
    pub key: Json,
    /// Its span in the file.
    pub span: Span,
    /// Its subscribers and labels.
    pub target: Target,
}

/// A row of a decision table.
#[derive(Clone, Debug)]
pub struct DecisionRow {
    /// Its span in the file.
    pub span: Span,
    /// Its cells as one condition over the inputs (each cell keeps its span); `None` matches every event.
    pub when: Option<Typed>,
    /// The input of each cell. With several cells, these are the parts of `when`; a single one is `when` itself.
    pub cells: Vec<u32>,
    /// Its subscribers and labels.
    pub target: Target,
}
