//! Identity of the event, and reference data.

use super::definition::{BASE, MAYBE_STRING};
use super::text_builder::{canonical, counted, kept, shown};
use super::{Call, Function, Prepare, PrepareError};
use crate::diagnostic::{Code, did_you_mean};
use crate::event::{Type, Value, hash_text};
use crate::expr::cost::{CallCost, Cost};
use crate::expr::{LookupInfo, Prepared};
use uuid::Uuid;

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "lookup",
        usage: "lookup(\"table.column\", key, …)",
        doc: "A cell of a lookup table, by the row's key or keys; null where there is no such row. The column may be a key: \
              `exists(lookup(\"deny.ip\", data.ip))` is true if there is a row.",
        examples: &[],
        params: &[Type::STRING, Type::ANY],
        required: 2,
        variadic: true,
        prepare: Some(prepare_lookup),
        eval: |call| lookup(call).unwrap_or_default(),
        pure: false,
        cost: Some(lookup_cost),
        ..BASE
    },
    Function {
        name: "hash",
        usage: "hash(x)",
        doc: "A number from 0 to 2^63 - 1 that is always the same for equal values: XXH3-64 of the canonical JSON \
              (RFC 8785), without the top bit. `hash(data.user_id) % 100 < 5` picks five percent of the users.",
        examples: &[("hash(1) == hash(1.0)", "true"), ("hash(\"1\") == hash(1)", "false"), ("hash(null) > 0", "true")],
        params: &[Type::ANY],
        required: 1,
        returns: Type::NUMBER,
        eval: |call| match canonical(call.arg(0), usize::MAX, call.meter) {
            Some(text) => Value::int(hash_text(&text)),
            None => Value::Null,
        },
        cost: Some(|call| call.text()),
        ..BASE
    },
    Function {
        name: "uuid",
        usage: "uuid(name)",
        doc: "An identifier that is always the same for the same event id and name: the UUIDv5 of the name in a namespace \
              that is itself the UUIDv5 of the event's id (as `string` shows it) in the namespace for object identifiers \
              of RFC 9562. Null where the event has no id.",
        examples: &[("uuid(\"a\") == uuid(\"a\")", "true"), ("uuid(data.nope)", "null")],
        params: &[Type::STRING],
        required: 1,
        returns: MAYBE_STRING,
        eval: |call| uuid(call).unwrap_or_default(),
        pure: false,
        ..BASE
    },
];

fn uuid<'a>(call: &mut Call<'_, 'a>) -> Option<Value<'a>> {
    let name = call.text(0)?;
    let id = shown(call.env.event_id(), call)?;
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_OID, id.as_bytes());
    let mut buffer = Uuid::encode_buffer();
    let text = Uuid::new_v5(&namespace, name.as_bytes()).hyphenated().encode_lower(&mut buffer);
    kept(text, call).map(Value::String)
}

fn lookup<'a>(call: &mut Call<'_, 'a>) -> Option<Value<'a>> {
    let Prepared::Column { table, column } = call.prepared else { return None };
    let (_, key) = call.args.split_first()?;
    Some(call.env.lookup(*table, *column, key))
}

fn lookup_cost(call: &CallCost<'_>) -> Cost {
    Cost { size: call.cell + call.all.size, memory: call.all.memory + 2.0 * call.cell, ..call.read() }
}

fn prepare_lookup(call: &Prepare<'_>) -> Result<Prepared, PrepareError> {
    let name = call.literal(0, "the table and its column")?;
    let (table, info, column) = split_column(call, name)?;
    let Some(at) = info.columns.iter().position(|known| known == column) else {
        let message = format!("the lookup table `{table}` has no column `{column}`");
        let help = did_you_mean(column, info.columns.iter().map(String::as_str)).or_else(|| listed(&info.columns));
        return Err(PrepareError { help, ..PrepareError::new(Code::UnknownLookup, 0, message) });
    };
    let given = call.args.len().saturating_sub(1);
    if given != info.keys {
        let blamed = if given > info.keys { info.keys + 1 } else { 0 };
        let is = if given == 1 { "is" } else { "are" };
        let message = format!("a row of `{table}` is found by {}, but there {is} {given}", counted(info.keys, "key"));
        return Err(PrepareError::new(Code::ArgumentCount, blamed, message));
    }
    Ok(Prepared::Column { table: info.id, column: at as u32 })
}

/// Names may have dots in them: the table is the longest that there is.
fn split_column<'p>(call: &Prepare<'p>, name: &'p str) -> Result<(&'p str, &'p LookupInfo, &'p str), PrepareError> {
    let splits = name.rmatch_indices('.').filter_map(|(at, _)| Some((name.get(..at)?, name.get(at + 1..)?)));
    let known = splits.filter_map(|(table, column)| Some((table, call.lookups.get(table)?, column))).next();
    known.ok_or_else(|| match name.split_once('.') {
        None => {
            let message = format!("`{name}` names no column");
            PrepareError::new(Code::UnknownLookup, 0, message).help("write it as `table.column`")
        }
        Some((table, _)) => {
            let mut tables: Vec<_> = call.lookups.keys().cloned().collect();
            tables.sort_unstable();
            let help = did_you_mean(table, tables.iter().map(String::as_str)).or_else(|| listed(&tables));
            let message = format!("there is no lookup table `{table}`");
            PrepareError { help, ..PrepareError::new(Code::UnknownLookup, 0, message) }
        }
    })
}

/// `there are: a, b`; the first few names.
fn listed(names: &[String]) -> Option<String> {
    const MOST: usize = 8;
    let shown: Vec<_> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > MOST { ", …" } else { "" };
    (!shown.is_empty()).then(|| format!("there is {}{more}", shown.join(", ")))
}
