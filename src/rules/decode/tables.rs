//! `tables:`, by one key or by several inputs.

use super::cells::Inputs;
use super::destinations::{NamesAndDestinations, is_destination};
use super::setting_conflicts::canonical;
use super::{Fields, RuleSetDecoder, Section};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::Json;
use crate::rules::{DecisionRow, KeyRow, MatchMode, Name, NameKind, Table, TableKind, Target, keys};
use crate::yaml::{YamlEntry, YamlKind, YamlNode};
use std::collections::HashMap;

impl RuleSetDecoder<'_> {
    pub(super) fn tables(&mut self, sections: &[Section<'_>]) -> Vec<Table> {
        let entries = self.named_entries(sections, NameKind::Table);
        entries.into_iter().filter_map(|(name, node, _)| self.table(name, node)).collect()
    }

    fn table(&mut self, name: Name, node: &YamlNode) -> Option<Table> {
        let entries = self.mapping(node, "a mapping (a table)")?;
        let at = |key: &str| entries.iter().find(|entry| entry.key.text.value == key);
        match (at("key"), at("inputs")) {
            (Some(key), Some(inputs)) => {
                let message = "a table has either `key` (one value) or `inputs` (several)";
                let diagnostic = Diagnostic::new(Code::BadValue, inputs.key.text.span(), message);
                self.report(diagnostic.also(key.key.text.span(), "together with this"));
                None
            }
            (None, None) => {
                let message = "a table needs `key` (one value) or `inputs` (several)";
                self.report(Diagnostic::new(Code::MissingKey, name.span, message));
                None
            }
            (Some(_), None) => self.key_table(name, node),
            (None, Some(_)) => self.decision_table(name, node),
        }
    }

    fn key_table(&mut self, name: Name, node: &YamlNode) -> Option<Table> {
        let fields = self.fields(node, &keys::KEY_TABLE)?;
        let key = fields.get("key").map(|key| self.cases(key));
        let default = fields.get("default").map(|node| self.literal(node)).filter(|default| !default.is_null());
        let rows = match self.required(&fields, "rows") {
            Some(rows) => self.key_rows(rows),
            None => Vec::new(),
        };
        let otherwise = self.otherwise(&fields);
        Some(Table { name, kind: TableKind::Key { key: key?, default, rows }, otherwise })
    }

    fn key_rows(&mut self, node: &YamlNode) -> Vec<KeyRow> {
        let Some(entries) = self.mapping(node, "a mapping of keys to rows") else { return Vec::new() };
        let mut rows = Vec::new();
        let mut seen: HashMap<String, Span> = HashMap::new();
        for entry in entries {
            let (key, span) = (entry.key.value.clone(), entry.key.text.span());
            if self.refuse_empty(entry) | self.refuse_null_key(entry) {
                continue;
            }
            let target = self.target(&entry.value);
            if let Some(first) = seen.insert(canonical(&key), span) {
                let message = format!("the key `{}` has two rows", entry.key.text.value);
                let diagnostic = Diagnostic::new(Code::DuplicateRow, span, message);
                self.report(diagnostic.label("again here").also(first, "first here"));
                continue;
            }
            rows.push(KeyRow { key, span, target });
        }
        rows
    }

    fn refuse_null_key(&mut self, entry: &YamlEntry) -> bool {
        let null = entry.key.value == Json::Null;
        if null {
            let help = "if the key is null, `default` is the key; without it, `otherwise` applies";
            let message = "a row for null is never reached";
            self.report(Diagnostic::new(Code::BadValue, entry.key.text.span(), message).help(help));
        }
        null
    }

    fn decision_table(&mut self, name: Name, node: &YamlNode) -> Option<Table> {
        let fields = self.fields(node, &keys::DECISION_TABLE)?;
        let inputs = self.inputs(&fields);
        let mode = self.mode(&fields, MatchMode::First);
        let rows = self.required(&fields, "rows").and_then(|rows| self.list(rows, "a list of rows"));
        let rows = rows.unwrap_or_default().iter().filter(|row| !row.is_empty());
        let rows = rows.filter_map(|row| self.decision_row(row, &inputs)).collect();
        let otherwise = self.otherwise(&fields);
        let inputs = inputs.into_pairs();
        Some(Table { name, kind: TableKind::Decision { inputs, mode, rows }, otherwise })
    }

    fn decision_row(&mut self, node: &YamlNode, inputs: &Inputs) -> Option<DecisionRow> {
        let fields = self.fields(node, &keys::ROW)?;
        let (when, cells) = fields.get("when").map(|cells| self.cells(cells, inputs)).unwrap_or_default();
        Some(DecisionRow { span: node.span, when, cells, target: self.target_of(&fields) })
    }

    fn otherwise(&mut self, fields: &Fields<'_>) -> Target {
        fields.get("otherwise").map_or_else(Target::default, |node| self.target(node))
    }

    /// Names and expressions that choose them, or a mapping with `subscribers` and `labels`.
    fn target(&mut self, node: &YamlNode) -> Target {
        match &node.kind {
            YamlKind::Mapping(entries) if !is_destination(entries) => {
                self.fields(node, &keys::TARGET).map_or_else(Target::default, |fields| self.target_of(&fields))
            }
            YamlKind::Scalar(scalar) if scalar.value.is_null() => {
                self.wrong_type(node, "a list, a string or a mapping");
                Target::default()
            }
            _ => {
                let NamesAndDestinations { names, destinations } = self.destinations(node);
                Target { subscribers: names, destinations, labels: Vec::new() }
            }
        }
    }

    /// `subscribers` and `labels`.
    fn target_of(&mut self, fields: &Fields<'_>) -> Target {
        let NamesAndDestinations { names, destinations } = self.destinations_at(fields, "subscribers");
        Target { subscribers: names, destinations, labels: self.labels_at(fields) }
    }
}
