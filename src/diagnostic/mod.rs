//! What is told to the writer of rules, and where in their files it points.
//!
//! Diagnostics are plain values; printing them is somebody else's affair. This layer knows nothing of rules.

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

/// How much a [`Diagnostic`] weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The rule set cannot be used.
    Error,
    /// A lint: the rule set works, but probably not as meant.
    Warning,
}

/// A place in a source file, with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The exact bytes meant.
    pub span: Span,
    /// What to say there; may be empty.
    pub text: String,
}

/// One finding about a rule set: what, where, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// One sentence in the rule writer's language, user input in backticks, without a full stop.
    pub message: String,
    /// The place it is about; none where no file is to blame (an empty folder, say).
    pub primary: Option<Label>,
    /// Further places that explain the first: the earlier definition of a duplicate, say.
    pub secondary: Vec<Label>,
    /// How to mend it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic at `span`.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let primary = Some(Label { span, text: String::new() });
        Self { primary, ..Self::global(code, message) }
    }

    /// A diagnostic that no place in a file is to blame for.
    pub fn global(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), primary: None, secondary: Vec::new(), help: None }
    }

    /// Sets the words at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(primary) = &mut self.primary {
            primary.text = text.into();
        }
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Says how to mend it.
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

    /// How much it weighs, which its code decides.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// True for errors.
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }
}
