//! Messages about faults: short and stable, with at most an excerpt of the value.

use super::SchemaError;
use crate::event::Json;
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};

/// The limit for the characters of a value that are shown.
const SHOWN: usize = 60;
/// The depth to which a schema is searched for the invalid reference.
const MAX_DEPTH: usize = 128;

/// The pointer to the fault in the value.
pub(super) fn pointer(error: &ValidationError<'_>) -> String {
    error.instance_path().as_str().to_owned()
}

/// The message about a fault of a value.
pub(super) fn fault(error: &ValidationError<'_>) -> String {
    let value = || excerpt(error.instance());
    match error.kind() {
        Kind::Type { kind } => format!("expected {}, found {}", types(kind), type_name(error.instance())),
        Kind::Required { property } => format!("{} is missing", quoted(property)),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            format!("unknown {}", list(unexpected))
        }
        Kind::AdditionalItems { limit } => format!("more than {limit} items"),
        Kind::Enum { options } => format!("{} is not one of {}", value(), alternatives(options)),
        Kind::Constant { expected_value } => format!("{} is not {}", value(), excerpt(expected_value)),
        Kind::Minimum { limit } => format!("{} is less than {limit}", value()),
        Kind::Maximum { limit } => format!("{} is more than {limit}", value()),
        Kind::ExclusiveMinimum { limit } => format!("{} is not more than {limit}", value()),
        Kind::ExclusiveMaximum { limit } => format!("{} is not less than {limit}", value()),
        Kind::MultipleOf { multiple_of } => format!("{} is not a multiple of {multiple_of}", value()),
        Kind::MinLength { limit } => format!("{} has fewer than {limit} characters", value()),
        Kind::MaxLength { limit } => format!("{} has more than {limit} characters", value()),
        Kind::MinItems { limit } => format!("fewer than {limit} items"),
        Kind::MaxItems { limit } => format!("more than {limit} items"),
        Kind::MinProperties { limit } => format!("fewer than {limit} members"),
        Kind::MaxProperties { limit } => format!("more than {limit} members"),
        Kind::UniqueItems => String::from("two items are equal"),
        Kind::Contains => String::from("no item is as `contains` wants one"),
        Kind::Pattern { pattern } => format!("{} does not match `{}`", value(), cut(pattern)),
        Kind::Format { format } => format!("{} is not of the format `{format}`", value()),
        Kind::FalseSchema => String::from("nothing is allowed here"),
        Kind::Not { .. } => format!("{} matches the schema under `not`", value()),
        Kind::AnyOf { .. } => format!("{} fits none of `anyOf`", value()),
        Kind::OneOfNotValid { .. } => format!("{} fits none of `oneOf`", value()),
        Kind::OneOfMultipleValid { .. } => format!("{} fits more than one of `oneOf`", value()),
        Kind::PropertyNames { error } => format!("a member's name does not fit: {}", fault(error)),
        Kind::UnevaluatedItems { .. } => String::from("unexpected items"),
        _ => cut(&error.to_string()),
    }
}

/// The error about a schema that does not compile.
pub(super) fn broken(error: &ValidationError<'_>, schema: &Json) -> SchemaError {
    let mut path = pointer(error);
    let message = match error.kind() {
        Kind::Referencing(reference) => {
            // The reason that our retriever gave is the source of the library's own error.
            let mut source: &dyn std::error::Error = reference;
            while let Some(deeper) = source.source() {
                source = deeper;
            }
            let reason = source.to_string();
            match malformed_address(schema, 0) {
                Some((place, message)) => {
                    path = place;
                    message
                }
                None => {
                    // The library does not report which reference it is.
                    path = reference_to_blame(schema, &reason, 0).unwrap_or(path);
                    cut_at(&reason, 200)
                }
            }
        }
        Kind::AnyOf { .. } if error.instance_path().as_str().ends_with("/type") => {
            let types = "`string`, `number`, `integer`, `boolean`, `object`, `array`, `null`, or a list of them";
            format!("{} is not a type: the types are {types}", excerpt(error.instance()))
        }
        _ => fault(error),
    };
    SchemaError { path, message }
}

