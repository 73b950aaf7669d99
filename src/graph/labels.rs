//! Values by cases: labels and named values.

use super::builder::Builder;
use super::names::Names;
use crate::logic::{DraftId, NodeId, Seal, Sealer, ValueId};
use crate::rules::Cases;

/// A value by cases: that of the first alternative that applies and is not null.
#[derive(Debug)]
pub(crate) struct CasesPlan<C = NodeId> {
    pub(crate) alternatives: Vec<LabelAlternative<C>>,
}

/// One alternative of a [`CasesPlan`].
#[derive(Debug)]
pub(crate) struct LabelAlternative<C = NodeId> {
    pub(crate) when: C,
    pub(crate) value: ValueId,
}

impl CasesPlan<DraftId> {
    pub(super) fn new(cases: &Cases, builder: &mut Builder<'_>) -> CasesPlan<DraftId> {
        let lowering = &mut builder.lowering;
        let alternatives = cases.alternatives.iter().map(|alternative| LabelAlternative {
            when: lowering.when(alternative.when.as_ref()),
            value: lowering.values.intern(&alternative.value),
        });
        CasesPlan { alternatives: alternatives.collect() }
    }
}

impl<C: Seal> Seal for CasesPlan<C> {
    type Sealed = CasesPlan<C::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        CasesPlan { alternatives: self.alternatives.seal(sealer) }
    }
}

impl<C: Seal> Seal for LabelAlternative<C> {
    type Sealed = LabelAlternative<C::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        LabelAlternative { when: self.when.seal(sealer), value: self.value }
    }
}

/// Labels by number, sorted by name.
#[derive(Debug)]
pub(crate) struct Labels {
    pub(crate) names: Names,
    /// The values under `labels:`, for labels that no rule or row sets.
    pub(crate) declared: Vec<DeclaredLabel>,
}

/// The value of a label under `labels:`.
#[derive(Debug)]
pub(crate) struct DeclaredLabel<C = NodeId> {
    pub(crate) label: u32,
    pub(crate) cases: CasesPlan<C>,
}

impl<C: Seal> Seal for DeclaredLabel<C> {
    type Sealed = DeclaredLabel<C::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        DeclaredLabel { label: self.label, cases: self.cases.seal(sealer) }
    }
}

/// The labels under `labels:`.
pub(super) fn declared(builder: &mut Builder<'_>) -> Vec<DeclaredLabel<DraftId>> {
    let rules = builder.rules;
    let mut declared = Vec::with_capacity(rules.labels.len());
    for label in &rules.labels {
        if let Some(number) = builder.labels.number(&label.name.text) {
            declared.push(DeclaredLabel { label: number, cases: CasesPlan::new(&label.cases, builder) });
        }
    }
    declared
}
