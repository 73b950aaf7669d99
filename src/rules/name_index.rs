//! An index of the definitions and uses of names, for editors: from an offset in a file to a name, and from a name to its
//! definition and all its uses.

use super::walk::{expressions, visit};
use super::{Name, NameKind, NamePlace, RuleSet, Table, Target};
use crate::diagnostic::{FileId, Span};
use crate::expr::{Prepared, TypedNode};
use crate::topic::TopicPattern;

/// All names of a rule set.
///
/// ```
/// use dadar::unstable::rules::{NameIndex, NameKind};
///
/// let text = "define: {city: lower(data.city)}\nrules: [{name: local, when: city == 'pune', subscribers: [local]}]";
/// let loaded = dadar::load_strings("example", [("rules.yaml", text)]);
/// let rules = loaded.rule_set.expect("there are no errors");
/// let names = NameIndex::new(&rules);
/// let file = names.definition(NameKind::Define, "city").expect("it is defined").span.file;
/// let used = names.at(file, text.find("city ==").expect("it is used") as u32).expect("a name is there");
/// assert_eq!((used.kind, &*used.name, used.is_definition), (NameKind::Define, "city", false));
/// assert_eq!(names.places(NameKind::Define, "city").count(), 2);
/// ```
#[derive(Clone, Debug, Default)]
pub struct NameIndex {
    /// By span.
    places: Vec<NamePlace>,
}

impl RuleSet {
    /// The names of the rule set: where each is defined and used.
    pub fn names(&self) -> NameIndex {
        NameIndex::new(self)
    }
}

impl NameIndex {
    /// Collects the names of a rule set, which may be a partial one.
    pub fn new(rules: &RuleSet) -> NameIndex {
        let mut index = NameIndex { places: rules.resolved_names.clone() };
        index.add_definitions(rules);
        index.add_topics(rules);
        index.add_subscribers(rules);
        index.add_expressions(rules);
        index.places.sort_by(|a, b| (a.span, a.kind, &a.name).cmp(&(b.span, b.kind, &b.name)));
        index.places.dedup();
        index
    }

    /// Every place where a name is defined, in the order of the files.
    pub fn definitions(&self) -> impl Iterator<Item = &NamePlace> {
        self.places.iter().filter(|place| place.is_definition)
    }

    /// Every place where a name is used, in the order of the files. Subscribers, topics and labels may be used without a
    /// definition.
    pub fn uses(&self) -> impl Iterator<Item = &NamePlace> {
        self.places.iter().filter(|place| !place.is_definition)
    }

