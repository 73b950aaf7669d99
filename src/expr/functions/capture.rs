//! `regex_capture`: the text of a group of a regular expression.

use super::text_builder::counted;
use super::{Call, Prepare, PrepareError};
use crate::diagnostic::{Code, did_you_mean};
use crate::event::{Json, Number, Value};
use crate::expr::{Pattern, Prepared};
use regex::Regex;

pub(super) fn prepare(call: &Prepare<'_>) -> Result<Prepared, PrepareError> {
    let source = call.literal(1, "the regular expression")?;
    let pattern = Pattern::new(source).map_err(|message| PrepareError::new(Code::BadPattern, 1, message))?;
    let Some(group) = call.args.get(2).copied().flatten() else {
        let help = "it is read once, when the rules are loaded, and cannot depend on the event";
        let message = "the group must be a number or a string that is written out";
        return Err(PrepareError::new(Code::NotLiteral, 2, message).help(help));
    };
    let regex = pattern.regex();
    match number_of(group, regex) {
        Some(number) => Ok(Prepared::Capture(pattern, number)),
        None => {
            let message = format!("the regular expression has no group `{}`", shown(group));
            let names: Vec<&str> = regex.capture_names().flatten().collect();
            let near = group.as_str().and_then(|name| did_you_mean(name, names.iter().copied()));
            let help = near.unwrap_or_else(|| groups(regex.captures_len() - 1, &names));
            Err(PrepareError::new(Code::BadPattern, 2, message).help(help))
        }
    }
}

/// The number of a group, if there is such a group.
fn number_of(group: &Json, regex: &Regex) -> Option<usize> {
    match group {
        Json::String(name) => regex.capture_names().position(|known| known == Some(name.as_str())),
        Json::Number(n) => {
            let number = Number::from_json(n).and_then(Number::as_int).and_then(|n| usize::try_from(n).ok());
            number.filter(|number| *number < regex.captures_len())
        }
        _ => None,
    }
}

fn shown(group: &Json) -> String {
    group.as_str().map_or_else(|| group.to_string(), str::to_owned)
}

/// The groups that there are, for a hint.
fn groups(count: usize, names: &[&str]) -> String {
    let named = names.iter().map(|name| format!(", `\"{name}\"`")).collect::<String>();
    match count {
        0 => String::from("it has no groups; 0 is the whole match"),
        1 => format!("it has 1 group: 1{named}; 0 is the whole match"),
        _ => format!("it has {}: 1 to {count}{named}; 0 is the whole match", counted(count, "group")),
    }
}

/// The text of the group at the first match of the first argument.
pub(super) fn captured<'a>(call: &Call<'_, 'a>) -> Option<Value<'a>> {
    let Prepared::Capture(pattern, group) = call.prepared else { return None };
    let found = pattern.regex().captures(call.text(0)?)?.get(*group)?;
    Some(Value::String(found.as_str()))
}
