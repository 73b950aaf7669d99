//! Values by cases, and the named ones among them.

use super::name::Name;
use crate::expr::Typed;

/// A value by cases: the first alternative that applies and is not null.
#[derive(Clone, Debug)]
pub struct Cases {
    /// The alternatives, in order.
    pub alternatives: Vec<Alternative>,
}

/// One alternative of [`Cases`].
#[derive(Clone, Debug)]
pub struct Alternative {
    /// A condition that must be true. `None`: always.
    pub when: Option<Typed>,
    /// The value.
    pub value: Typed,
}

/// A named value or a label.
#[derive(Clone, Debug)]
pub struct NamedCases {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub cases: Cases,
}
