//! Conditions in normal form: a boolean DAG whose leaves are tests `value op constant`, negations at the leaves alone.
//!
//! The constructors simplify: constants vanish, nested conjunctions are flattened, ranges of one value are intersected.
//! Equal nodes are one node. What is not of the form `value op constant` becomes the test `expression == true`.

use super::literal::{Bound, Literal, Range};
use super::values::{ValueId, Values};
use crate::event::{Json, Type, Value};
use crate::expr::{Aux, Comparison, Glob, Pattern, Shape, Typed, TypedNode};
use crate::rules::{Active, Named};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

/// The number of a condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(pub(crate) u32);

impl NodeId {
    /// Never holds.
    pub(crate) const FALSE: NodeId = NodeId(0);
    /// Always holds.
    pub(crate) const TRUE: NodeId = NodeId(1);
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    Const(bool),
    And(Box<[NodeId]>),
    Or(Box<[NodeId]>),
    /// Of a test, always.
    Not(NodeId),
    Test(Test),
    /// The topic is in a set of patterns.
    Topic(u32),
    /// `now` is within.
    Active(Active),
}

/// A leaf: what is asked of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Test {
    pub(crate) value: ValueId,
    pub(crate) op: Op,
}

/// What can be asked. Null passes none of them.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// Is this scalar.
    Equal(Literal),
    /// Is one of these scalars.
    OneOf(Arc<FxHashSet<Literal>>),
    /// Is a number within.
    Range(Range),
    /// Is not null.
    Exists,
    /// Is a string that begins so.
    Prefix(Box<str>),
    /// Is a string that ends so.
    Suffix(Box<str>),
    /// Is a string that has this in it.
    Has(Box<str>),
    /// Is a string that has this in it, or a list with this element.
    Contains(Literal),
    /// Is a string that the glob matches.
    Glob(Arc<Glob>),
    /// Is a string that the regular expression matches.
    Matches(Arc<Pattern>),
}

impl Op {
    /// True if the value passes.
    pub(crate) fn holds(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (_, Value::Null) => false,
            (Op::Equal(literal), _) => value == literal.value(),
            (Op::OneOf(set), _) => contains_literal(set, value),
            (Op::Range(range), Value::Number(n)) => range.holds(n),
            (Op::Exists, _) => true,
            (Op::Prefix(text), Value::String(s)) => s.starts_with(&**text),
            (Op::Suffix(text), Value::String(s)) => s.ends_with(&**text),
            (Op::Has(text) | Op::Contains(Literal::String(text)), Value::String(s)) => {
                memchr::memmem::find(s.as_bytes(), text.as_bytes()).is_some()
            }
            (Op::Contains(literal), Value::Array(items)) => items.iter().any(|item| *item == literal.value()),
            (Op::Glob(glob), Value::String(s)) => glob.is_match(s),
            (Op::Matches(regex), Value::String(s)) => regex.is_match(s),
            _ => false,
        }
    }

    /// True if one value can hit it several times.
    pub(crate) fn hits_again(&self) -> bool {
        matches!(self, Op::Has(_) | Op::Contains(_) | Op::Glob(_) | Op::Matches(_))
    }

    /// True if an index answers it exactly, so that a hit needs no second look.
    pub(crate) fn is_exact(&self) -> bool {
        !matches!(self, Op::Glob(_) | Op::Matches(_))
    }
}

/// True if one of the literals is equal to the value.
fn contains_literal(set: &FxHashSet<Literal>, value: Value<'_>) -> bool {
    match value {
        Value::Bool(b) => set.contains(&Literal::Bool(b)),
        Value::Number(n) => set.contains(&Literal::Number(n)),
        // A set of a few is searched without building a key.
        Value::String(s) if set.len() <= 8 => set.iter().any(|literal| literal.value() == Value::String(s)),
        Value::String(s) => set.contains(&Literal::String(s.into())),
        _ => false,
    }
}

