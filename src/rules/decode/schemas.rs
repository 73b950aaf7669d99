//! `schemas:`, JSON Schemas in files of their own or inline.

use super::{Fields, ReferencedFiles, RuleSetDecoder, Section};
use crate::diagnostic::{Code, Diagnostic, FileId, SourceFile, Span};
use crate::event::Json;
use crate::read;
use crate::rules::files::{FileError, FileRef, FileTree};
use crate::rules::json_place::locate;
use crate::rules::{Name, NameKind, Schema, SchemaTarget, keys};
use crate::schema::{Misspelt, Resources, SchemaError, Validator, decode_percent, misspelt_keywords};
use crate::yaml::{self, YamlKind, YamlNode};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A schema that was read, and the means to locate a part of it.
struct SchemaDocument {
    json: Json,
    /// The address that relative references start from.
    base: Option<String>,
    place: SchemaSource,
    /// The span of its name, or of the inline schema, in the rules.
    named: Span,
}

enum SchemaSource {
    Tree(YamlNode),
    Text(FileId, Arc<str>),
}

impl SchemaSource {
    /// A diagnostic about the value at a JSON Pointer. It names the place that names the schema if that is in another file.
    fn diagnostic(&self, code: Code, path: &str, message: String, named: Span) -> Diagnostic {
        let (span, elsewhere) = match self {
            SchemaSource::Tree(node) => (node_at(node, path), node.span.file != named.file),
            SchemaSource::Text(id, text) => {
                let at = locate(text, path);
                (Span::new(*id, at.start, at.end), true)
            }
        };
        let diagnostic = Diagnostic::new(code, span, message);
        if elsewhere { diagnostic.also(named, "named here") } else { diagnostic }
    }
}

