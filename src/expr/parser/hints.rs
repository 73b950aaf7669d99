//! Hints for syntax errors, most of which are valid in some other language.

use super::Parser;
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::lexer::{Lexeme, Token};
use crate::expr::{Root, functions};
use std::ops::Range;

/// An error at a token, and how to fix it.
struct Finding {
    code: Code,
    message: String,
    help: Option<String>,
}

impl Finding {
    fn syntax(message: impl Into<String>, help: impl Into<String>) -> Finding {
        Finding { code: Code::ExpressionSyntax, message: message.into(), help: Some(help.into()) }
    }

    fn bare(message: impl Into<String>) -> Finding {
        Finding { code: Code::ExpressionSyntax, message: message.into(), help: None }
    }
}

impl Parser<'_, '_> {
    /// The next token cannot follow a value. `within` is the open bracket and the token that closes it.
    pub(super) fn unexpected_behind<T>(&mut self, within: Option<(&Range<usize>, &str)>) -> Option<T> {
        let mut range = self.range();
        let token = self.peek().clone();
        let next = self.peek_at(1).clone();
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map(|lexeme| &lexeme.token);
        let uncalled = match before {
            Some(Token::Name(name)) => functions::find(name),
            _ => None,
        };
        let finding = match &token {
            Token::Op("=>" | "->") if self.is_lambda() => Some(Finding::syntax(
                format!("`{}` is not an operator here", self.slice(range.clone())),
                "a name for the element is written `x -> …`; without one it is `it`: `any(list, it.price > 100)`",
            )),
            Token::Op("|" | "|>") if let Some(name) = piped_into(&next) => {
                let value = before_pipe(self.slice(0..range.start));
                Some(Finding::syntax(
                    format!("`{}` is not an operator here", self.slice(range.clone())),
                    format!("a function is written before its arguments: `{name}({value})`"),
                ))
            }
            Token::Name(_) | Token::Text(_) | Token::Number(_) if uncalled.is_some() => uncalled.map(|function| {
                let message = format!("the arguments of `{}` stand in parentheses", function.name);
                Finding::syntax(message, format!("write `{}`", function.usage))
            }),
            Token::Op(op) => foreign_operator(op, &next, within.is_some()),
            Token::Name(name) => foreign_word(name, &next),
            _ => None,
        };
        if let (Token::Name(first), Token::Name(second)) = (&token, &next) {
            let two_words = matches!(
                (first.to_lowercase().as_str(), second.to_lowercase().as_str()),
                ("not", "in") | ("is", "not")
            );
            if two_words && let Some(lexeme) = self.tokens.get(self.at + 1) {
                range.end = lexeme.range.end;
            }
        }
        let finding = finding.unwrap_or_else(|| {
            let found = self.slice(range.clone());
            match (&token, within) {
                (Token::Op(_), Some((_, close))) => {
                    Finding::bare(format!("`{found}` cannot stand here; `,` or `{close}` is expected"))
                }
                (Token::Op(_), None) => Finding::bare(format!("`{found}` cannot stand here")),
                (_, None) => Finding::syntax(
                    format!("an operator is missing before `{found}`"),
                    "join conditions with `&&` or `||`",
                ),
                (_, Some(_)) => Finding::syntax(
                    format!("an operator or a comma is missing before `{found}`"),
                    "elements are parted by commas",
                ),
            }
        });
        let span = self.text.locate(range);
        let mut diagnostic = Diagnostic::new(finding.code, span, finding.message).maybe_help(finding.help);
        if let Some((open, _)) = within {
            let open = self.text.locate(open.clone());
            diagnostic = diagnostic.also(open, "opened here");
        }
        self.diagnostics.push(diagnostic);
        None
    }

