//! `active:`, the period in which a rule or a group is in force.

use super::{Fields, RuleSetDecoder};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::time::parse_time;
use crate::rules::{Active, keys};
use crate::yaml::YamlNode;
use jiff::Timestamp;

impl RuleSetDecoder<'_> {
    pub(super) fn active(&mut self, fields: &Fields<'_>) -> Active {
        let Some(within) = fields.get("active").and_then(|node| self.fields(node, &keys::ACTIVE)) else {
            return Active::default();
        };
        if within.node.entries().is_empty() {
            self.bad_value(within.node, "`active` needs `from` or `until`");
        }
        let from = within.get("from").and_then(|node| self.time(node));
        let until = within.get("until").and_then(|node| self.time(node));
        if let (Some(from), Some(until)) = (from, until)
            && from >= until
        {
            let message = "`from` is not before `until`, so this is never in force";
            self.report(Diagnostic::new(Code::BadTime, within.node.span, message));
        }
        Active { from, until }
    }

    /// RFC 3339, or a date, which is midnight in the rule set's zone.
    fn time(&mut self, node: &YamlNode) -> Option<Timestamp> {
        let text = &self.string(node)?.text;
        let time = parse_time(&text.value, &self.zone);
        if time.is_none() {
            let message = format!("`{}` is not a time", text.value);
            let help = "write RFC 3339, such as `2026-01-31T18:00:00+05:30`, or a date, such as `2026-01-31`";
            self.report(Diagnostic::new(Code::BadTime, node.span, message).help(help));
        }
        // No clock exceeds the last timestamp, so a period that ends later never ends.
        time.map(|time| time.instant.timestamp().unwrap_or(Timestamp::MAX))
    }
}
