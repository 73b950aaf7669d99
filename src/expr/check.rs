//! The checker: syntax tree → typed expression.

use super::{Expr, Scope, Typed, Wanted};
use crate::diagnostic::Diagnostic;

/// Checks an expression: names, functions, argument counts and literal types.
pub fn compile(expr: &Expr, scope: &mut Scope<'_>, wanted: Wanted, diagnostics: &mut Vec<Diagnostic>) -> Option<Typed> {
    let _ = (scope, diagnostics);
    todo!("{expr:?} {wanted:?}")
}
