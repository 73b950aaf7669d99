//! Values, brackets, calls, and the steps after them.

use super::{Parsed, Parser, Precedence};
use crate::event::Json;
use crate::expr::Expr;
use crate::expr::functions;
use crate::expr::lexer::Token;
use crate::expr::syntax::{Accessor, AccessorKind, ExprNode};
use std::ops::Range;

impl Parser<'_, '_> {
    /// A value with the steps after it: `.name`, `[…]`.
    pub(super) fn postfix(&mut self) -> Parsed {
        let base = self.primary()?;
        let mut steps = Vec::new();
        loop {
            let start = self.range().start;
            let kind = match self.peek() {
                Token::Op(".") => AccessorKind::Key(self.key()?),
                Token::Op("[") => AccessorKind::Index(self.index()?),
                Token::Op("(") => return self.called_value(&base, &steps),
                _ => break,
            };
            let span = self.text.locate(start..self.behind());
            steps.push(Accessor { span, kind });
        }
        if steps.is_empty() {
            return Some(base);
        }
        let range = base.range.0..self.behind();
        self.make(ExprNode::Access(Box::new(base), steps), range)
    }

    /// `.name`.
    fn key(&mut self) -> Option<String> {
        let dot = self.range();
        self.advance();
        let key = match self.peek() {
            Token::Name(name) => match name.split_once("::") {
                None => name.clone(),
                Some(_) => return self.fail(self.range(), "`::` is allowed only in function names", None),
            },
            Token::Number(n) => {
                let help = format!("an element is written `[{n}]`, the key `\"{n}\"` is written `[\"{n}\"]`");
                return self.fail(dot.start..self.range().end, "a name must follow the `.`", Some(help));
            }
            Token::Text(text) => {
                let help = format!("write `[{}]`", Json::from(text.as_str()));
                return self.fail(dot.start..self.range().end, "a name must follow the `.`", Some(help));
            }
            Token::Op("*") => {
                let help = "to ask whether some element fits, write `any(list, it.price > 100)`".to_owned();
                return self.fail(self.range(), "a path has no `*`", Some(help));
            }
            _ => return self.fail(dot, "a name must follow the `.`", None),
        };
        self.advance();
        Some(key)
    }

    /// `[…]` after a value.
    fn index(&mut self) -> Parsed {
        let open = self.range();
        self.enter()?;
        self.advance();
        if matches!(self.peek(), Token::Op("*" | "?" | ":")) {
            let help =
                "to ask whether some element fits, write `any(list, it.price > 100)`; `filter` and `map` make lists";
            return self.fail(
                self.range(),
                "a path leads to one value, so `[…]` holds an index or a key",
                Some(help.into()),
            );
        }
        if matches!(self.peek(), Token::Op("]")) {
            let range = open.start..self.range().end;
            return self.fail(range, "`[]` is empty", Some("write an index or a key: `[0]`, `[\"key\"]`".into()));
        }
        let index = self.binary(Precedence::Or)?;
        self.close(&open, "]")?;
        self.depth -= 1;
        Some(index)
    }

    /// `data.x(…)`: a path that is called like a function.
    fn called_value<T>(&mut self, base: &Expr, steps: &[Accessor]) -> Option<T> {
        let range = base.range.0..self.behind();
        let whole = self.slice(range.clone()).to_owned();
        let method = steps.last().and_then(|step| match &step.kind {
            AccessorKind::Key(key) => Some(key),
            AccessorKind::Index(_) => None,
        });
        let receiver = whole.rsplit_once('.').map_or("x", |(receiver, _)| receiver.trim_end());
        let has_arguments = *self.peek_at(1) != Token::Op(")");
        let help = method.and_then(|method| match functions::find(method) {
            Some(function) => {
                Some(format!("write `{}({receiver}{})`", function.name, if has_arguments { ", …" } else { "" }))
            }
            None => functions::foreign(method, receiver).map(|here| format!("write `{here}`")),
        });
        let help = help
            .or_else(|| Some("values have no methods: a function is written before its arguments, `lower(x)`".into()));
        self.fail(range, format!("`{whole}` is not a function"), help)
    }

