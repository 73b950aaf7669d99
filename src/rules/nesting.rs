//! The depth of expressions when their named values are expanded.
//!
//! The parser limits the depth of each expression, and YAML that of each tree of conditions, but named values may use one another
//! in chains of any length. Evaluation recurses through the whole chain, so the total depth has a limit of its own.

use super::RuleSet;
use super::walk::{expressions, of_cases};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::expr::{Typed, TypedNode};
use std::collections::HashSet;

/// The limit for the levels of an expression, including those of the named values that it uses.
const MAX_LEVELS: usize = 512;

/// Reports expressions that are nested too deeply. A named value that exceeds the limit is reported; those that use it are not.
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
    let message = format!("{what} is nested {found} levels deep, including the named values that it uses");
    let help = format!("at most {MAX_LEVELS} levels are allowed: use fewer named values that use one another");
    Diagnostic::new(Code::ExpressionTooLarge, span, message).help(help)
}

/// The depth of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Height {
    /// Within the limit.
    Fine(usize),
    /// Above the limit.
    TooHigh(usize),
    /// It uses a named value that is above the limit, and has been reported.
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
