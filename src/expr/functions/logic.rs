//! Presence, choice, and the types of values.

use super::definition::{BASE, MAYBE_NUMBER, MAYBE_STRING};
use super::text_builder::shown;
use super::{Function, Predicate, Requires, SpecialForm};
use crate::event::{Number, Type, Value, parse_number};

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "exists",
        reads_text: false,
        usage: "exists(p)",
        doc: "True if the value is there and not null.",
        examples: &[("exists(data.nope)", "false"), ("exists(\"\")", "true"), ("exists(null)", "false")],
        params: &[Type::ANY],
        required: 1,
        returns: Type::BOOLEAN,
        eval: |call| Value::Bool(!call.arg(0).is_null()),
        predicate: Some(Predicate::Exists),
        ..BASE
    },
    Function {
        name: "present",
        reads_text: false,
        usage: "present(path)",
        doc: "True if the event has the field, even if it is null; `exists` is false for null. The path may begin in any value.",
        examples: &[
            ("present(data.nope)", "false"),
            ("any([parse_json(\"{\\\"a\\\": null}\")], present(it.a))", "true"),
            ("any([parse_json(\"{\\\"a\\\": null}\")], exists(it.a) || present(it.b))", "false"),
        ],
        params: &[Type::ANY],
        required: 1,
        returns: Type::BOOLEAN,
        special_form: Some(SpecialForm::Present),
        ..BASE
    },
    Function {
        name: "coalesce",
        reads_text: false,
        usage: "coalesce(a, …)",
        doc: "The first argument that is not null.",
        examples: &[("coalesce(null, data.nope, \"\", \"b\")", "\"\""), ("coalesce(null)", "null")],
        params: &[Type::ANY],
        required: 1,
        variadic: true,
        eval: |call| call.args.iter().copied().find(|value| !value.is_null()).unwrap_or_default(),
        requires: Requires::Alternatives,
        special_form: Some(SpecialForm::Coalesce),
        ..BASE
    },
    Function {
        name: "coalesce_nonempty",
        reads_text: false,
        usage: "coalesce_nonempty(a, …)",
        doc: "The first argument that is neither null nor the empty string.",
        examples: &[("coalesce_nonempty(null, \"\", \"b\")", "\"b\""), ("coalesce_nonempty(\"\", 0)", "0")],
        params: &[Type::ANY],
        required: 1,
        variadic: true,
        eval: |call| {
            let filled = |value: &Value<'_>| !value.is_null() && value.as_str() != Some("");
            call.args.iter().copied().find(filled).unwrap_or_default()
        },
        requires: Requires::Alternatives,
        ..BASE
    },
    Function {
        name: "if",
        reads_text: false,
        usage: "if(condition, then, else)",
        doc: "The second argument if the condition is true, else the third.",
        examples: &[("if(1 < 2, \"yes\", \"no\")", "\"yes\""), ("if(data.nope > 1, \"yes\", \"no\")", "\"no\"")],
        params: &[Type::BOOLEAN, Type::ANY, Type::ANY],
        required: 3,
        eval: |call| if call.arg(0).is_true() { call.arg(1) } else { call.arg(2) },
        requires: Requires::Choice,
        special_form: Some(SpecialForm::If),
        ..BASE
    },
    Function {
        name: "typeof",
        reads_text: false,
        usage: "typeof(x)",
        doc: "The name of the value's type: `null`, `boolean`, `number`, `string`, `array` or `object`.",
        examples: &[
            ("typeof(data.nope)", "\"null\""),
            ("typeof(1.5)", "\"number\""),
            ("typeof([1])", "\"array\""),
            ("typeof(now)", "\"string\""),
        ],
        params: &[Type::ANY],
        required: 1,
        returns: Type::STRING,
        values: &["null", "boolean", "number", "string", "array", "object"],
        eval: |call| Value::String(type_name(call.arg(0))),
        ..BASE
    },
    Function {
        name: "number",
        usage: "number(x)",
        doc: "The number itself, or the number that a string is the JSON text of; null for anything else. No type error.",
        examples: &[
            ("number(\"12\")", "12"),
            ("number(\"-1.5e2\")", "-150.0"),
            ("number(2)", "2"),
            ("number(\" 12\")", "null"),
            ("number(\"012\")", "null"),
            ("number(true)", "null"),
        ],
        params: &[Type::ANY],
        required: 1,
        returns: MAYBE_NUMBER,
        eval: |call| match call.arg(0) {
            Value::Number(n) => Value::Number(n),
            Value::String(text) => read_number(text).map_or(Value::Null, Value::Number),
            _ => Value::Null,
        },
        ..BASE
    },
    Function {
        name: "string",
        aliases: &["str::from"],
        usage: "string(x)",
        doc: "The value as text: strings as they are, numbers in their shortest form, arrays and objects as canonical \
              JSON (RFC 8785); null for null. No type error.",
        examples: &[
            ("string(1.0)", "\"1\""),
            ("string(\"a\")", "\"a\""),
            ("string(true)", "\"true\""),
            ("string([1, \"a\"])", "\"[1,\\\"a\\\"]\""),
            ("string(null)", "null"),
        ],
        params: &[Type::ANY],
        required: 1,
        returns: MAYBE_STRING,
        eval: |call| shown(call.arg(0), call).map_or(Value::Null, Value::String),
        ..BASE
    },
];

fn type_name(value: Value<'_>) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A number as JSON writes it: no white space, no `+`, no leading zeros.
fn read_number(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = split_digits(unsigned)?;
    if whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => split_digits(fraction)?.1,
        None => rest,
    };
    let rest = match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => split_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))?.1,
        None => rest,
    };
    if rest.is_empty() { parse_number(text) } else { None }
}

/// One digit or more, and the rest of the text.
fn split_digits(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(end).filter(|_| end > 0)
}
