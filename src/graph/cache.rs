//! Topics that have been seen, so that an event with a known topic costs one hash look-up.
//!
//! The key is not the topic but the raw bytes that it is made from, so that its expression is not evaluated either.

use super::strings::short;
use super::topics::TopicEntry;
use std::collections::HashMap;

/// At most so many topics are kept; then all are forgotten, so that endless new topics cost time but no memory.
const MOST: usize = 8192;

/// Keys longer than this are not kept.
const LONGEST: usize = 1024;

/// Entries by key.
#[derive(Debug, Default)]
pub(crate) struct TopicCache {
    /// Keys come from events, so the hash is one that cannot be provoked into collisions.
    known: HashMap<Box<[u8]>, usize>,
    entries: Vec<TopicEntry>,
    /// The last key and its entry: most streams repeat themselves.
    last: Last,
}

#[derive(Debug, Default)]
struct Last {
    key: Vec<u8>,
    /// The key, where it is short.
    short: Option<u128>,
    entry: Option<usize>,
}

impl Last {
    fn is(&self, key: &[u8], short: Option<u128>) -> bool {
        self.key.len() == key.len() && self.short == short && (short.is_some() || self.key == key)
    }
}

impl TopicCache {
    /// The entry of a key.
    pub(crate) fn find(&mut self, key: &[u8]) -> Option<usize> {
        let short = short(key);
        if let Some(last) = self.last.entry.filter(|_| self.last.is(key, short)) {
            return Some(last);
        }
        let found = self.known.get(key).copied()?;
        self.last.key.clear();
        self.last.key.extend_from_slice(key);
        (self.last.short, self.last.entry) = (short, Some(found));
        Some(found)
    }

    /// Keeps an entry, under a key if it has one.
    pub(crate) fn keep(&mut self, key: Option<&[u8]>, entry: TopicEntry) -> usize {
        if self.entries.len() >= MOST {
            self.clear();
        }
        let number = self.entries.len();
        self.entries.push(entry);
        if let Some(key) = key.filter(|key| key.len() <= LONGEST) {
            self.known.insert(key.into(), number);
        }
        number
    }

    /// An entry by number, which is good until the next one is kept.
    pub(crate) fn get(&self, number: usize) -> Option<&TopicEntry> {
        self.entries.get(number)
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.known.clear();
        self.entries.clear();
        self.last.entry = None;
    }
}
