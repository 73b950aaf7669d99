//! Operators and the types of their operands.

use super::times::{is_time_alone, time_elements};
use super::types::{self, TIME_LIKE, plain, present};
use super::{Checked, Checker, constant, fold};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::{Json, Number, Type};
use crate::expr::syntax::{ExprNode, Operator};
use crate::expr::{Arithmetic, Comparison, Expr, Typed, TypedNode};

impl Checker<'_, '_> {
    /// An expression as people write it, as far as it is short.
    pub(super) fn shown(&self, typed: &Typed) -> String {
        let defines = self.scope.defines;
        let named = |wanted| defines.iter().find(|(_, id)| **id == wanted).map(|(name, _)| name.clone());
        types::shown_by(typed, self.scope.paths, &named)
    }

    /// An operand of `!`, `&&`, `||`.
    pub(super) fn boolean(&mut self, operand: &Typed, symbol: &str) -> Option<()> {
        if operand.ty.intersects(Type::BOOLEAN) {
            return Some(());
        }
        let found = types::described(operand);
        let message = format!("`{symbol}` works on booleans, and this is {found}");
        let shown = self.shown(operand);
        let help = match &operand.node {
            TypedNode::Const(_) => None,
            _ => Some(format!("compare it with something: `{shown} == …`")),
        };
        self.error(Diagnostic::new(Code::TypeMismatch, operand.span, message).maybe_help(help))
    }

    /// `a && b && …` or `a || b || …`.
    pub(super) fn junction(&mut self, items: &[Expr], span: Span, and: bool) -> Checked {
        let symbol = if and { "&&" } else { "||" };
        let mut checked = Vec::with_capacity(items.len());
        let mut failed = false;
        for item in items {
            match self.check(item) {
                Some(typed) if self.boolean(&typed, symbol).is_some() => checked.push(typed),
                _ => failed = true,
            }
        }
        (!failed).then(|| fold::junction(span, checked, and))
    }

    /// `-a`.
    pub(super) fn negate(&mut self, operand: &Expr, span: Span) -> Checked {
        if let ExprNode::Literal(Json::Number(n)) = &operand.node
            && let Some(Number::Int(n)) = Number::from_json(n)
        {
            return Some(constant(span, Number::int(-n).to_json()));
        }
        let operand = self.check(operand)?;
        self.number(&operand, "-")?;
        let ty = Type::NUMBER.union(Type::NULL);
        Some(self.fold(Typed { span, ty, node: TypedNode::Negate(Box::new(operand)) }))
    }

    fn number(&mut self, operand: &Typed, symbol: &str) -> Option<()> {
        if operand.ty.intersects(Type::NUMBER) {
            return Some(());
        }
        let message = format!("`{symbol}` works on numbers, and this is {}", types::described(operand));
        let help = self.number_help(operand);
        self.error(Diagnostic::new(Code::TypeMismatch, operand.span, message).maybe_help(help))
    }

    /// How a string becomes a number.
    fn number_help(&self, operand: &Typed) -> Option<String> {
        match &operand.node {
            TypedNode::Const(Json::String(text)) => {
                crate::event::parse_number(text).map(|_| format!("write `{text}` without quotes"))
            }
            TypedNode::Const(_) => None,
            _ if operand.ty.intersects(Type::STRING) => {
                Some(format!("`number({})` reads a number from a string", self.shown(operand)))
            }
            _ => None,
        }
    }

    pub(super) fn arithmetic(
        &mut self,
        op: Arithmetic,
        op_span: Span,
        left: Typed,
        right: Typed,
        span: Span,
    ) -> Checked {
        let symbol = Operator::Arithmetic(op).symbol();
        if let Some(help) = self.time_help(op, &left, &right) {
            let time = if is_time_alone(&left) { &left } else { &right };
            let message = format!("`{symbol}` works on numbers, and this is a time");
            return self.error(Diagnostic::new(Code::TypeMismatch, time.span, message).help(help));
        }
        let ty = if op == Arithmetic::Add {
            self.sum_type(op_span, &left, &right)?
        } else {
            let first = self.number(&left, symbol);
            let second = self.number(&right, symbol);
            first.and(second)?;
            Type::NUMBER
        };
        let node = TypedNode::Arithmetic(op, Box::new(left), Box::new(right));
        Some(self.fold(Typed { span, ty: ty.union(Type::NULL), node }))
    }

