//! From typed expressions to conditions in normal form.

mod element;
mod operand;
mod rules;

use super::draft::DraftConditions;
use super::literal::Literal;
use super::node::DraftId;
use super::op::Op;
use super::pattern_sets::PatternSets;
use super::range::{Bound, Range};
use super::values::Values;
use crate::event::{Json, Number, Type};
use crate::expr::functions::{MINUTE_OF_WEEK, Predicate};
use crate::expr::{Comparison, DefineId, Glob, GlobShape, PatternList, Prepared, Quantifier, Typed, TypedNode};
use crate::rules::NamedCases;
use operand::OperandTest;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Brings typed expressions into normal form.
#[derive(Debug)]
pub(crate) struct Lowering<'r> {
    pub(crate) values: Values,
    pub(crate) conditions: DraftConditions,
    pub(crate) pattern_sets: PatternSets,
    defines: &'r [NamedCases],
    /// For each named value the condition that it is true. Each is lowered once, however often it is used.
    truths: FxHashMap<DefineId, DraftId>,
    /// How many more `??` may be split in the current operand.
    splits_left: usize,
}

impl<'r> Lowering<'r> {
    pub(crate) fn new(defines: &'r [NamedCases]) -> Lowering<'r> {
        Lowering {
            values: Values::default(),
            conditions: DraftConditions::default(),
            pattern_sets: PatternSets::default(),
            defines,
            truths: FxHashMap::default(),
            splits_left: 0,
        }
    }

    /// The condition that an expression is true.
    pub(crate) fn truth(&mut self, typed: &Typed) -> DraftId {
        let TypedNode::Define(id) = &typed.node else { return self.truth_of(typed) };
        if let Some(known) = self.truths.get(id) {
            return *known;
        }
        let resolved = self.resolve(typed);
        let truth = self.truth_of(resolved);
        self.truths.insert(*id, truth);
        truth
    }

    /// The condition that an expression is true that is not just the name of another one.
    fn truth_of(&mut self, typed: &Typed) -> DraftId {
        match &typed.node {
            TypedNode::Const(json) => self.conditions.constant(*json == Json::Bool(true)),
            TypedNode::Not(inner) => {
                let inner = self.truth(inner);
                self.conditions.not(inner)
            }
            TypedNode::And(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.truth(part)).collect();
                self.conditions.and(parts)
            }
            TypedNode::Or(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.truth(part)).collect();
                self.conditions.or(parts)
            }
            TypedNode::If(when, then, otherwise) => self.choice(when, then, otherwise),
            TypedNode::Compare(op, left, right) => self.comparison(typed, *op, left, right),
            TypedNode::In(item, list) => self.membership(typed, item, list),
            TypedNode::Call(function, args, prepared) => self.call(typed, function.predicate, args, prepared),
            TypedNode::Quantified(Quantifier::AnyTest, list, body) => self.any_element(typed, list, body),
            _ => self.is_true(typed),
        }
    }

    /// `expression == true`, for expressions without a better form.
    fn is_true(&mut self, typed: &Typed) -> DraftId {
        let value = self.values.intern(typed);
        self.conditions.test(value, Op::Equal(Literal::Bool(true)))
    }

    /// Replaces the name of a value with a single alternative by that alternative.
    fn resolve<'t>(&self, typed: &'t Typed) -> &'t Typed
    where
        'r: 't,
    {
        let mut typed = typed;
        while let TypedNode::Define(id) = &typed.node {
            match self.defines.get(id.0 as usize).map(|named| named.cases.alternatives.as_slice()) {
                Some([only]) if only.when.is_none() => typed = &only.value,
                _ => break,
            }
        }
        typed
    }

    fn choice(&mut self, when: &Typed, then: &Typed, otherwise: &Typed) -> DraftId {
        let when = self.truth(when);
        let then = self.truth(then);
        let otherwise = self.truth(otherwise);
        let unless = self.conditions.not(when);
        let first = self.conditions.and([when, then]);
        let second = self.conditions.and([unless, otherwise]);
        self.conditions.or([first, second])
    }

    fn comparison(&mut self, whole: &Typed, op: Comparison, left: &Typed, right: &Typed) -> DraftId {
        // Times are compared as instants, which indexes do not support.
        if left.ty.union(right.ty).intersects(Type::TIME) {
            return self.is_true(whole);
        }
        let (operand, op, literal) = match (literal(left), literal(right)) {
            (_, Some(literal)) => (left, op, literal),
            (Some(literal), None) => (right, flip(op), literal),
            (None, None) => return self.is_true(whole),
        };
        match op {
            Comparison::Equal => self.test_operand(operand, &OperandTest::Equal(literal)),
            Comparison::NotEqual => {
                let equal = self.test_operand(operand, &OperandTest::Equal(literal));
                self.conditions.not(equal)
            }
            _ => match literal.number() {
                Some(at) => self.test_operand(operand, &OperandTest::Range(half_line(op, at))),
                None => self.is_true(whole),
            },
        }
    }

    fn membership(&mut self, whole: &Typed, item: &Typed, list: &Typed) -> DraftId {
        let TypedNode::Const(Json::Array(items)) = &list.node else { return self.is_true(whole) };
        let literals: Option<FxHashSet<Literal>> = items.iter().map(Literal::from_json).collect();
        match literals {
            Some(literals) => self.test_operand(item, &OperandTest::one_of(literals)),
            None => self.is_true(whole),
        }
    }

    fn call(&mut self, whole: &Typed, predicate: Option<Predicate>, args: &[Typed], prepared: &Prepared) -> DraftId {
        let Some(first) = args.first() else { return self.is_true(whole) };
        let ops = match predicate {
            Some(Predicate::Exists) => return self.exists(first),
            Some(Predicate::Between) => return self.between(whole, args),
            Some(Predicate::During) => return self.during(whole, args, prepared),
            Some(predicate) => predicate_ops(predicate, args, prepared),
            None => None,
        };
        match ops {
            Some(ops) if !is_constant(first) => {
                let first = self.resolve(first);
                let value = self.values.intern(first);
                let tests: Vec<DraftId> = ops.into_iter().map(|op| self.conditions.test(value, op)).collect();
                self.conditions.or(tests)
            }
            _ => self.is_true(whole),
        }
    }

    /// `during(t, windows, zone)` as ranges of the minute of the week, which rules with other windows share.
    fn during(&mut self, whole: &Typed, args: &[Typed], prepared: &Prepared) -> DraftId {
        let ([time, _, zone @ ..], Prepared::Windows(windows, prepared)) = (args, prepared) else {
            return self.is_true(whole);
        };
        let time = self.resolve(time);
        let args = std::iter::once(time).chain(zone).cloned().collect();
        let node = TypedNode::Call(&MINUTE_OF_WEEK, args, (**prepared).clone());
        let value = self.values.intern(&Typed { span: whole.span, ty: MINUTE_OF_WEEK.returns, node });
        let bound = |at: u16, inclusive| Some(Bound { at: Number::Int(at.into()), inclusive });
        let range =
            |minutes: &std::ops::Range<u16>| Range { low: bound(minutes.start, true), high: bound(minutes.end, false) };
        let tests: Vec<DraftId> = windows
            .ranges()
            .iter()
            .map(|minutes| self.conditions.test(value, Op::Range(Box::new(range(minutes)))))
            .collect();
        self.conditions.or(tests)
    }

    fn between(&mut self, whole: &Typed, args: &[Typed]) -> DraftId {
        let [operand, low, high] = args else { return self.is_true(whole) };
        let bound = |typed: &Typed| literal(typed).and_then(|literal| literal.number());
        match (bound(low), bound(high)) {
            (Some(low), Some(high)) if !operand.ty.intersects(Type::TIME) => {
                let at = |at| Some(Bound { at, inclusive: true });
                self.test_operand(operand, &OperandTest::Range(Range { low: at(low), high: at(high) }))
            }
            _ => self.is_true(whole),
        }
    }
}

