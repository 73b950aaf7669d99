//! Checked expressions.

mod hash;
mod walk;

use super::{Arithmetic, Comparison, DefineId, Function, PathId, Prepared, Quantifier};
use crate::diagnostic::Span;
use crate::event::{Json, Step, Type};

/// A checked expression. Equality and hashing leave the spans out, so that equal conditions in different rules are equal.
#[derive(Clone, Debug)]
pub struct Typed {
    /// Its place in the rule files.
    pub span: Span,
    /// The types it may yield. `Type::TIME` is added if it is known to be a time (`now`, `time`).
    pub ty: Type,
    /// Its operation.
    pub node: TypedNode,
}

/// The operation of a [`Typed`] expression.
#[derive(Clone, Debug, PartialEq)]
pub enum TypedNode {
    /// A constant (constant subexpressions are folded).
    Const(Json),
    /// A list of expressions.
    List(Vec<Typed>),
    /// A path from a root.
    Path(PathId),
    /// A named value.
    Define(DefineId),
    /// The element that `any`, `all`, `filter`, `map` are at: 0 is the innermost.
    It(u32),
    /// Steps into a computed value: `it.price`, `filter(…)[0]`, `city.x`.
    Steps(Box<Typed>, Vec<Step>),
    /// `a[b]` with a computed index: an integer or a key.
    Index(Box<Typed>, Box<Typed>),
    /// `!a`: true unless `a` is true.
    Not(Box<Typed>),
    /// `-a`.
    Negate(Box<Typed>),
    /// `a && b && …`: two or more.
    And(Vec<Typed>),
    /// `a || b || …`: two or more.
    Or(Vec<Typed>),
    /// `a + b` and the like.
    Arithmetic(Arithmetic, Box<Typed>, Box<Typed>),
    /// `a < b` and the like.
    Compare(Comparison, Box<Typed>, Box<Typed>),
    /// `a in b`.
    In(Box<Typed>, Box<Typed>),
    /// `a ?? b`.
    Coalesce(Box<Typed>, Box<Typed>),
    /// `present(a)`, where `a` is a path with steps, or steps into a computed value.
    Present(Box<Typed>),
    /// `if(c, a, b)`.
    If(Box<Typed>, Box<Typed>, Box<Typed>),
    /// `any(list, body)` and its kin.
    Quantified(Quantifier, Box<Typed>, Box<Typed>),
    /// A function from the registry, with the data prepared at load.
    Call(&'static Function, Vec<Typed>, Prepared),
}

impl PartialEq for Typed {
    fn eq(&self, other: &Typed) -> bool {
        self.node == other.node
    }
}
