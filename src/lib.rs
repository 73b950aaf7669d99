//! `dadar` decides where events go, by rules in YAML.
//!
//! This page is about the library. The program, and the language of the rules, are described in the README and in
//! `docs/language.md`.
//!
//! # Terms
//!
//! - A **rule set** is what somebody wrote: one YAML file or a folder of them, loaded and checked as one ([`RuleSet`]).
//! - An **event** is one JSON object, as bytes. It has a **topic**, a text with dots such as `order.created`; where in the
//!   event that stands, the rule set's *envelope* says.
//! - A **subscriber** is the name of somebody who may get events. To the library it is a name and nothing else.
//! - Subscribers are chosen by **topics** (whoever subscribes to a pattern that the event's topic matches), by **rules** (whoever
//!   a rule names, if its condition holds for the event) and by **tables** (whoever stands in the row that a header or
//!   several values lead to).
//! - A **filter** drops events, or keeps them from one subscriber; a **schema** rejects events that are not well formed.
//! - A **decision** is what comes of one event: its *status*, its subscribers, the rules that matched, and what was
//!   wrong with it ([`Decision`]).
//! - A **router** is a rule set compiled for speed ([`Router`]); it is immutable, cheap to clone, and shared by threads. A
//!   **session** is a router together with the memory that one thread needs for deciding ([`Session`]).
//! - A **diagnostic** is something to tell the writer of the rules: an error, or a lint ([`Diagnostic`]).
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
//! # Where to begin
//!
//! | to | use |
//! | --- | --- |
//! | load rules from disk, or from strings | [`load`], [`load_strings`] |
//! | decide about an event | [`Router::route`] |
//! | decide about many, and write the decisions as JSON | [`Session::route_to`] |
//! | learn no more than the status and who gets it, by number | [`Session::judge`] |
//! | learn why | [`interpreter::trace`] and [`explain::render`] |
//! | run the tests that stand beside rules | [`suite::load`] and [`suite::run`] |
//! | print diagnostics as text, JSON or SARIF (feature `render`) | `diagnostic::render` |
//!
//! # Errors and panics
//!
//! Loading returns diagnostics as values, all of them at once, and a rule set if none of them is an error. Deciding does not fail: what is
//! wrong with an event is part of its decision. Nothing in this library panics, whatever rules and events it is given; nothing
//! prints, and nothing is read from the network. Only [`load`] and [`suite::load`] read files.
//!
//! # Features
//!
//! `cli` (on by default) is the program; `render`, which it needs, prints diagnostics. Switch both off to embed the engine:
//! `default-features = false`.
#![warn(missing_docs)]

pub mod decision;
pub mod diagnostic;
pub mod event;
pub mod explain;
pub mod expr;
mod graph;
pub mod interpreter;
pub mod lookup;

#[cfg(feature = "watch")]
pub mod reload;
pub mod route;
pub mod rules;
pub mod schema;
pub mod suite;
pub mod topic;
pub mod trace;
mod transform;
#[doc(hidden)]
pub mod yaml;

pub use decision::{Decision, Delivered, Delivery, Status};
pub use diagnostic::{Code, Diagnostic, Severity, Sources};
pub use route::{Clock, Options, Router, Session, Verdict};
pub use rules::{LoadOptions, Loaded, RuleSet, load, load_strings};

/// The examples of the README are run as well.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadMe;