    /// `+` adds numbers and joins strings, but not one to the other.
    fn sum_type(&mut self, op_span: Span, left: &Typed, right: &Typed) -> Option<Type> {
        let either = Type::NUMBER.union(Type::STRING);
        let mut fine = true;
        for operand in [left, right] {
            if !operand.ty.intersects(either) {
                let message = format!("`+` adds numbers or joins strings, and this is {}", types::described(operand));
                let _: Option<()> = self.error(Diagnostic::new(Code::TypeMismatch, operand.span, message));
                fine = false;
            }
        }
        if !fine {
            return None;
        }
        let common = left.ty.intersection(right.ty).intersection(either);
        if common != Type::NONE {
            return Some(common);
        }
        let number = if left.ty.intersects(Type::NUMBER) { left } else { right };
        let help = format!("to join them, write `string({})`", self.shown(number));
        let message = "`+` cannot add a number and a string";
        let labelled = Diagnostic::new(Code::TypeMismatch, op_span, message)
            .also(left.span, format!("this is {}", types::described(left)))
            .also(right.span, format!("this is {}", types::described(right)));
        self.error(labelled.help(help))
    }

    pub(super) fn compare(&mut self, op: Comparison, left: Typed, right: Typed, span: Span) -> Checked {
        if matches!(op, Comparison::Equal | Comparison::NotEqual) {
            self.equatable(op, &left, &right, span)?;
        } else {
            self.orderable(Operator::Compare(op).symbol(), &left, &right, span)?;
        }
        self.written_times(&left, &right)?;
        let node = TypedNode::Compare(op, Box::new(left), Box::new(right));
        Some(self.fold(Typed { span, ty: Type::BOOLEAN, node }))
    }

    /// Numbers and strings have an order, each among themselves; times are written as either.
    pub(super) fn orderable(&mut self, symbol: &str, left: &Typed, right: &Typed, span: Span) -> Option<()> {
        let mut fine = true;
        for operand in [left, right] {
            if !operand.ty.intersects(TIME_LIKE) {
                let found = types::described(operand);
                let message = format!("`{symbol}` compares numbers, strings or times, and this is {found}");
                let diagnostic = Diagnostic::new(Code::TypeMismatch, operand.span, message);
                let _: Option<()> = self.error(diagnostic.maybe_help(negation_help(operand)));
                fine = false;
            }
        }
        let times = left.ty.union(right.ty).intersects(Type::TIME);
        if !fine {
            return None;
        }
        if times || left.ty.intersection(right.ty).intersects(TIME_LIKE) {
            return Some(());
        }
        self.never_alike("these have no order", left, right, span)
    }

    /// `==` and `!=` of types that are never equal are a mistake. Null may be asked for anywhere.
    fn equatable(&mut self, op: Comparison, left: &Typed, right: &Typed, span: Span) -> Option<()> {
        let (a, b) = (present(left.ty), present(right.ty));
        if a == Type::NONE || b == Type::NONE || a.intersects(b) {
            self.possible_result(op, left, right, span);
            return Some(());
        }
        let times = left.ty.union(right.ty).intersects(Type::TIME);
        if times && a.intersects(TIME_LIKE) && b.intersects(TIME_LIKE) {
            return Some(());
        }
        let message = if op == Comparison::Equal { "these are never equal" } else { "these are always different" };
        self.never_alike(message, left, right, span)
    }

    fn never_alike(&mut self, message: &str, left: &Typed, right: &Typed, span: Span) -> Option<()> {
        let help = match (&left.node, &right.node) {
            (TypedNode::Call(function, ..), _) | (_, TypedNode::Call(function, ..)) if !function.values.is_empty() => {
                Some(types::values_help(function))
            }
            (_, TypedNode::Const(Json::String(_))) if left.ty.intersects(Type::NUMBER) => self.number_help(right),
            (TypedNode::Const(Json::String(_)), _) if right.ty.intersects(Type::NUMBER) => self.number_help(left),
            (_, TypedNode::Const(n @ Json::Number(_))) if left.ty.intersects(Type::STRING) => {
                Some(format!("write `\"{n}\"`, or `number({})`", self.shown(left)))
            }
            (TypedNode::Const(n @ Json::Number(_)), _) if right.ty.intersects(Type::STRING) => {
                Some(format!("write `\"{n}\"`, or `number({})`", self.shown(right)))
            }
            _ => negation_help(left),
        };
        let diagnostic = Diagnostic::new(Code::TypeMismatch, span, message)
            .also(left.span, format!("this is {}", types::described(left)))
            .also(right.span, format!("this is {}", types::described(right)));
        self.error(diagnostic.maybe_help(help))
    }

