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
    let ty = if root == Root::Now { Type::STRING.union(Type::TIME) } else { Type::ANY };
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
    type_requirements(typed, expected, &mut out);
    let shown = out.iter().map(|requirement| format!("{}: {}", requirement.shown(paths), requirement.expected));
    shown.collect::<Vec<_>>().join(", ")
}

#[test]
fn requirements_of_trees() {
    use Comparison::{Equal, Greater};
    let mut paths = PathTable::default();
    let mut data = |key: &str| path(&mut paths, Root::Data, key);
    let call = |name: &str, args: Vec<Typed>| {
        typed(Type::ANY, TypedNode::Call(functions::find(name).unwrap(), args, Prepared::None))
    };
    let add = |a: Typed, b: Typed| typed(Type::ANY, TypedNode::Arithmetic(Arithmetic::Add, Box::new(a), Box::new(b)));
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
fn requirements_of_texts() {
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
