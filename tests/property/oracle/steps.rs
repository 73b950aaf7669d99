//! The steps of transforms: as YAML, and their effect on an event.

use super::expression::{Expr, Need, Roots};
use super::node::{Node, Segment, quoted, segments, shown};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub(super) enum Source {
    Expr(Expr),
    Value(Node),
    /// Text before each expression, and after the last one.
    Template(Vec<(&'static str, Expr)>, &'static str),
    Cases(Vec<(Option<Expr>, Source)>),
}

#[derive(Clone, Debug)]
pub(super) enum Action {
    Copy(Vec<(String, Vec<String>)>),
    Move(Vec<(String, Vec<String>)>),
    Default(Vec<(String, Source)>),
    Set(Vec<(String, Source)>),
    Remove(Vec<String>),
    KeepOnly(Vec<String>),
    Lookup { key: Expr, into: Option<String>, prefix: &'static str },
    Project(Vec<(String, Source)>),
    ForEach(String, Vec<Step>),
    Use(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) when: Option<Expr>,
    pub(super) action: Action,
}

#[derive(Clone, Debug)]
pub(super) struct Envelope {
    pub(super) id: Expr,
    pub(super) topic: Expr,
    pub(super) headers: Vec<&'static str>,
    pub(super) data: Vec<&'static str>,
}

/// A rule set: every subscriber gets every event.
#[derive(Clone, Debug)]
pub(super) struct RuleSet {
    pub(super) envelope: Envelope,
    pub(super) transforms: Vec<Vec<Step>>,
    pub(super) ingest: Vec<usize>,
    pub(super) subscribers: Vec<(&'static str, Vec<usize>)>,
}

/// The table `cust`, by its key.
const ROWS: [(&str, [(&str, &str); 2]); 2] =
    [("asha", [("tier", "\"gold\""), ("score", "10")]), ("ravi", [("tier", "null"), ("score", "5000")])];

pub(super) fn definitions() -> Vec<(&'static str, Expr)> {
    let path = |path: &str| Box::new(Expr::Path(path.into()));
    let literal = |node| Box::new(Expr::Literal(node));
    vec![
        ("city", Expr::Lower(Box::new(Expr::Coalesce(path("data.city"), literal(Node::text("")))))),
        ("total", Expr::Multiply(path("data.amount"), literal(Node::Int(2)))),
        ("is_big", Expr::Less(literal(Node::Int(1000)), path("total"))),
    ]
}

impl Source {
    fn yaml(&self) -> String {
        match self {
            Source::Expr(expr) => quoted(&expr.yaml()),
            Source::Value(node) => format!("{{\"value\": {}}}", node.json()),
            Source::Template(parts, last) => {
                let parts: String = parts.iter().map(|(text, expr)| format!("{text}${{{}}}", expr.yaml())).collect();
                format!("{{\"template\": {}}}", quoted(&(parts + last)))
            }
            Source::Cases(cases) => {
                let case = |(when, source): &(Option<Expr>, Source)| {
                    let when =
                        when.as_ref().map_or(String::new(), |when| format!("\"when\": {}, ", quoted(&when.yaml())));
                    match source {
                        Source::Expr(expr) => format!("{{{when}\"expr\": {}}}", quoted(&expr.yaml())),
                        other => other.yaml().replacen('{', &format!("{{{when}"), 1),
                    }
                };
                format!("[{}]", cases.iter().map(case).collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn evaluate(&self, roots: &dyn Roots) -> Node {
        match self {
            Source::Expr(expr) => expr.evaluate(roots),
            Source::Value(node) => node.clone(),
            Source::Template(parts, last) => {
                let part = |(text, expr): &(&str, Expr)| {
                    let value = match expr.evaluate(roots) {
                        value @ (Node::List(_) | Node::Object(_)) => value.json(),
                        value => value.as_text().unwrap_or_default(),
                    };
                    (*text).to_owned() + &value
                };
                Node::Text(parts.iter().map(part).collect::<String>() + last)
            }
            Source::Cases(cases) => {
                let applies = |when: &Option<Expr>| when.as_ref().is_none_or(|when| when.holds(roots));
                let mut values =
                    cases.iter().filter(|(when, _)| applies(when)).map(|(_, source)| source.evaluate(roots));
                values.find(|value| !value.is_null()).unwrap_or(Node::Null)
            }
        }
    }

    fn needs(&self, roots: &dyn Roots, out: &mut Vec<Need>) {
        match self {
            Source::Expr(expr) => expr.needs(None, roots, out),
            Source::Value(_) => {}
            Source::Template(parts, _) => parts.iter().for_each(|(_, expr)| expr.needs(None, roots, out)),
            Source::Cases(cases) => {
                // Cases after the one that applies require no types.
                for (when, source) in cases {
                    when.iter().for_each(|when| when.needs(Some("boolean"), roots, out));
                    if when.as_ref().is_some_and(|when| !when.holds(roots)) {
                        continue;
                    }
                    source.needs(roots, out);
                    if !source.evaluate(roots).is_null() {
                        return;
                    }
                }
            }
        }
    }
}

fn mapping<T>(word: &str, entries: &[(String, T)], yaml: impl Fn(&T) -> String) -> String {
    let entry = |(target, source): &(String, T)| format!("{}: {}", quoted(target), yaml(source));
    format!("{word}: {{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
}

fn list(paths: &[String]) -> String {
    format!("[{}]", paths.iter().map(|path| quoted(path)).collect::<Vec<_>>().join(", "))
}

impl Step {
    pub(super) fn yaml(&self) -> String {
        let action = match &self.action {
            Action::Copy(entries) => mapping("copy", entries, |paths| list(paths)),
            Action::Move(entries) => mapping("move", entries, |paths| list(paths)),
            Action::Default(entries) => mapping("default", entries, Source::yaml),
            Action::Set(entries) => mapping("set", entries, Source::yaml),
            Action::Project(entries) => mapping("project", entries, Source::yaml),
            Action::Remove(paths) => format!("remove: {}", list(paths)),
            Action::KeepOnly(paths) => format!("keep_only: {}", list(paths)),
            Action::Lookup { key, into, prefix } => {
                let into = into.as_ref().map_or(String::new(), |into| format!(", into: {}", quoted(into)));
                let prefix = if prefix.is_empty() { String::new() } else { format!(", prefix: {prefix}") };
                format!("lookup: {{table: cust, key: {}{into}{prefix}}}", quoted(&key.yaml()))
            }
            Action::ForEach(path, steps) => {
                let steps: Vec<String> = steps.iter().map(Step::yaml).collect();
                format!("for_each: {}, do: [{}]", quoted(path), steps.join(", "))
            }
            Action::Use(other) => format!("use: t{other}"),
        };
        let when = self.when.as_ref().map_or(String::new(), |when| format!("when: {}, ", quoted(&when.yaml())));
        format!("{{{when}{action}}}")
    }
}

impl RuleSet {
    pub(super) fn yaml(&self) -> String {
        let Envelope { id, topic, headers, data } = &self.envelope;
        let mut out = format!(
            "ruleset:\n  envelope: {{id: {}, topic: {}, headers: {}, data: {}}}\n",
            quoted(&id.yaml()),
            quoted(&topic.yaml()),
            quoted(&headers.join(" ?? ")),
            quoted(&data.join(" ?? "))
        );
        let names = |all: &[usize]| all.iter().map(|at| format!("t{at}")).collect::<Vec<_>>().join(", ");
        if !self.ingest.is_empty() {
            out += &format!("ingest: [{}]\n", names(&self.ingest));
        }
        out += "define:\n";
        definitions().iter().for_each(|(name, expr)| out += &format!("  {name}: {}\n", quoted(&expr.yaml())));
        out += "lookups:\n  cust: {keys: [id], columns: [tier, score], rows: [";
        ROWS.iter().for_each(|(key, cells)| out += &format!("[{key}, {}, {}],", cells[0].1, cells[1].1));
        out += "]}\ntopics:\n  \"#\": [";
        out += &self.subscribers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        out += "]\n";
        if self.subscribers.iter().any(|(_, transforms)| !transforms.is_empty()) {
            out += "subscribers:\n";
        }
        for (name, transforms) in self.subscribers.iter().filter(|(_, transforms)| !transforms.is_empty()) {
            out += &format!("  {name}: {{transform: [{}]}}\n", names(transforms));
        }
        out += "transforms:\n";
        for (at, steps) in self.transforms.iter().enumerate() {
            out += &format!("  t{at}:\n");
            steps.iter().for_each(|step| out += &format!("    - {}\n", step.yaml()));
        }
        out
    }
}

/// By path and required type: the type that was found first, and the transforms in the order in which
/// they found it.
pub(super) type Errors = BTreeMap<(String, String), (String, Vec<usize>)>;

/// An event while transforms are applied to it.
pub(super) struct Run<'a> {
    rules: &'a RuleSet,
    pub(super) event: Node,
    pub(super) errors: Errors,
    /// The fields of the decision; before it is made, those of the envelope.
    decided: Option<(Node, Node)>,
    /// The path of the current element, and its list as shown in reports.
    element: Option<(Vec<Segment>, String)>,
    /// The event before the current `for_each`: all roots but `it` refer to it.
    before: Option<Node>,
    transform: usize,
}

impl Roots for Run<'_> {
    fn root(&self, name: &str) -> Node {
        let first = |paths: &[&'static str]| {
            let mut found = paths.iter().map(|path| Expr::Path((*path).to_owned()).evaluate(self));
            found.find(|value| !value.is_null()).unwrap_or(Node::Null)
        };
        match (name, &self.decided) {
            ("event", _) => self.before.as_ref().unwrap_or(&self.event).clone(),
            ("data", _) => first(&self.rules.envelope.data),
            ("headers", _) => first(&self.rules.envelope.headers),
            ("id", Some((id, _))) => id.clone(),
            ("topic", Some((_, topic))) => topic.clone(),
            ("id", None) => self.rules.envelope.id.evaluate(self),
            ("topic", None) => match self.rules.envelope.topic.evaluate(self) {
                Node::Text(topic) => Node::Text(topic),
                _ => Node::Null,
            },
            ("it", _) => {
                let element = self.element.as_ref().and_then(|(at, _)| self.event.at(at));
                element.cloned().unwrap_or(Node::Null)
            }
            _ => panic!("no root {name}"),
        }
    }

    fn named(&self, name: &str) -> Option<Expr> {
        definitions().into_iter().find(|(known, _)| *known == name).map(|(_, expr)| expr)
    }

    fn it(&self) -> Option<String> {
        self.element.as_ref().map(|(_, list)| list.clone())
    }

    fn row(&self, key: &Node) -> Option<Vec<(&'static str, Node)>> {
        let (id, cells) = ROWS.iter().find(|(id, _)| *key == Node::text(id))?;
        let cell = |(name, json): &(&'static str, &str)| match json.parse() {
            Ok(number) => (*name, Node::Int(number)),
            Err(_) if *json == "null" => (*name, Node::Null),
            Err(_) => (*name, Node::text(json.trim_matches('"'))),
        };
        Some(cells.iter().map(cell).chain([("id", Node::text(id))]).collect())
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(rules: &'a RuleSet, event: Node, decided: Option<(Node, Node)>) -> Run<'a> {
        Run { rules, event, decided, errors: Errors::new(), element: None, before: None, transform: 0 }
    }

    pub(super) fn transforms(&mut self, names: &[usize]) {
        for name in names {
            self.transform = *name;
            self.steps(&self.rules.transforms[*name]);
        }
    }

    fn steps(&mut self, steps: &[Step]) {
        steps.iter().for_each(|step| self.step(step));
    }

    fn step(&mut self, step: &Step) {
        if let Some(when) = &step.when {
            self.ask(|run, out| when.needs(Some("boolean"), run, out));
            if !when.holds(self) {
                return;
            }
        }
        match &step.action {
            Action::Copy(entries) => entries.iter().for_each(|(to, from)| self.copy(to, from, false)),
            Action::Move(entries) => entries.iter().for_each(|(to, from)| self.copy(to, from, true)),
            Action::Default(entries) => entries.iter().for_each(|(to, from)| {
                if !self.is_present(to) {
                    self.set(to, from);
                }
            }),
            Action::Set(entries) => entries.iter().for_each(|(to, from)| self.set(to, from)),
            Action::Remove(paths) => paths.iter().for_each(|path| {
                let path = self.resolve(path);
                self.event.remove(&path);
            }),
            Action::KeepOnly(paths) => self.keep_only(paths),
            Action::Lookup { key, into, prefix } => self.lookup(key, into.as_deref(), prefix),
            Action::Project(entries) => self.project(entries),
            Action::ForEach(path, steps) => self.for_each(path, steps),
            Action::Use(other) => {
                let own = std::mem::replace(&mut self.transform, *other);
                self.steps(&self.rules.transforms[*other]);
                self.transform = own;
            }
        }
    }

    fn ask(&mut self, needs: impl Fn(&Run<'a>, &mut Vec<Need>)) {
        let mut found = Vec::new();
        needs(self, &mut found);
        found.into_iter().for_each(|need| self.report(need));
    }

    fn report(&mut self, (path, wanted, found): Need) {
        let entry = self.errors.entry((path, wanted)).or_insert_with(|| (found, Vec::new()));
        if !entry.1.contains(&self.transform) {
            entry.1.push(self.transform);
        }
    }

    /// A path from the event: what is written with `it` is within the element.
    fn resolve(&self, path: &str) -> Vec<Segment> {
        let path = segments(path);
        match (path.split_first(), &self.element) {
            (Some((Segment::Key(key), rest)), Some((at, _))) if key == "it" => [at, rest].concat(),
            _ => path,
        }
    }

    fn is_present(&self, path: &str) -> bool {
        self.event.at(&self.resolve(path)).is_some()
    }

    /// Whether the value could be set there.
    fn put(&mut self, path: &str, value: Node) -> bool {
        let at = self.resolve(path);
        let mut changed = self.event.clone();
        if changed.put(&at, value).is_ok() {
            self.event = changed;
            return true;
        }
        if let Some((length, wanted, found)) = in_the_way(&self.event, &at) {
            // As the target is written, up to the value that is in the way.
            let written = segments(path);
            let missing = at.len() - length;
            let shown = self.as_written(&shown(&written[..written.len() - missing]));
            self.report((shown, wanted, found));
        }
        false
    }

    fn as_written(&self, path: &str) -> String {
        let written = shown(&segments(path));
        match (&self.element, written.strip_prefix("it")) {
            (Some((_, list)), Some(rest)) if rest.is_empty() || rest.starts_with(['.', '[']) => {
                format!("{list}[]{rest}")
            }
            _ => written,
        }
    }

    fn set(&mut self, target: &str, source: &Source) {
        self.ask(|run, out| source.needs(run, out));
        let value = source.evaluate(self);
        self.put(target, value);
    }

    fn copy(&mut self, target: &str, sources: &[String], and_remove: bool) {
        if self.is_present(target) {
            return;
        }
        let Some(source) = sources.iter().find(|source| self.is_present(source)) else { return };
        let at = self.resolve(source);
        let Some(value) = self.event.at(&at).cloned() else { return };
        // The source is removed first, so that a value can be moved into its own place.
        let before = self.event.clone();
        if and_remove {
            self.event.remove(&at);
        }
        if !self.put(target, value) {
            self.event = before;
        }
    }

    fn keep_only(&mut self, paths: &[String]) {
        let mut kept = Node::Object(Vec::new());
        for path in paths.iter().map(|path| segments(path)) {
            if let Some(value) = self.event.member(&path) {
                kept.put(&path, value.clone()).unwrap();
            }
        }
        self.event = kept;
    }

    fn lookup(&mut self, key: &Expr, into: Option<&str>, prefix: &str) {
        self.ask(|run, out| key.needs(None, run, out));
        let Some(row) = self.row(&key.evaluate(self)) else { return };
        for (column, cell) in row.into_iter().filter(|(column, _)| *column != "id") {
            let into = into.map_or(String::new(), |into| format!("{into}."));
            self.put(&format!("{into}{prefix}{column}"), cell);
        }
    }

    fn project(&mut self, entries: &[(String, Source)]) {
        let mut made = Node::Object(Vec::new());
        for (target, source) in entries {
            self.ask(|run, out| source.needs(run, out));
            made.put(&segments(target), source.evaluate(self)).unwrap();
        }
        self.event = made;
    }

    fn for_each(&mut self, path: &str, steps: &[Step]) {
        let at = self.resolve(path);
        let shown = self.as_written(path);
        let length = match self.event.at(&at) {
            None => return,
            Some(Node::List(elements)) => elements.len(),
            Some(other) => {
                let need = (shown, "array".to_owned(), other.type_name().to_owned());
                self.report(need);
                return;
            }
        };
        let outer = (self.element.take(), self.before.clone());
        if self.before.is_none() {
            self.before = Some(self.event.clone());
        }
        for index in 0..length {
            let element = [&at[..], &[Segment::Index(index)]].concat();
            self.element = Some((element, shown.clone()));
            self.steps(steps);
        }
        (self.element, self.before) = outer;
    }
}

/// The value in the way of a target: how many segments lead to it, the type that is needed, and the one that is present.
fn in_the_way(event: &Node, path: &[Segment]) -> Option<(usize, String, String)> {
    let mut node = event;
    for (length, segment) in path.iter().enumerate() {
        let wanted = match segment {
            Segment::Key(_) => "object",
            Segment::Index(_) => "array",
        };
        if !node.is_null() && node.type_name() != wanted {
            return Some((length, wanted.to_owned(), node.type_name().to_owned()));
        }
        let long = if let Node::List(elements) = node { elements.len() } else { 0 };
        if let Segment::Index(index) = segment
            && *index > long
        {
            return Some((length, format!("array of {index} or more"), format!("array of {long}")));
        }
        node = node.at(std::slice::from_ref(segment)).unwrap_or(&Node::Null);
    }
    None
}
