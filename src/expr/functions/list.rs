//! Lists, and texts taken apart and put together.

use super::definition::{BASE, MAYBE_ARRAY, MAYBE_BOOLEAN, MAYBE_NUMBER, MAYBE_STRING};
use super::pattern::{any_or, refuse_empty, set};
use super::text_builder::TextBuilder;
use super::{Call, Function, Predicate, PrepareError, SpecialForm};
use crate::diagnostic::Code;
use crate::event::{Json, Number, Type, Value};
use crate::expr::arithmetic::calculate;
use crate::expr::budget::{ELEMENT, Meter};
use crate::expr::cost::{CallCost, Cost, PER_ELEMENT, PER_STEP, SHORT};
use crate::expr::pattern_list::Parts;
use crate::expr::scalar_set::{ScalarKey, scalar_set};
use crate::expr::{Arithmetic, PatternList, Prepared, Quantifier};
use bumpalo::collections::Vec as BumpVec;

const TEXT_OR_LIST: Type = Type::STRING.union(Type::ARRAY);

/// How many parts `split` makes at most; where it would be more there is null.
const MOST_PARTS: usize = 1 << 20;

/// The name of the function that makes a list of any value. `any(each(x), …)` is indexed like a test of `x` itself.
pub(crate) const EACH: &str = "each";

