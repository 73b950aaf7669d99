//! The section on functions is generated from the registry.

use super::document::rewrite;
use super::{root, updating};
use dadar::unstable::expr::functions::{Function, families};
use std::fmt::Write;

const BEGIN: &str = "<!-- functions:begin -->\n";
const END: &str = "<!-- functions:end -->\n";

#[test]
fn the_functions_are_those_of_the_registry() {
    let path = root().join("docs/language.md");
    let renewed = |text: String| {
        let (before, rest) = text.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        format!("{before}{BEGIN}{}{END}{after}", made())
    };
    if updating() {
        return rewrite(&path, renewed);
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        renewed(text.clone()) == text,
        "docs/language.md is behind the functions: run `UPDATE_DOCS=1 cargo test --test docs`"
    );
}

fn made() -> String {
    let mut out = String::new();
    for (title, functions) in families() {
        let _ = write!(out, "\n### {title}\n\n");
        functions.iter().for_each(|function| entry(&mut out, function));
    }
    out + "\n"
}

fn entry(out: &mut String, function: &Function) {
    let also: Vec<String> = function.aliases.iter().map(|alias| format!("`{alias}`")).collect();
    let also = if also.is_empty() { String::new() } else { format!(" (also {})", also.join(", ")) };
    let examples: Vec<String> = function.examples.iter().map(|(text, value)| format!("`{text}` → `{value}`")).collect();
    let head = format!("- **`{}`**{also} {}", function.usage, function.doc);
    let examples = examples.join(" · ");
    let gap = if head.len() + examples.len() < 120 { " " } else { "\n  " };
    out.push_str(format!("{head}{gap}{examples}").trim_end());
    out.push('\n');
}
