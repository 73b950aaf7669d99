//! A compiled rule set, shared by all threads.

use super::id::SubscriberId;
use crate::graph::{self, DecisionGraph, Thresholds};
use crate::options::Options;
use crate::rules::{RuleId, RuleSet};
use std::sync::Arc;

/// A compiled rule set. Cheap to clone and to share between threads; it never changes.
///
/// ```
/// use dadar::{Router, load_strings};
///
/// let rules = load_strings("shop", [("rules.yaml", "topics: {order.created: [inventory]}")]).rule_set.unwrap();
/// let router = Router::new(&rules);
/// std::thread::scope(|threads| {
///     for _ in 0..2 {
///         threads.spawn(|| {
///             let mut session = router.session();
///             let decision = session.route(br#"{"type": "order.created"}"#, 1);
///             assert_eq!(&*decision.subscribers[0], "inventory");
///         });
///     }
/// });
/// ```
#[derive(Clone, Debug)]
pub struct Router {
    graph: Arc<DecisionGraph>,
    options: Options,
    thresholds: Arc<Thresholds>,
}

impl Router {
    /// Compiles a rule set, with default options: the system's clock, strict reading.
    ///
    /// Compiling takes time and memory in proportion to the number of rules (less than a second for a hundred thousand), and
    /// cannot fail: a [`RuleSet`] has been checked.
    pub fn new(rules: &RuleSet) -> Router {
        Self::with_options(rules, Options::default())
    }

    /// Compiles a rule set.
    ///
    /// ```
    /// use dadar::{Clock, Options, Router, load_strings};
    ///
    /// let rules = "rules: [{name: lunch, when: 'hour(now) == 12', subscribers: [kitchen]}]";
    /// let rules = load_strings("canteen", [("rules.yaml", rules)]).rule_set.unwrap();
    /// let noon = Clock::Fixed("2026-01-10T12:30:00Z".parse().unwrap());
    /// let router = Router::with_options(&rules, Options::default().clock(noon));
    /// assert_eq!(router.route(br#"{"type": "guest.came"}"#).rules.len(), 1);
    /// ```
    pub fn with_options(rules: &RuleSet, options: Options) -> Router {
        Router::over(Arc::new(graph::compile(rules)), options)
    }

    /// The same rule set with other options; nothing is compiled again.
    #[must_use]
    pub fn and_options(&self, options: Options) -> Router {
        if options.budget == self.options.budget {
            return Router { options, ..self.clone() };
        }
        Router::over(self.graph.clone(), options)
    }

    fn over(graph: Arc<DecisionGraph>, options: Options) -> Router {
        let thresholds = Arc::new(graph.thresholds(options.budget));
        Router { graph, options, thresholds }
    }

    /// The name of a subscriber; `None` for the number of another router that has more of them. Numbers are valid for one router
    /// and for its clones and [sessions](Router::session), not for a rule set that is loaded again.
    pub fn subscriber(&self, id: SubscriberId) -> Option<&Arc<str>> {
        self.subscribers().get(id.index())
    }

    /// The name of a rule; `None` for the number of another router that has more of them.
    pub fn rule(&self, id: RuleId) -> Option<&Arc<str>> {
        self.rules().get(id.index())
    }

    /// The names of all subscribers, sorted; a position is [`SubscriberId::index`].
    pub fn subscribers(&self) -> &[Arc<str>] {
        self.graph.subscribers.as_slice()
    }

    /// The names of all rules, by rank; a position is [`RuleId::index`].
    pub fn rules(&self) -> &[Arc<str>] {
        self.graph.rules.as_slice()
    }

    /// `name@version` of the rule set, as on every decision.
    pub fn version(&self) -> &Arc<str> {
        &self.graph.version
    }

    /// The options.
    pub fn options(&self) -> &Options {
        &self.options
    }

    pub(super) fn graph(&self) -> &DecisionGraph {
        &self.graph
    }

    pub(super) fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    /// True if the graph is shared.
    #[cfg(feature = "watch")]
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.graph) > 1
    }
}
