//! `subscribers:`, and the check that every subscriber is declared if `strict_subscribers` is on.

use super::{RuleSetDecoder, Section};
use crate::diagnostic::{Code, Diagnostic};
use crate::rules::{Name, NameKind, RuleSet, Subscriber, Table, keys};
use std::collections::BTreeMap;
use std::sync::Arc;

impl RuleSetDecoder<'_> {
    pub(super) fn subscribers(&mut self, sections: &[Section<'_>]) -> BTreeMap<Arc<str>, Subscriber> {
        let mut declared = BTreeMap::new();
        for (name, node, _) in self.named_entries(sections, NameKind::Subscriber) {
            let Some(fields) = self.fields(node, &keys::SUBSCRIBER) else { continue };
            let filter = self.condition_at(&fields, "filter");
            let transform = self.transforms_at(&fields, "transform");
            let description = self.prose(&fields, "description");
            let owner = self.prose(&fields, "owner");
            declared.insert(name.text.clone(), Subscriber { name, filter, transform, description, owner });
        }
        declared
    }

    /// Reports subscribers that are not declared, if all must be.
    pub(super) fn check_declared(&mut self, rules: &RuleSet) {
        mentions(rules, &mut |name| {
            if rules.subscribers.contains_key(&name.text) {
                return;
            }
            let declared = || rules.subscribers.keys().map(|name| &**name);
            let hint = self.suggestion(&name.text, declared());
            let message = format!("the subscriber `{}` is not declared", name.text);
            let help = "declare it under `subscribers:`, since `strict_subscribers` is on";
            let diagnostic = Diagnostic::new(Code::UnknownSubscriber, name.span, message);
            self.report(diagnostic.help(help).maybe_help(hint));
        });
    }
}

/// Every use of a subscriber.
fn mentions<'r>(rules: &'r RuleSet, found: &mut dyn FnMut(&'r Name)) {
    rules.defaults.names().for_each(&mut *found);
    rules.topics.iter().flat_map(|node| &node.subscribers).for_each(&mut *found);
    rules.rules.iter().flat_map(|rule| rule.subscribers.iter().chain(&rule.exclude)).for_each(&mut *found);
    rules.tables.iter().flat_map(Table::targets).flat_map(|target| &target.subscribers).for_each(found);
}
