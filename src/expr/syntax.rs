//! The syntax tree, faithful to the text. The parser builds it, and only the checker reads it.

use super::functions::{self, SpecialForm};
use super::{Arithmetic, Comparison};
use crate::diagnostic::Span;
use crate::event::Json;

/// A node of the syntax tree.
#[derive(Clone, Debug)]
pub struct Expr {
    /// The exact characters, parentheses around it included.
    pub span: Span,
    /// Its kind.
    pub(crate) node: ExprNode,
    /// True if it is written in parentheses of its own.
    pub(crate) parenthesised: bool,
    /// How high the tree is, which is limited so that walking it cannot exhaust the stack.
    pub(crate) height: usize,
    /// Its range in the decoded text.
    pub(crate) range: (usize, usize),
}

/// The kinds of nodes.
#[derive(Clone, Debug)]
pub(crate) enum ExprNode {
    /// A number, string, `true`, `false` or `null`.
    Literal(Json),
    /// `data`, `city`.
    Name(String),
    /// `[a, b]` or `(a, b)`.
    List(Vec<Expr>),
    /// `a.b[c].d`.
    Access(Box<Expr>, Vec<Accessor>),
    /// `f(a, b)`: the name, its place, the arguments.
    Call(String, Span, Vec<Expr>),
    /// `x -> a`: the name of an element and its place, and the body that reads it.
    Named(String, Span, Box<Expr>),
    /// `!a`.
    Not(Box<Expr>),
    /// `-a`.
    Negate(Box<Expr>),
    /// `a && b && …`.
    And(Vec<Expr>),
    /// `a || b || …`.
    Or(Vec<Expr>),
    /// Any other operator between two operands, and its place.
    Binary(Operator, Span, Box<Expr>, Box<Expr>),
}

/// A step after a value.
#[derive(Clone, Debug)]
pub(crate) struct Accessor {
    /// `.name` or `[…]`.
    pub(crate) span: Span,
    pub(crate) kind: AccessorKind,
}

/// The two ways to write a step.
#[derive(Clone, Debug)]
pub(crate) enum AccessorKind {
    /// `.name`.
    Key(String),
    /// `[…]`.
    Index(Expr),
}

/// Operators between two operands, but `&&` and `||`, which take any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Arithmetic(Arithmetic),
    Compare(Comparison),
    In,
    Coalesce,
}

impl Operator {
    /// As it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Operator::Arithmetic(op) => op.symbol(),
            Operator::Compare(op) => op.symbol(),
            Operator::In => "in",
            Operator::Coalesce => "??",
        }
    }
}

impl ExprNode {
    /// The height of a tree with this node on top.
    pub(crate) fn height(&self) -> usize {
        let highest = |items: &[Expr]| items.iter().map(|item| item.height).max().unwrap_or(0);
        let below = match self {
            ExprNode::Literal(_) | ExprNode::Name(_) => 0,
            ExprNode::List(items) | ExprNode::And(items) | ExprNode::Or(items) => highest(items),
            ExprNode::Call(name, _, items) => {
                // Each key of `get` is a step, and so a node on top of the value before it.
                let is_get = functions::find(name).and_then(|found| found.special_form) == Some(SpecialForm::Get);
                highest(items) + if is_get { items.len() } else { 0 }
            }
            ExprNode::Not(a) | ExprNode::Negate(a) | ExprNode::Named(_, _, a) => a.height,
            ExprNode::Binary(_, _, a, b) => a.height.max(b.height),
            ExprNode::Access(base, steps) => {
                // Each computed index puts a node on top of the value before it.
                let indexes = steps.iter().filter_map(|step| match &step.kind {
                    AccessorKind::Index(index) if !matches!(index.node, ExprNode::Literal(_)) => Some(index.height),
                    _ => None,
                });
                let (count, highest) = indexes.fold((0, 0), |(n, top), height| (n + 2, height.max(top)));
                // Literal steps after a name are part of its path.
                let own = usize::from(!matches!(base.node, ExprNode::Name(_)));
                return base.height.max(highest) + count + own;
            }
        };
        below + 1
    }
}
