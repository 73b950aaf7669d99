//! Expressions that consist only of a path, which steps of transforms write to: `data.items[0].sku`, `["odd key"].x`.

use super::Expr;
use super::syntax::{AccessorKind, ExprNode};
use crate::event::{Json, Number, Step};

/// A path as written, with any root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedPath {
    /// Its steps; the first is a key.
    pub steps: Vec<Step>,
    /// True if the first key is written in brackets, so that it is a key even if it is also the name of a root.
    pub quoted: bool,
}

/// The path, if the expression is one.
pub fn parsed_path(expr: &Expr) -> Option<ParsedPath> {
    let (first, rest) = match &expr.node {
        ExprNode::Access(base, rest) => (&**base, rest.as_slice()),
        _ => (expr, &[][..]),
    };
    let (first, quoted) = match &first.node {
        ExprNode::Name(name) => (name.as_str(), false),
        ExprNode::List(items) if !first.parenthesised => match items.as_slice() {
            [Expr { node: ExprNode::Literal(Json::String(key)), .. }] => (key.as_str(), true),
            _ => return None,
        },
        _ => return None,
    };
    let mut steps = vec![Step::Key(first.into())];
    for step in rest {
        steps.push(match &step.kind {
            AccessorKind::Key(key) => Step::Key(key.as_str().into()),
            AccessorKind::Index(Expr { node: ExprNode::Literal(Json::String(key)), .. }) => {
                Step::Key(key.as_str().into())
            }
            AccessorKind::Index(Expr { node: ExprNode::Literal(Json::Number(n)), .. }) => {
                let whole = Number::from_json(n).and_then(Number::as_int);
                Step::Index(whole.and_then(|n| u32::try_from(n).ok())?)
            }
            AccessorKind::Index(_) => return None,
        });
    }
    Some(ParsedPath { steps, quoted })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{FileId, Span, Text};

    #[test]
    fn paths_and_others() {
        let shown = |text: &str| {
            let expr = crate::expr::parse(&Text::verbatim(text, Span::new(FileId(0), 0, text.len())), &mut Vec::new())?;
            let ParsedPath { steps, quoted } = parsed_path(&expr)?;
            Some(steps.iter().map(ToString::to_string).collect::<String>() + if quoted { " quoted" } else { "" })
        };
        let cases = [
            ("a", Some(".a")),
            ("data.items[0].sku", Some(".data.items[0].sku")),
            ("data[\"odd key\"]", Some(".data[\"odd key\"]")),
            ("[\"odd key\"].x", Some("[\"odd key\"].x quoted")),
            ("a-b", None),
            ("lower(a)", None),
            ("a[b]", None),
            ("a[-1]", None),
            ("[\"a\", \"b\"]", None),
            ("a b", None),
            ("5", None),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text).as_deref(), expected, "{text}");
        }
    }
}
