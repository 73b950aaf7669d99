//! The layout: indentation, spacing, blank lines.

use super::FormatError;
use pretty_yaml::config::{FormatOptions, LanguageOptions, LayoutOptions};
use std::borrow::Cow;
use std::panic::{self, AssertUnwindSafe};

/// The width of lines, in characters, that a `{…}` or `[…]` over several lines is fitted into.
const WIDTH: usize = 120;

/// A comment with this text would keep a node as it is. No comment can contain a line break.
const NO_DIRECTIVE: &str = "\n";

/// Lays out a text that has been parsed. `one_line` keeps everything on one line, whatever its width.
pub(super) fn lay_out(text: &str, one_line: bool) -> Result<String, FormatError> {
    let options = FormatOptions {
        layout: LayoutOptions { print_width: if one_line { usize::MAX } else { WIDTH }, ..LayoutOptions::default() },
        language: LanguageOptions {
            brace_spacing: false,
            ignore_comment_directive: NO_DIRECTIVE.to_owned(),
            ..LanguageOptions::default()
        },
    };
    let text = &flush_head(text);
    // A panic of the crate is a bug, which must not end the process of a caller.
    let result = panic::catch_unwind(AssertUnwindSafe(|| pretty_yaml::format_text(text, &options)));
    match result {
        Ok(Ok(formatted)) => Ok(formatted),
        Ok(Err(_)) | Err(_) => Err(FormatError::Altered("its syntax")),
    }
}

/// Removes the indentation of comments before the first node, after which the crate would not read the text.
fn flush_head(text: &str) -> Cow<'_, str> {
    let is_head = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let head: usize = text.split_inclusive('\n').take_while(is_head).map(str::len).sum();
    let (head, rest) = text.split_at_checked(head).unwrap_or(("", text));
    match head.split_inclusive('\n').any(|line| line.starts_with(' ')) {
        true => Cow::Owned(head.split_inclusive('\n').map(|line| line.trim_start_matches(' ')).chain([rest]).collect()),
        false => Cow::Borrowed(text),
    }
}
