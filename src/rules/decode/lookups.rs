//! `lookups:`, tables of reference data written in the rules. Those in files are read in `lookup_file`.

use super::lookup_rows::{LookupShape, MAX_COLUMNS, RawCells, RawRow};
use super::{Fields, RuleSetDecoder, Section};
use crate::diagnostic::{Code, Diagnostic, Span, did_you_mean};
use crate::event::Json;
use crate::expr::LookupId;
use crate::lookup::Lookup;
use crate::rules::files::FileRef;
use crate::rules::{Name, NameKind, keys};
use crate::yaml::{YamlEntry, YamlKind, YamlNode};
use std::collections::{HashMap, HashSet};

/// The limit for cells, including keys. Rows that leave out most columns are small in a file, but not in memory.
const MAX_CELLS: usize = 20_000_000;

/// The limit for columns that a message lists.
const LISTED: usize = 20;

impl RuleSetDecoder<'_> {
    /// All lookups; their positions are their numbers.
    pub(super) fn lookups(&mut self, sections: &[Section<'_>]) -> Vec<Lookup> {
        let mut lookups: Vec<Lookup> = Vec::new();
        for (name, node, file) in self.named_entries(sections, NameKind::Lookup) {
            if self.referenced.tree.is_cancelled() {
                break;
            }
            if name.text.contains('.') {
                let message = format!("a lookup's name may not have a dot: `{}`", name.text);
                let help = "`lookup(\"table.column\", …)` splits there";
                self.report(Diagnostic::new(Code::BadValue, name.span, message).help(help));
                continue;
            }
            let Some(lookup) = self.lookup(&name, node, file) else {
                self.broken.insert(name.text);
                continue;
            };
            let info = lookup.info(LookupId(lookups.len() as u32));
            self.lookups.insert(name.text.to_string(), info);
            lookups.push(lookup);
        }
        lookups
    }

    /// Removes diagnostics that only follow from a broken lookup, which has been reported.
    pub(super) fn drop_errors_of_broken_lookups(&mut self) {
        let (broken, sources) = (&self.broken, &self.referenced.sources);
        if broken.is_empty() {
            return;
        }
        self.diagnostics.retain(|diagnostic| {
            let named = diagnostic.primary.as_ref().map_or("", |label| sources.snippet(label.span));
            let table = named.trim_matches(['"', '\'', '\\']).split('.').next().unwrap_or_default();
            diagnostic.code != Code::UnknownLookup || !broken.contains(table)
        });
    }

    fn lookup(&mut self, name: &Name, node: &YamlNode, file: &FileRef) -> Option<Lookup> {
        let fields = self.fields(node, &keys::LOOKUP)?;
        let shape = self.lookup_shape(name, &fields);
        let rows = match (fields.entry("rows"), fields.entry("file")) {
            (Some(rows), Some(named)) => {
                let message = "a lookup has either `rows` or `file`";
                let diagnostic = Diagnostic::new(Code::BadValue, rows.key.text.span(), message);
                self.report(diagnostic.also(named.key.text.span(), "together with this"));
                None
            }
            (Some(rows), None) => Some((None, self.yaml_rows(&rows.value))),
            (None, Some(named)) => self.file_rows(&named.value, file, shape.as_ref()),
            (None, None) => {
                if !fields.has("rows") && !fields.has("file") {
                    let message = "a lookup needs `rows` or `file`";
                    self.report(Diagnostic::new(Code::MissingKey, name.span, message));
                }
                None
            }
        };
        let (header, rows) = rows?;
        self.fill(shape?, header, rows)
    }

    fn lookup_shape(&mut self, name: &Name, fields: &Fields<'_>) -> Option<LookupShape> {
        let columns = fields.get("columns").map(|node| self.names(node));
        let unordered = self.flag(fields, "unordered", false);
        let types = self.column_types(fields);
        let keys = match (fields.entry("key"), fields.entry("keys")) {
            (Some(key), Some(keys)) => {
                let message = "a lookup has either `key` or `keys`";
                let diagnostic = Diagnostic::new(Code::BadValue, keys.key.text.span(), message);
                self.report(diagnostic.also(key.key.text.span(), "together with this"));
                return None;
            }
            (Some(key), None) => self.name(&key.value).into_iter().collect(),
            (None, Some(keys)) => {
                if matches!(&keys.value.kind, YamlKind::Sequence(items) if items.is_empty()) {
                    self.bad_value(&keys.value, "a lookup needs at least one key");
                }
                self.names(&keys.value)
            }
            (None, None) => {
                if !fields.has("key") && !fields.has("keys") {
                    let message = "a lookup needs `key` (one) or `keys` (several)";
                    self.report(Diagnostic::new(Code::MissingKey, name.span, message));
                }
                return None;
            }
        };
        if keys.is_empty() {
            return None;
        }
        if unordered && keys.len() == 1 {
            let place = fields.get("unordered").map_or(name.span, |node| node.span);
            let message = "`unordered` is for lookups with several keys, and this has one";
            self.report(Diagnostic::new(Code::BadValue, place, message));
        }
        let mut seen = HashSet::new();
        for one in keys.iter().chain(columns.iter().flatten()) {
            if !seen.insert(one.text.clone()) {
                let message = format!("the column `{}` is named twice", one.text);
                self.report(Diagnostic::new(Code::BadLookup, one.span, message));
            }
        }
        if seen.len() > MAX_COLUMNS {
            let message = format!("a lookup may have at most {MAX_COLUMNS} columns");
            self.report(Diagnostic::new(Code::BadLookup, name.span, message));
            return None;
        }
        Some(LookupShape { name: name.text.clone(), span: name.span, keys, columns, unordered, types })
    }

    /// Rows that are written in YAML: lists or mappings.
    pub(super) fn yaml_rows(&mut self, node: &YamlNode) -> Vec<RawRow> {
        let items = self.list(node, "a list of rows").unwrap_or_default();
        let mut rows = Vec::with_capacity(items.len());
        for item in items.iter().filter(|item| !item.is_empty()) {
            let cells = match &item.kind {
                YamlKind::Sequence(cells) => RawCells::List(cells.iter().map(YamlNode::to_json).collect()),
                YamlKind::Mapping(entries) => {
                    let mut named =
                        |entry: &YamlEntry| (entry.key.text.value.clone(), self.filled(entry), entry.key.text.span());
                    RawCells::Map(entries.iter().map(&mut named).collect())
                }
                YamlKind::Scalar(_) => {
                    self.wrong_type(item, "a row (a list or a mapping)");
                    continue;
                }
            };
            rows.push(RawRow { span: item.span, cells });
        }
        rows
    }

    /// The value of an entry, which must have one.
    fn filled(&mut self, entry: &YamlEntry) -> Json {
        self.refuse_empty(entry);
        entry.value.to_json()
    }

    /// Puts the rows into a table. `header`: the columns of a file that has a header, including keys.
    fn fill(&mut self, shape: LookupShape, header: Option<Vec<String>>, rows: Vec<RawRow>) -> Option<Lookup> {
        let columns = self.lookup_columns(&shape, header.as_deref(), &rows)?;
        let names: Vec<String> = shape.keys.iter().map(|key| key.text.to_string()).collect();
        let mut lookup = Lookup::new(shape.name.clone(), shape.span, names, shape.unordered, columns);
        if !self.check_size(&lookup, rows.len()) {
            return None;
        }
        let order = header.as_deref().map(|header| column_order(&lookup, header));
        let mut places = Vec::with_capacity(rows.len());
        for row in rows {
            let span = row.span;
            let Some((key, cells)) = self.lookup_row(&shape, &lookup, order.as_deref(), row) else { continue };
            match lookup.insert(key, cells) {
                Ok(()) => places.push(span),
                Err(first) => {
                    let message = format!("the lookup `{}` has two rows for one key", shape.name);
                    let mut diagnostic = Diagnostic::new(Code::DuplicateRow, span, message).label("again here");
                    if let Some(first) = places.get(first) {
                        diagnostic = diagnostic.also(*first, "first here");
                    }
                    self.report(diagnostic);
                }
            }
        }
        Some(lookup)
    }

    fn check_size(&mut self, lookup: &Lookup, rows: usize) -> bool {
        let width = lookup.keys.len() + lookup.columns.len();
        let message = if width > MAX_COLUMNS {
            format!("a lookup may have at most {MAX_COLUMNS} columns, and `{}` has {width}", lookup.name)
        } else if rows.saturating_mul(width) > MAX_CELLS {
            format!("a lookup may have at most {MAX_CELLS} cells, and `{}` has {rows} rows of {width}", lookup.name)
        } else {
            return true;
        };
        self.report(Diagnostic::new(Code::BadLookup, lookup.span, message));
        false
    }

    /// The columns, without the keys: those of the section, or of the file, or of the rows.
    fn lookup_columns(
        &mut self,
        shape: &LookupShape,
        header: Option<&[String]>,
        rows: &[RawRow],
    ) -> Option<Vec<String>> {
        let is_key = |column: &str| shape.keys.iter().any(|key| *key.text == *column);
        if let Some(header) = header {
            let asked = shape.keys.iter().chain(shape.columns.iter().flatten());
            let missing: Vec<&Name> = asked.filter(|name| !header.iter().any(|column| *column == *name.text)).collect();
            for name in &missing {
                let message = format!("the file has no column `{}`", name.text);
                let listed = || format!("its columns are {}", listed(header.iter().map(String::as_str)));
                let help = did_you_mean(&name.text, header.iter().map(String::as_str)).unwrap_or_else(listed);
                self.report(Diagnostic::new(Code::BadLookup, name.span, message).help(help));
            }
            if !missing.is_empty() {
                return None;
            }
        }
        if let Some(columns) = &shape.columns {
            return Some(columns.iter().map(|name| name.text.to_string()).collect());
        }
        if let Some(header) = header {
            return Some(header.iter().filter(|column| !is_key(column)).cloned().collect());
        }
        let mut seen = HashSet::new();
        let mut columns = Vec::new();
        for row in rows {
            match &row.cells {
                RawCells::List(_) => {
                    let message = "a lookup whose rows are lists needs `columns`";
                    self.report(Diagnostic::new(Code::MissingKey, shape.span, message));
                    return None;
                }
                RawCells::Map(cells) => {
                    let new = cells.iter().filter(|(name, ..)| !is_key(name) && seen.insert(name.clone()));
                    columns.extend(new.map(|(name, ..)| name.clone()));
                }
            }
        }
        Some(columns)
    }

    /// The keys and the cells of a row.
    fn lookup_row(
        &mut self,
        shape: &LookupShape,
        lookup: &Lookup,
        order: Option<&[Option<usize>]>,
        row: RawRow,
    ) -> Option<(Vec<Json>, Vec<Json>)> {
        let width = lookup.keys.len() + lookup.columns.len();
        let (key, cells) = match (row.cells, order) {
            (RawCells::List(cells), None) => {
                if cells.len() != width {
                    let message = format!("a row of `{}` has {width} values, and this has {}", shape.name, cells.len());
                    let order = lookup.keys.iter().chain(&lookup.columns).map(String::as_str);
                    let help = format!("they are, in this order: {}", listed(order));
                    self.report(Diagnostic::new(Code::BadLookup, row.span, message).help(help));
                    return None;
                }
                let mut key = cells;
                let cells = key.split_off(lookup.keys.len().min(key.len()));
                (key, cells)
            }
            (RawCells::List(mut cells), Some(order)) => {
                let mut take = |at: &Option<usize>| at.and_then(|at| cells.get_mut(at)).map_or(Json::Null, Json::take);
                let mut key: Vec<Json> = order.iter().map(&mut take).collect();
                let cells = key.split_off(lookup.keys.len().min(key.len()));
                (key, cells)
            }
            (RawCells::Map(cells), _) => {
                self.refuse_columns(lookup, &cells);
                let mut cells: HashMap<String, Json> =
                    cells.into_iter().rev().map(|(name, cell, _)| (name, cell)).collect();
                let mut take = |name: &String| cells.remove(name).unwrap_or_default();
                (lookup.keys.iter().map(&mut take).collect::<Vec<_>>(), lookup.columns.iter().map(&mut take).collect())
            }
        };
        for (part, name) in key.iter().zip(&lookup.keys) {
            let wrong = match part {
                Json::Null => "has no value",
                Json::Array(_) | Json::Object(_) => "must be a string, a number or a boolean",
                _ => continue,
            };
            let message = format!("the key `{name}` of this row {wrong}");
            self.report(Diagnostic::new(Code::BadLookup, row.span, message));
            return None;
        }
        Some((key, cells))
    }

    fn refuse_columns(&mut self, lookup: &Lookup, cells: &[(String, Json, Span)]) {
        let known = || lookup.keys.iter().chain(&lookup.columns).map(String::as_str);
        let names: HashSet<&str> = known().collect();
        for (name, _, span) in cells.iter().filter(|(name, ..)| !names.contains(name.as_str())) {
            let message = format!("the lookup `{}` has no column `{name}`", lookup.name);
            let help = did_you_mean(name, known());
            self.report(Diagnostic::new(Code::UnknownKey, *span, message).maybe_help(help));
        }
    }
}

/// The position in a row of the file of each key, and then of each column.
fn column_order(lookup: &Lookup, header: &[String]) -> Vec<Option<usize>> {
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(header.len());
    for (at, column) in header.iter().enumerate() {
        places.entry(column).or_insert(at);
    }
    lookup.keys.iter().chain(&lookup.columns).map(|name| places.get(name.as_str()).copied()).collect()
}

/// Names separated by commas; long lists are cut short.
fn listed<'n>(mut names: impl Iterator<Item = &'n str>) -> String {
    let first: Vec<&str> = names.by_ref().take(LISTED).collect();
    match names.count() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
