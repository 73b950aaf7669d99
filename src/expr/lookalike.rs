//! Literal texts that read like expressions.

use super::functions;
use super::parser::parse;
use super::path::Root;
use super::syntax::{AccessorKind, Expr, ExprNode};
use crate::diagnostic::{FileId, Span, Text};

/// The fields of `event` that events usually have. Other words behind `event.` are more likely part of a name, such as
/// `event.created`.
const EVENT_FIELDS: &[&str] = &[
    "data",
    "event_id",
    "event_type",
    "headers",
    "id",
    "meta",
    "metadata",
    "payload",
    "source",
    "subject",
    "time",
    "timestamp",
    "type",
];

/// Endings of file names: `data.csv` is not a path.
const FILE_ENDINGS: &[&str] = &[
    "avro", "bin", "csv", "db", "gz", "json", "log", "md", "ndjson", "parquet", "sql", "tsv", "txt", "xml", "yaml",
    "yml", "zip",
];

/// True for a text that is a valid expression over the event: a path of at least two steps, a call of a function or an
/// operation, in which every name is known. `is_named` is true for named values.
pub(crate) fn reads_like_expression(text: &str, is_named: &dyn Fn(&str) -> bool) -> bool {
    // Most labels are plain words.
    if !text.contains(['.', '(', '[']) {
        return false;
    }
    let parsed = parse(&Text::opaque(text, Span::new(FileId(0), 0, 0)), &mut Vec::new());
    let Some(expr) = parsed else { return false };
    let names = LookalikeNames { is_named };
    let is_operation = matches!(expr.node, ExprNode::Call(..) | ExprNode::Binary(..) | ExprNode::Access(..));
    is_operation && names.known(&expr) && names.reads(&expr)
}

struct LookalikeNames<'n> {
    is_named: &'n dyn Fn(&str) -> bool,
}

impl LookalikeNames<'_> {
    /// True if every name and function in it is known. (Recurses no deeper than the parser allows.)
    fn known(&self, expr: &Expr) -> bool {
        match &expr.node {
            ExprNode::Literal(_) => true,
            ExprNode::Name(name) => is_root(name) || (self.is_named)(name),
            ExprNode::List(items) | ExprNode::And(items) | ExprNode::Or(items) => {
                items.iter().all(|item| self.known(item))
            }
            ExprNode::Access(base, steps) => {
                let indexes = steps.iter().filter_map(|step| match &step.kind {
                    AccessorKind::Index(index) => Some(index),
                    AccessorKind::Key(_) => None,
                });
                self.known(base) && indexes.into_iter().all(|index| self.known(index))
            }
            ExprNode::Call(name, _, arguments) => {
                functions::find(name).is_some() && arguments.iter().all(|argument| self.known(argument))
            }
            // The body has names of its own.
            ExprNode::Named(..) => false,
            ExprNode::Not(inner) | ExprNode::Negate(inner) => self.known(inner),
            ExprNode::Binary(_, _, a, b) => self.known(a) && self.known(b),
        }
    }

    /// True if it reads a field of the event, or of a named value.
    fn reads(&self, expr: &Expr) -> bool {
        match &expr.node {
            ExprNode::Literal(_) | ExprNode::Name(_) | ExprNode::Named(..) => false,
            ExprNode::Access(base, steps) => match (&base.node, steps.first().map(|step| &step.kind)) {
                (ExprNode::Name(root), Some(AccessorKind::Key(first))) => match root.as_str() {
                    "data" | "headers" => steps.len() > 1 || !FILE_ENDINGS.contains(&first.as_str()),
                    "event" => EVENT_FIELDS.contains(&first.as_str()),
                    name => (self.is_named)(name) && !FILE_ENDINGS.contains(&first.as_str()),
                },
                _ => self.reads(base),
            },
            ExprNode::List(items) | ExprNode::And(items) | ExprNode::Or(items) => {
                items.iter().any(|item| self.reads(item))
            }
            ExprNode::Call(_, _, arguments) => {
                let is_name = |argument: &Expr| matches!(argument.node, ExprNode::Name(_));
                arguments.iter().any(|argument| is_name(argument) || self.reads(argument))
            }
            ExprNode::Not(inner) | ExprNode::Negate(inner) => self.reads(inner),
            ExprNode::Binary(_, _, a, b) => self.reads(a) || self.reads(b),
        }
    }
}

fn is_root(name: &str) -> bool {
    Root::ALL.iter().any(|(root, _)| *root == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_valid_expressions_over_the_event() {
        let is_named = |name: &str| name == "city";
        for text in [
            "data.team",
            "data.team.name",
            "headers.region",
            "event.payload.kind",
            "city.name",
            "data.items[0].sku",
            "lower(data.team)",
            "upper(topic)",
            "lower(city)",
            "data.tier ?? \"none\"",
            "data.total * 2",
            "coalesce(data.a, data.b)",
        ] {
            assert!(reads_like_expression(text, &is_named), "{text}");
        }
        for text in [
            "",
            "team",
            "data",
            "order.created",
            "event.created",
            "it.support",
            "data.csv",
            "headers.txt",
            "city",
            "delhi.north",
            "lower(x)",
            "call(data.team)",
            "round(5)",
            "data.",
            "see data.team",
            "data.team!",
            "a-b",
            "1.5",
            "v1.2.3",
            "max(3, 4)",
            "data team",
            "www.example.com",
            "http://data.example",
            "Asia/Kolkata",
            "10:30",
            "city.yaml",
        ] {
            assert!(!reads_like_expression(text, &is_named), "{text}");
        }
    }
}
