//! Equality of YAML values.

use crate::rules::decode::setting_conflicts::canonical;
use crate::yaml::{YamlKind, YamlNode};
use std::collections::HashMap;

/// True if two nodes have the same value: numbers compare by value, mappings without regard to order. Unlike in JSON, the
/// keys `5` and `"5"` differ, as they do in the rows of a table. (Recurses no deeper than YAML.)
pub(super) fn same(a: &YamlNode, b: &YamlNode) -> bool {
    match (&a.kind, &b.kind) {
        (YamlKind::Scalar(a), YamlKind::Scalar(b)) => canonical(&a.value) == canonical(&b.value),
        (YamlKind::Sequence(a), YamlKind::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (YamlKind::Mapping(a), YamlKind::Mapping(b)) => {
            let others: HashMap<String, &YamlNode> =
                b.iter().map(|entry| (canonical(&entry.key.value), &entry.value)).collect();
            let equal = |key: &str, value: &YamlNode| others.get(key).is_some_and(|other| same(value, other));
            a.len() == b.len() && a.iter().all(|entry| equal(&canonical(&entry.key.value), &entry.value))
        }
        _ => false,
    }
}
