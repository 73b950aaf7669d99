//! Text. Lengths and positions count code points.

use super::definition::{BASE, MAYBE_NUMBER, MAYBE_STRING};
use super::text_builder::{TextBuilder, counted, kept, replacing_cost};
use super::{Call, Function, Prepare, PrepareError};
use crate::diagnostic::Code;
use crate::event::{Type, Value};
use crate::expr::Prepared;

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "lower",
        aliases: &["str::to_lowercase"],
        usage: "lower(text)",
        doc: "The text in small letters.",
        examples: &[("lower(\"MumBAI\")", "\"mumbai\""), ("lower(\"ÄÖ\")", "\"äö\""), ("lower(data.nope)", "null")],
        params: &[Type::STRING],
        required: 1,
        returns: MAYBE_STRING,
        eval: |call| lower(call).unwrap_or_default(),
        idempotent: true,
        ..BASE
    },
    Function {
        name: "upper",
        aliases: &["str::to_uppercase"],
        usage: "upper(text)",
        doc: "The text in capitals.",
        examples: &[("upper(\"mumbai\")", "\"MUMBAI\""), ("upper(\"straße\")", "\"STRASSE\"")],
        params: &[Type::STRING],
        required: 1,
        returns: MAYBE_STRING,
        eval: |call| upper(call).unwrap_or_default(),
        idempotent: true,
        ..BASE
    },
    Function {
        name: "trim",
        aliases: &["str::trim"],
        usage: "trim(text)",
        doc: "The text without white space at its ends.",
        examples: &[("trim(\"  a b\\n\")", "\"a b\"")],
        params: &[Type::STRING],
        required: 1,
        returns: MAYBE_STRING,
        eval: |call| call.text(0).map_or(Value::Null, |text| Value::String(text.trim())),
        idempotent: true,
        ..BASE
    },
    Function {
        name: "len",
        usage: "len(x)",
        doc: "How many code points a text, elements an array, or members an object has.",
        examples: &[("len(\"₹50\")", "3"), ("len([1, 2])", "2"), ("len(data.nope)", "null")],
        params: &[Type::STRING.union(Type::ARRAY).union(Type::OBJECT)],
        required: 1,
        returns: MAYBE_NUMBER,
        eval: |call| length(call.arg(0)),
        integers: Some((0, i64::MAX)),
        ..BASE
    },
    Function {
        name: "concat",
        usage: "concat(a, …)",
        doc: "The arguments in a row, each as `string` shows it; null if one of them is null.",
        examples: &[
            ("concat(\"evt_\", 12)", "\"evt_12\""),
            ("concat(\"a\", true, 1.5)", "\"atrue1.5\""),
            ("concat(\"a\", data.nope)", "null"),
            ("concat(\"a\", data.nope ?? \"\")", "\"a\""),
        ],
        params: &[Type::ANY],
        required: 1,
        variadic: true,
        returns: MAYBE_STRING,
        eval: |call| concat(call).unwrap_or_default(),
        ..BASE
    },
    Function {
        name: "replace",
        usage: "replace(text, from, to)",
        doc: "The text with every `from` in it replaced; with an empty `from` it stays as it is.",
        examples: &[
            ("replace(\"ORDER_CREATED\", \"_\", \".\")", "\"ORDER.CREATED\""),
            ("replace(\"aaa\", \"aa\", \"b\")", "\"ba\""),
            ("replace(\"abc\", \"\", \"-\")", "\"abc\""),
        ],
        params: &[Type::STRING, Type::STRING, Type::STRING],
        required: 3,
        returns: MAYBE_STRING,
        eval: |call| replace(call).unwrap_or_default(),
        cost: Some(|call| replacing_cost(call, 0.0)),
        ..BASE
    },
    Function {
        name: "substring",
        aliases: &["str::substring"],
        usage: "substring(text, start, end)",
        doc: "The code points from `start` (counted from 0) up to, but without, `end`; without `end` up to the last. Null \
              where there are not that many.",
        examples: &[
            ("substring(\"₹500\", 1, 3)", "\"50\""),
            ("substring(\"abc\", 1)", "\"bc\""),
            ("substring(\"abc\", 3)", "\"\""),
            ("substring(\"abc\", 1, 9)", "null"),
            ("substring(\"abc\", 2, 1)", "null"),
        ],
        params: &[Type::STRING, Type::NUMBER, Type::NUMBER],
        required: 2,
        returns: MAYBE_STRING,
        eval: |call| substring(call).unwrap_or_default(),
        ..BASE
    },
    Function {
        name: "format",
        usage: "format(\"…{}…\", a, …)",
        doc: "The template, which must be a literal, with each `{}` replaced by the next argument as `string` shows it; \
              `{{` and `}}` stand for braces. Null if an argument is null.",
        examples: &[
            ("format(\"{} of {}\", 1, \"two\")", "\"1 of two\""),
            ("format(\"{{{}}}\", 1)", "\"{1}\""),
            ("format(\"none\")", "\"none\""),
            ("format(\"{}\", data.nope)", "null"),
        ],
        params: &[Type::STRING, Type::ANY],
        required: 1,
        variadic: true,
        returns: MAYBE_STRING,
        prepare: Some(prepare_format),
        eval: |call| format_text(call).unwrap_or_default(),
        ..BASE
    },
];

