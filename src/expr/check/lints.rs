//! Lints of conditions that hold although a value is missing, or never, which is probably a mistake.

use super::types;
use crate::diagnostic::{Code, Diagnostic};
use crate::event::{Json, Type};
use crate::expr::functions::Predicate;
use crate::expr::{Comparison, Path, PathId, PathTable, Quantifier, Root, Typed, TypedNode, each_of};

/// Lints a condition that was checked before: `!=` and negated orderings that hold where a path is missing (W002, W006), and
/// ranges without a number (W008).
/// A path is left alone where the same condition asks for it otherwise. `compile` does this for
/// each condition; a caller that joins several conditions may lint the whole again.
pub fn lint_condition(condition: &Typed, paths: &PathTable, diagnostics: &mut Vec<Diagnostic>) {
    Linter { paths, diagnostics, known: Vec::new() }.walk(condition);
}

pub(super) struct Linter<'c> {
    pub(super) paths: &'c PathTable,
    pub(super) diagnostics: &'c mut Vec<Diagnostic>,
    /// Paths that are there wherever the part at hand matters.
    known: Vec<PathId>,
}

impl Linter<'_> {
    fn walk(&mut self, typed: &Typed) {
        match &typed.node {
            TypedNode::Const(_) | TypedNode::Path(_) | TypedNode::Define(_) | TypedNode::It(_) => {}
            TypedNode::And(items) => {
                self.empty_ranges(items);
                self.junction(items, there_if_true);
            }
            TypedNode::Or(items) => self.junction(items, there_if_false),
            TypedNode::Not(inner) => self.negation(typed, inner),
            TypedNode::Compare(Comparison::NotEqual, left, right) => {
                self.inequality(typed, left, right);
                self.walk(left);
                self.walk(right);
            }
            TypedNode::If(condition, this, that) => {
                self.walk(condition);
                self.with(&there_if_true(condition), std::slice::from_ref(this));
                self.with(&there_if_false(condition), std::slice::from_ref(that));
            }
            TypedNode::Call(function, items, _) if function.predicate == Some(Predicate::Between) => {
                self.empty_between(typed, items);
                items.iter().for_each(|item| self.walk(item));
            }
            TypedNode::List(items) | TypedNode::Call(_, items, _) => items.iter().for_each(|item| self.walk(item)),
            TypedNode::Steps(inner, _) | TypedNode::Negate(inner) | TypedNode::Present(inner) => self.walk(inner),
            TypedNode::Index(a, b)
            | TypedNode::Arithmetic(_, a, b)
            | TypedNode::Compare(_, a, b)
            | TypedNode::In(a, b)
            | TypedNode::Coalesce(a, b)
            | TypedNode::Quantified(_, a, b) => {
                self.walk(a);
                self.walk(b);
            }
        }
    }

    /// Walks the parts of `&&` or `||`. Each part knows what the others imply about paths, but not what it implies itself.
    fn junction(&mut self, items: &[Typed], facts: fn(&Typed) -> Vec<PathId>) {
        let before = self.known.len();
        let mut said = Vec::with_capacity(items.len());
        for item in items {
            let start = self.known.len();
            self.known.extend(facts(item));
            said.push(start..self.known.len());
        }
        for (item, own) in items.iter().zip(said) {
            let kept = self.known.get(own.clone()).map(<[PathId]>::to_vec).unwrap_or_default();
            self.set(own.start, kept.iter().map(|_| NO_PATH));
            self.walk(item);
            self.set(own.start, kept.iter().copied());
        }
        self.known.truncate(before);
    }

    fn set(&mut self, start: usize, values: impl Iterator<Item = PathId>) {
        self.known.iter_mut().skip(start).zip(values).for_each(|(slot, value)| *slot = value);
    }

    /// Walks parts for which some more paths are known to be there.
    fn with<T: std::borrow::Borrow<Typed>>(&mut self, known: &[PathId], parts: &[T]) {
        let before = self.known.len();
        self.known.extend_from_slice(known);
        parts.iter().for_each(|part| self.walk(part.borrow()));
        self.known.truncate(before);
    }

    /// A path of the event, by its name, that may be missing here.
    fn unknown_path(&self, typed: &Typed) -> Option<String> {
        let TypedNode::Path(id) = typed.node else { return None };
        let path: &Path = self.paths.get(id)?;
        let from_event = !matches!(path.root, Root::Topic | Root::Now);
        (from_event && typed.ty.intersects(Type::NULL) && !self.known.contains(&id)).then(|| path.to_string())
    }

    fn inequality(&mut self, whole: &Typed, left: &Typed, right: &Typed) {
        let null = |typed: &Typed| matches!(typed.node, TypedNode::Const(Json::Null));
        if null(left) || null(right) {
            return;
        }
        let Some(path) = self.unknown_path(left).or_else(|| self.unknown_path(right)) else { return };
        let (a, b) = (types::shown(left, self.paths), types::shown(right, self.paths));
        let default = match (&left.node, &right.node) {
            (TypedNode::Const(value), _) | (_, TypedNode::Const(value)) => neutral(value),
            _ => "…",
        };
        let coalesced = format!("({path} ?? {default})");
        let silent = if a == path { format!("{coalesced} != {b}") } else { format!("{a} != {coalesced}") };
        let message = format!("this also holds where `{path}` is missing");
        let help = format!("write `exists({path}) && {a} != {b}`, or `{silent}` if it is meant to");
        self.diagnostics.push(Diagnostic::new(Code::NotEqualOnMissing, whole.span, message).help(help));
    }

    fn negation(&mut self, whole: &Typed, inner: &Typed) {
        // `!(a != b)` is `a == b`, with which all is well.
        if let TypedNode::Compare(Comparison::NotEqual, left, right) = &inner.node {
            self.walk(left);
            return self.walk(right);
        }
        if let Some(path) = self.unknown_ordered(inner) {
            let message = format!("this also holds where `{path}` is missing");
            let help = match self.flipped(inner) {
                Some(flipped) => format!("write `{flipped}`, or `{path} == null || {flipped}` if it is meant to"),
                None => format!("write `exists({path}) && !(…)`, or `{path} == null || !(…)` if it is meant to"),
            };
            self.diagnostics.push(Diagnostic::new(Code::NegatedOrdering, whole.span, message).help(help));
        }
        self.walk(inner);
    }

    /// The path of an ordering (or of several, as `between` makes them) that may be missing.
    fn unknown_ordered(&self, typed: &Typed) -> Option<String> {
        match &typed.node {
            TypedNode::Compare(op, left, right) if is_ordering(*op) => {
                self.unknown_path(left).or_else(|| self.unknown_path(right))
            }
            TypedNode::And(items) => {
                let mut orderings = items.iter().map(|item| self.unknown_ordered(item));
                let first = orderings.next().flatten()?;
                orderings.all(|other| other.is_some()).then_some(first)
            }
            TypedNode::Call(function, arguments, _) if function.predicate == Some(Predicate::Between) => {
                arguments.iter().find_map(|argument| self.unknown_path(argument))
            }
            _ => None,
        }
    }

    /// `a <= b` for `a > b`.
    fn flipped(&self, typed: &Typed) -> Option<String> {
        let TypedNode::Compare(op, left, right) = &typed.node else { return None };
        let op = match op {
            Comparison::Less => ">=",
            Comparison::LessEqual => ">",
            Comparison::Greater => "<=",
            Comparison::GreaterEqual => "<",
            _ => return None,
        };
        Some(format!("{} {op} {}", types::shown(left, self.paths), types::shown(right, self.paths)))
    }
}