    /// The next token cannot begin a value.
    pub(super) fn not_a_value<T>(&mut self) -> Option<T> {
        let range = self.range();
        let token = self.peek().clone();
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).cloned();
        let finding = match (&token, before) {
            (Token::End, None) => {
                Finding::syntax("an expression is missing", "write a condition: `data.amount > 5000`")
            }
            (Token::End, Some(before)) => {
                let operator = self.slice(before.range.clone());
                let message = format!("a value is missing after `{operator}`");
                let span = self.text.locate(before.range);
                self.diagnostics.push(Diagnostic::new(Code::ExpressionSyntax, span, message));
                return None;
            }
            (Token::Name(_), _) => Finding::syntax(
                format!("`{}` is not part of the language", self.slice(range.clone())),
                "write `!`: `!(data.amount > 5)`, `!exists(data.note)`",
            ),
            (Token::Op("="), Some(Lexeme { token: Token::Op(operator), .. }))
                if split_comparison(operator).is_some() =>
            {
                let good = split_comparison(operator).unwrap_or_default();
                Finding::syntax(format!("`{operator}` and `=` are not one operator"), format!("write `{good}`"))
            }
            (Token::Op(op), before) => {
                let assigns =
                    foreign_operator(op, self.peek_at(1), true).filter(|finding| finding.code == Code::Assignment);
                assigns.unwrap_or_else(|| {
                    self.operator_without_value(op, before.as_ref().map(|before| before.range.clone()))
                })
            }
            _ => Finding::bare("a value is expected here"),
        };
        let span = self.text.locate(range);
        self.diagnostics.push(Diagnostic::new(finding.code, span, finding.message).maybe_help(finding.help));
        None
    }

    /// The path after the `.` that is next, with a root before it.
    fn rooted(&self) -> String {
        let start = self.range().end;
        let rest = self.slice(start..self.text.value.len());
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(rest.len());
        let path = rest.get(..end).unwrap_or_default();
        let first = path.split('.').next().unwrap_or_default();
        match first {
            "" => "data.amount".to_owned(),
            "it" => path.to_owned(),
            _ if Root::ALL.iter().any(|(root, _)| *root == first) => path.to_owned(),
            _ => format!("data.{path}"),
        }
    }

    /// True after the `x` of `any(list, x => …)`, or after `(x)`.
    fn is_lambda(&self) -> bool {
        let token =
            |back: usize| self.at.checked_sub(back).and_then(|at| self.tokens.get(at)).map(|lexeme| &lexeme.token);
        let opens = |back: usize| matches!(token(back), Some(Token::Op("," | "(")));
        match token(1) {
            Some(Token::Name(_)) => opens(2),
            Some(Token::Op(")")) => matches!(token(2), Some(Token::Name(_))) && opens(3) && opens(4),
            _ => false,
        }
    }

    fn operator_without_value(&self, op: &str, before: Option<Range<usize>>) -> Finding {
        let behind = before.map(|range| self.slice(range)).filter(|text| !text.is_empty());
        match (op, behind) {
            ("+", _) => Finding::syntax("`+` has nothing before it", "leave it out: numbers have no `+` sign"),
            ("{" | "}", _) => Finding::syntax(
                format!("`{op}` cannot stand here"),
                "there are no objects in expressions; write a literal value under `value:`",
            ),
            (".", _) => {
                let help = format!("it begins with its root: `{}`", self.rooted());
                Finding::syntax("a path does not begin with `.`", help)
            }
            ("*", None) => Finding::syntax(
                "`*` has nothing before it",
                "write a topic pattern under `topic:`, not in an expression",
            ),
            (")" | "]" | ",", Some(behind)) => {
                Finding::bare(format!("a value is missing between `{behind}` and `{op}`"))
            }
            (")" | "]", None) => Finding::bare(format!("`{op}` closes nothing")),
            (_, Some(behind)) => Finding::bare(format!("a value is missing between `{behind}` and `{op}`")),
            (_, None) => Finding::bare(format!("`{op}` has nothing before it")),
        }
    }

    /// True for `not x`, which some languages have before a value.
    pub(super) fn is_foreign_prefix(&self, name: &str) -> bool {
        let next = self.peek_at(1);
        name.eq_ignore_ascii_case("not")
            && matches!(next, Token::Name(_) | Token::Text(_) | Token::Number(_) | Token::Op("!"))
    }
}

/// The function that a value is piped into: `data.x | upper`.
fn piped_into(next: &Token) -> Option<String> {
    let Token::Name(name) = next else { return None };
    let own = functions::find(name).map(|function| function.name.to_owned());
    own.or_else(|| functions::foreign(name, "x").and_then(|here| here.split_once('(').map(|(name, _)| name.to_owned())))
}

