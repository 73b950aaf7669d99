//! Makes text from events and rules safe to print: no character can move the cursor, end a line of a report, hide text
//! or change its direction.

use std::borrow::Cow;

/// The text on one line: every control character, line breaks and tabs included, and every invisible character is shown
/// by a visible one. For text within a line of a report.
pub fn printable(text: &str) -> Cow<'_, str> {
    shown(text, |_| false, |c, out| out.push_str(&format!("\\u{{{:x}}}", u32::from(c))))
}

/// Like [`printable`], but keeps line breaks and tabs, and replaces every character by one, so that columns do not change. For source
/// code.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    shown(text, |c| matches!(c, '\n' | '\t'), |_, out| out.push('\u{fffd}'))
}

/// JSON text with its invisible characters, which can only be within strings, as `\u` escapes. The value is the same.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    if !json.chars().any(is_unprintable) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_unprintable(c) && !matches!(c, '\n' | '\t' | '\r') {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

fn shown(text: &str, stays: fn(char) -> bool, write: fn(char, &mut String)) -> Cow<'_, str> {
    let hidden = |c: char| is_unprintable(c) && !stays(c);
    if !text.chars().any(hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            _ if !hidden(c) => out.push(c),
            '\0'..='\x1f' => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
            '\x7f' => out.push('\u{2421}'),
            _ => write(c, &mut out),
        }
    }
    Cow::Owned(out)
}

/// True for control characters, and for characters that reorder text or are invisible: soft hyphens, fillers,
/// zero-width characters, directional marks, embeddings and isolates, separators, byte-order marks, tags.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
        || is_private(c)
}

/// Private-use characters: a font may draw anything for them.
fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::{printable, printable_json, printable_lines};

    #[test]
    fn hidden_characters_become_visible() {
        assert_eq!(printable("a\x1b[31mb\x7f"), "a␛[31mb␡");
        assert_eq!(printable("x\n\n\tRules\r"), "x␊␊␉Rules␍");
        assert_eq!(printable("a\nb\t\u{202e}\x1b[1m"), "a␊b␉\\u{202e}␛[1m");
        assert_eq!(printable("a\u{9b}31mb\u{202e}c\u{200b}\u{e0041}"), "a\\u{9b}31mb\\u{202e}c\\u{200b}\\u{e0041}");
        assert_eq!(printable_lines("₹5\tnaïve\n\r\u{202e}"), "₹5\tnaïve\n␍\u{fffd}");
        // The characters of scripts and emoji are kept.
        assert_eq!(printable("क्\u{200d}ष 👨\u{200d}👩 ❤\u{fe0f}"), "क्\u{200d}ष 👨\u{200d}👩 ❤\u{fe0f}");
    }

    #[test]
    fn json_keeps_its_value() {
        assert_eq!(printable_json("{\"a\":\"é\u{202e}\"}"), "{\"a\":\"é\\u202e\"}");
        let value = serde_json::json!({"a\u{202e}": "\u{9b}\n\u{e0041}\u{7f}é"});
        let shown = printable_json(&value.to_string()).into_owned();
        assert_eq!(shown, r#"{"a\u202e":"\u009b\n\udb40\udc41\u007fé"}"#);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
