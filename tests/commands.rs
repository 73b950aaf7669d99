//! Commands for rule writers: what they print, in each format, and what they refuse.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/program.rs"]
mod program;

use dadar::diagnostic::Code;
use dadar::expr::functions;
use program::Place;
use serde_json::json;

#[test]
fn functions_are_those_of_the_registry() {
    let place = Place::new(&[]);
    let list = place.call(&["functions"], "").code(0).says("Times\n").out;
    let lines = place.call(&["functions", "--format", "json"], "").code(0).decisions();
    assert_eq!(lines.len(), functions::all().count());
    for (function, line) in functions::all().zip(&lines) {
        assert!(list.contains(function.usage), "{}", function.usage);
        assert_eq!(line["name"], function.name);
        assert_eq!(line["parameters"].as_array().unwrap().len().min(function.required), function.required);
        for (example, (expression, value)) in line["examples"].as_array().unwrap().iter().zip(function.examples) {
            assert_eq!(
                (example["expression"].as_str(), example["value"].to_string().as_str()),
                (Some(*expression), *value)
            );
        }
    }
}

#[test]
fn one_function_with_its_types_and_examples() {
    let place = Place::new(&[]);
    let lower = "lower(text)\n  The text in small letters.\n\n  text  string\n  →     string or null\n";
    let called = place.call(&["functions", "lower"], "").code(0).says(lower).says("lower(\"MumBAI\")   → \"mumbai\"");
    for name in ["lower(data.city)", "str::to_lowercase"] {
        assert_eq!(place.call(&["functions", name], "").out, called.out);
    }
    let line = &place.call(&["functions", "hour", "--format", "json"], "").code(0).decisions()[0];
    assert_eq!(line["parameters"][1], json!({"name": "zone", "type": "string", "required": false, "repeated": false}));
    place.call(&["functions", "lowr"], "").code(2).complains("no function `lowr`").complains("did you mean `lower`?");
    place.call(&["functions", "xyzzy"], "").code(2).complains("`dadar functions` lists them");
}

#[test]
fn codes_are_those_of_the_registry() {
    let place = Place::new(&[]);
    let list = place.call(&["codes"], "").code(0).out;
    let lines = place.call(&["codes", "--format", "json"], "").code(0).decisions();
    assert_eq!((list.lines().count(), lines.len()), (Code::ALL.len(), Code::ALL.len()));
    for (code, (shown, line)) in Code::ALL.iter().zip(list.lines().zip(&lines)) {
        let parts = [code.as_str(), code.slug(), code.title(), line["severity"].as_str().unwrap()];
        assert!(parts.iter().all(|part| shown.contains(part)), "{shown}");
        assert!(code.title().ends_with('.') && !code.title().contains('\n'), "{code:?}: {}", code.title());
    }
    assert_eq!(lines[0], json!({"code": "E001", "slug": "yaml-syntax", "severity": "error", "title": "Not YAML."}));
}

#[test]
fn the_page_of_one_code() {
    let place = Place::new(&[]);
    let page = place.call(&["codes", "E017"], "").code(0).says("# E017 load-budget").out;
    for name in ["e017", "load-budget"] {
        assert_eq!(place.call(&["codes", name], "").out, page);
    }
    let line = &place.call(&["codes", "E017", "--format", "json"], "").code(0).decisions()[0];
    assert_eq!(line["page"].as_str().unwrap().trim_end(), page.trim_end());
    place.call(&["codes", "E099"], "").code(2).complains("no code `E099`").complains("did you mean `E009`?");
    place.call(&["codes", "unknown-kye"], "").code(2).complains("did you mean `unknown-key`?");
}
