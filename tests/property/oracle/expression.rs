//! A part of the expression language: as text, its value, and the types it requires.

use super::node::{Node, Segment, quoted, segments};

#[derive(Clone, Debug)]
pub(super) enum Expr {
    /// From a root, a named value or `it`.
    Path(String),
    Literal(Node),
    List(Vec<Expr>),
    Coalesce(Box<Expr>, Box<Expr>),
    Add(Box<Expr>, Box<Expr>),
    Multiply(Box<Expr>, Box<Expr>),
    Less(Box<Expr>, Box<Expr>),
    Equal(Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Exists(Box<Expr>),
    Lower(Box<Expr>),
    Text(Box<Expr>),
    Concat(Vec<Expr>),
    Any(Box<Expr>, Box<Expr>),
    /// A column of the table `cust`, or its key.
    Lookup(&'static str, Box<Expr>),
}

/// Types that can be ordered or added.
const SUMMANDS: [&str; 2] = ["number", "string"];

/// The values of the roots of an expression.
pub(super) trait Roots {
    fn root(&self, name: &str) -> Node;
    /// The definition of a named value.
    fn named(&self, name: &str) -> Option<Expr>;
    /// What `it` is: the path of its list, as reports write it.
    fn it(&self) -> Option<String>;
    fn row(&self, key: &Node) -> Option<Vec<(&'static str, Node)>>;
}

/// A type that an expression needs of a path: the path as it is reported, the type, and the type that is present.
pub(super) type Need = (String, String, String);

impl Expr {
    pub(super) fn yaml(&self) -> String {
        match self {
            Expr::Path(path) => path.clone(),
            Expr::Literal(node) => node.json(),
            Expr::List(elements) => format!("[{}]", arguments(elements)),
            Expr::Coalesce(a, b) => format!("({} ?? {})", a.yaml(), b.yaml()),
            Expr::Add(a, b) => format!("({} + {})", a.yaml(), b.yaml()),
            Expr::Multiply(a, b) => format!("({} * {})", a.yaml(), b.yaml()),
            Expr::Less(a, b) => format!("({} < {})", a.yaml(), b.yaml()),
            Expr::Equal(a, b) => format!("({} == {})", a.yaml(), b.yaml()),
            Expr::And(a, b) => format!("({} && {})", a.yaml(), b.yaml()),
            Expr::Not(a) => format!("!({})", a.yaml()),
            Expr::If(c, a, b) => format!("if({}, {}, {})", c.yaml(), a.yaml(), b.yaml()),
            Expr::Exists(a) => format!("exists({})", a.yaml()),
            Expr::Lower(a) => format!("lower({})", a.yaml()),
            Expr::Text(a) => format!("string({})", a.yaml()),
            Expr::Concat(parts) => format!("concat({})", arguments(parts)),
            Expr::Any(list, test) => format!("any({}, {})", list.yaml(), test.yaml()),
            Expr::Lookup(column, key) => format!("lookup({}, {})", quoted(&format!("cust.{column}")), key.yaml()),
        }
    }

    pub(super) fn evaluate(&self, roots: &dyn Roots) -> Node {
        let value = |expr: &Expr| expr.evaluate(roots);
        match self {
            Expr::Path(path) => {
                let path = segments(path);
                let Some((Segment::Key(root), rest)) = path.split_first() else { panic!("{path:?} has a root") };
                let base = match roots.named(root) {
                    Some(definition) => definition.evaluate(roots),
                    None => roots.root(root),
                };
                base.at(rest).cloned().unwrap_or(Node::Null)
            }
            Expr::Literal(node) => node.clone(),
            Expr::List(elements) => Node::List(elements.iter().map(value).collect()),
            Expr::Coalesce(a, b) => Some(value(a)).filter(|a| !a.is_null()).unwrap_or_else(|| value(b)),
            Expr::Add(a, b) => match (value(a), value(b)) {
                (Node::Text(a), Node::Text(b)) => Node::Text(a + &b),
                (a, b) => arithmetic(&a, &b, i128::checked_add, |a, b| a + b),
            },
            Expr::Multiply(a, b) => arithmetic(&value(a), &value(b), i128::checked_mul, |a, b| a * b),
            Expr::Less(a, b) => Node::Bool(value(a).compare(&value(b)) == Some(std::cmp::Ordering::Less)),
            Expr::Equal(a, b) => Node::Bool(value(a).equals(&value(b))),
            Expr::And(a, b) => Node::Bool(a.holds(roots) && b.holds(roots)),
            Expr::Not(a) => Node::Bool(!a.holds(roots)),
            Expr::If(c, a, b) => value(if c.holds(roots) { a } else { b }),
            Expr::Exists(a) => Node::Bool(!value(a).is_null()),
            Expr::Lower(a) => match value(a) {
                Node::Text(text) => Node::Text(text.to_lowercase()),
                _ => Node::Null,
            },
            Expr::Text(a) => value(a).as_text().map_or(Node::Null, Node::Text),
            Expr::Concat(parts) => {
                let parts: Option<Vec<String>> = parts.iter().map(|part| value(part).as_text()).collect();
                parts.map_or(Node::Null, |parts| Node::Text(parts.concat()))
            }
            Expr::Any(list, test) => match value(list) {
                Node::List(elements) => Node::Bool(elements.iter().any(|it| test.holds(&Element { roots, list, it }))),
                _ => Node::Bool(false),
            },
            Expr::Lookup(column, key) => {
                let row = roots.row(&value(key)).unwrap_or_default();
                row.into_iter().find(|(name, _)| name == column).map_or(Node::Null, |(_, cell)| cell)
            }
        }
    }

    pub(super) fn holds(&self, roots: &dyn Roots) -> bool {
        self.evaluate(roots) == Node::Bool(true)
    }

    /// The types that it may have, apart from null.
    fn types(&self) -> Vec<&'static str> {
        match self {
            Expr::Path(path) => match path.as_str() {
                "topic" | "city" => vec!["string"],
                "total" => vec!["number"],
                "is_big" => vec!["boolean"],
                _ => vec!["boolean", "number", "string", "array", "object"],
            },
            Expr::Literal(Node::Null) => vec![],
            Expr::Literal(node) => vec![node.type_name()],
            Expr::List(_) => vec!["array"],
            Expr::Coalesce(a, b) | Expr::If(_, a, b) => [a.types(), b.types()].concat(),
            Expr::Add(a, b) => {
                let (a, b) = (a.types(), b.types());
                SUMMANDS.into_iter().filter(|name| a.contains(name) && b.contains(name)).collect()
            }
            Expr::Multiply(..) => vec!["number"],
            Expr::Less(..) | Expr::Equal(..) | Expr::And(..) | Expr::Not(_) | Expr::Exists(_) | Expr::Any(..) => {
                vec!["boolean"]
            }
            Expr::Lower(_) | Expr::Text(_) | Expr::Concat(_) => vec!["string"],
            Expr::Lookup(..) => vec!["string"],
        }
    }

    /// The types that it requires where a value of some type, or of any, is expected.
    pub(super) fn needs(&self, wanted: Option<&str>, roots: &dyn Roots, out: &mut Vec<Need>) {
        // The other operand of a comparison or a sum determines which of two types is required.
        let beside = |other: &Expr| {
            let types = other.types();
            Some(SUMMANDS.into_iter().filter(|name| types.contains(name)).collect::<Vec<_>>().join(" or "))
        };
        match self {
            Expr::Path(path) => {
                let root = path.split(['.', '[']).next().unwrap_or(path);
                if let Some(definition) = roots.named(root) {
                    return definition.needs(None, roots, out);
                }
                let found = self.evaluate(roots);
                let wrong = wanted
                    .filter(|wanted| !found.is_null() && !wanted.split(" or ").any(|name| name == found.type_name()));
                let shown = match (roots.it(), path.strip_prefix("it")) {
                    (Some(list), Some(rest)) if root == "it" => format!("{list}[]{rest}"),
                    _ => path.clone(),
                };
                out.extend(wrong.map(|wanted| (shown, wanted.to_owned(), found.type_name().to_owned())));
            }
            Expr::Literal(_) => {}
            Expr::List(parts) | Expr::Concat(parts) => parts.iter().for_each(|part| part.needs(None, roots, out)),
            Expr::Coalesce(a, b) => {
                a.needs(wanted, roots, out);
                b.needs(wanted, roots, out);
            }
            Expr::If(c, a, b) => {
                c.needs(Some("boolean"), roots, out);
                a.needs(wanted, roots, out);
                b.needs(wanted, roots, out);
            }
            Expr::Add(a, b) | Expr::Less(a, b) => {
                a.needs(beside(b).as_deref(), roots, out);
                b.needs(beside(a).as_deref(), roots, out);
            }
            Expr::Multiply(a, b) => {
                a.needs(Some("number"), roots, out);
                b.needs(Some("number"), roots, out);
            }
            Expr::And(a, b) => {
                a.needs(Some("boolean"), roots, out);
                b.needs(Some("boolean"), roots, out);
            }
            Expr::Equal(a, b) => {
                a.needs(None, roots, out);
                b.needs(None, roots, out);
            }
            Expr::Not(a) => a.needs(Some("boolean"), roots, out),
            Expr::Exists(a) | Expr::Text(a) | Expr::Lookup(_, a) => a.needs(None, roots, out),
            Expr::Lower(a) => a.needs(Some("string"), roots, out),
            Expr::Any(list, test) => {
                list.needs(Some("array"), roots, out);
                // Paths that the test reads besides the element are required even if there is no element.
                test.needs(Some("boolean"), &Element { roots, list, it: &Node::Null }, out);
                if let Node::List(elements) = list.evaluate(roots) {
                    let element = |it| test.needs(Some("boolean"), &Element { roots, list, it }, out);
                    elements.iter().for_each(element);
                }
            }
        }
    }
}

fn arguments(parts: &[Expr]) -> String {
    parts.iter().map(Expr::yaml).collect::<Vec<_>>().join(", ")
}

/// Integers stay exact within 64 bits; beyond them the result is a float.
fn arithmetic(a: &Node, b: &Node, exact: fn(i128, i128) -> Option<i128>, floats: fn(f64, f64) -> f64) -> Node {
    if let (Node::Int(a), Node::Int(b)) = (a, b)
        && let Some(result) = exact(*a, *b)
        && result >= i128::from(i64::MIN)
        && result <= i128::from(u64::MAX)
    {
        return Node::Int(result);
    }
    match (a.float(), b.float()) {
        (Some(a), Some(b)) => Node::Float(floats(a, b)),
        _ => Node::Null,
    }
}

/// The roots, with an element of a list as `it`.
struct Element<'a> {
    roots: &'a dyn Roots,
    list: &'a Expr,
    it: &'a Node,
}

impl Roots for Element<'_> {
    fn root(&self, name: &str) -> Node {
        if name == "it" { self.it.clone() } else { self.roots.root(name) }
    }

    fn named(&self, name: &str) -> Option<Expr> {
        self.roots.named(name)
    }

    fn it(&self) -> Option<String> {
        let list = self.list.yaml();
        match (self.roots.it(), list.strip_prefix("it")) {
            (Some(outer), Some(rest)) => Some(format!("{outer}[]{rest}")),
            _ => Some(list),
        }
    }

    fn row(&self, key: &Node) -> Option<Vec<(&'static str, Node)>> {
        self.roots.row(key)
    }
}
