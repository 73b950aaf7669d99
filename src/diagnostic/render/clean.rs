//! Keeps control characters of user text away from terminals.

use std::borrow::Cow;

/// The text with every character that could move a cursor, hide text or turn its direction shown as a visible one.
/// Line breaks and tabs stay.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| visible(c) != c) {
        Cow::Owned(text.chars().map(visible).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The character to show: control pictures for the ASCII ones, a replacement character for the others.
fn visible(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}' => '\u{fffd}',
        // What reorders or hides text: directional marks, embeddings, isolates, separators, a byte-order mark.
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
            '\u{fffd}'
        }
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn controls_become_visible() {
        assert_eq!(clean("a\x1b[31mb"), "a␛[31mb");
        assert_eq!(clean("a\u{9b}31mb\u{202e}c"), "a\u{fffd}31mb\u{fffd}c");
        assert_eq!(clean("₹5\tnaïve\n"), "₹5\tnaïve\n");
    }
}
