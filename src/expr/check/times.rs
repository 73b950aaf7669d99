//! Operands that are times, or are compared with times.

use super::types::present;
use super::{Checked, Checker, constant, fold};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::{Json, Number, Type};
use crate::expr::{Arithmetic, Comparison, Typed, TypedNode, time};

impl Checker<'_, '_> {
    /// How to reckon with `now`, which is a text.
    pub(super) fn time_help(&self, op: Arithmetic, left: &Typed, right: &Typed) -> Option<String> {
        let text = |typed: &Typed| matches!(&typed.node, TypedNode::Const(Json::String(_)));
        if !is_time_alone(left) && !is_time_alone(right) || text(left) || text(right) {
            return None;
        }
        let (a, b) = (self.shown(left), self.shown(right));
        let number = |typed: &Typed| !present(typed.ty).intersects(Type::STRING);
        Some(match op {
            Arithmetic::Subtract if !number(left) && !number(right) => {
                format!("for the seconds between two times, write `seconds_between({b}, {a})`")
            }
            _ if is_time_alone(left) => format!("for a number of seconds, write `unix_ms({a}) / 1000`"),
            _ => format!("for a number of seconds, write `unix_ms({b}) / 1000`"),
        })
    }

    /// A string that is compared with a time has to be one.
    pub(super) fn written_times(&mut self, left: &Typed, right: &Typed) -> Option<()> {
        let first = if right.ty.intersects(Type::TIME) { self.written_time(left) } else { Some(()) };
        let second = if left.ty.intersects(Type::TIME) { self.written_time(right) } else { Some(()) };
        first.and(second)
    }

    /// `t in [a, b]` of times: `t == a || t == b`, since instants are compared and not the way they are written.
    pub(super) fn one_of_times(&mut self, left: &Typed, items: Vec<Typed>, span: Span) -> Checked {
        let compare = |item| self.compare(Comparison::Equal, left.clone(), item, span);
        let checked: Vec<Checked> = items.into_iter().map(compare).collect();
        let equal: Option<Vec<Typed>> = checked.into_iter().collect();
        Some(fold::junction(span, equal?, false))
    }

    pub(super) fn written_time(&mut self, typed: &Typed) -> Option<()> {
        let text = match &typed.node {
            TypedNode::Const(Json::String(text)) => text,
            TypedNode::Const(Json::Number(n)) => return self.seconds(n, typed.span),
            _ => return Some(()),
        };
        if time::parse_time(text, self.scope.zone).is_some() {
            return Some(());
        }
        let message = format!("`{text}` is not a time");
        let help = "a time is written `\"2026-01-31T18:30:00+05:30\"`, a day `\"2026-01-31\"`";
        self.error(Diagnostic::new(Code::BadTime, typed.span, message).help(help))
    }

    /// A number that is compared with a time has to be seconds that a time can hold.
    fn seconds(&mut self, n: &serde_json::Number, span: Span) -> Option<()> {
        let seconds = Number::from_json(n)?;
        if time::Instant::from_seconds(seconds).is_some() {
            return Some(());
        }
        let large = seconds > Number::Int(0);
        let message = format!("`{n}` is too {} for seconds since 1970", if large { "large" } else { "small" });
        let millis = time::Instant::from_seconds(Number::Float(seconds.as_f64() / 1000.0)).is_some();
        let help = millis.then(|| format!("milliseconds are divided by 1000: `{n} / 1000`"));
        self.error(Diagnostic::new(Code::BadTime, span, message).maybe_help(help))
    }
}

/// The elements of a literal list in which a time is searched, or which has a time; None for any other list. The elements of
/// a list in the event are compared as they are written.
pub(super) fn time_elements(left: &Typed, list: &Typed) -> Option<Vec<Typed>> {
    let is_time = |typed: &Typed| typed.ty.intersects(Type::TIME);
    match &list.node {
        TypedNode::Const(Json::Array(items)) if is_time(left) => {
            Some(items.iter().map(|item| constant(list.span, item.clone())).collect())
        }
        TypedNode::List(items) if is_time(left) || items.iter().any(is_time) => Some(items.clone()),
        _ => None,
    }
}

/// True for an operand that is known to be a time written as text, like `now`; `time` may be a number.
pub(super) fn is_time_alone(typed: &Typed) -> bool {
    typed.ty.intersects(Type::TIME) && !typed.ty.intersects(Type::NUMBER)
}
