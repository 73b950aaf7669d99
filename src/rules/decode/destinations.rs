//! Subscribers of rules and rows: names, and expressions that choose them from the event.

use super::{Fields, RuleSetDecoder};
use crate::diagnostic::{Code, Diagnostic};
use crate::event::Type;
use crate::rules::{Destination, Name, keys};
use crate::yaml::{YamlEntry, YamlKind, YamlNode};

/// Names, and expressions that choose names.
#[derive(Default)]
pub(super) struct NamesAndDestinations {
    pub(super) names: Vec<Name>,
    pub(super) destinations: Vec<Destination>,
}

/// The longest text of an expression that is kept to be shown.
const SHOWN: usize = 80;

impl RuleSetDecoder<'_> {
    /// The names and expressions of an optional key.
    pub(super) fn destinations_at(&mut self, fields: &Fields<'_>, key: &str) -> NamesAndDestinations {
        fields.get(key).map_or_else(Default::default, |node| self.destinations(node))
    }

    /// A name or an expression, or a list of them.
    pub(super) fn destinations(&mut self, node: &YamlNode) -> NamesAndDestinations {
        let mut found = NamesAndDestinations::default();
        match &node.kind {
            YamlKind::Mapping(_) => found.destinations.extend(self.destination(node)),
            YamlKind::Sequence(items) if items.iter().any(|item| matches!(item.kind, YamlKind::Mapping(_))) => {
                for item in self.list(node, "").unwrap_or_default().iter().filter(|item| !item.is_empty()) {
                    match &item.kind {
                        YamlKind::Mapping(_) => found.destinations.extend(self.destination(item)),
                        _ => found.names.extend(self.name(item)),
                    }
                }
            }
            _ => found.names = self.names(node),
        }
        found
    }

    /// `{expr: …}`.
    fn destination(&mut self, node: &YamlNode) -> Option<Destination> {
        let fields = self.fields(node, &keys::DESTINATION)?;
        if !fields.has("expr") && !matches!(&node.kind, YamlKind::Mapping(entries) if entries.is_empty()) {
            // The unknown keys were reported.
            return None;
        }
        let node = self.required(&fields, "expr")?;
        let value = self.expression(node)?;
        if !value.ty.intersects(Type::STRING.union(Type::ARRAY)) {
            let message = format!("the value of this expression is always of type {}", value.ty);
            let help = "subscribers are chosen by a string or a list of strings; null chooses nobody";
            self.report(Diagnostic::new(Code::TypeMismatch, node.span, message).help(help));
            return None;
        }
        let written = node.scalar().map_or("", |scalar| scalar.text.value.as_str());
        let text = self.shared(&shortened(written));
        Some(Destination { value, text })
    }
}

/// True for a mapping that has `expr`.
pub(super) fn is_destination(entries: &[YamlEntry]) -> bool {
    entries.iter().any(|entry| entry.key.text.value == "expr")
}

/// On one line, cut to a readable length.
fn shortened(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(SHOWN) {
        Some(_) => text.chars().take(SHOWN - 1).chain(['…']).collect(),
        None => text,
    }
}
