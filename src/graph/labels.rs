//! Labels, and values by cases.

use super::condition::NodeId;
use super::lowering::Lowering;
use super::names::Names;
use super::values::ValueId;
use crate::expr::Typed;
use crate::rules::{Cases, Name, RuleSet};
use std::collections::BTreeSet;

/// The first alternative that applies and is not null.
#[derive(Debug)]
pub(crate) struct CasesPlan {
    pub(crate) alternatives: Box<[(NodeId, ValueId)]>,
}

impl CasesPlan {
    pub(crate) fn new(cases: &Cases, lowering: &mut Lowering<'_>) -> CasesPlan {
        let alternatives = cases.alternatives.iter().map(|alternative| {
            let when = alternative.when.as_ref().map_or(NodeId::TRUE, |when| lowering.truth(when));
            (when, lowering.values.intern(&alternative.value))
        });
        CasesPlan { alternatives: alternatives.collect() }
    }
}

/// Labels by number, sorted by name.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    pub(crate) names: Names,
    /// What `labels:` says, where no rule and no row does.
    pub(crate) own: Vec<(u32, CasesPlan)>,
}

impl Labels {
    pub(crate) fn new(rules: &RuleSet, lowering: &mut Lowering<'_>) -> Labels {
        let of_rules = rules.rules.iter().flat_map(|rule| &rule.labels);
        let of_rows = rules.tables.iter().flat_map(super::targets::all_targets).flat_map(|target| &target.labels);
        let set = of_rules.chain(of_rows).map(|(name, _)| name);
        let all: BTreeSet<_> =
            set.chain(rules.labels.iter().map(|label| &label.name)).map(|name| name.text.clone()).collect();
        let names = Names::new(all);
        let own = rules
            .labels
            .iter()
            .filter_map(|label| Some((names.number(&label.name.text)?, CasesPlan::new(&label.cases, lowering))));
        let own = own.collect();
        Labels { names, own }
    }

    /// Labels that a rule or a row sets.
    pub(crate) fn plan(&self, labels: &[(Name, Typed)], lowering: &mut Lowering<'_>) -> Box<[(u32, ValueId)]> {
        let number = |name: &Name| self.names.number(&name.text);
        labels.iter().filter_map(|(name, value)| Some((number(name)?, lowering.values.intern(value)))).collect()
    }
}
