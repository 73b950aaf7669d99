//! `ruleset:`, which may appear once.

use super::{Fields, RuleSetDecoder, Section};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::expr::time::{find_zone, zone_hint};
use crate::rules::{Defaults, keys, suppressions};
use crate::yaml::YamlNode;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// The decoded section.
pub(super) struct RuleSetHead<'n> {
    pub(super) name: Arc<str>,
    pub(super) zone: TimeZone,
    pub(super) strict: bool,
    pub(super) envelope: Option<&'n YamlNode>,
    pub(super) split: Option<&'n YamlNode>,
    pub(super) defaults: Defaults,
    /// The lints that are silenced, each with the place of its code.
    pub(super) allowed_lints: Vec<(Code, Span)>,
}

impl RuleSetDecoder<'_> {
    pub(super) fn head<'n>(&mut self, default_name: String, sections: &[Section<'n>]) -> RuleSetHead<'n> {
        if let [first, others @ ..] = sections {
            for other in others {
                let message = "`ruleset` appears twice in this rule set";
                let diagnostic = Diagnostic::new(Code::DuplicateName, other.key, message);
                self.report(diagnostic.label("again here").also(first.key, "first here"));
            }
        }
        let mut head = RuleSetHead {
            name: Arc::from(default_name),
            zone: TimeZone::UTC,
            strict: false,
            envelope: None,
            split: None,
            defaults: Defaults::default(),
            allowed_lints: Vec::new(),
        };
        let fields = sections.first().and_then(|section| self.fields(section.node, &keys::RULESET));
        let Some(fields) = fields else { return head };
        if let Some(name) = fields.get("name").and_then(|node| self.name(node)) {
            head.name = name.text;
        }
        if let Some(zone) = fields.get("timezone").and_then(|node| self.timezone(node)) {
            head.zone = zone;
        }
        head.strict = fields.get("strict_subscribers").and_then(|node| self.boolean(node)).unwrap_or(false);
        // `root` was applied before files were read; only its type is checked here.
        fields.get("root").and_then(|node| self.string(node));
        head.envelope = fields.get("envelope");
        head.split = fields.get("split");
        head.defaults = self.defaults(&fields);
        head.allowed_lints = self.allowed_lints(&fields);
        head
    }

    /// `lints: {allow: [CODE, …]}`.
    fn allowed_lints(&mut self, fields: &Fields<'_>) -> Vec<(Code, Span)> {
        let lints = fields.get("lints").and_then(|node| self.fields(node, &keys::LINTS));
        let Some(allow) = lints.and_then(|lints| lints.get("allow")) else { return Vec::new() };
        let items = self.list(allow, "a list of codes").unwrap_or_default();
        let mut allowed = Vec::new();
        for item in items {
            let Some(name) = self.string(item) else { continue };
            match suppressions::lint(&name.text.value) {
                Ok(code) => allowed.push((code, item.span)),
                Err((message, help)) => {
                    self.report(Diagnostic::new(Code::BadValue, item.span, message).maybe_help(help));
                }
            }
        }
        allowed
    }

    fn timezone(&mut self, node: &YamlNode) -> Option<TimeZone> {
        let name = &self.string(node)?.text.value;
        if let Some(zone) = find_zone(name) {
            return Some(zone);
        }
        let help = zone_hint(name).unwrap_or_else(|| {
            String::from("write an IANA name, such as `Asia/Kolkata` or `UTC`, or an offset, such as `+05:30`")
        });
        self.report(
            Diagnostic::new(Code::UnknownTimezone, node.span, format!("there is no time zone `{name}`")).help(help),
        );
        None
    }

    fn defaults(&mut self, fields: &Fields<'_>) -> Defaults {
        let within = fields.get("defaults").and_then(|node| self.fields(node, &keys::DEFAULTS));
        let Some(within) = within else { return Defaults::default() };
        Defaults {
            always: self.names_at(&within, "always"),
            unrouted: self.names_at(&within, "unrouted"),
            dropped: self.names_at(&within, "dropped"),
            rejected: self.names_at(&within, "rejected"),
        }
    }
}
