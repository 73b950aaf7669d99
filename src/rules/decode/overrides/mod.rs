//! `overrides:`, which changes single keys of rules, tables, filters and subscribers that are defined elsewhere.
//!
//! Overrides are applied to the YAML trees before anything is decoded: an entry of the override replaces the entry with that
//! key. It keeps its own spans, so that diagnostics point into the file of the override, and everything after this treats
//! it like an entry of the definition.

mod definitions;
mod effect;
mod same;

use super::{RuleFile, RuleSetDecoder};
use crate::diagnostic::{Code, Diagnostic};
use crate::rules::{Name, NameKind, keys};
use crate::yaml::{YamlEntry, YamlKind, YamlNode};
use definitions::{Definition, each_definition};
use std::collections::{BTreeMap, BTreeSet};

/// The section's key.
const SECTION: &str = "overrides";

/// The keys of the section, with the kinds that they override.
const KINDS: [(&str, NameKind); 4] = [
    ("rules", NameKind::Rule),
    ("tables", NameKind::Table),
    ("filters", NameKind::Filter),
    ("subscribers", NameKind::Subscriber),
];

/// The keys that one file overrides in one definition.
struct Override {
    /// The name of the definition, in the override.
    name: Name,
    /// The new entries.
    entries: Vec<YamlEntry>,
}

/// All overrides of a rule set; those of one definition in file order.
type Overrides = BTreeMap<(NameKind, String), Vec<Override>>;

impl RuleSetDecoder<'_> {
    /// Removes the `overrides` sections and applies them.
    pub(super) fn apply_overrides(&mut self, files: &mut [RuleFile]) {
        let mut overrides = Overrides::new();
        for RuleFile { node, .. } in &mut *files {
            if let Some(section) = take_section(node) {
                self.collect_overrides(&section, &mut overrides);
            }
        }
        if overrides.is_empty() {
            return;
        }
        each_definition(files, &mut |definition| {
            // If a name is defined twice, which is an error, the first definition is changed.
            if let Some(of_name) = overrides.remove(&(definition.kind, definition.name.clone())) {
                self.override_keys(definition, of_name);
            }
        });
        if !overrides.is_empty() {
            self.report_undefined(&overrides, files);
        }
    }

    fn collect_overrides(&mut self, section: &YamlEntry, overrides: &mut Overrides) {
        if self.refuse_empty(section) {
            return;
        }
        let Some(fields) = self.fields(&section.value, &keys::OVERRIDES) else { return };
        for (key, kind) in KINDS {
            let Some(node) = fields.get(key) else { continue };
            let entries = self.mapping(node, &format!("a mapping of {} names", kind.word())).unwrap_or_default();
            for entry in entries {
                if let Some(one) = self.decode_override(entry, kind) {
                    overrides.entry((kind, one.name.text.to_string())).or_default().push(one);
                }
            }
        }
    }

    fn decode_override(&mut self, entry: &YamlEntry, kind: NameKind) -> Option<Override> {
        let name = self.key_name(entry)?;
        if self.refuse_empty(entry) {
            return None;
        }
        let wanted = format!("a mapping of the keys that change in the {}", kind.word());
        let entries = self.mapping(&entry.value, &wanted)?;
        if entries.is_empty() {
            let message =
                format!("the override of the {} `{}` has no keys, so it changes nothing", kind.word(), name.text);
            self.report(Diagnostic::new(Code::Override, entry.value.span, message));
        }
        Some(Override { name, entries: entries.to_vec() })
    }

    /// Applies all overrides of one definition.
    fn override_keys(&mut self, mut definition: Definition<'_>, overrides: Vec<Override>) {
        let mut overridden = BTreeMap::new();
        for Override { name, entries } in overrides {
            self.used(definition.kind, &name);
            for entry in entries {
                if self.changes_key(&definition, &entry, &mut overridden) {
                    definition.set(entry);
                }
            }
        }
    }

    /// Reports overrides of names that are not defined.
    fn report_undefined(&mut self, overrides: &Overrides, files: &mut [RuleFile]) {
        let mut defined: BTreeSet<(NameKind, String)> = BTreeSet::new();
        each_definition(files, &mut |definition| {
            defined.insert((definition.kind, definition.name));
        });
        for ((kind, name), of_name) in overrides {
            let help = if *kind == NameKind::Rule && defined.contains(&(NameKind::Group, name.clone())) {
                Some(format!("`{name}` is a group: override the rules in it"))
            } else {
                let alike = defined.iter().filter(|(of, _)| of == kind).map(|(_, name)| name.as_str());
                self.suggestion(name, alike).or_else(|| match kind {
                    NameKind::Subscriber => Some("only subscribers under `subscribers:` can be overridden".into()),
                    _ => None,
                })
            };
            for one in of_name {
                let message = format!("there is no {} `{name}` to override", kind.word());
                self.report(Diagnostic::new(Code::Override, one.name.span, message).maybe_help(help.clone()));
            }
        }
    }
}

/// Removes the section from a file.
fn take_section(node: &mut YamlNode) -> Option<YamlEntry> {
    let YamlKind::Mapping(entries) = &mut node.kind else { return None };
    let at = entries.iter().position(|entry| entry.key.text.value == SECTION)?;
    Some(entries.remove(at))
}