/// Stands where nothing is known.
const NO_PATH: PathId = PathId(u32::MAX);

/// A value of the same type that is hardly ever meant.
fn neutral(value: &Json) -> &'static str {
    match value {
        Json::String(text) if text.is_empty() => "\"none\"",
        Json::String(_) => "\"\"",
        Json::Number(n) if n.as_i64() == Some(0) => "-1",
        Json::Number(_) => "0",
        Json::Bool(true) => "false",
        Json::Bool(false) => "true",
        _ => "…",
    }
}

fn is_ordering(op: Comparison) -> bool {
    !matches!(op, Comparison::Equal | Comparison::NotEqual)
}

fn path_of(typed: &Typed) -> Option<PathId> {
    match typed.node {
        TypedNode::Path(id) => Some(id),
        _ => None,
    }
}

/// Paths that are there and not null wherever a condition holds.
fn there_if_true(condition: &Typed) -> Vec<PathId> {
    let null = |typed: &Typed| matches!(typed.node, TypedNode::Const(Json::Null));
    let literal = |typed: &Typed| matches!(typed.node, TypedNode::Const(_)) && !null(typed);
    match &condition.node {
        TypedNode::Path(id) => vec![*id],
        // The path may be null, but the writer of this condition has considered fields that are missing.
        TypedNode::Present(inner) => path_of(inner).into_iter().collect(),
        TypedNode::Not(inner) => there_if_false(inner),
        TypedNode::And(items) => items.iter().flat_map(there_if_true).collect(),
        TypedNode::Or(items) => in_all(items, there_if_true),
        TypedNode::Compare(Comparison::Equal, a, b) if literal(a) || literal(b) => {
            path_of(a).or(path_of(b)).into_iter().collect()
        }
        TypedNode::Compare(Comparison::NotEqual, a, b) if null(a) || null(b) => {
            path_of(a).or(path_of(b)).into_iter().collect()
        }
        TypedNode::Compare(op, a, b) if is_ordering(*op) => path_of(a).into_iter().chain(path_of(b)).collect(),
        TypedNode::In(a, b) => match &b.node {
            TypedNode::Const(Json::Array(items)) if !items.contains(&Json::Null) => path_of(a).into_iter().collect(),
            _ => path_of(b).into_iter().collect(),
        },
        // Functions of null are not true, `exists` among them.
        TypedNode::Call(function, arguments, _) if function.returns.difference(Type::NULL) == Type::BOOLEAN => {
            arguments.first().and_then(path_of).into_iter().collect()
        }
        TypedNode::Quantified(Quantifier::Any | Quantifier::AnyTest, list, _) => {
            path_of(each_of(list).unwrap_or(list)).into_iter().collect()
        }
        TypedNode::Quantified(_, list, _) => path_of(list).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Paths that are there and not null wherever a condition does not hold.
fn there_if_false(condition: &Typed) -> Vec<PathId> {
    let null = |typed: &Typed| matches!(typed.node, TypedNode::Const(Json::Null));
    match &condition.node {
        TypedNode::Not(inner) => there_if_true(inner),
        TypedNode::Or(items) => items.iter().flat_map(there_if_false).collect(),
        TypedNode::And(items) => in_all(items, there_if_false),
        TypedNode::Compare(Comparison::Equal, a, b) if null(a) || null(b) => {
            path_of(a).or(path_of(b)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The paths that every one of several conditions yields.
fn in_all(items: &[Typed], facts: fn(&Typed) -> Vec<PathId>) -> Vec<PathId> {
    let mut facts = items.iter().map(facts);
    let first = facts.next().unwrap_or_default();
    facts.fold(first, |common, next| common.into_iter().filter(|path| next.contains(path)).collect())
}
