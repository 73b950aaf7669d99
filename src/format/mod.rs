//! The canonical layout of rule files and test files. Feature `format`.
//!
//! Only white space changes: indentation, spacing, blank lines and the columns of comments. Scalars keep their text and their
//! quotes, and a `{…}` or `[…]` on one line stays on one line. The layout is that of the crate `pretty_yaml`, except for the
//! parts that it must not change (`verbatim`) and for comments (`comments`). Before a result is returned, it is compared
//! with the original (`guard`).
//!
//! ```
//! let text = "rules:\n- {name: big,   when: data.amount > 5000,subscribers: [review]}\n";
//! let formatted = dadar::format::format(text).unwrap();
//! assert_eq!(formatted, "rules:\n  - {name: big, when: data.amount > 5000, subscribers: [review]}\n");
//! ```

mod comments;
mod encoding;
mod guard;
mod layout;
mod verbatim;

use crate::diagnostic::{Diagnostic, FileId};
use crate::yaml::{self, YamlLimits};
use encoding::Encoding;

/// The reason why a text is not formatted.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// It is not YAML that a rule file may contain. The spans of these diagnostics are in file 0.
    #[error("it is not valid YAML")]
    Syntax(Vec<Diagnostic>),
    /// The formatted text would not mean the same, so it is discarded. This is a bug.
    #[error("the formatted text would differ in {0}, so it was discarded; please report this as a bug")]
    Altered(&'static str),
}

/// Formats a YAML text with the default limits for the size of a file.
///
/// The result ends with a line break and has the same line ends (LF or CRLF) and the same byte-order mark as the text. To format it
/// again changes nothing.
///
/// # Errors
///
/// [`FormatError::Syntax`] if the text is not valid; [`FormatError::Altered`] if the layout would change more than white space.
pub fn format(text: &str) -> Result<String, FormatError> {
    format_within(text, YamlLimits::default())
}

/// As [`format`], with other limits.
#[doc(hidden)]
pub fn format_within(text: &str, limits: YamlLimits) -> Result<String, FormatError> {
    let (encoding, text) = Encoding::of(text);
    let mut diagnostics = Vec::new();
    yaml::parse(FileId(0), &text, limits, &mut diagnostics);
    diagnostics.retain(Diagnostic::is_error);
    if !diagnostics.is_empty() {
        return Err(FormatError::Syntax(diagnostics));
    }
    if text.trim().is_empty() {
        return Ok(encoding.restore(String::new()));
    }
    let formatted = once(&text, limits)?;
    guard::compare(&text, &formatted, limits)?;
    if once(&formatted, limits)? != formatted {
        return Err(FormatError::Altered("a second run"));
    }
    Ok(encoding.restore(formatted))
}

/// Formats a valid text with LF line ends.
fn once(text: &str, limits: YamlLimits) -> Result<String, FormatError> {
    let laid_out = verbatim::keep(text, limits, layout::lay_out)?;
    Ok(comments::place(text, &laid_out, limits))
}

#[cfg(test)]
mod tests;
