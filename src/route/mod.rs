//! The router: decides events by one compiled rule set.

mod events;
mod id;
mod names;
mod router;
mod session;
mod summary;
mod write;

pub use crate::clock::Clock;
pub use crate::options::Options;
pub use id::SubscriberId;
pub use router::Router;
pub use session::{Session, Written};
pub use summary::Summary;
