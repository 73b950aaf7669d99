//! Groups of rules, and the priority that rules inherit.

use super::rules::{DecodedRules, EnclosingGroups, Guarantees};
use super::{Fields, RuleSetDecoder};
use crate::diagnostic::{Code, Diagnostic};
use crate::rules::{Group, GroupId, MatchMode, Member, Name, NameKind, keys};
use crate::yaml::YamlNode;

impl RuleSetDecoder<'_> {
    pub(super) fn group(
        &mut self,
        node: &YamlNode,
        around: &EnclosingGroups,
        guarantees: &Guarantees,
        decoded: &mut DecodedRules,
    ) -> Option<Member> {
        let fields = self.fields(node, &keys::GROUP)?;
        let name = self.own_name(&fields, "group", NameKind::Group);
        let mode = self.mode(&fields, MatchMode::All);
        let (topics, topic_spans) = self.patterns_at(&fields, "topic");
        let id = GroupId(decoded.groups.len() as u32);
        let mut within = around.clone();
        within.group = Some(id);
        within.priority = self.priority(&fields, around);
        within.topics.push(topics.clone());
        if mode == MatchMode::First && within.first.is_none() {
            within.first = Some(fields.get("mode").map_or(node.span, |mode| mode.span));
        }
        // The group is added before its members, so it gets their list afterwards.
        decoded.groups.push(Group {
            name: name.unwrap_or_else(|| Name { text: "".into(), span: node.span }),
            mode,
            topics,
            topic_spans,
            when: self.condition_at(&fields, "when"),
            enabled: self.flag(&fields, "enabled", true),
            active: self.active(&fields),
            parent: around.group,
            members: Vec::new(),
        });
        self.prose(&fields, "description");
        let members = match self.required(&fields, "rules") {
            Some(list) => self.rule_list(list, &within, guarantees, decoded),
            None => Vec::new(),
        };
        if let Some(group) = decoded.groups.get_mut(id.0 as usize) {
            group.members = members;
        }
        Some(Member::Group(id))
    }

    /// `mode:`, `first` or `all`.
    pub(super) fn mode(&mut self, fields: &Fields<'_>, otherwise: MatchMode) -> MatchMode {
        let words = [("first", MatchMode::First), ("all", MatchMode::All)];
        fields.get("mode").and_then(|node| self.choice(node, &words)).unwrap_or(otherwise)
    }

    /// The own or the inherited priority. In a `first` group file order decides, so a priority is an error.
    pub(super) fn priority(&mut self, fields: &Fields<'_>, around: &EnclosingGroups) -> i64 {
        let Some(entry) = fields.entry("priority") else { return around.priority };
        if let Some(first) = around.first {
            let message = "`priority` is not allowed in a `first` group: file order decides";
            let help = "put the rules in the order in which they are to be tried, and remove `priority`";
            let diagnostic = Diagnostic::new(Code::PriorityInFirst, entry.key.text.span(), message);
            self.report(diagnostic.also(first, "the group").help(help));
            return around.priority;
        }
        self.integer(&entry.value).unwrap_or(around.priority)
    }
}
