//! Messages about syntax errors of the YAML parser, in terms of the author of the rules.

use super::source_map::{escaped, line_start};
use super::traps::{OpenDelimiters, Trap, value_range};
use crate::diagnostic::{Code, Diagnostic, FileId, Span};
use granit_parser::ErrorKind;
use std::ops::Range;

/// The node that was being read at a syntax error.
#[derive(Clone)]
pub(super) struct NodeStart {
    /// Its first offset.
    pub(super) start: usize,
    /// The text before it on its line: `when: `, `- `.
    pub(super) prefix: String,
    /// True inside `[…]` and `{…}`.
    pub(super) flow: bool,
    /// True for an expression that commas have split.
    pub(super) split: bool,
}

/// The message about a tab in indentation, and its help.
pub(super) const TAB: (&str, &str) = ("a tab cannot be used for indentation", "indent with spaces");

/// The limit for the characters of a key on one line.
const MAX_KEY: usize = 1_024;

/// A trap, if the text at `place` should have been quoted.
pub(super) fn trap(file: FileId, source: &str, kind: &ErrorKind, at: usize, place: &NodeStart) -> Option<Trap> {
    let read = source.get(place.start..at)?;
    if read.contains(['\n', '\r']) {
        return None;
    }
    let first = source.get(place.start..)?.chars().next()?;
    let mut range = value_range(source, place.start, place.flow)?;
    let text = source.get(range.clone())?;
    let (code, message) = match (first, kind) {
        _ if place.split => {
            (Code::YamlSyntax, String::from("inside `[…]` and `{…}` an unquoted text ends before a comma"))
        }
        ('!', _) => (Code::Tag, String::from("a `!` at the beginning makes this a YAML tag")),
        ('*', _) => {
            if let Some(name) = text.split_whitespace().next().and_then(|word| word.strip_suffix(':')) {
                range.end = range.start + name.len();
            }
            (Code::Anchor, String::from("a `*` at the beginning makes this a YAML alias"))
        }
        ('&', _) => (Code::Anchor, String::from("a `&` at the beginning makes this a YAML anchor")),
        ('"' | '\'', ErrorKind::InvalidTrailingDoubleQuotedScalar | ErrorKind::InvalidTrailingSingleQuotedScalar) => {
            let message = format!("the text ends at its closing `{first}`, and more text follows on the line");
            (Code::YamlSyntax, message)
        }
        ('[' | '{', _) if bracket_is_left(read, first) => {
            let what = if first == '[' { "list" } else { "mapping" };
            (Code::YamlSyntax, format!("a `{first}` at the beginning makes this a {what}, and more text follows it"))
        }
        ('>' | '|', ErrorKind::InvalidBlockScalarHeader) => {
            let message = format!("a `{first}` at the beginning announces a block of text on the lines below");
            (Code::YamlSyntax, message)
        }
        ('%' | '@' | '`', ErrorKind::UnexpectedCharacter { .. }) => {
            (Code::YamlSyntax, format!("an unquoted text cannot begin with {}", shown(first)))
        }
        ('?', ErrorKind::MappingKeyNotAllowed) => {
            (Code::YamlSyntax, String::from("an unquoted text cannot begin with `? `"))
        }
        ('[' | '{' | '"' | '\'' | '-' | '?' | ':', _) => return None,
        (_, ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement) => {
            let message = "mapping values are not allowed here: YAML reads the `:` as the end of a key";
            (Code::YamlSyntax, String::from(message))
        }
        (_, ErrorKind::CommentInterceptedScalar) if OpenDelimiters::behind(read).in_string() => {
            (Code::YamlSyntax, String::from("the text ends at the ` #`, which begins a YAML comment"))
        }
        (_, ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator) => {
            let what = source.get(at..).and_then(|rest| rest.chars().next()).map_or(String::from("this"), shown);
            (Code::YamlSyntax, format!("inside `[…]` and `{{…}}` an unquoted text ends before {what}"))
        }
        _ => return None,
    };
    Some(Trap::new(code, file, source, range, &place.prefix, message))
}

