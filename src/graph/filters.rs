//! Filters: of the whole rule set, and of single subscribers.

use super::builder::Builder;
use super::names::json_string;
use crate::logic::{DraftId, NodeId, Seal, Sealer};
use std::sync::Arc;

/// A filter of the whole rule set.
#[derive(Debug)]
pub(crate) struct FilterPlan<C = NodeId> {
    pub(crate) name: Arc<str>,
    /// The name as a JSON string.
    pub(crate) json: Box<[u8]>,
    /// True if it drops the events for which its condition is true, false if it drops all others.
    pub(crate) drop: bool,
    pub(crate) condition: C,
}

impl<C: Seal> Seal for FilterPlan<C> {
    type Sealed = FilterPlan<C::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        let FilterPlan { name, json, drop, condition } = self;
        FilterPlan { name, json, drop, condition: condition.seal(sealer) }
    }
}

/// The filters of the whole rule set.
pub(super) fn filters(builder: &mut Builder<'_>) -> Vec<FilterPlan<DraftId>> {
    let filters = builder.rules.filters.iter().map(|filter| FilterPlan {
        name: filter.name.text.clone(),
        json: json_string(&filter.name.text),
        drop: filter.drop,
        condition: builder.lowering.truth(&filter.condition),
    });
    filters.collect()
}

/// The filters of subscribers, by number; empty if no subscriber has one.
pub(super) fn subscriber_filters(builder: &mut Builder<'_>) -> Vec<Option<DraftId>> {
    let declared = &builder.rules.subscribers;
    if declared.values().all(|subscriber| subscriber.filter.is_none()) {
        return Vec::new();
    }
    let filter = |name: &Arc<str>| declared.get(name).and_then(|subscriber| subscriber.filter.as_ref());
    let names = builder.subscribers.as_slice().iter();
    names.map(|name| filter(name).map(|filter| builder.lowering.truth(filter))).collect()
}
