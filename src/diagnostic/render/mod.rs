//! Diagnostics as text: for people, for programs, for GitHub's log, and as SARIF.
//!
//! Returns strings and prints nothing. Control characters in names, source lines and file names are replaced, so that they never
//! reach a terminal.

mod github;
mod human;
mod json;
mod sarif;

use super::{Diagnostic, Sources};

pub use super::printable_lines as clean;

/// The format of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Format {
    /// For people: the source line, underlined.
    #[default]
    Human,
    /// For programs: one JSON object per line.
    Json,
    /// For the log of a GitHub workflow: `::error file=…`.
    Github,
    /// SARIF 2.1.0: one JSON document.
    Sarif,
}

/// The diagnostics as text, each line ending with a line break. `colour` applies only to [`Format::Human`]. Only
/// [`Format::Sarif`] shows that a diagnostic is silenced; leave silenced ones out for the others.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, format: Format, colour: bool) -> String {
    match format {
        Format::Human => human::render_all(diagnostics, sources, colour),
        Format::Json => diagnostics.iter().map(|one| json::render(one, sources)).collect(),
        Format::Github => diagnostics.iter().map(|one| github::render(one, sources)).collect(),
        Format::Sarif => sarif::render(diagnostics, sources),
    }
}

#[cfg(test)]
mod tests;
