//! Diagnostics for the authors of rules, with spans in their files.
//!
//! Diagnostics are plain values; `render` turns them into text. This module does not depend on rules.

mod code;
mod nearest;
mod pages;
mod printable;
#[cfg(feature = "render")]
pub mod render;
mod source;
mod text;

pub use code::Code;
pub use nearest::{MAX_SUGGESTIONS, did_you_mean, nearest};
pub use printable::{printable, printable_json, printable_lines};
pub use source::{FileId, LineColumn, SourceFile, Sources, Span};
pub use text::Text;

/// The severity of a [`Diagnostic`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// The rule set cannot be used.
    Error,
    /// A lint: the rule set can be used, but is probably wrong.
    Warning,
    /// A lint: a fact that may be intended.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// A span in a source file, with a short text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Label {
    /// The exact bytes.
    pub span: Span,
    /// The text; may be empty.
    pub text: String,
}

/// An error or a lint in a rule set: a message, its place, and help.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// One sentence in terms of the author of the rules, with user input in backticks, and without a full stop.
    pub message: String,
    /// The place of the error. `None` if it is not in a file, such as for an empty folder.
    pub primary: Option<Label>,
    /// Further places that explain the error, such as the first definition of a duplicate.
    pub secondary: Vec<Label>,
    /// The way to fix it.
    pub help: Option<String>,
    /// If it is silenced: by which comment or setting.
    pub suppression: Option<Suppression>,
    /// True for a note of a lint that usually warns.
    is_note: bool,
}

/// A comment or a setting that silences a lint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suppression {
    /// The place of the comment or of the code in the setting.
    pub span: Span,
    /// The reason, as it is written; may be empty.
    pub reason: String,
}

impl Suppression {
    /// A suppression at `span`.
    pub fn new(span: Span, reason: impl Into<String>) -> Self {
        Self { span, reason: reason.into() }
    }
}

impl Diagnostic {
    /// A diagnostic at `span`.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let primary = Some(Label { span, text: String::new() });
        Self { primary, ..Self::global(code, message) }
    }

    /// A diagnostic without a place in a file.
    pub fn global(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            help: None,
            suppression: None,
            is_note: false,
        }
    }

    /// Makes it a note, unless it is an error.
    #[must_use]
    pub fn note(mut self) -> Self {
        self.is_note = true;
        self
    }

    /// Sets the text at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(primary) = &mut self.primary {
            primary.text = text.into();
        }
        self
    }

    /// Adds a secondary place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Sets the help.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Says how to mend it, if `text` is there.
    #[must_use]
    pub fn maybe_help(mut self, text: Option<String>) -> Self {
        self.help = text.or(self.help);
        self
    }

    /// The severity of its code, or that of a note.
    pub fn severity(&self) -> Severity {
        match self.code.severity() {
            Severity::Warning if self.is_note => Severity::Note,
            severity => severity,
        }
    }

    /// True for errors.
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }
}
