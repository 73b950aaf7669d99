//! Ranges that no number is in: `between(hour(now), 22, 6)`, `data.n > 5 && data.n < 3`.

use super::lints::Linter;
use super::types;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::{Json, Number};
use crate::expr::{Comparison, Typed, TypedNode};
use std::cmp::Ordering;
use std::collections::HashMap;

/// One end of a range.
#[derive(Clone, Copy)]
struct RangeEnd {
    at: Number,
    inclusive: bool,
    is_low: bool,
    span: Span,
}

/// For each value that is compared, the tightest limits.
#[derive(Default)]
struct Ranges<'t> {
    all: Vec<(&'t Typed, Option<RangeEnd>, Option<RangeEnd>)>,
    known: HashMap<&'t Typed, usize>,
}

impl<'t> Ranges<'t> {
    fn add(&mut self, value: &'t Typed, end: RangeEnd) {
        let at = *self.known.entry(value).or_insert_with(|| {
            self.all.push((value, None, None));
            self.all.len() - 1
        });
        let Some((_, low, high)) = self.all.get_mut(at) else { return };
        let tightest = if end.is_low { low } else { high };
        if tightest.is_none_or(|known| end.is_tighter(known)) {
            *tightest = Some(end);
        }
    }
}

impl RangeEnd {
    /// True if fewer numbers are within this end than within the other one.
    fn is_tighter(self, other: RangeEnd) -> bool {
        match self.at.cmp(&other.at) {
            Ordering::Equal => other.inclusive && !self.inclusive,
            order => (order == Ordering::Greater) == self.is_low,
        }
    }
}

impl Linter<'_> {
    /// Comparisons of one value that exclude one another.
    pub(super) fn empty_ranges(&mut self, items: &[Typed]) {
        let mut ranges = Ranges::default();
        items.iter().filter_map(end).for_each(|(value, end)| ranges.add(value, end));
        for (value, low, high) in ranges.all {
            if let (Some(low), Some(high)) = (low, high)
                && excludes(low, high)
            {
                self.empty_range(value, &low, &high);
            }
        }
    }

    /// `between(x, low, high)`.
    pub(super) fn empty_between(&mut self, whole: &Typed, arguments: &[Typed]) {
        let [value, low, high] = arguments else { return };
        let end =
            |limit: &Typed, is_low| Some(RangeEnd { at: number(limit)?, inclusive: true, is_low, span: whole.span });
        if let (Some(low), Some(high)) = (end(low, true), end(high, false))
            && excludes(low, high)
        {
            self.empty_range(value, &low, &high);
        }
    }

    fn empty_range(&mut self, value: &Typed, low: &RangeEnd, high: &RangeEnd) {
        let help = self.window(value, low, high).unwrap_or_else(|| {
            let (low, high) = (low.at.to_json(), high.at.to_json());
            format!("exchange `{low}` and `{high}`, or join two conditions with `||`")
        });
        let (first, second) =
            if low.span.start <= high.span.start { (low.span, high.span) } else { (high.span, low.span) };
        let message = "no number is in this range, so the condition is never true";
        let mut diagnostic = Diagnostic::new(Code::ConstantCondition, second, message).help(help);
        if first != second {
            diagnostic = diagnostic.also(first, "together with this");
        }
        // (A condition in a tree is linted with the tree as well.)
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Hours that pass midnight as a window: `during(now, "22:00-07:00")` for `between(hour(now), 22, 6)`.
    fn window(&self, value: &Typed, low: &RangeEnd, high: &RangeEnd) -> Option<String> {
        let TypedNode::Call(function, arguments, _) = &value.node else { return None };
        let (time, zone) = arguments.split_first().filter(|_| function.name == "hour")?;
        let hour = |end: &RangeEnd| end.at.as_int().and_then(|hour| u8::try_from(hour).ok()).filter(|hour| *hour < 24);
        let from = hour(low)? + u8::from(!low.inclusive);
        let to = hour(high)? + u8::from(high.inclusive);
        let zone = zone.first().map_or(String::new(), |zone| format!(", {}", types::shown(zone, self.paths)));
        let time = types::shown(time, self.paths);
        (from < 24)
            .then(|| format!("for hours that pass midnight, write `during({time}, \"{from:02}:00-{to:02}:00\"{zone})`"))
    }
}

/// The value that a comparison limits, and the limit.
fn end(typed: &Typed) -> Option<(&Typed, RangeEnd)> {
    let TypedNode::Compare(op, left, right) = &typed.node else { return None };
    let (value, limit, is_flipped) = match number(right) {
        Some(limit) => (left, limit, false),
        None => (right, number(left)?, true),
    };
    let (is_low, inclusive) = match op {
        Comparison::Greater => (true, false),
        Comparison::GreaterEqual => (true, true),
        Comparison::Less => (false, false),
        Comparison::LessEqual => (false, true),
        _ => return None,
    };
    Some((value, RangeEnd { at: limit, inclusive, is_low: is_low != is_flipped, span: typed.span }))
}

fn excludes(low: RangeEnd, high: RangeEnd) -> bool {
    low.at > high.at || low.at == high.at && !(low.inclusive && high.inclusive)
}

fn number(typed: &Typed) -> Option<Number> {
    match &typed.node {
        TypedNode::Const(Json::Number(n)) => Number::from_json(n),
        _ => None,
    }
}
