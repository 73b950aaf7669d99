//! Values as JSON text.

use super::value::Value;

/// Appends a value as JSON: members in their order, no white space.
pub fn write_json(value: Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(b) => out.extend_from_slice(if b { b"true" } else { b"false" }),
        // Writing to memory does not fail.
        Value::Number(n) => drop(serde_json::to_writer(out, &n.to_json())),
        Value::String(s) => drop(serde_json::to_writer(out, s)),
        Value::Array(items) => {
            out.push(b'[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                write_json(*item, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (n, (key, member)) in members.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                drop(serde_json::to_writer(&mut *out, key));
                out.push(b':');
                write_json(*member, out);
            }
            out.push(b'}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bumpalo::Bump;

    #[test]
    fn keeps_the_order() {
        let (arena, text) = (Bump::new(), r#"{"b":[1,2.5,-7,18446744073709551615],"a":{"x\n":"ü\""},"c":null}"#);
        let value = crate::event::parse(text.as_bytes(), crate::event::Limits::default(), &arena).unwrap();
        let mut out = Vec::new();
        write_json(value, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), text);
    }
}
