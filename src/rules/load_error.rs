//! Why a rule set was not loaded, as an error.

use crate::diagnostic::{Diagnostic, Sources};
use std::fmt;
use std::path::PathBuf;

/// Why a rule set was not loaded.
///
/// It displays as the list of all errors: rendered with source lines if the feature `render` is on, and otherwise one on a
/// line, as `rules.yaml:1:21: error[E003]: unknown key …`.
#[derive(Clone)]
#[non_exhaustive]
pub enum LoadError {
    /// The rules have errors.
    Invalid {
        /// The errors, without warnings, by file and place.
        errors: Vec<Diagnostic>,
        /// The files that the errors point into.
        sources: Sources,
    },
    /// The folder has several rule sets, so one of them has to be chosen.
    SeveralRuleSets(Vec<PathBuf>),
    /// [`LoadOptions::cancel_when`](super::LoadOptions::cancel_when) stopped loading.
    Cancelled,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Invalid { errors, sources } => f.write_str(rendered(errors, sources).trim_end()),
            LoadError::SeveralRuleSets(folders) => {
                let folders: Vec<String> = folders.iter().map(|folder| format!("`{}`", folder.display())).collect();
                write!(f, "there are several rule sets: {}", folders.join(", "))
            }
            LoadError::Cancelled => f.write_str("loading was cancelled"),
        }
    }
}

/// In a few words, since `unwrap` prints it: `Invalid(2 errors: E003 unknown key … (rules.yaml:1:21))`.
impl fmt::Debug for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LoadError::Invalid { errors, sources } = self else {
            return match self {
                LoadError::SeveralRuleSets(folders) => f.debug_tuple("SeveralRuleSets").field(folders).finish(),
                _ => f.write_str("Cancelled"),
            };
        };
        let plural = if errors.len() == 1 { "" } else { "s" };
        write!(f, "Invalid({} error{plural}", errors.len())?;
        if let Some(first) = errors.first() {
            write!(f, ": {} {}", first.code.as_str(), first.message)?;
            if let Some(label) = &first.primary {
                write!(f, " ({})", sources.place(label.span))?;
            }
        }
        f.write_str(")")
    }
}

impl std::error::Error for LoadError {}

#[cfg(feature = "render")]
fn rendered(errors: &[Diagnostic], sources: &Sources) -> String {
    use crate::diagnostic::render::{Format, render};
    render(errors, sources, Format::Human, false)
}

#[cfg(not(feature = "render"))]
fn rendered(errors: &[Diagnostic], sources: &Sources) -> String {
    plain(errors, sources)
}

/// One error on a line, with its place and its help.
#[cfg(any(test, not(feature = "render")))]
pub(super) fn plain(errors: &[Diagnostic], sources: &Sources) -> String {
    use crate::diagnostic::printable;
    let line = |error: &Diagnostic| {
        let place = error.primary.as_ref().map_or_else(String::new, |label| format!("{}: ", sources.place(label.span)));
        let help = error.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
        let text = format!("{place}error[{}]: {}{help}", error.code.as_str(), error.message);
        printable(&text).into_owned() + "\n"
    };
    errors.iter().map(line).collect()
}
