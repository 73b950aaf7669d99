//! The checker: syntax tree → [`Typed`]. Names are resolved, argument counts and types checked as far as types are known,
//! constant parts folded.
//!
//! Every part is checked even if its neighbours are wrong, so that all mistakes of an expression are reported at once. An
//! operation on a wrong part is not reported again.

mod access;
mod calls;
mod elements;
mod empty_ranges;
mod fold;
mod hyphen;
mod lints;
mod names;
mod operators;
mod results;
mod special;
mod times;
mod types;

pub use lints::lint_condition;

use super::limits::MAX_ERRORS;
use super::syntax::{ExprNode, Operator};
use super::{Comparison, Expr, ExprKind, Scope, Typed, TypedNode};
use crate::diagnostic::{Code, Diagnostic, MAX_SUGGESTIONS, Span};
use crate::event::{Json, Type};
use elements::ElementName;

/// Checks an expression: names, functions, argument counts and literal types.
pub fn compile(
    expr: &Expr,
    scope: &mut Scope<'_>,
    wanted: ExprKind,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Typed> {
    let before = diagnostics.len();
    let mut checker = Checker::new(scope, diagnostics);
    checker.is_name = matches!(expr.node, ExprNode::Name(_));
    let typed = checker.check(expr)?;
    match wanted {
        ExprKind::Value => {}
        ExprKind::Condition => {
            checker.condition(&typed)?;
            checker.constant_condition(expr, &typed);
            lint_condition(&typed, checker.scope.paths, checker.diagnostics);
        }
        ExprKind::Paths => checker.paths_only(&typed)?,
    }
    let failed = diagnostics.iter().skip(before).any(Diagnostic::is_error);
    (!failed).then_some(typed)
}

/// Checks and builds `left <op> right` of two checked parts.
pub fn compile_comparison(
    op: Comparison,
    left: Typed,
    right: Typed,
    span: Span,
    scope: &mut Scope<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Typed> {
    Checker::new(scope, diagnostics).compare(op, left, right, span)
}

/// Checks and builds `item in list` of two checked parts.
pub fn compile_membership(
    item: Typed,
    list: Typed,
    span: Span,
    scope: &mut Scope<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Typed> {
    Checker::new(scope, diagnostics).member(item, list, span)
}

/// A checked part, or None where something is wrong with it, which has been reported.
type Checked = Option<Typed>;

struct Checker<'c, 's> {
    scope: &'c mut Scope<'s>,
    diagnostics: &'c mut Vec<Diagnostic>,
    /// How many diagnostics there were before this expression.
    before: usize,
    /// The elements that the bodies of `any`, `all`, `filter`, `map` around are at, the innermost last.
    elements: Vec<ElementName>,
    /// True if the expression is a name and nothing else.
    is_name: bool,
}

impl<'c, 's> Checker<'c, 's> {
    fn new(scope: &'c mut Scope<'s>, diagnostics: &'c mut Vec<Diagnostic>) -> Checker<'c, 's> {
        let before = diagnostics.len();
        Checker { scope, diagnostics, before, elements: Vec::new(), is_name: false }
    }
}

impl Checker<'_, '_> {
    fn check(&mut self, expr: &Expr) -> Checked {
        let span = expr.span;
        match &expr.node {
            ExprNode::Literal(value) => Some(constant(span, value.clone())),
            ExprNode::Name(name) => self.name(name, span),
            ExprNode::List(items) => {
                let items = self.all(items)?;
                Some(fold::list(span, items))
            }
            ExprNode::Access(base, steps) => self.access(base, steps, span),
            ExprNode::Named(name, name_span, _) => self.misplaced_name(name, *name_span),
            ExprNode::Call(name, name_span, arguments) => self.call(name, *name_span, arguments, span),
            ExprNode::Not(operand) => {
                let operand = self.check(operand)?;
                self.boolean(&operand, "!")?;
                let node = TypedNode::Not(Box::new(operand));
                Some(self.fold(Typed { span, ty: Type::BOOLEAN, node }))
            }
            ExprNode::Negate(operand) => self.negate(operand, span),
            ExprNode::And(items) => self.junction(items, span, true),
            ExprNode::Or(items) => self.junction(items, span, false),
            ExprNode::Binary(Operator::In, _, left, right) => self.membership(left, right, span),
            ExprNode::Binary(..) => self.chain(expr),
        }
    }

    /// `a + b - c …`: down the left side in a loop, since such chains make high trees.
    fn chain(&mut self, expr: &Expr) -> Checked {
        let mut spine = Vec::new();
        let mut left = expr;
        let mut hyphenated = false;
        while let ExprNode::Binary(op, op_span, a, b) = &left.node
            && *op != Operator::In
        {
            hyphenated = self.hyphenated(left);
            if hyphenated {
                break;
            }
            spine.push((*op, *op_span, b, left.span));
            left = a;
        }
        let mut typed = if hyphenated { None } else { self.check(left) };
        for (op, op_span, right, span) in spine.into_iter().rev() {
            let right = self.check(right);
            typed = typed.zip(right).and_then(|(left, right)| self.binary(op, op_span, left, right, span));
        }
        typed
    }

    /// All parts, or None if one is wrong.
    fn all(&mut self, items: &[Expr]) -> Option<Vec<Typed>> {
        let checked: Vec<Checked> = items.iter().map(|item| self.check(item)).collect();
        checked.into_iter().collect()
    }

    fn both(&mut self, left: &Expr, right: &Expr) -> Option<(Typed, Typed)> {
        let left = self.check(left);
        let right = self.check(right);
        left.zip(right)
    }

    fn binary(&mut self, op: Operator, op_span: Span, left: Typed, right: Typed, span: Span) -> Checked {
        match op {
            Operator::Arithmetic(op) => self.arithmetic(op, op_span, left, right, span),
            Operator::Compare(op) => self.compare(op, left, right, span),
            // Lists are looked at as they are written, by `membership`.
            Operator::In | Operator::Coalesce => Some(fold::coalesce(span, left, right)),
        }
    }

    fn error<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        // A chain of hyphens or a part used twice may come by the same place again.
        let earlier = self.diagnostics.get(self.before..).unwrap_or_default();
        if earlier.len() < MAX_ERRORS && !earlier.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
        None
    }

    fn warn(&mut self, diagnostic: Diagnostic) {
        let _: Option<()> = self.error(diagnostic);
    }

    /// True while names that look like a misspelt one are still searched for: that takes time for each name that is known, and
    /// a file with so many errors is of another kind.
    fn seeks_names(&self) -> bool {
        self.diagnostics.len() < MAX_SUGGESTIONS
    }

    /// A condition must be able to yield a boolean.
    fn condition(&mut self, typed: &Typed) -> Option<()> {
        if typed.ty.intersects(Type::BOOLEAN) {
            return Some(());
        }
        let shown = self.shown(typed);
        let help = match &typed.node {
            TypedNode::Const(Json::String(_)) => Some("an expression has no quotes around it as a whole".to_owned()),
            TypedNode::Const(Json::Number(_) | Json::Null) => None,
            TypedNode::Arithmetic(..) => Some(format!("compare it with something: `{shown} > 0`")),
            _ if typed.ty.intersects(Type::NUMBER) => Some(format!("compare it with something: `{shown} > 0`")),
            _ if typed.ty.intersects(Type::STRING) => Some(format!("compare it with something: `{shown} == \"…\"`")),
            _ if typed.ty.intersects(Type::ARRAY) => Some(format!("test its length: `len({shown}) > 0`")),
            _ => None,
        };
        let message = format!("a condition is true or false, and this is {}", types::described(typed));
        self.error(Diagnostic::new(Code::NotACondition, typed.span, message).maybe_help(help))
    }

    /// A condition that is always or never true; a literal written out is meant.
    fn constant_condition(&mut self, expr: &Expr, typed: &Typed) {
        if matches!(expr.node, ExprNode::Literal(_)) {
            return;
        }
        let TypedNode::Const(value) = &typed.node else { return };
        let when = if *value == Json::Bool(true) { "always" } else { "never" };
        let word = *value == Json::Bool(true);
        let help = format!("write `{word}` if that is meant");
        let message = format!("this condition is {when} true");
        self.diagnostics.push(Diagnostic::new(Code::ConstantCondition, typed.span, message).help(help));
    }

    /// A path, or paths joined by `??`.
    fn paths_only(&mut self, typed: &Typed) -> Option<()> {
        match &typed.node {
            TypedNode::Path(_) => Some(()),
            TypedNode::Coalesce(left, right) => {
                let left = self.paths_only(left);
                let right = self.paths_only(right);
                left.and(right)
            }
            _ => {
                let message = "only a path, or paths joined by `??`, may stand here";
                let help = "write `event.headers`, or `event.headers ?? event.meta`";
                self.error(Diagnostic::new(Code::BadEnvelope, typed.span, message).help(help))
            }
        }
    }
}

fn constant(span: Span, value: Json) -> Typed {
    Typed { span, ty: Type::of_json(&value), node: TypedNode::Const(value) }
}

#[cfg(test)]
mod tests;
