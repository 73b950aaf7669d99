//! Elements of lists, and members of objects. Null for a value of another type.

use super::definition::{BASE, MAYBE_ARRAY, MAYBE_NUMBER};
use super::order::{ordered, ordered_keys, ordering_cost};
use super::{Call, Function, SpecialForm};
use crate::event::{Type, Value};
use crate::expr::budget::{ELEMENT, Meter};
use crate::expr::cost::{CallCost, Cost, PER_ELEMENT, PER_STEP};
use crate::expr::scalar_set::ScalarKey;
use bumpalo::collections::Vec as BumpVec;
use std::collections::HashSet;

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "first",
        usage: "first(list)",
        doc: "The first element, as `list[0]`; null for an empty list.",
        examples: &[("first([5, 7])", "5"), ("first([])", "null"), ("first(data.nope)", "null")],
        params: &[Type::ARRAY],
        required: 1,
        eval: |call| call.arg(0).as_array().and_then(|items| items.first()).copied().unwrap_or_default(),
        ..BASE
    },
    Function {
        name: "last",
        usage: "last(list)",
        doc: "The last element, as `list[-1]`; null for an empty list.",
        examples: &[("last([5, 7])", "7"), ("last([])", "null"), ("last(split(\"a/b/c\", \"/\"))", "\"c\"")],
        params: &[Type::ARRAY],
        required: 1,
        eval: |call| call.arg(0).as_array().and_then(|items| items.last()).copied().unwrap_or_default(),
        ..BASE
    },
    Function {
        name: "get",
        usage: "get(x, key, …)",
        doc: "The value at the end of one or more steps, as `x[key]…`: a key is the text that names a member of an object, or the \
              position of an element in a list, from the end if it is negative. Null if a step leads nowhere.",
        examples: &[
            ("get(parse_json(\"{\\\"prices\\\": {\\\"INR\\\": [5, 7]}}\"), \"prices\", upper(\"inr\"), -1)", "7"),
            ("get([5, 7], 2)", "null"),
            ("get(data.nope, \"a\")", "null"),
        ],
        params: &[Type::ARRAY.union(Type::OBJECT), Type::STRING.union(Type::NUMBER)],
        required: 2,
        variadic: true,
        special_form: Some(SpecialForm::Get),
        ..BASE
    },
    Function {
        name: "slice",
        usage: "slice(list, start, end)",
        doc: "The elements from `start` (counted from 0) up to, but without, `end`; without `end` up to the last. Negative \
              positions count from the end, and positions beyond the ends are the ends.",
        examples: &[
            ("slice([1, 2, 3, 4], 1, 3)", "[2,3]"),
            ("slice([1, 2, 3, 4], -2)", "[3,4]"),
            ("slice([1, 2], 1, 9)", "[2]"),
            ("slice([1, 2], 2, 1)", "[]"),
            ("slice(data.nope, 1)", "null"),
        ],
        params: &[Type::ARRAY, Type::NUMBER, Type::NUMBER],
        required: 2,
        returns: MAYBE_ARRAY,
        eval: |call| slice(call).unwrap_or_default(),
        ..BASE
    },
    Function {
        name: "index_of",
        usage: "index_of(text_or_list, x)",
        doc: "The position, counted from 0, of the first element that equals `x`, or of the code point at which `x` first begins \
              in the text; null if there is none.",
        examples: &[
            ("index_of([\"a\", \"b\", \"b\"], \"b\")", "1"),
            ("index_of(\"₹50.25\", \".\")", "3"),
            ("index_of([1], 2)", "null"),
            ("index_of(data.nope, 1)", "null"),
        ],
        params: &[Type::STRING.union(Type::ARRAY), Type::ANY],
        required: 2,
        returns: MAYBE_NUMBER,
        eval: |call| index_of(call).map_or(Value::Null, |at| Value::int(at as i128)),
        ..BASE
    },
    Function {
        name: "unique",
        usage: "unique(list)",
        doc: "The list without the elements that equal an earlier one.",
        examples: &[
            ("unique([2, 1, 2.0, \"2\"])", "[2,1,\"2\"]"),
            ("unique([[1], [1], null])", "[[1],null]"),
            ("unique(data.nope)", "null"),
        ],
        params: &[Type::ARRAY],
        required: 1,
        returns: MAYBE_ARRAY,
        eval: |call| unique(call).unwrap_or_default(),
        cost: Some(unique_cost),
        ..BASE
    },
    Function {
        name: "flatten",
        usage: "flatten(list)",
        doc: "The list with the elements of each list in it, one level deep, in place of that list.",
        examples: &[
            ("flatten([[1, 2], 3, [[4]]])", "[1,2,3,[4]]"),
            ("flatten(map([[1], [2]], it))", "[1,2]"),
            ("flatten(data.nope)", "null"),
        ],
        params: &[Type::ARRAY],
        required: 1,
        returns: MAYBE_ARRAY,
        eval: |call| flatten(call).unwrap_or_default(),
        cost: Some(copying_cost),
        ..BASE
    },
    Function {
        name: "sort",
        usage: "sort(list)",
        doc: "The numbers of the list by value, or the texts by code point; null if the list has both, or anything else.",
        examples: &[
            ("sort([3, 1, 2.5])", "[1,2.5,3]"),
            ("sort([\"b\", \"B\", \"a\"])", "[\"B\",\"a\",\"b\"]"),
            ("sort([1, \"a\"])", "null"),
            ("sort([])", "[]"),
        ],
        params: &[Type::ARRAY],
        required: 1,
        returns: MAYBE_ARRAY,
        eval: |call| ordered(call).unwrap_or_default(),
        cost: Some(ordering_cost),
        ..BASE
    },
    Function {
        name: "keys",
        usage: "keys(object)",
        doc: "The keys of the object by code point, so that equal objects have equal keys.",
        examples: &[
            ("keys(parse_json(\"{\\\"b\\\": 1, \\\"a\\\": 2}\"))", "[\"a\",\"b\"]"),
            ("keys(data.nope)", "null"),
        ],
        params: &[Type::OBJECT],
        required: 1,
        returns: MAYBE_ARRAY,
        eval: |call| members(call, |(key, _)| Value::String(key)).unwrap_or_default(),
        cost: Some(ordering_cost),
        ..BASE
    },
    Function {
        name: "values",
        usage: "values(object)",
        doc: "The values of the members of the object, in the order of `keys`.",
        examples: &[
            ("values(parse_json(\"{\\\"b\\\": 1, \\\"a\\\": 2}\"))", "[2,1]"),
            ("any(values(data.nope), it > 1)", "false"),
        ],
        params: &[Type::OBJECT],
        required: 1,
        returns: MAYBE_ARRAY,
        eval: |call| members(call, |(_, member)| member).unwrap_or_default(),
        cost: Some(ordering_cost),
        ..BASE
    },
];

