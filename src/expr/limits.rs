//! Limits on the text of an expression.

/// The limit for the length of an expression, in bytes.
pub(super) const MAX_LENGTH: usize = 64 << 10;

/// The limit for the nesting of parentheses, lists, calls, `!` and `-`.
pub(super) const MAX_NESTING: usize = 64;

/// The limit for the height of the syntax tree: that of `a + b + c` is 3.
pub(super) const MAX_HEIGHT: usize = 256;

/// The limit for the reported errors of one expression.
pub(super) const MAX_ERRORS: usize = 100;
