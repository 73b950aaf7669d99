//! Conditions: an expression, or a tree of `all` / `any` / `not`.

use super::{Fields, RuleSetDecoder, constant};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::{Json, Type};
use crate::expr::{ExprKind, Typed, TypedNode, lint_condition};
use crate::rules::keys;
use crate::yaml::{YamlEntry, YamlKind, YamlNode};

impl RuleSetDecoder<'_> {
    /// The condition of an optional key.
    pub(super) fn condition_at(&mut self, fields: &Fields<'_>, key: &str) -> Option<Typed> {
        fields.get(key).and_then(|node| self.condition(node))
    }

    /// An expression or a tree. (Trees are no deeper than YAML allows.)
    pub(super) fn condition(&mut self, node: &YamlNode) -> Option<Typed> {
        match &node.kind {
            YamlKind::Scalar(_) => self.condition_text(node),
            YamlKind::Mapping(entries) => self.linted_tree(node, entries),
            YamlKind::Sequence(_) => {
                let help = "put the list under `all:` (every one) or `any:` (at least one)";
                let message = "expected a condition, found a list";
                self.report(Diagnostic::new(Code::WrongType, node.span, message).help(help));
                None
            }
        }
    }

    /// A tree is linted as a whole, since one of its conditions may exclude a missing value for the others.
    fn linted_tree(&mut self, node: &YamlNode, entries: &[YamlEntry]) -> Option<Typed> {
        let said = self.diagnostics.len();
        let tree = self.condition_tree(node, entries)?;
        let mut at = 0;
        self.diagnostics.retain(|diagnostic| {
            at += 1;
            at <= said || !matches!(diagnostic.code, Code::NotEqualOnMissing | Code::NegatedOrdering)
        });
        lint_condition(&tree, &self.paths, self.diagnostics);
        Some(tree)
    }

    fn condition_text(&mut self, node: &YamlNode) -> Option<Typed> {
        let scalar = node.scalar()?;
        match &scalar.value {
            Json::String(_) => self.compile(&scalar.text, ExprKind::Condition),
            Json::Bool(value) => Some(constant(Json::Bool(*value), node.span)),
            _ => {
                let message = format!("a condition is true or false, and this is {}", node.describe());
                self.report(Diagnostic::new(Code::NotACondition, node.span, message));
                None
            }
        }
    }

    fn condition_tree(&mut self, node: &YamlNode, entries: &[YamlEntry]) -> Option<Typed> {
        let fields = self.fields(node, &keys::CONDITION)?;
        let known: Vec<&YamlEntry> =
            entries.iter().filter(|entry| keys::CONDITION.has(&entry.key.text.value)).collect();
        match known.as_slice() {
            [] if entries.is_empty() => {
                self.bad_value(node, "a condition needs one of `all`, `any`, `not`");
                None
            }
            [entry] => {
                let within = fields.get(&entry.key.text.value)?;
                match entry.key.text.value.as_str() {
                    "not" => Some(negation(self.condition(within)?, node.span)),
                    "all" => self.conditions(within, node.span, TypedNode::And),
                    _ => self.conditions(within, node.span, TypedNode::Or),
                }
            }
            [first, second, ..] => {
                let message = "a condition has only one of `all`, `any`, `not`";
                let help = "to have both, put them into a list under `all:`";
                let diagnostic = Diagnostic::new(Code::BadValue, second.key.text.span(), message);
                self.report(diagnostic.also(first.key.text.span(), "together with this").help(help));
                None
            }
            [] => None,
        }
    }

    fn conditions(&mut self, node: &YamlNode, span: Span, join: fn(Vec<Typed>) -> TypedNode) -> Option<Typed> {
        let items = self.list(node, "a list of conditions")?;
        if items.is_empty() {
            self.bad_value(node, "the list of conditions is empty");
            return None;
        }
        let conditions: Vec<Option<Typed>> =
            items.iter().filter(|item| !item.is_empty()).map(|item| self.condition(item)).collect();
        let conditions: Vec<Typed> = conditions.into_iter().collect::<Option<_>>()?;
        Some(joined(conditions, span, join))
    }
}

/// `!condition`.
pub(super) fn negation(condition: Typed, span: Span) -> Typed {
    Typed { span, ty: Type::BOOLEAN, node: TypedNode::Not(Box::new(condition)) }
}

/// All of the conditions, or any; a single one is returned unchanged.
pub(super) fn joined(mut conditions: Vec<Typed>, span: Span, join: fn(Vec<Typed>) -> TypedNode) -> Typed {
    match (conditions.len(), conditions.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            conditions.extend(last);
            Typed { span, ty: Type::BOOLEAN, node: join(conditions) }
        }
    }
}
