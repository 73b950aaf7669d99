//! The names in paths of sites.

use crate::event::Json;
use std::borrow::Cow;

/// A name in a path: as it is, or as a JSON string if it has other characters than letters, digits, `_`, `.` and `-`.
pub(super) fn quoted(name: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    match !name.is_empty() && name.chars().all(is_plain) {
        true => Cow::Borrowed(name),
        false => Cow::Owned(Json::from(name).to_string()),
    }
}

/// A key of a row in a path. A text that looks like another value is quoted.
pub(super) fn key(key: &Json) -> String {
    match key {
        Json::String(text) if serde_json::from_str::<Json>(text).is_err() => quoted(text).into_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn other_characters_are_quoted() {
        for (name, shown) in [
            ("big", "big"),
            ("order.created", "order.created"),
            ("a_b-C9", "a_b-C9"),
            ("a/b", "\"a/b\""),
            ("order.*", "\"order.*\""),
            ("a\"b", "\"a\\\"b\""),
            ("größe", "\"größe\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(name), shown);
        }
    }

    #[test]
    fn keys_of_different_types_differ() {
        let keys = [json!("IN"), json!("5"), json!(5), json!("true"), json!(true), json!("null"), json!("a b")];
        let shown: Vec<String> = keys.iter().map(key).collect();
        assert_eq!(shown, ["IN", "\"5\"", "5", "\"true\"", "true", "\"null\"", "\"a b\""]);
    }
}
