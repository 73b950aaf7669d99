//! The parser: tokens → syntax tree, by precedence climbing.
//!
//! It stops at the first error, since later errors in the same expression would be guesses; errors that can be found
//! independently (unknown names, wrong types) are reported by the checker. Recursion is bounded by [`MAX_NESTING`], and the
//! height of the tree by [`MAX_HEIGHT`], so that later passes over the tree may recurse as well.

mod hints;
mod primary;

use super::lexer::{self, Lexeme, Token};
use super::limits::{MAX_HEIGHT, MAX_LENGTH, MAX_NESTING};
use super::syntax::{ExprNode, Operator};
use super::{Arithmetic, Comparison, Expr};
use crate::diagnostic::{Code, Diagnostic, Span, Text};
use std::ops::Range;

/// Parses an expression. If it returns None, the error is among the diagnostics.
pub fn parse(text: &Text, diagnostics: &mut Vec<Diagnostic>) -> Option<Expr> {
    if text.value.len() > MAX_LENGTH {
        let message = format!("this expression has {} bytes, and {MAX_LENGTH} are allowed", text.value.len());
        let help = "compare with a list (`x in [...]`), or put the values into a lookup table";
        diagnostics.push(Diagnostic::new(Code::ExpressionTooLarge, text.span(), message).help(help));
        return None;
    }
    let tokens = lexer::lex(text, diagnostics)?;
    let mut parser = Parser { text, tokens, at: 0, depth: 0, diagnostics };
    let expr = parser.binary(Precedence::Or)?;
    match parser.peek() {
        Token::End => Some(expr),
        _ => parser.unexpected_behind(None),
    }
}

/// An expression, or None if there was an error, which has been reported.
type Parsed = Option<Expr>;

struct Parser<'t, 'd> {
    text: &'t Text,
    tokens: Vec<Lexeme>,
    at: usize,
    depth: usize,
    diagnostics: &'d mut Vec<Diagnostic>,
}

/// The precedence of operators, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
    Or,
    And,
    Compare,
    Coalesce,
    Sum,
    Product,
    Unary,
}

impl Precedence {
    fn tighter(self) -> Precedence {
        match self {
            Precedence::Or => Precedence::And,
            Precedence::And => Precedence::Compare,
            Precedence::Compare => Precedence::Coalesce,
            Precedence::Coalesce => Precedence::Sum,
            Precedence::Sum => Precedence::Product,
            Precedence::Product | Precedence::Unary => Precedence::Unary,
        }
    }
}

/// An operator between two operands.
#[derive(Clone, Copy)]
enum Between {
    Or,
    And,
    Operator(Operator),
}

fn infix(token: &Token) -> Option<(Precedence, Between)> {
    use {Arithmetic as A, Comparison as C};
    let compare = |op| (Precedence::Compare, Between::Operator(Operator::Compare(op)));
    let arithmetic = |level, op| (level, Between::Operator(Operator::Arithmetic(op)));
    Some(match token {
        Token::Name(name) if name == "in" => (Precedence::Compare, Between::Operator(Operator::In)),
        Token::Op(op) => match *op {
            "||" => (Precedence::Or, Between::Or),
            "&&" => (Precedence::And, Between::And),
            "==" => compare(C::Equal),
            "!=" => compare(C::NotEqual),
            "<" => compare(C::Less),
            "<=" => compare(C::LessEqual),
            ">" => compare(C::Greater),
            ">=" => compare(C::GreaterEqual),
            "??" => (Precedence::Coalesce, Between::Operator(Operator::Coalesce)),
            "+" => arithmetic(Precedence::Sum, A::Add),
            "-" => arithmetic(Precedence::Sum, A::Subtract),
            "*" => arithmetic(Precedence::Product, A::Multiply),
            "/" => arithmetic(Precedence::Product, A::Divide),
            "%" => arithmetic(Precedence::Product, A::Remainder),
            _ => return None,
        },
        _ => return None,
    })
}

