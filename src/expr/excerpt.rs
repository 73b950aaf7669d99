//! Excerpts of patterns for messages.

/// The number of characters of a pattern that a message shows.
const SHOWN_CHARS: usize = 60;

/// The beginning of a pattern, for a message.
pub(super) fn excerpt(pattern: &str) -> String {
    match pattern.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", pattern.get(..at).unwrap_or_default()),
        None => pattern.to_owned(),
    }
}
