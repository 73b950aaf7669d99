//! Lints of literals that are syntax elsewhere: labels that read like expressions, and cells that read like comparisons (W023).

use super::RuleSetDecoder;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::expr;
use crate::yaml::{YamlKind, YamlNode};

/// Operators that cells of tables elsewhere begin with, and the keys that mean the same here.
const OPERATORS: [(&str, &str); 8] =
    [("<=", "lte"), (">=", "gte"), ("==", "eq"), ("!=", "ne"), ("<>", "ne"), ("<", "lt"), (">", "gt"), ("=", "eq")];

impl RuleSetDecoder<'_> {
    /// A literal label of a rule or a row.
    pub(super) fn lint_label(&mut self, node: &YamlNode) {
        match &node.kind {
            YamlKind::Scalar(scalar) if scalar.value.is_string() => {
                let text = &scalar.text.value;
                let defines = &self.defines;
                if expr::reads_like_expression(text, &|name| defines.contains_key(name)) {
                    let message = format!("this label is the text `{text}`, not the value of an expression");
                    let help = format!(
                        "for the value, write `{{expr: {}}}`; for the text itself, write `{{expr: '\"{text}\"'}}`",
                        quoted(text)
                    );
                    self.report_literal(node.span, message, help);
                }
            }
            YamlKind::Mapping(entries) => {
                let [entry] = entries.as_slice() else { return };
                let key = &entry.key.text;
                if key.value.eq_ignore_ascii_case("expression") || key.value == "EXPR" {
                    let message =
                        format!("this label is an object with the key `{}`, not the value of an expression", key.value);
                    self.report_literal(key.span(), message, String::from("the key of an expression is `expr`"));
                }
            }
            _ => {}
        }
    }

    /// A literal cell, or one of a list.
    pub(super) fn lint_cell(&mut self, node: &YamlNode) {
        let Some(scalar) = node.scalar().filter(|scalar| scalar.value.is_string()) else { return };
        let text = scalar.text.value.trim_end();
        let operator = OPERATORS.iter().find_map(|(operator, key)| Some((text.strip_prefix(operator)?, operator, key)));
        let Some((rest, operator, key)) = operator else { return };
        let limit = rest.trim_start();
        if limit.strip_prefix('-').unwrap_or(limit).starts_with(|c: char| c.is_ascii_digit()) {
            let message = format!("this cell is compared with the text `{text}`; `{operator}` is not an operator here");
            let help = format!("write `{{{key}: {limit}}}`; for the text itself, write `{{eq: \"{text}\"}}`");
            self.report_literal(node.span, message, help);
        }
    }

    fn report_literal(&mut self, span: Span, message: String, help: String) {
        self.report(Diagnostic::new(Code::TakenLiterally, span, message).help(help));
    }
}

/// A text in a flow mapping of YAML: quoted if it has characters that end a plain one.
fn quoted(text: &str) -> String {
    match text.contains([',', '[', ']', '{', '}', '#', ':', '"', '\'']) {
        true => format!("'{}'", text.replace('\'', "''")),
        false => text.to_owned(),
    }
}
