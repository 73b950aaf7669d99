//! Paths that steps read from and write to: from the raw event's root, or from the element of a `for_each`.

use crate::diagnostic::{Code, Diagnostic, Text};
use crate::event::Step as PathStep;
use crate::expr::{self, ParsedPath, parsed_path};
use crate::rules::FieldPath;
use crate::rules::decode::Decoder;
use crate::yaml::{Kind, Node};

/// How many steps a path may have.
const LONGEST: usize = 64;

/// What a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It is read.
    Read,
    /// It is written to, or taken away.
    Write,
    /// It is a field of the new event that `project` makes.
    Field,
}

impl Decoder<'_> {
    /// The paths of a list, or of a single scalar.
    pub(super) fn places(&mut self, node: &Node, usage: Use) -> Vec<FieldPath> {
        let items = match &node.kind {
            Kind::Sequence(items) if items.is_empty() => {
                self.bad_value(node, "the list of paths is empty");
                return Vec::new();
            }
            Kind::Sequence(_) => self.list(node, "").unwrap_or_default(),
            _ => std::slice::from_ref(node),
        };
        items.iter().filter(|item| !item.is_empty()).filter_map(|item| self.place_of(item, usage)).collect()
    }

    /// The path that a scalar is.
    pub(super) fn place_of(&mut self, node: &Node, usage: Use) -> Option<FieldPath> {
        match node.scalar() {
            Some(scalar) if scalar.value.is_string() => {
                let text = scalar.text.clone();
                self.place(&text, usage)
            }
            _ => {
                self.wrong_type(node, "a path, such as `data.amount`");
                None
            }
        }
    }

    /// A path as it is written.
    pub(super) fn place(&mut self, text: &Text, usage: Use) -> Option<FieldPath> {
        let expr = expr::parse(text, &mut Vec::new());
        let Some(ParsedPath { mut steps, quoted }) = expr.as_ref().and_then(parsed_path) else {
            let message = format!("`{}` is no path", text.value);
            let help = as_key(&text.value);
            self.report(Diagnostic::new(Code::BadPath, text.span(), message).help(help));
            return None;
        };
        if steps.len() > LONGEST {
            let message = format!("a path has at most {LONGEST} steps, and this has {}", steps.len());
            self.report(Diagnostic::new(Code::BadPath, text.span(), message));
            return None;
        }
        let begins_with = |name: &str| !quoted && matches!(steps.first(), Some(PathStep::Key(key)) if **key == *name);
        let of_element = self.element.is_some() && (usage == Use::Field || begins_with("it"));
        if usage != Use::Field && begins_with("event") && steps.len() > 1 {
            let rest: String = steps.iter().skip(1).map(ToString::to_string).collect();
            let message = "paths of a step begin at the event already";
            let rest = rest.trim_start_matches('.');
            let help = format!("write `{rest}`; a field that is called `event` is written `[\"event\"].{rest}`");
            self.report(Diagnostic::new(Code::BadPath, text.span(), message).help(help));
            return None;
        }
        if self.element.is_some() && usage == Use::Write && !of_element {
            let message = format!("`{}` is not part of the element", text.value);
            let help = "the steps of a `for_each` change the element, so their targets begin with `it`";
            self.report(Diagnostic::new(Code::BadPath, text.span(), message).help(help));
            return None;
        }
        if of_element && usage != Use::Field {
            steps.remove(0);
        }
        let shown = self.shown(&steps, of_element);
        Some(FieldPath { span: text.span(), of_element, path: steps, shown })
    }

    /// A path as errors show it.
    pub(super) fn shown(&self, steps: &[PathStep], of_element: bool) -> Box<str> {
        let path: String = steps.iter().map(ToString::to_string).collect();
        match (&self.element, of_element) {
            (Some(element), true) => format!("{element}{path}").into(),
            _ => path.strip_prefix('.').unwrap_or(&path).into(),
        }
    }
}

/// A key as it is written in a path if it is not a name.
fn as_key(text: &str) -> String {
    let general = "a path is made of names and indexes, such as `data.items[0].sku`";
    if text.is_empty() || text.contains(['[', ']', '(', ')', '"', '\'', '.']) {
        return format!("{general}; a key that is no name stands in brackets and quotes: `data[\"odd key\"]`");
    }
    format!("{general}; a key that is no name stands in brackets and quotes: `[\"{text}\"]`")
}
