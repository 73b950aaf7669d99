//! Steps: `.name`, `["key"]`, `[0]`, `[computed]`, after roots and after computed values.

use super::types;
use super::{Checked, Checker};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::{Json, Number, Step, Type};
use crate::expr::syntax::{Accessor, AccessorKind, ExprNode};
use crate::expr::{Expr, Path, Root, Typed, TypedNode};

/// A step after checking.
enum Taken {
    Literal(Step),
    Computed(Typed),
}

impl Checker<'_, '_> {
    pub(super) fn access(&mut self, base: &Expr, steps: &[Accessor], span: Span) -> Checked {
        let checked: Vec<Option<Taken>> = steps.iter().map(|step| self.step(step)).collect();
        let base = self.base(base, steps);
        let checked: Vec<Taken> = checked.into_iter().collect::<Option<_>>()?;
        let mut rest = checked.into_iter().zip(steps.iter().map(|step| step.span)).peekable();
        let mut typed = match base? {
            Base::Root(root, at) => {
                let mut path = Path { root, steps: Vec::new() };
                let mut end = at;
                while let Some((Taken::Literal(_), _)) = rest.peek()
                    && let Some((Taken::Literal(step), place)) = rest.next()
                {
                    path.steps.push(step);
                    end = place;
                }
                self.path(path, at.to(end))
            }
            Base::Value(typed) => typed,
        };
        for (step, place) in rest {
            typed = self.step_into(typed, step, place)?;
        }
        typed.span = span;
        Some(typed)
    }

    /// The value that the steps go into. `topic`, `id`, `time` and `now` have no parts.
    fn base(&mut self, base: &Expr, steps: &[Accessor]) -> Option<Base> {
        let ExprNode::Name(name) = &base.node else { return self.check(base).map(Base::Value) };
        if self.is_outer_element(name) {
            return Some(Base::Root(Root::It, base.span));
        }
        let Some(root) = self.root(name, base.span) else { return self.check(base).map(Base::Value) };
        let root = root?;
        if matches!(root, Root::Event | Root::Data | Root::Headers | Root::Batch) {
            return Some(Base::Root(root, base.span));
        }
        let span = steps.first().map_or(base.span, |step| step.span);
        let help = match steps.first().map(|step| &step.kind) {
            Some(AccessorKind::Key(key)) => Some(format!("a field of the payload is written `data.{key}`")),
            _ => None,
        };
        let message = format!("`{name}` has no fields");
        self.error(Diagnostic::new(Code::TypeMismatch, span, message).maybe_help(help))
    }

    fn step(&mut self, step: &Accessor) -> Option<Taken> {
        let index = match &step.kind {
            AccessorKind::Key(key) => return Some(Taken::Literal(Step::Key(key.as_str().into()))),
            AccessorKind::Index(index) => index,
        };
        let typed = self.check(index)?;
        let TypedNode::Const(value) = &typed.node else {
            self.index_type(&typed)?;
            return Some(Taken::Computed(typed));
        };
        match value {
            Json::String(key) => Some(Taken::Literal(Step::Key(key.as_str().into()))),
            Json::Number(n) => {
                let whole = Number::from_json(n).and_then(Number::as_int);
                if let Some(at) = whole.and_then(|n| u32::try_from(n).ok()) {
                    return Some(Taken::Literal(Step::Index(at)));
                }
                if whole.is_some_and(|n| n < 0) {
                    return Some(Taken::Computed(typed));
                }
                let message = format!("`{n}` is not an index");
                let help = "the first element is `[0]`, the last one `[-1]`";
                self.error(Diagnostic::new(Code::TypeMismatch, typed.span, message).help(help))
            }
            _ => self.index_type(&typed).map(|()| Taken::Computed(typed)),
        }
    }

    fn index_type(&mut self, typed: &Typed) -> Option<()> {
        if typed.ty.intersects(Type::NUMBER.union(Type::STRING)) {
            return Some(());
        }
        let message = format!("an index is a number or a string, and this is {}", types::described(typed));
        self.error(Diagnostic::new(Code::TypeMismatch, typed.span, message))
    }

    /// One step into a computed value.
    fn step_into(&mut self, base: Typed, step: Taken, place: Span) -> Checked {
        let needs = match &step {
            Taken::Literal(Step::Key(_)) => Type::OBJECT,
            Taken::Literal(Step::Index(_)) => Type::ARRAY,
            Taken::Computed(_) => Type::OBJECT.union(Type::ARRAY),
        };
        if !base.ty.intersects(needs) {
            let has = if needs == Type::ARRAY { "elements" } else { "fields" };
            let message = format!("{} has no {has}", types::described(&base));
            return self.error(Diagnostic::new(Code::TypeMismatch, place, message));
        }
        let span = base.span.to(place);
        let node = match (base.node, step) {
            (TypedNode::Steps(inner, mut steps), Taken::Literal(step)) => {
                steps.push(step);
                TypedNode::Steps(inner, steps)
            }
            (node, Taken::Literal(step)) => {
                TypedNode::Steps(Box::new(Typed { span: base.span, ty: base.ty, node }), vec![step])
            }
            (node, Taken::Computed(index)) => {
                TypedNode::Index(Box::new(Typed { span: base.span, ty: base.ty, node }), Box::new(index))
            }
        };
        Some(self.fold(Typed { span, ty: Type::ANY, node }))
    }
}

/// The value that steps go into.
enum Base {
    Root(Root, Span),
    Value(Typed),
}
