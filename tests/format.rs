//! The formatter: it changes nothing but white space, a second run changes nothing, and every YAML file of the project can be
//! formatted. What a text means is found out by loading it, which the formatter does not do.
#![cfg(feature = "format")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::unreachable, clippy::indexing_slicing, clippy::string_slice)]

use dadar::diagnostic::FileId;
use dadar::format::{FormatError, format};
use dadar::unstable::yaml::{YamlLimits, parse};
use proptest::prelude::*;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The value of a text and its comments, in order.
fn meaning(text: &str) -> (Option<Value>, Vec<String>) {
    let mut diagnostics = Vec::new();
    let document = parse(FileId(0), text, YamlLimits::default(), &mut diagnostics);
    assert!(!diagnostics.iter().any(|one| one.is_error()), "{diagnostics:?}\n{text}");
    let comment = |span: dadar::diagnostic::Span| text[span.start as usize..span.end as usize].trim_end().to_owned();
    (document.root.map(|root| root.to_json()), document.comments.iter().map(|one| comment(one.span)).collect())
}

/// Formats a text; `None` if it is not valid.
fn checked(text: &str, name: &dyn std::fmt::Display) -> Option<String> {
    match format(text) {
        Ok(formatted) => {
            assert_eq!(meaning(text), meaning(&formatted), "{name}:\n{formatted}");
            assert_eq!(format(&formatted).unwrap(), formatted, "{name}");
            Some(formatted)
        }
        Err(FormatError::Syntax(_)) => None,
        Err(error) => panic!("{name}: {error}\n{text}"),
    }
}

fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        match entry.extension() {
            _ if entry.is_dir() => yaml_files(&entry, found),
            Some(extension) if extension == "yaml" || extension == "yml" => found.push(entry),
            _ => {}
        }
    }
}

#[test]
fn every_file_of_the_project_can_be_formatted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["rules", "tests/cases", "src"] {
        yaml_files(&root.join(folder), &mut files);
    }
    let texts = files.iter().filter_map(|file| Some((file, std::fs::read_to_string(file).ok()?)));
    let formatted = texts.filter(|(file, text)| checked(text, &file.display()).is_some()).count();
    assert!(formatted > 90, "{formatted}");
}

#[test]
fn every_example_of_the_documents_can_be_formatted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut formatted = 0;
    for document in ["README.md", "docs/language.md", "docs/operations.md", "docs/commands.md"] {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        let blocks = text.split("```yaml").skip(1).filter_map(|rest| rest.split_once('\n')?.1.split("```").next());
        formatted += blocks.filter(|block| checked(block, &document).is_some()).count();
    }
    assert!(formatted > 40, "{formatted}");
}

