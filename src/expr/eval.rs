//! Evaluation. Total: it yields a value for every event, null where something does not work out.

use super::{Env, Typed};
use crate::event::Value;

/// The value of an expression.
pub fn evaluate<'a, E: Env<'a>>(typed: &'a Typed, env: &mut E) -> Value<'a> {
    let _ = env.arena();
    todo!("{typed:?}")
}

/// True if the value of an expression is `true`.
pub fn holds<'a, E: Env<'a>>(typed: &'a Typed, env: &mut E) -> bool {
    evaluate(typed, env).is_true()
}
