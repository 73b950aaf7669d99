//! How deep expressions are nested once their named values are written out.
//!
//! Each expression is bounded by the parser and each tree of conditions by YAML, but a named value may use a named value that uses
//! another one, as often as there are names. Evaluation recurses through all of them, so their sum has a bound of its own.

use super::RuleSet;
use super::walk::{expressions, of_cases};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::expr::{Typed, TypedNode};
use std::collections::HashSet;

/// How many levels an expression may have, with those of the named values that it uses.
const MAX_LEVELS: usize = 512;

/// Reports the expressions that are nested too deep. A named value beyond the bound is reported, those that use it are not.
pub(super) fn check(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    let mut levels = Levels { of_defines: Vec::with_capacity(rules.defines.len()) };
    let mut reported = HashSet::new();
    for named in &rules.defines {
        let own = of_cases(&named.cases).map(|part| levels.of(part)).max().unwrap_or_default();
        if let Height::TooHigh(found) = own {
            diagnostics.push(too_deep(named.name.span, &format!("`{}`", named.name.text), found));
            reported.extend(of_cases(&named.cases).map(|part| part.span));
        }
        levels.of_defines.push(own);
    }
    expressions(rules, &mut |typed| {
        if let Height::TooHigh(found) = levels.of(typed)
            && reported.insert(typed.span)
        {
            diagnostics.push(too_deep(typed.span, "this expression", found));
        }
    });
}

fn too_deep(span: Span, what: &str, found: usize) -> Diagnostic {
    let message = format!("{what} is nested {found} levels deep, with the named values that it uses");
    let help =
        format!("at most {MAX_LEVELS} levels are allowed: use fewer named values that are made from one another");
    Diagnostic::new(Code::ExpressionTooLarge, span, message).help(help)
}

/// How high an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Height {
    /// Within the bound.
    Fine(usize),
    /// Beyond it.
    TooHigh(usize),
    /// It uses a named value that is beyond it, which has been reported.
    Reported,
}

impl Default for Height {
    fn default() -> Height {
        Height::Fine(0)
    }
}

struct Levels {
    of_defines: Vec<Height>,
}

impl Levels {
    /// (Recurses within one expression only.)
    fn of(&self, typed: &Typed) -> Height {
        let below = match &typed.node {
            TypedNode::Define(id) => match self.of_defines.get(id.0 as usize).copied().unwrap_or_default() {
                Height::TooHigh(_) => Height::Reported,
                height => height,
            },
            _ => typed.children().map(|part| self.of(part)).max().unwrap_or_default(),
        };
        match below {
            Height::Fine(levels) if levels < MAX_LEVELS => Height::Fine(levels + 1),
            Height::Fine(levels) | Height::TooHigh(levels) => Height::TooHigh(levels + 1),
            Height::Reported => Height::Reported,
        }
    }
}
