//! A JSON value whose members keep their order, in the simplest form.

use std::fmt::Write;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// A step into a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Segment {
    Key(String),
    Index(usize),
}

impl Node {
    pub(super) fn text(text: &str) -> Node {
        Node::Text(text.to_owned())
    }

    pub(super) fn is_null(&self) -> bool {
        *self == Node::Null
    }

    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Node::Null => "null",
            Node::Bool(_) => "boolean",
            Node::Int(_) | Node::Float(_) => "number",
            Node::Text(_) => "string",
            Node::List(_) => "array",
            Node::Object(_) => "object",
        }
    }

    /// Null counts as missing.
    pub(super) fn at(&self, path: &[Segment]) -> Option<&Node> {
        self.member(path).filter(|node| !node.is_null())
    }

    /// Null counts as present.
    pub(super) fn member(&self, path: &[Segment]) -> Option<&Node> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        let child = match (self, first) {
            (Node::Object(members), Segment::Key(key)) => members.iter().find(|(name, _)| name == key).map(|(_, v)| v),
            (Node::List(elements), Segment::Index(index)) => elements.get(*index),
            _ => None,
        };
        child?.member(rest)
    }

    pub(super) fn member_mut(&mut self, path: &[Segment]) -> Option<&mut Node> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        let child = match (self, first) {
            (Node::Object(members), Segment::Key(key)) => {
                members.iter_mut().find(|(name, _)| name == key).map(|(_, v)| v)
            }
            (Node::List(elements), Segment::Index(index)) => elements.get_mut(*index),
            _ => None,
        };
        child?.member_mut(rest)
    }

    /// Sets the value at a path, and makes the objects and lists that are missing on the way. An error if something is in the way.
    pub(super) fn put(&mut self, path: &[Segment], value: Node) -> Result<(), &'static str> {
        let Some((first, rest)) = path.split_first() else {
            *self = value;
            return Ok(());
        };
        if self.is_null() {
            *self = match first {
                Segment::Key(_) => Node::Object(Vec::new()),
                Segment::Index(_) => Node::List(Vec::new()),
            };
        }
        match (self, first) {
            (Node::Object(members), Segment::Key(key)) => {
                if let Some((_, child)) = members.iter_mut().find(|(name, _)| name == key) {
                    return child.put(rest, value);
                }
                let mut child = Node::Null;
                child.put(rest, value)?;
                members.push((key.clone(), child));
                Ok(())
            }
            (Node::List(elements), Segment::Index(index)) if *index < elements.len() => {
                elements[*index].put(rest, value)
            }
            (Node::List(elements), Segment::Index(index)) if *index == elements.len() => {
                let mut child = Node::Null;
                child.put(rest, value)?;
                elements.push(child);
                Ok(())
            }
            (node, _) => Err(node.type_name()),
        }
    }

    /// Removes the value at the path; later elements of a list move up.
    pub(super) fn remove(&mut self, path: &[Segment]) {
        let Some((last, parent)) = path.split_last() else { return };
        match (self.member_mut(parent), last) {
            (Some(Node::Object(members)), Segment::Key(key)) => members.retain(|(name, _)| name != key),
            (Some(Node::List(elements)), Segment::Index(index)) if *index < elements.len() => {
                elements.remove(*index);
            }
            _ => {}
        }
    }

    pub(super) fn equals(&self, other: &Node) -> bool {
        match (self, other) {
            (Node::List(a), Node::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.equals(b)),
            (Node::Object(a), Node::Object(b)) => {
                let has =
                    |(key, value): &(String, Node)| b.iter().any(|(name, other)| name == key && value.equals(other));
                a.len() == b.len() && a.iter().all(has)
            }
            _ => self == other || self.compare(other) == Some(std::cmp::Ordering::Equal),
        }
    }

    /// The order of two numbers, or of two texts.
    pub(super) fn compare(&self, other: &Node) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Node::Text(a), Node::Text(b)) => Some(a.cmp(b)),
            (Node::Int(a), Node::Int(b)) => Some(a.cmp(b)),
            (Node::Int(a), Node::Float(b)) => Some(exactly(*a, *b)),
            (Node::Float(a), Node::Int(b)) => Some(exactly(*b, *a).reverse()),
            (Node::Float(a), Node::Float(b)) => a.partial_cmp(b),
            _ => None,
        }
    }

    pub(super) fn float(&self) -> Option<f64> {
        match self {
            Node::Int(value) => Some(*value as f64),
            Node::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// As JSON in one line, without a space.
    pub(super) fn json(&self) -> String {
        match self {
            Node::Float(value) => serde_json::to_string(value).unwrap(),
            Node::List(elements) => {
                let elements: Vec<String> = elements.iter().map(Node::json).collect();
                format!("[{}]", elements.join(","))
            }
            Node::Object(members) => {
                let members: Vec<String> = members.iter().map(|(k, v)| format!("{}:{}", quoted(k), v.json())).collect();
                format!("{{{}}}", members.join(","))
            }
            other => other.canonical(),
        }
    }

    /// As canonical JSON: members sorted, numbers in their shortest form.
    pub(super) fn canonical(&self) -> String {
        match self {
            Node::Null => "null".into(),
            Node::Bool(value) => value.to_string(),
            Node::Int(value) => value.to_string(),
            Node::Float(value) => shortest(*value),
            Node::Text(text) => quoted(text),
            Node::List(elements) => {
                let elements: Vec<String> = elements.iter().map(Node::canonical).collect();
                format!("[{}]", elements.join(","))
            }
            Node::Object(members) => {
                let mut sorted = members.clone();
                sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
                let members: Vec<String> =
                    sorted.iter().map(|(k, v)| format!("{}:{}", quoted(k), v.canonical())).collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }

    /// The result of `string`.
    pub(super) fn as_text(&self) -> Option<String> {
        match self {
            Node::Null => None,
            Node::Text(text) => Some(text.clone()),
            other => Some(other.canonical()),
        }
    }
}

/// An integer and a float are compared without rounding. The conversion saturates far beyond all integers here.
fn exactly(a: i128, b: f64) -> std::cmp::Ordering {
    let whole = a.cmp(&(b.floor() as i128));
    if whole.is_eq() && b.fract() != 0.0 { std::cmp::Ordering::Less } else { whole }
}

/// A float as JavaScript prints it.
fn shortest(value: f64) -> String {
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap();
    match exponent.parse::<i32>().unwrap() {
        -7..=20 if value.abs() >= 1e-6 || value == 0.0 => (value + 0.0).to_string(),
        exponent => format!("{digits}e{exponent:+}"),
    }
}

pub(super) fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// `data.items[0].price` as segments.
pub(super) fn segments(path: &str) -> Vec<Segment> {
    let mut all = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix("[\"") {
            let (key, after) = inner.split_once("\"]").unwrap();
            all.push(Segment::Key(key.to_owned()));
            rest = after;
        } else if let Some(inner) = rest.strip_prefix('[') {
            let (index, after) = inner.split_once(']').unwrap();
            all.push(Segment::Index(index.parse().unwrap()));
            rest = after;
        } else {
            rest = rest.strip_prefix('.').unwrap_or(rest);
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            all.push(Segment::Key(key.to_owned()));
            rest = after;
        }
    }
    all
}

/// The path as the program writes it.
pub(super) fn shown(path: &[Segment]) -> String {
    let mut out = String::new();
    for segment in path {
        match segment {
            Segment::Index(index) => write!(out, "[{index}]").unwrap(),
            Segment::Key(key) if key.contains(' ') => write!(out, "[{}]", quoted(key)).unwrap(),
            Segment::Key(key) if out.is_empty() => out += key,
            Segment::Key(key) => write!(out, ".{key}").unwrap(),
        }
    }
    out
}
