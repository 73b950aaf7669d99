//! Which types an expression needs of which paths, for the `errors` of a decision.

use super::functions::Requires;
use super::time::instant;
use super::{Arithmetic, Comparison, Function, PathId, PathTable, Quantifier, Typed, TypedNode};
use crate::event::{Step, Type, Value};
use jiff::tz::TimeZone;
use std::collections::HashSet;

/// A path and the type that some expression needs of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Demand {
    /// The path.
    pub path: PathId,
    /// For paths into elements (`data.items[].price`): the steps behind each `[]`.
    pub elements: Vec<Vec<Step>>,
    /// The type that is required; null and missing values always satisfy it.
    pub expected: Type,
}

impl Demand {
    /// As a decision shows it: `data.items[].price`.
    pub fn shown(&self, paths: &PathTable) -> String {
        let mut out = paths.get(self.path).map(ToString::to_string).unwrap_or_default();
        for steps in &self.elements {
            out.push_str("[]");
            steps.iter().for_each(|step| out.push_str(&step.to_string()));
        }
        out
    }
}

/// True if a value has a type that is needed. Null is always fine, since missing is not wrong; a time is read in `zone`.
pub(crate) fn fits_type(value: Value<'_>, expected: Type, zone: &TimeZone) -> bool {
    value.is_null()
        || if expected.meets(Type::TIME) { instant(value, zone).is_some() } else { expected.meets(value.type_of()) }
}

/// All demands of an expression used where `expected` is needed, each once, in order of appearance. What stands behind a
/// named value is asked for by the named value itself and not repeated here.
pub fn demands(typed: &Typed, expected: Type, out: &mut Vec<Demand>) {
    let mut collector = Collector { seen: HashSet::new(), elements: Vec::new(), out };
    collector.want(typed, expected);
}

/// A path, perhaps into elements, that a value is taken from as it is.
#[derive(Clone)]
struct Origin {
    path: PathId,
    elements: Vec<Vec<Step>>,
}

/// How many origins a list may have; beyond, `a ?? b ?? …` of lists in lists would grow without end.
const MOST_ORIGINS: usize = 16;
/// What can be ordered, and added.
const ORDERED: Type = Type::NUMBER.or(Type::STRING);

struct Collector<'o> {
    seen: HashSet<Demand>,
    /// Where the elements come from that the quantifiers around are at; the innermost last.
    elements: Vec<Vec<Origin>>,
    out: &'o mut Vec<Demand>,
}

