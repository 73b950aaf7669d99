//! The cells of a table with several inputs, as conditions over those inputs.

use super::condition::{joined, negation};
use super::{Fields, RuleSetDecoder, constant};
use crate::diagnostic::{Code, Diagnostic, Span, did_you_mean};
use crate::event::{Json, Number, Type};
use crate::expr::functions::{self, Prepare};
use crate::expr::{self, Comparison, Typed, TypedNode};
use crate::rules::{Name, keys};
use crate::yaml::{YamlEntry, YamlKind, YamlNode};

/// The inputs of a table.
pub(super) struct Inputs {
    /// Name and expression; `None` for an expression with an error, which has been reported.
    all: Vec<(Name, Option<Typed>)>,
}

impl Inputs {
    pub(super) fn into_pairs(self) -> Vec<(Name, Typed)> {
        self.all.into_iter().filter_map(|(name, typed)| Some((name, typed?))).collect()
    }

    /// The position that an input has in `into_pairs`.
    fn position_among_pairs(&self, at: usize) -> u32 {
        self.all.iter().take(at).filter(|(_, typed)| typed.is_some()).count() as u32
    }
}

impl RuleSetDecoder<'_> {
    pub(super) fn inputs(&mut self, fields: &Fields<'_>) -> Inputs {
        let entries =
            fields.get("inputs").and_then(|node| self.mapping(node, "a mapping of input names to expressions"));
        let mut all = Vec::new();
        for entry in entries.unwrap_or_default() {
            let Some(name) = self.key_name(entry) else { continue };
            let typed = if self.refuse_empty(entry) { None } else { self.expression(&entry.value) };
            all.push((name, typed));
        }
        Inputs { all }
    }

    /// All cells of a row as one condition, and the input of each; `None` if the row matches every event.
    pub(super) fn cells(&mut self, node: &YamlNode, inputs: &Inputs) -> (Option<Typed>, Vec<u32>) {
        let entries = self.mapping(node, "a mapping of inputs to cells").unwrap_or_default();
        let (mut conditions, mut cells) = (Vec::new(), Vec::new());
        for entry in entries {
            let known = inputs.all.iter().position(|(name, _)| *name.text == *entry.key.text.value);
            let Some((at, (_, input))) = known.and_then(|at| Some((at, inputs.all.get(at)?))) else {
                self.unknown_input(entry, inputs);
                continue;
            };
            if self.refuse_empty(entry) {
                continue;
            }
            let Some(input) = input else { continue };
            if let Some(condition) = self.cell(&entry.value, input) {
                conditions.push(condition);
                cells.push(inputs.position_among_pairs(at));
            }
        }
        let when = (!conditions.is_empty()).then(|| joined(conditions, node.span, TypedNode::And));
        (when, cells)
    }

    fn unknown_input(&mut self, entry: &YamlEntry, inputs: &Inputs) {
        let key = &entry.key.text;
        let names = || inputs.all.iter().map(|(name, _)| &*name.text);
        let listed =
            || format!("its inputs are {}", names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "));
        let message = format!("the table has no input `{}`", key.value);
        let help = did_you_mean(&key.value, names()).unwrap_or_else(listed);
        self.report(Diagnostic::new(Code::UnknownKey, key.span(), message).help(help));
    }

    fn cell(&mut self, node: &YamlNode, input: &Typed) -> Option<Typed> {
        match &node.kind {
            YamlKind::Scalar(scalar) => {
                self.lint_cell(node);
                self.compare(Comparison::Equal, input, scalar.value.clone(), node.span, node.span)
            }
            YamlKind::Sequence(items) => {
                items.iter().for_each(|item| self.lint_cell(item));
                self.one_of(node, input, node.span)
            }
            YamlKind::Mapping(entries) => {
                self.fields(node, &keys::CELL)?;
                if entries.is_empty() {
                    self.bad_value(node, format!("a cell needs one of {}", keys::CELL.listed()));
                }
                let known =
                    entries.iter().filter(|entry| keys::CELL.has(&entry.key.text.value) && !entry.value.is_empty());
                let conditions: Vec<Typed> = known.filter_map(|entry| self.operator(entry, input)).collect();
                if conditions.is_empty() { None } else { Some(joined(conditions, node.span, TypedNode::And)) }
            }
        }
    }

    fn operator(&mut self, entry: &YamlEntry, input: &Typed) -> Option<Typed> {
        let node = &entry.value;
        let span = entry.key.text.span().to(node.span);
        match entry.key.text.value.as_str() {
            "eq" => {
                let value = self.literal(node);
                self.compare(Comparison::Equal, input, value, node.span, span)
            }
            "ne" => {
                let value = self.literal(node);
                self.compare(Comparison::NotEqual, input, value, node.span, span)
            }
            "gt" => self.ordering(Comparison::Greater, node, input, span),
            "gte" => self.ordering(Comparison::GreaterEqual, node, input, span),
            "lt" => self.ordering(Comparison::Less, node, input, span),
            "lte" => self.ordering(Comparison::LessEqual, node, input, span),
            "in" => self.one_of(node, input, span),
            "not_in" => Some(negation(self.one_of(node, input, span)?, span)),
            "between" => self.between(node, input, span),
            name @ ("starts_with" | "ends_with" | "glob" | "matches" | "cidr") => {
                self.pattern_cell(name, node, input, span)
            }
            _ => {
                // Present and not null.
                let comparison = if self.boolean(node)? { Comparison::NotEqual } else { Comparison::Equal };
                self.compare(comparison, input, Json::Null, span, span)
            }
        }
    }

    fn ordering(&mut self, comparison: Comparison, node: &YamlNode, input: &Typed, span: Span) -> Option<Typed> {
        let limit = node.scalar().map(|scalar| scalar.value.clone());
        match limit {
            Some(limit @ (Json::Number(_) | Json::String(_))) => {
                self.compare(comparison, input, limit, node.span, span)
            }
            _ => {
                let message = format!("only numbers and strings have an order, and this is {}", node.describe());
                self.report(Diagnostic::new(Code::TypeMismatch, node.span, message));
                None
            }
        }
    }

    fn one_of(&mut self, node: &YamlNode, input: &Typed, span: Span) -> Option<Typed> {
        if self.list(node, "a list of values")?.is_empty() {
            self.bad_value(node, "the list of values is empty");
        }
        let values = constant(self.literal(node), node.span);
        self.with_scope(|scope, found| expr::compile_membership(input.clone(), values, span, scope, found))
    }

    /// `input <comparison> value`.
    fn compare(
        &mut self,
        comparison: Comparison,
        input: &Typed,
        value: Json,
        place: Span,
        span: Span,
    ) -> Option<Typed> {
        let value = constant(value, place);
        self.with_scope(|scope, found| expr::compile_comparison(comparison, input.clone(), value, span, scope, found))
    }

    /// `[low, high]`, both included.
    fn between(&mut self, node: &YamlNode, input: &Typed, span: Span) -> Option<Typed> {
        let items = self.list(node, "a list of two limits")?;
        let [low, high] = items else {
            self.bad_value(node, format!("`between` takes two limits, `[10, 20]`, and this list has {}", items.len()));
            return None;
        };
        if let (Some(a), Some(b)) = (number(low), number(high))
            && a > b
        {
            let message = "no number is in this range, so the cell never matches";
            let help = format!("write `[{}, {}]`", b.to_json(), a.to_json());
            self.report(Diagnostic::new(Code::ConstantCondition, node.span, message).help(help));
        }
        let low = self.ordering(Comparison::GreaterEqual, low, input, span);
        let high = self.ordering(Comparison::LessEqual, high, input, span);
        Some(joined(vec![low?, high?], span, TypedNode::And))
    }

    /// A call of a function that takes a pattern, or a list of them.
    fn pattern_cell(&mut self, name: &str, node: &YamlNode, input: &Typed, span: Span) -> Option<Typed> {
        let pattern = match &node.kind {
            YamlKind::Sequence(_) => self.literal(node),
            _ => Json::from(self.string(node)?.text.value.as_str()),
        };
        let function = functions::find(name)?;
        let prepare = Prepare { args: &[None, Some(&pattern)], lookups: &self.lookups };
        let prepared = match self.patterns.prepare(function, &prepare) {
            Ok(prepared) => prepared,
            Err(error) => {
                let item = error.item.and_then(|item| node.items().get(item));
                let place = item.map_or(node.span, |item| item.span);
                self.report(Diagnostic::new(error.code, place, error.message).maybe_help(error.help));
                return None;
            }
        };
        let args = vec![input.clone(), constant(pattern, node.span)];
        Some(Typed { span, ty: Type::BOOLEAN, node: TypedNode::Call(function, args, prepared) })
    }
}

fn number(node: &YamlNode) -> Option<Number> {
    match &node.scalar()?.value {
        Json::Number(n) => Number::from_json(n),
        _ => None,
    }
}