    fn primary(&mut self) -> Parsed {
        let range = self.range();
        let node = match self.peek().clone() {
            Token::Number(value) => ExprNode::Literal(value),
            Token::Text(text) => ExprNode::Literal(Json::from(text)),
            Token::Name(name) if *self.peek_at(1) == Token::Op("(") && !is_word(&name) => return self.call(name),
            Token::Name(name) => match name.as_str() {
                "true" => ExprNode::Literal(Json::Bool(true)),
                "false" => ExprNode::Literal(Json::Bool(false)),
                "null" => ExprNode::Literal(Json::Null),
                _ if self.is_foreign_prefix(&name) => return self.not_a_value(),
                _ => ExprNode::Name(name),
            },
            Token::Op("(") => return self.parentheses(),
            Token::Op("[") => return self.list(),
            _ => return self.not_a_value(),
        };
        self.advance();
        self.make(node, range)
    }

    /// `f(…)`.
    fn call(&mut self, name: String) -> Parsed {
        let name_range = self.range();
        self.enter()?;
        self.advance();
        let open = self.range();
        self.advance();
        let (arguments, _) = self.items(&open, ")", Parser::argument)?;
        self.depth -= 1;
        let span = self.text.locate(name_range.clone());
        self.make(ExprNode::Call(name, span, arguments), name_range.start..self.behind())
    }

    /// An argument: an expression, or a name for an element and an expression, `x -> x.price > 100`.
    fn argument(&mut self) -> Parsed {
        let (Token::Name(name), Token::Op("->")) = (self.peek().clone(), self.peek_at(1)) else {
            return self.item();
        };
        let range = self.range();
        let span = self.text.locate(range.clone());
        if is_word(&name) || name.contains("::") {
            return self.fail(range, format!("`{name}` cannot be the name of an element"), None);
        }
        self.advance();
        self.advance();
        let body = self.item()?;
        self.make(ExprNode::Named(name, span, Box::new(body)), range.start..self.behind())
    }

    /// An element of a list.
    fn item(&mut self) -> Parsed {
        self.binary(Precedence::Or)
    }

    /// `(a)`, or a list: `(a, b)`, `(a,)`, `()`.
    fn parentheses(&mut self) -> Parsed {
        let open = self.range();
        self.enter()?;
        self.advance();
        let (mut items, comma) = self.items(&open, ")", Parser::item)?;
        self.depth -= 1;
        let range = open.start..self.behind();
        if comma || items.is_empty() {
            return self.make(ExprNode::List(items), range);
        }
        let mut inner = items.pop()?;
        inner.parenthesised = true;
        inner.span = self.text.locate(range.clone());
        inner.range = (range.start, range.end);
        Some(inner)
    }

    /// `[a, b]`.
    fn list(&mut self) -> Parsed {
        let open = self.range();
        self.enter()?;
        self.advance();
        let (items, _) = self.items(&open, "]", Parser::item)?;
        self.depth -= 1;
        self.make(ExprNode::List(items), open.start..self.behind())
    }

    /// Expressions with commas between them (one may follow the last), up to and including the closing
    /// bracket. The flag is true if there was a comma.
    fn items(
        &mut self,
        open: &Range<usize>,
        close: &'static str,
        item: fn(&mut Self) -> Parsed,
    ) -> Option<(Vec<Expr>, bool)> {
        let mut items = Vec::new();
        let mut comma = false;
        while !self.eat(close) {
            if *self.peek() == Token::End {
                return self.never_closed(open, close);
            }
            items.push(item(self)?);
            if self.eat(",") {
                comma = true;
            } else {
                self.close(open, close)?;
                break;
            }
        }
        Some((items, comma))
    }

    fn close(&mut self, open: &Range<usize>, close: &'static str) -> Option<()> {
        if self.eat(close) {
            return Some(());
        }
        match self.peek() {
            Token::End => self.never_closed(open, close),
            _ => self.unexpected_behind(Some((open, close))),
        }
    }

    fn never_closed<T>(&mut self, open: &Range<usize>, close: &str) -> Option<T> {
        let bracket = self.slice(open.clone()).to_owned();
        self.fail(open.clone(), format!("`{bracket}` is never closed"), Some(format!("a `{close}` is missing")))
    }
}

/// True for words that are values or operators and so cannot be called.
fn is_word(name: &str) -> bool {
    matches!(name, "true" | "false" | "null" | "in")
}
