//! Walking through checked expressions.

use crate::expr::{Arithmetic, Quantifier, Typed, TypedNode};

impl Typed {
    /// The expressions that it is directly made of, in the order in which they are written.
    pub fn children(&self) -> impl Iterator<Item = &Typed> {
        let (one, two, three, many): (Option<&Typed>, Option<&Typed>, Option<&Typed>, &[Typed]) = match &self.node {
            TypedNode::Const(_) | TypedNode::Path(_) | TypedNode::Define(_) | TypedNode::It(_) => {
                (None, None, None, &[])
            }
            TypedNode::List(items) | TypedNode::And(items) | TypedNode::Or(items) => (None, None, None, items),
            TypedNode::Call(_, arguments, _) => (None, None, None, arguments),
            TypedNode::Steps(a, _) | TypedNode::Not(a) | TypedNode::Negate(a) | TypedNode::Present(a) => {
                (Some(a), None, None, &[])
            }
            TypedNode::Index(a, b)
            | TypedNode::Arithmetic(_, a, b)
            | TypedNode::Compare(_, a, b)
            | TypedNode::In(a, b)
            | TypedNode::Coalesce(a, b)
            | TypedNode::Quantified(_, a, b) => (Some(a), Some(b), None, &[]),
            TypedNode::If(a, b, c) => (Some(a), Some(b), Some(c), &[]),
        };
        [one, two, three].into_iter().flatten().chain(many)
    }

    /// True for operations that have a budget of their own: they make values, or go over them.
    pub(crate) fn is_computation(&self) -> bool {
        match &self.node {
            TypedNode::List(_) => true,
            TypedNode::Quantified(quantifier, ..) => *quantifier != Quantifier::AnyTest,
            TypedNode::Arithmetic(operator, ..) => *operator == Arithmetic::Add,
            TypedNode::Call(function, ..) => function.predicate.is_none() && !function.unmetered,
            _ => false,
        }
    }

    /// The outermost computations in an expression, in the order in which they are written.
    pub(crate) fn computations<'t>(&'t self, out: &mut Vec<&'t Typed>) {
        if self.is_computation() {
            out.push(self);
        } else {
            self.children().for_each(|child| child.computations(out));
        }
    }
}
