//! Header tables: the search for the rows of an event, and their effects.

use super::builder::Builder;
use super::destinations::DestinationPlan;
use super::labels::CasesPlan;
use super::strings::StringTable;
use crate::event::{Json, Value};
use crate::logic::{DraftId, Literal, NodeId, Seal, Sealer, ValueId};
use crate::rules::{Cases, KeyRow, MatchMode, Table, TableKind, Target};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A table.
#[derive(Debug)]
pub(crate) struct TablePlan<C = NodeId> {
    pub(crate) name: Arc<str>,
    pub(crate) kind: TableKindPlan<C>,
    pub(crate) rows: Vec<RowEffect>,
    pub(crate) otherwise: RowEffect,
}

/// How rows are found.
#[derive(Debug)]
pub(crate) enum TableKindPlan<C = NodeId> {
    /// By the value of a key.
    Key(KeyPlan<C>),
    /// By their conditions: the rows are candidates.
    Decision {
        first: bool,
        /// The number of the first row among the candidates.
        start: u32,
    },
}

/// The key of a table.
#[derive(Debug)]
pub(crate) struct KeyPlan<C = NodeId> {
    pub(crate) key: CasesPlan<C>,
    /// The key to use instead of null.
    pub(crate) default: Option<Literal>,
    strings: StringTable<u32>,
    /// Rows whose key is not a string.
    others: FxHashMap<Literal, u32>,
}

/// The effect of a row.
#[derive(Debug, Default)]
pub(crate) struct RowEffect {
    pub(crate) subscribers: Box<[u32]>,
    pub(crate) labels: Box<[(u32, ValueId)]>,
    pub(crate) destinations: Box<[DestinationPlan]>,
}

impl TablePlan<DraftId> {
    /// A table. The rows of a decision table become candidates: their conditions are added to `candidates`.
    pub(super) fn new(table: &Table, builder: &mut Builder<'_>, candidates: &mut Vec<DraftId>) -> TablePlan<DraftId> {
        let kind = match &table.kind {
            TableKind::Key { key, default, rows } => {
                TableKindPlan::Key(KeyPlan::new(key, default.as_ref(), rows, builder))
            }
            TableKind::Decision { mode, rows, .. } => {
                let start = candidates.len() as u32;
                candidates.extend(rows.iter().map(|row| builder.lowering.when(row.when.as_ref())));
                TableKindPlan::Decision { first: *mode == MatchMode::First, start }
            }
        };
        let rows = match &table.kind {
            TableKind::Key { rows, .. } => rows.iter().map(|row| RowEffect::new(&row.target, builder)).collect(),
            TableKind::Decision { rows, .. } => rows.iter().map(|row| RowEffect::new(&row.target, builder)).collect(),
        };
        TablePlan { name: table.name.text.clone(), kind, rows, otherwise: RowEffect::new(&table.otherwise, builder) }
    }
}

impl KeyPlan<DraftId> {
    fn new(key: &Cases, default: Option<&Json>, rows: &[KeyRow], builder: &mut Builder<'_>) -> KeyPlan<DraftId> {
        let numbered = || (0u32..).zip(rows);
        let strings: Vec<_> = numbered().filter_map(|(number, row)| Some((row.key.as_str()?, number))).collect();
        let others = numbered().filter(|(_, row)| !row.key.is_string());
        let others = others.filter_map(|(number, row)| Some((Literal::from_json(&row.key)?, number)));
        KeyPlan {
            key: CasesPlan::new(key, builder),
            default: default.and_then(Literal::from_json),
            strings: StringTable::new(strings.into_iter()),
            others: others.collect(),
        }
    }
}

impl KeyPlan {
    /// The number of the row with this key.
    pub(crate) fn row(&self, key: Value<'_>) -> Option<u32> {
        match key {
            Value::String(key) => self.strings.get(key).copied(),
            key => self.others.get(&Literal::of(key)?).copied(),
        }
    }
}

impl RowEffect {
    fn new(target: &Target, builder: &mut Builder<'_>) -> RowEffect {
        RowEffect {
            subscribers: builder.subscriber_numbers(&target.subscribers),
            labels: builder.label_values(&target.labels),
            destinations: builder.destinations(&target.destinations),
        }
    }
}

impl<C: Seal> Seal for TablePlan<C> {
    type Sealed = TablePlan<C::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        TablePlan { name: self.name, kind: self.kind.seal(sealer), rows: self.rows, otherwise: self.otherwise }
    }
}

impl<C: Seal> Seal for TableKindPlan<C> {
    type Sealed = TableKindPlan<C::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        match self {
            TableKindPlan::Key(KeyPlan { key, default, strings, others }) => {
                TableKindPlan::Key(KeyPlan { key: key.seal(sealer), default, strings, others })
            }
            TableKindPlan::Decision { first, start } => TableKindPlan::Decision { first, start },
        }
    }
}
