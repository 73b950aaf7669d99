//! YAML 1.2 (core schema) as a tree whose every node knows its place in the file.
//!
//! Duplicate keys, aliases, merge keys and limits are dealt with here; what the keys mean is not known here.

use crate::diagnostic::{Diagnostic, FileId, Span, Text};
use crate::event::Json;

/// A node with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it stands; for one that came by an alias: where its anchor stands.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// The kinds of nodes.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A scalar.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping, in file order, merge keys resolved, keys unique.
    Mapping(Vec<Entry>),
}

/// A scalar: its text and what the core schema makes of it.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The decoded text with its map to the file.
    pub text: Text,
    /// True if it was plain (not quoted, not a block scalar).
    pub plain: bool,
    /// Null, boolean, number or string after the core schema; quoted and block scalars are strings.
    pub value: Json,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key; `key.value` tells `5` from `"5"`, `key.text.value` is its name.
    pub key: Scalar,
    /// The value.
    pub value: Node,
}

/// What a file may be at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes; 16 MiB by default.
    pub bytes: usize,
    /// Nesting; 128 by default.
    pub depth: usize,
    /// How many nodes aliases may add, all in all; 100,000 by default.
    pub alias_nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 16 << 20, depth: 128, alias_nodes: 100_000 }
    }
}

/// Parses one file. What can be read is returned even where there are errors (an empty file is none, without error), so
/// that everything can be reported in one go.
pub fn parse(file: FileId, text: &str, limits: Limits, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    let _ = diagnostics;
    todo!("{file:?} {text} {limits:?}")
}

impl Node {
    /// The scalar, if it is one.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// True for a plain scalar that is empty, `null` or `~`.
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.value.is_null())
    }

    /// True where there is nothing at all behind a key.
    pub fn is_empty(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.plain && scalar.text.value.is_empty())
    }

    /// The value as JSON. Keys become strings.
    pub fn to_json(&self) -> Json {
        match &self.kind {
            Kind::Scalar(scalar) => scalar.value.clone(),
            Kind::Sequence(items) => items.iter().map(Node::to_json).collect(),
            Kind::Mapping(entries) => {
                let member = |entry: &Entry| (entry.key.text.value.clone(), entry.value.to_json());
                entries.iter().map(member).collect()
            }
        }
    }

    /// `a string`, `a list`, `a mapping`, `a number`, … for messages.
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Sequence(_) => "a list",
            Kind::Mapping(_) => "a mapping",
            Kind::Scalar(scalar) => match scalar.value {
                Json::Null => "nothing",
                Json::Bool(_) => "a boolean",
                Json::Number(_) => "a number",
                _ => "a string",
            },
        }
    }
}
