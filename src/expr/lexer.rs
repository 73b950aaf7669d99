//! Text → tokens. Every word is a name here; the parser distinguishes `in` and `true` from fields.

mod literal;

use super::limits::MAX_ERRORS;
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::event::Json;
use std::ops::Range;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A number.
    Number(Json),
    /// A string, decoded.
    Text(String),
    /// A name, or a word of the language; `str::to_lowercase` is one name.
    Name(String),
    /// An operator or bracket.
    Op(&'static str),
    /// The end of the text.
    End,
}

/// A token and its range in the text.
#[derive(Clone, Debug)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) range: Range<usize>,
}

/// The operators, longest first. Operators of other languages are included, so that a hint can name them.
const OPERATORS: &[&str] = &[
    "===", "!==", "&&=", "||=", "??=", "<=>", "==", "!=", "<=", ">=", "=>", "=<", "=~", "!~", "<>", "&&", "||", "??",
    "?.", "?:", ":=", "+=", "-=", "*=", "/=", "%=", "^=", "**", "->", "|>", "(", ")", "[", "]", ",", ".", "<", ">",
    "+", "-", "*", "/", "%", "^", "!", "=", ";", "?", ":", "&", "|", "~", "{", "}",
];

/// Splits a text into tokens, the last of which is [`Token::End`]; `None` if the text contains something that is not a token.
pub(super) fn lex(text: &Text, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<Lexeme>> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), diagnostics, errors: 0 };
    while lexer.skip_space() && lexer.next() {}
    if lexer.errors > 0 {
        return None;
    }
    let end = text.value.len();
    lexer.tokens.push(Lexeme { token: Token::End, range: end..end });
    Some(lexer.tokens)
}

struct Lexer<'t, 'd> {
    text: &'t Text,
    at: usize,
    tokens: Vec<Lexeme>,
    diagnostics: &'d mut Vec<Diagnostic>,
    errors: usize,
}

