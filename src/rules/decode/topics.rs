//! `topics:`, the topic tree. A node may be spread over several places, but each of its keys is given once.

use super::{RuleSetDecoder, Section};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::rules::{Name, Setting, TopicNode, keys};
use crate::yaml::{YamlEntry, YamlKind, YamlNode};
use std::collections::HashMap;
use std::sync::Arc;

/// The nodes so far, by their full patterns.
#[derive(Default)]
struct Tree {
    nodes: Vec<TopicNode>,
    numbers: HashMap<Arc<str>, usize>,
    /// The spans of the subscribers of each node.
    subscribers: HashMap<usize, Span>,
}

impl RuleSetDecoder<'_> {
    pub(super) fn topics(&mut self, sections: &[Section<'_>]) -> Vec<TopicNode> {
        let mut tree = Tree::default();
        for section in sections {
            self.topic_entries(section.node, "", &mut tree);
        }
        self.check_settings(&tree.nodes);
        tree.nodes
    }

    /// The topics below `prefix`, which ends with a dot if it is not empty.
    fn topic_entries(&mut self, node: &YamlNode, prefix: &str, tree: &mut Tree) {
        let Some(entries) = self.mapping(node, "a mapping of topics") else { return };
        entries.iter().for_each(|entry| self.topic(entry, prefix, tree));
    }

    fn topic(&mut self, entry: &YamlEntry, prefix: &str, tree: &mut Tree) {
        let key = &entry.key.text;
        let full = format!("{prefix}{}", key.value);
        let empty = self.refuse_empty(entry);
        let Some(pattern) = self.parse_pattern(&full, key, prefix.len()) else { return };
        if empty {
            return;
        }
        let at = *tree.numbers.entry(pattern.text.clone()).or_insert_with(|| {
            let node = TopicNode { pattern, span: key.span(), subscribers: Vec::new(), settings: Default::default() };
            tree.nodes.push(node);
            tree.nodes.len() - 1
        });
        let YamlKind::Mapping(_) = &entry.value.kind else {
            // A list, or a single name, is short for `subscribers:`.
            return self.topic_subscribers(&entry.value, key.span(), at, &full, tree);
        };
        let Some(fields) = self.fields(&entry.value, &keys::TOPIC) else { return };
        if let Some(settings) = fields.get("settings") {
            self.topic_settings(settings, at, &full, tree);
        }
        if let Some(subscribers) = fields.entry("subscribers") {
            self.topic_subscribers(&subscribers.value, subscribers.key.text.span(), at, &full, tree);
        }
        if let Some(below) = fields.get("topics") {
            self.topic_entries(below, &format!("{full}."), tree);
        }
    }

    fn topic_subscribers(&mut self, node: &YamlNode, place: Span, at: usize, full: &str, tree: &mut Tree) {
        let names = match &node.kind {
            YamlKind::Scalar(scalar) if scalar.value.is_null() => {
                self.wrong_type(node, "a list, a string or a mapping");
                Vec::new()
            }
            _ => self.names(node),
        };
        if let Some(first) = tree.subscribers.get(&at) {
            return self.topic_twice("subscribers", full, place, *first);
        }
        tree.subscribers.insert(at, place);
        if let Some(slot) = tree.nodes.get_mut(at) {
            slot.subscribers = names;
        }
    }

    fn topic_settings(&mut self, node: &YamlNode, at: usize, full: &str, tree: &mut Tree) {
        let Some(entries) = self.mapping(node, "a mapping of settings") else { return };
        for entry in entries {
            let Some(Name { text, span }) = self.key_name(entry) else { continue };
            if self.refuse_empty(entry) {
                continue;
            }
            let value = self.literal(&entry.value);
            let Some(settings) = tree.nodes.get_mut(at).map(|node| &mut node.settings) else { continue };
            match settings.get(&text).map(|setting| setting.span) {
                Some(first) => self.topic_twice(&format!("settings.{text}"), full, span, first),
                None => {
                    settings.insert(text, Setting { value, span });
                }
            }
        }
    }

    fn topic_twice(&mut self, key: &str, topic: &str, again: Span, first: Span) {
        let message = format!("`{key}` of the topic `{topic}` is given twice");
        let diagnostic = Diagnostic::new(Code::DuplicateName, again, message);
        self.report(diagnostic.label("again here").also(first, "first here"));
    }
}