/// The comparison that an operator and a `=` after it were meant to be: `> =`, `!= =`.
fn split_comparison(operator: &str) -> Option<&'static str> {
    match operator {
        ">" | ">=" => Some(">="),
        "<" | "<=" => Some("<="),
        "!" | "!=" => Some("!="),
        "==" => Some("=="),
        _ => None,
    }
}

/// The path right before a pipe.
fn before_pipe(text: &str) -> &str {
    let text = text.trim_end();
    let start =
        text.rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | '[' | ']')).map_or(0, |at| at + 1);
    text.get(start..).filter(|path| !path.is_empty()).unwrap_or("x")
}

/// Operators of other languages, between two values.
fn foreign_operator(op: &str, next: &Token, within: bool) -> Option<Finding> {
    let assignment =
        |message: String, help: &str| Finding { code: Code::Assignment, message, help: Some(help.to_owned()) };
    let write = |good: &str| Finding::syntax(format!("`{op}` is not an operator here"), format!("write `{good}`"));
    Some(match op {
        "=" if *next == Token::Op("!") => write("!="),
        "=" | ":=" => assignment(format!("`{op}` assigns, and nothing can be assigned here"), "to compare, write `==`"),
        "+=" | "-=" | "*=" | "/=" | "%=" | "^=" | "&&=" | "||=" | "??=" => {
            let plain = op.trim_end_matches('=');
            let help = format!("to compare with a sum or the like, write `==` and `{plain}` apart");
            assignment(format!("`{op}` assigns, and nothing can be assigned here"), &help)
        }
        ";" => assignment(
            "`;` chains expressions, and only one may stand here".to_owned(),
            "leave it out, or join conditions with `&&`",
        ),
        "===" => write("=="),
        "!==" | "<>" => write("!="),
        "=>" => write(">="),
        "=<" => write("<="),
        "&" => write("&&"),
        "|" => write("||"),
        "**" => write("^"),
        "=~" | "~" => write("matches(x, \"regex\")"),
        "!~" => write("!matches(x, \"regex\")"),
        "?:" => write("??"),
        "|>" => write("f(x)"),
        "->" => write("."),
        "?." => {
            Finding::syntax("`?.` is not an operator here", "write `.`: a path through a missing value is null anyway")
        }
        "?" => Finding::syntax("`? :` is not an operator here", "write `if(condition, this, that)`"),
        "!" if *next == Token::Name("in".to_owned()) => {
            Finding::syntax("`!in` is not an operator here", "write `!(x in list)`")
        }
        "," if !within => Finding::syntax("a comma is not allowed here", "write a list in brackets: `[a, b]`"),
        ")" | "]" if !within => Finding::bare(format!("`{op}` closes nothing")),
        _ => return None,
    })
}

/// Words that are operators in other languages, between two values.
fn foreign_word(word: &str, next: &Token) -> Option<Finding> {
    let lower = word.to_lowercase();
    let write =
        |good: &str| Some(Finding::syntax(format!("`{word}` is not an operator here"), format!("write `{good}`")));
    let next_is = |name: &str| matches!(next, Token::Name(next) if next.eq_ignore_ascii_case(name));
    match lower.as_str() {
        "and" => write("&&"),
        "or" => write("||"),
        "is" if next_is("not") => write("!="),
        "is" | "eq" | "equals" => write("=="),
        "ne" | "neq" => write("!="),
        "not" if next_is("in") => Some(Finding::syntax("`not in` is not an operator here", "write `!(x in list)`")),
        "not" => write("!"),
        "lt" => write("<"),
        "le" | "lte" => write("<="),
        "gt" => write(">"),
        "ge" | "gte" => write(">="),
        "mod" => write("%"),
        "div" => write("/"),
        "in" => write("in"),
        "like" => write("glob(x, \"AB-*\")"),
        "between" => write("between(x, low, high)"),
        "then" | "else" => write("if(condition, this, that)"),
        "startswith" => write("starts_with(x, \"…\")"),
        "endswith" => write("ends_with(x, \"…\")"),
        _ => {
            let function = functions::find(word)?;
            Some(Finding::syntax(
                format!("`{word}` is a function and is written before its arguments"),
                format!("write `{}`", function.usage),
            ))
        }
    }
}
