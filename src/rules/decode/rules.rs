//! `rules:`, content rules; the parts that they share with groups, and their ranks.

use super::{Fields, RuleSetDecoder, Section, constant};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::expr::Typed;
use crate::rules::{Group, Member, Name, NameKind, Rule, RuleId, Schema, SchemaTarget, keys};
use crate::schema::Validator;
use crate::topic::TopicPattern;
use crate::yaml::{YamlKind, YamlNode};

/// How many rules are decoded between two checks whether loading should stop.
const CHECK_EVERY: usize = 64;

/// The rules and groups so far, in file order. Their ids are not ranks yet.
#[derive(Default)]
pub(super) struct DecodedRules {
    pub(super) rules: Vec<Rule>,
    pub(super) groups: Vec<Group>,
}

/// The groups that enclose a rule.
#[derive(Clone, Default)]
pub(super) struct EnclosingGroups {
    /// The innermost.
    pub(super) group: Option<crate::rules::GroupId>,
    /// The priority that is inherited.
    pub(super) priority: i64,
    /// The span of the outermost `first` group.
    pub(super) first: Option<Span>,
    /// The topics of each group that has some.
    pub(super) topics: Vec<Vec<TopicPattern>>,
}

/// The schemas that guarantee types of `data`, with their topics.
pub(super) struct Guarantees {
    schemas: Vec<(Vec<TopicPattern>, Validator)>,
}

impl RuleSetDecoder<'_> {
    /// Rules by rank, and groups whose members have those ranks.
    pub(super) fn rules(&mut self, sections: &[Section<'_>], schemas: &[Schema]) -> (Vec<Rule>, Vec<Group>) {
        let guarantees = Guarantees::new(schemas);
        let mut decoded = DecodedRules::default();
        for section in sections {
            self.rule_list(section.node, &EnclosingGroups::default(), &guarantees, &mut decoded);
        }
        rank(decoded)
    }

    /// Rules and groups in file order, as members of the enclosing group.
    pub(super) fn rule_list(
        &mut self,
        node: &YamlNode,
        around: &EnclosingGroups,
        guarantees: &Guarantees,
        decoded: &mut DecodedRules,
    ) -> Vec<Member> {
        let Some(items) = self.list(node, "a list of rules and groups") else { return Vec::new() };
        let mut members = Vec::new();
        for item in items.iter().filter(|item| !item.is_empty()) {
            if decoded.rules.len().is_multiple_of(CHECK_EVERY) && self.referenced.tree.is_cancelled() {
                break;
            }
            let is_group =
                matches!(&item.kind, YamlKind::Mapping(entries) if entries.iter().any(|e| e.key.text.value == "group"));
            members.extend(match is_group {
                true => self.group(item, around, guarantees, decoded),
                false => self.rule(item, around, guarantees, decoded),
            });
        }
        members
    }

    fn rule(
        &mut self,
        node: &YamlNode,
        around: &EnclosingGroups,
        guarantees: &Guarantees,
        decoded: &mut DecodedRules,
    ) -> Option<Member> {
        let fields = self.fields(node, &keys::RULE)?;
        let name = self.own_name(&fields, "name", NameKind::Rule);
        let (topics, topic_spans) = self.patterns_at(&fields, "topic");
        let layers = around.topics.iter().chain(std::iter::once(&topics));
        self.typing = guarantees.of(layers);
        let when = self.condition_at(&fields, "when");
        let labels = self.labels_at(&fields);
        let chosen = self.destinations_at(&fields, "subscribers");
        self.typing.clear();
        let order = decoded.rules.len() as u32;
        let rule = Rule {
            topics,
            topic_spans,
            when,
            labels,
            subscribers: chosen.names,
            destinations: chosen.destinations,
            exclude: self.names_at(&fields, "exclude"),
            priority: self.priority(&fields, around),
            stop: self.flag(&fields, "stop", false),
            enabled: self.flag(&fields, "enabled", true),
            active: self.active(&fields),
            description: self.prose(&fields, "description"),
            group: around.group,
            order,
            name: name.unwrap_or_else(|| Name { text: "".into(), span: node.span }),
        };
        decoded.rules.push(rule);
        Some(Member::Rule(RuleId(order)))
    }

    /// The boolean of an optional key.
    pub(super) fn flag(&mut self, fields: &Fields<'_>, key: &str, otherwise: bool) -> bool {
        fields.get(key).and_then(|node| self.boolean(node)).unwrap_or(otherwise)
    }

    /// Labels of a rule or a row: literals, or `{expr: …}` for an expression.
    pub(super) fn labels_at(&mut self, fields: &Fields<'_>) -> Vec<(Name, Typed)> {
        let Some(node) = fields.get("labels") else { return Vec::new() };
        let entries = self.mapping(node, "a mapping of labels").unwrap_or_default();
        let mut labels = Vec::new();
        for entry in entries {
            let Some(name) = self.key_name(entry) else { continue };
            if !self.refuse_empty(entry) {
                labels.extend(self.label(&entry.value).map(|value| (name, value)));
            }
        }
        labels
    }

    fn label(&mut self, node: &YamlNode) -> Option<Typed> {
        match &node.kind {
            YamlKind::Mapping(entries) if entries.iter().any(|entry| entry.key.text.value == "expr") => {
                let fields = self.fields(node, &keys::LABEL)?;
                self.value_or_expr(&fields)
            }
            YamlKind::Mapping(entries)
                if let [entry] = entries.as_slice()
                    && is_nearly_expr(&entry.key.text.value) =>
            {
                let key = &entry.key.text;
                let message = format!("unknown key `{}` in {}", key.value, keys::LABEL.of);
                let help =
                    "did you mean `expr`? (An object with one key that is so similar to `expr` cannot be a label.)";
                self.report(Diagnostic::new(Code::UnknownKey, key.span(), message).help(help));
                None
            }
            _ => {
                self.lint_label(node);
                Some(constant(self.literal(node), node.span))
            }
        }
    }
}

