//! Changes of a tree that leave the old tree as it is: the objects and arrays on the path to a field are copied, everything
//! else is shared.

use crate::event::{Step as PathStep, Type, Value};
use crate::expr::ELEMENT;
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

/// The reason for which a field cannot be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Blocked {
    /// The number of steps of the path to the value that is in the way.
    pub(super) after: usize,
    pub(super) expected: String,
    pub(super) found: String,
}

/// The tree with a value in a field. Missing objects on the path are created, and so are arrays for the index 0; an index
/// one past the end appends.
pub(super) fn write<'a>(
    base: Value<'a>,
    path: &'a [PathStep],
    value: Value<'a>,
    arena: &'a Bump,
) -> Result<Value<'a>, Blocked> {
    write_at(base, path, 0, value, arena)
}

fn write_at<'a>(
    base: Value<'a>,
    path: &'a [PathStep],
    at: usize,
    value: Value<'a>,
    arena: &'a Bump,
) -> Result<Value<'a>, Blocked> {
    let Some(step) = path.get(at) else { return Ok(value) };
    let blocked =
        |expected: Type| Blocked { after: at, expected: expected.to_string(), found: base.type_of().to_string() };
    match step {
        PathStep::Key(key) => {
            let members = match base {
                Value::Object(members) => members,
                Value::Null => &[],
                _ => return Err(blocked(Type::OBJECT)),
            };
            let known = members.iter().position(|(name, _)| *name == &**key);
            let old = known.and_then(|known| members.get(known)).map_or(Value::Null, |(_, old)| *old);
            let new = write_at(old, path, at + 1, value, arena)?;
            let mut copy = ArenaVec::with_capacity_in(members.len() + 1, arena);
            copy.extend_from_slice_copy(members);
            match known.and_then(|known| copy.get_mut(known)) {
                Some(member) => member.1 = new,
                None => copy.push((key, new)),
            }
            Ok(Value::Object(copy.into_bump_slice()))
        }
        PathStep::Index(index) => {
            let items = match base {
                Value::Array(items) => items,
                Value::Null => &[],
                _ => return Err(blocked(Type::ARRAY)),
            };
            let index = *index as usize;
            if index > items.len() {
                let (expected, found) = (format!("array of {index} or more"), format!("array of {}", items.len()));
                return Err(Blocked { after: at, expected, found });
            }
            let new = write_at(items.get(index).copied().unwrap_or_default(), path, at + 1, value, arena)?;
            let mut copy = ArenaVec::with_capacity_in(items.len() + 1, arena);
            copy.extend_from_slice_copy(items);
            match copy.get_mut(index) {
                Some(item) => *item = new,
                None => copy.push(new),
            }
            Ok(Value::Array(copy.into_bump_slice()))
        }
    }
}

/// The tree without a field; none if the field does not exist. Elements after a removed element move up.
pub(super) fn remove<'a>(base: Value<'a>, path: &[PathStep], arena: &'a Bump) -> Option<Value<'a>> {
    let (step, rest) = path.split_first()?;
    match (base, step) {
        (Value::Object(members), PathStep::Key(key)) => {
            let at = members.iter().position(|(name, _)| *name == &**key)?;
            let mut copy = ArenaVec::with_capacity_in(members.len(), arena);
            copy.extend_from_slice_copy(members);
            if rest.is_empty() {
                copy.remove(at);
            } else {
                let member = copy.get_mut(at)?;
                member.1 = remove(member.1, rest, arena)?;
            }
            Some(Value::Object(copy.into_bump_slice()))
        }
        (Value::Array(items), PathStep::Index(index)) => {
            let at = *index as usize;
            let old = *items.get(at)?;
            let mut copy = ArenaVec::with_capacity_in(items.len(), arena);
            copy.extend_from_slice_copy(items);
            if rest.is_empty() {
                copy.remove(at);
            } else {
                *copy.get_mut(at)? = remove(old, rest, arena)?;
            }
            Some(Value::Array(copy.into_bump_slice()))
        }
        _ => None,
    }
}

/// The number of bytes of a tree in which nothing is shared; an error if there are more than `most`, or if the tree is deeper
/// than `deepest`.
pub(super) fn measure(value: Value<'_>, most: usize, deepest: usize) -> Result<usize, TooLarge> {
    let deeper = deepest.checked_sub(1).ok_or(TooLarge::Deep)?;
    let mut bytes = ELEMENT;
    let mut add = |key: usize, child: Value<'_>| {
        bytes += key;
        bytes += measure(child, most.saturating_sub(bytes), deeper)?;
        if bytes <= most { Ok(()) } else { Err(TooLarge::Long) }
    };
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| add(0, *item))?,
        Value::Object(members) => members.iter().try_for_each(|(key, member)| add(key.len(), *member))?,
        Value::String(text) => bytes += text.len(),
        _ => {}
    }
    if bytes <= most { Ok(bytes) } else { Err(TooLarge::Long) }
}

