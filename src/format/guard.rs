//! Compares a formatted text with its original: both must have the same nodes, written in the same style, and the same comments
//! at the same nodes. Whatever is read from the two is the same then.

use super::FormatError;
use crate::yaml::{YamlLimits, YamlToken, YamlTokenKind, YamlTokens, tokens};

/// Returns an error if more than white space differs.
pub(super) fn compare(original: &str, formatted: &str, limits: YamlLimits) -> Result<(), FormatError> {
    let (old, new) = (tokens(original, limits), tokens(formatted, limits));
    if !kinds(&old).eq(kinds(&new)) {
        return Err(FormatError::Altered("its values"));
    }
    if comments(original, &old) != comments(formatted, &new) {
        return Err(FormatError::Altered("its comments"));
    }
    Ok(())
}

fn kinds(tokens: &YamlTokens) -> impl Iterator<Item = &YamlTokenKind> {
    tokens.nodes.iter().map(|token| &token.kind)
}

/// Each comment: its text, whether it is on a line of its own, and how many scalars and aliases are before it.
fn comments<'t>(text: &'t str, tokens: &YamlTokens) -> Vec<(&'t str, bool, usize)> {
    let is_counted = |token: &&YamlToken| matches!(token.kind, YamlTokenKind::Scalar(..) | YamlTokenKind::Alias(_));
    let starts: Vec<usize> = tokens.nodes.iter().filter(is_counted).map(|token| token.range.start).collect();
    let described = tokens.comments.iter().map(|range| {
        let line = text.get(..range.start).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
        let comment = text.get(range.clone()).unwrap_or_default().trim_end();
        (comment, line.trim().is_empty(), starts.partition_point(|start| *start < range.start))
    });
    described.collect()
}
