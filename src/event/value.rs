//! JSON values during evaluation.

use super::number::Number;
use super::path::Step;
use bumpalo::Bump;
use std::cmp::Ordering;
use std::fmt;

/// An owned JSON value: constants of rules, settings, labels, rows of lookups.
pub type Json = serde_json::Value;

/// A JSON value that lives as long as one evaluation. Copying it copies a reference; data that is not borrowed from the event
/// or the rules is in the arena of the evaluation.
#[derive(Clone, Copy, Debug, Default)]
pub enum Value<'a> {
    /// `null`, and a missing value.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(&'a str),
    /// An array.
    Array(&'a [Value<'a>]),
    /// An object: members in the order of the event; keys are unique (if a key is repeated, the last value wins).
    Object(&'a [(&'a str, Value<'a>)]),
}

impl<'a> Value<'a> {
    /// A view of an owned value. Scalars cost nothing; arrays and objects allocate in the arena.
    pub fn from_json(json: &'a Json, arena: &'a Bump) -> Value<'a> {
        match json {
            Json::Null => Value::Null,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(n) => Number::from_json(n).map_or(Value::Null, Value::Number),
            Json::String(s) => Value::String(s),
            Json::Array(items) => {
                Value::Array(arena.alloc_slice_fill_iter(items.iter().map(|item| Value::from_json(item, arena))))
            }
            Json::Object(members) => {
                let members = members.iter().map(|(key, member)| (key.as_str(), Value::from_json(member, arena)));
                Value::Object(bumpalo::collections::Vec::from_iter_in(members, arena).into_bump_slice())
            }
        }
    }

    /// An owned copy.
    pub fn to_json(self) -> Json {
        match self {
            Value::Null => Json::Null,
            Value::Bool(b) => Json::Bool(b),
            Value::Number(n) => n.to_json(),
            Value::String(s) => Json::from(s),
            Value::Array(items) => items.iter().map(|item| item.to_json()).collect(),
            Value::Object(members) => members.iter().map(|&(key, member)| (key.to_owned(), member.to_json())).collect(),
        }
    }

    /// An integer.
    pub fn int(n: impl Into<i128>) -> Value<'a> {
        Value::Number(Number::int(n.into()))
    }

    /// A float; null if it is not finite.
    pub fn float(n: f64) -> Value<'a> {
        Number::float(n).map_or(Value::Null, Value::Number)
    }

    /// True for `null` alone.
    pub fn is_null(self) -> bool {
        matches!(self, Value::Null)
    }

    /// True for `true` alone: any other value counts as false.
    pub fn is_true(self) -> bool {
        matches!(self, Value::Bool(true))
    }

    /// The string, if it is one.
    pub fn as_str(self) -> Option<&'a str> {
        match self {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(self) -> Option<Number> {
        match self {
            Value::Number(n) => Some(n),
            _ => None,
        }
    }

    /// The elements, if it is an array.
    pub fn as_array(self) -> Option<&'a [Value<'a>]> {
        match self {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The member of an object, or the element of an array; null if it does not exist.
    pub fn step(self, step: &Step) -> Value<'a> {
        match (self, step) {
            (Value::Object(members), Step::Key(key)) => {
                members.iter().find(|(name, _)| **name == **key).map_or(Value::Null, |&(_, member)| member)
            }
            (Value::Array(items), Step::Index(at)) => items.get(*at as usize).copied().unwrap_or_default(),
            _ => Value::Null,
        }
    }

    /// True if there is a value at the end of these steps, even if it is null; without steps, if this value is not null.
    pub(crate) fn has(self, steps: &[Step]) -> bool {
        let Some((last, before)) = steps.split_last() else { return !self.is_null() };
        match (self.walk(before), last) {
            (Value::Object(members), Step::Key(key)) => members.iter().any(|(name, _)| **name == **key),
            (Value::Array(items), Step::Index(at)) => (*at as usize) < items.len(),
            _ => false,
        }
    }

    /// Follows several steps.
    pub fn walk(self, steps: &[Step]) -> Value<'a> {
        steps.iter().fold(self, Value::step)
    }

    /// The first value that is not null at one of several paths.
    pub(crate) fn first_of(self, paths: &[Vec<Step>]) -> Value<'a> {
        paths.iter().map(|path| self.walk(path)).find(|value| !value.is_null()).unwrap_or_default()
    }

    /// The type, as a set with one member.
    pub fn type_of(self) -> Type {
        match self {
            Value::Null => Type::NULL,
            Value::Bool(_) => Type::BOOLEAN,
            Value::Number(_) => Type::NUMBER,
            Value::String(_) => Type::STRING,
            Value::Array(_) => Type::ARRAY,
            Value::Object(_) => Type::OBJECT,
        }
    }

    /// The order of two numbers or two strings (by code point); none for other values.
    pub fn order(self, other: Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Value::Number(a), Value::Number(b)) => Some(a.cmp(&b)),
            (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// Equality of JSON values: numbers by their values (`1 == 1.0`), objects regardless of the order of members.
impl PartialEq<Value<'_>> for Value<'_> {
    fn eq(&self, other: &Value<'_>) -> bool {
        match (*self, *other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            // An empty string may have a dangling pointer, for which `memcmp` is slow.
            (Value::String(a), Value::String(b)) => a.len() == b.len() && (a.is_empty() || a == b),
            (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b),
            (Value::Object(a), Value::Object(b)) => a.len() == b.len() && same_members(a, b),
            _ => false,
        }
    }
}

/// Up to this number, the members of two objects are compared pair by pair; more are sorted, so that the time is not
/// quadratic.
const FEW: usize = 16;

/// True if two objects of the same size have the same members, in any order.
fn same_members(a: &[(&str, Value<'_>)], b: &[(&str, Value<'_>)]) -> bool {
    if a.len() <= FEW {
        return a.iter().all(|(key, member)| b.iter().any(|(name, other)| key == name && member == other));
    }
    let [a, b] = [a, b].map(|members| {
        let mut sorted: Vec<_> = members.iter().collect();
        sorted.sort_unstable_by_key(|(key, _)| *key);
        sorted
    });
    a.iter().zip(&b).all(|((key, member), (name, other))| key == name && member == other)
}

/// A set of types: those that an expression may yield, or that an operand accepts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Type(pub u8);

impl Type {
    /// `null`.
    pub const NULL: Type = Type(1);
    /// `true`, `false`.
    pub const BOOLEAN: Type = Type(2);
    /// Numbers.
    pub const NUMBER: Type = Type(4);
    /// Strings.
    pub const STRING: Type = Type(8);
    /// Arrays.
    pub const ARRAY: Type = Type(16);
    /// Objects.
    pub const OBJECT: Type = Type(32);
    /// Marks a time: a string that is RFC 3339, or a number of seconds. As a requirement it is used alone.
    pub const TIME: Type = Type(64);
    /// Marks the name of a time zone: a string. It is used alone, as a requirement.
    pub const ZONE: Type = Type(128);
    /// Anything.
    pub const ANY: Type = Type(63);
    /// Nothing.
    pub const NONE: Type = Type(0);

    /// The type of an owned value, as a set with one member.
    pub fn of_json(value: &Json) -> Type {
        match value {
            Json::Null => Type::NULL,
            Json::Bool(_) => Type::BOOLEAN,
            Json::Number(_) => Type::NUMBER,
            Json::String(_) => Type::STRING,
            Json::Array(_) => Type::ARRAY,
            Json::Object(_) => Type::OBJECT,
        }
    }

    /// The types in either set.
    #[must_use]
    pub const fn union(self, other: Type) -> Type {
        Type(self.0 | other.0)
    }

    /// The types in both sets.
    #[must_use]
    pub const fn intersection(self, other: Type) -> Type {
        Type(self.0 & other.0)
    }

    /// The types in this set but not in the other.
    #[must_use]
    pub const fn difference(self, other: Type) -> Type {
        Type(self.0 & !other.0)
    }

    /// True if the sets share a member.
    pub const fn intersects(self, other: Type) -> bool {
        self.0 & other.0 != 0
    }

    /// True if every member of `other` is in this set.
    pub const fn contains(self, other: Type) -> bool {
        self.0 & other.0 == other.0
    }
}

impl fmt::Display for Type {
    /// `number`, `string or null`, `time or null`; `any value` for all types.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [(Type, &str); 7] = [
            (Type::TIME, "time"),
            (Type::BOOLEAN, "boolean"),
            (Type::NUMBER, "number"),
            (Type::STRING, "string"),
            (Type::ARRAY, "array"),
            (Type::OBJECT, "object"),
            (Type::NULL, "null"),
        ];
        if self.intersects(Type::TIME) {
            return f.write_str(if self.intersects(Type::NULL) { "time or null" } else { "time" });
        }
        if self.intersects(Type::ZONE) {
            return f.write_str("time zone");
        }
        if self.contains(Type::ANY) {
            return f.write_str("any value");
        }
        let mut first = true;
        for (_, name) in NAMES.iter().filter(|(ty, _)| self.intersects(*ty)) {
            f.write_str(if first { "" } else { " or " })?;
            f.write_str(name)?;
            first = false;
        }
        if first { f.write_str("nothing") } else { Ok(()) }
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Type({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_equal_in_any_order() {
        for size in [0, 1, 3, 16, 17, 40_000] {
            let names: Vec<String> = (0..size).map(|n| format!("k{n}")).collect();
            let members = |shift: usize, last: i64| -> Vec<(&str, Value<'_>)> {
                let value = |n: usize| Value::int(if n + 1 == size { last } else { n as i64 });
                (0..size).map(|n| (n + shift) % size).map(|n| (names[n].as_str(), value(n))).collect()
            };
            let (a, b, c) = (members(0, -1), members(size / 3, -1), members(size / 3, -2));
            assert_eq!(Value::Object(&a), Value::Object(&b), "{size}");
            assert_eq!(Value::Object(&a) == Value::Object(&c), size == 0, "{size}");
        }
    }
}
