//! References between schemas: `$ref`, `$dynamicRef` and `$recursiveRef`, in one document and between several.
//!
//! The targets are found once, when a schema is compiled, so that its cost can be bounded before a value is validated. A
//! dynamic reference has every target that it could have.

use super::decode_percent;
use crate::event::Json;
use jsonschema::Uri;
use std::collections::HashMap;
use std::sync::Arc;

/// Keywords whose values are data, not schemas.
const DATA: [&str; 5] = ["enum", "const", "default", "examples", "example"];

/// Keywords that hold schemas which apply only where a reference leads to them.
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// A schema in one of the documents.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct SchemaLocation {
    document: usize,
    /// A JSON Pointer.
    pointer: String,
}

/// The references of a schema and of all documents that they lead to.
#[derive(Debug)]
pub(super) struct References {
    documents: Vec<Arc<Json>>,
    /// The targets of the references of a schema, by the schema's address in memory: documents never change or move.
    targets: HashMap<usize, Vec<SchemaLocation>>,
    may_branch: bool,
}

impl References {
    /// Finds the references of documents, each with its address. The first document is the schema itself.
    pub(super) fn new(documents: &[(String, Arc<Json>)]) -> References {
        let mut scan = Scan::default();
        for (document, (uri, schema)) in documents.iter().enumerate() {
            let base = without_fragment(uri).to_owned();
            scan.resources.entry(base.clone()).or_insert(SchemaLocation { document, pointer: String::new() });
            scan.schema(schema, document, &mut String::new(), &base);
        }
        let mut targets: HashMap<usize, Vec<SchemaLocation>> = HashMap::new();
        for reference in &scan.references {
            targets.entry(reference.schema).or_default().extend(scan.targets(reference));
        }
        let may_branch = scan.references.iter().any(|reference| reference.kind != ReferenceKind::Static)
            || branches(targets.values().flatten());
        let documents = documents.iter().map(|(_, schema)| schema.clone()).collect();
        References { documents, targets, may_branch }
    }

    /// All documents, the schema itself first.
    pub(super) fn documents(&self) -> impl Iterator<Item = &Json> {
        self.documents.iter().map(|document| &**document)
    }

    /// The schemas that the references of `schema` may lead to.
    pub(super) fn targets<'s>(&'s self, schema: &Json) -> impl Iterator<Item = &'s Json> {
        let targets = self.targets.get(&std::ptr::from_ref(schema).addr()).into_iter().flatten();
        targets.filter_map(|target| self.documents.get(target.document)?.pointer(&target.pointer))
    }

    /// True if a schema may be applied to one part of a value more than once, so that the work may grow faster than the
    /// value.
    pub(super) fn may_branch(&self) -> bool {
        self.may_branch
    }
}

