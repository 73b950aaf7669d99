//! The checks of an overridden key: it exists, may change, and does change.

use super::definitions::Definition;
use super::same::same;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::Json;
use crate::rules::NameKind;
use crate::rules::decode::RuleSetDecoder;
use crate::rules::keys::{self, Keys};
use crate::yaml::{YamlEntry, YamlNode};
use std::collections::BTreeMap;

/// Keys whose value is a name or a list of them, so that `x` and `[x]` are the same.
const LISTS: [&str; 4] = ["topic", "subscribers", "exclude", "transform"];

/// Keys for which an empty list or mapping has the same effect as no key.
const EMPTY: [&str; 5] = ["subscribers", "exclude", "labels", "transform", "otherwise"];

impl RuleSetDecoder<'_> {
    /// True if an entry of an override changes the definition. Reports one that does not.
    pub(super) fn changes_key(
        &mut self,
        definition: &Definition<'_>,
        entry: &YamlEntry,
        overridden: &mut BTreeMap<String, Span>,
    ) -> bool {
        let key = entry.key.text.value.as_str();
        let keys = keys_of(definition);
        if !keys.has(key) {
            self.unknown_key(entry, keys);
            return false;
        }
        if self.refuse_empty(entry) {
            return false;
        }
        if let Some(refused) = refused(definition, entry) {
            self.report(refused);
            return false;
        }
        let (kind, name) = (definition.kind.word(), &definition.name);
        if let Some(first) = overridden.get(key) {
            let message = format!("`{key}` of the {kind} `{name}` is overridden twice");
            let diagnostic = Diagnostic::new(Code::Override, entry.key.text.span(), message);
            self.report(diagnostic.label("again here").also(*first, "first here"));
            return false;
        }
        overridden.insert(key.to_owned(), entry.key.text.span());
        let unchanged = unchanged(definition, entry);
        let is_unchanged = unchanged.is_some();
        self.diagnostics.extend(unchanged);
        !is_unchanged
    }
}

/// The keys that a definition may have.
fn keys_of(definition: &Definition<'_>) -> &'static Keys {
    match definition.kind {
        NameKind::Table if definition.entry("inputs").is_some() => &keys::DECISION_TABLE,
        NameKind::Table => &keys::KEY_TABLE,
        NameKind::Filter => &keys::FILTER,
        NameKind::Subscriber => &keys::SUBSCRIBER,
        _ => &keys::RULE,
    }
}

/// The error of a key that exists and may not be overridden.
fn refused(definition: &Definition<'_>, entry: &YamlEntry) -> Option<Diagnostic> {
    let (key, span) = (entry.key.text.value.as_str(), entry.key.text.span());
    let (kind, name) = (definition.kind.word(), &definition.name);
    let other = match key {
        "name" => {
            let message = format!("an override cannot change the name of the {kind} `{name}`");
            return Some(Diagnostic::new(Code::Override, span, message).help("change it where it is defined"));
        }
        "drop" => "keep",
        "keep" => "drop",
        _ => return None,
    };
    let other = definition.entry(other).filter(|_| definition.entry(key).is_none())?;
    let is = &other.key.text.value;
    let message = format!("`{key}` cannot be added: the filter `{name}` has `{is}`");
    let diagnostic = Diagnostic::new(Code::Override, span, message).also(other.key.text.span(), "defined here");
    Some(diagnostic.help(format!("override `{is}` instead")))
}

/// The error of a key that has the new value already.
fn unchanged(definition: &Definition<'_>, entry: &YamlEntry) -> Option<Diagnostic> {
    let (key, new) = (entry.key.text.value.as_str(), &entry.value);
    let (kind, name) = (definition.kind.word(), &definition.name);
    let error = |why: String| {
        let message = format!("the override of `{key}` changes nothing: {why}");
        Diagnostic::new(Code::Override, new.span, message)
    };
    match definition.entry(key) {
        Some(old) if same(as_list(key, &old.value), as_list(key, new)) => {
            let diagnostic = error(format!("the {kind} `{name}` has this value already"));
            Some(diagnostic.also(old.value.span, "defined here"))
        }
        Some(_) => None,
        None if is_default(definition, key, new) => {
            Some(error(format!("the {kind} `{name}` has no `{key}`, which means the same")))
        }
        None => None,
    }
}

/// The items of a list, or the one value that replaces a list.
fn as_list<'n>(key: &str, node: &'n YamlNode) -> &'n YamlNode {
    match node.items() {
        [one] if LISTS.contains(&key) && one.scalar().is_some() => one,
        _ => node,
    }
}

/// True if a definition without the key acts as if it had this value.
fn is_default(definition: &Definition<'_>, key: &str, value: &YamlNode) -> bool {
    let Some(scalar) = value.scalar() else {
        return EMPTY.contains(&key) && value.items().is_empty() && value.entries().is_empty();
    };
    let default = match key {
        "enabled" | "when" | "filter" => Json::Bool(true),
        "stop" => Json::Bool(false),
        "mode" => Json::from("first"),
        "priority" => Json::from(definition.inherited_priority),
        "default" => Json::Null,
        _ => return false,
    };
    scalar.value == default
}
