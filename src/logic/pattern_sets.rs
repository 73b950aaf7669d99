//! The sets of topic patterns that rules, groups and schemas are limited to.

use crate::topic::TopicPattern;
use rustc_hash::FxHashMap;

/// Sets of patterns; equal sets have the same number.
#[derive(Debug, Default)]
pub(crate) struct PatternSets {
    sets: Vec<Vec<TopicPattern>>,
    known: FxHashMap<Vec<TopicPattern>, u32>,
}

impl PatternSets {
    /// The number of a set of patterns.
    pub(crate) fn intern(&mut self, patterns: &[TopicPattern]) -> u32 {
        if let Some(set) = self.known.get(patterns) {
            return *set;
        }
        let set = self.sets.len() as u32;
        self.sets.push(patterns.to_vec());
        self.known.insert(patterns.to_vec(), set);
        set
    }

    /// All sets, by number.
    pub(crate) fn as_slice(&self) -> &[Vec<TopicPattern>] {
        &self.sets
    }
}
