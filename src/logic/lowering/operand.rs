//! Tests of operands: `??` is split, so that the paths in it can be indexed.

use super::Lowering;
use crate::event::Json;
use crate::expr::{Typed, TypedNode};
use crate::logic::{DraftId, Literal, Op, Range, ValueId};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// How many `??` are split in one operand, including those in named values. The remainder is tested as a computed value.
///
/// Named values that use one another make an operand a DAG: `d1: d0 ?? d0`, `d2: d1 ?? d1` … has 2ⁿ alternatives.
const MAX_SPLITS: usize = 64;

/// The other side of a comparison.
#[derive(Debug)]
pub(super) enum OperandTest {
    Equal(Literal),
    Range(Range),
    /// One of the literals, or null if `null` is set.
    OneOf {
        set: Arc<FxHashSet<Literal>>,
        null: bool,
    },
}

impl OperandTest {
    pub(super) fn one_of(mut set: FxHashSet<Literal>) -> OperandTest {
        let null = set.remove(&Literal::Null);
        OperandTest::OneOf { set: Arc::new(set), null }
    }

    /// The result for a constant.
    fn holds(&self, literal: &Literal) -> bool {
        match self {
            OperandTest::Equal(other) => literal == other,
            OperandTest::Range(range) => literal.number().is_some_and(|n| range.holds(n)),
            OperandTest::OneOf { null, .. } if *literal == Literal::Null => *null,
            OperandTest::OneOf { set, .. } => set.contains(literal),
        }
    }
}

impl Lowering<'_> {
    /// The condition that an operand passes a test.
    pub(super) fn test_operand(&mut self, operand: &Typed, test: &OperandTest) -> DraftId {
        self.splits_left = MAX_SPLITS;
        self.test_alternatives(operand, test)
    }

    /// The condition that an operand is not null.
    pub(super) fn exists(&mut self, operand: &Typed) -> DraftId {
        self.splits_left = MAX_SPLITS;
        let null = self.is_null(operand);
        self.conditions.not(null)
    }

    /// True if one more `??` may be split.
    fn may_split(&mut self) -> bool {
        let may_split = self.splits_left > 0;
        self.splits_left = self.splits_left.saturating_sub(1);
        may_split
    }

    fn test_alternatives(&mut self, operand: &Typed, test: &OperandTest) -> DraftId {
        let operand = self.resolve(operand);
        match &operand.node {
            TypedNode::Const(json) if Literal::from_json(json).is_some() => {
                let truth = Literal::from_json(json).is_some_and(|literal| test.holds(&literal));
                self.conditions.constant(truth)
            }
            TypedNode::Coalesce(first, second) if self.may_split() => self.test_coalesce(first, second, test),
            _ => {
                let value = self.values.intern(operand);
                self.test_value(value, test)
            }
        }
    }

    /// `first ?? second`: `first` passes and is not null, or it is null and `second` passes.
    fn test_coalesce(&mut self, first: &Typed, second: &Typed, test: &OperandTest) -> DraftId {
        let null = self.is_null(first);
        let mut passes = self.test_alternatives(first, test);
        if test.holds(&Literal::Null) {
            let exists = self.conditions.not(null);
            passes = self.conditions.and([exists, passes]);
        }
        let second = self.test_alternatives(second, test);
        let second = self.conditions.and([null, second]);
        self.conditions.or([passes, second])
    }

    fn test_value(&mut self, value: ValueId, test: &OperandTest) -> DraftId {
        match test {
            OperandTest::Equal(Literal::Null) => self.null_value(value),
            OperandTest::Equal(literal) => self.conditions.test(value, Op::Equal(literal.clone())),
            OperandTest::Range(range) => self.conditions.test(value, Op::Range(Box::new(*range))),
            OperandTest::OneOf { set, null } => {
                let one_of = match set.iter().next() {
                    Some(only) if set.len() == 1 => self.conditions.test(value, Op::Equal(only.clone())),
                    _ => self.conditions.test(value, Op::OneOf(Arc::clone(set))),
                };
                if !null {
                    return one_of;
                }
                let null = self.null_value(value);
                self.conditions.or([null, one_of])
            }
        }
    }

    fn null_value(&mut self, value: ValueId) -> DraftId {
        let exists = self.conditions.test(value, Op::Exists);
        self.conditions.not(exists)
    }

    /// The condition that an expression is null.
    fn is_null(&mut self, typed: &Typed) -> DraftId {
        let typed = self.resolve(typed);
        match &typed.node {
            TypedNode::Const(json) => self.conditions.constant(*json == Json::Null),
            TypedNode::Coalesce(first, second) if self.may_split() => {
                let parts = [self.is_null(first), self.is_null(second)];
                self.conditions.and(parts)
            }
            _ => {
                let value = self.values.intern(typed);
                self.null_value(value)
            }
        }
    }
}