    /// `a in b`.
    pub(super) fn membership(&mut self, left: &Expr, right: &Expr, span: Span) -> Checked {
        let checked = self.check(left);
        let list = self.check(right);
        let (left, list) = checked.zip(list)?;
        if !list.ty.intersects(Type::ARRAY) && right.parenthesised {
            let inside = self.shown(&list);
            let message = "parentheses around one value make no list";
            let help = format!("write `[{inside}]` or `({inside},)`");
            return self.error(Diagnostic::new(Code::TypeMismatch, right.span, message).help(help));
        }
        if !list.ty.intersects(Type::ARRAY) {
            let found = types::described(&list);
            let message = format!("`in` looks into a list, and this is {found}");
            let value = self.shown(&left);
            let what = self.shown(&list);
            let help = match &list.node {
                TypedNode::Const(Json::String(_)) => {
                    format!("write `{value} in [{what}]`, or `contains({what}, {value})` for a part of a text")
                }
                TypedNode::Const(_) => format!("write `{value} in [{what}]`"),
                _ => format!("for a part of a text write `contains({what}, {value})`"),
            };
            return self.error(Diagnostic::new(Code::TypeMismatch, list.span, message).help(help));
        }
        self.member(left, list, span)
    }

    /// `item in list` of checked parts, of which the second may be a list.
    pub(super) fn member(&mut self, left: Typed, list: Typed, span: Span) -> Checked {
        self.fitting_elements(&left, &list)?;
        if let Some(items) = time_elements(&left, &list) {
            return self.one_of_times(&left, items, span);
        }
        let node = TypedNode::In(Box::new(left), Box::new(list));
        Some(self.fold(Typed { span, ty: Type::BOOLEAN, node }))
    }

    /// Literal elements that the left side can never equal.
    fn fitting_elements(&mut self, left: &Typed, list: &Typed) -> Option<()> {
        let elements = match &list.node {
            TypedNode::Const(Json::Array(items)) => {
                items.iter().fold(Type::NONE, |ty, item| ty.union(Type::of_json(item)))
            }
            TypedNode::List(items) => items.iter().fold(Type::NONE, |ty, item| ty.union(plain(item.ty))),
            _ => return Some(()),
        };
        let left_type = plain(left.ty);
        let time = left.ty.intersects(Type::TIME) && elements.intersects(TIME_LIKE);
        if elements == Type::NONE || left_type.intersects(elements) || time {
            self.possible_elements(left, list);
            return Some(());
        }
        let message = format!("no element of this list can be {}", types::kinds(left.ty));
        let label = format!("this is {}", types::described(left));
        let values = match &left.node {
            TypedNode::Call(function, ..) if !function.values.is_empty() => Some(types::values_help(function)),
            _ => None,
        };
        self.error(
            Diagnostic::new(Code::TypeMismatch, list.span, message)
                .also(left.span, label)
                .maybe_help(values.or_else(|| negation_help(left))),
        )
    }

    /// Warns of literal elements that a call on the left side never yields.
    fn possible_elements(&mut self, left: &Typed, list: &Typed) {
        match &list.node {
            TypedNode::Const(Json::Array(items)) => {
                items.iter().for_each(|item| self.possible_element(left, item, list.span));
            }
            TypedNode::List(items) => {
                for item in items {
                    if let TypedNode::Const(value) = &item.node {
                        self.possible_element(left, value, item.span);
                    }
                }
            }
            _ => {}
        }
    }
}

/// `!a == b` is `(!a) == b`, which is hardly ever meant.
fn negation_help(left: &Typed) -> Option<String> {
    let negated = matches!(left.node, TypedNode::Not(_));
    negated.then(|| "`!` binds tighter than a comparison: put the comparison into parentheses, `!(…)`".to_owned())
}
