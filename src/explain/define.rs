//! Named values: their values, and the expressions in their definitions.

use super::page::{Look, StyledLine, TextPage};
use super::phrases::{place, readings, short, value};
use crate::diagnostic::Sources;
use crate::trace::{CasesTrace, Condition};
use std::collections::HashSet;

/// A section with these named values, if there are any.
pub(super) fn section<'d>(
    page: &mut TextPage<'_>,
    defines: impl IntoIterator<Item = &'d CasesTrace>,
    sources: &Sources,
) {
    for (at, define) in defines.into_iter().enumerate() {
        if at == 0 {
            page.heading(StyledLine::new().add(Look::Heading, "Named values"));
        }
        let line = StyledLine::new().name(&*define.name).plain(format!("= {}", value(&define.value)));
        page.line(1, line.faint(place(sources, define.span)));
        define.evaluated().for_each(|case| self::case(page, case, sources));
    }
}

/// The named values that the conditions read.
pub(super) fn read_by<'d>(
    defines: &'d [CasesTrace],
    conditions: impl IntoIterator<Item = &'d Condition>,
) -> impl Iterator<Item = &'d CasesTrace> {
    let mut reads = HashSet::new();
    conditions.into_iter().for_each(|condition| condition.add_reads(&mut reads));
    defines.iter().filter(move |define| reads.contains(&*define.name))
}

/// A condition or an expression in the definition of a named value.
fn case(page: &mut TextPage<'_>, case: &Condition, sources: &Sources) {
    let text = short(sources.snippet(case.span));
    let read: Vec<_> = leaves(case).flat_map(|leaf| leaf.read.iter().cloned()).collect();
    let read = readings(&read, sources);
    let read = if read.is_empty() { read } else { format!("where {read}") };
    page.line(2, StyledLine::new().plain(text).plain(format!("= {}", value(&case.value))).plain(read));
}

/// A condition's leaves, in order.
fn leaves(condition: &Condition) -> Box<dyn Iterator<Item = &Condition> + '_> {
    if condition.parts.is_empty() {
        return Box::new(std::iter::once(condition));
    }
    Box::new(condition.parts.iter().flat_map(leaves))
}
