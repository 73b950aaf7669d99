//! The elements that the bodies of `any`, `all`, `filter` and `map` read: `it`, or a name that is written before the body.

use super::{Checked, Checker};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::Type;
use crate::expr::syntax::ExprNode;
use crate::expr::{Expr, Root, Typed, TypedNode, functions};

/// The element of a list in the body of `any`, `all`, `filter` or `map`.
pub(super) struct ElementName {
    /// Its name and where that is written; `None` for `it`.
    name: Option<(String, Span)>,
    is_used: bool,
}

impl Checker<'_, '_> {
    /// The body of `any`, `all`, `filter` or `map`: `it.price > 5`, or `x -> x.price > 5`.
    pub(super) fn body(&mut self, body: &Expr, is_condition: bool) -> Checked {
        let (name, body) = match &body.node {
            ExprNode::Named(name, span, inner) => (Some((name, *span)), &**inner),
            _ => (None, body),
        };
        let is_free = name.is_none_or(|(name, span)| self.is_free(name, span).is_some());
        // (`it ->`, which was reported, is read as `it`.)
        let name = name.filter(|(name, _)| *name != "it").map(|(name, span)| (name.clone(), span));
        self.elements.push(ElementName { name, is_used: false });
        let checked = self.check(body).filter(|body| !is_condition || self.condition(body).is_some());
        if let Some(ElementName { name: Some((name, span)), is_used: false }) = self.elements.pop()
            && is_free
            && checked.is_some()
        {
            let message = format!("the element `{name}` is not used");
            let help = "read it, or leave the name out";
            self.diagnostics.push(Diagnostic::new(Code::Unused, span, message).help(help));
        }
        checked.filter(|_| is_free)
    }

    /// A name for an element must have no other meaning.
    fn is_free(&mut self, name: &str, span: Span) -> Option<()> {
        let reserved = |what: &str| Diagnostic::new(Code::ReservedName, span, format!("`{name}` is {what}"));
        let known = |what: &str| Diagnostic::new(Code::DuplicateName, span, format!("`{name}` is {what} already"));
        let outer = self.named(name).and_then(|(_, element)| element.name.as_ref()).map(|(_, span)| *span);
        let diagnostic = if name == "it" {
            reserved("the element that has no name").help("leave out `it ->`")
        } else if Root::ALL.iter().any(|(root, _)| *root == name) {
            reserved("a root, and cannot be the name of an element").help("choose another name: `x -> …`")
        } else if functions::find(name).is_some() {
            reserved("a function, and cannot be the name of an element").help("choose another name: `x -> …`")
        } else if let Some(outer) = outer {
            known("the element of a list around this one").also(outer, "named here").help("choose another name")
        } else if self.scope.defines.contains_key(name) {
            known("a named value").help("choose another name: `x -> …`")
        } else {
            return Some(());
        };
        self.error(diagnostic)
    }

    /// `x -> …` in an argument that is not such a body.
    pub(super) fn misplaced_name(&mut self, name: &str, span: Span) -> Checked {
        let message =
            format!("`{name} ->` names an element, but this argument is not evaluated for each element of a list");
        let help = format!(
            "write it in the second argument of `any`, `all`, `filter` or `map`: `any(list, {name} -> {name}.price > 100)`"
        );
        self.error(Diagnostic::new(Code::ExpressionSyntax, span, message).help(help))
    }

    /// The innermost element that fits, and how many are within it.
    fn find(&self, fits: impl Fn(&ElementName) -> bool) -> Option<(u32, &ElementName)> {
        (0..).zip(self.elements.iter().rev()).find(|(_, element)| fits(element))
    }

    fn named(&self, name: &str) -> Option<(u32, &ElementName)> {
        self.find(|element| element.name.as_ref().is_some_and(|(known, _)| known == name))
    }

    /// True if a name is that of an element here.
    pub(super) fn is_element(&self, name: &str) -> bool {
        self.named(name).is_some() || name == "it"
    }

    /// The element of that name, if there is one. `it` is the innermost without a name.
    pub(super) fn element(&mut self, name: &str, span: Span) -> Option<Typed> {
        let found = if name == "it" { self.find(|element| element.name.is_none()) } else { self.named(name) };
        let (level, _) = found?;
        if let Some(element) = self.elements.iter_mut().rev().nth(level as usize) {
            element.is_used = true;
        }
        Some(Typed { span, ty: Type::ANY, node: TypedNode::It(level) })
    }

    /// The name by which the element at a level is read here.
    pub(super) fn element_name(&self, level: u32) -> &str {
        let element = self.elements.iter().rev().nth(level as usize);
        element.and_then(|element| element.name.as_ref()).map_or("it", |(name, _)| name)
    }

    /// The names of all elements, the innermost first.
    pub(super) fn element_names(&self) -> impl Iterator<Item = &str> {
        (0..self.elements.len() as u32).map(|level| self.element_name(level))
    }
}