/// True if `read` extends beyond the bracket that closes its first one.
fn bracket_is_left(read: &str, first: char) -> bool {
    let close = if first == '[' { ']' } else { '}' };
    read.contains(close)
}

fn shown(c: char) -> String {
    if c == '`' { String::from("a backtick") } else { format!("`{c}`") }
}

/// Any other syntax error.
pub(super) fn report(file: FileId, source: &str, kind: &ErrorKind, at: usize) -> Diagnostic {
    use ErrorKind as E;
    if matches!(kind, E::RecursionLimitExceeded) {
        return too_deep(letter(file, source, at));
    }
    if let Some(key) = long_key(source, at) {
        let count = source.get(key.clone()).map_or(0, |key| key.chars().count());
        let message = format!("a key may have at most {MAX_KEY} characters, and this one has {count}");
        return Diagnostic::new(Code::YamlSyntax, span(file, &(key.start..key.start + 1)), message)
            .help("use a shorter key");
    }
    let at = match kind {
        escape if is_escape(escape) => bad_escape(source, at).unwrap_or(at),
        tab if is_tab(tab) => tab_near(source, at),
        _ => at,
    };
    let (message, help) = match kind {
        E::UnclosedQuotedScalar => ("this quote is never closed", "add the closing quote"),
        E::UnclosedFlowCollection { open: '[' } => ("this `[` is never closed", "add a `]`"),
        E::UnclosedFlowCollection { .. } => ("this `{` is never closed", "add a `}`"),
        E::MismatchedFlowCollectionEnd { open: '[', .. } => ("this `[` is closed by a `}`", "close it by a `]`"),
        E::MismatchedFlowCollectionEnd { .. } => ("this `{` is closed by a `]`", "close it by a `}`"),
        E::MisplacedFlowCollectionEnd => ("this bracket closes nothing", "remove it, or open it before"),
        tab if is_tab(tab) => TAB,
        E::MappingValueNotAllowed => (
            "mapping values are not allowed here: YAML reads the `:` as the end of a key",
            "indent all keys of a mapping equally, put a space after each `:`, and put a text with a `: ` in single quotes",
        ),
        E::InvalidColonPlacement => (
            "this `:` is inside a `[` or `{` that began on a line above",
            "close the bracket above first; put a text with a `: ` in single quotes",
        ),
        E::BlockSequenceEntryNotAllowed => {
            ("a list cannot begin here", "begin it on the next line, or write it in brackets: `[a, b]`")
        }
        E::SimpleKeyExpected => ("there is a key without a `:` after it", "write `key: value`"),
        E::ExpectedBlockMappingKey | E::ExpectedBlockSequenceEntry | E::InvalidIndentation => (
            "this does not fit the indentation of the lines above",
            "indent the keys of a mapping, and the `-` of a list, equally; quote a text that begins with a bracket",
        ),
        E::ExpectedFlowMappingSeparator | E::ExpectedFlowSequenceSeparator => {
            ("a `,` or a closing bracket is missing here", "quote a text that has brackets, colons or commas")
        }
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            ("there is more text after the closing quote", "put all of it in single quotes, and double each `'` in it")
        }
        escape if is_escape(escape) => {
            ("a double-quoted text has no such escape", "write a backslash twice, or use single quotes")
        }
        E::InvalidBlockScalarHeader => {
            ("the line must end after `|` or `>`", "put a text that begins with one of them in single quotes")
        }
        E::DocumentIndicatorInQuotedScalar => ("a line `---` or `...` is inside quotes", "close the quote before it"),
        E::UnexpectedEof
        | E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping
        | E::UnexpectedEofBlockSequence
        | E::UnexpectedEofBlockMapping
            if source.get(at..).is_some_and(|rest| rest.starts_with(',')) =>
        {
            ("there is nothing before this comma", "remove it; quote a text that begins with a comma")
        }
        E::CommentInterceptedScalar => (
            "this comment ends the text before it, so the next line is not part of any text",
            "put the comment on a line above; put a text that has ` #` in single quotes",
        ),
        E::UnexpectedEof => ("the file ends too early", "complete the last line"),
        E::BomInsideDocument => ("there is a byte-order mark inside the file", "remove it"),
        _ => return Diagnostic::new(Code::YamlSyntax, letter(file, source, at), format!("this is not YAML: {kind}")),
    };
    Diagnostic::new(Code::YamlSyntax, letter(file, source, at), message).help(help)
}

