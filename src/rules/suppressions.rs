//! Comments and settings that silence lints: `# dadar: allow CODE reason`, `# dadar: allow-file CODE reason`, and
//! `ruleset: {lints: {allow: [CODE]}}`.

use crate::diagnostic::{Code, Diagnostic, FileId, Severity, Span, Suppression, did_you_mean};
use crate::yaml::{CommentPlacement, YamlComment, YamlDocument};
use std::collections::HashMap;

/// The part of a rule set that a comment or a setting covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SuppressionScope {
    Part(Span),
    File(FileId),
    RuleSet,
}

/// A comment or a setting that silences one lint.
#[derive(Clone, Debug)]
struct Allow {
    code: Code,
    scope: SuppressionScope,
    suppression: Suppression,
}

/// The comments and settings of a rule set, or of its test files.
#[derive(Clone, Debug, Default)]
pub(crate) struct Suppressions {
    allowed: Vec<Allow>,
}

/// The word that begins a comment for this program.
const PREFIX: &str = "dadar:";

impl Suppressions {
    /// Adds the comments of a file. Reports those that cannot silence anything.
    pub(crate) fn add_comments(&mut self, document: &YamlDocument, text: &str, diagnostics: &mut Vec<Diagnostic>) {
        let written = |comment: &YamlComment| {
            let text = text.get(comment.span.start as usize..comment.span.end as usize).unwrap_or_default();
            text.trim_start_matches('#').trim().strip_prefix(PREFIX).map(str::trim)
        };
        let own: Vec<(&YamlComment, &str)> =
            document.comments.iter().filter_map(|comment| Some((comment, written(comment)?))).collect();
        if own.is_empty() {
            return;
        }
        let mut parts = document.parts();
        parts.sort_by_key(|part| part.start);
        for (comment, written) in own {
            match allow(comment, written, text, &parts) {
                Ok(allow) => self.allowed.push(allow),
                Err(problem) => {
                    let diagnostic = Diagnostic::new(Code::IdleAllow, comment.span, problem.message);
                    diagnostics.push(diagnostic.maybe_help(problem.help));
                }
            }
        }
    }

    /// Adds the comments of another file.
    pub(crate) fn add(&mut self, other: Suppressions) {
        self.allowed.extend(other.allowed);
    }

    /// Adds a code that the rule set allows everywhere.
    pub(crate) fn add_setting(&mut self, code: Code, span: Span) {
        self.allowed.push(Allow { code, scope: SuppressionScope::RuleSet, suppression: Suppression::new(span, "") });
    }

    /// Moves the diagnostics that are silenced from `diagnostics` to the result.
    pub(crate) fn apply(&self, diagnostics: &mut Vec<Diagnostic>) -> Vec<Diagnostic> {
        if self.allowed.is_empty() {
            return Vec::new();
        }
        let index = AllowIndex::new(&self.allowed);
        let mut silenced = Vec::new();
        diagnostics.retain(|diagnostic| {
            let Some(allow) = index.find(diagnostic) else { return true };
            let mut one = diagnostic.clone();
            one.suppression = Some(allow.suppression.clone());
            silenced.push(one);
            false
        });
        silenced
    }
}

/// The comments and settings by their codes.
struct AllowIndex<'a> {
    /// Those of a whole file or, without one, of the rule set.
    wide: HashMap<(Code, Option<FileId>), &'a Allow>,
    /// Those of parts, by the start of the part.
    of_parts: HashMap<(Code, FileId), Vec<AllowedPart<'a>>>,
}

/// A part that has a comment, and the comment of the part that ends last among it and those that start before it.
struct AllowedPart<'a> {
    start: u32,
    part: Span,
    allow: &'a Allow,
}

