//! Special forms: functions that have bodies, or are short for operators.

use super::{Checked, Checker, fold};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::{Json, Type};
use crate::expr::element_test::is_element_test;
use crate::expr::functions::SpecialForm;
use crate::expr::syntax::{Accessor, AccessorKind, ExprNode};
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
            (SpecialForm::Get, [base, keys @ ..]) if !keys.is_empty() => self.get(base, keys, span),
            (SpecialForm::Present, [path]) => self.present(path, span),
            (SpecialForm::Coalesce, _) => {
                let checked = self.all(arguments);
                counted?;
                coalesce_all(span, checked?)
            }
            (SpecialForm::Quantified(_), _) => {
                // Outside of a body, `it` would be reported as unknown in addition to the wrong count.
                arguments.iter().for_each(|argument| _ = self.body(argument, false));
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
        let body = self.body(body, quantifier != Quantifier::Map)?;
        fits?;
        let tests = quantifier == Quantifier::Any && is_element_test(&body);
        let quantifier = if tests { Quantifier::AnyTest } else { quantifier };
        let ty = match quantifier {
            Quantifier::Any | Quantifier::AnyTest | Quantifier::All => Type::BOOLEAN,
            Quantifier::None => Type::BOOLEAN.union(Type::NULL),
            Quantifier::Count => Type::NUMBER.union(Type::NULL),
            Quantifier::Filter | Quantifier::Map => Type::ARRAY.union(Type::NULL),
        };
        Some(Typed { span, ty, node: TypedNode::Quantified(quantifier, Box::new(list?), Box::new(body)) })
    }

    /// `get(x, key, …)`: the keys are steps, so that `get(data.a, "b")` is the path `data.a.b`.
    fn get(&mut self, x: &Expr, keys: &[Expr], span: Span) -> Checked {
        let step = |key: &Expr| Accessor { span: key.span, kind: AccessorKind::Index(key.clone()) };
        let keys = keys.iter().map(step);
        match &x.node {
            ExprNode::Access(base, steps) => {
                self.access(base, &steps.iter().cloned().chain(keys).collect::<Vec<_>>(), span)
            }
            _ => self.access(x, &keys.collect::<Vec<_>>(), span),
        }
    }

    /// `present(path)`. A root by itself is present unless it is null.
    fn present(&mut self, path: &Expr, span: Span) -> Checked {
        let typed = self.check(path)?;
        let is_root = match typed.node {
            TypedNode::Path(id) => self.scope.paths.get(id).is_some_and(|path| path.steps.is_empty()),
            TypedNode::Steps(..) | TypedNode::Index(..) => false,
            _ => {
                let shown = self.shown(&typed);
                let message = "`present` asks for a field, and this is not a path with steps";
                let help = match typed.node {
                    TypedNode::Const(_) => String::from("write the path of a field: `present(data.note)`"),
                    _ => format!("write `{shown} != null`, or the path of a field: `present(data.note)`"),
                };
                return self.error(Diagnostic::new(Code::TypeMismatch, typed.span, message).help(help));
            }
        };
        let node =
            if is_root { TypedNode::Not(Box::new(fold::is_null(typed))) } else { TypedNode::Present(Box::new(typed)) };
        Some(Typed { span, ty: Type::BOOLEAN, node })
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
