//! The trie of paths.
//!
//! Nodes are numbered; node 0 is the event. The members of a node are in an open hash table of their own, a slice of one shared
//! array; its elements are in a slice of another. An entry has the length and the first and last bytes of its key. Up to 16
//! bytes these are the key, so most keys are compared without reading the key itself.

use crate::event::path::Step;
use rustc_hash::FxHashMap;

/// No slot, or no node.
pub(super) const NONE: u32 = u32::MAX;

/// The event itself.
pub(super) const ROOT: u32 = 0;

/// The paths to find, as a trie. A slot is the number of a path, in the order given.
#[derive(Clone, Debug, Default)]
pub struct Trie {
    nodes: Vec<TrieNode>,
    entries: Vec<KeyEntry>,
    items: Vec<(u32, u32)>,
    /// By slot: the next slot with the same path.
    same_path: Vec<u32>,
    /// True if a line may also be an array.
    pub(super) takes_arrays: bool,
}

#[derive(Clone, Debug)]
pub(super) struct TrieNode {
    /// The first slot whose path ends here.
    pub(super) slot: u32,
    /// The number of members to find.
    pub(super) keys: u32,
    /// The elements to find, in ascending order, are `items[first_item..last_item]`.
    pub(super) first_item: u32,
    pub(super) last_item: u32,
    /// Bit n is set if a member's key has n bytes; the top bit is for 63 and more.
    lengths: u64,
    /// The hash table of the members is `entries[table..=table + mask]`.
    table: u32,
    mask: u32,
    /// The key that led here.
    key: Box<str>,
    /// Siblings that need not be found once this node is found and not null.
    pub(super) supersedes: Box<[u32]>,
}

#[derive(Clone, Copy, Debug)]
struct KeyEntry {
    ends: (u64, u64),
    len: u32,
    node: u32,
}

const VACANT: KeyEntry = KeyEntry { ends: (0, 0), len: u32::MAX, node: NONE };

/// Tables with fewer entries are searched from the beginning, without a hash.
const FEW: u32 = 8;

impl TrieNode {
    fn new(key: Box<str>) -> TrieNode {
        TrieNode {
            slot: NONE,
            keys: 0,
            first_item: 0,
            last_item: 0,
            lengths: 0,
            table: 0,
            mask: 0,
            key,
            supersedes: Box::default(),
        }
    }

    /// The number of elements to find.
    pub(super) fn items(&self) -> u32 {
        self.last_item - self.first_item
    }

    /// True if a member to find has a key of this length.
    #[inline(always)]
    pub(super) fn has_length(&self, bytes: usize) -> bool {
        self.lengths >> bytes.min(63) & 1 == 1
    }

    /// True if a node below this one is to be found.
    #[inline]
    pub(super) fn is_inner(&self) -> bool {
        self.keys > 0 || self.last_item > self.first_item
    }
}