impl PartialEq for Op {
    fn eq(&self, other: &Op) -> bool {
        match (self, other) {
            (Op::Equal(a), Op::Equal(b)) | (Op::Contains(a), Op::Contains(b)) => a == b,
            (Op::OneOf(a), Op::OneOf(b)) => a == b,
            (Op::Range(a), Op::Range(b)) => a == b,
            (Op::Exists, Op::Exists) => true,
            (Op::Prefix(a), Op::Prefix(b)) | (Op::Suffix(a), Op::Suffix(b)) | (Op::Has(a), Op::Has(b)) => a == b,
            (Op::Glob(a), Op::Glob(b)) => a.source() == b.source(),
            (Op::Matches(a), Op::Matches(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Op {}

impl Hash for Op {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Op::Equal(literal) | Op::Contains(literal) => literal.hash(state),
            // Whatever order the set is in.
            Op::OneOf(set) => set.iter().fold(0u64, |all, item| all ^ FxBuildHasher.hash_one(item)).hash(state),
            Op::Range(range) => range.hash(state),
            Op::Exists => {}
            Op::Prefix(text) | Op::Suffix(text) | Op::Has(text) => text.hash(state),
            Op::Glob(glob) => glob.source().hash(state),
            Op::Matches(regex) => regex.source().hash(state),
        }
    }
}

/// All conditions of a graph.
#[derive(Debug)]
pub(crate) struct Conditions {
    nodes: Vec<Node>,
    uses: Vec<u32>,
    known: FxHashMap<Node, NodeId>,
}

impl Conditions {
    pub(crate) fn new() -> Conditions {
        let mut all = Conditions { nodes: Vec::new(), uses: Vec::new(), known: FxHashMap::default() };
        all.intern(Node::Const(false));
        all.intern(Node::Const(true));
        all
    }

    /// A condition by number.
    pub(crate) fn get(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::Const(false))
    }

    /// True if several conditions share it.
    pub(crate) fn is_shared(&self, id: NodeId) -> bool {
        self.uses.get(id.0 as usize).is_some_and(|uses| *uses > 1)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True if a condition asks for `now` itself.
    pub(crate) fn reads_clock(&self) -> bool {
        self.nodes.iter().any(|node| matches!(node, Node::Active(_)))
    }

    /// Forgets what is needed for interning alone.
    pub(crate) fn seal(&mut self) {
        self.known = FxHashMap::default();
        self.nodes.shrink_to_fit();
    }

    fn intern(&mut self, node: Node) -> NodeId {
        if let Some(id) = self.known.get(&node).copied() {
            if let Some(uses) = self.uses.get_mut(id.0 as usize) {
                *uses += 1;
            }
            return id;
        }
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(node.clone());
        self.uses.push(1);
        self.known.insert(node, id);
        id
    }

    /// A constant.
    pub(crate) fn constant(&self, truth: bool) -> NodeId {
        if truth { NodeId::TRUE } else { NodeId::FALSE }
    }

    /// A test; one that can never pass is false.
    pub(crate) fn test(&mut self, value: ValueId, op: Op) -> NodeId {
        if matches!(&op, Op::Range(range) if range.is_empty()) || matches!(&op, Op::OneOf(set) if set.is_empty()) {
            return NodeId::FALSE;
        }
        self.intern(Node::Test(Test { value, op }))
    }

    /// The topic is in a set of patterns.
    pub(crate) fn topic(&mut self, set: u32) -> NodeId {
        self.intern(Node::Topic(set))
    }

    /// `now` is within.
    pub(crate) fn active(&mut self, active: Active) -> NodeId {
        if active.is_always() { NodeId::TRUE } else { self.intern(Node::Active(active)) }
    }

    /// All of them.
    pub(crate) fn and(&mut self, parts: impl IntoIterator<Item = NodeId>) -> NodeId {
        let mut flat = Vec::new();
        for part in parts {
            match self.get(part) {
                Node::Const(true) => {}
                Node::Const(false) => return NodeId::FALSE,
                Node::And(inner) => flat.extend_from_slice(inner),
                _ => flat.push(part),
            }
        }
        let mut flat = self.intersect(flat);
        flat.sort_unstable();
        flat.dedup();
        match flat.first() {
            Some(first) if *first == NodeId::FALSE => NodeId::FALSE,
            _ => self.conjunction(flat),
        }
    }

    /// All of them, which are some of the parts of a conjunction, in their order.
    pub(crate) fn conjunction(&mut self, parts: Vec<NodeId>) -> NodeId {
        match parts.as_slice() {
            [] => NodeId::TRUE,
            [one] => *one,
            _ => self.intern(Node::And(parts.into_boxed_slice())),
        }
    }

    /// Any of them.
    pub(crate) fn or(&mut self, parts: impl IntoIterator<Item = NodeId>) -> NodeId {
        let mut flat = Vec::new();
        for part in parts {
            match self.get(part) {
                Node::Const(false) => {}
                Node::Const(true) => return NodeId::TRUE,
                Node::Or(inner) => flat.extend_from_slice(inner),
                _ => flat.push(part),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        match flat.as_slice() {
            [] => NodeId::FALSE,
            [one] => *one,
            _ => self.intern(Node::Or(flat.into_boxed_slice())),
        }
    }

    /// Not it. Pushed down to the leaves.
    pub(crate) fn not(&mut self, id: NodeId) -> NodeId {
        match self.get(id).clone() {
            Node::Const(truth) => self.constant(!truth),
            Node::Not(inner) => inner,
            Node::And(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.not(*part)).collect();
                self.or(parts)
            }
            Node::Or(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.not(*part)).collect();
                self.and(parts)
            }
            Node::Test(_) | Node::Topic(_) | Node::Active(_) => self.intern(Node::Not(id)),
        }
    }

    /// Ranges of one value become one range.
    fn intersect(&mut self, parts: Vec<NodeId>) -> Vec<NodeId> {
        let range = |node: &Node| match node {
            Node::Test(Test { value, op: Op::Range(range) }) => Some((*value, *range)),
            _ => None,
        };
        let ranges: Vec<_> = parts.iter().filter_map(|part| range(self.get(*part))).collect();
        if ranges.len() < 2 {
            return parts;
        }
        let mut rest: Vec<_> = parts.into_iter().filter(|part| range(self.get(*part)).is_none()).collect();
        let mut merged: Vec<(ValueId, Range)> = Vec::new();
        for (value, range) in ranges {
            match merged.iter_mut().find(|(other, _)| *other == value) {
                Some((_, all)) => *all = all.meet(range),
                None => merged.push((value, range)),
            }
        }
        rest.extend(merged.into_iter().map(|(value, range)| self.test(value, Op::Range(range))));
        rest
    }
}

/// Brings typed expressions into normal form.
pub(crate) struct Lowering<'l> {
    pub(crate) values: &'l mut Values,
    pub(crate) conditions: &'l mut Conditions,
    pub(crate) defines: &'l [Named],
}

impl<'l> Lowering<'l> {
    /// The condition that an expression is true.
    pub(crate) fn truth(&mut self, typed: &Typed) -> NodeId {
        let typed = self.resolve(typed);
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
            TypedNode::Call(function, args, aux) => self.call(typed, function.name, args, aux),
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
        if left.ty.or(right.ty).meets(Type::TIME) {
            return self.is_true(whole);
        }
        let (operand, op, literal) = match (literal(left), literal(right)) {
            (_, Some(literal)) => (left, op, literal),
            (Some(literal), None) => (right, flip(op), literal),
            (None, None) => return self.is_true(whole),
        };
        match op {
            Comparison::Equal => self.against(operand, Against::Equal(literal)),
            Comparison::NotEqual => {
                let equal = self.against(operand, Against::Equal(literal));
                self.conditions.not(equal)
            }
            _ => match literal.number() {
                Some(at) => self.against(operand, Against::Range(half_line(op, at))),
                None => self.is_true(whole),
            },
        }
    }

    fn membership(&mut self, whole: &Typed, item: &Typed, list: &Typed) -> NodeId {
        let TypedNode::Const(Json::Array(items)) = &list.node else { return self.is_true(whole) };
        let literals: Option<FxHashSet<Literal>> = items.iter().map(Literal::from_json).collect();
        match literals {
            Some(literals) => self.against(item, Against::OneOf(literals)),
            None => self.is_true(whole),
        }
    }

    /// What is asked of an operand; `??` is taken apart so that the path in it can be indexed.
    fn against(&mut self, operand: &Typed, asked: Against) -> NodeId {
        let operand = self.resolve(operand);
        match &operand.node {
            TypedNode::Const(json) if Literal::from_json(json).is_some() => {
                let truth = Literal::from_json(json).is_some_and(|literal| asked.holds(&literal));
                self.conditions.constant(truth)
            }
            TypedNode::Coalesce(first, second) => {
                let missing = self.is_null(first);
                let mut there = self.against(first, asked.clone());
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

    fn test_value(&mut self, value: ValueId, asked: Against) -> NodeId {
        match asked {
            Against::Equal(Literal::Null) => self.null_value(value),
            Against::Equal(literal) => self.conditions.test(value, Op::Equal(literal)),
            Against::Range(range) => self.conditions.test(value, Op::Range(range)),
            Against::OneOf(mut set) => {
                let null = set.remove(&Literal::Null);
                let among = match set.len() {
                    1 => {
                        let only = set.into_iter().next().unwrap_or(Literal::Null);
                        self.conditions.test(value, Op::Equal(only))
                    }
                    _ => self.conditions.test(value, Op::OneOf(Arc::new(set))),
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
            TypedNode::Coalesce(first, second) => {
                let parts = [self.is_null(first), self.is_null(second)];
                self.conditions.and(parts)
            }
            _ => {
                let value = self.values.intern(typed);
                self.null_value(value)
            }
        }
    }

    fn call(&mut self, whole: &Typed, name: &str, args: &[Typed], aux: &Aux) -> NodeId {
        let text = |at: usize| match args.get(at).map(|arg| &arg.node) {
            Some(TypedNode::Const(Json::String(s))) => Some(Box::<str>::from(s.as_str())),
            _ => None,
        };
        let Some(first) = args.first() else { return self.is_true(whole) };
        let op = match (name, aux) {
            ("exists", _) => {
                let null = self.is_null(first);
                return self.conditions.not(null);
            }
            ("starts_with", _) => text(1).map(Op::Prefix),
            ("ends_with", _) => text(1).map(Op::Suffix),
            ("contains", _) => args.get(1).and_then(literal).map(Op::Contains),
            ("matches", Aux::Regex(regex)) => Some(Op::Matches(Arc::new(regex.clone()))),
            ("glob", Aux::Glob(glob)) => Some(glob_op(glob)),
            ("between", _) => return self.between(whole, args),
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
            (Some(low), Some(high)) if !operand.ty.meets(Type::TIME) => {
                let at = |at| Some(Bound { at, inclusive: true });
                self.against(operand, Against::Range(Range { low: at(low), high: at(high) }))
            }
            _ => self.is_true(whole),
        }
    }
}

/// What is asked of an operand.
#[derive(Clone, Debug)]
enum Against {
    Equal(Literal),
    Range(Range),
    OneOf(FxHashSet<Literal>),
}

impl Against {
    /// What it says of a constant.
    fn holds(&self, literal: &Literal) -> bool {
        match self {
            Against::Equal(other) => literal == other,
            Against::Range(range) => literal.number().is_some_and(|n| range.holds(n)),
            Against::OneOf(set) => set.contains(literal),
        }
    }
}

/// A glob that is only a prefix, suffix, substring or plain text is asked as that.
fn glob_op(glob: &Glob) -> Op {
    let text = |s: &str| Box::<str>::from(s);
    match glob.shape() {
        Shape::Exact(s) => Op::Equal(Literal::String(text(s))),
        Shape::Prefix(s) => Op::Prefix(text(s)),
        Shape::Suffix(s) => Op::Suffix(text(s)),
        Shape::Contains(s) => Op::Has(text(s)),
        Shape::Any => Op::Has(text("")),
        Shape::Other => Op::Glob(Arc::new(glob.clone())),
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
