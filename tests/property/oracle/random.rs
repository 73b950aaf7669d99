//! Random transforms and events for the oracle.

use super::expression::Expr;
use super::node::Node;
use super::steps::{Action, Envelope, RuleSet, Source, Step};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

type Exprs = BoxedStrategy<Expr>;

/// Transforms use only later ones, so that there are no cycles.
const TRANSFORMS: usize = 4;

/// Where an expression is: in a step on the event, or in one on an element of a list.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Event,
    Element,
}

fn pick(paths: &'static [&'static str]) -> BoxedStrategy<String> {
    select(paths).prop_map(str::to_owned).boxed()
}

fn path(place: Place, outer: &'static [&'static str], inner: &'static [&'static str]) -> Exprs {
    let outer = pick(outer);
    let any = if place == Place::Element { prop_oneof![1 => outer, 2 => pick(inner)].boxed() } else { outer };
    any.prop_map(Expr::Path).boxed()
}

fn literal(nodes: Vec<Node>) -> Exprs {
    select(nodes).prop_map(Expr::Literal).boxed()
}

fn two(a: Exprs, b: Exprs, make: fn(Box<Expr>, Box<Expr>) -> Expr) -> Exprs {
    (a, b).prop_map(move |(a, b)| make(Box::new(a), Box::new(b))).boxed()
}

fn one(a: Exprs, make: fn(Box<Expr>) -> Expr) -> Exprs {
    a.prop_map(move |a| make(Box::new(a))).boxed()
}

fn three(a: Exprs, b: Exprs, c: Exprs) -> Exprs {
    (a, b, c).prop_map(|(a, b, c)| Expr::If(Box::new(a), Box::new(b), Box::new(c))).boxed()
}

fn raw(place: Place) -> Exprs {
    path(
        place,
        &[
            "event",
            "data",
            "headers",
            "data.any",
            "data.items",
            "data.user",
            "event.extra",
            "data.tags[0]",
            "id",
            "topic",
        ],
        &["it", "it.subs", "it.new"],
    )
}

/// Literals are used only where the expression is not constant: constants are folded at load and require no types.
fn number(place: Place, depth: usize) -> Exprs {
    let paths = path(
        place,
        &["data.amount", "data.amount", "data.items[0].price", "event.data.amount", "event.payload.amount", "total"],
        &["it.price", "it.total", "it.subs[0]"],
    );
    let literals = literal(vec![Node::Int(0), Node::Int(2), Node::Int(-3), Node::Float(0.5), Node::Int(5000)]);
    if depth == 0 {
        return paths;
    }
    let inner = || number(place, depth - 1);
    let other = || prop_oneof![3 => inner(), 1 => literals.clone()].boxed();
    prop_oneof![
        4 => paths,
        1 => two(inner(), literals.clone(), Expr::Add),
        2 => two(inner(), other(), Expr::Multiply),
        1 => two(inner(), other(), Expr::Coalesce),
        1 => three(condition(place, depth - 1), other(), other()),
    ]
    .boxed()
}

fn text(place: Place, depth: usize) -> Exprs {
    let paths = path(
        place,
        &[
            "data.city",
            "data.city",
            "data.user.name",
            "headers.tier",
            "data[\"odd key\"]",
            "event.payload.city",
            "city",
            "topic",
        ],
        &["it.sku", "it.sku", "it.name"],
    );
    let literals = literal(vec![Node::text("pune"), Node::text(""), Node::text("asha"), Node::text("ü\"")]);
    if depth == 0 {
        return paths;
    }
    let inner = || text(place, depth - 1);
    let other = || prop_oneof![3 => inner(), 1 => literals.clone()].boxed();
    let anything = any_of(place, depth - 1);
    prop_oneof![
        4 => paths,
        1 => two(inner(), literals.clone(), Expr::Add),
        1 => two(inner(), other(), Expr::Coalesce),
        1 => one(inner(), Expr::Lower),
        1 => one(anything.clone(), Expr::Text),
        1 => vec(anything, 1..3).prop_map(Expr::Concat),
        1 => one(inner(), |key| Expr::Lookup("tier", key)),
        1 => three(condition(place, depth - 1), other(), other()),
    ]
    .boxed()
}

