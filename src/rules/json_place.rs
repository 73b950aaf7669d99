//! The positions of values in a JSON text, so that errors in JSON files can be underlined.
//! The text must be valid JSON. For any other text the positions are arbitrary, but nothing panics.

use std::ops::Range;

/// The bytes of the value at a JSON Pointer, or of the nearest enclosing value.
pub(super) fn locate(text: &str, pointer: &str) -> Range<usize> {
    let mut at = blank(text.as_bytes(), 0)..text.trim_end().len();
    for segment in pointer.split('/').skip(1) {
        let name = segment.replace("~1", "/").replace("~0", "~");
        let found = children(text, at.start).into_iter().enumerate().find(|(n, child)| match &child.key {
            Some(key) => key.as_str() == name,
            None => n.to_string() == name,
        });
        match found {
            Some((_, child)) => at = child.range,
            None => break,
        }
    }
    at
}

/// The bytes of each item of a text that is an array.
pub(super) fn items(text: &str) -> Vec<Range<usize>> {
    children(text, blank(text.as_bytes(), 0)).into_iter().map(|child| child.range).collect()
}

struct Child {
    key: Option<String>,
    range: Range<usize>,
}

/// The members or elements of the value that begins at `start`.
fn children(text: &str, start: usize) -> Vec<Child> {
    let bytes = text.as_bytes();
    let object = match bytes.get(start) {
        Some(b'{') => true,
        Some(b'[') => false,
        _ => return Vec::new(),
    };
    let mut children = Vec::new();
    let mut at = blank(bytes, start + 1);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'}' | b']' => break,
            b',' => at = blank(bytes, at + 1),
            _ => {
                let mut key = None;
                if object {
                    let end = value_end(bytes, at);
                    key = text.get(at..end).and_then(|key| serde_json::from_str(key).ok());
                    at = blank(bytes, end);
                    at = blank(bytes, at + usize::from(bytes.get(at) == Some(&b':')));
                }
                let end = value_end(bytes, at).max(at + 1);
                children.push(Child { key, range: at..end });
                at = blank(bytes, end);
            }
        }
    }
    children
}

/// The offset after white space.
fn blank(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// The offset after the value that begins at `start`.
fn value_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0usize;
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at) - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => depth -= 1,
            b',' | b':' if depth == 0 => return at,
            byte if byte.is_ascii_whitespace() && depth == 0 => return at,
            _ => {}
        }
        at += 1;
        if depth == 0 && matches!(byte, b'"' | b'}' | b']') {
            return at;
        }
    }
    at
}

/// The offset after the string that begins at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len().max(start + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_values() {
        let text = r#" {"a": [1, {"b\"/": "x, y"}, [ ]], "c" : {"d":true} } "#;
        let at = |pointer| text.get(locate(text, pointer)).unwrap();
        assert_eq!(at("/a/0"), "1");
        assert_eq!(at("/a/1/b\"~1"), "\"x, y\"");
        assert_eq!(at("/a/2"), "[ ]");
        assert_eq!(at("/c/d"), "true");
        assert_eq!(at("/c/none"), "{\"d\":true}");
        assert_eq!(at(""), text.trim());
        assert_eq!(items("[1, [2, 3], \"]\"]").len(), 3);
        assert!(items("[1, \"").len() <= 2);
    }
}
