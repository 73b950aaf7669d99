//! Tests of elements: `any(list, condition)`, where the condition consists of tests of the element.

use crate::event::{Step, Value};

/// A test of a part of an element. (The operators of tests implement it; one of them is [`ElementTest`].)
pub(crate) trait PartTest {
    /// True if the value passes.
    fn holds(&self, value: Value<'_>) -> bool;
    /// True if a hit of an index proves it.
    fn is_exact(&self) -> bool;
    /// How often it is likely to hold, compared with others.
    fn weight(&self) -> u32;
}

/// True for a list if its condition holds for an element.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct ElementTest<T> {
    /// True if a value that is neither a list nor null counts as a list of itself (`each`).
    pub(crate) each: bool,
    pub(crate) condition: ElementCondition<T>,
}

/// A condition on one element.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) enum ElementCondition<T> {
    /// The part of the element at these steps passes the test.
    Test(Box<[Step]>, T),
    Not(Box<ElementCondition<T>>),
    And(Box<[ElementCondition<T>]>),
    Or(Box<[ElementCondition<T>]>),
}

/// The steps to a part of an element, and a test of it.
pub(crate) type ElementLeaf<'c, T> = (&'c [Step], &'c T);

/// How often one of several leaves is likely to hold.
pub(super) fn weight<T: PartTest>(leaves: &[ElementLeaf<'_, T>]) -> u32 {
    leaves.iter().map(|(_, test)| test.weight()).sum()
}

impl<T: PartTest> ElementTest<T> {
    /// True if the value passes. (Null never does.)
    pub(super) fn holds(&self, value: Value<'_>) -> bool {
        match value {
            Value::Array(items) => items.iter().any(|item| self.condition.holds(*item)),
            Value::Null => false,
            _ => self.each && self.condition.holds(value),
        }
    }

    /// True if the condition is one test, which a hit of an index proves.
    pub(super) fn is_exact(&self) -> bool {
        matches!(&self.condition, ElementCondition::Test(_, test) if test.is_exact())
    }

    /// Tests that an index can find, one of which holds for an element if the condition does; `None` if there are none.
    pub(crate) fn leaves(&self) -> Option<Vec<ElementLeaf<'_, T>>> {
        self.condition.leaves()
    }
}

impl<T: PartTest> ElementCondition<T> {
    fn holds(&self, element: Value<'_>) -> bool {
        match self {
            ElementCondition::Test(steps, test) => test.holds(element.walk(steps)),
            ElementCondition::Not(inner) => !inner.holds(element),
            ElementCondition::And(parts) => parts.iter().all(|part| part.holds(element)),
            ElementCondition::Or(parts) => parts.iter().any(|part| part.holds(element)),
        }
    }

    /// For a conjunction, the leaves of the part that is likely to be true least often; for a disjunction, those of all parts.
    fn leaves(&self) -> Option<Vec<ElementLeaf<'_, T>>> {
        match self {
            ElementCondition::Test(steps, test) => Some(vec![(&**steps, test)]),
            ElementCondition::Not(_) => None,
            ElementCondition::And(parts) => {
                let all = parts.iter().filter_map(ElementCondition::leaves);
                all.min_by_key(|leaves| weight(leaves))
            }
            ElementCondition::Or(parts) => {
                let all: Option<Vec<_>> = parts.iter().map(ElementCondition::leaves).collect();
                all.map(|all| all.concat())
            }
        }
    }
}
