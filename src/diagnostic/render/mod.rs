//! Diagnostics as text: for people, for programs, for GitHub's log, and as SARIF.
//!
//! Only makes strings; where they go is somebody else's affair. Text that came from a user (names, source lines, file
//! names) never carries a control character into a terminal.

mod github;
mod human;
mod json;
mod sarif;

use super::{Diagnostic, Severity, Sources};

pub use super::printable_lines as clean;

/// What the text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Format {
    /// People: the source line, underlined.
    #[default]
    Human,
    /// Programs: one JSON object a line.
    Json,
    /// The log of a GitHub workflow: `::error file=…`.
    Github,
    /// SARIF 2.1.0: one JSON document.
    Sarif,
}

/// The diagnostics as text, every line of it ended by a line break. `colour` has a meaning for [`Format::Human`] alone.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, format: Format, colour: bool) -> String {
    match format {
        Format::Human => human::render_all(diagnostics, sources, colour),
        Format::Json => diagnostics.iter().map(|one| json::render(one, sources)).collect(),
        Format::Github => diagnostics.iter().map(|one| github::render(one, sources)).collect(),
        Format::Sarif => sarif::render(diagnostics, sources),
    }
}

/// `error` or `warning`.
fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

#[cfg(test)]
mod tests;
