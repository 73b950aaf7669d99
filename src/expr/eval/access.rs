//! Steps into values.

use super::ExprEvaluator;
use crate::event::{Step, Value};
use crate::expr::{Env, Typed, TypedNode};

impl<'a: 's, 's, E: Env<'a>> ExprEvaluator<'_, 'a, 's, E> {
    pub(super) fn steps(&mut self, base: &'a Typed, steps: &'a [Step]) -> Value<'s> {
        let base = self.value(base);
        if !self.common.meter.is_running() {
            return base.walk(steps);
        }
        steps.iter().fold(base, |value, step| if self.search(value) { value.step(step) } else { Value::Null })
    }

    pub(super) fn index(&mut self, base: &'a Typed, at: &'a Typed) -> Value<'s> {
        let (base, at) = (self.value(base), self.value(at));
        if self.search(base) { index(base, at) } else { Value::Null }
    }

    /// True if there is a value at the place that steps lead to, even if it is null.
    #[inline(never)]
    pub(super) fn is_present(&mut self, place: &'a Typed) -> bool {
        let (base, has): (Value<'s>, bool) = match &place.node {
            TypedNode::Path(id) => return self.env.is_present(*id),
            TypedNode::Steps(base, steps) => {
                let Some((last, before)) = steps.split_last() else { return false };
                let base = self.steps(base, before);
                (base, base.has(std::slice::from_ref(last)))
            }
            TypedNode::Index(base, at) => {
                let (base, at) = (self.value(base), self.value(at));
                (base, element(base, at).is_some())
            }
            _ => return !self.value(place).is_null(),
        };
        self.search(base) && has
    }

    /// Takes the steps of finding a member of an object.
    fn search(&self, base: Value<'_>) -> bool {
        match base {
            Value::Object(members) => self.common.meter.work(members.len()),
            _ => true,
        }
    }
}

/// `base[at]` with an integer or a key; null if there is nothing.
fn index<'a>(base: Value<'a>, at: Value<'a>) -> Value<'a> {
    element(base, at).unwrap_or_default()
}

fn element<'a>(base: Value<'a>, at: Value<'a>) -> Option<Value<'a>> {
    match (base, at) {
        (Value::Array(items), Value::Number(at)) => {
            // Negative positions count from the end.
            let at = at.as_int().map(|at| if at < 0 { at + items.len() as i128 } else { at });
            let at = at.and_then(|at| usize::try_from(at).ok());
            at.and_then(|at| items.get(at)).copied()
        }
        (Value::Object(members), Value::String(key)) => {
            members.iter().find(|(name, _)| *name == key).map(|&(_, member)| member)
        }
        _ => None,
    }
}
