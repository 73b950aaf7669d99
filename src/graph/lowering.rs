//! From typed expressions to conditions in normal form.

use super::condition::{Conditions, NodeId, Op};
use super::literal::{Bound, Literal, Range};
use super::values::{ValueId, Values};
use crate::event::{Json, Type};
use crate::expr::functions::Predicate;
use crate::expr::{Comparison, DefineId, Glob, GlobShape, Prepared, Typed, TypedNode};
use crate::rules::NamedCases;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// How many `??` are taken apart in one operand, through named values too. What is left is tested as a computed value.
///
/// Named values that use one another make an operand a DAG: `d1: d0 ?? d0`, `d2: d1 ?? d1` … has 2ⁿ alternatives.
const MAX_ALTERNATIVES: usize = 64;

/// Brings typed expressions into normal form.
pub(crate) struct Lowering<'l> {
    pub(crate) values: &'l mut Values,
    pub(crate) conditions: &'l mut Conditions,
    defines: &'l [NamedCases],
    /// The conditions that named values are true, each lowered once however often it is used.
    truths: FxHashMap<DefineId, NodeId>,
    /// How many `??` may still be taken apart in the current operand.
    alternatives: usize,
}

impl<'l> Lowering<'l> {
    pub(crate) fn new(
        values: &'l mut Values,
        conditions: &'l mut Conditions,
        defines: &'l [NamedCases],
    ) -> Lowering<'l> {
        Lowering { values, conditions, defines, truths: FxHashMap::default(), alternatives: 0 }
    }

    /// The condition that an expression is true.
    pub(crate) fn truth(&mut self, typed: &Typed) -> NodeId {
        let TypedNode::Define(id) = &typed.node else { return self.truth_of(typed) };
        if let Some(known) = self.truths.get(id) {
            return *known;
        }
        let resolved = self.resolve(typed);
        let truth = self.truth_of(resolved);
        self.truths.insert(*id, truth);
        truth
    }

    /// The same, for what is not a name of something else.
    fn truth_of(&mut self, typed: &Typed) -> NodeId {
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
            _ => self.is_true(typed),
        }
    }

    /// `expression == true`: what is left where nothing better is known.
    fn is_true(&mut self, typed: &Typed) -> NodeId {
        let value = self.values.intern(typed);
        self.conditions.test(value, Op::Equal(Literal::Bool(true)))
    }

    /// A named value with one alternative is what it names.
    fn resolve<'t>(&self, typed: &'t Typed) -> &'t Typed
    where
        'l: 't,
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

    fn choice(&mut self, when: &Typed, then: &Typed, otherwise: &Typed) -> NodeId {
        let when = self.truth(when);
        let then = self.truth(then);
        let otherwise = self.truth(otherwise);
        let unless = self.conditions.not(when);
        let first = self.conditions.and([when, then]);
        let second = self.conditions.and([unless, otherwise]);
        self.conditions.or([first, second])
    }

    fn comparison(&mut self, whole: &Typed, op: Comparison, left: &Typed, right: &Typed) -> NodeId {
        // Times compare as instants, which no index knows.
        if left.ty.union(right.ty).intersects(Type::TIME) {
            return self.is_true(whole);
        }
        let (operand, op, literal) = match (literal(left), literal(right)) {
            (_, Some(literal)) => (left, op, literal),
            (Some(literal), None) => (right, flip(op), literal),
            (None, None) => return self.is_true(whole),
        };
        match op {
            Comparison::Equal => self.asked(operand, &Against::Equal(literal)),
            Comparison::NotEqual => {
                let equal = self.asked(operand, &Against::Equal(literal));
                self.conditions.not(equal)
            }
            _ => match literal.number() {
                Some(at) => self.asked(operand, &Against::Range(half_line(op, at))),
                None => self.is_true(whole),
            },
        }
    }

    fn membership(&mut self, whole: &Typed, item: &Typed, list: &Typed) -> NodeId {
        let TypedNode::Const(Json::Array(items)) = &list.node else { return self.is_true(whole) };
        let literals: Option<FxHashSet<Literal>> = items.iter().map(Literal::from_json).collect();
        match literals {
            Some(literals) => self.asked(item, &Against::one_of(literals)),
            None => self.is_true(whole),
        }
    }

    /// What is asked of an operand.
    fn asked(&mut self, operand: &Typed, asked: &Against) -> NodeId {
        self.alternatives = MAX_ALTERNATIVES;
        self.against(operand, asked)
    }

    /// True if one more `??` may be taken apart.
    fn may_take_apart(&mut self) -> bool {
        let left = self.alternatives > 0;
        self.alternatives = self.alternatives.saturating_sub(1);
        left
    }

    /// What is asked of an operand; `??` is taken apart so that the path in it can be indexed.
    fn against(&mut self, operand: &Typed, asked: &Against) -> NodeId {
        let operand = self.resolve(operand);
        match &operand.node {
            TypedNode::Const(json) if Literal::from_json(json).is_some() => {
                let truth = Literal::from_json(json).is_some_and(|literal| asked.holds(&literal));
                self.conditions.constant(truth)
            }
            TypedNode::Coalesce(first, second) if self.may_take_apart() => {
                let missing = self.is_null(first);
                let mut there = self.against(first, asked);
                if asked.holds(&Literal::Null) {
                    let exists = self.conditions.not(missing);
                    there = self.conditions.and([exists, there]);
                }
                let second = self.against(second, asked);
                let second = self.conditions.and([missing, second]);
                self.conditions.or([there, second])
            }
            _ => {
                let value = self.values.intern(operand);
                self.test_value(value, asked)
            }
        }
    }

    fn test_value(&mut self, value: ValueId, asked: &Against) -> NodeId {
        match asked {
            Against::Equal(Literal::Null) => self.null_value(value),
            Against::Equal(literal) => self.conditions.test(value, Op::Equal(literal.clone())),
            Against::Range(range) => self.conditions.test(value, Op::Range(Box::new(*range))),
            Against::OneOf { set, null } => {
                let among = match set.iter().next() {
                    Some(only) if set.len() == 1 => self.conditions.test(value, Op::Equal(only.clone())),
                    _ => self.conditions.test(value, Op::OneOf(Arc::clone(set))),
                };
                if !null {
                    return among;
                }
                let missing = self.null_value(value);
                self.conditions.or([missing, among])
            }
        }
    }

    fn null_value(&mut self, value: ValueId) -> NodeId {
        let exists = self.conditions.test(value, Op::Exists);
        self.conditions.not(exists)
    }

    /// The condition that an expression is null.
    fn is_null(&mut self, typed: &Typed) -> NodeId {
        let typed = self.resolve(typed);
        match &typed.node {
            TypedNode::Const(json) => self.conditions.constant(json.is_null()),
            TypedNode::Coalesce(first, second) if self.may_take_apart() => {
                let parts = [self.is_null(first), self.is_null(second)];
                self.conditions.and(parts)
            }
            _ => {
                let value = self.values.intern(typed);
                self.null_value(value)
            }
        }
    }

    fn call(&mut self, whole: &Typed, predicate: Option<Predicate>, args: &[Typed], prepared: &Prepared) -> NodeId {
        let text = |at: usize| match args.get(at).map(|arg| &arg.node) {
            Some(TypedNode::Const(Json::String(s))) => Some(Box::<str>::from(s.as_str())),
            _ => None,
        };
        let Some(first) = args.first() else { return self.is_true(whole) };
        let op = match (predicate, prepared) {
            (Some(Predicate::Exists), _) => {
                self.alternatives = MAX_ALTERNATIVES;
                let null = self.is_null(first);
                return self.conditions.not(null);
            }
            (Some(Predicate::Prefix), _) => text(1).map(Op::Prefix),
            (Some(Predicate::Suffix), _) => text(1).map(Op::Suffix),
            (Some(Predicate::Contains), _) => {
                args.get(1).and_then(literal).map(|literal| Op::Contains(Box::new(literal)))
            }
            (Some(Predicate::Pattern), Prepared::Regex(regex)) => Some(Op::Matches(Arc::new(regex.clone()))),
            (Some(Predicate::Pattern), Prepared::Glob(glob)) => Some(glob_op(glob)),
            (Some(Predicate::Between), _) => return self.between(whole, args),
            _ => None,
        };
        match op {
            Some(op) if !is_constant(first) => {
                let first = self.resolve(first);
                let value = self.values.intern(first);
                self.conditions.test(value, op)
            }
            _ => self.is_true(whole),
        }
    }

    fn between(&mut self, whole: &Typed, args: &[Typed]) -> NodeId {
        let [operand, low, high] = args else { return self.is_true(whole) };
        let bound = |typed: &Typed| literal(typed).and_then(|literal| literal.number());
        match (bound(low), bound(high)) {
            (Some(low), Some(high)) if !operand.ty.intersects(Type::TIME) => {
                let at = |at| Some(Bound { at, inclusive: true });
                self.asked(operand, &Against::Range(Range { low: at(low), high: at(high) }))
            }
            _ => self.is_true(whole),
        }
    }
}

