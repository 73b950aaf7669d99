//! Names: roots, named values, `it`, and hints for unknown ones.

use super::{Checked, Checker};
use crate::diagnostic::{Code, Diagnostic, Span, did_you_mean};
use crate::event::Type;
use crate::expr::{Path, Root, Typed, TypedNode, functions};

impl Checker<'_, '_> {
    /// A name by itself.
    pub(super) fn name(&mut self, name: &str, span: Span) -> Checked {
        if let Some(root) = self.root(name, span) {
            return Some(self.path(Path { root: root?, steps: Vec::new() }, span));
        }
        if let Some(element) = self.element(name, span) {
            return Some(element);
        }
        if name == "it" {
            return self.outer_element(span);
        }
        if let Some(id) = self.scope.defines.get(name).copied() {
            let ty = self.scope.define_types.get(id.0 as usize).copied().unwrap_or(Type::ANY);
            // Only `now` and `time` themselves are known to be times.
            return Some(Typed { span, ty: ty.difference(Type::TIME), node: TypedNode::Define(id) });
        }
        let diagnostic = self.unknown_name(name, span);
        self.error(diagnostic)
    }

    /// The root of that name: `None` if it is not a root, `Some(None)` if it may not be used here.
    pub(super) fn root(&mut self, name: &str, span: Span) -> Option<Option<Root>> {
        let (_, root) = Root::ALL.into_iter().find(|(known, _)| *known == name)?;
        if self.scope.roots.contains(&root) {
            return Some(Some(root));
        }
        let roots: Vec<String> = self.scope.roots.iter().map(|root| format!("`{}`", root.name())).collect();
        let help = match roots.split_last() {
            _ if root == Root::Batch => {
                String::from("`batch` is the whole line, in a rule set with `ruleset: {split: …}`")
            }
            None => String::from("no path may stand here"),
            Some((one, [])) => format!("only {one} may be used here"),
            Some((last, others)) => format!("only {} and {last} may be used here", others.join(", ")),
        };
        let message = format!("`{name}` is not known here");
        Some(self.error(Diagnostic::new(Code::UnknownName, span, message).help(help)))
    }

    /// A path from a root, with its known type.
    pub(super) fn path(&mut self, path: Path, span: Span) -> Typed {
        let ty = match path.root {
            Root::Topic => Type::STRING,
            // Null where the clock is the event's time and the event has none.
            Root::Now => Type::STRING.union(Type::TIME).union(Type::NULL),
            Root::Time => Type::ANY.union(Type::TIME),
            Root::Data => (self.scope.type_of)(&path).difference(Type::TIME),
            Root::Event | Root::Headers | Root::Id | Root::It | Root::Batch => Type::ANY,
        };
        Typed { span, ty, node: TypedNode::Path(self.scope.paths.intern(path)) }
    }

    /// True for the `it` of a transform's `for_each`.
    pub(super) fn is_outer_element(&self, name: &str) -> bool {
        name == "it" && self.scope.roots.contains(&Root::It) && !self.element_names().any(|name| name == "it")
    }

    /// `it` where every element around has a name, or there is none.
    fn outer_element(&mut self, span: Span) -> Checked {
        if self.is_outer_element("it") {
            return Some(self.path(Path { root: Root::It, steps: Vec::new() }, span));
        }
        let message = "`it` means nothing here";
        let named = self.element_names().next().map(|name| format!("the element is `{name}`"));
        if let Some(help) = named {
            return self.error(Diagnostic::new(Code::UnknownName, span, message).help(help));
        }
        let help = "it is the element in the second argument of `any`, `all`, `filter`, `map` and their kin: `any(data.items, it.price > 100)`";
        self.error(Diagnostic::new(Code::UnknownName, span, message).help(help))
    }

    pub(super) fn unknown_name(&self, name: &str, span: Span) -> Diagnostic {
        // `none` is how some languages write null.
        if let Some(function) = functions::find(name).filter(|function| function.name != "none") {
            let message = format!("`{name}` is a function, and has no arguments here");
            return Diagnostic::new(Code::UnknownName, span, message).help(format!("write `{}`", function.usage));
        }
        let message = format!("`{name}` is not known");
        Diagnostic::new(Code::UnknownName, span, message).help(self.name_help(name))
    }

    fn name_help(&self, name: &str) -> String {
        let known = |root: Root| self.scope.roots.contains(&root);
        let element = self.element_names().next();
        match name.to_ascii_lowercase().as_str() {
            "true" => return "write `true`".to_owned(),
            "false" => return "write `false`".to_owned(),
            "null" | "none" | "nil" | "undefined" => return "write `null`".to_owned(),
            "payload" | "body" if known(Root::Data) => return "the payload is `data`".to_owned(),
            "this" | "self" | "item" | "element" | "elem" if let Some(element) = element => {
                return format!("the element is `{element}`");
            }
            "type" | "event_type" if known(Root::Topic) => return "the event's topic is `topic`".to_owned(),
            _ => {}
        }
        let roots = self.scope.roots.iter().map(|root| root.name());
        let defines = self.scope.defines.keys().map(String::as_str);
        let names = roots.chain(defines).chain(self.element_names()).chain(["true", "false", "null"]);
        let near = if self.seeks_names() { did_you_mean(name, names) } else { None };
        let (whose, root) = match () {
            () if let Some(element) = element => ("element", element),
            () if known(Root::Data) => ("payload", "data"),
            () => ("event", "event"),
        };
        // YAML removes the quotes around a whole value.
        let text = if self.is_name { format!("'\"{name}\"'") } else { format!("\"{name}\"") };
        let field = format!("a field of the {whose} is written `{root}.{name}`, a text `{text}`");
        near.map_or(field.clone(), |near| format!("{near} ({field})"))
    }
}
