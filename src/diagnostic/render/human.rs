//! For people, in rustc's layout: the message, the source line with the place underlined, related places, and help.

use super::clean;
use crate::diagnostic::{Diagnostic, FileId, Label, LineColumn, Severity, SourceFile, Sources, Span};
use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Padding, Renderer, Snippet};
use std::ops::Range;

/// The limit for the characters of a source line; longer ones are cut around the underlined part.
const MAX_LINE: usize = 140;
/// Lines are cut before rendering, so the renderer does not have to.
const TERM_WIDTH: usize = 4 * MAX_LINE;
/// The number of characters before the underlined part of a line that is cut.
const BEFORE: usize = 40;
/// Places at most this many lines apart are shown in one excerpt.
const NEAR: usize = 6;
/// The limit for diagnostics that are shown; further ones are counted.
const MAX_SHOWN: usize = 1_000;
/// The limit for places that are shown; further ones are counted.
const MAX_PLACES: usize = 8;

/// The diagnostics one after the other. If there are too many, errors before warnings, and the number of the others.
pub(super) fn render_all(diagnostics: &[Diagnostic], sources: &Sources, colour: bool) -> String {
    let errors = diagnostics.iter().filter(|one| one.is_error()).count();
    let mut room_for_warnings = MAX_SHOWN.saturating_sub(errors);
    let mut room_for_errors = MAX_SHOWN;
    let mut fits = |one: &Diagnostic| {
        let room = if one.is_error() { &mut room_for_errors } else { &mut room_for_warnings };
        let fits = *room > 0;
        *room = room.saturating_sub(1);
        fits
    };
    let shown = diagnostics.iter().filter(|one| fits(one));
    let mut text: String = shown.map(|one| render(one, sources, colour)).collect();
    let more = diagnostics.len().saturating_sub(MAX_SHOWN);
    if more > 0 {
        text.push_str(&format!("and {more} more, which the other formats show\n\n"));
    }
    text
}

/// One diagnostic, followed by an empty line.
fn render(diagnostic: &Diagnostic, sources: &Sources, colour: bool) -> String {
    let message = clean(&diagnostic.message);
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let places = places(diagnostic, sources);
    let mut group = level
        .with_name(diagnostic.severity().as_str())
        .primary_title(message)
        .id(diagnostic.code.as_str())
        .elements(Vec::<Element<'_>>::new());
    for piece in pieces(&places) {
        group = show(group, piece);
    }
    let unshown = (diagnostic.secondary.len() + 1).saturating_sub(MAX_PLACES);
    if unshown > 0 {
        group = group.element(Level::NOTE.message(format!("and {unshown} more places")));
    }
    if let Some(help) = &diagnostic.help {
        if !places.is_empty() {
            group = group.element(Padding);
        }
        group = group.element(Level::HELP.message(clean(help)));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.term_width(TERM_WIDTH).render(&[group]);
    for place in places.iter().filter(|place| place.line.is_cut) {
        text = place.mend_column(&text);
    }
    text.push_str("\n\n");
    text
}

/// One place on one line, ready to be shown.
struct LabelledPlace<'s> {
    file: &'s SourceFile,
    id: FileId,
    at: LineColumn,
    /// The line as it is shown, and the bytes of it that are underlined.
    line: ShownLine,
    text: &'s str,
    primary: bool,
}

impl LabelledPlace<'_> {
    /// The renderer shows the column in the line that was cut; this replaces it by the column in the file.
    fn mend_column(&self, text: &str) -> String {
        let column = self.line.shown.get(..self.line.marked.start).map_or(0, |before| before.chars().count()) + 1;
        let (path, line) = (clean(&self.file.path), self.at.line);
        text.replacen(&format!("{path}:{line}:{column}"), &format!("{path}:{line}:{}", self.at.column), 1)
    }
}

/// The primary place and then the others, each reduced to its first line.
fn places<'s>(diagnostic: &'s Diagnostic, sources: &'s Sources) -> Vec<LabelledPlace<'s>> {
    let primary = diagnostic.primary.iter().map(|label| (label, true));
    let secondary = diagnostic.secondary.iter().map(|label| (label, false));
    let found = primary.chain(secondary).take(MAX_PLACES);
    found.filter_map(|(label, primary)| place(label, primary, sources)).collect()
}

