//! Static types, and how messages describe types and expressions.

use crate::event::{Json, Type};
use crate::expr::{DefineId, Function, PathTable, Typed, TypedNode};

/// The types without the mark of times.
pub(super) fn plain(ty: Type) -> Type {
    ty.difference(Type::TIME)
}

/// The types of a value that is present and not null.
pub(super) fn present(ty: Type) -> Type {
    ty.intersection(Type::ANY).difference(Type::NULL)
}

/// The types that can represent a time.
pub(super) const TIME_LIKE: Type = Type::STRING.union(Type::NUMBER);

/// `a number`, `a string or a number`, `null`: for messages. Null is left out if there are other types.
pub(super) fn kinds(ty: Type) -> String {
    if ty.intersects(Type::TIME) {
        return String::from("a time");
    }
    if ty.intersects(Type::ZONE) {
        return String::from("a time zone");
    }
    let ty = if present(ty) == Type::NONE { ty } else { present(ty) };
    const KINDS: [(Type, &str); 6] = [
        (Type::NULL, "null"),
        (Type::BOOLEAN, "a boolean"),
        (Type::NUMBER, "a number"),
        (Type::STRING, "a string"),
        (Type::ARRAY, "a list"),
        (Type::OBJECT, "an object"),
    ];
    if ty == Type::ANY.difference(Type::NULL) {
        return String::from("anything");
    }
    let names: Vec<&str> = KINDS.iter().filter(|(kind, _)| ty.intersects(*kind)).map(|(_, name)| *name).collect();
    if names.is_empty() { String::from("nothing") } else { names.join(" or ") }
}

/// A hint that lists the values of a function that has few.
pub(super) fn values_help(function: &Function) -> String {
    let values: Vec<String> = function.values.iter().map(|value| format!("`\"{value}\"`")).collect();
    format!("`{}` yields {}", function.name, values.join(", "))
}

/// A part as messages describe it: `the string "a"`, `a number`.
pub(super) fn described(typed: &Typed) -> String {
    match &typed.node {
        TypedNode::Const(Json::Null) => String::from("null"),
        TypedNode::Const(value @ (Json::Bool(_) | Json::Number(_) | Json::String(_))) => {
            let shown = value.to_string();
            let kind = kinds(typed.ty);
            let kind = kind.trim_start_matches("a ");
            if shown.chars().count() > 40 { format!("a {kind}") } else { format!("the {kind} `{shown}`") }
        }
        _ => kinds(typed.ty),
    }
}

/// An expression as it may be written, for hints: paths, constants and calls of them; `…` for the rest.
pub(super) fn shown(typed: &Typed, paths: &PathTable) -> String {
    shown_by(typed, paths, &|_| None, &|_| String::from("it"))
}

/// The same, where the names of named values and elements are known.
pub(super) fn shown_by(
    typed: &Typed,
    paths: &PathTable,
    named: &dyn Fn(DefineId) -> Option<String>,
    element: &dyn Fn(u32) -> String,
) -> String {
    match &typed.node {
        TypedNode::Const(value) => value.to_string(),
        TypedNode::Path(id) => paths.get(*id).map(ToString::to_string).unwrap_or_default(),
        TypedNode::Define(id) => named(*id).unwrap_or_else(|| String::from("…")),
        TypedNode::It(level) => element(*level),
        TypedNode::Steps(base, steps) => {
            steps.iter().fold(shown_by(base, paths, named, element), |text, step| text + &step.to_string())
        }
        TypedNode::Call(function, arguments, _) if arguments.len() == 1 => {
            let inside =
                arguments.first().map(|argument| shown_by(argument, paths, named, element)).unwrap_or_default();
            format!("{}({inside})", function.name)
        }
        _ => String::from("…"),
    }
}