    /// Every place, in the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = &NamePlace> {
        self.places.iter()
    }

    /// The name at an offset of a file, its end included.
    pub fn at(&self, file: FileId, offset: u32) -> Option<&NamePlace> {
        let behind = self.places.partition_point(|place| (place.span.file, place.span.start) <= (file, offset));
        let place = behind.checked_sub(1).and_then(|at| self.places.get(at))?;
        (place.span.file == file && offset <= place.span.end).then_some(place)
    }

    /// The definition of a name. For a topic that is defined in several places, it is the first.
    pub fn definition<'n>(&'n self, kind: NameKind, name: &'n str) -> Option<&'n NamePlace> {
        self.places(kind, name).find(|place| place.is_definition)
    }

    /// Every definition and use of a name.
    pub fn places<'n>(&'n self, kind: NameKind, name: &'n str) -> impl Iterator<Item = &'n NamePlace> {
        self.places.iter().filter(move |place| place.kind == kind && *place.name == *name)
    }

    fn add(&mut self, kind: NameKind, name: &Name, is_definition: bool) {
        self.places.push(NamePlace { kind, name: name.text.clone(), span: name.span, is_definition });
    }

    fn add_definitions(&mut self, rules: &RuleSet) {
        let lookups = rules.lookups.iter().map(|lookup| Name { text: lookup.name.clone(), span: lookup.span });
        lookups.for_each(|name| self.add(NameKind::Lookup, &name, true));
        let mut all = |kind: NameKind, names: &mut dyn Iterator<Item = &Name>| {
            // A rule without a name is an error, and is kept with an empty name.
            names.filter(|name| !name.text.is_empty()).for_each(|name| self.add(kind, name, true));
        };
        all(NameKind::Define, &mut rules.defines.iter().map(|named| &named.name));
        all(NameKind::Label, &mut rules.labels.iter().map(|named| &named.name));
        all(NameKind::Rule, &mut rules.rules.iter().map(|rule| &rule.name));
        all(NameKind::Group, &mut rules.groups.iter().map(|group| &group.name));
        all(NameKind::Table, &mut rules.tables.iter().map(|table| &table.name));
        all(NameKind::Schema, &mut rules.schemas.iter().map(|schema| &schema.name));
        all(NameKind::Filter, &mut rules.filters.iter().map(|filter| &filter.name));
        all(NameKind::Subscriber, &mut rules.subscribers.values().map(|subscriber| &subscriber.name));
        all(NameKind::Transform, &mut rules.transforms.iter().map(|transform| &transform.name));
    }

    fn add_topics(&mut self, rules: &RuleSet) {
        let mut add = |pattern: &TopicPattern, span: Span, is_definition: bool| {
            self.places.push(NamePlace { kind: NameKind::Topic, name: pattern.text.clone(), span, is_definition });
        };
        rules.topics.iter().for_each(|node| add(&node.pattern, node.span, true));
        let of_rules = rules.rules.iter().map(|rule| (&rule.topics, &rule.topic_spans));
        let of_groups = rules.groups.iter().map(|group| (&group.topics, &group.topic_spans));
        let of_schemas = rules.schemas.iter().map(|schema| (&schema.topics, &schema.topic_spans));
        for (topics, spans) in of_rules.chain(of_groups).chain(of_schemas) {
            topics.iter().zip(spans).for_each(|(pattern, span)| add(pattern, *span, false));
        }
    }

    /// The uses of subscribers and labels.
    fn add_subscribers(&mut self, rules: &RuleSet) {
        let by_defaults = rules.defaults.names();
        let by_topics = rules.topics.iter().flat_map(|node| &node.subscribers);
        let by_rules = rules.rules.iter().flat_map(|rule| rule.subscribers.iter().chain(&rule.exclude));
        let named = by_defaults.chain(by_topics).chain(by_rules);
        named.for_each(|name| self.add(NameKind::Subscriber, name, false));
        rules.rules.iter().flat_map(|rule| &rule.labels).for_each(|(name, _)| self.add(NameKind::Label, name, false));
        rules.tables.iter().flat_map(Table::targets).for_each(|target| self.add_target(target));
    }

    fn add_target(&mut self, target: &Target) {
        target.subscribers.iter().for_each(|name| self.add(NameKind::Subscriber, name, false));
        target.labels.iter().for_each(|(name, _)| self.add(NameKind::Label, name, false));
    }

    /// The uses of named values, and of lookups in `lookup(…)`.
    fn add_expressions(&mut self, rules: &RuleSet) {
        let mut add = |kind: NameKind, name: &str, span: Span| {
            self.places.push(NamePlace { kind, name: name.into(), span, is_definition: false });
        };
        expressions(rules, &mut |typed| {
            visit(typed, &mut |part| match &part.node {
                TypedNode::Define(id) => {
                    rules.define(*id).iter().for_each(|named| add(NameKind::Define, &named.name.text, part.span));
                }
                TypedNode::Call(_, args, Prepared::Column { table, .. }) => {
                    let table = rules.lookups.get(table.0 as usize);
                    let named = args.first().zip(table);
                    named.iter().for_each(|(first, table)| add(NameKind::Lookup, &table.name, first.span));
                }
                _ => {}
            });
        });
    }
}
