//! What each subscriber is sent. Subscribers whose lists of transforms begin alike share what those make.

use super::{Decided, Stage, StepErrors, StepLog, World, ledger};
use crate::clock::Clock;
use crate::event::Value;
use crate::expr::Meter;
use crate::rules::TransformId;
use bumpalo::Bump;

/// Lists of transforms, each list as its last transform behind the list before it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChainPlan {
    links: Vec<Link>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Link {
    before: Option<u32>,
    transform: TransformId,
}

impl ChainPlan {
    /// The number of a list, which is added if it is new; none for an empty one.
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

/// What came of one event: by number of the list, made when it is first asked for.
pub(crate) struct Made<'a> {
    world: World<'a>,
    plan: &'a ChainPlan,
    arena: &'a Bump,
    event: Value<'a>,
    decided: Decided<'a>,
    detail: bool,
    done: Vec<Option<Sent<'a>>>,
    /// What all transforms together may take.
    ledger: Meter,
}

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent<'a> {
    pub(crate) event: Value<'a>,
    pub(crate) errors: StepErrors,
    /// What each step did, if somebody wants to know.
    pub(crate) log: Vec<StepLog<'a>>,
    /// How many bytes the steps have added.
    made: usize,
}

impl<'a> Made<'a> {
    /// Nothing yet.
    pub(crate) fn new(
        world: World<'a>,
        plan: &'a ChainPlan,
        arena: &'a Bump,
        event: Value<'a>,
        decided: Decided<'a>,
    ) -> Made<'a> {
        Made { world, plan, arena, event, decided, detail: false, done: Vec::new(), ledger: ledger(world.budget) }
    }

    /// With what each step did.
    pub(crate) fn in_detail(self, detail: bool) -> Made<'a> {
        Made { detail, ..self }
    }

    /// What a list of transforms makes of the event; the event itself for none.
    pub(crate) fn of(&mut self, chain: Option<u32>) -> Sent<'a> {
        let mut links = Vec::new();
        let mut at = chain;
        let mut sent = Sent { event: self.event, errors: StepErrors::default(), log: Vec::new(), made: 0 };
        while let Some(number) = at {
            if let Some(Some(known)) = self.done.get(number as usize) {
                sent = known.clone();
                break;
            }
            let Some(link) = self.plan.links.get(number as usize) else { break };
            links.push((number, *link));
            at = link.before;
        }
        for (number, link) in links.into_iter().rev() {
            sent = self.further(sent, link.transform);
            self.done.resize(self.plan.links.len(), None);
            if let Some(slot) = self.done.get_mut(number as usize) {
                *slot = Some(sent.clone());
            }
        }
        sent
    }

    fn further(&mut self, sent: Sent<'a>, transform: TransformId) -> Sent<'a> {
        let mut stage = Stage::new(self.world, self.arena, sent.event, Some(self.decided), Clock::System);
        stage.errors = sent.errors;
        stage.log = self.detail.then_some(sent.log);
        stage.made = sent.made;
        stage.ledger = std::mem::take(&mut self.ledger);
        stage.run(&[transform]);
        self.ledger = std::mem::take(&mut stage.ledger);
        Sent { event: stage.tree, errors: stage.errors, log: stage.log.unwrap_or_default(), made: stage.made }
    }
}
