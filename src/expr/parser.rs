//! The parser: text → syntax tree.

use super::Expr;
use crate::diagnostic::{Diagnostic, Text};

/// Parses an expression; None if it is not one, and why is then among the diagnostics.
pub fn parse(text: &Text, diagnostics: &mut Vec<Diagnostic>) -> Option<Expr> {
    let _ = diagnostics;
    todo!("{text:?}")
}