/// The reason for which a value is too large to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TooLarge {
    /// It takes too many bytes.
    Long,
    /// It is too deep.
    Deep,
}

/// The number of members and elements that are copied when a field is written or removed.
pub(super) fn copied(base: Value<'_>, path: &[PathStep]) -> usize {
    let (mut count, mut at) = (0, base);
    for step in path {
        count += 1 + match at {
            Value::Object(members) => members.len(),
            Value::Array(items) => items.len(),
            _ => 0,
        };
        at = at.step(step);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn path(steps: &[&str]) -> Vec<PathStep> {
        let step = |step: &&str| step.parse().map_or_else(|_| PathStep::Key((*step).into()), PathStep::Index);
        steps.iter().map(step).collect()
    }

    #[test]
    fn writes() {
        let cases: [(Json, &[&str], Json); 8] = [
            (json!({}), &["a"], json!({"a": 7})),
            (json!({"a": 1, "b": 2}), &["a"], json!({"a": 7, "b": 2})),
            (json!({}), &["a", "b", "c"], json!({"a": {"b": {"c": 7}}})),
            (json!({"a": null}), &["a", "b"], json!({"a": {"b": 7}})),
            (json!({"a": [1, 2]}), &["a", "1"], json!({"a": [1, 7]})),
            (json!({"a": [1, 2]}), &["a", "2"], json!({"a": [1, 2, 7]})),
            (json!({}), &["a", "0", "b"], json!({"a": [{"b": 7}]})),
            (json!(1), &[], json!(7)),
        ];
        for (base, steps, expected) in cases {
            let (arena, steps) = (Bump::new(), path(steps));
            let written = write(Value::from_json(&base, &arena), &steps, Value::int(7), &arena).unwrap();
            assert_eq!(written.to_json(), expected, "{base} {steps:?}");
        }
    }

    #[test]
    fn values_in_the_way() {
        let cases: [(Json, &[&str], usize, &str, &str); 4] = [
            (json!({"a": "x"}), &["a", "b"], 1, "object", "string"),
            (json!({"a": {}}), &["a", "0"], 1, "array", "object"),
            (json!({"a": [1]}), &["a", "b"], 1, "object", "array"),
            (json!({"a": [1]}), &["a", "3"], 1, "array of 3 or more", "array of 1"),
        ];
        for (base, steps, after, expected, found) in cases {
            let (arena, steps) = (Bump::new(), path(steps));
            let blocked = write(Value::from_json(&base, &arena), &steps, Value::Null, &arena).unwrap_err();
            assert_eq!(blocked, Blocked { after, expected: expected.into(), found: found.into() }, "{base} {steps:?}");
        }
    }

    #[test]
    fn removes() {
        let cases: [(Json, &[&str], Option<Json>); 7] = [
            (json!({"a": [1, 2, 3]}), &["a", "0"], Some(json!({"a": [2, 3]}))),
            (json!({"a": 1, "b": 2}), &["a"], Some(json!({"b": 2}))),
            (json!({"a": {"b": 1}}), &["a", "b"], Some(json!({"a": {}}))),
            (json!({"a": [1, 2, 3]}), &["a", "1"], Some(json!({"a": [1, 3]}))),
            (json!({"a": 1}), &["b"], None),
            (json!({"a": 1}), &["a", "b"], None),
            (json!({"a": [1]}), &["a", "1"], None),
        ];
        for (base, steps, expected) in cases {
            let (arena, steps) = (Bump::new(), path(steps));
            let removed = remove(Value::from_json(&base, &arena), &steps, &arena);
            assert_eq!(removed.map(Value::to_json), expected, "{base} {steps:?}");
        }
    }

    #[test]
    fn measures() {
        let (arena, json) = (Bump::new(), json!({"a": [1, {"b": 2}], "c": "x"}));
        let value = Value::from_json(&json, &arena);
        let bytes = 6 * ELEMENT + 4;
        assert_eq!(measure(value, bytes, 100), Ok(bytes));
        assert_eq!(measure(value, bytes - 1, 100), Err(TooLarge::Long));
        assert_eq!(measure(value, bytes, 3), Err(TooLarge::Deep));
        assert_eq!(measure(value, bytes, 4), Ok(bytes));
    }
}
