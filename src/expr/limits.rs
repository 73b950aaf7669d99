//! Limits on the text of an expression.

/// How long an expression may be, in bytes.
pub(super) const MAX_LENGTH: usize = 64 << 10;

/// How deep parentheses, lists, calls, `!` and `-` may be nested.
pub(super) const MAX_NESTING: usize = 64;

/// How high the syntax tree may be: `a + b + c` is 3 high.
pub(super) const MAX_HEIGHT: usize = 256;

/// How many errors of one expression are reported.
pub(super) const MAX_ERRORS: usize = 100;
