//! For the log of a GitHub workflow: `::error file=…,line=…,…::message`, which GitHub shows next to the changed lines.

use super::clean;
use crate::diagnostic::{Diagnostic, Severity, Sources};
use std::fmt::Write;

/// One diagnostic as one line.
pub(super) fn render(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let command = match diagnostic.severity() {
        Severity::Note => "notice",
        severity => severity.as_str(),
    };
    let mut line = format!("::{command} ");
    let place = diagnostic.primary.as_ref().and_then(|label| Some((label, sources.get(label.span.file)?)));
    if let Some((label, file)) = place {
        let (start, end) = (file.position(label.span.start), file.position(label.span.end));
        let _ = write!(line, "file={},line={},", property(&file.path), start.line);
        // GitHub rejects columns if the place has several lines.
        let _ = match start.line == end.line {
            true => write!(line, "col={},endColumn={},", start.column, end.column),
            false => write!(line, "endLine={},", end.line),
        };
    }
    let title = format!("{} {}", diagnostic.code.as_str(), diagnostic.code.slug());
    let _ = writeln!(line, "title={}::{}", property(&title), data(&text(diagnostic)));
    line
}

/// The message, the text of the label and the help, one per line.
fn text(diagnostic: &Diagnostic) -> String {
    let label = diagnostic.primary.as_ref().map(|label| label.text.as_str()).filter(|text| !text.is_empty());
    let help = diagnostic.help.as_ref().map(|help| format!("help: {help}"));
    let mut text = diagnostic.message.clone();
    for part in label.map(String::from).into_iter().chain(help) {
        text.push('\n');
        text.push_str(&part);
    }
    clean(&text).into_owned()
}

/// Escapes the characters that end a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the characters that end a property.
fn property(text: &str) -> String {
    data(&clean(text)).replace(':', "%3A").replace(',', "%2C")
}
