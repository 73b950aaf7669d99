//! Topics: what a topic alone decides, worked out once for a topic and then kept (see [`super::cache`]).

use super::names::{Names, json_string};
use super::posting::Posting;
use crate::event::Json;
use crate::rules::RuleSet;
use crate::topic::{PatternTrie, Segment, TopicPattern};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that is matched against a topic.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    /// Nodes and patterns of the topic tree, by number.
    tree: PatternTrie,
    subscribers: Vec<Box<[u32]>>,
    /// The same followed by `.#`, since settings hold for what is below; numbers of `settings`.
    below: PatternTrie,
    settings: Vec<NodeSettings>,
    /// The sets of patterns that rules, groups and schemas are limited to.
    sets: PatternTrie,
    /// The patterns of each set, until they are sealed.
    patterns: Vec<Vec<TopicPattern>>,
    known: FxHashMap<Vec<TopicPattern>, u32>,
    /// What is registered under a set.
    access: Vec<Vec<Posting>>,
}

/// The settings of one node.
#[derive(Debug)]
struct NodeSettings {
    literals: usize,
    settings: Vec<(Arc<str>, Json)>,
}

/// What a topic decides.
#[derive(Debug)]
pub(crate) struct TopicEntry {
    pub(crate) topic: Box<str>,
    pub(crate) json: Box<[u8]>,
    /// Sorted, each once.
    pub(crate) subscribers: Box<[u32]>,
    pub(crate) settings: BTreeMap<Arc<str>, Json>,
    /// The settings as a JSON object; empty where there are none.
    pub(crate) settings_json: Box<[u8]>,
    /// The sets of patterns that the topic is in.
    pub(crate) sets: FixedBitSet,
    /// What is registered under these sets.
    pub(crate) entries: Box<[Posting]>,
}

impl TopicEntry {
    /// How many bytes it takes, roughly: settings are counted by their JSON, twice for the tree they stand in.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<TopicEntry>()
            + self.topic.len()
            + self.json.len()
            + size_of_val(&*self.subscribers)
            + 3 * self.settings_json.len()
            + self.sets.len().div_ceil(8)
            + size_of_val(&*self.entries)
    }
}

impl Topics {
    pub(crate) fn new(rules: &RuleSet, subscribers: &Names) -> Topics {
        let mut all = Topics::default();
        for (number, node) in rules.topics.iter().enumerate() {
            all.tree.insert(&node.pattern, number as u32);
            let numbers = subscribers.numbers(node.subscribers.iter().map(|name| &name.text));
            all.subscribers.push(numbers.into_boxed_slice());
            if !node.settings.is_empty() {
                let settings = node.settings.iter().map(|(key, setting)| (key.clone(), setting.value.clone()));
                all.below.insert(&node.pattern.and_below(), all.settings.len() as u32);
                all.settings.push(NodeSettings { literals: node.pattern.literals(), settings: settings.collect() });
            }
        }
        all
    }

    /// The number of a set of patterns.
    pub(crate) fn set(&mut self, patterns: &[TopicPattern]) -> u32 {
        if let Some(set) = self.known.get(patterns) {
            return *set;
        }
        let set = self.patterns.len() as u32;
        patterns.iter().for_each(|pattern| self.sets.insert(pattern, set));
        self.patterns.push(patterns.to_vec());
        self.known.insert(patterns.to_vec(), set);
        self.access.push(Vec::new());
        set
    }

    /// Registers entries under a set.
    pub(crate) fn register(&mut self, set: u32, entries: impl Iterator<Item = Posting>) {
        if let Some(access) = self.access.get_mut(set as usize) {
            access.extend(entries);
        }
    }

    /// A guess how often a topic is in a set.
    pub(crate) fn rate(&self, set: u32) -> f64 {
        let patterns = self.patterns.get(set as usize).map_or(&[][..], Vec::as_slice);
        let sets = self.patterns.len() as f64;
        let each = patterns.iter().map(|pattern| match pattern.segments.as_slice() {
            [Segment::Many] => 1.0,
            segments if segments.iter().all(|segment| matches!(segment, Segment::Literal(_))) => 1.0 / (sets + 1.0),
            _ => 0.5 / (pattern.literals() as f64 + 1.0),
        });
        each.sum::<f64>().min(1.0)
    }

    /// Works out what a topic decides.
    pub(crate) fn entry(&self, topic: &str) -> TopicEntry {
        let settings = self.settings_of(topic);
        let mut subscribers = Vec::new();
        self.tree.matches(topic, &mut |number| {
            subscribers.extend(self.subscribers.get(number as usize).into_iter().flatten().copied());
        });
        subscribers.sort_unstable();
        subscribers.dedup();
        let mut sets = FixedBitSet::with_capacity(self.access.len());
        self.sets.matches(topic, &mut |set| sets.insert(set as usize));
        let mut entries: Vec<Posting> = sets.ones().filter_map(|set| self.access.get(set)).flatten().copied().collect();
        entries.sort_unstable();
        entries.dedup();
        let settings_json =
            if settings.is_empty() { Vec::new() } else { serde_json::to_vec(&settings).unwrap_or_default() };
        TopicEntry {
            topic: topic.into(),
            json: json_string(topic),
            subscribers: subscribers.into(),
            settings,
            settings_json: settings_json.into(),
            sets,
            entries: entries.into(),
        }
    }

    /// For each key the value of the node with the most literal segments.
    fn settings_of(&self, topic: &str) -> BTreeMap<Arc<str>, Json> {
        let mut nodes = Vec::new();
        self.below.matches(topic, &mut |number| nodes.push(number as usize));
        nodes.sort_unstable();
        nodes.dedup();
        let mut best: BTreeMap<&Arc<str>, (usize, &Json)> = BTreeMap::new();
        for node in nodes.into_iter().filter_map(|number| self.settings.get(number)) {
            for (key, value) in &node.settings {
                let winner = best.entry(key).or_insert((node.literals, value));
                if node.literals > winner.0 {
                    *winner = (node.literals, value);
                }
            }
        }
        best.into_iter().map(|(key, (_, value))| (key.clone(), value.clone())).collect()
    }

    /// Forgets what is needed for building alone.
    pub(crate) fn seal(&mut self) {
        self.known = FxHashMap::default();
        self.patterns = Vec::new();
        self.subscribers.shrink_to_fit();
        self.access.shrink_to_fit();
    }
}
