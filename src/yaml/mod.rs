//! YAML 1.2 (core schema) as a tree in which every node has its span in the file.
//!
//! Handles duplicate keys, aliases, merge keys, comments and limits; does not interpret the keys.

mod anchors;
mod build;
mod built;
mod comment;
mod document;
mod keys;
mod scalar;
mod source_map;
mod syntax;
#[cfg(feature = "format")]
mod tokens;
mod traps;

#[cfg(test)]
mod tests;

pub use comment::{CommentPlacement, YamlComment};
pub use document::{NodeAt, NodeStep, YamlDocument};
#[cfg(feature = "format")]
pub(crate) use tokens::{YamlToken, YamlTokenKind, YamlTokens, tokens};

use crate::diagnostic::{Code, Diagnostic, FileId, Span, Text};
use crate::event::Json;

/// A node with its span.
#[derive(Clone, Debug)]
pub struct YamlNode {
    /// Its span in the file. A node that was copied by an alias has the span of the anchored node.
    pub span: Span,
    /// Its kind and content.
    pub kind: YamlKind,
}

/// The kinds of nodes.
#[derive(Clone, Debug)]
pub enum YamlKind {
    /// A scalar.
    Scalar(YamlScalar),
    /// A list.
    Sequence(Vec<YamlNode>),
    /// A mapping, in file order, merge keys resolved, keys unique.
    Mapping(Vec<YamlEntry>),
}

/// A scalar: its text, and its value by the core schema.
#[derive(Clone, Debug)]
pub struct YamlScalar {
    /// The decoded text with its map to the file.
    pub text: Text,
    /// True if it was plain (not quoted, not a block scalar).
    pub plain: bool,
    /// Null, boolean, number or string by the core schema; quoted and block scalars are strings.
    pub value: Json,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct YamlEntry {
    /// The key; `key.value` distinguishes `5` from `"5"`, `key.text.value` is its name.
    pub key: YamlScalar,
    /// The value.
    pub value: YamlNode,
}

/// Limits for one file.
#[derive(Clone, Copy, Debug)]
pub struct YamlLimits {
    /// Bytes; 16 MiB by default.
    pub bytes: usize,
    /// Nesting; 128 by default.
    pub depth: usize,
    /// Nodes that aliases may add in total; 100,000 by default.
    pub alias_nodes: usize,
    /// Comments that are kept; 100,000 by default. The document of a file with more of them has no comments.
    pub comments: usize,
}

impl Default for YamlLimits {
    fn default() -> Self {
        Self { bytes: 16 << 20, depth: 128, alias_nodes: 100_000, comments: 100_000 }
    }
}

/// Parses one file. If there are errors, the document holds everything that could be read, so that the caller can report
/// its own errors as well. An empty file has no tree, and is not an error.
pub fn parse(file: FileId, text: &str, limits: YamlLimits, diagnostics: &mut Vec<Diagnostic>) -> YamlDocument {
    if text.len() > limits.bytes {
        let message = format!("the file has {} bytes, and {} are read at most", text.len(), limits.bytes);
        let start = Span::new(file, 0, 0);
        diagnostics.push(Diagnostic::new(Code::TooLarge, start, message).help("split it into several files"));
        return YamlDocument::default();
    }
    if let Some(at) = text.bytes().take(ENCODING_SAMPLE).position(|byte| byte == 0) {
        let place = Span::new(file, at, at + 1);
        let message = "this is not YAML: the file has NUL characters";
        diagnostics.push(Diagnostic::new(Code::YamlSyntax, place, message).help("if it is UTF-16, save it as UTF-8"));
        return YamlDocument::default();
    }
    let first = diagnostics.len();
    let document = read(file, text, limits, diagnostics);
    if let Some(new) = diagnostics.get_mut(first..) {
        new.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
    }
    document
}

/// The bytes at the start of a file in which a NUL shows that it is UTF-16 without a byte-order mark.
const ENCODING_SAMPLE: usize = 64;

/// The limit for reading a file again because of texts that should have been quoted.
const PASSES: usize = 24;

fn read(file: FileId, text: &str, limits: YamlLimits, diagnostics: &mut Vec<Diagnostic>) -> YamlDocument {
    let mut recovery = traps::QuotingRecovery::new(text);
    for _ in 0..PASSES {
        let pass = build::pass(file, text, &recovery, limits);
        let mut progress = false;
        for trap in pass.traps {
            // A trap that overlaps an earlier one only follows from it.
            if recovery.mask(trap.range) {
                progress = true;
                diagnostics.push(trap.diagnostic);
            }
        }
        if !progress {
            diagnostics.extend(pass.diagnostics);
            return pass.document;
        }
    }
    YamlDocument::default()
}

impl YamlScalar {
    /// True for a number with a leading zero, which has been reported when the file was read.
    pub(crate) fn has_leading_zero(&self) -> bool {
        self.plain && self.value.is_string() && scalar::resolve(&self.text.value) == scalar::Resolved::LeadingZero
    }
}

impl YamlNode {
    /// The scalar, if it is one.
    pub fn scalar(&self) -> Option<&YamlScalar> {
        match &self.kind {
            YamlKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The value of a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&YamlNode> {
        self.entries().iter().find(|entry| entry.key.text.value == key).map(|entry| &entry.value)
    }

    /// The entries of a mapping; empty for other nodes.
    pub fn entries(&self) -> &[YamlEntry] {
        match &self.kind {
            YamlKind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; empty for other nodes.
    pub fn items(&self) -> &[YamlNode] {
        match &self.kind {
            YamlKind::Sequence(items) => items,
            _ => &[],
        }
    }

    /// True for a plain scalar that is empty, `null` or `~`.
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.value.is_null())
    }

    /// True for a missing value.
    pub fn is_empty(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.plain && scalar.text.value.is_empty())
    }

    /// The value as JSON. Keys become strings.
    pub fn to_json(&self) -> Json {
        match &self.kind {
            YamlKind::Scalar(scalar) => scalar.value.clone(),
            YamlKind::Sequence(items) => items.iter().map(YamlNode::to_json).collect(),
            YamlKind::Mapping(entries) => {
                let member = |entry: &YamlEntry| (entry.key.text.value.clone(), entry.value.to_json());
                entries.iter().map(member).collect()
            }
        }
    }

    /// `a string`, `a list`, `a mapping`, `a number`, … for messages.
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            YamlKind::Sequence(_) => "a list",
            YamlKind::Mapping(_) => "a mapping",
            YamlKind::Scalar(scalar) => match scalar.value {
                Json::Null => "nothing",
                Json::Bool(_) => "a boolean",
                Json::Number(_) => "a number",
                _ => "a string",
            },
        }
    }
}
