//! `filters:`, which drop events before rules are evaluated.

use super::{RuleSetDecoder, Section};
use crate::diagnostic::{Code, Diagnostic};
use crate::rules::{Filter, NameKind, keys};
use crate::yaml::YamlNode;

impl RuleSetDecoder<'_> {
    pub(super) fn filters(&mut self, sections: &[Section<'_>]) -> Vec<Filter> {
        let mut filters = Vec::new();
        for section in sections {
            let items = self.list(section.node, "a list of filters").unwrap_or_default();
            filters.extend(items.iter().filter(|item| !item.is_empty()).filter_map(|item| self.filter(item)));
        }
        filters
    }

    fn filter(&mut self, node: &YamlNode) -> Option<Filter> {
        let fields = self.fields(node, &keys::FILTER)?;
        let name = self.own_name(&fields, "name", NameKind::Filter);
        let drop = match (fields.has("drop"), fields.has("keep")) {
            (true, false) => true,
            (false, true) => false,
            (both, _) => {
                let (code, message) = match both {
                    true => (Code::BadValue, "a filter has either `drop` or `keep`"),
                    false => (Code::MissingKey, "a filter needs `drop` or `keep`"),
                };
                self.report(Diagnostic::new(code, node.span, message));
                return None;
            }
        };
        let condition = self.condition_at(&fields, if drop { "drop" } else { "keep" });
        Some(Filter { name: name?, drop, condition: condition? })
    }
}