fn lower<'a>(call: &mut Call<'_, 'a>) -> Option<Value<'a>> {
    let text = call.text(0)?;
    if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        return Some(Value::String(text));
    }
    if !text.is_ascii() {
        return kept(&text.to_lowercase(), call).map(Value::String);
    }
    let copy = call.meter.allocate(text.len()).then(|| call.arena.alloc_str(text))?;
    copy.make_ascii_lowercase();
    Some(Value::String(copy))
}

fn upper<'a>(call: &mut Call<'_, 'a>) -> Option<Value<'a>> {
    let text = call.text(0)?;
    if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_lowercase()) {
        return Some(Value::String(text));
    }
    if !text.is_ascii() {
        return kept(&text.to_uppercase(), call).map(Value::String);
    }
    let copy = call.meter.allocate(text.len()).then(|| call.arena.alloc_str(text))?;
    copy.make_ascii_uppercase();
    Some(Value::String(copy))
}

fn length<'a>(value: Value<'a>) -> Value<'a> {
    let count = match value {
        Value::String(text) if text.is_ascii() => text.len(),
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => return Value::Null,
    };
    Value::int(count as i128)
}

fn concat<'a>(call: &mut Call<'_, 'a>) -> Option<Value<'a>> {
    let mut out = TextBuilder::new(call);
    call.args.iter().try_for_each(|value| out.push_shown(*value))?;
    Some(out.finish())
}

fn replace<'a>(call: &mut Call<'_, 'a>) -> Option<Value<'a>> {
    let (text, from, to) = (call.text(0)?, call.text(1)?, call.text(2)?);
    if from.is_empty() || !text.contains(from) {
        return Some(Value::String(text));
    }
    let mut out = TextBuilder::new(call);
    for (n, part) in text.split(from).enumerate() {
        if n > 0 {
            out.push(to)?;
        }
        out.push(part)?;
    }
    Some(out.finish())
}

fn substring<'a>(call: &mut Call<'_, 'a>) -> Option<Value<'a>> {
    let text = call.text(0)?;
    let position = |at: usize| usize::try_from(call.number(at)?.as_int()?).ok();
    let start = byte_of(text, position(1)?)?;
    let end = if call.args.len() > 2 { byte_of(text, position(2)?)? } else { text.len() };
    text.get(start..end).map(Value::String)
}

/// The byte offset of a code point by its number; the end of the text counts as one more.
fn byte_of(text: &str, at: usize) -> Option<usize> {
    if text.is_ascii() {
        return Some(at).filter(|at| *at <= text.len());
    }
    let starts = text.char_indices().map(|(start, _)| start);
    starts.chain(std::iter::once(text.len())).nth(at)
}

fn format_text<'a>(call: &mut Call<'_, 'a>) -> Option<Value<'a>> {
    let Prepared::Format(pieces) = call.prepared else { return None };
    let mut out = TextBuilder::new(call);
    let (first, rest) = pieces.split_first()?;
    out.push(first)?;
    for (n, piece) in rest.iter().enumerate() {
        out.push_shown(call.arg(n + 1))?;
        out.push(piece)?;
    }
    Some(out.finish())
}

fn prepare_format(call: &Prepare<'_>) -> Result<Prepared, PrepareError> {
    let template = call.literal(0, "the template")?;
    let pieces = format_pieces(template).map_err(|message| {
        let help = "a placeholder is `{}`; write `{{` and `}}` for braces";
        PrepareError::new(Code::BadPattern, 0, message).help(help)
    })?;
    let (wanted, given) = (pieces.len() - 1, call.args.len().saturating_sub(1));
    if wanted == given {
        return Ok(Prepared::Format(pieces.into()));
    }
    let blamed = if given > wanted { wanted + 1 } else { 0 };
    let follow = if given == 1 { "follows" } else { "follow" };
    let message =
        format!("the template has {}, but {} {follow} it", counted(wanted, "placeholder"), counted(given, "argument"));
    Err(PrepareError::new(Code::ArgumentCount, blamed, message))
}

/// The texts between the placeholders.
fn format_pieces(template: &str) -> Result<Vec<Box<str>>, String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('{', Some('}')) => {
                chars.next();
                pieces.push(std::mem::take(&mut piece).into());
            }
            ('{', Some('{')) | ('}', Some('}')) => {
                chars.next();
                piece.push(c);
            }
            ('{' | '}', _) => return Err(format!("the template has a lone `{c}`")),
            _ => piece.push(c),
        }
    }
    pieces.push(piece.into());
    Ok(pieces)
}
