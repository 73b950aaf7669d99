//! The changes as a unified diff.

use dadar::diagnostic::render::clean;
use similar::{ChangeTag, TextDiff};
use std::fmt::Write;

/// The changes of a file; empty if there are none. Control characters in lines are replaced.
pub(super) fn unified(path: &str, old: &str, new: &str, colour: bool) -> String {
    let diff = TextDiff::from_lines(old, new);
    let mut text = String::new();
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        if text.is_empty() {
            let path = clean(path);
            let _ = write!(text, "--- {path}\n+++ {path} (formatted)\n");
        }
        let _ = writeln!(text, "{}", painted(&hunk.header().to_string(), "36", colour));
        for change in hunk.iter_changes() {
            let line = clean(change.value().trim_end_matches(['\r', '\n'])).into_owned();
            let line = match change.tag() {
                ChangeTag::Equal => format!(" {line}"),
                ChangeTag::Delete => painted(&format!("-{line}"), "31", colour),
                ChangeTag::Insert => painted(&format!("+{line}"), "32", colour),
            };
            let _ = writeln!(text, "{line}");
            if change.missing_newline() {
                let _ = writeln!(text, "\\ No newline at end of file");
            }
        }
    }
    text
}

fn painted(text: &str, code: &str, colour: bool) -> String {
    if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}
