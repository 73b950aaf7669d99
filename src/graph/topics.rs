//! Topics: the parts of a decision that depend on the topic alone. They are determined once for each topic and then cached (see [`super::cache`]).

use super::names::{Names, json_string};
use super::posting::{List, Posting};
use crate::event::Json;
use crate::logic::PatternSets;
use crate::rules::RuleSet;
use crate::topic::PatternTrie;
use fixedbitset::FixedBitSet;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that is matched against a topic.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    /// The nodes and patterns of the topic tree, by number.
    tree: PatternTrie,
    subscribers: Vec<Box<[u32]>>,
    /// The same followed by `.#`, because settings also apply below a node. The numbers are those of `settings`.
    below: PatternTrie,
    settings: Vec<NodeSettings>,
    /// The sets of patterns that rules, groups and schemas are limited to.
    sets: PatternTrie,
    /// By set: its postings.
    postings: Vec<List>,
}

/// The settings of one node.
#[derive(Debug)]
struct NodeSettings {
    literals: usize,
    settings: Vec<(Arc<str>, Json)>,
}

/// The parts of a decision that depend on one topic.
#[derive(Debug)]
pub(crate) struct TopicEntry {
    pub(crate) topic: Box<str>,
    pub(crate) json: Box<[u8]>,
    /// Sorted and without duplicates.
    pub(crate) subscribers: Box<[u32]>,
    pub(crate) settings: BTreeMap<Arc<str>, Json>,
    /// The settings as a JSON object; empty if there are no settings.
    pub(crate) settings_json: Box<[u8]>,
    /// The sets of patterns that the topic matches.
    pub(crate) sets: FixedBitSet,
    /// The postings of these sets.
    pub(crate) postings: Box<[Posting]>,
}

impl TopicEntry {
    /// How many bytes it takes, roughly. The tree of settings is counted as twice their JSON.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<TopicEntry>()
            + self.topic.len()
            + self.json.len()
            + size_of_val(&*self.subscribers)
            + 3 * self.settings_json.len()
            + self.sets.len().div_ceil(8)
            + size_of_val(&*self.postings)
    }
}

impl Topics {
    pub(crate) fn new(rules: &RuleSet, pattern_sets: &PatternSets, subscribers: &Names) -> Topics {
        let mut all = Topics { postings: vec![List::new(); pattern_sets.as_slice().len()], ..Topics::default() };
        for (set, patterns) in (0u32..).zip(pattern_sets.as_slice()) {
            patterns.iter().for_each(|pattern| all.sets.insert(pattern, set));
        }
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

    /// Adds the postings of a set of patterns.
    pub(crate) fn add_postings(&mut self, set: u32, postings: List) {
        if let Some(list) = self.postings.get_mut(set as usize) {
            list.extend(postings);
        }
    }

    /// Determines the parts of a decision that depend on a topic.
    pub(crate) fn entry(&self, topic: &str) -> TopicEntry {
        let settings = self.settings_of(topic);
        let mut subscribers = Vec::new();
        self.tree.matches(topic, &mut |number| {
            subscribers.extend(self.subscribers.get(number as usize).into_iter().flatten().copied());
        });
        subscribers.sort_unstable();
        subscribers.dedup();
        let mut sets = FixedBitSet::with_capacity(self.postings.len());
        self.sets.matches(topic, &mut |set| sets.insert(set as usize));
        let mut postings: Vec<Posting> =
            sets.ones().filter_map(|set| self.postings.get(set)).flatten().copied().collect();
        postings.sort_unstable();
        postings.dedup();
        let settings_json =
            if settings.is_empty() { Vec::new() } else { serde_json::to_vec(&settings).unwrap_or_default() };
        TopicEntry {
            topic: topic.into(),
            json: json_string(topic),
            subscribers: subscribers.into(),
            settings,
            settings_json: settings_json.into(),
            sets,
            postings: postings.into(),
        }
    }

    /// For each key, the value of the node with the most literal segments.
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
}
