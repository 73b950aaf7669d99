//! `dadar` decides where events go, according to rules in YAML.
//!
//! This page documents the library. The README describes the program, and `docs/language.md` the rule language.
//!
//! # Terms
//!
//! - A **rule set** is one YAML file or a folder of YAML files, loaded and checked as a unit ([`RuleSet`]).
//! - An **event** is one JSON object, as bytes. It has a **topic**, a dotted text such as `order.created`. The rule set's
//!   *envelope* says where in the event the topic is.
//! - A **subscriber** is a name that events can be routed to. The library attaches no further meaning to it.
//! - Subscribers are chosen by **topics** (subscriptions to a pattern that matches the event's topic), by **rules** (the
//!   subscribers of each rule whose condition is true for the event) and by **tables** (the subscribers of the row that a header or
//!   several values select).
//! - A **filter** drops events, or keeps them from one subscriber; a **schema** rejects events that are not valid.
//! - A **decision** is the result for one event: its *status*, its subscribers, the rules that matched, and the errors that were
//!   found in it ([`Decision`]).
//! - A **router** is a rule set compiled for speed ([`Router`]); it is immutable, cheap to clone, and shared between threads. A
//!   **session** is a router with the memory that one thread needs to make decisions ([`Session`]).
//! - A **diagnostic** is an error or a lint in a rule set ([`Diagnostic`]).
//!
//! # Example
//!
//! ```
//! use dadar::{Router, Status, load_strings};
//!
//! let loaded = load_strings("shop", [("rules.yaml", "
//! topics:
//!   order.created: [inventory]
//! rules:
//!   - name: big-order
//!     topic: order.created
//!     when: data.amount > 5000
//!     subscribers: [review]
//! ")]);
//! assert!(loaded.diagnostics.is_empty());
//! let rules = loaded.rule_set.expect("there are no errors");
//!
//! let router = Router::new(&rules);
//! let decision = router.route(br#"{"id": 1, "type": "order.created", "data": {"amount": 7500}}"#);
//! assert_eq!(decision.status, Status::Routed);
//! assert_eq!(decision.subscribers.iter().map(|name| &**name).collect::<Vec<_>>(), ["inventory", "review"]);
//! assert_eq!(&*decision.rules[0], "big-order");
//! ```
//!
//! # Where to start
//!
//! | to | use |
//! | --- | --- |
//! | load rules from disk, or from strings | [`load`], [`load_strings`] |
//! | decide one event | [`Router::route`] |
//! | decide many events, and write the decisions as JSON | [`Session::route_to`] |
//! | decide events at times of your own | [`Session::route_at`], [`Session::route_to_at`] |
//! | decide an event that is a [`Json`] value already | [`Session::route_value`] |
//! | get only the status and the numbers of subscribers and rules | [`Session::decide`] |
//! | read decisions back | [`Decision`] implements `Deserialize` |
//! | reload rules when files change (feature `watch`) | `reload::Reloader` |
//! | find out why | [`explain::trace`] and [`explain::render`] |
//! | run the tests of a rule set | [`suite::load`] and [`suite::run`] |
//! | print diagnostics as text, JSON or SARIF (feature `render`) | `diagnostic::render` |
//!
//! # Errors and panics
//!
//! Loading returns all diagnostics at once, as values, and a rule set if none of them is an error. [`Loaded::into_result`] turns them
//! into a `Result` for callers that need no more than the rule set. Deciding does not fail: errors in
//! an event are part of its decision. Nothing in this library panics for any rules or events; it prints nothing and never uses the
//! network. Only [`load`], [`suite::load`] and `reload` read files.
//!
//! # Features
//!
//! - `cli` (on by default): the program `dadar`. It switches on `format`, `pipeline` and `render`.
//! - `format`: rule files in a canonical layout (`format`).
//! - `schemas` (on by default): JSON Schemas in rule sets. Without it, a rule set with `schemas:` does not load.
//! - `render`: diagnostics as text with source lines, as JSON and as SARIF (`diagnostic::render`).
//! - `watch`: rule sets that are loaded again when their files change (`reload`).
//! - `pipeline`: the threads of the program; nothing of it is in the public API.
//!
//! To embed the engine alone, with fewer than 45 crates: `default-features = false`.
//!
//! # Versions
//!
//! Semantic versioning covers everything on these pages. `dadar::unstable`, which is not shown, and every other item that is hidden
//! from them may change in any release; they are `pub` for the program, the tests and the benchmarks of this repository. Types of
//! other crates in the API are re-exported: [`Json`] of serde_json, [`Timestamp`] and [`TimeZone`] of jiff.
#![warn(missing_docs)]

mod analysis;
mod clock;
pub mod decision;
pub mod diagnostic;
mod event;
pub mod explain;
mod expr;
#[cfg(feature = "format")]
pub mod format;
mod graph;
mod interpreter;
mod logic;
mod lookup;
mod options;
#[cfg(feature = "pipeline")]
mod pipeline;
mod read;
#[cfg(feature = "watch")]
pub mod reload;
mod route;
mod rules;
mod schema;
mod split;
pub mod suite;
mod topic;
mod trace;
mod transform;
#[doc(hidden)]
pub mod unstable;
mod yaml;

pub use decision::{Decision, Delivered, Delivery, Status};
pub use diagnostic::{Code, Diagnostic, Severity, Sources};
pub use event::{Json, Limits, Mode};
pub use expr::Budget;
pub use jiff::Timestamp;
pub use jiff::tz::TimeZone;
pub use route::{Clock, Options, Router, Session, SubscriberId, Summary, Written};
pub use rules::{LoadError, LoadLimits, LoadOptions, Loaded, LoadedFile, RuleId, RuleSet, load, load_strings};

/// The examples of the README are run as well.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadMe;