/// What is asked of an operand.
#[derive(Debug)]
enum Against {
    Equal(Literal),
    Range(Range),
    /// One of these, or null if that is among them.
    OneOf {
        set: Arc<FxHashSet<Literal>>,
        null: bool,
    },
}

impl Against {
    fn one_of(mut set: FxHashSet<Literal>) -> Against {
        let null = set.remove(&Literal::Null);
        Against::OneOf { set: Arc::new(set), null }
    }

    /// What it says of a constant.
    fn holds(&self, literal: &Literal) -> bool {
        match self {
            Against::Equal(other) => literal == other,
            Against::Range(range) => literal.number().is_some_and(|n| range.holds(n)),
            Against::OneOf { null, .. } if *literal == Literal::Null => *null,
            Against::OneOf { set, .. } => set.contains(literal),
        }
    }
}

/// A glob that is only a prefix, suffix, substring or plain text is asked as that.
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

/// The scalar constant that an expression is.
fn literal(typed: &Typed) -> Option<Literal> {
    match &typed.node {
        TypedNode::Const(json) => Literal::from_json(json),
        _ => None,
    }
}

fn is_constant(typed: &Typed) -> bool {
    matches!(typed.node, TypedNode::Const(_))
}

/// The operator with its sides exchanged.
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
fn half_line(op: Comparison, at: crate::event::Number) -> Range {
    let bound = |inclusive| Some(Bound { at, inclusive });
    match op {
        Comparison::Greater => Range { low: bound(false), high: None },
        Comparison::GreaterEqual => Range { low: bound(true), high: None },
        Comparison::Less => Range { low: None, high: bound(false) },
        _ => Range { low: None, high: bound(true) },
    }
}
