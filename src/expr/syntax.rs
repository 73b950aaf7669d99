//! The syntax tree, faithful to what was written.

use crate::diagnostic::Span;

/// A node of the syntax tree.
#[derive(Clone, Debug)]
pub struct Expr {
    /// The exact characters.
    pub span: Span,
}
