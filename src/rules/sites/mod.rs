//! Sites: every part of a rule set that can be counted, blamed or compared has a number, a place, a path and an identity.
//!
//! Traces, lints and coverage refer to parts by their sites. A path is for people and changes when neighbours are inserted; an
//! identity does not, so it is used to compare two versions of a rule set.

mod builder;
mod collect;
mod conditions;
mod index;
mod path;
mod site;
mod text;

pub use index::Sites;
pub use site::{ConditionRole, Site, SiteId, SiteIdentity, SiteKind};