fn condition(place: Place, depth: usize) -> Exprs {
    let flags = path(place, &["data.flag", "is_big"], &["it.flag"]);
    let test = one(raw(place), Expr::Exists);
    if depth == 0 {
        return prop_oneof![flags, test].boxed();
    }
    let inner = || condition(place, depth - 1);
    let below = depth - 1;
    let values =
        literal(vec![Node::text("pune"), Node::Int(2), Node::Null, Node::List(vec![Node::Int(1), Node::Int(2)])]);
    let lists = path(place, &["data.items", "data.tags"], &["it.subs"]);
    prop_oneof![
        1 => flags,
        2 => one(any_of(place, below), Expr::Exists),
        1 => two(raw(place), values, Expr::Equal),
        1 => two(text(place, below), literal(vec![Node::text("pune"), Node::text("asha")]), Expr::Equal),
        1 => two(number(place, below), literal(vec![Node::Int(2), Node::Float(1.0)]), Expr::Equal),
        2 => two(number(place, below), number(place, below), Expr::Less),
        1 => two(inner(), inner(), Expr::And),
        1 => one(inner(), Expr::Not),
        1 => two(lists, condition(Place::Element, 0), Expr::Any),
    ]
    .boxed()
}

fn any_of(place: Place, depth: usize) -> Exprs {
    if depth == 0 {
        return prop_oneof![raw(place), number(place, 0), text(place, 0)].boxed();
    }
    let list = vec(any_of(place, depth - 1), 1..3).prop_map(Expr::List);
    // More named values side by side than may be nested.
    let names = ["city", "city", "city", "city", "total"];
    let beside_one_another = Expr::List(names.map(|name| Expr::Path(name.into())).to_vec());
    prop_oneof![
        2 => raw(place),
        2 => number(place, depth),
        2 => text(place, depth),
        1 => condition(place, depth),
        1 => list,
        1 => Just(beside_one_another),
    ]
    .boxed()
}

fn targets(place: Place) -> BoxedStrategy<String> {
    if place == Place::Element {
        return pick(&[
            "it.price",
            "it.sku",
            "it.total",
            "it.subs",
            "it.subs[0]",
            "it.new.x",
            "it.name",
            "it.flag",
            "it",
        ]);
    }
    pick(&[
        "data",
        "data.amount",
        "data.city",
        "data.city",
        "data.copy",
        "data.user.name",
        "data.user",
        "data.any",
        "data.items",
        "data.items[0].price",
        "data.items[0]",
        "data.items[1]",
        "data.tags[0]",
        "data.tags[2]",
        "data[\"odd key\"]",
        "data.new.deep.er",
        "data.new.list[0]",
        "payload",
        "payload.city",
        "payload.amount",
        "headers",
        "headers.tier",
        "extra",
        "type",
        "id",
        "event_id",
    ])
}

/// The sources of `copy` and `move`, and what is removed. An element stays whole.
fn parts(place: Place) -> BoxedStrategy<String> {
    targets(place).prop_filter("a part of the element", |path| path != "it").boxed()
}

fn source(place: Place) -> BoxedStrategy<Source> {
    let literals = vec![
        Node::text("order.created"),
        Node::Int(5),
        Node::Null,
        Node::Bool(true),
        Node::Object(vec![("a".into(), Node::Float(1.0)), ("b".into(), Node::List(vec![Node::Int(1)]))]),
    ];
    let expr = any_of(place, 2).prop_map(Source::Expr).boxed();
    let value = select(literals).prop_map(Source::Value).boxed();
    let template = vec((select(&["", "a ", "₹", "$ "][..]), any_of(place, 1)), 1..3)
        .prop_map(|parts| Source::Template(parts, "."))
        .boxed();
    let simple = prop_oneof![3 => expr, 1 => value, 1 => template].boxed();
    let cases = vec((weighted(0.6, condition(place, 1)), simple.clone()), 1..4).prop_map(Source::Cases);
    prop_oneof![4 => simple, 1 => cases].boxed()
}