impl Collector<'_> {
    fn want(&mut self, typed: &Typed, expected: Type) {
        match &typed.node {
            TypedNode::Const(_) | TypedNode::Define(_) => {}
            TypedNode::Path(_) | TypedNode::It(_) => self.note(typed, expected),
            TypedNode::Steps(base, _) => {
                self.note(typed, expected);
                self.want(base, Type::ANY);
            }
            TypedNode::Index(base, at) => {
                self.want(base, Type::ANY);
                self.want(at, Type::ANY);
            }
            TypedNode::List(items) => items.iter().for_each(|item| self.want(item, Type::ANY)),
            TypedNode::Not(inner) => self.want(inner, Type::BOOLEAN),
            TypedNode::Negate(inner) => self.want(inner, Type::NUMBER),
            TypedNode::And(parts) | TypedNode::Or(parts) => {
                parts.iter().for_each(|part| self.want(part, Type::BOOLEAN));
            }
            TypedNode::Arithmetic(operator, a, b) => self.arithmetic(*operator, a, b, expected),
            TypedNode::Compare(operator, a, b) => self.compare(*operator, a, b),
            TypedNode::In(item, list) => {
                self.want(item, Type::ANY);
                self.want(list, Type::ARRAY);
            }
            TypedNode::Coalesce(a, b) => {
                self.want(a, expected);
                self.want(b, expected);
            }
            TypedNode::If(condition, then, other) => {
                self.want(condition, Type::BOOLEAN);
                self.want(then, expected);
                self.want(other, expected);
            }
            TypedNode::Quantified(quantifier, list, body) => self.quantified(*quantifier, list, body),
            TypedNode::Call(function, args, _) => self.call(function, args, expected),
        }
    }

    /// Records the type that is required of a path.
    fn note(&mut self, typed: &Typed, expected: Type) {
        if expected.holds(Type::ANY.without(Type::NULL)) || expected == Type::NONE {
            return;
        }
        for Origin { path, elements } in self.origins(typed) {
            let demand = Demand { path, elements, expected };
            if self.seen.insert(demand.clone()) {
                self.out.push(demand);
            }
        }
    }

    fn arithmetic(&mut self, operator: Arithmetic, a: &Typed, b: &Typed, expected: Type) {
        if operator != Arithmetic::Add {
            self.want(a, Type::NUMBER);
            self.want(b, Type::NUMBER);
            return;
        }
        // `+` takes two numbers or two strings: what is known of one side, or of the result, is needed of the other.
        let result = some_or(expected.and(ORDERED), ORDERED);
        self.want(a, some_or(b.ty.and(result), result));
        self.want(b, some_or(a.ty.and(result), result));
    }

    fn compare(&mut self, operator: Comparison, a: &Typed, b: &Typed) {
        if matches!(operator, Comparison::Equal | Comparison::NotEqual) {
            self.want(a, Type::ANY);
            self.want(b, Type::ANY);
        } else {
            self.ordered(&[a, b]);
        }
    }

    /// An operand that is ordered against a time must be a time; likewise for numbers and strings.
    fn ordered(&mut self, operands: &[&Typed]) {
        let time = operands.iter().any(|operand| operand.ty.meets(Type::TIME));
        let common = operands.iter().fold(ORDERED, |common, operand| some_or(common.and(operand.ty), common));
        operands.iter().for_each(|operand| self.want(operand, if time { Type::TIME } else { common }));
    }

    fn quantified(&mut self, quantifier: Quantifier, list: &Typed, body: &Typed) {
        self.want(list, Type::ARRAY);
        let mut elements = self.origins(list);
        elements.iter_mut().for_each(|origin| origin.elements.push(Vec::new()));
        self.elements.push(elements);
        self.want(body, if quantifier == Quantifier::Map { Type::ANY } else { Type::BOOLEAN });
        self.elements.pop();
    }

    fn call(&mut self, function: &Function, args: &[Typed], expected: Type) {
        match (function.requires, args) {
            (Requires::Alternatives, _) => args.iter().for_each(|arg| self.want(arg, expected)),
            (Requires::Choice, [condition, rest @ ..]) => {
                self.want(condition, Type::BOOLEAN);
                rest.iter().for_each(|arg| self.want(arg, expected));
            }
            (Requires::Ordered, _) => self.ordered(&args.iter().collect::<Vec<_>>()),
            (Requires::Numbers, [_, _, ..]) => args.iter().for_each(|arg| self.want(arg, Type::NUMBER)),
            _ => {
                let last = function.params.last().copied().unwrap_or(Type::ANY);
                let params = function.params.iter().copied().chain(std::iter::repeat(last));
                args.iter().zip(params).for_each(|(arg, param)| self.want(arg, param));
            }
        }
    }

    /// The paths whose values an expression yields unchanged; empty for a computed value.
    fn origins(&self, typed: &Typed) -> Vec<Origin> {
        let mut found = match &typed.node {
            TypedNode::Path(path) => vec![Origin { path: *path, elements: Vec::new() }],
            TypedNode::It(level) => self.elements.iter().rev().nth(*level as usize).cloned().unwrap_or_default(),
            TypedNode::Steps(base, steps) => self.stepped(base, steps),
            TypedNode::Quantified(Quantifier::Filter, list, _) => self.origins(list),
            TypedNode::Coalesce(a, b) => [self.origins(a), self.origins(b)].concat(),
            TypedNode::If(_, then, other) => [self.origins(then), self.origins(other)].concat(),
            _ => Vec::new(),
        };
        found.truncate(MOST_ORIGINS);
        found
    }

    /// Steps into an element. (Steps from a root are paths of their own.)
    fn stepped(&self, base: &Typed, steps: &[Step]) -> Vec<Origin> {
        if !matches!(base.node, TypedNode::It(_) | TypedNode::Steps(..)) {
            return Vec::new();
        }
        let mut origins = self.origins(base);
        for origin in &mut origins {
            if let Some(last) = origin.elements.last_mut() {
                last.extend_from_slice(steps);
            }
        }
        origins
    }
}

