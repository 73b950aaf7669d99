//! Names, their kinds, and the places where they are written.

use crate::diagnostic::Span;
use std::sync::Arc;

/// A name in a rule file, and where it is written.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name.
    pub text: Arc<str>,
    /// Where it is written.
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
    /// What the name belongs to.
    pub kind: NameKind,
    /// The name; of a topic the full pattern.
    pub name: Arc<str>,
    /// Where it is written. In `lookup("table.column", …)` it is the whole literal.
    pub span: Span,
    /// True where the name is defined.
    pub is_definition: bool,
}
