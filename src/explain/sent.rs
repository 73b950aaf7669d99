//! `ingest`, and the event as a subscriber receives it: each step with its changes, then the event.

use super::page::{Look, StyledLine, TextPage};
use super::phrases::{mismatch, place, value};
use crate::decision::TypeError;
use crate::diagnostic::{Sources, Span};
use crate::event::Json;
use crate::trace::{ChangeTrace, StepTrace, Trace};

/// The number of changes of one step that are shown; a `for_each` may make thousands.
const SHOWN: usize = 6;

/// The steps of `ingest`, if there are any.
pub(super) fn ingest(page: &mut TextPage<'_>, trace: &Trace, sources: &Sources) {
    if !trace.ingest.is_empty() {
        page.heading(StyledLine::new().add(Look::Heading, "Ingest"));
        steps(page, &trace.ingest, sources);
    }
}

/// The event as a subscriber receives it, and the steps that produced it.
pub(super) fn subscriber(page: &mut TextPage<'_>, trace: &Trace, sources: &Sources, name: &str) {
    let Some(sent) = trace.sent.iter().find(|sent| *sent.subscriber == *name) else { return };
    if trace.ingest.is_empty() && sent.steps.is_empty() {
        // The subscriber receives the event unchanged.
        return;
    }
    ingest(page, trace, sources);
    trace.ingest_errors.iter().for_each(|error| type_error(page, error));
    page.heading(StyledLine::new().add(Look::Heading, "What it is sent"));
    steps(page, &sent.steps, sources);
    sent.errors.iter().for_each(|error| type_error(page, error));
    if sent.value.is_null() {
        page.line(1, StyledLine::new().plain("nothing: the line could not be read"));
        return;
    }
    for (depth, line) in laid_out(&sent.text) {
        page.line(1 + depth, StyledLine::new().plain(line));
    }
}

/// Compact JSON as lines, each with its depth. The order of members is kept.
fn laid_out(json: &str) -> Vec<(usize, String)> {
    let (mut lines, mut line, mut depth) = (Vec::new(), String::new(), 0_usize);
    let (mut quoted, mut escaped) = (false, false);
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        if quoted {
            line.push(c);
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '{' | '[' => {
                line.push(c);
                match chars.next_if(|next| matches!(next, '}' | ']')) {
                    Some(end) => line.push(end),
                    None => {
                        lines.push((depth, std::mem::take(&mut line)));
                        depth += 1;
                    }
                }
            }
            '}' | ']' => {
                lines.push((depth, std::mem::take(&mut line)));
                depth = depth.saturating_sub(1);
                line.push(c);
            }
            ',' => {
                line.push(c);
                lines.push((depth, std::mem::take(&mut line)));
            }
            ':' => line.push_str(": "),
            _ => {
                quoted = c == '"';
                line.push(c);
            }
        }
    }
    lines.push((depth, line));
    lines
}

fn type_error(page: &mut TextPage<'_>, error: &TypeError) {
    let text = format!("`{}` is {}", error.path, mismatch(&error.found, &error.expected));
    page.line(1, StyledLine::new().add(Look::No, "type error").plain(text));
}

/// A step with all its changes; a step in a `for_each` is run for each element.
struct MergedStep<'t> {
    step: &'t StepTrace,
    applied: bool,
    changes: Vec<&'t ChangeTrace>,
}

fn steps(page: &mut TextPage<'_>, steps: &[StepTrace], sources: &Sources) {
    let mut all: Vec<MergedStep<'_>> = Vec::new();
    let mut known: std::collections::HashMap<Span, usize> = std::collections::HashMap::new();
    for step in steps {
        let at = *known.entry(step.span).or_insert(all.len());
        if at == all.len() {
            all.push(MergedStep { step, applied: false, changes: Vec::new() });
        }
        if let Some(done) = all.get_mut(at) {
            done.applied |= step.applied;
            done.changes.extend(&step.changes);
        }
    }
    for MergedStep { step, applied, changes } in all {
        let line = if changes.is_empty() { StyledLine::new().faint("·") } else { StyledLine::new().mark(true) };
        let mut line = line.name(&*step.transform).plain(step.action);
        for change in changes.iter().take(SHOWN) {
            line = line.plain(shown(change));
        }
        let more = changes.len().saturating_sub(SHOWN);
        let note = match (applied, changes.len()) {
            (false, _) => "its condition does not hold".to_owned(),
            (true, 0) if !matches!(step.action, "for_each" | "use") => "changed nothing".to_owned(),
            _ if more > 0 => format!("and {more} more"),
            _ => String::new(),
        };
        page.line(1, line.plain(note).faint(place(sources, step.span)));
    }
}

fn shown(change: &ChangeTrace) -> String {
    match (&change.value, change.removed) {
        (_, true) => format!("{} is removed", change.path),
        (Json::Null, false) => format!("{} = null", change.path),
        (json, false) => format!("{} = {}", change.path, value(json)),
    }
}

#[cfg(test)]
mod tests {
    use super::laid_out;

    #[test]
    fn members_keep_their_order() {
        let json = r#"{"z":[1,{},[]],"a\"{":"x: [\\","n":null}"#;
        let lines: String =
            laid_out(json).iter().map(|(depth, line)| format!("{}{line}\n", "  ".repeat(*depth))).collect();
        let expected = "{\n  \"z\": [\n    1,\n    {},\n    []\n  ],\n  \"a\\\"{\": \"x: [\\\\\",\n  \"n\": null\n}\n";
        assert_eq!(lines, expected);
    }
}
