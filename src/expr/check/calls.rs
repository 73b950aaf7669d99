//! Function calls: the name, the number of arguments, and their types.

use super::types::{self, TIME_LIKE};
use super::{Checked, Checker};
use crate::diagnostic::{Code, Diagnostic, Span, did_you_mean};
use crate::event::{Json, Type};
use crate::expr::functions::{self, Predicate, Prepare, PrepareError};
use crate::expr::syntax::ExprNode;
use crate::expr::{Expr, Function, Prepared, Quantifier, Root, Typed, TypedNode};
use std::ops::Range;

impl Checker<'_, '_> {
    pub(super) fn call(&mut self, name: &str, name_span: Span, arguments: &[Expr], span: Span) -> Checked {
        let Some(function) = functions::find(name) else {
            let _ = self.all(arguments);
            let diagnostic = self.unknown_function(name, name_span);
            return self.error(diagnostic);
        };
        if let Some(form) = function.special_form {
            return self.special(form, function, arguments, span);
        }
        let counted = self.count(function, name, arguments, span);
        let checked = self.all(arguments);
        counted?;
        let checked = checked?;
        self.arguments(function, name, &checked)?;
        let prepared = self.prepare(function, &checked, arguments, span)?;
        let ty = function.returns;
        Some(self.fold(Typed { span, ty, node: TypedNode::Call(function, checked, prepared) }))
    }

    /// Reports too few or too many arguments of a function, which is called by `name`.
    pub(super) fn count(&mut self, function: &Function, name: &str, arguments: &[Expr], span: Span) -> Option<()> {
        let least = function.required;
        let most = (!function.variadic).then_some(function.params.len());
        let given = arguments.len();
        if given >= least && most.is_none_or(|most| given <= most) {
            return Some(());
        }
        let plural = |n: usize| if n == 1 { "argument" } else { "arguments" };
        let takes = match most {
            None => format!("at least {least} {}", plural(least)),
            Some(most) if most == least => format!("{least} {}", plural(least)),
            Some(most) => format!("{least} to {most} arguments"),
        };
        let there = match given {
            0 => "there is none".to_owned(),
            1 => "there is 1".to_owned(),
            _ => format!("there are {given}"),
        };
        let extra = most.and_then(|most| arguments.get(most)).zip(arguments.last());
        let place = extra.map_or(span, |(first, last)| first.span.to(last.span));
        let message = format!("`{name}` takes {takes}, and {there}");
        // In other languages, `count` is `len`.
        let also = if name == Quantifier::Count.name() { "; `len(list)` is the number of all elements" } else { "" };
        let help = format!("write `{}`{also}", function.usage);
        self.error(Diagnostic::new(Code::ArgumentCount, place, message).help(help))
    }

    fn arguments(&mut self, function: &'static Function, name: &str, arguments: &[Typed]) -> Option<()> {
        let mut fine = Some(());
        for (at, argument) in arguments.iter().enumerate() {
            let Some(needed) = function.params.get(at).or(function.params.last()).copied() else { continue };
            if at == 1 && function.prepare_list.is_some() {
                match &argument.node {
                    TypedNode::Const(Json::Array(_)) => continue,
                    TypedNode::List(_) => {
                        fine = self.computed_list(function, argument);
                        continue;
                    }
                    _ => {}
                }
            }
            let fits = self.argument(function, name, argument, needed);
            fine = fine.and(fits);
        }
        fine
    }

    /// A list of patterns that depends on the event.
    fn computed_list(&mut self, function: &Function, list: &Typed) -> Option<()> {
        let message = "a list of patterns must be written out";
        let help = match function.predicate {
            Some(Predicate::Prefix | Predicate::Suffix | Predicate::Contains) => {
                format!("join several conditions with `||`: `{}`", function.usage)
            }
            _ => "it is read once, when the rules are loaded, and cannot depend on the event".to_owned(),
        };
        self.error(Diagnostic::new(Code::NotLiteral, list.span, message).help(help))
    }

