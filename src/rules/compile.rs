//! One expression outside of the rule files, with the names of a rule set.

use super::RuleSet;
use super::decode::type_of_cases;
use crate::diagnostic::{Diagnostic, Text};
use crate::event::Type;
use crate::expr::{self, DefineId, ExprKind, LookupId, PreparedPatterns, Root, Scope, Typed};

impl RuleSet {
    /// Compiles an expression that may use the named values, the lookups and the zone of the rule set. The paths that it
    /// reads are added to the rule set's. `None` if there was an error, which is then among the diagnostics. A condition
    /// gets the lints of a condition.
    pub fn compile(&mut self, text: &Text, diagnostics: &mut Vec<Diagnostic>) -> Option<Typed> {
        let numbered = (0..).map(DefineId).zip(&self.defines);
        let defines = numbered.map(|(id, named)| (named.name.text.to_string(), id)).collect();
        let define_types: Vec<Type> = self.defines.iter().map(|named| type_of_cases(&named.cases)).collect();
        let exists = |root: &Root| *root != Root::Batch || self.splits();
        let roots: Vec<Root> = Root::ALL.map(|(_, root)| root).into_iter().filter(exists).collect();
        let numbered = (0..).map(LookupId).zip(&self.lookups);
        let lookups = numbered.map(|(id, lookup)| (lookup.name.to_string(), lookup.info(id))).collect();
        let mut scope = Scope {
            paths: &mut self.paths,
            defines: &defines,
            define_types: &define_types,
            lookups: &lookups,
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