/// A part of a document, and the ways in which it may be written.
#[derive(Clone, Debug)]
enum Node {
    /// Scalars as they are written, on one line.
    Scalar(String),
    /// Lines that are folded into one text.
    Lines(Vec<String>),
    Block(&'static str, Vec<String>),
    Mapping(Layout, Vec<Node>),
    Sequence(Layout, Vec<Node>),
}

#[derive(Clone, Debug)]
struct Layout {
    indent: usize,
    /// Spaces behind `:` and `-`.
    space: usize,
    /// 0: a block; 1: `{…}` on one line; 2: over several lines.
    flow: u8,
    /// By entry: the kinds of comments around it, and their columns.
    comments: Vec<(u8, usize)>,
}

fn scalars() -> impl Strategy<Value = String> {
    let words = [
        "a",
        "data.x > 1",
        "'it''s'",
        "\"q\\u0041\"",
        "1.50",
        "null",
        "a#b",
        "\"# no\"",
        "é ü",
        "*.*.x",
        "''",
        "'a: b'",
    ];
    let words = words.map(|word| if word.starts_with('*') { format!("'{word}'") } else { word.to_owned() });
    prop::sample::select(words.to_vec())
}

fn layouts() -> impl Strategy<Value = Layout> {
    let comments = prop::collection::vec((0..8_u8, 0..6_usize), 4);
    (1..5_usize, 1..4_usize, 0..5_u8, comments).prop_map(|(indent, space, flow, comments)| Layout {
        indent,
        space,
        flow: flow.saturating_sub(2),
        comments,
    })
}

fn nodes() -> impl Strategy<Value = Node> {
    let line = prop::sample::select(vec!["data.a", "&& b", "|| c.d", "x y z"]).prop_map(str::to_owned);
    let leaf = prop_oneof![
        6 => scalars().prop_map(Node::Scalar),
        1 => prop::collection::vec(line.clone(), 1..4)
            .prop_map(|more| Node::Lines([vec![String::from("data.first")], more].concat())),
        1 => (prop::sample::select(vec!["|", ">-", "|+", ">", ">+", "|-"]), prop::collection::vec(line, 1..4))
            .prop_map(|(header, lines)| Node::Block(header, lines)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let children = prop::collection::vec(inner, 1..4);
        prop_oneof![
            (layouts(), children.clone()).prop_map(|(layout, children)| Node::Mapping(layout, children)),
            (layouts(), children).prop_map(|(layout, children)| Node::Sequence(layout, children)),
        ]
    })
}

/// True if a node can be written in `{…}`.
fn is_inline(node: &Node) -> bool {
    match node {
        Node::Scalar(_) => true,
        Node::Lines(_) | Node::Block(..) => false,
        Node::Mapping(_, children) | Node::Sequence(_, children) => children.iter().all(is_inline),
    }
}

fn inline(node: &Node, several: bool, indent: usize) -> String {
    let separator = if several { format!(",\n{}", " ".repeat(indent + 2)) } else { String::from(",  ") };
    match node {
        Node::Scalar(text) => text.clone(),
        Node::Mapping(_, children) => {
            let entries =
                children.iter().enumerate().map(|(n, child)| format!("k{n}: {}", inline(child, several, indent + 2)));
            format!("{{ {}}}", entries.collect::<Vec<_>>().join(&separator))
        }
        Node::Sequence(_, children) => {
            let items = children.iter().map(|child| inline(child, several, indent + 2));
            format!("[{} ]", items.collect::<Vec<_>>().join(&separator))
        }
        Node::Lines(_) | Node::Block(..) => unreachable!("not written inline"),
    }
}

/// Writes a node behind `key:` or `-` at an indentation.
fn write(node: &Node, at: usize, out: &mut String) {
    let start = |out: &mut String, space: usize| out.push_str(&" ".repeat(space));
    match node {
        Node::Scalar(text) => {
            start(out, 1);
            out.push_str(text);
        }
        Node::Lines(lines) => {
            start(out, 1);
            out.push_str(&lines.join(&format!("\n{}", " ".repeat(at + 3))));
        }
        Node::Block(header, lines) => {
            let indent = " ".repeat(at + 2);
            out.push_str(&format!(" {header}\n{indent}{}", lines.join(&format!("\n{indent}"))));
        }
        Node::Mapping(layout, _) | Node::Sequence(layout, _) if layout.flow > 0 && is_inline(node) => {
            start(out, layout.space);
            out.push_str(&inline(node, layout.flow == 2, at + 1));
        }
        Node::Mapping(layout, children) => entries(layout, children, at, out, |n| format!("k{n}:")),
        Node::Sequence(layout, children) => entries(layout, children, at, out, |_| String::from("-")),
    }
}

fn entries(layout: &Layout, children: &[Node], at: usize, out: &mut String, key: impl Fn(usize) -> String) {
    let at = at + layout.indent;
    for (n, child) in children.iter().enumerate() {
        let (comment, column) = layout.comments[n % layout.comments.len()];
        out.push('\n');
        match comment {
            1 => out.push_str(&format!("{}# own {n}\n", " ".repeat(at))),
            2 => out.push_str("\n\n"),
            // Not behind a text over several lines, which would end there.
            3 if n == 0 => out.push_str(&format!("{}# out\n", " ".repeat(column))),
            _ => {}
        }
        out.push_str(&" ".repeat(at));
        out.push_str(&key(n));
        write(child, at, out);
        if comment == 4 && matches!(child, Node::Scalar(_)) {
            out.push_str(&format!("{}# behind {n}", " ".repeat(column + 1)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn only_white_space_changes(layout in layouts(), children in prop::collection::vec(nodes(), 1..4), end in 0..3_u8) {
        let layout = Layout { indent: 0, ..layout };
        let mut text = String::new();
        entries(&layout, &children, 0, &mut text, |n| format!("key{n}:"));
        text.push_str(["", "\n", "\n# end\n"][end as usize]);
        prop_assert!(checked(&text, &"generated").is_some(), "not valid:\n{text}");
    }
}