/// True if some target has two references, or is applied where it is written as well.
fn branches<'t>(targets: impl Iterator<Item = &'t SchemaLocation>) -> bool {
    let mut seen = std::collections::HashSet::new();
    let is_definition = |pointer: &str| {
        let parent = pointer.rsplit('/').nth(1);
        pointer.is_empty() || parent.is_some_and(|parent| DEFINITIONS.contains(&parent))
    };
    let mut targets = targets;
    targets.any(|target| !seen.insert(target) || !is_definition(&target.pointer))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReferenceKind {
    Static,
    Dynamic,
    Recursive,
}

/// A reference as it is written.
struct WrittenReference {
    /// The address in memory of the schema that has it.
    schema: usize,
    kind: ReferenceKind,
    base: String,
    text: String,
}

/// The parts of the documents that references need.
#[derive(Default)]
struct Scan {
    /// Schemas with an address of their own.
    resources: HashMap<String, SchemaLocation>,
    /// Anchors, by the address of their resource and their name.
    anchors: HashMap<(String, String), SchemaLocation>,
    /// `$dynamicAnchor`s, by name.
    dynamic: HashMap<String, Vec<SchemaLocation>>,
    /// Schemas with `$recursiveAnchor: true`.
    recursive: Vec<SchemaLocation>,
    references: Vec<WrittenReference>,
}

impl Scan {
    /// Recurses no deeper than the document is nested, which its parser limits.
    fn schema(&mut self, schema: &Json, document: usize, pointer: &mut String, base: &str) {
        match schema {
            Json::Object(members) => {
                let text = |key: &str| members.get(key).and_then(Json::as_str);
                let location = || SchemaLocation { document, pointer: pointer.clone() };
                let mut base = base.to_owned();
                match text("$id").or_else(|| text("id")) {
                    Some(id) if id.starts_with('#') => {
                        self.anchors.insert((base.clone(), id.trim_start_matches('#').to_owned()), location());
                    }
                    Some(id) => {
                        if let Some(own) = resolve(&base, id) {
                            base = without_fragment(&own).to_owned();
                            self.resources.insert(base.clone(), location());
                        }
                    }
                    None => {}
                }
                for key in ["$anchor", "$dynamicAnchor"] {
                    if let Some(name) = text(key) {
                        self.anchors.insert((base.clone(), name.to_owned()), location());
                    }
                }
                if let Some(name) = text("$dynamicAnchor") {
                    self.dynamic.entry(name.to_owned()).or_default().push(location());
                }
                if members.get("$recursiveAnchor") == Some(&Json::Bool(true)) {
                    self.recursive.push(location());
                }
                self.written(schema, &base);
                for (name, member) in members.iter().filter(|(name, _)| !DATA.contains(&name.as_str())) {
                    self.below(&name.replace('~', "~0").replace('/', "~1"), member, document, pointer, &base);
                }
            }
            Json::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.below(&at.to_string(), item, document, pointer, base);
                }
            }
            _ => {}
        }
    }

    fn below(&mut self, name: &str, schema: &Json, document: usize, pointer: &mut String, base: &str) {
        let end = pointer.len();
        pointer.push('/');
        pointer.push_str(name);
        self.schema(schema, document, pointer, base);
        pointer.truncate(end);
    }

    /// The references of one schema.
    fn written(&mut self, schema: &Json, base: &str) {
        let kinds = [
            ("$ref", ReferenceKind::Static),
            ("$dynamicRef", ReferenceKind::Dynamic),
            ("$recursiveRef", ReferenceKind::Recursive),
        ];
        for (key, kind) in kinds {
            if let Some(text) = schema.get(key).and_then(Json::as_str) {
                let (base, text) = (base.to_owned(), text.to_owned());
                let schema = std::ptr::from_ref(schema).addr();
                self.references.push(WrittenReference { schema, kind, base, text });
            }
        }
    }

    /// Every schema that a reference may lead to, each once. Meta-schemas of the drafts are left out.
    fn targets(&self, reference: &WrittenReference) -> Vec<SchemaLocation> {
        let Some(uri) = resolve(&reference.base, &reference.text) else { return Vec::new() };
        let (resource, fragment) = uri.split_once('#').unwrap_or((&uri, ""));
        let fragment = decode_percent(fragment);
        let mut targets = Vec::new();
        let root = self.resources.get(resource);
        match fragment.as_str() {
            "" => targets.extend(root.cloned()),
            pointer if pointer.starts_with('/') => {
                targets.extend(root.map(|root| SchemaLocation {
                    document: root.document,
                    pointer: format!("{}{pointer}", root.pointer),
                }))
            }
            name => targets.extend(self.anchors.get(&(resource.to_owned(), name.to_owned())).cloned()),
        }
        match reference.kind {
            ReferenceKind::Static => {}
            ReferenceKind::Dynamic => targets.extend(self.dynamic.get(&fragment).into_iter().flatten().cloned()),
            ReferenceKind::Recursive => targets.extend(self.recursive.iter().cloned()),
        }
        let mut seen = std::collections::HashSet::new();
        targets.retain(|target| seen.insert(target.clone()));
        targets
    }
}

/// The address of the reference `text`, relative to `base`.
fn resolve(base: &str, text: &str) -> Option<String> {
    let base = Uri::parse(base).ok()?;
    jsonschema::uri::resolve_against(&base, text).ok().map(|uri| uri.as_str().to_owned())
}

fn without_fragment(uri: &str) -> &str {
    uri.split_once('#').map_or(uri, |(resource, _)| resource)
}
