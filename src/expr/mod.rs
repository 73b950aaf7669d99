//! The expression language: text → [`Expr`] (syntax with spans) → [`Typed`] (checked: names resolved, patterns compiled) → value.
//!
//! Imports follow that order. The registry of functions is below the parser, which uses it for hints; the checker evaluates
//! constant parts, so it is above the evaluator.
//!
//! This module does not know YAML, rule sets or the graph. An expression gets its surroundings from [`Scope`] when it is
//! compiled, and from [`Env`] when it is evaluated.

mod arithmetic;
mod bound;
mod budget;
mod check;
mod cidr;
mod compare;
mod compile;
mod cost;
mod element_test;
mod environment;
mod eval;
mod excerpt;
pub mod functions;
mod glob;
mod lexer;
mod limits;
mod lookalike;
mod operator;
mod parsed_path;
mod parser;
mod path;
mod pattern;
mod pattern_list;
mod prepared;
mod prepared_patterns;
mod reference;
mod replacement;
mod requirement;
mod scalar_set;
mod scope;
mod syntax;
#[cfg(test)]
mod testing;
pub mod time;
mod typed;
mod windows;

pub(crate) use bound::{Sizes, safe_size};
pub use budget::{Budget, Limit, Meter};
pub(crate) use budget::{ELEMENT, fits, size};
pub use check::{compile, compile_comparison, compile_membership, lint_condition};
pub use cidr::Cidr;
pub use compile::compile_text;

pub(crate) use element_test::{each_of, element_part};
pub use environment::Env;
pub use eval::{Exceeded, MeasuredValue, evaluate, evaluate_measured, holds};
pub use functions::Function;
pub(crate) use functions::LONGEST_TEXT;
pub use glob::{Glob, GlobShape};
pub(crate) use lookalike::reads_like_expression;
pub use operator::{Arithmetic, Comparison, Quantifier};
pub use parsed_path::{ParsedPath, parsed_path};
pub use parser::parse;
pub use path::{Path, PathId, PathTable, Root};
pub use pattern::Pattern;
pub use pattern_list::PatternList;
pub use prepared::Prepared;
pub use prepared_patterns::PreparedPatterns;
pub use reference::{DefineId, LookupId, LookupInfo};
pub use replacement::Replacement;
pub(crate) use requirement::fits_type;
pub use requirement::{TypeRequirement, type_requirements};
pub use scope::{ExprKind, Scope};
pub use syntax::Expr;
pub use typed::{Typed, TypedNode};
pub use windows::Windows;
