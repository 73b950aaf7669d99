//! The events that subscribers are sent. A common prefix of their lists of transforms is run once.

use super::errors::StepErrors;
use super::run::{Decided, RuleContext, StepLog, TransformRun, meter};
use crate::clock::Clock;
use crate::event::Value;
use crate::expr::Meter;
use crate::rules::TransformId;
use bumpalo::Bump;

/// Lists of transforms as a tree of prefixes: each list is its last transform and the list before that.
#[derive(Clone, Debug, Default)]
pub(crate) struct PrefixPlan {
    links: Vec<Link>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Link {
    before: Option<u32>,
    transform: TransformId,
}

impl PrefixPlan {
    /// The number of a list, which is added if it is new; none for an empty list.
    pub(crate) fn number(&mut self, transforms: &[TransformId]) -> Option<u32> {
        transforms.iter().fold(None, |before, transform| {
            let link = Link { before, transform: *transform };
            let known = self.links.iter().position(|known| *known == link);
            let at = known.unwrap_or_else(|| {
                self.links.push(link);
                self.links.len() - 1
            });
            Some(at as u32)
        })
    }
}

/// The events that subscribers are sent, by the number of the list; each is produced on the first request.
pub(crate) struct Deliveries<'a> {
    rules: RuleContext<'a>,
    plan: &'a PrefixPlan,
    arena: &'a Bump,
    event: Value<'a>,
    decided: Decided<'a>,
    detail: bool,
    produced: Vec<Option<Sent<'a>>>,
    /// The memory and work of all transforms together.
    meter: Meter,
}

/// An event as it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent<'a> {
    pub(crate) event: Value<'a>,
    pub(crate) errors: StepErrors,
    /// The effect of each step, if it is recorded.
    pub(crate) log: Vec<StepLog<'a>>,
    /// The number of bytes that the steps have added.
    added: usize,
}

impl<'a> Deliveries<'a> {
    /// For one event; nothing is produced yet.
    pub(crate) fn new(
        rules: RuleContext<'a>,
        plan: &'a PrefixPlan,
        arena: &'a Bump,
        event: Value<'a>,
        decided: Decided<'a>,
    ) -> Deliveries<'a> {
        Deliveries {
            rules,
            plan,
            arena,
            event,
            decided,
            detail: false,
            produced: Vec::new(),
            meter: meter(rules.budget),
        }
    }

    /// Records the effect of each step, too.
    pub(crate) fn in_detail(self, detail: bool) -> Deliveries<'a> {
        Deliveries { detail, ..self }
    }

    /// The event after a list of transforms; the event itself for none.
    pub(crate) fn of(&mut self, list: Option<u32>) -> Sent<'a> {
        let mut links = Vec::new();
        let mut at = list;
        let mut sent = Sent { event: self.event, errors: StepErrors::default(), log: Vec::new(), added: 0 };
        while let Some(number) = at {
            if let Some(Some(known)) = self.produced.get(number as usize) {
                sent = known.clone();
                break;
            }
            let Some(link) = self.plan.links.get(number as usize) else { break };
            links.push((number, *link));
            at = link.before;
        }
        for (number, link) in links.into_iter().rev() {
            sent = self.apply(sent, link.transform);
            self.produced.resize(self.plan.links.len(), None);
            if let Some(slot) = self.produced.get_mut(number as usize) {
                *slot = Some(sent.clone());
            }
        }
        sent
    }

    fn apply(&mut self, sent: Sent<'a>, transform: TransformId) -> Sent<'a> {
        let mut run = TransformRun::new(self.rules, self.arena, sent.event, Some(self.decided), Clock::System);
        run.errors = sent.errors;
        run.log = self.detail.then_some(sent.log);
        run.added = sent.added;
        run.meter = std::mem::take(&mut self.meter);
        run.run(&[transform]);
        self.meter = std::mem::take(&mut run.meter);
        Sent { event: run.tree, errors: run.errors, log: run.log.unwrap_or_default(), added: run.added }
    }
}
