//! A cache of topics, so that an event with a known topic costs one hash look-up.
//!
//! The key is not the topic but the raw bytes that determine it, so that its expression is not evaluated either.

use super::strings::short;
use super::topics::TopicEntry;
use std::collections::HashMap;

/// At most this many topics are kept, with at most this many bytes. Then all are dropped, so that an endless sequence of new
/// topics costs time but not memory.
const MAX_ENTRIES: usize = 8192;
const MAX_BYTES: usize = 16 << 20;

/// Longer keys and larger entries are kept for one event only.
const MAX_KEY: usize = 1024;
const MAX_ENTRY: usize = 1 << 20;

/// The number of the entry that is kept for one event only.
const PASSING: usize = usize::MAX;

/// Entries by key.
#[derive(Debug, Default)]
pub(crate) struct TopicCache {
    /// Keys come from events, so the hash function must resist provoked collisions.
    known: HashMap<Box<[u8]>, usize>,
    entries: Vec<TopicEntry>,
    /// The entry of the last event, if it is too large to be kept.
    passing: Option<TopicEntry>,
    /// How many bytes keys and entries take.
    bytes: usize,
    /// The last key and its entry, because most streams repeat topics.
    last: Last,
}

#[derive(Debug, Default)]
struct Last {
    key: Vec<u8>,
    /// The key as a number, if it is short.
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

    /// Adds an entry. A large one is kept for this event only.
    pub(crate) fn keep(&mut self, key: &[u8], entry: TopicEntry) -> usize {
        let bytes = key.len() + entry.bytes();
        if key.len() > MAX_KEY || bytes > MAX_ENTRY {
            self.passing = Some(entry);
            return PASSING;
        }
        if self.entries.len() >= MAX_ENTRIES || self.bytes + bytes > MAX_BYTES {
            self.clear();
        }
        let number = self.entries.len();
        self.bytes += bytes;
        self.entries.push(entry);
        self.known.insert(key.into(), number);
        number
    }

    /// An entry by number. The number is valid until the next entry is added.
    pub(crate) fn get(&self, number: usize) -> Option<&TopicEntry> {
        if number == PASSING { self.passing.as_ref() } else { self.entries.get(number) }
    }

    /// Drops the entry that was kept for the last event only.
    pub(crate) fn begin(&mut self) {
        if self.passing.is_some() {
            self.passing = None;
        }
    }

    fn clear(&mut self) {
        self.known.clear();
        self.entries.clear();
        self.bytes = 0;
        self.last.entry = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::topics::Topics;

    fn keep(cache: &mut TopicCache, key: &str) -> usize {
        let entry = Topics::default().entry(key);
        cache.keep(key.as_bytes(), entry)
    }

    fn topic(cache: &mut TopicCache, key: &str) -> Option<String> {
        let number = cache.find(key.as_bytes())?;
        cache.get(number).map(|entry| entry.topic.to_string())
    }

    #[test]
    fn similar_keys_are_distinguished() {
        let mut cache = TopicCache::default();
        // The first and last bytes of some of these overlap to the same word.
        let keys =
            ["aaaaaaaaa", "aaaaaaaa", "aaaaaaaaaa", "abababab", "ababababab", "a", "aa", "", "aaaaaaaaaaaaaaaaa"];
        keys.iter().for_each(|key| _ = keep(&mut cache, key));
        for first in keys {
            for second in keys {
                assert_eq!(topic(&mut cache, first).as_deref(), Some(first));
                assert_eq!(topic(&mut cache, second).as_deref(), Some(second), "after {first}");
            }
        }
        assert_eq!(topic(&mut cache, "aaa"), None);
    }

    #[test]
    fn a_dropped_key_is_not_found() {
        let mut cache = TopicCache::default();
        keep(&mut cache, "first");
        assert_eq!(topic(&mut cache, "first").as_deref(), Some("first"));
        (0..MAX_ENTRIES).for_each(|n| _ = keep(&mut cache, &format!("t{n}")));
        assert_eq!(topic(&mut cache, "first"), None);
        assert_eq!(cache.entries.len(), 1);
    }

    #[test]
    fn memory_is_bounded() {
        let mut cache = TopicCache::default();
        let large = keep(&mut cache, &"x".repeat(MAX_KEY + 1));
        assert_eq!(cache.get(large).map(|entry| entry.topic.len()), Some(MAX_KEY + 1));
        assert_eq!((cache.entries.len(), cache.bytes), (0, 0));
        cache.begin();
        assert!(cache.get(large).is_none());
        let mut most = 0;
        for n in 0..2 * MAX_BYTES / MAX_KEY {
            let mut entry = Topics::default().entry(&format!("t{n}"));
            entry.settings_json = vec![b' '; 8 * MAX_KEY].into();
            cache.keep(format!("t{n}").as_bytes(), entry);
            most = most.max(cache.bytes);
        }
        assert!(most <= MAX_BYTES && most > MAX_BYTES / 2, "{most}");
    }
}