/// The functions of this family. The evaluator evaluates those with a body; the entries only describe them.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: Quantifier::Any.name(),
        usage: "any(list, condition)",
        doc: "True if the condition holds for an element, which is `it` in the condition; false for null.",
        examples: &[("any([1, 5], it > 3)", "true"), ("any([], true)", "false"), ("any(data.nope, true)", "false")],
        params: &[Type::ARRAY, Type::ANY],
        required: 2,
        returns: Type::BOOLEAN,
        special_form: Some(SpecialForm::Quantified(Quantifier::Any)),
        ..BASE
    },
    Function {
        name: Quantifier::All.name(),
        usage: "all(list, condition)",
        doc: "True if the condition holds for every element, which is `it` in the condition; true for an empty list, false \
              for null.",
        examples: &[("all([1, 5], it > 3)", "false"), ("all([], false)", "true"), ("all(data.nope, true)", "false")],
        params: &[Type::ARRAY, Type::ANY],
        required: 2,
        returns: Type::BOOLEAN,
        special_form: Some(SpecialForm::Quantified(Quantifier::All)),
        ..BASE
    },
    Function {
        name: Quantifier::None.name(),
        usage: "none(list, condition)",
        doc: "True if the condition holds for no element, which is `it` in the condition; true for an empty list, null for null.",
        examples: &[("none([1, 5], it > 5)", "true"), ("none([], true)", "true"), ("none(data.nope, true)", "null")],
        params: &[Type::ARRAY, Type::ANY],
        required: 2,
        returns: MAYBE_BOOLEAN,
        special_form: Some(SpecialForm::Quantified(Quantifier::None)),
        ..BASE
    },
    Function {
        name: Quantifier::Count.name(),
        usage: "count(list, condition)",
        doc: "The number of elements for which the condition holds, as `len` counts all of them; null for null.",
        examples: &[("count([1, 5, 9], it > 3)", "2"), ("count([], true)", "0"), ("count(data.nope, true)", "null")],
        params: &[Type::ARRAY, Type::ANY],
        required: 2,
        returns: MAYBE_NUMBER,
        special_form: Some(SpecialForm::Quantified(Quantifier::Count)),
        ..BASE
    },
    Function {
        name: Quantifier::Filter.name(),
        usage: "filter(list, condition)",
        doc: "The elements for which the condition holds; null for null.",
        examples: &[("filter([1, 5, 9], it > 3)", "[5,9]"), ("filter(data.nope, true)", "null")],
        params: &[Type::ARRAY, Type::ANY],
        required: 2,
        returns: MAYBE_ARRAY,
        special_form: Some(SpecialForm::Quantified(Quantifier::Filter)),
        ..BASE
    },
    Function {
        name: Quantifier::Map.name(),
        usage: "map(list, expression)",
        doc: "The value of the expression for each element, which is `it`; null for null.",
        examples: &[("map([1, 5], it * 2)", "[2,10]"), ("sum(map([[1, 2], [3]], sum(it)))", "6")],
        params: &[Type::ARRAY, Type::ANY],
        required: 2,
        returns: MAYBE_ARRAY,
        special_form: Some(SpecialForm::Quantified(Quantifier::Map)),
        ..BASE
    },
    Function {
        name: EACH,
        reads_text: false,
        usage: "each(x)",
        doc: "The list itself, a list of the one value for any other value, and an empty list for null. No type error: \
              `any(each(data.tags), it == \"a\")` accepts one tag as well as a list of them.",
        examples: &[
            ("each([1, 2])", "[1,2]"),
            ("each(\"a\")", "[\"a\"]"),
            ("each(data.nope)", "[]"),
            ("any(each(\"a\"), it == \"a\")", "true"),
        ],
        params: &[Type::ANY],
        required: 1,
        returns: Type::ARRAY,
        eval: |call| each(call.arg(0), call),
        unmetered: true,
        ..BASE
    },
    Function {
        name: "contains",
        usage: "contains(text_or_list, x)",
        doc: "True if the text has `x` in it, or if an element of the list equals `x`. A literal list in place of `x`: true for \
              one of its elements.",
        examples: &[
            ("contains(\"sparkling\", \"ark\")", "true"),
            ("contains([1, 2], 2.0)", "true"),
            ("contains([\"a\"], \"A\")", "false"),
            ("contains(\"sparkling\", [\"still\", \"ark\"])", "true"),
            ("contains([1, 2], [2, 3])", "true"),
            ("contains(data.nope, 1)", "null"),
        ],
        params: &[TEXT_OR_LIST, Type::ANY],
        required: 2,
        returns: MAYBE_BOOLEAN,
        eval: |call| match (call.prepared, call.arg(0)) {
            (Prepared::AnyOf(_), Value::Array(items)) if !call.meter.work(items.len()) => Value::Bool(false),
            _ => any_or(call, |call| contains(call.arg(0), call.arg(1), call.meter)),
        },
        predicate: Some(Predicate::Contains),
        prepare_list: Some(prepare_parts),
        ..BASE
    },
    Function {
        name: "contains_any",
        usage: "contains_any(text_or_list, list)",
        doc: "True if `contains` holds for an element of the second list.",
        examples: &[
            ("contains_any([\"a\", \"b\"], [\"b\", \"c\"])", "true"),
            ("contains_any(\"red shoes\", [\"blue\", \"red\"])", "true"),
            ("contains_any([1], [])", "false"),
            ("contains_any(data.nope, [1])", "null"),
        ],
        params: &[TEXT_OR_LIST, Type::ARRAY],
        required: 2,
        returns: MAYBE_BOOLEAN,
        eval: |call| contains_any(call.arg(0), call.arg(1), call.meter),
        cost: Some(contains_any_cost),
        ..BASE
    },
    Function {
        name: "sum",
        usage: "sum(list)",
        doc: "The sum of a list of numbers, 0 if it is empty; null if an element is not a number.",
        examples: &[("sum([1, 2.5])", "3.5"), ("sum([])", "0"), ("sum([1, \"2\"])", "null")],
        params: &[Type::ARRAY],
        required: 1,
        returns: MAYBE_NUMBER,
        eval: |call| sum(call).map_or(Value::Null, Value::Number),
        ..BASE
    },
    Function {
        name: "split",
        usage: "split(text, separator)",
        doc: "The parts of the text between the separators; with an empty separator its characters.",
        examples: &[("split(\"a,b,,c\", \",\")", "[\"a\",\"b\",\"\",\"c\"]"), ("split(\"ab\", \"\")", "[\"a\",\"b\"]")],
        params: &[Type::STRING, Type::STRING],
        required: 2,
        returns: MAYBE_ARRAY,
        eval: |call| split(call).unwrap_or_default(),
        cost: Some(split_cost),
        ..BASE
    },
    Function {
        name: "join",
        usage: "join(list, separator)",
        doc: "The elements in a row, each as `string` shows it, with the separator between them; null if one of them is null.",
        examples: &[
            ("join([\"a\", 1], \"-\")", "\"a-1\""),
            ("join([], \"-\")", "\"\""),
            ("join([null], \"-\")", "null"),
        ],
        params: &[Type::ARRAY, Type::STRING],
        required: 2,
        returns: MAYBE_STRING,
        eval: |call| join(call).unwrap_or_default(),
        cost: Some(join_cost),
        ..BASE
    },
];

fn prepare_parts(items: &[Json]) -> Result<Prepared, PrepareError> {
    refuse_empty(items)?;
    if let Some(at) = items.iter().position(|item| item.is_null() || item.is_array()) {
        let found = items.get(at).map(Json::to_string).unwrap_or_default();
        let message = format!("an element of this list is a string, a number or a boolean, and this is `{found}`");
        return Err(PrepareError::new(Code::TypeMismatch, 1, message).of_item(at));
    }
    set(Parts::new(items).map(PatternList::Parts))
}