/// The keywords whose value is an address.
const ADDRESSES: [&str; 5] = ["$ref", "$dynamicRef", "$recursiveRef", "$id", "id"];

/// The first address with a character that must be escaped: its pointer, and the message. (The
/// library reports only the offset at which it stopped in an address.)
fn malformed_address(schema: &Json, depth: usize) -> Option<(String, String)> {
    if depth > MAX_DEPTH {
        return None;
    }
    let below = |name: &str, value: &Json| {
        let (rest, message) = malformed_address(value, depth + 1)?;
        Some((format!("/{}{rest}", name.replace('~', "~0").replace('/', "~1")), message))
    };
    match schema {
        Json::Object(members) => {
            let own = ADDRESSES.iter().find_map(|keyword| {
                let address = members.get(*keyword)?.as_str()?;
                let wrong = misplaced(address)?;
                let mut bytes = [0; 4];
                let escaped: String =
                    wrong.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect();
                let message = format!("`{}` is not an address: write `{escaped}` for `{wrong}`", cut(address));
                Some((format!("/{keyword}"), message))
            });
            own.or_else(|| members.iter().find_map(|(name, value)| below(name, value)))
        }
        Json::Array(items) => items.iter().enumerate().find_map(|(at, value)| below(&at.to_string(), value)),
        _ => None,
    }
}

/// The first character that a URI (RFC 3986) does not allow at its position.
fn misplaced(address: &str) -> Option<char> {
    let mut in_fragment = false;
    for (at, c) in address.char_indices() {
        let escape = || address.get(at + 1..at + 3).is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let fits = match c {
            '#' | '[' | ']' => !in_fragment,
            '%' => escape(),
            _ => c.is_ascii_alphanumeric() || "-._~:/?@!$&'()*+,;=".contains(c),
        };
        if !fits {
            return Some(c);
        }
        in_fragment |= c == '#';
    }
    None
}

/// The pointer to the `$ref` in `reason`: the first one whose fragment, or else whose file name, `reason` contains.
fn reference_to_blame(schema: &Json, reason: &str, depth: usize) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    let below = |name: &str, value: &Json| {
        let rest = reference_to_blame(value, reason, depth + 1)?;
        Some(format!("/{}{rest}", name.replace('~', "~0").replace('/', "~1")))
    };
    match schema {
        Json::Object(members) => match members.get("$ref").and_then(Json::as_str) {
            Some(reference) if is_spoken_of(reference, reason) => Some(String::from("/$ref")),
            _ => members.iter().find_map(|(name, value)| below(name, value)),
        },
        Json::Array(items) => items.iter().enumerate().find_map(|(at, value)| below(&at.to_string(), value)),
        _ => None,
    }
}

fn is_spoken_of(reference: &str, reason: &str) -> bool {
    let (address, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let file = address.rsplit('/').next().unwrap_or(address);
    [fragment, file].iter().any(|part| !part.is_empty() && reason.contains(part))
}

/// A value in backticks, cut short.
fn excerpt(value: &Json) -> String {
    match value {
        Json::Object(_) => String::from("the object"),
        Json::Array(_) => String::from("the array"),
        _ => format!("`{}`", cut(&value.to_string())),
    }
}

fn cut(text: &str) -> String {
    cut_at(text, SHOWN)
}

fn cut_at(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn quoted(property: &Json) -> String {
    format!("`{}`", cut(property.as_str().unwrap_or_default()))
}

fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(5).map(|name| format!("`{}`", cut(name))).collect();
    let more = names.len().saturating_sub(shown.len());
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

fn alternatives(options: &Json) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let names: Vec<String> = options.iter().map(ToString::to_string).collect();
    list(&names)
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(several) => several.iter().map(|one| one.to_string()).collect::<Vec<_>>().join(" or "),
    }
}

fn type_name(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}
