//! Groups of rules, and the priority that is handed down in them.

use super::rules::{Around, Vouching, Written};
use super::{Decoder, Fields, Named};
use crate::diagnostic::{Code, Diagnostic};
use crate::rules::{Group, GroupId, Member, Mode, Name, keys};
use crate::yaml::Node;

impl Decoder<'_> {
    pub(super) fn group(
        &mut self,
        node: &Node,
        around: &Around,
        vouching: &Vouching,
        written: &mut Written,
    ) -> Option<Member> {
        let fields = self.fields(node, &keys::GROUP)?;
        let name = self.own_name(&fields, "group", Named::Group);
        let mode = self.mode(&fields, Mode::All);
        let (topics, topic_spans) = self.patterns_at(&fields, "topic");
        let id = GroupId(written.groups.len() as u32);
        let mut within = around.clone();
        within.group = Some(id);
        within.priority = self.priority(&fields, around);
        within.topics.push(topics.clone());
        if mode == Mode::First && within.first.is_none() {
            within.first = Some(fields.get("mode").map_or(node.span, |mode| mode.span));
        }
        // The group comes before its members, who are told to it afterwards.
        written.groups.push(Group {
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
            Some(list) => self.rule_list(list, &within, vouching, written),
            None => Vec::new(),
        };
        if let Some(group) = written.groups.get_mut(id.0 as usize) {
            group.members = members;
        }
        Some(Member::Group(id))
    }

    /// `mode:`, `first` or `all`.
    pub(super) fn mode(&mut self, fields: &Fields<'_>, otherwise: Mode) -> Mode {
        let words = [("first", Mode::First), ("all", Mode::All)];
        fields.get("mode").and_then(|node| self.choice(node, &words)).unwrap_or(otherwise)
    }

    /// A priority of one's own, or the inherited one. Where the order of the file decides, there is none.
    pub(super) fn priority(&mut self, fields: &Fields<'_>, around: &Around) -> i64 {
        let Some(entry) = fields.entry("priority") else { return around.priority };
        if let Some(first) = around.first {
            let message = "`priority` has no place in a `first` group: the order of the file decides there";
            let help = "put the rules into the order in which they shall be tried, and leave `priority` out";
            let diagnostic = Diagnostic::new(Code::PriorityInFirst, entry.key.text.span(), message);
            self.report(diagnostic.also(first, "the group").help(help));
            return around.priority;
        }
        self.integer(&entry.value).unwrap_or(around.priority)
    }
}
