//! The sites of conditions: a node for each `all`, `any` and `not`, a leaf for everything else.

use super::builder::SiteBuilder;
use super::site::{ConditionRole, SiteId, SiteKind};
use super::text;
use crate::event::Type;
use crate::expr::{Typed, TypedNode};

/// A condition to collect the sites of.
pub(super) struct ConditionSites<'p> {
    /// The part that has the condition.
    pub(super) owner: SiteId,
    pub(super) role: ConditionRole,
    /// The path of its outermost part.
    pub(super) path: String,
    /// For the condition of a row: the paths of its cells, which are the parts of its outermost part.
    pub(super) cells: &'p [String],
}

impl SiteBuilder<'_> {
    pub(super) fn condition(&mut self, condition: &ConditionSites<'_>, typed: &Typed) {
        let root = self.condition_part(condition, condition.owner, condition.path.clone(), typed, condition.cells);
        self.set_role(root, condition.role);
    }

    /// (Recurses no deeper than the parser allows.)
    fn condition_part(
        &mut self,
        condition: &ConditionSites<'_>,
        parent: SiteId,
        path: String,
        typed: &Typed,
        cells: &[String],
    ) -> SiteId {
        let (word, parts): (&str, Vec<&Typed>) = match &typed.node {
            TypedNode::And(parts) => ("all", parts.iter().collect()),
            TypedNode::Or(parts) => ("any", parts.iter().collect()),
            TypedNode::Not(part) => ("not", vec![&**part]),
            _ => ("", Vec::new()),
        };
        let kind = if parts.is_empty() { SiteKind::Leaf } else { SiteKind::Node };
        let text = text::of_expression(self.rules, typed);
        let id = self.add_ranked(kind, typed.span, parent, path.clone(), condition.owner, condition.role, &text);
        for (at, part) in parts.into_iter().enumerate() {
            let inner = match cells.get(at) {
                Some(cell) => cell.clone(),
                None if word == "not" => format!("{path}.not"),
                None => format!("{path}.{word}[{at}]"),
            };
            self.condition_part(condition, id, inner, part, &[]);
        }
        id
    }
}

/// True for an expression that can only be a boolean or null, so that its parts are conditions.
pub(super) fn is_condition(typed: &Typed) -> bool {
    typed.ty.difference(Type::NULL) == Type::BOOLEAN && !matches!(typed.node, TypedNode::Const(_))
}
