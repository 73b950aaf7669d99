//! Values that do not have a required type.

use super::requirer::Requirer;
use crate::event::{Type, Value};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// At most this many entries in [`TypeError::required_by`].
pub const MAX_REQUIRED_BY: usize = 5;

/// A value that does not have the type that a part of the rule set requires:
/// `{"path":"data.amount","expected":"number","found":"string","required_by":["big","table:prices"],"count":2}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TypeError {
    /// The path as rules write it; elements as `data.items[].price`.
    pub path: String,
    /// The required type.
    pub expected: String,
    /// The type of the value.
    pub found: String,
    /// The parts of the rule set that need it; at most five.
    pub required_by: Vec<Requirer>,
    /// How many need it.
    pub count: usize,
}

impl TypeError {
    /// The expectation for a name that an expression under `subscribers` yields.
    pub(crate) const DECLARED: &'static str = "declared subscriber";

    /// The entry for an event without a time, if the clock is the time of the event.
    pub(crate) fn no_clock(time: Value<'_>) -> TypeError {
        TypeError {
            path: String::from("time"),
            expected: Type::TIME.to_string(),
            found: time.type_of().to_string(),
            required_by: vec![Requirer::EventClock],
            count: 1,
        }
    }
}

/// Adds type errors to those of a decision: one entry for each path and type.
pub(crate) fn add_errors(errors: &mut Vec<TypeError>, more: Vec<TypeError>) {
    // Each undeclared subscriber has an entry of its own.
    let name = |error: &TypeError| (error.expected == TypeError::DECLARED).then(|| error.found.clone());
    let key = |error: &TypeError| (error.path.clone(), error.expected.clone(), name(error));
    let mut known: HashMap<_, usize> = errors.iter().enumerate().map(|(at, error)| (key(error), at)).collect();
    for error in more {
        let at = *known.entry(key(&error)).or_insert(errors.len());
        match errors.get_mut(at) {
            Some(same) => {
                let room = MAX_REQUIRED_BY.saturating_sub(same.required_by.len());
                same.count += error.count;
                same.required_by.extend(error.required_by.into_iter().take(room));
            }
            None => errors.push(error),
        }
    }
    errors.sort_by(|a, b| (&a.path, &a.expected, &a.found).cmp(&(&b.path, &b.expected, &b.found)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(path: &str, required_by: &[Requirer], count: usize) -> TypeError {
        let (expected, found) = (String::from("number"), String::from("string"));
        TypeError { path: path.into(), expected, found, required_by: required_by.to_vec(), count }
    }

    #[test]
    fn errors_of_one_path_and_type_are_one() {
        let rules: Vec<Requirer> = ["a", "b", "c", "d"].map(|name| Requirer::Rule(name.into())).to_vec();
        let transforms: Vec<Requirer> = ["t", "u"].map(|name| Requirer::Transform(name.into())).to_vec();
        let mut errors = vec![error("data.n", &rules, 7)];
        add_errors(&mut errors, vec![error("data.n", &transforms, 3), error("data.a", &transforms, 2)]);
        add_errors(&mut errors, vec![error("data.a", &rules, 4)]);
        let five = [&rules[..], &transforms[..1]].concat();
        let first = [&transforms[..], &rules[..3]].concat();
        assert_eq!(errors, [error("data.a", &first, 6), error("data.n", &five, 10)]);
    }
}
