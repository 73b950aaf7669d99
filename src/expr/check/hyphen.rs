//! `data.order-id`: written as a name, read as a subtraction.

use super::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::event::Json;
use crate::expr::syntax::{AccessorKind, ExprNode, Operator};
use crate::expr::{Arithmetic, Expr, Root};

impl Checker<'_, '_> {
    /// Reports a path with hyphens in its last key, where the name after a hyphen cannot be an operand: it is
    /// unknown, or subtracting it makes no sense (`data.order-id`).
    pub(super) fn hyphenated(&mut self, expr: &Expr) -> bool {
        let mut names = Vec::new();
        let mut left = expr;
        while let ExprNode::Binary(Operator::Arithmetic(Arithmetic::Subtract), op, a, b) = &left.node
            && let ExprNode::Name(name) = &b.node
        {
            let adjacent = a.span.end == op.start && op.end == b.span.start;
            if !adjacent || b.parenthesised || a.parenthesised {
                break;
            }
            names.push(name.as_str());
            left = a;
        }
        let ExprNode::Access(base, steps) = &left.node else { return false };
        let (ExprNode::Name(root), Some((last, before))) = (&base.node, steps.split_last()) else { return false };
        let AccessorKind::Key(key) = &last.kind else { return false };
        if !names.iter().any(|name| self.no_operand(name)) {
            return false;
        }
        let joined = names.iter().rev().fold(key.clone(), |joined, name| format!("{joined}-{name}"));
        let quoted = Json::from(joined);
        let start = before.iter().try_fold(root.clone(), |text, step| match &step.kind {
            AccessorKind::Key(key) => Some(format!("{text}.{key}")),
            AccessorKind::Index(index) => match &index.node {
                ExprNode::Literal(value) => Some(format!("{text}[{value}]")),
                _ => None,
            },
        });
        let start = start.unwrap_or_else(|| String::from("…"));
        let message = "this reads as a subtraction";
        let help = format!("a key with a `-` is written `{start}[{quoted}]`; to subtract, put spaces around the `-`");
        let _: Option<()> = self.error(Diagnostic::new(Code::UnknownName, expr.span, message).help(help));
        true
    }

    fn no_operand(&self, name: &str) -> bool {
        let root = Root::ALL.into_iter().any(|(known, _)| known == name);
        root || name == "in" || (!self.is_element(name) && !self.scope.defines.contains_key(name))
    }
}
