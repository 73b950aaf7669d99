//! The definitions that overrides may change, as YAML.

use crate::rules::NameKind;
use crate::rules::decode::RuleFile;
use crate::yaml::{YamlEntry, YamlKind, YamlNode};

/// A rule, group, table, filter or subscriber.
pub(super) struct Definition<'n> {
    pub(super) kind: NameKind,
    pub(super) name: String,
    /// The priority that its groups give it.
    pub(super) inherited_priority: i64,
    entries: &'n mut Vec<YamlEntry>,
}

impl Definition<'_> {
    /// The entry of a key.
    pub(super) fn entry(&self, key: &str) -> Option<&YamlEntry> {
        self.entries.iter().find(|entry| entry.key.text.value == key)
    }

    /// Replaces the entry with the same key, or adds one.
    pub(super) fn set(&mut self, new: YamlEntry) {
        match self.entries.iter_mut().find(|entry| entry.key.text.value == new.key.text.value) {
            Some(entry) => *entry = new,
            None => self.entries.push(new),
        }
    }
}

/// Calls `visit` with every definition that has a name, in file order. Whatever has the wrong form is left out: it is
/// reported when it is decoded.
pub(super) fn each_definition(files: &mut [RuleFile], visit: &mut dyn FnMut(Definition<'_>)) {
    let sections = files.iter_mut().filter_map(|file| entries(&mut file.node)).flatten();
    for YamlEntry { key, value } in sections {
        match key.text.value.as_str() {
            "rules" => members(value, 0, visit),
            "filters" => items(value).for_each(|item| named(item, "name", NameKind::Filter, 0, visit)),
            "tables" => keyed(value, NameKind::Table, visit),
            "subscribers" => keyed(value, NameKind::Subscriber, visit),
            _ => {}
        }
    }
}

/// Rules and groups. (Recurses no deeper than YAML.)
fn members(list: &mut YamlNode, priority: i64, visit: &mut dyn FnMut(Definition<'_>)) {
    for item in items(list) {
        if item.get("group").is_none() {
            named(item, "name", NameKind::Rule, priority, visit);
            continue;
        }
        let own = item.get("priority").and_then(YamlNode::scalar).and_then(|scalar| scalar.value.as_i64());
        named(item, "group", NameKind::Group, priority, visit);
        let rules = entries(item).and_then(|entries| entries.iter_mut().find(|entry| entry.key.text.value == "rules"));
        if let Some(rules) = rules {
            members(&mut rules.value, own.unwrap_or(priority), visit);
        }
    }
}

/// A definition that contains its name.
fn named(node: &mut YamlNode, key: &str, kind: NameKind, priority: i64, visit: &mut dyn FnMut(Definition<'_>)) {
    let name = node.get(key).and_then(YamlNode::scalar).map(|scalar| scalar.text.value.clone());
    if let Some((name, entries)) = name.zip(entries(node)) {
        visit(Definition { kind, name, inherited_priority: priority, entries });
    }
}

/// Definitions by their names.
fn keyed(node: &mut YamlNode, kind: NameKind, visit: &mut dyn FnMut(Definition<'_>)) {
    for YamlEntry { key, value } in entries(node).into_iter().flatten() {
        if let Some(entries) = entries(value) {
            visit(Definition { kind, name: key.text.value.clone(), inherited_priority: 0, entries });
        }
    }
}

fn entries(node: &mut YamlNode) -> Option<&mut Vec<YamlEntry>> {
    match &mut node.kind {
        YamlKind::Mapping(entries) => Some(entries),
        _ => None,
    }
}

fn items(node: &mut YamlNode) -> impl Iterator<Item = &mut YamlNode> {
    let items = match &mut node.kind {
        YamlKind::Sequence(items) => Some(items),
        _ => None,
    };
    items.into_iter().flatten()
}
