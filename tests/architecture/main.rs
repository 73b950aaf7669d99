//! The sources follow the layers: there are no circles of imports between modules or between the files of a module, and the table
//! of imports in ARCHITECTURE.md is correct.
//!
//! `UPDATE_DOCS=1 cargo test --test architecture` writes the table.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod dependencies;
mod graph;
mod names;
mod source;
mod types;

use graph::Edges;
use source::Module;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

type Circles = BTreeSet<BTreeSet<String>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn edges() -> (Edges, Edges) {
    graph::imports(&source::modules(&root().join("src")))
}

fn updates() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// One circle a line.
fn written(circles: &Circles) -> String {
    circles.iter().map(|circle| circle.iter().cloned().collect::<Vec<_>>().join(" ") + "\n").collect()
}

#[test]
fn there_are_no_circles() {
    let (top, files) = edges();
    let circles: Circles = graph::circles(&top).into_iter().chain(graph::circles(&files)).collect();
    assert!(circles.is_empty(), "imports go in a circle:\n{}{}", written(&circles), links(&circles, &top, &files));
}

/// The imports that form circles, to see which one to remove.
fn links(circles: &Circles, top: &Edges, files: &Edges) -> String {
    let mut out = String::new();
    for circle in circles {
        for (from, to) in top.iter().chain(files).filter(|(from, _)| circle.contains(*from)) {
            let to: Vec<&str> = to.iter().filter(|to| circle.contains(*to)).map(String::as_str).collect();
            out += &format!("  {from} imports {}\n", to.join(", "));
        }
    }
    out
}

const BEGIN: &str = "<!-- imports:begin -->\n";
const END: &str = "<!-- imports:end -->";

/// Each module after all that it imports.
fn table(top: &Edges) -> String {
    let mut out = "\n| module | imports |\n| --- | --- |\n".to_owned();
    for module in graph::layers(top) {
        let imports: Vec<String> = top[&module].iter().map(|other| format!("`{other}`")).collect();
        out += &format!("| `{module}` | {} |\n", imports.join(", "));
    }
    out + "\n"
}

#[test]
fn the_table_of_imports_is_what_is_so() {
    let path: PathBuf = root().join("ARCHITECTURE.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    let wanted = table(&edges().0);
    if updates() {
        std::fs::write(&path, [before, BEGIN, &wanted, END, after].concat()).unwrap();
    } else {
        assert_eq!(found, wanted, "UPDATE_DOCS=1 writes it anew");
    }
}

#[test]
fn every_file_can_be_checked_out_on_windows() {
    let mut faults = Vec::new();
    names::faults(root(), &mut faults);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let bad = ["aux.rs", "NUL", "com1.txt", "lpt0", "a:b", "what?", "end.", "end ", "a\\b", "a\nb"];
    assert!(bad.iter().all(|name| names::fault(name).is_some()));
    let good = ["auxiliary.rs", "console", "com10", "com", ".ci", "ä.yaml", "a..b"];
    assert!(good.iter().all(|name| names::fault(name).is_none()));
}

#[test]
fn the_engine_alone_has_few_dependencies() {
    let crates = dependencies::of_the_engine(root());
    assert!(crates.contains("dadar") && crates.contains("serde_json"), "{crates:?}");
    assert!(crates.len() < 45, "{} crates: {crates:?}", crates.len());
    assert!(!crates.contains("jsonschema") && !crates.contains("clap"), "{crates:?}");
}

fn module(path: &str) -> Module {
    path.split("::").map(str::to_owned).collect()
}

#[test]
fn paths_are_found_wherever_they_stand() {
    let known: BTreeSet<Module> = ["a", "a::b", "a::b::c", "d"].map(module).into_iter().collect();
    let text = r##"
        //! use crate::comment;
        use super::{one, two::{Three as Four, five::*}};
        pub(crate) use crate::d::{self, six};
        use std::fmt;
        use c::seven;
        mod c;
        fn f<'a>(x: &'a str) -> crate::d::Eight<'a> { x.crate_like(); "crate::text"; r#"super::"raw"#; '"'; '\''; c::nine::<u8>() }
        /* crate::block */
    "##;
    let source = source::source(text, &module("a::b"), &known);
    let found: Vec<String> = source.mentions.iter().map(|path| path.join("::")).collect();
    let wanted = "a::one a::two::Three a::two::five d d::six a::b::c::seven d::Eight a::b::c::nine";
    assert_eq!(found.join(" "), wanted);
    assert_eq!(source.names["Four"], module("a::two::Three"));
}

#[test]
fn circles_are_found() {
    let names =
        |names: &str| names.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect::<BTreeSet<_>>();
    let edges: Edges = [("a", "b"), ("b", "c"), ("c", "a d"), ("d", ""), ("e", "a")]
        .map(|(from, to)| (from.to_owned(), names(to)))
        .into();
    assert_eq!(graph::circles(&edges), Circles::from([names("a b c")]));
    assert_eq!(graph::layers(&edges).first().map(String::as_str), Some("d"));
    assert_eq!(graph::layers(&edges).last().map(String::as_str), Some("e"));
}

#[test]
fn each_name_of_a_type_has_one_meaning() {
    let repeated = types::repeated(&root().join("src"));
    assert!(repeated.is_empty(), "{}", repeated.join("\n"));
    assert_eq!(types::definition("pub(in crate::a) struct Found<'a> {"), Some("Found"));
    assert_eq!(types::definition("pub struct Unit(pub(crate) u8);"), Some("Unit"));
    assert_eq!(types::definition("type Pair = (u8, u8);"), Some("Pair"));
    assert_eq!(types::definition("    type Err = ();"), None);
}
