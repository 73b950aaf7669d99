//! Compiles a text to a checked expression in one call.

use super::check::compile;
use super::parser::parse;
use super::{ExprKind, Scope, Typed};
use crate::diagnostic::{Diagnostic, Text};

/// Parses and checks an expression. If it returns None, the errors are among the diagnostics.
pub fn compile_text(
    text: &Text,
    scope: &mut Scope<'_>,
    wanted: ExprKind,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Typed> {
    let expr = parse(text, diagnostics)?;
    compile(&expr, scope, wanted, diagnostics)
}
