//! One expression outside of the rule files, with the names of a rule set.

use super::RuleSet;
use super::decode::type_of_cases;
use crate::diagnostic::{Diagnostic, Text};
use crate::event::Type;
use crate::expr::{self, DefineId, ExprKind, LookupId, LookupInfo, PreparedPatterns, Root, Scope, Typed};
use std::collections::HashMap;

impl RuleSet {
    /// Compiles an expression that may use the named values, the lookups and the zone of the rule set. The paths that it
    /// reads are added to the rule set's. `None` if there was an error, which is then among the diagnostics. A condition
    /// gets the lints of a condition.
    pub fn compile(&mut self, text: &Text, diagnostics: &mut Vec<Diagnostic>) -> Option<Typed> {
        let numbered = (0..).map(DefineId).zip(&self.defines);
        let defines = numbered.map(|(id, named)| (named.name.text.to_string(), id)).collect();
        let define_types: Vec<Type> = self.defines.iter().map(|named| type_of_cases(&named.cases)).collect();
        let roots = Root::ALL.map(|(_, root)| root);
        let mut scope = Scope {
            paths: &mut self.paths,
            defines: &defines,
            define_types: &define_types,
            lookups: &self.lookups.iter().enumerate().map(lookup_info).collect::<HashMap<_, _>>(),
            patterns: &mut PreparedPatterns::default(),
            zone: &self.zone,
            type_of: &|_| Type::ANY,
            roots: &roots,
        };
        let typed = expr::compile_text(text, &mut scope, ExprKind::Value, diagnostics)?;
        if typed.ty == Type::BOOLEAN {
            expr::lint_condition(&typed, &self.paths, diagnostics);
        }
        Some(typed)
    }
}

fn lookup_info((number, lookup): (usize, &crate::lookup::Lookup)) -> (String, LookupInfo) {
    let info = LookupInfo {
        id: LookupId(number as u32),
        keys: lookup.keys.len(),
        columns: lookup.columns.iter().chain(&lookup.keys).cloned().collect(),
    };
    (lookup.name.to_string(), info)
}
