//! Names, their kinds, and the places where they are defined or used.

use crate::diagnostic::Span;
use std::sync::Arc;

/// A name in a rule file, and where it is written.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name.
    pub text: Arc<str>,
    /// Its span in the file.
    pub span: Span,
}

/// The kinds of things that have names. Two things of different kinds may have the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum NameKind {
    Define,
    Filter,
    Group,
    Label,
    Lookup,
    Rule,
    Schema,
    Subscriber,
    Table,
    Topic,
    Transform,
}

impl NameKind {
    /// The kind in a message: `named value`.
    pub fn word(self) -> &'static str {
        match self {
            NameKind::Define => "named value",
            NameKind::Filter => "filter",
            NameKind::Group => "group",
            NameKind::Label => "label",
            NameKind::Lookup => "lookup",
            NameKind::Rule => "rule",
            NameKind::Schema => "schema",
            NameKind::Subscriber => "subscriber",
            NameKind::Table => "table",
            NameKind::Topic => "topic",
            NameKind::Transform => "transform",
        }
    }
}

/// A place where a name is written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamePlace {
    /// The kind of thing that has the name.
    pub kind: NameKind,
    /// The name. For a topic, it is the full pattern.
    pub name: Arc<str>,
    /// Its span in the file. In `lookup("table.column", …)` it is the span of the literal.
    pub span: Span,
    /// True if the name is defined here, false if it is used.
    pub is_definition: bool,
}
