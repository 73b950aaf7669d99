//! `any`, `all`, `none`, `count`, `filter` and `map`.

use super::{Element, ExprEvaluator};
use crate::event::{Type, Value};
use crate::expr::budget::{ELEMENT, Meter};
use crate::expr::{Env, Quantifier, Typed};
use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

/// Once the elements of a list have made this many bytes, each further one gets an arena that is reset after it.
const WORTH_AN_ARENA: usize = 64 << 10;

impl<'a: 's, 's, E: Env<'a>> ExprEvaluator<'_, 'a, 's, E> {
    pub(super) fn quantified(&mut self, quantifier: Quantifier, list: &'a Typed, body: &'a Typed) -> Value<'s> {
        let Some(items) = self.value(list).as_array() else {
            return match quantifier {
                Quantifier::Any | Quantifier::AnyTest | Quantifier::All => Value::Bool(false),
                Quantifier::None | Quantifier::Count | Quantifier::Filter | Quantifier::Map => Value::Null,
            };
        };
        match quantifier {
            Quantifier::Any | Quantifier::AnyTest => Value::Bool(!self.each(items, body, |_, value| !value.is_true())),
            Quantifier::All => Value::Bool(self.each(items, body, |_, value| value.is_true())),
            Quantifier::None => Value::Bool(self.each(items, body, |_, value| !value.is_true())),
            Quantifier::Count => {
                let mut count = 0;
                self.each(items, body, |_, value| {
                    count += i128::from(value.is_true());
                    true
                });
                Value::int(count)
            }
            Quantifier::Filter => {
                let mut kept = BumpVec::new_in(self.arena);
                self.each_with(items, body, |meter, item, value| {
                    if value.is_true() && meter.allocate(ELEMENT) {
                        kept.push(item);
                    }
                    true
                });
                Value::Array(kept.into_bump_slice())
            }
            Quantifier::Map => self.map(items, body),
        }
    }

    /// The value of a quantifier's body with `it` set to an element; new values are put into `arena`.
    fn body<'t>(&mut self, element: Value<'t>, body: &'a Typed, arena: &'t Bump) -> Value<'t>
    where
        's: 't,
    {
        let element = Element { value: element, outer: self.element };
        let (env, common) = (&mut *self.env, &mut *self.common);
        ExprEvaluator { env, arena, common, element: Some(&element) }.value(body)
    }

    fn map(&mut self, items: &'s [Value<'s>], body: &'a Typed) -> Value<'s> {
        if !self.common.meter.allocate(items.len().saturating_mul(ELEMENT)) {
            return Value::Null;
        }
        let mut values = BumpVec::with_capacity_in(items.len(), self.arena);
        if body.ty.intersects(Type::STRING.union(Type::ARRAY).union(Type::OBJECT)) {
            for item in items {
                if !self.common.meter.work(1) {
                    break;
                }
                values.push(self.body(*item, body, self.arena));
            }
        } else {
            self.each(items, body, |_, value| {
                values.push(scalar(value));
                true
            });
        }
        Value::Array(values.into_bump_slice())
    }

    /// Passes the value of a quantifier's body for each element to `then`, until that returns false. True if it never did.
    /// Memory for an element is given back after it.
    fn each(
        &mut self,
        items: &'s [Value<'s>],
        body: &'a Typed,
        mut then: impl FnMut(&Meter, Value<'_>) -> bool,
    ) -> bool {
        self.each_with(items, body, |meter, _, value| then(meter, value))
    }

    fn each_with(
        &mut self,
        items: &'s [Value<'s>],
        body: &'a Typed,
        mut then: impl FnMut(&Meter, Value<'s>, Value<'_>) -> bool,
    ) -> bool {
        let mut own: Option<Bump> = None;
        let mut made = 0;
        for item in items {
            if !self.common.meter.work(1) {
                return false;
            }
            let left = self.common.meter.memory_left();
            if let Some(own) = &mut own {
                own.reset();
            }
            let value = self.body(*item, body, own.as_ref().unwrap_or(self.arena));
            made += left.saturating_sub(self.common.meter.memory_left());
            self.common.meter.release_to(left);
            let goes_on = then(&self.common.meter, *item, value);
            if !goes_on {
                return false;
            }
            if own.is_none() && made > WORTH_AN_ARENA {
                own = Some(Bump::new());
            }
        }
        true
    }
}

/// A value that borrows from nothing; null for any other.
fn scalar<'s>(value: Value<'_>) -> Value<'s> {
    match value {
        Value::Bool(b) => Value::Bool(b),
        Value::Number(n) => Value::Number(n),
        _ => Value::Null,
    }
}
