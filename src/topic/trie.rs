//! All patterns of a rule set in one trie, so that the cost of a topic depends on what it matches.

use super::TopicPattern;

/// Patterns with their numbers.
#[derive(Clone, Debug, Default)]
pub struct PatternTrie {}

impl PatternTrie {
    /// Adds a pattern under a number; several patterns may have one number.
    pub fn insert(&mut self, pattern: &TopicPattern, number: u32) {
        todo!("{pattern:?} {number}")
    }

    /// Calls `found` with the number of every pattern that the topic matches, each (pattern, number) once, in any order.
    pub fn matches(&self, topic: &str, found: &mut dyn FnMut(u32)) {
        let _ = found;
        todo!("{topic}")
    }
}
