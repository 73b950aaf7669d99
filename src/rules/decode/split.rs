//! `ruleset.split:`, where a line has a list of events.

use super::RuleSetDecoder;
use crate::diagnostic::{Code, Diagnostic};
use crate::event::{RawPath, Type};
use crate::expr::{self, ExprKind, PathTable, Root, Scope, Typed, TypedNode};
use crate::yaml::YamlNode;
use std::collections::HashMap;

/// The roots of a path to a list of events. Before a line is split, both are the whole line.
const ROOTS: [Root; 2] = [Root::Event, Root::Batch];

impl RuleSetDecoder<'_> {
    pub(super) fn split(&mut self, node: Option<&YamlNode>) -> Vec<RawPath> {
        let Some(node) = node else { return Vec::new() };
        // Even if its value is wrong, so that the uses of `batch` are not reported too.
        self.splits = true;
        let Some(text) = self.string(node).map(|scalar| scalar.text.clone()) else { return Vec::new() };
        let mut paths = PathTable::default();
        let mut scope = Scope {
            paths: &mut paths,
            defines: &HashMap::new(),
            define_types: &[],
            lookups: &self.lookups,
            patterns: &mut self.patterns,
            zone: &self.zone,
            type_of: &|_| Type::ANY,
            roots: &ROOTS,
        };
        let typed = expr::compile_text(&text, &mut scope, ExprKind::Paths, self.diagnostics);
        typed.map_or_else(Vec::new, |typed| self.list_paths(&typed, &paths))
    }

    /// The paths of `a ?? b ?? c`, from left to right.
    fn list_paths(&mut self, typed: &Typed, paths: &PathTable) -> Vec<RawPath> {
        let mut found = Vec::new();
        let mut left = vec![typed];
        while let Some(next) = left.pop() {
            match &next.node {
                TypedNode::Coalesce(a, b) => left.extend([&**b, &**a]),
                TypedNode::Path(id) => match paths.get(*id) {
                    Some(path) if path.root == Root::Event && path.steps.is_empty() => {
                        let message = "`event` is an element of the list, and no list itself";
                        let help =
                            "write `batch` to split lines that are lists, or the path of a list: `event.Records`";
                        self.report(Diagnostic::new(Code::BadEnvelope, next.span, message).help(help));
                    }
                    path => found.extend(path.map(|path| path.steps.clone())),
                },
                _ => {}
            }
        }
        found
    }
}
