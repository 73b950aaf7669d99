//! Names that an expression under `subscribers` can give, and that are not declared.

use super::{Destination, RuleSet, Table};
use crate::diagnostic::{Code, Diagnostic};
use crate::event::Json;
use crate::expr::{DefineId, Prepared, Typed, TypedNode};
use std::collections::{BTreeSet, HashSet};

/// How many names a message lists.
const LISTED: usize = 5;

pub(super) fn lint(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    let of_rules = rules.rules.iter().map(|rule| &rule.destinations);
    let of_rows = rules.tables.iter().flat_map(Table::targets).map(|target| &target.destinations);
    of_rules.chain(of_rows).flatten().for_each(|destination| lint_one(rules, destination, diagnostics));
}

fn lint_one(rules: &RuleSet, destination: &Destination, diagnostics: &mut Vec<Diagnostic>) {
    let span = destination.value.span;
    if rules.subscribers.is_empty() {
        let message = "no subscriber is declared, so this expression never chooses one";
        let help = "declare those that it may choose under `subscribers:`";
        diagnostics.push(Diagnostic::new(Code::UndeclaredChoice, span, message).help(help));
        return;
    }
    let mut possible = PossibleNames { rules, names: BTreeSet::new(), defines: HashSet::new() };
    possible.add(&destination.value);
    let mut names = possible.names;
    names.retain(|name| !rules.subscribers.contains_key(*name));
    if names.is_empty() {
        return;
    }
    let listed: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let (are, subscribers) = if names.len() == 1 { ("is", "a subscriber") } else { ("are", "subscribers") };
    let message = format!("this can give {}{more}, which {are} not declared as {subscribers}", listed.join(", "));
    let help =
        "declare every subscriber that it may choose under `subscribers:`; other names are errors on the decision";
    diagnostics.push(Diagnostic::new(Code::UndeclaredChoice, span, message).help(help));
}

/// The texts that an expression can give as far as that is known: literals, and the cells of lookups.
struct PossibleNames<'r> {
    rules: &'r RuleSet,
    names: BTreeSet<&'r str>,
    /// The named values whose texts were added.
    defines: HashSet<DefineId>,
}

impl<'r> PossibleNames<'r> {
    /// (Named values use only earlier ones, and the depth of all is limited.)
    fn add(&mut self, typed: &'r Typed) {
        match &typed.node {
            TypedNode::Const(Json::String(name)) => {
                self.names.insert(name);
            }
            TypedNode::Const(Json::Array(items)) => self.names.extend(items.iter().filter_map(Json::as_str)),
            TypedNode::List(parts) => parts.iter().for_each(|part| self.add(part)),
            TypedNode::Coalesce(a, b) | TypedNode::If(_, a, b) => {
                self.add(a);
                self.add(b);
            }
            TypedNode::Define(id) if self.defines.insert(*id) => {
                let cases = self.rules.define(*id).into_iter().flat_map(|named| &named.cases.alternatives);
                cases.for_each(|case| self.add(&case.value));
            }
            TypedNode::Call(function, parts, _) if matches!(function.name, "coalesce" | "coalesce_nonempty") => {
                parts.iter().for_each(|part| self.add(part));
            }
            TypedNode::Call(_, _, Prepared::Column { table, column }) => {
                let table = self.rules.lookups.get(table.0 as usize);
                self.names.extend(table.into_iter().flat_map(|table| table.texts(*column as usize)));
            }
            _ => {}
        }
    }
}