fn each<'a>(value: Value<'a>, call: &Call<'_, 'a>) -> Value<'a> {
    match value {
        Value::Array(_) => value,
        Value::Null => Value::Array(&[]),
        _ if call.meter.allocate(ELEMENT) => Value::Array(call.arena.alloc_slice_copy(&[value])),
        _ => Value::Null,
    }
}

fn contains<'a>(whole: Value<'a>, part: Value<'a>, meter: &Meter) -> Value<'a> {
    match (whole, part) {
        (_, Value::Null) => Value::Null,
        (Value::String(whole), Value::String(part)) => Value::Bool(whole.contains(part)),
        (Value::Array(items), part) => {
            Value::Bool(meter.work(items.len()) && items.iter().any(|item| meter.equal(*item, part)))
        }
        _ => Value::Null,
    }
}

fn contains_any<'a>(whole: Value<'a>, parts: Value<'a>, meter: &Meter) -> Value<'a> {
    match (whole, parts) {
        (Value::String(whole), Value::Array(parts)) => {
            let mut texts = parts.iter().filter_map(|part| part.as_str());
            Value::Bool(meter.work(parts.len()) && texts.any(|part| meter.read(whole) && whole.contains(part)))
        }
        (Value::Array(items), Value::Array(parts)) => Value::Bool(has_one_of(items, parts, meter)),
        _ => Value::Null,
    }
}

fn contains_any_cost(call: &CallCost<'_>) -> Cost {
    let scans = (call.size(1) / PER_ELEMENT).ceil() * (call.size(0) / PER_STEP + 1.0);
    let read = call.scalar();
    Cost { memory: read.memory + 2.0 * call.size(0), work: read.work + 2.0 * (scans + call.all.size), ..read }
}

/// True if the lists share an element that is not null. Long lists are looked up in a set.
fn has_one_of<'a>(items: &[Value<'a>], parts: &[Value<'a>], meter: &Meter) -> bool {
    if !meter.work(items.len().saturating_add(parts.len())) {
        return false;
    }
    let mut parts = parts.iter().filter(|part| !part.is_null());
    match scalar_set(items, meter) {
        Some(set) => {
            parts.any(|part| meter.visit(*part) && ScalarKey::new(*part).is_some_and(|part| set.contains(&part)))
        }
        None => parts.any(|part| contains(Value::Array(items), *part, meter).is_true()),
    }
}

fn sum(call: &Call<'_, '_>) -> Option<Number> {
    let items = call.arg(0).as_array().filter(|items| call.meter.work(items.len()))?;
    let mut numbers = items.iter().map(|item| item.as_number());
    numbers.try_fold(Number::Int(0), |total, n| calculate(Arithmetic::Add, total, n?).as_number())
}

fn split<'a>(call: &mut Call<'_, 'a>) -> Option<Value<'a>> {
    let (text, separator) = (call.text(0)?, call.text(1)?);
    let mut parts = BumpVec::new_in(call.arena);
    let mut add = |part: &'a str| {
        let fits = parts.len() < MOST_PARTS && call.meter.work(1) && call.meter.allocate(ELEMENT);
        fits.then(|| parts.push(Value::String(part)))
    };
    if separator.is_empty() {
        let mut chars = text.char_indices().map(|(at, c)| text.get(at..at + c.len_utf8()).unwrap_or_default());
        chars.try_for_each(&mut add)?;
    } else {
        text.split(separator).try_for_each(&mut add)?;
    }
    Some(Value::Array(parts.into_bump_slice()))
}

fn split_cost(call: &CallCost<'_>) -> Cost {
    call.read().making((PER_ELEMENT + 1.0) * (call.all.size + 1.0)).reading(8.0 * call.all.size)
}

fn join<'a>(call: &mut Call<'_, 'a>) -> Option<Value<'a>> {
    let (items, separator) = (call.arg(0).as_array()?, call.text(1)?);
    let mut out = TextBuilder::new(call);
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            out.push(separator)?;
        }
        out.push_shown(*item)?;
    }
    Some(out.finish())
}

fn join_cost(call: &CallCost<'_>) -> Cost {
    let made = call.text_size() + (call.size(0) / PER_ELEMENT).ceil() * (call.size(1) + SHORT);
    call.read().making(made).reading(2.0 * made)
}
