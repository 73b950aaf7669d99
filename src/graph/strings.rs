//! A hash table from strings to small values in which a look-up touches one place in memory.
//!
//! Short strings (most keys of rules) are stored in the table itself, as their first and last bytes; longer ones in a separate
//! pool. A table of 100,000 keys is far larger than a cache, so the cost of a look-up is the number of places that it visits.
//! Probing is linear, and the table is at most half full.

use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;

/// The length of the longest key that is stored in the table itself.
const SHORT: usize = 16;

/// Marks a slot without a key.
const VACANT: u32 = u32::MAX;

/// Values by string.
#[derive(Debug)]
pub(crate) struct StringTable<V> {
    slots: Vec<Slot<V>>,
    pool: String,
    /// No key has more bytes.
    longest: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot<V> {
    /// The bytes of a short key; the position of a long key in the pool.
    word: u128,
    len: u32,
    value: V,
}

impl<V: Copy + Default> StringTable<V> {
    /// A table of keys, each once.
    pub(crate) fn new<'k>(keys: impl ExactSizeIterator<Item = (&'k str, V)>) -> StringTable<V> {
        let vacant = Slot { word: 0, len: VACANT, value: V::default() };
        let room = if keys.len() == 0 { 0 } else { (keys.len() * 2).next_power_of_two() };
        let mut table = StringTable { slots: vec![vacant; room], pool: String::new(), longest: 0 };
        keys.for_each(|(key, value)| table.insert(key, value));
        table
    }

    fn insert(&mut self, key: &str, value: V) {
        let short = short(key.as_bytes());
        let word = match short {
            Some(word) => word,
            None => {
                self.pool.push_str(key);
                (self.pool.len() - key.len()) as u128
            }
        };
        self.longest = self.longest.max(key.len());
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash(key, short) & mask;
        while self.slots.get(at).is_some_and(|slot| slot.len != VACANT) {
            at = (at + 1) & mask;
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = Slot { word, len: key.len() as u32, value };
        }
    }

    /// The value of a key.
    #[inline]
    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        if key.len() > self.longest || self.slots.is_empty() {
            return None;
        }
        let mask = self.slots.len() - 1;
        let short = short(key.as_bytes());
        let mut at = hash(key, short) & mask;
        loop {
            let slot = self.slots.get(at)?;
            if slot.len == VACANT {
                return None;
            }
            if slot.len as usize == key.len() {
                let is_same = match short {
                    Some(word) => slot.word == word,
                    None => self.pool.get(slot.word as usize..slot.word as usize + key.len()) == Some(key),
                };
                if is_same {
                    return Some(&slot.value);
                }
            }
            at = (at + 1) & mask;
        }
    }
}

/// The first and last bytes of a short key, which may overlap. With the length they determine the key.
#[inline]
pub(super) fn short(bytes: &[u8]) -> Option<u128> {
    let join = |low: u64, high: u64| u128::from(low) | u128::from(high) << 64;
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let word = join(u64::from_le_bytes(*first), u64::from_le_bytes(*last));
        return (bytes.len() <= SHORT).then_some(word);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return Some(join(u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into()));
    }
    Some(bytes.iter().fold(0, |word, byte| word << 8 | u128::from(*byte)))
}

/// Keys come from rules alone, so that no event can provoke collisions.
#[inline]
fn hash(key: &str, short: Option<u128>) -> usize {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    match short {
        Some(word) => {
            let mixed = (word as u64 ^ key.len() as u64).wrapping_mul(FACTOR).rotate_left(32) ^ (word >> 64) as u64;
            (mixed.wrapping_mul(FACTOR) >> 24) as usize
        }
        None => FxBuildHasher.hash_one(key) as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn finds_the_same_as_a_map() {
        let text = |n: u32| "abc\0déf".chars().cycle().skip(n as usize % 7).take(n as usize % 40).collect::<String>();
        let map: HashMap<String, u32> = (0..400).map(|n| (format!("{}{}", text(n), n % 90), n)).collect();
        let table = StringTable::new(map.iter().map(|(key, value)| (key.as_str(), *value)));
        for (key, value) in &map {
            assert_eq!(table.get(key), Some(value));
            assert_eq!(table.get(&format!("{key}\0")), map.get(&format!("{key}\0")));
            let shorter: String = key.chars().skip(1).collect();
            assert_eq!(table.get(&shorter), map.get(&shorter));
        }
        assert_eq!(StringTable::<u32>::new([].into_iter()).get(""), None);
    }
}