fn slice<'a>(call: &Call<'_, 'a>) -> Option<Value<'a>> {
    let items = call.arg(0).as_array()?;
    let position = |argument: usize| {
        let at = call.number(argument)?.as_int()?;
        let length = items.len() as i128;
        usize::try_from(if at < 0 { (at + length).max(0) } else { at.min(length) }).ok()
    };
    let start = position(1)?;
    let end = if call.args.len() > 2 { position(2)? } else { items.len() };
    Some(Value::Array(items.get(start..end).unwrap_or_default()))
}

fn index_of(call: &Call<'_, '_>) -> Option<usize> {
    match (call.arg(0), call.arg(1)) {
        (_, Value::Null) => None,
        (Value::String(text), Value::String(part)) => {
            let before = text.get(..text.find(part)?)?;
            Some(if before.is_ascii() { before.len() } else { before.chars().count() })
        }
        (Value::Array(items), x) if call.meter.work(items.len()) => {
            items.iter().position(|item| call.meter.equal(*item, x))
        }
        _ => None,
    }
}

/// Scalars are looked up in a set. Lists and objects are compared with one another, which the budget limits.
fn unique<'a>(call: &Call<'_, 'a>) -> Option<Value<'a>> {
    let items = call.arg(0).as_array()?;
    let meter = call.meter;
    if !meter.work(items.len()) || !meter.allocate(items.len().saturating_mul(3 * ELEMENT)) {
        return None;
    }
    let mut scalars = HashSet::new();
    let mut composites: Vec<Value<'a>> = Vec::new();
    let mut kept = BumpVec::new_in(call.arena);
    for item in items {
        let is_new = match ScalarKey::new(*item) {
            Some(scalar) => meter.visit(*item) && scalars.insert(scalar),
            None => {
                let is_new = !contains(&composites, *item, meter)?;
                if is_new {
                    composites.push(*item);
                }
                is_new
            }
        };
        if is_new {
            kept.push(*item);
        }
    }
    Some(Value::Array(kept.into_bump_slice()))
}

/// None where the budget is used up.
fn contains(items: &[Value<'_>], x: Value<'_>, meter: &Meter) -> Option<bool> {
    let found = meter.work(items.len()) && items.iter().any(|item| meter.equal(*item, x));
    meter.spent().is_none().then_some(found)
}

fn unique_cost(call: &CallCost<'_>) -> Cost {
    let size = call.size(0);
    let pairs = (size / PER_ELEMENT).ceil() * (2.0 * size / PER_STEP + 2.0 * size / PER_ELEMENT + 2.0);
    let read = call.read();
    Cost { work: read.work + pairs, memory: read.memory + 3.0 * size, ..read }.making(size)
}

fn flatten<'a>(call: &Call<'_, 'a>) -> Option<Value<'a>> {
    let items = call.arg(0).as_array()?;
    let count = |item: &Value<'_>| item.as_array().map_or(1, <[Value<'_>]>::len);
    let total = items.iter().map(count).fold(0, usize::saturating_add);
    let work = total.saturating_add(items.len());
    if !call.meter.work(work) || !call.meter.allocate(total.saturating_mul(ELEMENT)) {
        return None;
    }
    let mut out = BumpVec::with_capacity_in(total, call.arena);
    for item in items {
        match item {
            Value::Array(inner) => out.extend_from_slice_copy(inner),
            other => out.push(*other),
        }
    }
    Some(Value::Array(out.into_bump_slice()))
}

fn copying_cost(call: &CallCost<'_>) -> Cost {
    call.read().making(call.size(0))
}

fn members<'a>(call: &Call<'_, 'a>, part: fn((&'a str, Value<'a>)) -> Value<'a>) -> Option<Value<'a>> {
    let Value::Object(members) = call.arg(0) else { return None };
    let sorted = ordered_keys(members, call.meter)?;
    let mut out = BumpVec::with_capacity_in(sorted.len(), call.arena);
    out.extend(sorted.into_iter().map(part));
    Some(Value::Array(out.into_bump_slice()))
}
