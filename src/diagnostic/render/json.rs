//! For programs: one JSON object per line.

use crate::diagnostic::{Diagnostic, Label, Sources};
use serde::Serialize;

#[derive(Serialize)]
struct JsonDiagnostic<'d> {
    code: &'static str,
    slug: &'static str,
    severity: &'static str,
    message: &'d str,
    #[serde(flatten)]
    place: Option<JsonPlace<'d>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<JsonPlace<'d>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'d str>,
}

#[derive(Serialize)]
struct JsonPlace<'d> {
    file: &'d str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'d str,
}

/// One diagnostic as one line.
pub(super) fn render(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let record = JsonDiagnostic {
        code: diagnostic.code.as_str(),
        slug: diagnostic.code.slug(),
        severity: diagnostic.severity().as_str(),
        message: &diagnostic.message,
        place: diagnostic.primary.as_ref().and_then(|label| place(label, sources)),
        related: diagnostic.secondary.iter().filter_map(|label| place(label, sources)).collect(),
        help: diagnostic.help.as_deref(),
    };
    // Serialising strings and numbers cannot fail.
    let mut line = serde_json::to_string(&record).unwrap_or_default();
    line.push('\n');
    line
}

fn place<'d>(label: &'d Label, sources: &'d Sources) -> Option<JsonPlace<'d>> {
    let file = sources.get(label.span.file)?;
    let (start, end) = (file.position(label.span.start), file.position(label.span.end));
    Some(JsonPlace {
        file: &file.path,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        label: &label.text,
    })
}
