//! The envelope: where an event has its id, topic, time, headers and payload.

use crate::event::Step;
use crate::expr::Typed;

/// The kind of envelope.
#[derive(Clone, Debug)]
pub enum Envelope {
    /// A plain envelope, with these expressions.
    Plain(Layout),
    /// CloudEvents attributes.
    CloudEvents,
    /// CloudEvents if the event has `specversion`, else the layout.
    Auto(Layout),
}

/// The expressions of a plain envelope. They may use only `event` and `now`.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The event's id.
    pub id: Typed,
    /// Its topic.
    pub topic: Typed,
    /// Its time.
    pub time: Typed,
    /// Alternative raw paths of the headers: the first that is not null.
    pub headers: Vec<Vec<Step>>,
    /// Alternative raw paths of the payload; `event` itself is the empty path.
    pub data: Vec<Vec<Step>>,
}