impl<'t> Parser<'t, '_> {
    /// Operators of precedence `min` and higher, left-associative. One call for each nesting level, not for each precedence,
    /// since the stack may be small.
    fn binary(&mut self, min: Precedence) -> Parsed {
        let mut left = self.unary()?;
        while let Some((level, between)) = infix(self.peek()).filter(|(level, _)| *level >= min) {
            let place = self.range();
            self.advance();
            let right = self.binary(level.tighter())?;
            if level == Precedence::Compare && infix(self.peek()).is_some_and(|(level, _)| level == Precedence::Compare)
            {
                return self.chained(&left, &place, &right);
            }
            left = self.join(left, between, place, right)?;
        }
        Some(left)
    }

    fn join(&mut self, left: Expr, between: Between, place: Range<usize>, right: Expr) -> Parsed {
        let range = left.range.0..right.range.1;
        let node = match between {
            Between::Or => ExprNode::Or(push_operand(left, right, |node| match node {
                ExprNode::Or(items) => Ok(items),
                other => Err(other),
            })),
            Between::And => ExprNode::And(push_operand(left, right, |node| match node {
                ExprNode::And(items) => Ok(items),
                other => Err(other),
            })),
            Between::Operator(op) => ExprNode::Binary(op, self.text.locate(place), Box::new(left), Box::new(right)),
        };
        self.make(node, range)
    }

    /// Reports `a < b < c`; `c` has not been read yet.
    fn chained(&mut self, left: &Expr, first: &Range<usize>, middle: &Expr) -> Parsed {
        let second = self.range();
        self.advance();
        let right = self.binary(Precedence::Coalesce)?;
        let (a, b, c) = (self.written(left), self.written(middle), self.written(&right));
        let (op1, op2) = (self.slice(first.clone()), self.slice(second.clone()));
        let is_range = |op: &str| op.starts_with(['<', '>']);
        let is_chain = is_range(op1) && is_range(op2) || op1 == op2 && op1 == "==" && !matches!(c, "true" | "false");
        let help = match is_chain {
            true => format!("write `{a} {op1} {b} && {b} {op2} {c}`"),
            false => format!("put the first into parentheses: `({a} {op1} {b}) {op2} {c}`"),
        };
        let first = self.text.locate(first.clone());
        let message = "comparisons cannot be chained";
        let second = self.text.locate(second);
        self.diagnostics.push(
            Diagnostic::new(Code::ChainedComparison, second, message).also(first, "the first comparison").help(help),
        );
        None
    }

    /// `!a`, `-a`.
    fn unary(&mut self) -> Parsed {
        let start = self.range().start;
        let negates = match self.peek() {
            Token::Op("!") => false,
            Token::Op("-") => true,
            _ => return self.power(),
        };
        self.enter()?;
        self.advance();
        let operand = self.unary()?;
        self.depth -= 1;
        let range = start..operand.range.1;
        let operand = Box::new(operand);
        self.make(if negates { ExprNode::Negate(operand) } else { ExprNode::Not(operand) }, range)
    }

    /// `a ^ b ^ c`, left-associative; binds more tightly than a sign before `a`.
    fn power(&mut self) -> Parsed {
        let mut left = self.postfix()?;
        while *self.peek() == Token::Op("^") {
            let place = self.range();
            self.advance();
            let right = match self.peek() {
                Token::Op("!" | "-") => self.unary()?,
                _ => self.postfix()?,
            };
            left = self.join(left, Between::Operator(Operator::Arithmetic(Arithmetic::Power)), place, right)?;
        }
        Some(left)
    }

    // --- nodes -------------------------------------------------------------------------------------------------------

    fn make(&mut self, node: ExprNode, range: Range<usize>) -> Parsed {
        let height = node.height();
        let span = self.text.locate(range.clone());
        if height > MAX_HEIGHT {
            return self.too_large(span, format!("more than {MAX_HEIGHT} operators in a row"));
        }
        Some(Expr { span, node, parenthesised: false, height, range: (range.start, range.end) })
    }

    /// Enters a nesting level; the caller leaves it again unless there was an error.
    fn enter(&mut self) -> Option<()> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            let span = self.text.locate(self.range());
            self.too_large(span, format!("nested more than {MAX_NESTING} deep"))?;
        }
        Some(())
    }

    fn too_large(&mut self, span: Span, message: String) -> Parsed {
        let help = "split it: a named value under `define:` can hold a part";
        self.diagnostics.push(Diagnostic::new(Code::ExpressionTooLarge, span, message).help(help));
        None
    }

    // --- tokens ------------------------------------------------------------------------------------------------------

    fn peek(&self) -> &Token {
        self.peek_at(0)
    }

    fn peek_at(&self, ahead: usize) -> &Token {
        self.tokens.get(self.at + ahead).map_or(&Token::End, |lexeme| &lexeme.token)
    }

    fn range(&self) -> Range<usize> {
        let end = self.text.value.len();
        self.tokens.get(self.at).map_or(end..end, |lexeme| lexeme.range.clone())
    }

    /// The end of the previous token.
    fn behind(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |lexeme| lexeme.range.end)
    }

    fn advance(&mut self) {
        self.at += 1;
    }

    /// Consumes the next token if it is `op`.
    fn eat(&mut self, op: &str) -> bool {
        let is = matches!(self.peek(), Token::Op(found) if *found == op);
        self.at += usize::from(is);
        is
    }

    fn slice(&self, range: Range<usize>) -> &'t str {
        self.text.value.get(range).unwrap_or("")
    }

    fn written(&self, expr: &Expr) -> &'t str {
        self.slice(expr.range.0..expr.range.1)
    }

    fn fail<T>(&mut self, range: Range<usize>, message: impl Into<String>, help: Option<String>) -> Option<T> {
        let span = self.text.locate(range);
        self.diagnostics.push(Diagnostic::new(Code::ExpressionSyntax, span, message).maybe_help(help));
        None
    }
}

/// `a && b` with one more operand: a flat list, so that long chains do not make a high tree.
fn push_operand(left: Expr, right: Expr, items_of: impl Fn(ExprNode) -> Result<Vec<Expr>, ExprNode>) -> Vec<Expr> {
    if left.parenthesised {
        return vec![left, right];
    }
    let Expr { span, node, parenthesised, height, range } = left;
    match items_of(node) {
        Ok(mut items) => {
            items.push(right);
            items
        }
        Err(node) => vec![Expr { span, node, parenthesised, height, range }, right],
    }
}

#[cfg(test)]
mod tests;