/// True for a misspelt `expr`. (`expr` itself is not.)
fn is_nearly_expr(key: &str) -> bool {
    key != "expr" && strsim::osa_distance(key, "expr") <= 2
}

impl Guarantees {
    /// A schema guarantees types of `data` if it validates `data` and rejects events that are not valid.
    fn new(schemas: &[Schema]) -> Guarantees {
        let vouches = |schema: &&Schema| schema.rejects && schema.when.is_none() && schema.target == SchemaTarget::Data;
        let pick = |schema: &Schema| (schema.topics.clone(), schema.validator.clone());
        Guarantees { schemas: schemas.iter().filter(vouches).map(pick).collect() }
    }

    /// The schemas that cover every topic that all layers match. The layers are the topics of a rule and of its groups; an empty layer matches all topics.
    fn of<'t>(&self, layers: impl Iterator<Item = &'t Vec<TopicPattern>> + Clone) -> Vec<Validator> {
        let covers = |own: &[TopicPattern], layer: &Vec<TopicPattern>| {
            !layer.is_empty() && layer.iter().all(|pattern| own.iter().any(|by| by.covers(pattern)))
        };
        let fits = |own: &[TopicPattern]| own.is_empty() || layers.clone().any(|layer| covers(own, layer));
        self.schemas.iter().filter(|(own, _)| fits(own)).map(|(_, validator)| validator.clone()).collect()
    }
}

/// Sorts rules by priority, then file order, and updates the members of groups.
fn rank(decoded: DecodedRules) -> (Vec<Rule>, Vec<Group>) {
    let DecodedRules { mut rules, mut groups } = decoded;
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.priority));
    let mut ranks = vec![RuleId(0); rules.len()];
    for (rank, rule) in rules.iter().enumerate() {
        if let Some(slot) = ranks.get_mut(rule.order as usize) {
            *slot = RuleId(rank as u32);
        }
    }
    for member in groups.iter_mut().flat_map(|group| &mut group.members) {
        if let Member::Rule(id) = member {
            *id = ranks.get(id.0 as usize).copied().unwrap_or(*id);
        }
    }
    (rules, groups)
}
