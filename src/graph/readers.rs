//! The use of each slot that an event has: the paths that read it, and the indexes that are probed.

use super::at;
use super::envelope::{PathSources, SlotReader};
use super::index::Indexes;
use crate::event::Type;
use crate::expr::PathId;
use crate::logic::{ValueNode, Values};
use rustc_hash::FxHashMap;

/// The readers of all slots, and the parts that are evaluated for every event because no slot leads to them.
#[derive(Debug, Default)]
pub(crate) struct Readers {
    by_slot: Vec<Box<[Reader]>>,
    /// The numbers of the indexes of values that are not in slots.
    computed_indexes: Vec<u32>,
    /// Paths with type requirements that are not in slots.
    computed_paths: Vec<PathId>,
}

/// A path that reads a slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    pub(crate) slot: SlotReader,
    /// The number of its index.
    pub(crate) index: Option<u32>,
    /// The types that some type requirement may exclude.
    pub(crate) needs_check: Type,
}

impl Readers {
    /// `needs_check`: by path, the types that some type requirement may exclude.
    pub(super) fn new(
        sources: &PathSources,
        indexes: &Indexes,
        values: &Values,
        needs_check: &FxHashMap<PathId, Type>,
    ) -> Readers {
        let mut index_of_path = vec![None; sources.len()];
        let mut computed_indexes = Vec::new();
        for (number, value) in (0u32..).zip(indexes.values()) {
            match values.get(value) {
                Some(ValueNode::Path(path)) if sources.is_slot(*path) => {
                    if let Some(slot) = index_of_path.get_mut(at(*path)) {
                        *slot = Some(number);
                    }
                }
                _ => computed_indexes.push(number),
            }
        }
        let reader = |slot: &SlotReader| Reader {
            slot: *slot,
            index: index_of_path.get(at(slot.path)).copied().flatten(),
            needs_check: needs_check.get(&slot.path).copied().unwrap_or(Type::NONE),
        };
        Readers {
            by_slot: sources.readers().iter().map(|readers| readers.iter().map(reader).collect()).collect(),
            computed_indexes,
            computed_paths: needs_check.keys().copied().filter(|path| !sources.is_slot(*path)).collect(),
        }
    }

    /// The readers of a slot.
    #[inline]
    pub(crate) fn of_slot(&self, slot: u32) -> &[Reader] {
        self.by_slot.get(slot as usize).map_or(&[], |readers| readers)
    }

    /// The numbers of the indexes that are probed for every event.
    pub(crate) fn computed_indexes(&self) -> &[u32] {
        &self.computed_indexes
    }

    /// The paths whose types are checked for every event.
    pub(crate) fn computed_paths(&self) -> &[PathId] {
        &self.computed_paths
    }
}
