//! The slots of one event: spans that the scan of a line found, or values of the tree that `ingest` produced.

use crate::event::{Captures, RawPath, Step, Tag, Type, Value, decode};
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use std::collections::HashMap;

/// The slots of one event.
#[derive(Clone, Copy)]
pub(crate) enum Slots<'a> {
    /// Spans of a line, decoded on demand.
    Scanned { line: &'a [u8], captures: &'a Captures },
    /// Values of a tree, by slot (none where the tree has nothing), and the slots with a value other than null.
    Tree { values: &'a [Option<Value<'a>>], found: &'a [u32] },
}

impl<'a> Slots<'a> {
    /// The value of a slot.
    #[inline]
    pub(crate) fn get(self, slot: usize, arena: &'a Bump) -> Value<'a> {
        match self {
            Slots::Scanned { line, captures } => decode(line, captures.get(slot), arena),
            Slots::Tree { values, .. } => values.get(slot).copied().flatten().unwrap_or_default(),
        }
    }

    /// True if a slot has a value other than null.
    #[inline]
    pub(crate) fn is_present(self, slot: usize, arena: &'a Bump) -> bool {
        match self {
            Slots::Scanned { line, captures } => match captures.get(slot) {
                found if matches!(found.tag, Tag::Missing | Tag::Null) => false,
                // A number beyond the range of floats is null.
                found if found.tag == Tag::Number => !decode(line, found, arena).is_null(),
                _ => true,
            },
            Slots::Tree { values, .. } => values.get(slot).copied().flatten().is_some_and(|value| !value.is_null()),
        }
    }

    /// True if a slot has a value, even if it is null.
    #[inline]
    pub(crate) fn is_found(self, slot: usize) -> bool {
        match self {
            Slots::Scanned { captures, .. } => captures.get(slot).tag != Tag::Missing,
            Slots::Tree { values, .. } => values.get(slot).is_some_and(Option::is_some),
        }
    }

    /// The slots that have a value.
    #[inline]
    pub(crate) fn found(self) -> &'a [u32] {
        match self {
            Slots::Scanned { captures, .. } => captures.found(),
            Slots::Tree { found, .. } => found,
        }
    }

    /// The type of the value of a slot; `Type::NONE` for null.
    #[inline]
    pub(crate) fn type_of(self, slot: usize) -> Type {
        match self {
            Slots::Scanned { captures, .. } => of_tag(captures.get(slot).tag),
            Slots::Tree { values, .. } => {
                let value = values.get(slot).copied().flatten();
                value.map_or(Type::NONE, |value| value.type_of().difference(Type::NULL))
            }
        }
    }
}

fn of_tag(tag: Tag) -> Type {
    match tag {
        Tag::Missing | Tag::Null => Type::NONE,
        Tag::True | Tag::False => Type::BOOLEAN,
        Tag::Number => Type::NUMBER,
        Tag::String | Tag::EscapedString => Type::STRING,
        Tag::Array => Type::ARRAY,
        Tag::Object => Type::OBJECT,
    }
}

/// The paths of all slots as one tree, so that the cost of filling them depends on the event, not on the number of slots.
#[derive(Debug)]
pub(crate) struct SlotTree {
    nodes: Vec<SlotNode>,
    slots: usize,
}

#[derive(Debug, Default)]
struct SlotNode {
    slot: Option<u32>,
    keys: HashMap<Box<str>, u32>,
    indexes: Vec<(u32, u32)>,
}

impl SlotTree {
    /// The tree of paths. The position of a path is its slot.
    pub(crate) fn new(paths: &[RawPath]) -> SlotTree {
        let mut tree = SlotTree { nodes: vec![SlotNode::default()], slots: paths.len() };
        for (slot, path) in (0..).zip(paths) {
            let node = path.iter().fold(0, |node, step| tree.child(node, step));
            if let Some(node) = tree.nodes.get_mut(node as usize) {
                node.slot = Some(slot);
            }
        }
        tree
    }

    fn child(&mut self, node: u32, step: &Step) -> u32 {
        let new = self.nodes.len() as u32;
        let Some(node) = self.nodes.get_mut(node as usize) else { return 0 };
        let child = match step {
            Step::Key(key) => *node.keys.entry(key.clone()).or_insert(new),
            Step::Index(index) => match node.indexes.iter().find(|(known, _)| known == index) {
                Some((_, child)) => *child,
                None => {
                    node.indexes.push((*index, new));
                    new
                }
            },
        };
        if child == new {
            self.nodes.push(SlotNode::default());
        }
        child
    }

    /// The slots of an event.
    pub(crate) fn fill<'a>(&self, event: Value<'a>, arena: &'a Bump) -> Slots<'a> {
        let values = arena.alloc_slice_fill_copy(self.slots, None);
        let mut found = ArenaVec::new_in(arena);
        self.fill_below(0, event, values, &mut found);
        Slots::Tree { values, found: found.into_bump_slice() }
    }

    /// (The recursion is as deep as the longest path.)
    fn fill_below<'a>(
        &self,
        node: u32,
        value: Value<'a>,
        values: &mut [Option<Value<'a>>],
        found: &mut ArenaVec<'a, u32>,
    ) {
        let Some(node) = self.nodes.get(node as usize) else { return };
        if let Some(slot) = node.slot
            && let Some(place) = values.get_mut(slot as usize)
        {
            *place = Some(value);
            if !value.is_null() {
                found.push(slot);
            }
        }
        match value {
            Value::Object(members) if !node.keys.is_empty() => {
                for (key, member) in members {
                    if let Some(child) = node.keys.get(*key) {
                        self.fill_below(*child, *member, values, found);
                    }
                }
            }
            Value::Array(items) => {
                for (index, child) in &node.indexes {
                    if let Some(item) = items.get(*index as usize) {
                        self.fill_below(*child, *item, values, found);
                    }
                }
            }
            _ => {}
        }
    }
}
