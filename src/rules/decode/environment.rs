//! `${env:NAME}`, which other tools replace and rules do not.

use super::RuleSetDecoder;
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::yaml::{YamlKind, YamlNode};

/// How a reference to an environment variable begins.
const BEGIN: &str = "${env:";

/// Keys whose values are for readers only.
const PROSE: [&str; 2] = ["description", "owner"];

impl RuleSetDecoder<'_> {
    /// Reports every reference to an environment variable in the values of a section. (Recurses no deeper than YAML.)
    pub(super) fn lint_environment(&mut self, node: &YamlNode) {
        match &node.kind {
            YamlKind::Scalar(scalar) => self.lint_environment_in(&scalar.text),
            YamlKind::Sequence(items) => items.iter().for_each(|item| self.lint_environment(item)),
            YamlKind::Mapping(entries) => {
                let entries = entries.iter().filter(|entry| !PROSE.contains(&entry.key.text.value.as_str()));
                entries.for_each(|entry| self.lint_environment(&entry.value));
            }
        }
    }

    fn lint_environment_in(&mut self, text: &Text) {
        for (start, _) in text.value.match_indices(BEGIN) {
            let rest = text.value.get(start..).unwrap_or_default();
            let end = start + rest.find('}').map_or(BEGIN.len(), |end| end + 1);
            let written = text.value.get(start..end).unwrap_or(BEGIN);
            let message = format!("`{written}` is not replaced: rules do not read environment variables");
            let help = "a decision follows from the rules, the event and the clock alone: put values that differ into a \
                        lookup or into `overrides`";
            self.report(Diagnostic::new(Code::Environment, text.locate(start..end), message).help(help));
        }
    }
}
