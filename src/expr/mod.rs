//! The expression language: text → [`Expr`] (spanned syntax) → [`Typed`] (checked, names resolved, patterns compiled) → value.
//!
//! Knows nothing of YAML, of rule sets or of the graph. What an expression may ask of its surroundings is [`Env`] when it
//! is evaluated, and [`Scope`] when it is compiled.

use crate::diagnostic::{Diagnostic, Span, Text};
use crate::event::{Json, Step, Type, Value};
use bumpalo::Bump;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::sync::Arc;

mod arithmetic;
mod bound;
mod budget;
mod check;
mod cidr;
mod demand;
mod eval;
pub mod functions;
mod glob;
mod hash;
mod lexer;
mod parser;
mod place;
mod prepared;
mod replacement;
mod syntax;
#[cfg(test)]
mod testing;
pub mod time;
mod walk;

pub(crate) use bound::{Sizes, safe_size};
pub use budget::{Budget, Limit, Meter};
pub(crate) use budget::{ELEMENT, fits, size};
pub use check::{compile, lint_condition};
pub use cidr::Cidr;
pub(crate) use demand::fits_type;
pub use demand::{Demand, demands};
pub use eval::{Evaluation, Exceeded, evaluate, evaluate_measured, holds};
pub use functions::Function;
pub(crate) use functions::LONGEST_TEXT;
pub use glob::{Glob, Shape};
pub use parser::parse;
pub use place::{ParsedPath, parsed_path};
pub use prepared::{Pattern, Prepared, PreparedPatterns};
pub use replacement::Replacement;
pub use syntax::Expr;

/// How many errors of one expression are reported.
const MOST_ERRORS: usize = 100;

/// The number of a path in a [`PathTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathId(pub u32);

/// The number of a named value (`define`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DefineId(pub u32);

/// The number of a lookup table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LookupId(pub u32);

/// Where a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Root {
    /// The raw event.
    Event,
    /// The payload, as the envelope has it.
    Data,
    /// The headers, as the envelope has them.
    Headers,
    /// The topic (a string).
    Topic,
    /// The event's id.
    Id,
    /// The event's time.
    Time,
    /// The clock.
    Now,
    /// The element that a transform's `for_each` is at. (Within `any`, `all`, `filter`, `map`, `it` is theirs.)
    It,
}

impl Root {
    /// Every root, by the name it has in the language. `it` is not among them: it exists only in a `for_each`.
    pub const ALL: [(&'static str, Root); 7] = [
        ("event", Root::Event),
        ("data", Root::Data),
        ("headers", Root::Headers),
        ("topic", Root::Topic),
        ("id", Root::Id),
        ("time", Root::Time),
        ("now", Root::Now),
    ];

    /// Its name in the language.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, root)| *root == self).map_or("it", |(name, _)| name)
    }
}

/// A path from a root. `topic`, `id`, `time` and `now` have no steps (steps into them are an error at load).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    /// Where it begins.
    pub root: Root,
    /// Where it goes.
    pub steps: Vec<Step>,
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.root.name())?;
        self.steps.iter().try_for_each(|step| write!(f, "{step}"))
    }
}

/// Every path that a rule set reads, each once.
#[derive(Clone, Debug, Default)]
pub struct PathTable {
    paths: Vec<Path>,
    numbers: HashMap<Path, PathId>,
}

impl PathTable {
    /// The number of a path, which is added if it is new.
    pub fn intern(&mut self, path: Path) -> PathId {
        if let Some(id) = self.numbers.get(&path) {
            return *id;
        }
        let id = PathId(self.paths.len() as u32);
        self.paths.push(path.clone());
        self.numbers.insert(path, id);
        id
    }

    /// The path of a number.
    pub fn get(&self, id: PathId) -> Option<&Path> {
        self.paths.get(id.0 as usize)
    }

    /// The first `count` paths.
    #[must_use]
    pub fn first(&self, count: usize) -> PathTable {
        let paths: Vec<Path> = self.paths.iter().take(count).cloned().collect();
        let numbers = (0..).map(PathId).zip(&paths).map(|(id, path)| (path.clone(), id)).collect();
        PathTable { paths, numbers }
    }

    /// All paths; the position of a path is its number.
    pub fn as_slice(&self) -> &[Path] {
        &self.paths
    }
}

/// A checked expression. Equality and hashing leave the spans out, so that equal conditions in different rules are equal.
#[derive(Clone, Debug)]
pub struct Typed {
    /// Its place in the rule files.
    pub span: Span,
    /// The types it may yield. `Type::TIME` is set beside them where it is known to be a time (`now`, `time`).
    pub ty: Type,
    /// What it does.
    pub node: TypedNode,
}

