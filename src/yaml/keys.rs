//! Mappings: rejects repeated keys, and resolves merge keys (`<<`).

use super::{YamlEntry, YamlKind, YamlNode, YamlScalar};
use crate::diagnostic::{Code, Diagnostic};
use crate::event::{Json, Number};
use std::collections::HashMap;

/// The value of a key: `5` and `5.0` are the same key, `5` and `"5"` are different keys.
#[derive(PartialEq, Eq, Hash)]
enum KeyIdentity {
    Text(String),
    Number(Number),
    Bool(bool),
    Null,
}

impl KeyIdentity {
    fn of(key: &YamlScalar) -> KeyIdentity {
        match &key.value {
            Json::String(text) => KeyIdentity::Text(text.clone()),
            Json::Bool(value) => KeyIdentity::Bool(*value),
            Json::Number(n) => Number::from_json(n).map_or(KeyIdentity::Null, KeyIdentity::Number),
            _ => KeyIdentity::Null,
        }
    }
}

/// Reports repeated keys (the first one is kept), and replaces merge keys by the entries that they bring in.
pub(super) fn resolve(entries: Vec<YamlEntry>, diagnostics: &mut Vec<Diagnostic>) -> Vec<YamlEntry> {
    let mut kept = unique(entries, diagnostics);
    while let Some(at) = kept.iter().position(|entry| is_merge(&entry.key)) {
        let merge = kept.remove(at);
        let merged = merged(merge, &kept, diagnostics);
        kept.splice(at..at, merged);
    }
    kept
}

/// True for `<<` without quotes.
pub(super) fn is_merge(key: &YamlScalar) -> bool {
    key.plain && key.text.value == "<<"
}

fn unique(entries: Vec<YamlEntry>, diagnostics: &mut Vec<Diagnostic>) -> Vec<YamlEntry> {
    let mut seen = HashMap::with_capacity(entries.len());
    let mut kept = Vec::with_capacity(entries.len());
    for entry in entries {
        let span = entry.key.text.span();
        if let Some(&first) = seen.get(&KeyIdentity::of(&entry.key)) {
            let message = format!("the key `{}` is repeated", entry.key.text.value);
            let diagnostic = Diagnostic::new(Code::DuplicateKey, span, message).label("here again");
            diagnostics.push(diagnostic.also(first, "first here").help("keep one of them"));
            continue;
        }
        seen.insert(KeyIdentity::of(&entry.key), span);
        kept.push(entry);
    }
    kept
}

/// The entries that a merge key brings in: those of its mappings whose keys are not present yet.
fn merged(merge: YamlEntry, explicit: &[YamlEntry], diagnostics: &mut Vec<Diagnostic>) -> Vec<YamlEntry> {
    let mut taken: std::collections::HashSet<KeyIdentity> =
        explicit.iter().map(|entry| KeyIdentity::of(&entry.key)).collect();
    let mut entries = Vec::new();
    let parts = match merge.value.kind {
        YamlKind::Sequence(parts) => parts,
        _ => vec![merge.value],
    };
    for part in parts {
        match part.kind {
            YamlKind::Mapping(inner) => {
                let fresh = inner
                    .into_iter()
                    .filter(|entry| !is_merge(&entry.key) && taken.insert(KeyIdentity::of(&entry.key)));
                entries.extend(fresh);
            }
            _ => diagnostics.push(wrong_merge(&part)),
        }
    }
    entries
}

fn wrong_merge(part: &YamlNode) -> Diagnostic {
    let message = format!("`<<` merges mappings, and this is {}", part.describe());
    let help = "name a mapping that has an anchor (`<<: *base`), or a list of such";
    Diagnostic::new(Code::Anchor, part.span, message).help(help)
}