/// The operators of a call whose other arguments are constant, one of which has to hold; `None` if it has none.
fn predicate_ops(predicate: Predicate, args: &[Typed], prepared: &Prepared) -> Option<Vec<Op>> {
    let text = || match args.get(1).map(|arg| &arg.node) {
        Some(TypedNode::Const(Json::String(s))) => Some(Box::<str>::from(s.as_str())),
        _ => None,
    };
    let op = match (predicate, prepared) {
        (_, Prepared::AnyOf(list)) => return list_ops(list),
        (Predicate::Prefix, _) => text().map(Op::Prefix),
        (Predicate::Suffix, _) => text().map(Op::Suffix),
        (Predicate::Contains, _) => {
            // (`contains` of null is null, even if the list has a null.)
            let literal = args.get(1).and_then(literal).filter(|literal| *literal != Literal::Null);
            literal.map(|literal| Op::Contains(Box::new(literal)))
        }
        (Predicate::Pattern, Prepared::Regex(regex)) => Some(Op::Matches(Arc::new(regex.clone()))),
        (Predicate::Pattern, Prepared::Glob(glob)) => Some(glob_op(glob)),
        _ => None,
    };
    op.map(|op| vec![op])
}

/// The operator of each pattern of a list.
fn list_ops(list: &PatternList) -> Option<Vec<Op>> {
    Some(match list {
        PatternList::Regexes(regexes, _) => regexes.iter().map(|regex| Op::Matches(Arc::new(regex.clone()))).collect(),
        PatternList::Globs(globs, _) => globs.iter().map(glob_op).collect(),
        PatternList::Prefixes(texts) => texts.iter().map(|text| Op::Prefix(text.into())).collect(),
        PatternList::Suffixes(texts) => texts.iter().map(|text| Op::Suffix(text.into())).collect(),
        PatternList::Parts(parts) => {
            let literals = parts.scalars().iter().filter_map(Literal::from_json);
            literals.map(|literal| Op::Contains(Box::new(literal))).collect()
        }
        PatternList::Networks(_) => return None,
    })
}

