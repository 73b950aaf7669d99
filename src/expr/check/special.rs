//! Functions that are part of the language: they have bodies, or are short for operators.

use super::{Checked, Checker, fold};
use crate::diagnostic::Span;
use crate::event::{Json, Type};
use crate::expr::{Comparison, Expr, Function, Prepared, Quantifier, Typed, TypedNode};

/// A function that is checked here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Special {
    Quantified(Quantifier),
    If,
    Coalesce,
    Between,
}

/// Name, what it is, how it is used.
const ALL: [(&str, Special, &str); 7] = [
    ("any", Special::Quantified(Quantifier::Any), "any(list, it.price > 100)"),
    ("all", Special::Quantified(Quantifier::All), "all(list, it.price > 100)"),
    ("filter", Special::Quantified(Quantifier::Filter), "filter(list, it.price > 100)"),
    ("map", Special::Quantified(Quantifier::Map), "map(list, it.price)"),
    ("if", Special::If, "if(condition, this, that)"),
    ("coalesce", Special::Coalesce, "coalesce(a, b, …)"),
    ("between", Special::Between, "between(x, low, high)"),
];

impl Special {
    pub(super) fn of(name: &str) -> Option<Special> {
        ALL.iter().find(|(known, ..)| *known == name).map(|(_, special, _)| *special)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        ALL.iter().map(|(name, ..)| *name)
    }

    fn row(self) -> (&'static str, &'static str) {
        ALL.iter().find(|(_, special, _)| *special == self).map_or(("", ""), |(name, _, usage)| (name, usage))
    }

    /// The least and the most arguments.
    fn arity(self) -> (usize, Option<usize>) {
        match self {
            Special::Quantified(_) => (2, Some(2)),
            Special::If | Special::Between => (3, Some(3)),
            Special::Coalesce => (1, None),
        }
    }
}

impl Checker<'_, '_> {
    pub(super) fn special(
        &mut self,
        special: Special,
        function: Option<&'static Function>,
        arguments: &[Expr],
        span: Span,
    ) -> Checked {
        let (name, usage) = special.row();
        let usage = function.map_or(usage, |function| function.usage);
        let (least, most) = special.arity();
        let counted = self.count(name, usage, least, most, arguments, span);
        match (special, arguments) {
            (Special::Quantified(quantifier), [list, body]) => {
                self.quantified(quantifier, name, usage, list, body, span)
            }
            (Special::If, [condition, this, that]) => self.choice(condition, this, that, span),
            (Special::Between, [x, low, high]) => self.between(function, x, low, high, span),
            (Special::Coalesce, _) => {
                let checked = self.all(arguments);
                counted?;
                coalesce_all(span, checked?)
            }
            (Special::Quantified(_), _) => {
                // A body among too many or too few arguments would make `it` unknown beside the count.
                self.bodies += 1;
                let _ = self.all(arguments);
                self.bodies -= 1;
                None
            }
            _ => {
                let _ = self.all(arguments);
                None
            }
        }
    }

    /// `any(list, body)` and its kin.
    fn quantified(
        &mut self,
        quantifier: Quantifier,
        name: &str,
        usage: &str,
        list: &Expr,
        body: &Expr,
        span: Span,
    ) -> Checked {
        let list = self.check(list);
        let fits = list.as_ref().and_then(|list| self.argument(name, usage, list, Type::ARRAY));
        self.bodies += 1;
        let body = self.check(body);
        self.bodies -= 1;
        let body = body?;
        if quantifier != Quantifier::Map {
            self.condition(&body)?;
        }
        fits?;
        let ty = match quantifier {
            Quantifier::Any | Quantifier::All => Type::BOOLEAN,
            Quantifier::Filter | Quantifier::Map => Type::ARRAY.or(Type::NULL),
        };
        Some(Typed { span, ty, node: TypedNode::Quantified(quantifier, Box::new(list?), Box::new(body)) })
    }

    /// `if(condition, this, that)`.
    fn choice(&mut self, condition: &Expr, this: &Expr, that: &Expr, span: Span) -> Checked {
        let condition = self.check(condition);
        let fits = condition.as_ref().and_then(|condition| self.condition(condition));
        let (this, that) = self.both(this, that)?;
        fits?;
        let condition = condition?;
        if let TypedNode::Const(value) = &condition.node {
            return Some(if *value == Json::Bool(true) { this } else { that });
        }
        let ty = this.ty.or(that.ty).without(Type::TIME);
        Some(Typed { span, ty, node: TypedNode::If(Box::new(condition), Box::new(this), Box::new(that)) })
    }

    /// `between(x, low, high)`: two comparisons where `x` is cheap to ask for twice, which the graph can index; and where
    /// times are compared, which only comparisons know of.
    fn between(
        &mut self,
        function: Option<&'static Function>,
        x: &Expr,
        low: &Expr,
        high: &Expr,
        span: Span,
    ) -> Checked {
        let x = self.check(x);
        let (low, high) = self.both(low, high)?;
        let x = x?;
        let below = self.orderable("between", &x, &low, x.span.to(low.span));
        let above = self.orderable("between", &x, &high, span);
        below.and(above)?;
        let times = x.ty.or(low.ty).or(high.ty).meets(Type::TIME);
        let cheap = matches!(x.node, TypedNode::Path(_) | TypedNode::Define(_) | TypedNode::It(_));
        match function {
            Some(function) if !cheap && !times => {
                let ty = function.returns.and(Type::ANY);
                let node = TypedNode::Call(function, vec![x, low, high], Prepared::None);
                Some(self.fold(Typed { span, ty, node }))
            }
            _ => {
                let below = self.compare(Comparison::GreaterEqual, x.clone(), low, span)?;
                let above = self.compare(Comparison::LessEqual, x, high, span)?;
                Some(fold::junction(span, vec![below, above], true))
            }
        }
    }
}

/// `coalesce(a, b, …)` as `a ?? b ?? …`; split in the middle, so that many make no high tree.
fn coalesce_all(span: Span, mut items: Vec<Typed>) -> Checked {
    if items.len() <= 1 {
        return items.pop();
    }
    let behind = items.split_off(items.len() / 2);
    let left = coalesce_all(span, items)?;
    let right = coalesce_all(span, behind)?;
    Some(fold::coalesce(span, left, right))
}