impl RuleSetDecoder<'_> {
    pub(super) fn schemas(&mut self, sections: &[Section<'_>]) -> Vec<Schema> {
        let entries = self.named_entries(sections, NameKind::Schema);
        let tree = self.referenced.tree;
        let entries = entries.into_iter().take_while(|_| !tree.is_cancelled());
        entries.filter_map(|(name, node, file)| self.schema(name, node, file)).collect()
    }

    fn schema(&mut self, name: Name, node: &YamlNode, file: &FileRef) -> Option<Schema> {
        let fields = self.fields(node, &keys::SCHEMA)?;
        let (topics, topic_spans) = self.patterns_at(&fields, "topic");
        let when = self.condition_at(&fields, "when");
        let targets =
            [("data", SchemaTarget::Data), ("headers", SchemaTarget::Headers), ("event", SchemaTarget::Event)];
        let target = fields.get("target").and_then(|node| self.choice(node, &targets)).unwrap_or_default();
        let outcomes = [("reject", true), ("flag", false)];
        let rejects = fields.get("on_invalid").and_then(|node| self.choice(node, &outcomes)).unwrap_or(true);
        let document = self.schema_document(&fields, file)?;
        let validator = self.compile_schema(document, file)?;
        Some(Schema { name, topics, topic_spans, when, target, rejects, validator })
    }

    fn schema_document(&mut self, fields: &Fields<'_>, file: &FileRef) -> Option<SchemaDocument> {
        match (fields.entry("file"), fields.entry("schema")) {
            (Some(named), Some(inline)) => {
                let message = "a schema has either `file` or `schema`";
                let diagnostic = Diagnostic::new(Code::BadValue, inline.key.text.span(), message);
                self.report(diagnostic.also(named.key.text.span(), "together with this"));
                None
            }
            (Some(named), None) => self.schema_file(&named.value, file),
            (None, Some(inline)) => {
                let json = self.literal(&inline.value);
                let base = self.referenced.tree.address(file);
                Some(SchemaDocument {
                    json,
                    base,
                    named: inline.value.span,
                    place: SchemaSource::Tree(inline.value.clone()),
                })
            }
            (None, None) => {
                if !fields.has("file") && !fields.has("schema") {
                    let message = "a schema needs `file` or `schema` (the schema itself)";
                    self.report(Diagnostic::new(Code::MissingKey, fields.node.span, message));
                }
                None
            }
        }
    }

    fn schema_file(&mut self, named: &YamlNode, from: &FileRef) -> Option<SchemaDocument> {
        let (file, id, text) = self.named_file(named, from)?;
        let base = self.referenced.tree.address(&file);
        if is_yaml(&file.path) {
            let node = yaml::parse(id, &text, self.referenced.tree.yaml_limits(), self.diagnostics).root?;
            return Some(SchemaDocument {
                json: node.to_json(),
                base,
                place: SchemaSource::Tree(node),
                named: named.span,
            });
        }
        match serde_json::from_str(&text) {
            Ok(json) => Some(SchemaDocument { json, base, place: SchemaSource::Text(id, text), named: named.span }),
            Err(error) => {
                let span = json_error_span(id, &text, &error);
                let message = format!("the schema is not JSON: {}", json_error(&error));
                self.report(Diagnostic::new(Code::BadSchema, span, message).also(named.span, "named here"));
                None
            }
        }
    }

    fn compile_schema(&mut self, document: SchemaDocument, file: &FileRef) -> Option<Validator> {
        let SchemaDocument { json, base, place, named } = document;
        let base = base.unwrap_or_else(|| format!("dadar:///{}", file.path));
        let also_read = Arc::new(Mutex::new(Vec::new()));
        let resources = Confined {
            tree: self.referenced.tree.clone(),
            id: json.get("$id").or_else(|| json.get("id")).and_then(Json::as_str).map(str::to_owned),
            base: base.clone(),
            read: also_read.clone(),
        };
        let misspelt = misspelt_keywords(&json);
        let compiled = Validator::compile(json, Some(&base), resources);
        if let Ok(mut also) = also_read.lock() {
            self.referenced.remember(also.drain(..));
        }
        match compiled {
            Ok(validator) => {
                for Misspelt { path, found, keyword } in misspelt {
                    let message = format!("JSON Schema has no keyword `{found}`, so this has no effect");
                    let help = format!("did you mean `{keyword}`? A name of your own may begin with `x-`");
                    self.report(place.diagnostic(Code::SchemaKeyword, &path, message, named).help(help));
                }
                Some(validator)
            }
            Err(SchemaError { path, message }) => {
                let message = format!("the schema is invalid: {message}");
                self.report(place.diagnostic(Code::BadSchema, &path, message, named));
                None
            }
        }
    }

    /// Reads a file that a rule file names: the file, its number among the sources, and its text.
    pub(super) fn named_file(&mut self, named: &YamlNode, from: &FileRef) -> Option<(FileRef, FileId, Arc<str>)> {
        let path = &self.string(named)?.text.value;
        let read =
            self.referenced.tree.resolve(from, path).and_then(|file| Ok((self.referenced.tree.read(&file)?, file)));
        let (bytes, file) = match read {
            Ok(read) => read,
            Err(error) => {
                self.report_file(named, path, &error);
                return None;
            }
        };
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("`{path}` is not UTF-8: byte {}", error.utf8_error().valid_up_to());
                let help = read::encoding_help(error.as_bytes());
                self.report(Diagnostic::new(Code::Unreadable, named.span, message).help(help));
                return None;
            }
        };
        let text: Arc<str> = text.into();
        let id = self.referenced.sources.add(SourceFile::new(self.referenced.tree.shown(&file), text.clone()));
        self.referenced.remember([(file.clone(), text.as_bytes().to_vec())]);
        Some((file, id, text))
    }

    fn report_file(&mut self, named: &YamlNode, path: &str, error: &FileError) {
        self.report(Diagnostic::new(error.code(), named.span, error.about(path)).maybe_help(error.help()));
    }
}

impl ReferencedFiles<'_> {
    /// Records the files that were read, each once.
    fn remember(&mut self, files: impl IntoIterator<Item = (FileRef, Vec<u8>)>) {
        for (file, bytes) in files {
            if !self.read.iter().any(|(known, _)| known.identity == file.identity) {
                self.read.push((file, bytes));
            }
        }
    }
}