impl<'t> Lexer<'t, '_> {
    fn rest(&self) -> &'t str {
        self.text.value.get(self.at..).unwrap_or("")
    }

    fn slice(&self, range: Range<usize>) -> &'t str {
        self.text.value.get(range).unwrap_or("")
    }

    fn push(&mut self, token: Token, start: usize) {
        self.tokens.push(Lexeme { token, range: start..self.at });
    }

    fn error(&mut self, range: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.errors += 1;
        if self.errors <= MAX_ERRORS {
            let span = self.text.locate(range);
            self.diagnostics.push(Diagnostic::new(Code::ExpressionSyntax, span, message).maybe_help(help));
        }
    }

    /// Skips white space and comments; false if reading cannot continue.
    fn skip_space(&mut self) -> bool {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                self.line_comment();
                return false;
            }
            if !trimmed.starts_with("/*") {
                return !trimmed.is_empty();
            }
            if !self.comment(trimmed) {
                return false;
            }
        }
    }

    /// Skips a comment, which must end on the line of the file where it begins. However YAML folds line breaks, a comment
    /// therefore never hides a condition on a later line.
    fn comment(&mut self, text: &str) -> bool {
        let inside = text.get(2..).unwrap_or_default();
        let Some(end) = inside.find("*/") else {
            let help = "a comment ends with `*/` on the same line";
            self.error(self.at..self.at + 2, "this comment is never closed", Some(help.to_owned()));
            return false;
        };
        let range = self.at..self.at + end + 4;
        if self.crosses_lines(range.clone()) {
            let help = "begin a comment and end it on each line: `/* … */`";
            self.error(
                range.start..range.start + 2,
                "a comment ends on the line where it begins",
                Some(help.to_owned()),
            );
            return false;
        }
        self.at = range.end;
        true
    }

    /// True at a line break, or at a space that replaces a line break that YAML has folded: in the file that is longer.
    fn crosses_lines(&self, range: Range<usize>) -> bool {
        let text = self.slice(range.clone());
        text.char_indices().any(|(at, c)| match c {
            '\n' | '\r' => true,
            ' ' => {
                let start = range.start + at;
                let written = self.text.locate(start..start + 1);
                written.end - written.start != 1
            }
            _ => false,
        })
    }

    /// `//` divides in some languages and begins a comment in others. Neither is safe here: YAML may have folded the next
    /// line onto this one.
    fn line_comment(&mut self) {
        let help = "to divide, write `/`; a comment is written `/* … */`";
        self.error(self.at..self.at + 2, "`//` is not an operator and does not begin a comment", Some(help.to_owned()));
    }

    /// Reads a token; false if reading cannot continue.
    fn next(&mut self) -> bool {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return false };
        if first == '"' || first == '\'' {
            return self.string(first);
        }
        if first.is_ascii_digit() || (first == '.' && self.is_bare_fraction(rest)) {
            return self.number();
        }
        if starts_name(first) {
            self.name();
            return true;
        }
        match OPERATORS.iter().find(|op| rest.starts_with(**op)) {
            Some(op) => {
                let start = self.at;
                self.at += op.len();
                self.push(Token::Op(op), start);
                true
            }
            None => {
                let help = self.special_key(rest).or_else(|| stray_help(first));
                // (A character that cannot be seen is named.)
                let shown =
                    if is_invisible(first) { format!("U+{:04X}", u32::from(first)) } else { format!("`{first}`") };
                self.error(self.at..self.at + first.len_utf8(), format!("{shown} means nothing here"), help);
                false
            }
        }
    }

    /// How a key with a special character is written: `data["$type"]` for `data.$type`.
    fn special_key(&self, rest: &str) -> Option<String> {
        let follows_dot = matches!(self.tokens.last().map(|lexeme| &lexeme.token), Some(Token::Op(".")));
        let key: String =
            rest.chars().take_while(|c| !c.is_whitespace() && !"()[]{}<>=!&|,?\"'`\\".contains(*c)).collect();
        let named = key.chars().skip(1).any(starts_name);
        (follows_dot && named).then(|| format!("write a key with other characters in brackets: `data[\"{key}\"]`"))
    }

    /// True for `.5` that does not follow a value directly (`data.items.0` is a step, and gets a hint of its own).
    fn is_bare_fraction(&self, rest: &str) -> bool {
        let follows = rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        follows && !self.tokens.last().is_some_and(|last| last.range.end == self.at && ends_value(&last.token))
    }

    fn name(&mut self) {
        let start = self.at;
        loop {
            let rest = self.rest();
            self.at += rest.find(|c| !continues_name(c)).unwrap_or(rest.len());
            let behind = self.rest().strip_prefix("::").and_then(|behind| behind.chars().next());
            if !behind.is_some_and(starts_name) {
                break;
            }
            self.at += 2;
        }
        let name = self.slice(start..self.at).to_owned();
        self.push(Token::Name(name), start);
    }
}

fn ends_value(token: &Token) -> bool {
    matches!(token, Token::Name(_) | Token::Text(_) | Token::Op(")" | "]"))
}

pub(super) fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn continues_name(c: char) -> bool {
    // Combining marks are part of the letter before them: `दिल्ली` has several.
    c.is_alphanumeric() || c == '_' || is_mark(c)
}

/// True for a combining mark of the scripts of India and for the general combining diacritics: not letters by
/// themselves, but part of words.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36f | 0x900..=0xdff | 0x1ab0..=0x1aff | 0x200c..=0x200d | 0x20d0..=0x20ff)
        && !matches!(u32::from(c), 0x964 | 0x965)
}

/// True for a character of no width, or one that changes the direction of the text around it.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c), 0xad | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb)
}

/// A hint for a character that is not part of the language.
fn stray_help(c: char) -> Option<String> {
    let meant = match c {
        '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '`' | '´' => {
            "write a string in straight quotes: `\"…\"` or `'…'`"
        }
        '≥' => "write `>=`",
        '≤' => "write `<=`",
        '≠' => "write `!=`",
        '×' | '·' => "write `*`",
        '÷' => "write `/`",
        '−' | '–' | '—' => "write a plain `-`",
        '∧' => "write `&&`",
        '∨' => "write `||`",
        '¬' => "write `!`",
        '∈' => "write `in`",
        '$' => "a path begins with its root and has no `$`: `data.amount`",
        '@' => "a path begins with its root: `data.amount`, `headers.region`",
        '#' => "a comment is written `/* … */`",
        '₹' | '€' | '£' => "write the number alone, or put the text into quotes",
        '\\' => "a backslash is allowed only in strings",
        _ => return None,
    };
    Some(meant.to_owned())
}
