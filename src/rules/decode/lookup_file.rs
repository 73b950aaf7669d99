//! Lookups in files of their own: CSV, JSON or YAML.

mod csv;

use self::csv::CsvRecord;
use super::lookup_rows::{ColumnType, ColumnTypes, LookupShape, MAX_COLUMNS, RawCells, RawRow};
use super::schemas::{json_error, json_error_span};
use super::{Fields, RuleSetDecoder};
use crate::diagnostic::{Code, Diagnostic, FileId, Span, did_you_mean};
use crate::event::{Json, parse_number};
use crate::rules::files::FileRef;
use crate::rules::json_place::items;
use crate::yaml::{self, YamlNode};
use std::borrow::Cow;
use std::collections::HashSet;

/// The columns in the header of a file, if it has one, and its rows.
type FileRows = (Option<Vec<String>>, Vec<RawRow>);

impl RuleSetDecoder<'_> {
    /// `types:`.
    pub(super) fn column_types(&mut self, fields: &Fields<'_>) -> ColumnTypes {
        let words = [
            ("string", ColumnType::String),
            ("number", ColumnType::Number),
            ("integer", ColumnType::Integer),
            ("boolean", ColumnType::Boolean),
        ];
        let entries = fields.get("types").and_then(|node| self.mapping(node, "a mapping of columns to types"));
        let mut types = Vec::new();
        for entry in entries.unwrap_or_default() {
            let Some(name) = self.key_name(entry) else { continue };
            if !self.refuse_empty(entry) {
                types.extend(self.choice(&entry.value, &words).map(|ty| (name, ty)));
            }
        }
        types
    }

    /// The rows of a file, which is CSV, JSON or YAML by its extension.
    pub(super) fn file_rows(
        &mut self,
        named: &YamlNode,
        from: &FileRef,
        shape: Option<&LookupShape>,
    ) -> Option<FileRows> {
        let (file, id, text) = self.named_file(named, from)?;
        let ending = file.path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "csv" => self.csv_rows(id, &text, shape?),
            "json" => self.json_rows(id, &text).map(|rows| (None, rows)),
            "yaml" | "yml" => {
                let node = yaml::parse(id, &text, self.referenced.tree.yaml_limits(), self.diagnostics).root?;
                Some((None, self.yaml_rows(&node)))
            }
            _ => {
                let message = "a lookup's file ends in `.csv`, `.json` or `.yaml`";
                self.report(Diagnostic::new(Code::BadLookup, named.span, message));
                None
            }
        }
    }

    fn csv_rows(&mut self, id: FileId, text: &str, shape: &LookupShape) -> Option<FileRows> {
        let mut records = csv::CsvReader::new(text);
        let mut next = |decoder: &mut Self| match records.next()? {
            Ok(CsvRecord { cells, range }) => Some((cells, line_span(id, text, range.start))),
            Err(error) => {
                let span = Span::new(id, error.range.start, error.range.end);
                let message = format!("the lookup is not CSV: {}", error.message);
                decoder.report(Diagnostic::new(Code::BadLookup, span, message).help(error.help));
                None
            }
        };
        let Some((header, header_span)) = next(self) else {
            if text.trim().is_empty() {
                let message = "the lookup has no line that names its columns";
                self.report(Diagnostic::new(Code::BadLookup, Span::new(id, 0, 0), message));
            }
            return None;
        };
        let header: Vec<String> = header.into_iter().map(Cow::into_owned).collect();
        if !self.check_header(&header, header_span, shape) {
            return None;
        }
        let types: Vec<ColumnType> = header.iter().map(|column| type_of_column(column, &shape.types)).collect();
        let mut rows = Vec::new();
        while let Some((record, span)) = next(self) {
            if record.len() != header.len() {
                let message = format!("cells in this line: {}, in the first: {}", record.len(), header.len());
                self.report(Diagnostic::new(Code::BadLookup, span, message));
                continue;
            }
            let columns = record.iter().zip(&types).zip(&header);
            let cells = columns.map(|((cell, ty), column)| self.csv_cell(cell, *ty, column, span)).collect();
            rows.push(RawRow { span, cells: RawCells::List(cells) });
        }
        Some((Some(header), rows))
    }

    fn check_header(&mut self, header: &[String], span: Span, shape: &LookupShape) -> bool {
        if header.len() > MAX_COLUMNS {
            let message =
                format!("a lookup may have at most {MAX_COLUMNS} columns, and this line names {}", header.len());
            self.report(Diagnostic::new(Code::BadLookup, span, message));
            return false;
        }
        let mut seen = HashSet::new();
        let twice = header.iter().find(|column| !seen.insert(column.as_str()));
        if let Some(column) = twice {
            let message = format!("the column `{column}` is named twice");
            self.report(Diagnostic::new(Code::BadLookup, span, message));
        }
        for (name, _) in shape.types.iter().filter(|(name, _)| !header.iter().any(|column| *column == *name.text)) {
            let message = format!("the file has no column `{}`", name.text);
            let help = did_you_mean(&name.text, header.iter().map(String::as_str));
            self.report(Diagnostic::new(Code::BadLookup, name.span, message).maybe_help(help));
        }
        twice.is_none()
    }

    /// A cell: a string unless its column has another type; null if it is empty.
    fn csv_cell(&mut self, cell: &str, ty: ColumnType, column: &str, span: Span) -> Json {
        if cell.is_empty() {
            return Json::Null;
        }
        let number = || parse_json_number(cell.trim());
        let (value, wanted) = match ty {
            ColumnType::String => (Some(Json::from(cell)), ""),
            ColumnType::Number => (number(), "a number"),
            ColumnType::Integer => (number().filter(|n| n.is_i64() || n.is_u64()), "an integer"),
            ColumnType::Boolean => match cell.trim() {
                "true" => (Some(Json::Bool(true)), ""),
                "false" => (Some(Json::Bool(false)), ""),
                _ => (None, "a boolean (`true` or `false`)"),
            },
        };
        value.unwrap_or_else(|| {
            let message = format!("`{cell}` in the column `{column}` is not {wanted}");
            self.report(Diagnostic::new(Code::BadLookup, span, message));
            Json::Null
        })
    }

    fn json_rows(&mut self, id: FileId, text: &str) -> Option<Vec<RawRow>> {
        let json: Json = match serde_json::from_str(text) {
            Ok(json) => json,
            Err(error) => {
                let message = format!("the lookup is not JSON: {}", json_error(&error));
                self.report(Diagnostic::new(Code::BadLookup, json_error_span(id, text, &error), message));
                return None;
            }
        };
        let Json::Array(values) = json else {
            let message = "a lookup in JSON is a list of rows";
            self.report(Diagnostic::new(Code::BadLookup, Span::new(id, 0, 0), message));
            return None;
        };
        let mut rows = Vec::with_capacity(values.len());
        for (value, range) in values.into_iter().zip(items(text)) {
            let span = Span::new(id, range.start, range.end);
            let cells = match value {
                Json::Array(cells) => RawCells::List(cells),
                Json::Object(members) => {
                    RawCells::Map(members.into_iter().map(|(name, cell)| (name, cell, span)).collect())
                }
                _ => {
                    let message = "a row is an object or an array";
                    self.report(Diagnostic::new(Code::BadLookup, span, message));
                    continue;
                }
            };
            rows.push(RawRow { span, cells });
        }
        Some(rows)
    }
}

fn type_of_column(column: &str, types: &ColumnTypes) -> ColumnType {
    types.iter().find(|(name, _)| *name.text == *column).map_or(ColumnType::String, |(_, ty)| *ty)
}

/// A number as JSON writes it.
fn parse_json_number(text: &str) -> Option<Json> {
    let is_json = serde_json::from_str::<serde_json::Number>(text).is_ok();
    if is_json { parse_number(text).map(|number| number.to_json()) } else { None }
}

/// From `start` to the end of its line.
fn line_span(file: FileId, text: &str, start: usize) -> Span {
    let line = text.get(start..).and_then(|rest| rest.split(['\r', '\n']).next()).unwrap_or_default();
    Span::new(file, start, start + line.len())
}