/// A file and its bytes.
type ReadFile = (FileRef, Vec<u8>);

/// The schemas that references may lead to: files within the root.
struct Confined {
    tree: Arc<FileTree>,
    /// The address in the schema (`$id`).
    id: Option<String>,
    /// The address of its file.
    base: String,
    read: Arc<Mutex<Vec<ReadFile>>>,
}

impl Resources for Confined {
    fn get(&self, uri: &str) -> Result<Json, String> {
        let location =
            self.location(uri).ok_or_else(|| format!("`{uri}` is not fetched: references lead to files only"))?;
        let shown = self.tree.shown_at(&location);
        let file = self.tree.at(&location).map_err(|error| error.about(&shown))?;
        let bytes = self.tree.read(&file).map_err(|error| error.about(&shown))?;
        let json =
            parse_schema(&file.path, &bytes, self.tree.yaml_limits()).map_err(|why| format!("`{}`: {why}", shown))?;
        if let Ok(mut read) = self.read.lock() {
            read.push((file, bytes));
        }
        Ok(json)
    }
}

impl Confined {
    /// The location of an address. Addresses in the folder of `$id` are files in the folder of the schema's file.
    fn location(&self, uri: &str) -> Option<PathBuf> {
        let scheme = if self.base.starts_with("file://") { "file://" } else { "dadar://" };
        if let Some(path) = uri.strip_prefix(scheme) {
            return Some(PathBuf::from(decode_percent(path)));
        }
        let folder = self.id.as_deref()?.rsplit_once('/')?.0;
        let beside = uri.strip_prefix(folder)?.strip_prefix('/')?;
        let own = Path::new(self.base.strip_prefix(scheme)?).parent()?;
        Some(PathBuf::from(decode_percent(&own.join(beside).to_string_lossy())))
    }
}

impl FileTree {
    /// The address of a file, for references from it.
    fn address(&self, file: &FileRef) -> Option<String> {
        match &file.location {
            None => Some(format!("dadar:///{}", encode_percent(&file.path))),
            Some(location) => {
                let absolute = std::path::absolute(location).ok()?;
                Some(format!("file://{}", encode_percent(&absolute.to_string_lossy())))
            }
        }
    }
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

fn parse_schema(path: &str, bytes: &[u8], limits: yaml::YamlLimits) -> Result<Json, String> {
    if !is_yaml(path) {
        return serde_json::from_slice(bytes).map_err(|error| json_error(&error));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| String::from("not UTF-8"))?;
    let mut diagnostics = Vec::new();
    let node = yaml::parse(FileId(u32::MAX), text, limits, &mut diagnostics).root;
    match diagnostics.into_iter().find(Diagnostic::is_error) {
        Some(error) => Err(error.message),
        None => Ok(node.map_or(Json::Null, |node| node.to_json())),
    }
}

/// The message of serde_json without the position, which is underlined.
pub(super) fn json_error(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default();
    reason.replace("EOF while parsing", "the file ends within")
}

/// The span of a JSON error.
pub(super) fn json_error_span(file: FileId, text: &str, error: &serde_json::Error) -> Span {
    let before = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let mut start = (before + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let end = text.get(start..).and_then(|rest| rest.chars().next()).map_or(start, |c| start + c.len_utf8());
    Span::new(file, start, end)
}

/// The span of the value at a JSON Pointer.
fn node_at(node: &YamlNode, pointer: &str) -> Span {
    let mut at = node;
    for segment in pointer.split('/').skip(1) {
        let name = segment.replace("~1", "/").replace("~0", "~");
        let next = match &at.kind {
            YamlKind::Scalar(_) => None,
            YamlKind::Sequence(items) => name.parse::<usize>().ok().and_then(|n| items.get(n)),
            YamlKind::Mapping(entries) => {
                entries.iter().find(|entry| entry.key.text.value == name).map(|entry| &entry.value)
            }
        };
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    at.span
}

fn encode_percent(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-._~".contains(&b);
    path.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
