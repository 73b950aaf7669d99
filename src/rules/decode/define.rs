//! `define:` and `labels:`, values by cases.

use super::{Fields, RuleSetDecoder, Section, constant};
use crate::diagnostic::{Code, Diagnostic};
use crate::event::{Json, Type};
use crate::expr::{self, DefineId, ExprKind, Root, Typed, TypedNode};
use crate::rules::walk::visit;
use crate::rules::{Alternative, Cases, Name, NameKind, NamedCases, keys};
use crate::yaml::{YamlKind, YamlNode};

impl RuleSetDecoder<'_> {
    pub(super) fn labels(&mut self, sections: &[Section<'_>]) -> Vec<NamedCases> {
        let entries = self.named_entries(sections, NameKind::Label);
        entries.into_iter().map(|(name, node, _)| NamedCases { name, cases: self.cases(node) }).collect()
    }

    /// Named values, in an order in which each uses only earlier ones. They are compiled twice: first to find
    /// their dependencies, discarding all diagnostics, then in that order with their final numbers and known types.
    pub(super) fn defines(&mut self, sections: &[Section<'_>]) -> Vec<NamedCases> {
        let entries = self.named_entries(sections, NameKind::Define);
        let entries: Vec<(Name, &YamlNode)> = entries.into_iter().map(|(name, node, _)| (name, node)).collect();
        let entries: Vec<(Name, &YamlNode)> =
            entries.into_iter().filter(|(name, _)| self.may_be_defined(name)).collect();
        self.number(entries.iter().map(|(name, _)| name));
        let needs: Vec<Vec<usize>> =
            self.quietly(|quiet| entries.iter().map(|(_, node)| needs(&quiet.cases(node))).collect());
        let order = self.define_order(&entries, &needs);
        let ordered: Vec<&(Name, &YamlNode)> = order.iter().filter_map(|&at| entries.get(at)).collect();
        self.number(ordered.iter().map(|(name, _)| name));
        let mut defines = Vec::with_capacity(ordered.len());
        for (at, (name, node)) in ordered.into_iter().enumerate() {
            let cases = self.cases(node);
            if let Some(ty) = self.define_types.get_mut(at) {
                *ty = type_of_cases(&cases);
            }
            defines.push(NamedCases { name: name.clone(), cases });
        }
        defines
    }

    /// Assigns the numbers of the names.
    fn number<'n>(&mut self, names: impl Iterator<Item = &'n Name>) {
        let numbered = names.enumerate().map(|(at, name)| (name.text.to_string(), DefineId(at as u32)));
        self.defines = numbered.collect();
        self.define_types = vec![Type::ANY; self.defines.len()];
    }

    /// Runs `work` and discards its diagnostics and paths.
    fn quietly<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let (said, paths) = (self.diagnostics.len(), self.paths.clone());
        let done = work(self);
        self.diagnostics.truncate(said);
        self.paths = paths;
        done
    }

    fn may_be_defined(&mut self, name: &Name) -> bool {
        let text = &*name.text;
        let mut chars = text.chars();
        let begins = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
        if !begins || !chars.all(|c| c.is_alphanumeric() || c == '_') {
            let message = format!("`{text}` cannot be used in an expression");
            let help = format!("name it with letters, digits and `_` only, such as `{}`", as_identifier(text));
            self.report(Diagnostic::new(Code::BadValue, name.span, message).help(help));
            return false;
        }
        let taken = match text {
            _ if Root::ALL.iter().any(|(root, _)| *root == text) => "the language has a root of that name",
            "it" => "`it` is the element in `any(…)`, `all(…)`, `filter(…)`, `map(…)`",
            "true" | "false" | "null" | "in" => "it is a word of the language",
            _ if expr::functions::find(text).is_some() => "the language has a function of that name",
            _ => return true,
        };
        let message = format!("`{text}` cannot be defined: {taken}");
        self.report(Diagnostic::new(Code::ReservedName, name.span, message));
        false
    }

    /// An order in which dependencies come first. Each cycle is reported once.
    fn define_order(&mut self, entries: &[(Name, &YamlNode)], needs: &[Vec<usize>]) -> Vec<usize> {
        let mut order = Vec::with_capacity(entries.len());
        let mut state = vec![VisitState::New; entries.len()];
        for start in 0..entries.len() {
            // The path from `start`: each named value, and how many of its dependencies have been visited.
            let mut path = vec![(start, 0)];
            while let Some((at, looked)) = path.last_mut() {
                let at = *at;
                if state.get(at) == Some(&VisitState::Done) {
                    path.pop();
                    continue;
                }
                set(&mut state, at, VisitState::Open);
                let next = needs.get(at).and_then(|needs| needs.get(*looked)).copied();
                *looked += 1;
                match next {
                    None => {
                        set(&mut state, at, VisitState::Done);
                        order.push(at);
                        path.pop();
                    }
                    Some(next) if state.get(next) == Some(&VisitState::Open) => {
                        let cycle: Vec<usize> = path.iter().map(|(at, _)| *at).skip_while(|at| *at != next).collect();
                        self.report_cycle(entries, &cycle);
                    }
                    Some(next) => path.push((next, 0)),
                }
            }
        }
        order
    }

    fn report_cycle(&mut self, entries: &[(Name, &YamlNode)], cycle: &[usize]) {
        let names: Vec<&Name> = cycle.iter().filter_map(|&at| entries.get(at)).map(|(name, _)| name).collect();
        let [first, others @ ..] = names.as_slice() else { return };
        let mut shown: Vec<String> = names.iter().map(|name| format!("`{}`", name.text)).collect();
        shown.push(format!("`{}`", first.text));
        let message = format!("`{}` uses itself: {}", first.text, shown.join(" → "));
        let mut diagnostic = Diagnostic::new(Code::DefineCycle, first.span, message);
        for other in others {
            diagnostic = diagnostic.also(other.span, "by way of this");
        }
        self.report(diagnostic);
    }

    /// A value by cases: an expression, an alternative, or a list of them.
    pub(super) fn cases(&mut self, node: &YamlNode) -> Cases {
        let items = match &node.kind {
            YamlKind::Sequence(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        if items.is_empty() {
            self.bad_value(node, "the list of alternatives is empty");
        }
        Cases { alternatives: items.iter().filter_map(|item| self.alternative(item)).collect() }
    }

    fn alternative(&mut self, node: &YamlNode) -> Option<Alternative> {
        match &node.kind {
            YamlKind::Scalar(_) => Some(Alternative { when: None, value: self.expression(node)? }),
            YamlKind::Mapping(_) => {
                let fields = self.fields(node, &keys::ALTERNATIVE)?;
                let when = self.condition_at(&fields, "when");
                Some(Alternative { when, value: self.value_or_expr(&fields)? })
            }
            YamlKind::Sequence(_) => {
                self.wrong_type(node, "an expression, or a mapping with `value` or `expr`");
                None
            }
        }
    }

    /// `value:` or `expr:`, one of them.
    pub(super) fn value_or_expr(&mut self, fields: &Fields<'_>) -> Option<Typed> {
        match (fields.entry("value"), fields.entry("expr")) {
            (Some(value), Some(expr)) => {
                let message = "an alternative has either `value` or `expr`";
                let diagnostic = Diagnostic::new(Code::BadValue, expr.key.text.span(), message);
                self.report(diagnostic.also(value.key.text.span(), "together with this"));
                None
            }
            (Some(value), None) => Some(constant(value.value.to_json(), value.value.span)),
            (None, Some(expr)) => self.expression(&expr.value),
            (None, None) => {
                if !fields.has("expr") {
                    let message = "an alternative needs `value` (a literal) or `expr` (an expression)";
                    self.report(Diagnostic::new(Code::MissingKey, fields.node.span, message));
                }
                None
            }
        }
    }

    /// An expression of any type; numbers and booleans are expressions too.
    pub(super) fn expression(&mut self, node: &YamlNode) -> Option<Typed> {
        let Some(scalar) = node.scalar() else {
            self.wrong_type(node, "an expression");
            return None;
        };
        match &scalar.value {
            Json::String(_) => self.compile(&scalar.text, ExprKind::Value),
            Json::Null if scalar.text.value.is_empty() => {
                self.report(Diagnostic::new(Code::EmptyValue, node.span, "an expression is missing here"));
                None
            }
            value => Some(constant(value.clone(), node.span)),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum VisitState {
    New,
    Open,
    Done,
}

fn set(state: &mut [VisitState], at: usize, to: VisitState) {
    if let Some(slot) = state.get_mut(at) {
        *slot = to;
    }
}

/// The provisional numbers of the named values that a value needs.
fn needs(cases: &Cases) -> Vec<usize> {
    let mut needs = Vec::new();
    for part in cases.alternatives.iter().flat_map(|alternative| alternative.when.iter().chain([&alternative.value])) {
        visit(part, &mut |typed| {
            if let TypedNode::Define(id) = &typed.node {
                needs.push(id.0 as usize);
            }
        });
    }
    needs
}

/// The type of a value by cases. It includes null, unless the last alternative always has a value.
pub(in crate::rules) fn type_of_cases(cases: &Cases) -> Type {
    let all = cases.alternatives.iter().fold(Type::NONE, |ty, alternative| ty.union(alternative.value.ty));
    let is_time = cases.alternatives.iter().all(|alternative| alternative.value.ty.intersects(Type::TIME));
    let certain =
        |alternative: &Alternative| alternative.when.is_none() && !alternative.value.ty.intersects(Type::NULL);
    let all = if cases.alternatives.iter().any(certain) { all.difference(Type::NULL) } else { all.union(Type::NULL) };
    match () {
        () if cases.alternatives.is_empty() => Type::ANY,
        () if is_time => all,
        () => all.difference(Type::TIME),
    }
}

/// A name, changed to one that expressions can use.
fn as_identifier(text: &str) -> String {
    let letters = text.chars().map(|c| if c.is_alphanumeric() { c } else { '_' });
    let name: String = letters.collect();
    if name.starts_with(|c: char| c.is_alphabetic() || c == '_') { name } else { format!("_{name}") }
}