    /// An argument of a type that never fits.
    pub(super) fn argument(&mut self, function: &Function, name: &str, argument: &Typed, needed: Type) -> Option<()> {
        let wants_time = needed.intersects(Type::TIME);
        let accepted = match needed {
            _ if wants_time => needed.union(TIME_LIKE),
            Type::ZONE => Type::STRING,
            _ => needed,
        };
        // Null is fine anywhere: functions of it are null.
        if needed == Type::NONE
            || matches!(argument.node, TypedNode::Const(Json::Null))
            || argument.ty.intersects(accepted)
        {
            return if wants_time && !needed.intersects(Type::STRING) { self.written_time(argument) } else { Some(()) };
        }
        let (wanted, usage) = (types::kinds(needed), function.usage);
        let message = format!("`{name}` takes {wanted} here, and this is {}", types::described(argument));
        let help = match &argument.node {
            TypedNode::Const(n @ Json::Number(_)) if needed.intersects(Type::STRING) => {
                format!("write `\"{n}\"`: `{usage}`")
            }
            _ => format!("it is used as `{usage}`"),
        };
        self.error(Diagnostic::new(Code::TypeMismatch, argument.span, message).help(help))
    }

    /// Compiles patterns, finds tables and zones.
    fn prepare(
        &mut self,
        function: &'static Function,
        arguments: &[Typed],
        written: &[Expr],
        span: Span,
    ) -> Option<Prepared> {
        if function.prepare.is_none() && function.prepare_list.is_none() {
            return Some(Prepared::None);
        }
        let constants: Vec<Option<&Json>> = arguments
            .iter()
            .map(|argument| match &argument.node {
                TypedNode::Const(value) => Some(value),
                _ => None,
            })
            .collect();
        let call = Prepare { args: &constants, lookups: self.scope.lookups };
        match self.scope.patterns.prepare(function, &call) {
            Ok(prepared) => Some(prepared),
            Err(PrepareError { code, argument, place, item, message, help }) => {
                let item = item.and_then(|item| list_item(written.get(argument)?, item));
                let span = item.or_else(|| arguments.get(argument).map(|typed| within(typed, place))).unwrap_or(span);
                self.error(Diagnostic::new(code, span, message).maybe_help(help))
            }
        }
    }

    fn unknown_function(&self, name: &str, span: Span) -> Diagnostic {
        if Root::ALL.iter().any(|(root, _)| *root == name) || self.scope.defines.contains_key(name) {
            let message = format!("`{name}` is a value and cannot be called");
            return Diagnostic::new(Code::UnknownFunction, span, message).help(format!("write `{name}`"));
        }
        let message = format!("there is no function `{name}`");
        let letters = |name: &str| name.replace('_', "").to_lowercase();
        let own = functions::all().find(|function| letters(function.name) == letters(name));
        let own = own.map(|function| format!("did you mean `{}`?", function.name));
        let foreign = || functions::foreign(name, "x").map(|here| format!("write `{here}`"));
        let help = own.or_else(foreign).or_else(|| {
            let names = functions::all()
                .flat_map(|function| std::iter::once(function.name).chain(function.aliases.iter().copied()));
            did_you_mean(name, names)
        });
        Diagnostic::new(Code::UnknownFunction, span, message).maybe_help(help)
    }
}

/// A part of a string that is written out; all of it if it is not written as it reads (with escapes, or over several lines).
fn within(typed: &Typed, place: Option<Range<usize>>) -> Span {
    match (&typed.node, place) {
        (TypedNode::Const(Json::String(text)), Some(place)) if length(typed.span) == text.len() + 2 => {
            let start = typed.span.start as usize + 1;
            Span::new(typed.span.file, start + place.start, start + place.end)
        }
        _ => typed.span,
    }
}

fn length(span: Span) -> usize {
    (span.end - span.start) as usize
}

/// The place of an element of a list that is written out.
fn list_item(list: &Expr, item: usize) -> Option<Span> {
    match &list.node {
        ExprNode::List(items) => items.get(item).map(|item| item.span),
        _ => None,
    }
}