impl<'a> AllowIndex<'a> {
    fn new(allowed: &'a [Allow]) -> AllowIndex<'a> {
        let mut index = AllowIndex { wide: HashMap::new(), of_parts: HashMap::new() };
        for allow in allowed {
            match allow.scope {
                SuppressionScope::RuleSet => {
                    index.wide.entry((allow.code, None)).or_insert(allow);
                }
                SuppressionScope::File(file) => {
                    index.wide.entry((allow.code, Some(file))).or_insert(allow);
                }
                SuppressionScope::Part(part) => {
                    let parts = index.of_parts.entry((allow.code, part.file)).or_default();
                    parts.push(AllowedPart { start: part.start, part, allow });
                }
            }
        }
        for parts in index.of_parts.values_mut() {
            parts.sort_by_key(|one| one.start);
            let mut widest: Option<(Span, &Allow)> = None;
            for one in parts {
                if let Some((before, by)) = widest.filter(|(before, _)| before.end >= one.part.end) {
                    (one.part, one.allow) = (before, by);
                }
                widest = Some((one.part, one.allow));
            }
        }
        index
    }

    fn find(&self, diagnostic: &Diagnostic) -> Option<&'a Allow> {
        let code = diagnostic.code;
        if diagnostic.is_error() {
            return None;
        }
        let place = diagnostic.primary.as_ref().map(|label| label.span);
        let of_part = place.and_then(|place| {
            let parts = self.of_parts.get(&(code, place.file))?;
            let behind = parts.partition_point(|one| one.start <= place.start);
            let one = parts.get(behind.checked_sub(1)?)?;
            (place.end <= one.part.end).then_some(one.allow)
        });
        let of_file = || self.wide.get(&(code, Some(place?.file))).copied();
        of_part.or_else(of_file).or_else(|| self.wide.get(&(code, None)).copied())
    }
}

/// Why a comment cannot silence anything.
struct Problem {
    message: String,
    help: Option<String>,
}

/// `allow CODE reason` or `allow-file CODE reason`. `parts` are the entries and items of the file, sorted by their starts.
fn allow(comment: &YamlComment, written: &str, text: &str, parts: &[Span]) -> Result<Allow, Problem> {
    let (word, rest) = written.split_once(char::is_whitespace).unwrap_or((written, ""));
    let rest = rest.trim_start();
    let (code, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let whole_file = match word {
        "allow" => false,
        "allow-file" => true,
        _ => {
            let message = format!("`{word}` is not a word for a comment that begins with `{PREFIX}`");
            let help = "write `# dadar: allow CODE reason` or `# dadar: allow-file CODE reason`";
            return Err(Problem { message, help: Some(String::from(help)) });
        }
    };
    let code = lint(code).map_err(|(message, help)| Problem { message, help })?;
    let scope = match whole_file {
        true => SuppressionScope::File(comment.span.file),
        false => SuppressionScope::Part(subject(comment, text, parts).ok_or_else(|| Problem {
            message: String::from("no entry or list item begins on the line that this comment is about"),
            help: Some(String::from(
                "put it on the line where the rule or its condition begins, or on the line before",
            )),
        })?),
    };
    Ok(Allow { code, scope, suppression: Suppression::new(comment.span, reason.trim()) })
}

/// The lint of a name; otherwise a message and a suggestion.
pub(super) fn lint(name: &str) -> Result<Code, (String, Option<String>)> {
    let lints = || Code::ALL.iter().filter(|code| code.severity() != Severity::Error);
    match Code::parse(name) {
        Some(code) if code.severity() != Severity::Error => Ok(code),
        Some(code) => Err((format!("{} is an error, and errors cannot be silenced", code.as_str()), None)),
        None if name.is_empty() => Err((String::from("the code of the lint is missing"), None)),
        None => {
            let near = did_you_mean(name, lints().flat_map(|code| [code.as_str(), code.slug()]));
            let help = near.unwrap_or_else(|| String::from("`dadar codes` lists the codes"));
            Err((format!("there is no code `{name}`"), Some(help)))
        }
    }
}

/// The largest part that begins on the line of a comment or, for a comment with a line of its own, on the next line that is
/// neither empty nor a comment.
fn subject(comment: &YamlComment, text: &str, parts: &[Span]) -> Option<Span> {
    let at = comment.span.start as usize;
    let line = match comment.placement {
        CommentPlacement::Trailing => line_around(text, at),
        CommentPlacement::OwnLine => {
            let mut start = line_around(text, at).end + 1;
            loop {
                let line = line_around(text, start);
                let content = text.get(line.clone())?.trim();
                if !content.is_empty() && !content.starts_with('#') {
                    break line;
                }
                start = line.end + 1;
            }
        }
    };
    let first = parts.partition_point(|part| (part.start as usize) < line.start);
    let on_line = parts.iter().skip(first).take_while(|part| (part.start as usize) < line.end);
    on_line.max_by_key(|part| (part.end, std::cmp::Reverse(part.start))).copied()
}

/// The line around an offset, without its end. Empty and beyond the text for an offset beyond the text.
fn line_around(text: &str, at: usize) -> std::ops::Range<usize> {
    let before = text.get(..at).map_or(at, |before| before.rfind('\n').map_or(0, |end| end + 1));
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len().max(at), |end| at + end);
    before..end
}
