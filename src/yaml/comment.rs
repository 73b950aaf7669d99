//! Comments, which are not part of the tree.

use crate::diagnostic::Span;

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct YamlComment {
    /// From its `#` to the end of its line.
    pub span: Span,
    /// Where it is on its line.
    pub placement: CommentPlacement,
    /// The offset at which its line starts.
    pub(super) line_start: u32,
}

/// Where a comment is on its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentPlacement {
    /// Nothing is before it on its line.
    OwnLine,
    /// It follows a part of the document on the same line.
    Trailing,
}
