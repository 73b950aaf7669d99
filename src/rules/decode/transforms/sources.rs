//! The sources of targets: expressions, literals, templates, and lists of alternatives.

use super::field_paths::PathUse;
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::event::{Json, Type};
use crate::expr::{ExprKind, Typed, TypedNode, type_requirements};
use crate::rules::decode::RuleSetDecoder;
use crate::rules::walk::{ExpansionBudget, written_out};
use crate::rules::{CheckedExpression, FieldPath, SourceValue, TemplatePiece, ValueSource, keys};
use crate::yaml::{YamlKind, YamlNode};

/// The limits for expanding named values to find the types that they require.
const LOOK_BEHIND: ExpansionBudget = ExpansionBudget { cases: 64, levels: 3 };

impl RuleSetDecoder<'_> {
    /// `target: source`, several of them.
    pub(super) fn sources(&mut self, node: &YamlNode, usage: PathUse) -> Vec<(FieldPath, ValueSource)> {
        let Some(entries) = self.mapping(node, "a mapping of targets to sources") else { return Vec::new() };
        if entries.is_empty() {
            self.bad_value(node, "the mapping is empty, so the step has no effect");
        }
        let mut found = Vec::new();
        for entry in entries {
            let place = self.field_path(&entry.key.text, usage);
            let source = if self.refuse_empty(entry) { None } else { self.source(&entry.value) };
            found.extend(place.zip(source));
        }
        found
    }

    fn source(&mut self, node: &YamlNode) -> Option<ValueSource> {
        let items = match &node.kind {
            YamlKind::Sequence(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        if items.is_empty() {
            self.bad_value(node, "the list of alternatives is empty");
            return None;
        }
        let alternatives: Vec<Option<_>> = items.iter().map(|item| self.source_alternative(item)).collect();
        Some(ValueSource { alternatives: alternatives.into_iter().collect::<Option<_>>()? })
    }

    fn source_alternative(&mut self, node: &YamlNode) -> Option<(Option<CheckedExpression>, SourceValue)> {
        match &node.kind {
            YamlKind::Scalar(_) => {
                let typed = self.expression(node)?;
                Some((None, self.made(typed)))
            }
            YamlKind::Mapping(_) => {
                let fields = self.fields(node, &keys::SOURCE)?;
                let when = self.condition_at(&fields, "when").map(|when| self.checked(when, Type::BOOLEAN));
                let given: Vec<&str> =
                    ["value", "expr", "template"].into_iter().filter(|key| fields.has(key)).collect();
                let made = match given.as_slice() {
                    ["value"] => SourceValue::Value(fields.get("value").map_or(Json::Null, YamlNode::to_json)),
                    ["expr"] => {
                        let typed = self.expression(fields.get("expr")?)?;
                        self.made(typed)
                    }
                    ["template"] => self.template(fields.get("template")?)?,
                    // An unknown key has been reported.
                    [] if !self.knows(node, &keys::SOURCE) => return None,
                    [] => {
                        let message =
                            "a source needs `value` (a literal), `expr` (an expression) or `template` (a text)";
                        let help = "a literal object is written under `value:`, too";
                        self.report(Diagnostic::new(Code::MissingKey, node.span, message).help(help));
                        return None;
                    }
                    _ => {
                        let message = "a source has only one of `value`, `expr`, `template`";
                        self.report(Diagnostic::new(Code::BadValue, node.span, message));
                        return None;
                    }
                };
                Some((when, made))
            }
            YamlKind::Sequence(_) => {
                self.wrong_type(node, "an expression, or a mapping with `value`, `expr` or `template`");
                None
            }
        }
    }

    fn made(&mut self, typed: Typed) -> SourceValue {
        match typed.node {
            TypedNode::Const(value) => SourceValue::Value(value),
            _ => SourceValue::Expression(self.checked(typed, Type::ANY)),
        }
    }

    /// An expression with the types that it requires.
    pub(super) fn checked(&mut self, typed: Typed, expected: Type) -> CheckedExpression {
        let mut found = Vec::new();
        // The paths that a named value reads need the right types as well.
        let whole = written_out(&typed, &self.define_cases, &mut LOOK_BEHIND.clone());
        type_requirements(&whole, expected, &mut found);
        let shown = |requirement: &crate::expr::TypeRequirement| {
            let shown = requirement.shown(&self.paths);
            let in_element = shown.strip_prefix("it").filter(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
            match (&self.element, in_element) {
                (Some(element), Some(rest)) => format!("{element}{rest}").into(),
                _ => shown.into(),
            }
        };
        let requirements = found.into_iter().map(|requirement| (requirement.clone(), shown(&requirement))).collect();
        CheckedExpression { typed, requirements }
    }

    /// `"Order ${data.order_id}"`; `$${` is a literal `${`.
    fn template(&mut self, node: &YamlNode) -> Option<SourceValue> {
        let text = self.string(node)?.text.clone();
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        let mut whole = true;
        while let Some(rest) = text.value.get(at..).filter(|rest| !rest.is_empty()) {
            if rest.starts_with("$${") {
                plain.push_str("${");
                at += 3;
            } else if let Some(inside) = rest.strip_prefix("${") {
                let Some(len) = closing(inside) else {
                    let message = "this `${` is never closed";
                    let help = "close it with `}`; write `$${` for a literal `${`";
                    self.report(Diagnostic::new(Code::ExpressionSyntax, text.locate(at..at + 2), message).help(help));
                    return None;
                };
                if !plain.is_empty() {
                    pieces.push(TemplatePiece::Text(std::mem::take(&mut plain).into()));
                }
                let piece = self.piece(&text, at, len);
                whole &= piece.is_some();
                pieces.extend(piece);
                at += len + 3;
            } else {
                let len = rest
                    .find('$')
                    .filter(|len| *len > 0)
                    .unwrap_or_else(|| rest.chars().next().map_or(1, char::len_utf8));
                let len = if rest.contains('$') { len } else { rest.len() };
                plain.push_str(rest.get(..len).unwrap_or_default());
                at += len;
            }
        }
        if !plain.is_empty() {
            pieces.push(TemplatePiece::Text(plain.into()));
        }
        whole.then_some(SourceValue::Template(pieces))
    }

    /// The expression of `len` bytes after the `${` at `at`.
    fn piece(&mut self, text: &Text, at: usize, len: usize) -> Option<TemplatePiece> {
        let part: Text = text.part(at + 2..at + 2 + len);
        if part.value.trim().is_empty() {
            let message = "there is no expression in this `${}`";
            self.report(Diagnostic::new(Code::ExpressionSyntax, text.locate(at..at + len + 3), message));
            return None;
        }
        let typed = self.compile(&part, ExprKind::Value)?;
        Some(TemplatePiece::Expression(self.checked(typed, Type::ANY)))
    }
}

/// The length of an expression up to the `}` that closes it. A `}` within quotes does not.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), _) if byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'}') => return Some(at),
            _ => {}
        }
    }
    None
}
