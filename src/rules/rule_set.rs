//! A whole rule set.

use super::cases::NamedCases;
use super::envelope::Envelope;
use super::filter::Filter;
use super::group::Group;
use super::name::NamePlace;
use super::rule::Rule;
use super::schema::Schema;
use super::subscriber::{Defaults, Subscriber};
use super::table::Table;
use super::topic_node::TopicNode;
use super::transform::{Transform, TransformId};
use crate::decision::NO_TOPIC;
use crate::diagnostic::{Code, Span};
use crate::event::RawPath;
use crate::expr::{DefineId, PathTable, Root, TypedNode};
use crate::lookup::Lookup;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A whole rule set, without errors: from [`load`](super::load) or [`load_strings`](super::load_strings). A
/// [`Router`](crate::Router) makes decisions by it.
///
/// The other fields are not covered by semantic versioning.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RuleSet {
    /// Its name: that in its `ruleset:` section, or the name of its folder or file.
    pub name: Arc<str>,
    /// `name@` and 12 hex digits of the SHA-256 of everything that was loaded.
    pub version: Arc<str>,
    /// The time zone of its times and of functions such as `hour`.
    pub zone: TimeZone,
    /// The places of the id, topic, time, headers and payload in an event.
    #[doc(hidden)]
    pub envelope: Envelope,
    /// The paths in a line whose list is split into events: the first that is a list. The empty path is the line itself.
    pub split: Vec<RawPath>,
    /// Subscribers by the status of an event, independent of the rules.
    #[doc(hidden)]
    pub defaults: Defaults,
    /// Every path that is read: first those that decisions depend on, then those that only transforms read.
    #[doc(hidden)]
    pub paths: PathTable,
    /// How many paths decisions depend on.
    #[doc(hidden)]
    pub routing_paths: usize,
    /// Named values; the position is the [`DefineId`]. Each uses only earlier ones.
    #[doc(hidden)]
    pub defines: Vec<NamedCases>,
    /// Labels, in file order.
    #[doc(hidden)]
    pub labels: Vec<NamedCases>,
    /// Topic nodes and patterns, in file order. Nodes that are written in several places are merged.
    #[doc(hidden)]
    pub topics: Vec<TopicNode>,
    /// Rules by rank: descending priority, then file order. Includes disabled rules. The position is the [`RuleId`](super::RuleId).
    #[doc(hidden)]
    pub rules: Vec<Rule>,
    /// Groups; the position is the [`GroupId`](super::GroupId); a parent comes before its members.
    #[doc(hidden)]
    pub groups: Vec<Group>,
    /// Header tables, in file order.
    #[doc(hidden)]
    pub tables: Vec<Table>,
    /// Schemas, in file order.
    #[doc(hidden)]
    pub schemas: Vec<Schema>,
    /// Filters of the whole rule set, in file order.
    #[doc(hidden)]
    pub filters: Vec<Filter>,
    /// Declared subscribers, by name.
    #[doc(hidden)]
    pub subscribers: BTreeMap<Arc<str>, Subscriber>,
    /// Lookup tables; the position is the `LookupId`.
    #[doc(hidden)]
    pub lookups: Vec<Lookup>,
    /// Transforms, in file order; the position is the [`TransformId`].
    #[doc(hidden)]
    pub transforms: Vec<Transform>,
    /// The transforms that run on every event first.
    #[doc(hidden)]
    pub ingest: Vec<TransformId>,
    /// The lints that are silenced everywhere, each with the place of its code.
    pub(crate) allowed_lints: Vec<(Code, Span)>,
    /// The uses of transforms and lookups in steps, which keep only their numbers.
    pub(crate) resolved_names: Vec<NamePlace>,
}

impl RuleSet {
    /// The reason why an event without a topic is malformed, with the paths in which the envelope looks for the topic.
    pub(crate) fn no_topic(&self, is_cloud_event: bool) -> String {
        let (Envelope::Plain(layout) | Envelope::Auto(layout)) = &self.envelope else {
            return no_topic_in("event.type");
        };
        if is_cloud_event {
            return no_topic_in("event.type");
        }
        let mut places: Vec<String> = Vec::new();
        let mut left = vec![&layout.topic];
        while let Some(typed) = left.pop() {
            if let TypedNode::Path(path) = &typed.node
                && let Some(path) = self.paths.get(*path).map(ToString::to_string)
                && !places.contains(&path)
            {
                places.push(path);
            }
            let at = left.len();
            left.extend(typed.children());
            left.get_mut(at..).unwrap_or_default().reverse();
        }
        no_topic_in(&places.join(" or "))
    }

    /// The names of all subscribers: those that are declared, and those that are named anywhere.
    pub fn subscriber_names(&self) -> BTreeSet<Arc<str>> {
        let of_topics = self.topics.iter().flat_map(|node| &node.subscribers);
        let of_rules = self.rules.iter().flat_map(|rule| rule.subscribers.iter().chain(&rule.exclude));
        let of_rows = self.tables.iter().flat_map(|table| table.targets()).flat_map(|target| &target.subscribers);
        let named = of_topics.chain(of_rules).chain(of_rows).chain(self.defaults.names());
        named.map(|name| name.text.clone()).chain(self.subscribers.keys().cloned()).collect()
    }

    /// True if a decision may depend on the clock.
    pub fn reads_clock(&self) -> bool {
        self.paths.as_slice().iter().any(|path| path.root == Root::Now)
            || self.rules.iter().any(|rule| !rule.active.is_always())
            || self.groups.iter().any(|group| !group.active.is_always())
    }

    /// True if the rule set makes several events of a line that has a list of them.
    pub fn splits(&self) -> bool {
        !self.split.is_empty()
    }

    /// A named value.
    #[doc(hidden)]
    pub fn define(&self, id: DefineId) -> Option<&NamedCases> {
        self.defines.get(id.0 as usize)
    }

    /// A transform.
    #[doc(hidden)]
    pub fn transform(&self, id: TransformId) -> Option<&Transform> {
        self.transforms.get(id.0 as usize)
    }
}

fn no_topic_in(places: &str) -> String {
    if places.is_empty() { String::from(NO_TOPIC) } else { format!("{NO_TOPIC} in {places}") }
}