impl Trie {
    /// A trie of paths from the root of the raw event. The empty path is the event itself. A path may be given twice.
    pub fn new<'p>(paths: impl IntoIterator<Item = &'p [Step]>) -> Trie {
        let mut trie = Trie { nodes: vec![TrieNode::new("".into())], ..Trie::default() };
        let mut children: FxHashMap<(u32, &Step), u32> = FxHashMap::default();
        let mut order: Vec<(u32, &Step, u32)> = Vec::new();
        for (slot, path) in paths.into_iter().enumerate() {
            let mut at = ROOT;
            for step in path {
                at = *children.entry((at, step)).or_insert_with(|| {
                    let child = trie.nodes.len() as u32;
                    let key = if let Step::Key(key) = step { key.clone() } else { "".into() };
                    trie.nodes.push(TrieNode::new(key));
                    order.push((at, step, child));
                    child
                });
            }
            trie.end(at, slot as u32);
        }
        // By parent; elements of one parent in ascending order.
        order.sort_unstable();
        for siblings in order.chunk_by(|a, b| a.0 == b.0) {
            trie.add_children(siblings);
        }
        trie
    }

    /// Declares that `others` and the paths below them need not be found if `path` is present and not null: a trusted scan
    /// then ends without them. Others that are not siblings of `path` in the trie are ignored.
    pub fn supersede(&mut self, path: &[Step], others: &[&[Step]]) {
        let Some((_, parent)) = path.split_last() else { return };
        let Some(node) = self.descend(path) else { return };
        let is_sibling = |other: &&&[Step]| other.split_last().is_some_and(|(_, up)| up == parent) && **other != path;
        let superseded = others.iter().filter(is_sibling).filter_map(|other| self.descend(other));
        let superseded: Box<[u32]> = superseded.collect();
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.supersedes = superseded;
        }
    }

    /// Declares that a line may also be an array.
    pub fn take_arrays(&mut self) {
        self.takes_arrays = true;
    }

    /// The node at a path of keys.
    fn descend(&self, path: &[Step]) -> Option<u32> {
        path.iter().try_fold(ROOT, |at, step| match step {
            Step::Key(key) => Some(self.member(self.node(at)?, key.as_bytes())).filter(|node| *node != NONE),
            Step::Index(_) => None,
        })
    }

    /// The number of slots.
    pub fn slots(&self) -> usize {
        self.same_path.len()
    }

    pub(super) fn nodes(&self) -> usize {
        self.nodes.len()
    }

    #[inline]
    pub(super) fn node(&self, node: u32) -> Option<&TrieNode> {
        self.nodes.get(node as usize)
    }

    /// The next slot with the same path.
    #[inline]
    pub(super) fn next_slot(&self, slot: u32) -> u32 {
        self.same_path.get(slot as usize).copied().unwrap_or(NONE)
    }

    /// An element to find: its index, and its node.
    #[inline]
    pub(super) fn item(&self, at: u32) -> Option<(u32, u32)> {
        self.items.get(at as usize).copied()
    }

    /// The node of a member; `NONE` if it is not to be found.
    #[inline]
    pub(super) fn member(&self, node: &TrieNode, key: &[u8]) -> u32 {
        if node.has_length(key.len()) { self.find(node, key) } else { NONE }
    }

    #[inline]
    fn find(&self, node: &TrieNode, key: &[u8]) -> u32 {
        let ends = ends(key);
        let mut at = if node.mask < FEW { 0 } else { hash(ends, key) & node.mask };
        loop {
            let entry = self.entries.get((node.table + at) as usize).copied().unwrap_or(VACANT);
            if entry.ends == ends
                && entry.len as usize == key.len()
                && (key.len() <= 16 || self.has_key(entry.node, key))
            {
                return entry.node;
            }
            if entry.node == NONE {
                return NONE;
            }
            at = (at + 1) & node.mask;
        }
    }

    #[cold]
    fn has_key(&self, node: u32, key: &[u8]) -> bool {
        self.node(node).is_some_and(|node| node.key.as_bytes() == key)
    }

    fn end(&mut self, node: u32, slot: u32) {
        if let Some(node) = self.nodes.get_mut(node as usize) {
            self.same_path.push(node.slot);
            node.slot = slot;
        }
    }

    fn add_children(&mut self, siblings: &[(u32, &Step, u32)]) {
        let Some(&(parent, ..)) = siblings.first() else { return };
        let first_item = self.items.len() as u32;
        let mut keys = Vec::new();
        for &(_, step, child) in siblings {
            match step {
                Step::Index(index) => self.items.push((*index, child)),
                Step::Key(key) => keys.push((key.as_bytes(), child)),
            }
        }
        // At least twice as many entries as keys, so that probing is short and always reaches a vacant entry.
        let room = (keys.len() * 2).next_power_of_two();
        let table = self.entries.len();
        self.entries.resize(table + room, VACANT);
        let lengths = keys.iter().fold(0, |bits, (key, _)| bits | 1 << key.len().min(63));
        let slots = self.entries.get_mut(table..).unwrap_or_default();
        for (key, child) in &keys {
            insert(slots, key, *child);
        }
        if let Some(node) = self.nodes.get_mut(parent as usize) {
            node.keys = keys.len() as u32;
            (node.first_item, node.last_item) = (first_item, self.items.len() as u32);
            (node.lengths, node.table, node.mask) = (lengths, table as u32, room as u32 - 1);
        }
    }
}

fn insert(table: &mut [KeyEntry], key: &[u8], node: u32) {
    let mask = table.len() as u32 - 1;
    let ends = ends(key);
    let mut at = if mask < FEW { 0 } else { hash(ends, key) & mask };
    while let Some(entry) = table.get_mut(at as usize) {
        if entry.node == NONE {
            *entry = KeyEntry { ends, len: key.len() as u32, node };
            return;
        }
        at = (at + 1) & mask;
    }
}

/// The first and the last eight bytes, which overlap in a key of less than 16; up to seven bytes are all in the first
/// word.
#[inline(always)]
fn ends(key: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
        return (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
    }
    if let (Some(head), Some(tail)) = (key.first_chunk(), key.last_chunk()) {
        return (u64::from(u32::from_le_bytes(*head)) | u64::from(u32::from_le_bytes(*tail)) << 32, 0);
    }
    (key.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0)
}

#[inline]
fn hash(ends: (u64, u64), key: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = (ends.0.wrapping_mul(FACTOR) ^ key.len() as u64).rotate_left(29) ^ ends.1;
    hash = hash.wrapping_mul(FACTOR);
    if key.len() > 16 {
        for chunk in key.get(8..).unwrap_or_default().chunks_exact(8) {
            let word = chunk.first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
            hash = (hash.rotate_left(25) ^ word).wrapping_mul(FACTOR);
        }
    }
    (hash >> 32) as u32
}
