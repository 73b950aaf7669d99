//! Paths that steps read and write, from the root of the event, or from the element of a `for_each`.

use crate::diagnostic::{Code, Diagnostic, Text};
use crate::event::Step as PathStep;
use crate::expr::{self, ParsedPath, parsed_path};
use crate::rules::FieldPath;
use crate::rules::decode::RuleSetDecoder;
use crate::yaml::{YamlKind, YamlNode};

/// The limit for the steps of a path.
const LONGEST: usize = 64;

/// The use of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathUse {
    /// It is read.
    Read,
    /// It is written or removed.
    Write,
    /// It is a field of the new event that `project` makes.
    Field,
}

impl RuleSetDecoder<'_> {
    /// The paths of a list, or of a single scalar.
    pub(super) fn field_paths(&mut self, node: &YamlNode, usage: PathUse) -> Vec<FieldPath> {
        let items = match &node.kind {
            YamlKind::Sequence(items) if items.is_empty() => {
                self.bad_value(node, "the list of paths is empty");
                return Vec::new();
            }
            YamlKind::Sequence(_) => self.list(node, "").unwrap_or_default(),
            _ => std::slice::from_ref(node),
        };
        items.iter().filter(|item| !item.is_empty()).filter_map(|item| self.field_path_of(item, usage)).collect()
    }

    /// The path in a scalar.
    pub(super) fn field_path_of(&mut self, node: &YamlNode, usage: PathUse) -> Option<FieldPath> {
        match node.scalar() {
            Some(scalar) if scalar.value.is_string() => {
                let text = scalar.text.clone();
                self.field_path(&text, usage)
            }
            _ => {
                self.wrong_type(node, "a path, such as `data.amount`");
                None
            }
        }
    }

    /// The path in a text.
    pub(super) fn field_path(&mut self, text: &Text, usage: PathUse) -> Option<FieldPath> {
        let expr = expr::parse(text, &mut Vec::new());
        let Some(ParsedPath { mut steps, quoted }) = expr.as_ref().and_then(parsed_path) else {
            let message = format!("`{}` is not a path", text.value);
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
        let of_element = self.element.is_some() && (usage == PathUse::Field || begins_with("it"));
        if usage != PathUse::Field && begins_with("event") && steps.len() > 1 {
            let rest: String = steps.iter().skip(1).map(ToString::to_string).collect();
            let message = "paths of a step begin with a field of the event, not with `event`";
            let rest = rest.trim_start_matches('.');
            let help = format!("write `{rest}`; a field that is called `event` is written `[\"event\"].{rest}`");
            self.report(Diagnostic::new(Code::BadPath, text.span(), message).help(help));
            return None;
        }
        if usage != PathUse::Field && self.splits && begins_with("batch") {
            let path: String = steps.iter().map(ToString::to_string).collect();
            let path = path.trim_start_matches('.');
            let message = "paths of a step begin with a field of the event, not with `batch`";
            let help = format!("read it with `expr: {path}`; a field that is called `batch` is written `[\"batch\"]`");
            self.report(Diagnostic::new(Code::BadPath, text.span(), message).help(help));
            return None;
        }
        if self.element.is_some() && usage == PathUse::Write && !of_element {
            let message = format!("`{}` is not part of the element", text.value);
            let help = "the steps of a `for_each` change the element, so their targets begin with `it`";
            self.report(Diagnostic::new(Code::BadPath, text.span(), message).help(help));
            return None;
        }
        if of_element && usage != PathUse::Field {
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
    let general = "a path consists of names and indexes, such as `data.items[0].sku`";
    if text.is_empty() || text.contains(['[', ']', '(', ')', '"', '\'', '.']) {
        return format!("{general}; a key that is not a name is written in brackets and quotes: `data[\"odd key\"]`");
    }
    format!("{general}; a key that is not a name is written in brackets and quotes: `[\"{text}\"]`")
}