fn some_or(wanted: Type, other: Type) -> Type {
    if wanted == Type::NONE { other } else { wanted }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{FileId, Span};
    use crate::event::Json;
    use crate::expr::{Path, Prepared, Root, functions};
    use serde_json::json;

    fn typed(ty: Type, node: TypedNode) -> Typed {
        Typed { span: Span { file: FileId(0), start: 0, end: 0 }, ty, node }
    }

    fn path(paths: &mut PathTable, root: Root, key: &str) -> Typed {
        let steps = key.split('.').filter(|key| !key.is_empty()).map(|key| Step::Key(key.into())).collect();
        let ty = if root == Root::Now { Type::STRING.or(Type::TIME) } else { Type::ANY };
        typed(ty, TypedNode::Path(paths.intern(Path { root, steps })))
    }

    fn constant(json: Json) -> Typed {
        let ty = if json.is_number() { Type::NUMBER } else { Type::STRING };
        typed(ty, TypedNode::Const(json))
    }

    fn it(keys: &[&str]) -> Typed {
        let it = typed(Type::ANY, TypedNode::It(0));
        typed(Type::ANY, TypedNode::Steps(Box::new(it), keys.iter().map(|key| Step::Key((*key).into())).collect()))
    }

    fn compare(operator: Comparison, a: Typed, b: Typed) -> Typed {
        typed(Type::BOOLEAN, TypedNode::Compare(operator, Box::new(a), Box::new(b)))
    }

    fn quantified(quantifier: Quantifier, list: Typed, body: Typed) -> Typed {
        typed(Type::ANY, TypedNode::Quantified(quantifier, Box::new(list), Box::new(body)))
    }

    fn shown(typed: &Typed, expected: Type, paths: &PathTable) -> String {
        let mut out = Vec::new();
        demands(typed, expected, &mut out);
        let shown = out.iter().map(|demand| format!("{}: {}", demand.shown(paths), demand.expected));
        shown.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn demands_of_trees() {
        use Comparison::{Equal, Greater};
        let mut paths = PathTable::default();
        let mut data = |key: &str| path(&mut paths, Root::Data, key);
        let call = |name: &str, args: Vec<Typed>| {
            typed(Type::ANY, TypedNode::Call(functions::find(name).unwrap(), args, Prepared::None))
        };
        let add =
            |a: Typed, b: Typed| typed(Type::ANY, TypedNode::Arithmetic(Arithmetic::Add, Box::new(a), Box::new(b)));
        let cases = vec![
            (data("flag"), "data.flag: boolean"),
            (compare(Greater, data("a"), constant(json!(5))), "data.a: number"),
            (compare(Greater, constant(json!("x")), data("a")), "data.a: string"),
            (compare(Greater, data("a"), data("b")), "data.a: number or string, data.b: number or string"),
            (compare(Equal, data("a"), constant(json!(5))), ""),
            (compare(Greater, add(data("a"), constant(json!("x"))), constant(json!("y"))), "data.a: string"),
            (typed(Type::ANY, TypedNode::And(vec![data("a"), data("a")])), "data.a: boolean"),
            (call("between", vec![data("a"), constant(json!(1)), data("b")]), "data.a: number, data.b: number"),
            (call("hour", vec![data("at")]), "data.at: time"),
            (call("exists", vec![data("a")]), ""),
            (call("starts_with", vec![data("a"), constant(json!("x"))]), "data.a: string"),
            (call("concat", vec![data("a"), data("b")]), ""),
            (call("coalesce", vec![data("a"), data("b")]), "data.a: boolean, data.b: boolean"),
            (
                quantified(Quantifier::Any, data("items"), compare(Greater, it(&["price"]), constant(json!(1)))),
                "data.items: array, data.items[].price: number",
            ),
            (
                quantified(
                    Quantifier::All,
                    quantified(Quantifier::Filter, data("items"), it(&["ok"])),
                    quantified(Quantifier::Any, it(&["x", "y"]), typed(Type::ANY, TypedNode::It(0))),
                ),
                "data.items: array, data.items[].ok: boolean, data.items[].x.y: array, data.items[].x.y[]: boolean",
            ),
        ];
        let now = path(&mut paths, Root::Now, "");
        let late = compare(Greater, now, path(&mut paths, Root::Data, "due"));
        for (typed, expected) in cases {
            assert_eq!(shown(&typed, Type::BOOLEAN, &paths), expected, "{typed:?}");
        }
        assert_eq!(shown(&late, Type::BOOLEAN, &paths), "now: time, data.due: time");
    }

    #[test]
    fn demands_of_texts() {
        use crate::expr::testing::compiled;
        let cases = [
            ("data.a > 5 && data.b < data.c * 2", "data.a: number, data.b: number, data.c: number"),
            ("data.name + \"!\" == \"x!\"", "data.name: string"),
            ("data.a + data.b > 5", "data.a: number, data.b: number"),
            ("data.a in data.list", "data.list: array"),
            ("!(data.a ?? data.b)", "data.a: boolean, data.b: boolean"),
            ("if(data.c, data.a, data.b) > 1", "data.c: boolean, data.a: number, data.b: number"),
            ("coalesce(data.a, 5) > 1", "data.a: number"),
            ("exists(data.a) && typeof(data.b) == \"string\"", ""),
            ("number(data.a) > 5 && string(data.b) == \"x\"", ""),
            ("data.a == 5 || data.b != \"x\"", ""),
            ("time > data.at", "time: time, data.at: time"),
            ("hour(data.at, \"UTC\") > 5", "data.at: time"),
            ("contains(data.tags, \"x\")", "data.tags: string or array"),
            ("max(data.a, 1) > 0 && max(data.b) > 0", "data.a: number, data.b: number or array"),
            (
                "any(data.items, it.price > 100 && any(it.tags, starts_with(it, \"x\")))",
                "data.items: array, data.items[].price: number, data.items[].tags: array, data.items[].tags[]: string",
            ),
            (
                "all(filter(data.a ?? data.b, it.ok), it.n > 1)",
                "data.a: array, data.b: array, data.a[].ok: boolean, data.b[].ok: boolean, data.a[].n: number, \
                 data.b[].n: number",
            ),
            (
                "sum(map(data.items, it.price * it.quantity)) > 5",
                "data.items: array, data.items[].price: number, data.items[].quantity: number",
            ),
            ("data.items[data.at].x > 5", ""),
        ];
        for (source, expected) in cases {
            let mut paths = PathTable::default();
            let typed = compiled(source, &mut paths).unwrap();
            assert_eq!(shown(&typed, Type::BOOLEAN, &paths), expected, "{source}");
        }
    }
}