/// The operation of a [`Typed`] expression.
#[derive(Clone, Debug, PartialEq)]
pub enum TypedNode {
    /// A constant (constant subexpressions are folded).
    Const(Json),
    /// A list of expressions.
    List(Vec<Typed>),
    /// A path from a root.
    Path(PathId),
    /// A named value.
    Define(DefineId),
    /// The element that `any`, `all`, `filter`, `map` are at: 0 is the innermost.
    It(u32),
    /// Steps into a computed value: `it.price`, `filter(…)[0]`, `city.x`.
    Steps(Box<Typed>, Vec<Step>),
    /// `a[b]` with a computed index: an integer or a key.
    Index(Box<Typed>, Box<Typed>),
    /// `!a`: true unless `a` is true.
    Not(Box<Typed>),
    /// `-a`.
    Negate(Box<Typed>),
    /// `a && b && …`: two or more.
    And(Vec<Typed>),
    /// `a || b || …`: two or more.
    Or(Vec<Typed>),
    /// `a + b` and the like.
    Arithmetic(Arithmetic, Box<Typed>, Box<Typed>),
    /// `a < b` and the like.
    Compare(Comparison, Box<Typed>, Box<Typed>),
    /// `a in b`.
    In(Box<Typed>, Box<Typed>),
    /// `a ?? b`.
    Coalesce(Box<Typed>, Box<Typed>),
    /// `if(c, a, b)`.
    If(Box<Typed>, Box<Typed>, Box<Typed>),
    /// `any(list, body)` and its kin.
    Quantified(Quantifier, Box<Typed>, Box<Typed>),
    /// A function from the registry, with the data prepared at load.
    Call(&'static Function, Vec<Typed>, Prepared),
}

/// Arithmetic operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// Functions with a body that is evaluated for each element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Quantifier {
    Any,
    All,
    Filter,
    Map,
}

impl Quantifier {
    /// Its name in the language.
    pub fn name(self) -> &'static str {
        match self {
            Quantifier::Any => "any",
            Quantifier::All => "all",
            Quantifier::Filter => "filter",
            Quantifier::Map => "map",
        }
    }
}

impl PartialEq for Typed {
    fn eq(&self, other: &Typed) -> bool {
        self.node == other.node
    }
}

/// The environment of an evaluation: the event, the clock and reference data.
pub trait Env<'a> {
    /// Where new values are put.
    fn arena(&self) -> &'a Bump;
    /// The value at a path; null where nothing is.
    fn path(&mut self, path: PathId) -> Value<'a>;
    /// A named value.
    fn define(&mut self, id: DefineId) -> Value<'a>;
    /// The zone of the rule set.
    fn zone(&self) -> &'a TimeZone;
    /// The cell of a lookup table; null where there is no such row.
    fn lookup(&mut self, table: LookupId, column: u32, key: &[Value<'_>]) -> Value<'a>;
    /// The event's id, for `uuid(name)`.
    fn event_id(&mut self) -> Value<'a>;
    /// What each computation may take.
    fn budget(&self) -> Budget {
        Budget::default()
    }
}

/// The names that an expression may use, and the types known for them.
pub struct Scope<'s> {
    /// Paths are interned here.
    pub paths: &'s mut PathTable,
    /// Named values.
    pub defines: &'s HashMap<String, DefineId>,
    /// Types of the named values, by number; `Type::ANY` where not known yet.
    pub define_types: &'s [Type],
    /// Lookup tables by name.
    pub lookups: &'s HashMap<String, LookupInfo>,
    /// Patterns that are compiled already.
    pub patterns: &'s mut PreparedPatterns,
    /// The rule set's zone.
    pub zone: &'s TimeZone,
    /// The type that a schema guarantees at a path below `data` (`Type::ANY` without one).
    pub type_of: &'s dyn Fn(&Path) -> Type,
    /// Which roots may be used (an envelope's expressions have `event` and `now` alone).
    pub roots: &'s [Root],
}

/// The shape of a lookup table, for the checker.
#[derive(Clone, Debug)]
pub struct LookupInfo {
    /// Its number.
    pub id: LookupId,
    /// How many keys it takes.
    pub keys: usize,
    /// Its columns, and the keys behind them.
    pub columns: Vec<String>,
}

impl LookupInfo {
    /// The columns without the keys.
    pub fn data_columns(&self) -> &[String] {
        let count = self.columns.len().saturating_sub(self.keys);
        self.columns.get(..count).unwrap_or(&[])
    }
}

/// The kind of expression that a place takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A boolean.
    Condition,
    /// Any value.
    Value,
    /// A path, or paths joined by `??`.
    Paths,
}

/// Compiles a text in one go: parses and checks. None if there was an error, which is then among the diagnostics.
pub fn compile_text(
    text: &Text,
    scope: &mut Scope<'_>,
    wanted: Wanted,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Typed> {
    let expr = parse(text, diagnostics)?;
    compile(&expr, scope, wanted, diagnostics)
}

/// Shared ownership of a compiled pattern.
pub type Shared<T> = Arc<T>;
