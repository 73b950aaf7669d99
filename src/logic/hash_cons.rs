//! Hash consing: equal nodes get the same number.

use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;

/// The numbers of nodes by hash. If several nodes have the same hash, the later ones are filed under the next free hashes.
///
/// The nodes come from rules, never from events, so that no event can provoke collisions.
#[derive(Debug, Default)]
pub(super) struct HashCons {
    known: FxHashMap<u64, u32>,
}

impl HashCons {
    /// The number of the known node with this hash that `is_same` accepts. If no node does, files `new` under the hash and returns `None`.
    pub(super) fn find_or_insert(&mut self, mut hash: u64, new: u32, is_same: impl Fn(u32) -> bool) -> Option<u32> {
        loop {
            match self.known.entry(hash) {
                Entry::Occupied(known) if is_same(*known.get()) => return Some(*known.get()),
                Entry::Occupied(_) => hash = hash.wrapping_add(1),
                Entry::Vacant(vacant) => {
                    vacant.insert(new);
                    return None;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_with_the_same_hash_are_distinguished() {
        let nodes = ["a", "b", "a", "c", "b"];
        for hash in [0, u64::MAX] {
            let mut table = HashCons::default();
            let found: Vec<Option<u32>> = (0u32..)
                .zip(nodes)
                .map(|(new, node)| table.find_or_insert(hash, new, |known| nodes[known as usize] == node))
                .collect();
            assert_eq!(found, [None, None, Some(0), None, Some(1)]);
        }
    }
}