/// Entries with targets that differ.
fn entries<T: Clone + std::fmt::Debug + 'static>(
    targets: BoxedStrategy<String>,
    sources: BoxedStrategy<T>,
) -> BoxedStrategy<Vec<(String, T)>> {
    vec((targets, sources), 1..4)
        .prop_map(|all| {
            let mut unique: Vec<(String, T)> = Vec::new();
            for (target, source) in all {
                if !unique.iter().any(|(other, _)| *other == target) {
                    unique.push((target, source));
                }
            }
            unique
        })
        .boxed()
}

fn plain(place: Place) -> BoxedStrategy<Action> {
    let paths = vec(parts(place), 1..3).boxed();
    let movable = parts(place);
    let chance = if place == Place::Element { 0.0 } else { 0.2 };
    let into = (proptest::bool::weighted(chance), targets(place)).prop_map(|(none, into)| (!none).then_some(into));
    let removable = vec(movable.clone(), 1..3);
    prop_oneof![
        3 => entries(targets(place), source(place)).prop_map(Action::Set),
        2 => entries(targets(place), source(place)).prop_map(Action::Default),
        2 => entries(movable.clone(), paths.clone()).prop_map(Action::Copy),
        2 => entries(movable, paths).prop_map(Action::Move),
        2 => removable.prop_map(Action::Remove),
        1 => (text(place, 1), into, select(&["", "c_"][..]))
            .prop_map(|(key, into, prefix)| Action::Lookup { key, into, prefix }),
    ]
    .boxed()
}

fn with_when(place: Place, action: BoxedStrategy<Action>) -> BoxedStrategy<Step> {
    (weighted(0.3, condition(place, 2)), action).prop_map(|(when, action)| Step { when, action }).boxed()
}

fn element_steps() -> BoxedStrategy<Vec<Step>> {
    let plain_steps = vec(with_when(Place::Element, plain(Place::Element)), 1..3).boxed();
    let nested = plain_steps.clone().prop_map(|steps| Action::ForEach("it.subs".into(), steps)).boxed();
    let action = prop_oneof![6 => plain(Place::Element), 1 => nested].boxed();
    vec(with_when(Place::Element, action), 1..4).boxed()
}

fn step(at: usize) -> BoxedStrategy<Step> {
    let fields = pick(&["id", "kind", "tax.amount", "tax.rate", "data.city", "data.amount", "items", "type"]);
    let keep = subsequence(vec!["data", "headers", "type", "event_id", "data.city", "data.user.name", "payload"], 1..5)
        .prop_shuffle()
        .prop_map(|paths| paths.into_iter().map(str::to_owned).collect());
    let list = pick(&["data.items", "data.items", "data.items", "data.tags", "extra", "data", "data.items[0].subs"]);
    let each = (list, element_steps()).prop_map(|(list, steps)| Action::ForEach(list, steps));
    let mut kinds = vec![
        (12, plain(Place::Event)),
        (4, each.boxed()),
        (1, entries(fields, source(Place::Event)).prop_map(Action::Project).boxed()),
        (1, keep.prop_map(Action::KeepOnly).boxed()),
    ];
    if at + 1 < TRANSFORMS {
        kinds.push((1, (at + 1..TRANSFORMS).prop_map(Action::Use).boxed()));
    }
    with_when(Place::Event, proptest::strategy::Union::new_weighted(kinds).boxed())
}

fn envelope() -> BoxedStrategy<Envelope> {
    let path = |path: &str| Box::new(Expr::Path(path.into()));
    let or_default = |path| Expr::Coalesce(path, Box::new(Expr::Literal(Node::text("order.created"))));
    let usual = Envelope {
        id: Expr::Coalesce(path("event.event_id"), path("event.id")),
        topic: or_default(path("event.type")),
        headers: vec!["event.headers"],
        data: vec!["event.data"],
    };
    let payload = Envelope { data: vec!["event.payload", "event.data"], topic: *path("event.type"), ..usual.clone() };
    let bare = Envelope { data: vec!["event"], headers: vec!["event.headers", "event.data"], ..usual.clone() };
    prop_oneof![3 => Just(usual), 1 => Just(payload), 1 => Just(bare)].boxed()
}

