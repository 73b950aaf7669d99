//! Special forms: functions that have bodies, or are short for operators.

use super::{Checked, Checker, fold};
use crate::diagnostic::Span;
use crate::event::{Json, Type};
use crate::expr::functions::SpecialForm;
use crate::expr::{Comparison, Expr, Function, Prepared, Quantifier, Typed, TypedNode};

impl Checker<'_, '_> {
    pub(super) fn special(
        &mut self,
        form: SpecialForm,
        function: &'static Function,
        arguments: &[Expr],
        span: Span,
    ) -> Checked {
        let counted = self.count(function, function.name, arguments, span);
        match (form, arguments) {
            (SpecialForm::Quantified(quantifier), [list, body]) => {
                self.quantified(quantifier, function, list, body, span)
            }
            (SpecialForm::If, [condition, this, that]) => self.choice(condition, this, that, span),
            (SpecialForm::Between, [x, low, high]) => self.between(function, x, low, high, span),
            (SpecialForm::Coalesce, _) => {
                let checked = self.all(arguments);
                counted?;
                coalesce_all(span, checked?)
            }
            (SpecialForm::Quantified(_), _) => {
                // Outside of a body, `it` would be reported as unknown in addition to the wrong count.
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
        function: &Function,
        list: &Expr,
        body: &Expr,
        span: Span,
    ) -> Checked {
        let list = self.check(list);
        let fits = list.as_ref().and_then(|list| self.argument(function, function.name, list, Type::ARRAY));
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
            Quantifier::Filter | Quantifier::Map => Type::ARRAY.union(Type::NULL),
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
        let ty = this.ty.union(that.ty).difference(Type::TIME);
        Some(Typed { span, ty, node: TypedNode::If(Box::new(condition), Box::new(this), Box::new(that)) })
    }

    /// `between(x, low, high)`: two comparisons where `x` is cheap to ask for twice, which the graph can index; and where
    /// times are compared, which only comparisons know of.
    fn between(&mut self, function: &'static Function, x: &Expr, low: &Expr, high: &Expr, span: Span) -> Checked {
        let x = self.check(x);
        let (low, high) = self.both(low, high)?;
        let x = x?;
        let below = self.orderable(function.name, &x, &low, x.span.to(low.span));
        let above = self.orderable(function.name, &x, &high, span);
        below.and(above)?;
        if matches!((&low.node, &high.node), (TypedNode::Const(_), TypedNode::Const(_)))
            && !low.ty.intersects(Type::NULL)
        {
            self.orderable(function.name, &low, &high, low.span.to(high.span))?;
        }
        let times = x.ty.union(low.ty).union(high.ty).intersects(Type::TIME);
        let cheap = matches!(x.node, TypedNode::Path(_) | TypedNode::Define(_) | TypedNode::It(_));
        if !cheap && !times {
            let ty = function.returns.intersection(Type::ANY);
            let node = TypedNode::Call(function, vec![x, low, high], Prepared::None);
            return Some(self.fold(Typed { span, ty, node }));
        }
        let below = self.compare(Comparison::GreaterEqual, x.clone(), low, span)?;
        let above = self.compare(Comparison::LessEqual, x, high, span)?;
        Some(fold::junction(span, vec![below, above], true))
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
