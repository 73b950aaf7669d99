//! `ruleset.envelope:`, how an event is laid out.

use super::{Fields, RuleSetDecoder};
use crate::diagnostic::{Code, Diagnostic, SourceFile, Span, Text};
use crate::event::{Step, Type};
use crate::expr::{self, ExprKind, PathTable, Root, Scope, Typed, TypedNode};
use crate::rules::{Envelope, Layout, keys};
use crate::yaml::{YamlKind, YamlNode};
use std::collections::HashMap;

/// The plain layout, for the keys that a rule set leaves out.
const PLAIN: &str = "\
id: event.event_id ?? event.id
topic: lower(replace(event.event_type ?? event.type, \"_\", \".\"))
time: event.timestamp ?? event.time
headers: event.headers
data: event.data
";

/// The name under which [`PLAIN`] is shown.
const PLAIN_PATH: &str = "(envelope: plain)";

/// The roots that a layout may use: the others are only known once it has been applied. The first needs `split`.
const ROOTS: [Root; 3] = [Root::Batch, Root::Event, Root::Now];

impl RuleSetDecoder<'_> {
    pub(super) fn envelope(&mut self, node: Option<&YamlNode>) -> Envelope {
        let Some(node) = node else { return Envelope::Auto(self.layout(None)) };
        match &node.kind {
            YamlKind::Mapping(_) => {
                let fields = self.fields(node, &keys::ENVELOPE);
                Envelope::Plain(self.layout(fields.as_ref()))
            }
            YamlKind::Scalar(_) => {
                let layout = self.layout(None);
                let words = [
                    ("plain", Envelope::Plain as fn(Layout) -> Envelope),
                    ("auto", Envelope::Auto),
                    ("cloudevents", |_| Envelope::CloudEvents),
                ];
                self.choice(node, &words).unwrap_or(Envelope::Auto)(layout)
            }
            YamlKind::Sequence(_) => {
                self.wrong_type(node, "`plain`, `cloudevents`, `auto` or a mapping");
                Envelope::CloudEvents
            }
        }
    }

    fn layout(&mut self, fields: Option<&Fields<'_>>) -> Layout {
        let file = self.referenced.sources.add(SourceFile::new(PLAIN_PATH, PLAIN));
        let plain = |key: &str| {
            let start = PLAIN.find(&format!("{key}: ")).unwrap_or(0) + key.len() + 2;
            let text = PLAIN.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("event");
            Text::verbatim(text, Span::new(file, start, start + text.len()))
        };
        let text = |decoder: &mut Self, key: &str| {
            let own = fields.and_then(|fields| fields.get(key));
            let own = own.and_then(|node| decoder.string(node));
            own.map_or_else(|| plain(key), |scalar| scalar.text.clone())
        };
        let id = text(self, "id");
        let topic = text(self, "topic");
        let time = text(self, "time");
        let headers = text(self, "headers");
        let data = text(self, "data");
        Layout {
            id: self.layout_value(&id),
            topic: self.layout_value(&topic),
            time: self.layout_value(&time),
            headers: self.layout_paths(&headers),
            data: self.layout_paths(&data),
        }
    }

    fn layout_value(&mut self, text: &Text) -> Typed {
        let mut paths = std::mem::take(&mut self.paths);
        let typed = self.compile_layout(text, &mut paths, ExprKind::Value);
        self.paths = paths;
        typed.unwrap_or_else(|| super::constant(crate::event::Json::Null, text.span()))
    }

    fn layout_paths(&mut self, text: &Text) -> Vec<Vec<Step>> {
        // The graph finds headers and payload by themselves: no rule reads them as a whole.
        let mut paths = PathTable::default();
        let typed = self.compile_layout(text, &mut paths, ExprKind::Paths);
        typed.map_or_else(Vec::new, |typed| self.raw_paths(&typed, &paths))
    }

    fn compile_layout(&mut self, text: &Text, paths: &mut PathTable, wanted: ExprKind) -> Option<Typed> {
        let mut scope = Scope {
            paths,
            defines: &HashMap::new(),
            define_types: &[],
            lookups: &self.lookups,
            patterns: &mut self.patterns,
            zone: &self.zone,
            type_of: &|_| Type::ANY,
            roots: ROOTS.get(usize::from(!self.splits)..).unwrap_or_default(),
        };
        expr::compile_text(text, &mut scope, wanted, self.diagnostics)
    }

    /// The paths of `a ?? b ?? c`, from left to right.
    fn raw_paths(&mut self, typed: &Typed, paths: &PathTable) -> Vec<Vec<Step>> {
        let mut found = Vec::new();
        let mut left = vec![typed];
        while let Some(next) = left.pop() {
            match &next.node {
                TypedNode::Coalesce(a, b) => left.extend([&**b, &**a]),
                TypedNode::Path(id) if paths.get(*id).is_some_and(|path| path.root == Root::Event) => {
                    found.extend(paths.get(*id).map(|path| path.steps.clone()));
                }
                _ => {
                    let message = "headers and data are a path from `event`, or such paths joined by `??`";
                    self.report(Diagnostic::new(Code::BadEnvelope, next.span, message));
                }
            }
        }
        found
    }
}