/// The diagnostic about nesting.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(Code::TooDeep, span, "lists and mappings are nested too deeply here")
        .help("rules need only a few levels; look for a superfluous alias or bracket")
}

/// The character at `at`, or the end of the file.
fn letter(file: FileId, source: &str, at: usize) -> Span {
    let at = at.min(source.len());
    let len = source.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Span::new(file, at, at + len)
}

fn is_escape(kind: &ErrorKind) -> bool {
    use ErrorKind as E;
    matches!(
        kind,
        E::UnknownQuotedScalarEscape
            | E::InvalidQuotedScalarHexEscape
            | E::InvalidLowSurrogateHexEscape
            | E::InvalidLowSurrogate
            | E::MissingLowSurrogate
            | E::UnpairedLowSurrogate
            | E::InvalidUnicodeEscape
    )
}

/// The first invalid escape of the double-quoted scalar at `start`.
fn bad_escape(source: &str, start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        let rest = source.get(at..)?;
        at += match rest.chars().next()? {
            '"' => return None,
            '\\' => match escape_len(rest) {
                Some(len) => len,
                None => return Some(at),
            },
            other => other.len_utf8(),
        };
    }
}

/// The length of the escape at the start of `text`; `None` if it is invalid.
fn escape_len(text: &str) -> Option<usize> {
    if text.starts_with("\\\n") || text.starts_with("\\\r") {
        return Some(2);
    }
    escaped(text).map(|(_, len)| len)
}

fn is_tab(kind: &ErrorKind) -> bool {
    use ErrorKind as E;
    matches!(
        kind,
        E::TabInBlockIndentation
            | E::TabInIndentation
            | E::TabNotAllowed
            | E::TabAtBlockScalarStart
            | E::TabInPlainScalar
    )
}

/// The tab that caused the error at `at`: before it on its line, or in the indentation of a line below, since the parser
/// reports the start of the text that the tab interrupts.
fn tab_near(source: &str, at: usize) -> usize {
    let start = line_start(source, at);
    if let Some(tab) = source.get(start..at).and_then(|before| before.find('\t')) {
        return start + tab;
    }
    let mut line_at = start;
    for line in source.get(start..).unwrap_or_default().split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        match line.get(..indent).and_then(|indent| indent.find('\t')) {
            Some(tab) if line_at + tab >= at => return line_at + tab,
            _ => line_at += line.len(),
        }
    }
    at
}

/// The key before the `:` at `at`, if it is longer than YAML allows on one line.
pub(super) fn long_key(source: &str, at: usize) -> Option<Range<usize>> {
    let from = line_start(source, at);
    let rest = source.get(at..)?;
    // For a key in quotes, the parser stops at its end or at the `:` after it.
    let colon = at + rest.len() - rest.trim_start_matches(' ').len();
    let before = source.get(from..colon).filter(|_| source.get(colon..).is_some_and(|rest| rest.starts_with(':')))?;
    let key = before.trim_end();
    // In a flow mapping the key begins after the last comma or bracket.
    let quoted = key.ends_with(['"', '\'']);
    let flow = if quoted { None } else { key.rfind(['{', '[', ',']).map(|bracket| bracket + 1) };
    let begin = flow.unwrap_or(0);
    let text = key.get(begin..)?;
    let start = from + begin + (text.len() - text.trim_start_matches([' ', '\t', '-', '?']).len());
    let end = from + key.len();
    (source.get(start..end)?.chars().count() > MAX_KEY).then_some(start..end)
}

/// The same range as a span.
pub(super) fn span(file: FileId, range: &Range<usize>) -> Span {
    Span::new(file, range.start, range.end)
}