fn place<'s>(label: &'s Label, primary: bool, sources: &'s Sources) -> Option<LabelledPlace<'s>> {
    let Span { file: id, start, end } = label.span;
    let file = sources.get(id)?;
    let at = file.position(start);
    let line = file.line(at.line);
    let from = (start as usize).saturating_sub(file.line_start(at.line)).min(line.len());
    let to = (from + (end - start) as usize).min(line.len()).max(from);
    Some(LabelledPlace { file, id, at, line: ShownLine::cut(line, from..to), text: &label.text, primary })
}

/// The places in their order, grouped with those near them in the same file.
fn pieces<'p, 's>(places: &'p [LabelledPlace<'s>]) -> Vec<Vec<&'p LabelledPlace<'s>>> {
    let mut pieces: Vec<Vec<&LabelledPlace<'_>>> = Vec::new();
    for place in places {
        let near = |piece: &Vec<&LabelledPlace<'_>>| {
            piece.iter().any(|other| {
                let same_line = other.at.line == place.at.line;
                // A line that was cut has room for one place only.
                let clash = same_line && (other.line.is_cut || place.line.is_cut);
                other.id == place.id && other.at.line.abs_diff(place.at.line) <= NEAR && !clash
            })
        };
        match pieces.iter_mut().find(|piece| near(piece)) {
            Some(piece) => piece.push(place),
            None => pieces.push(vec![place]),
        }
    }
    pieces
}

/// Adds an excerpt with its places underlined.
fn show<'a>(group: Group<'a>, piece: Vec<&LabelledPlace<'a>>) -> Group<'a> {
    let Some(&head) = piece.first() else { return group };
    let lines = piece.iter().map(|place| place.at.line);
    let (first, last) = lines.fold((head.at.line, head.at.line), |(low, high), line| (low.min(line), high.max(line)));
    let mut source = String::new();
    let mut annotations: Vec<Annotation<'a>> = Vec::new();
    for number in first..=last {
        let here: Vec<&&LabelledPlace<'_>> = piece.iter().filter(|place| place.at.line == number).collect();
        let offset = source.len();
        match here.first() {
            Some(place) => source.push_str(&place.line.shown),
            None => source.push_str(&ShownLine::cut(head.file.line(number), 0..0).shown),
        }
        source.push('\n');
        annotations.extend(here.iter().map(|place| annotation(place, offset)));
    }
    let path = clean(&head.file.path);
    group.element(Snippet::source(source).path(path).line_start(first).annotations(annotations))
}

fn annotation<'a>(place: &LabelledPlace<'a>, offset: usize) -> Annotation<'a> {
    let kind = if place.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
    let Range { start, end } = place.line.marked;
    let annotation = kind.span(start + offset..end + offset);
    if place.text.is_empty() { annotation } else { annotation.label(clean(place.text)) }
}

/// A source line as it is shown.
struct ShownLine {
    shown: String,
    marked: Range<usize>,
    is_cut: bool,
}

impl ShownLine {
    /// The line with `marked` of it underlined; a long one is cut around that.
    fn cut(line: &str, marked: Range<usize>) -> ShownLine {
        let (before, rest) = line.split_at_checked(marked.start).unwrap_or((line, ""));
        let (under, after) = rest.split_at_checked(marked.len()).unwrap_or((rest, ""));
        // Only the beginning of a long line is examined.
        let is_long = line.char_indices().nth(MAX_LINE).is_some();
        let (mut shown, room) = match is_long {
            false => (clean(before).into_owned(), usize::MAX),
            true => (tail(before, BEFORE), MAX_LINE),
        };
        let start = shown.len();
        shown += &head(under, room);
        let end = shown.len();
        let left = room.saturating_sub(shown.chars().count());
        shown += &head(after, left.max(8));
        ShownLine { shown, marked: start..end, is_cut: is_long }
    }
}

/// The first characters, with `…` if there are more.
fn head(text: &str, room: usize) -> String {
    match text.char_indices().nth(room) {
        Some((at, _)) => format!("{}…", clean(text.get(..at).unwrap_or(""))),
        None => clean(text).into_owned(),
    }
}

/// The last characters, with `…` if there are more.
fn tail(text: &str, room: usize) -> String {
    match text.char_indices().rev().nth(room) {
        Some((at, c)) => format!("…{}", clean(text.get(at + c.len_utf8()..).unwrap_or(""))),
        None => clean(text).into_owned(),
    }
}
