//! Excerpts of patterns for messages.

/// How many characters of a pattern a message shows.
const SHOWN_CHARS: usize = 60;

/// The beginning of a pattern, as a message shows it.
pub(super) fn excerpt(pattern: &str) -> String {
    match pattern.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", pattern.get(..at).unwrap_or_default()),
        None => pattern.to_owned(),
    }
}