/// The operator of a glob. One that is only a prefix, a suffix, a substring or a constant becomes that.
fn glob_op(glob: &Glob) -> Op {
    let text = |s: &str| Box::<str>::from(s);
    match glob.shape() {
        GlobShape::Exact(s) => Op::Equal(Literal::String(text(s))),
        GlobShape::Prefix(s) => Op::Prefix(text(s)),
        GlobShape::Suffix(s) => Op::Suffix(text(s)),
        GlobShape::Contains(s) => Op::Has(text(s)),
        GlobShape::Any => Op::Has(text("")),
        GlobShape::Other => Op::Glob(Arc::new(glob.clone())),
    }
}

/// The literal, if an expression is a scalar constant.
fn literal(typed: &Typed) -> Option<Literal> {
    match &typed.node {
        TypedNode::Const(json) => Literal::from_json(json),
        _ => None,
    }
}

fn is_constant(typed: &Typed) -> bool {
    matches!(typed.node, TypedNode::Const(_))
}

/// The operator that gives the same result with its operands exchanged.
fn flip(op: Comparison) -> Comparison {
    match op {
        Comparison::Less => Comparison::Greater,
        Comparison::LessEqual => Comparison::GreaterEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterEqual => Comparison::LessEqual,
        same => same,
    }
}

/// `op at` as a range.
fn half_line(op: Comparison, at: Number) -> Range {
    let bound = |inclusive| Some(Bound { at, inclusive });
    match op {
        Comparison::Greater => Range { low: bound(false), high: None },
        Comparison::GreaterEqual => Range { low: bound(true), high: None },
        Comparison::Less => Range { low: None, high: bound(false) },
        _ => Range { low: None, high: bound(true) },
    }
}