pub(super) fn rule_set() -> BoxedStrategy<RuleSet> {
    let transforms: Vec<BoxedStrategy<Vec<Step>>> = (0..TRANSFORMS).map(|at| vec(step(at), 1..4).boxed()).collect();
    let names = || vec(0..TRANSFORMS, 0..3).boxed();
    (envelope(), transforms, weighted(0.5, names()), [names(), names(), names()])
        .prop_map(|(envelope, transforms, ingest, lists)| {
            let subscribers = ["a", "b", "c"].into_iter().zip(lists).collect();
            RuleSet { envelope, transforms, ingest: ingest.unwrap_or_default(), subscribers }
        })
        .boxed()
}

fn odd() -> BoxedStrategy<Node> {
    let list = |nodes: &[i128]| Node::List(nodes.iter().map(|n| Node::Int(*n)).collect());
    let object = Node::Object(vec![("name".into(), Node::text("asha")), ("city".into(), Node::text("Pune"))]);
    let nodes =
        vec![Node::Null, Node::Bool(true), list(&[]), list(&[1, 2]), Node::Object(vec![]), object, Node::text("x")];
    select(nodes).boxed()
}

fn mostly(usual: BoxedStrategy<Node>) -> BoxedStrategy<Node> {
    prop_oneof![6 => usual, 1 => odd()].boxed()
}

fn numbers() -> BoxedStrategy<Node> {
    let nodes = [Node::Int(0), Node::Int(2), Node::Int(5000), Node::Float(10.5), Node::Float(1.0), Node::Int(-7)];
    let large = [Node::Int(i64::MAX.into()), Node::Int(u64::MAX.into()), Node::Int(i64::MIN.into())];
    prop_oneof![6 => select(nodes.to_vec()), 1 => select(large.to_vec())].boxed()
}

fn texts() -> BoxedStrategy<Node> {
    select(["mumbai", "Pune", "pune", "", "asha", "ravi", "ÄB\"\\\n"].map(Node::text).to_vec()).boxed()
}

fn object(members: Vec<(&'static str, f64, BoxedStrategy<Node>)>) -> BoxedStrategy<Node> {
    let members: Vec<_> = members
        .into_iter()
        .map(|(key, chance, node)| weighted(chance, node).prop_map(move |node| node.map(|node| (key.to_owned(), node))))
        .collect();
    members.prop_map(|members| members.into_iter().flatten().collect()).prop_shuffle().prop_map(Node::Object).boxed()
}

fn list(element: BoxedStrategy<Node>) -> BoxedStrategy<Node> {
    vec(element, 0..4).prop_map(Node::List).boxed()
}

/// An object in canonical spelling, with each key once.
pub(super) fn event() -> BoxedStrategy<Node> {
    let subs = mostly(list(mostly(prop_oneof![numbers(), object(vec![("price", 0.7, numbers())])].boxed())));
    let item = object(vec![
        ("sku", 0.7, mostly(texts())),
        ("price", 0.8, mostly(numbers())),
        ("subs", 0.4, subs),
        ("flag", 0.3, mostly(any::<bool>().prop_map(Node::Bool).boxed())),
    ]);
    let user = object(vec![("name", 0.9, mostly(texts()))]);
    let data = || {
        object(vec![
            ("amount", 0.8, mostly(numbers())),
            ("city", 0.8, mostly(texts())),
            ("user", 0.6, mostly(user.clone())),
            ("items", 0.8, mostly(list(mostly(item.clone())))),
            ("tags", 0.5, mostly(list(mostly(texts())))),
            ("flag", 0.5, mostly(any::<bool>().prop_map(Node::Bool).boxed())),
            ("any", 0.4, odd()),
            ("odd key", 0.3, mostly(texts())),
        ])
    };
    let id = prop_oneof![Just(Node::text("e1")), Just(Node::Int(7)), odd()].boxed();
    let topics = prop_oneof![9 => Just(Node::text("order.created")), 1 => odd()].boxed();
    object(vec![
        ("event_id", 0.7, id.clone()),
        ("id", 0.4, id),
        ("type", 0.8, topics),
        ("headers", 0.7, mostly(object(vec![("tier", 0.8, mostly(texts()))]))),
        ("data", 0.95, mostly(data())),
        ("payload", 0.4, mostly(data())),
        ("extra", 0.4, odd()),
    ])
}
