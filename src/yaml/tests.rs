#![allow(clippy::string_slice, reason = "a place that cannot be sliced is what is looked for")]

use super::*;
use crate::diagnostic::{SourceFile, Sources};
use proptest::prelude::*;
use serde_json::json;

mod comments;
mod node_at;

fn load(text: &str) -> (Option<YamlNode>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let root = parse(FileId(0), text, YamlLimits::default(), &mut diagnostics).root;
    (root, diagnostics)
}

fn tree(text: &str) -> YamlNode {
    let (root, diagnostics) = load(text);
    let errors: Vec<_> = diagnostics.iter().filter(|d| d.is_error()).collect();
    assert!(errors.is_empty(), "{text:?}: {errors:#?}");
    root.unwrap()
}

fn covered(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// Every diagnostic as `CODE line:column `what it covers` message | help`.
fn reported(text: &str) -> String {
    let mut sources = Sources::default();
    sources.add(SourceFile::new("f", text));
    let (_, diagnostics) = load(text);
    let line = |d: &Diagnostic| {
        let span = d.primary.as_ref().unwrap().span;
        let also: Vec<_> = d.secondary.iter().map(|label| sources.place(label.span)).collect();
        let (code, place, help) = (d.code.as_str(), sources.place(span), d.help.clone().unwrap_or_default());
        format!("{code} {place} [{}] {} | {help} {}", sources.snippet(span), d.message, also.join(","))
            .replace('\n', "⏎")
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn expect(text: &str, parts: &[&str]) {
    let reported = reported(text);
    for part in parts {
        assert!(reported.contains(part), "{text:?}\n{reported}\nlacks {part}");
    }
}

#[test]
fn values_and_spans() {
    let text = "\u{feff}a: ₹ b 😀 c\r\nb: [1, 'x''y', {k: null}]\r\nc:\r\n  - true\r\nd:\r\n";
    let root = tree(text);
    let value = json!({"a": "₹ b 😀 c", "b": [1, "x'y", {"k": null}], "c": [true], "d": null});
    assert_eq!(root.to_json(), value);
    assert_eq!(covered(text, root.get("a").unwrap().span), "₹ b 😀 c");
    assert_eq!(covered(text, root.get("b").unwrap().span), "[1, 'x''y', {k: null}]");
    assert_eq!(covered(text, root.get("c").unwrap().span), "- true");
    let empty = root.get("d").unwrap();
    assert!(empty.is_empty());
    assert_eq!(&text[..empty.span.start as usize].chars().last(), &Some(':'));
    assert!(!root.get("b").unwrap().items()[2].get("k").unwrap().is_empty());
}

#[test]
fn nothing_is_no_error() {
    for text in ["", "\n\n", "# only a comment\n", "---\n", "\u{feff}"] {
        let (root, diagnostics) = load(text);
        assert!(root.is_none() && diagnostics.is_empty(), "{text:?} {diagnostics:?}");
    }
}

/// The map gives the position of `word` of the decoded text in the file.
#[track_caller]
fn traced(yaml: &str) {
    fn words(text: &Text, yaml: &str) -> usize {
        let word = regex::Regex::new("[a-z_]+[a-z0-9_.]*").unwrap();
        let check = |found: regex::Match<'_>| {
            let span = text.locate(found.range());
            assert_eq!(covered(yaml, span), found.as_str(), "{yaml:?} {:?}", text.value);
        };
        word.find_iter(&text.value).map(check).count()
    }
    fn visit(node: &YamlNode, yaml: &str) -> usize {
        match &node.kind {
            YamlKind::Scalar(scalar) => words(&scalar.text, yaml),
            YamlKind::Sequence(items) => items.iter().map(|item| visit(item, yaml)).sum(),
            YamlKind::Mapping(entries) => {
                entries.iter().map(|entry| words(&entry.key.text, yaml) + visit(&entry.value, yaml)).sum()
            }
        }
    }
    let count = visit(&tree(yaml), yaml);
    assert!(count > 1, "{yaml:?}");
}

#[test]
fn every_word_is_found_again() {
    let scalars = [
        "data.amount",
        "₹ data.amount 😀 after",
        "one\n  two\n\n  three   \n  four",
        "'it''s data.x ''quoted'' end'",
        "'one\n  two  \n\n  three'",
        "' lead data.x trail '",
        "\"a \\\"quoted\\\" data.x \\u20b9 after \\U0001F600 rest\"",
        "\"tab\\tdata.x\\x41 next \\\\ last \\/ fin\"",
        "\"one\n  two  \n\n\n  three \\\n    four\\n five\"",
        "\"pair \\uD834\\uDD1E after\"",
        "\"nbsp\\_after\\Nnext\\Lmore\\Pend\"",
        "|\n  one ₹ two\n    three\n\n  four\n",
        "|-\n  one\n  two",
        "|+\n  one\n\n\n",
        "|2\n    one\n   two\n  three",
        ">\n  one\n  two\n\n  three\n    loose\n    more\n  four\n",
        ">-\n\n\n  one\n  two\n\n\n  three\n\n\n",
        ">+\n  one\n   loose\n\n  two\n\n",
        "> # a comment\n  one\n  two\n",
        "|  \n\n  one\n\n \n  two\n",
        ">\n\n   one\n  two\n",
    ];
    for scalar in scalars {
        let cases = [
            format!("key: {scalar}\nafter: x\n"),
            format!("# ₹ é 😀\nkey: {scalar}\nafter: x"),
            format!("- k: {scalar}\n  z: y\n- word"),
        ];
        for yaml in cases.iter().flat_map(|yaml| [yaml.clone(), yaml.replace('\n', "\r\n")]) {
            if load(&yaml).1.is_empty() {
                traced(&yaml);
            } else {
                assert!(yaml.starts_with("- k") || scalar.starts_with(">\n\n   one"), "{yaml:?} {}", reported(&yaml));
            }
        }
    }
}

#[test]
fn duplicate_keys_show_both_places() {
    expect("a: 1\nb: 2\na: 3\n", &["E002 f:3:1 [a]", "f:1:1"]);
    expect("a: {x: 1, \"x\": 2}\n", &["E002 f:1:11 [\"x\"]", "f:1:5"]);
    expect("5: 1\n5.0: 2\n", &["E002"]);
    assert_eq!(reported("5: 1\n\"5\": 2\n"), "");
}

#[test]
fn scalars_with_diagnostics() {
    expect("a: 012\n", &["E007 f:1:4 [012]", "`\"012\"`"]);
    expect("a: [-007, 012.5]\n", &["E007 f:1:5 [-007]", "`\"012.5\"`"]);
    expect("a: .inf\nb: .NaN\n", &["E014 f:1:4", "E014 f:2:4"]);
    expect("a: no\non: x\nb: 'no'\n", &["W001 f:1:4 [no]", "`\"no\"`", "W001 f:2:1 [on]"]);
    assert!(!reported("b: 'no'\n\"on\": \"off\"\n").contains("W001"));
    expect("[a]: b\n", &["E004 f:1:1 [[a]] a list cannot be a key"]);
    expect("? {a: b}\n: c\n", &["E004"]);
    expect(": c\n", &["E004"]);
    expect("a: !!str 5\n", &["E005 f:1:4 [!!str]", "`\"5\"`"]);
    expect("a: !include x.yaml\n", &["E005 f:1:4 [!include]", "leave it out"]);
    expect("a: !thing {b: c}\nb: !!map\n  c: d\n", &["E005 f:1:4 [!thing]", "E005 f:2:4 [!!map]"]);
    expect("a: 1\n---\nb: 2\n", &["E013 f:2:1 [---]"]);
    assert_eq!(reported("%YAML 1.2\n---\na: b\n...\n"), "");
}

#[test]
fn anchors_and_merge_keys() {
    let root = tree("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3, c: 4}\nz: *x\n");
    assert_eq!(root.get("y").unwrap().to_json(), json!({"a": 1, "b": 3, "c": 4}));
    assert_eq!(root.get("z").unwrap().to_json(), json!({"a": 1, "b": 2}));
    let root = tree("a: &a {k: 1}\nb: &b {k: 2, l: 3}\nc:\n  <<: [*a, *b]\n  m: 4\n");
    assert_eq!(root.get("c").unwrap().to_json(), json!({"k": 1, "l": 3, "m": 4}));
    // A key next to `<<` is separate, before it or after it.
    for text in ["x: &x {a: 1}\ny: {<<: *x, a: 2}\n", "x: &x {a: 1}\ny: {a: 2, <<: *x}\n"] {
        let root = tree(text);
        let YamlKind::Mapping(entries) = &root.get("y").unwrap().kind else { panic!("{text}") };
        assert_eq!(entries.iter().map(|entry| entry.value.to_json()).collect::<Vec<_>>(), [json!(2)], "{text}");
    }
    assert_eq!(tree("\"<<\": 5\n").to_json(), json!({"<<": 5}));
    expect("a: {<<: 5}\n", &["E016 f:1:9 [5]"]);
    expect("a: {<<: [{b: c}, d]}\n", &["E016 f:1:18 [d]"]);
    expect("base: &base {a: 1}\nb:\n  <<: *bsae\n", &["E016 f:3:7 [*bsae]", "did you mean `base`?"]);
    assert_eq!(reported("a: {<<: *x, b: c}\nd: {<<: [*x]}\n").lines().count(), 2);
    expect("a: &x [*x]\n", &["E016 f:1:8 [*x]"]);
    let text = "a: &x name\n*x : v\n";
    assert_eq!(tree(text).to_json(), json!({"a": "name", "name": "v"}));
}

#[test]
fn alias_bombs_are_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..30 {
        let aliases = vec![format!("*a{}", n - 1); 10].join(", ");
        text.push_str(&format!("a{n}: &a{n} [{aliases}]\n"));
    }
    expect(&text, &["E008"]);
    assert!(load(&text).0.is_none());
    // One huge text is as bad as many nodes.
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(1_000_000), vec!["*a"; 10_000].join(", "));
    expect(&text, &["E008"]);
    // Anchors within anchors.
    let open: String = (0..100).map(|n| format!("&a{n} [")).collect();
    let list = vec!["x"; 50_000].join(", ");
    let close = "]".repeat(100);
    let used: Vec<_> = (0..100).map(|n| format!("*a{n}")).collect();
    expect(&format!("a: {open}{list}{close}\nb: [{}]", used.join(", ")), &["E008"]);
    // An unused anchor costs nothing.
    assert!(reported(&format!("a: &a [{}]\n", vec!["x"; 150_000].join(", "))).is_empty());
}

#[test]
fn nesting_is_limited() {
    for text in ["[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000), "? ".repeat(50_000)] {
        expect(&text, &["E009"]);
    }
    let deep = |n: usize| format!("a: {}{}\n", "[".repeat(n), "]".repeat(n));
    assert_eq!(reported(&deep(127)), "");
    expect(&deep(128), &["E009"]);
    let text =
        |n: usize| format!("a: &a {}x{}\nb: {}*a{}\n", "[".repeat(90), "]".repeat(90), "[".repeat(n), "]".repeat(n));
    expect(&text(60), &["E009"]);
    expect(&text(38), &["E009"]);
    assert_eq!(reported(&text(37)), "");
}

#[test]
fn size_is_limited() {
    let mut diagnostics = Vec::new();
    let limits = YamlLimits { bytes: 10, ..YamlLimits::default() };
    assert!(parse(FileId(0), "a: 123456789", limits, &mut diagnostics).root.is_none());
    assert_eq!(diagnostics[0].code, Code::TooLarge);
}

#[test]
fn syntax_errors_have_a_place() {
    expect("a: b\nc: 'x\n\nd: e\n", &["E001 f:2:4 [']", "never closed"]);
    expect("a: [b\nc: d\n", &["E001"]);
    expect("a: {b: c\n", &["E001 f:1:4 [{]"]);
    expect("a:\n\tb: c\n", &["E001 f:2:1", "spaces"]);
    expect("a: \"x \\q\"\n", &["E001 f:1:7 [\\]"]);
    expect("a: ₹\nb\nc: d\n", &["E001 f:2:1 [b]"]);
    expect("- a\nb: c\n", &["E001 f:2:1"]);
    expect("a: b\n  c: d\n", &["E001 f:2:4"]);
    expect("a: b\n c: d\n", &["E001 f:2:3 [:]"]);
    expect("a: [b, , c]\n", &["E001 f:1:8 [,]", "nothing before this comma"]);
    expect("a: \"ok \\u20b9 \\u12\"\n", &["E001 f:1:15 [\\]"]);
    expect("a: x # y\n  z\n", &["E001", "comment"]);
    assert!(load("a: [b").0.is_none());
}

/// The parser reads these, or refuses them for another reason.
#[test]
fn continuation_lines_are_indented() {
    let wrong = [
        ("t: [a,\nb]\n", "E001 f:2:1 [b]"),
        ("t: [a\n, b]\n", "E001 f:2:1 [,]"),
        ("t: {a: 1,\r\nb: 2}\r\n", "E001 f:2:1 [b]"),
        ("t: [\n1,\n2\n]\n", "E001 f:2:1 [1]"),
        ("t:\n  u: [a,\n  b]\n", "E001 f:3:3 [b]"),
        ("t:\n- [a,\nb]\n", "E001 f:3:1 [b]"),
        ("t:\n  u: [a,\n]\n", "E001 f:3:1 []]"),
        ("- k: [a,\n  b]\n", "E001 f:2:3 [b]"),
        ("- - [a,\n  b]\n", "E001 f:2:3 [b]"),
        ("&x k: [a,\nb]\n", "E001 f:2:1 [b]"),
        ("t: [[a], [\n  c,\nd]]\n", "E001 f:3:1 [d]"),
        ("t: \"a\nb\"\n", "E001 f:2:1 [b]"),
        ("t: 'a\n\n#b'\n", "E001 f:3:1 [#]"),
        ("t: \"a\\\nb\"\n", "E001 f:2:1 [b]"),
        ("t: 'a\n₹'\n", "E001 f:2:1 [₹]"),
        ("t: \"a\n\tb\"\n", "E001 f:2:1 [\t]"),
        ("t: [a,\n\tb]\n", "E001 f:2:1 [\t]"),
    ];
    for (text, shown) in wrong {
        expect(text, &[shown]);
        assert_eq!(reported(text).lines().count(), 1, "{text:?}");
    }
    for text in [
        "[a,\nb]\n",
        "\"a\nb\"\n",
        "{t: [a,\n\tb]}\n",
        "t: [a,\n b]\n",
        "t: [\n  a\n]\n",
        "t:\n  u: [\n    a\n  ]\n",
        "t: [a, # c\n# d\n\n b]\n",
        "t:\n- [a,\n b]\n",
        "t:\n- - [a,\n   b]\n",
        "- k: [a,\n   b]\n",
        "t: \"a\n\n b\"\n",
        "t: \"a\n \tb\"\n",
        "t: 'a\r\n b'\r\n",
    ] {
        assert_eq!(reported(text), "", "{text:?}");
    }
}

#[test]
fn tabs_are_reported_where_they_are() {
    let cases = [
        ("a: b\nt:\n\tc: d\n", "f:3:1"),
        ("a: b\nt: c\n\td\n", "f:3:1"),
        ("a:\n  - b\n\t- c\n", "f:3:1"),
        ("a:\n  b: 1\n \tc: 2\n", "f:3:2"),
        ("a: >\n\tx\n", "f:2:1"),
        ("a:\n \t- x\n", "f:2:2"),
        ("\ta: b\n", "f:1:1"),
        ("- \tb: c\n", "f:1:3"),
    ];
    for (text, place) in cases {
        expect(text, &["E001", place, "[\t]", "a tab cannot be used for indentation"]);
    }
    for text in ["a:\tb\n", "-\ta\n", "a: 1\n\t# c\nb: 2\n", "a: 1\n\t\nb: 2\n", "a: |\n \tx\n"] {
        assert_eq!(reported(text), "", "{text:?}");
    }
}

#[test]
fn keys_that_are_too_long() {
    let long = "k".repeat(1_025);
    for (text, place) in [
        (format!("{long}: 1\n"), "f:1:1"),
        (format!("- {long}: 1\n"), "f:1:3"),
        (format!("t: {{a: 1, {long}: 1}}\n"), "f:1:11"),
        (format!("\"{long}\": 1\n"), "f:1:1"),
    ] {
        expect(&text, &["E001", place, "a key may have at most 1024 characters"]);
    }
    assert_eq!(reported(&format!("{}: 1\n", "k".repeat(1_024))), "");
    assert_eq!(reported(&format!("? {long}\n: 1\n")), "");
}

#[test]
fn empty_block_scalars() {
    for text in ["t: |1-", "t: |1-\n", "t: |2\n", "t: >1+\n", "t: |+", "t: |-1 # c\n"] {
        assert_eq!(reported(text), "", "{text:?}");
        assert_eq!(load(text).0.map(|root| root.to_json()), Some(json!({"t": ""})), "{text:?}");
    }
}

/// Each trap, what is reported, and what the value is taken for.
#[test]
fn traps_are_shown_quoted_and_mended() {
    let cases = [
        ("when: !exists(data.x)", "E005", "`when: '!exists(data.x)'`", "!exists(data.x)"),
        ("when: !exists(data.x) && b # c", "E005", "`when: '!exists(data.x) && b'`", "!exists(data.x) && b"),
        ("when: !flag", "E005", "`when: '!flag'`", "!flag"),
        ("when: !(a > b)", "E005", "`when: '!(a > b)'`", "!(a > b)"),
        ("when: !contains(a, \"b\")", "E005", "`when: '!contains(a, \"b\")'`", "!contains(a, \"b\")"),
        ("when: data.tag == \"a #b\"", "E001", "`when: 'data.tag == \"a #b\"'`", "data.tag == \"a #b\""),
        ("when: tag == 'a #b' # real", "E001", "`when: 'tag == ''a #b'''`", "tag == 'a #b'"),
        ("when: x == \"a: b\"", "E001", "`when: 'x == \"a: b\"'`", "x == \"a: b\""),
        ("when: \"a\" == data.x", "E001", "`when: '\"a\" == data.x'`", "\"a\" == data.x"),
        ("when: 'a' == data.x", "E001", "`when: '''a'' == data.x'`", "'a' == data.x"),
        ("when: *data.x", "E016", "`when: '*data.x'`", "*data.x"),
        ("when: *data.x > 5", "E016", "`when: '*data.x > 5'`", "*data.x > 5"),
        ("topic: *", "E016", "`topic: '*'`", "*"),
        ("topic: *.created", "E016", "`topic: '*.created'`", "*.created"),
        ("when: [\"a\",\"b\"] == x", "E001", "`when: '[\"a\",\"b\"] == x'`", "[\"a\",\"b\"] == x"),
        ("when: {a} b", "E001", "`when: '{a} b'`", "{a} b"),
        ("when: > 5", "E001", "`when: '> 5'`", "> 5"),
        ("when: >5", "E001", "`when: '>5'`", ">5"),
        ("when: | x", "E001", "`when: '| x'`", "| x"),
        ("when: %a", "E001", "`when: '%a'`", "%a"),
        ("note: @a ₹", "E001", "`note: '@a ₹'`", "@a ₹"),
        ("note: `a` b", "E001", "`note: '`a` b'`", "`a` b"),
        ("when: & b", "E016", "`when: '& b'`", "& b"),
    ];
    for (line, code, help, value) in cases {
        for text in [format!("r:\n  - {line}\n    z: 1\n"), format!("x: ₹ # é\r\n{line}\r\nz: 1"), line.to_owned()] {
            let reported = reported(&text);
            assert!(
                reported.starts_with(code) && reported.contains(help) && reported.lines().count() == 1,
                "{text:?}\n{reported}"
            );
            let (root, _) = load(&text);
            let root = root.unwrap_or_else(|| panic!("{text:?}"));
            let node = root.get("r").map_or(&root, |rules| &rules.items()[0]).entries();
            let entry = node.iter().find(|e| e.key.text.value != "x").unwrap();
            assert_eq!(entry.value.to_json(), json!(value), "{text:?}");
            assert_eq!(covered(&text, entry.value.span), value);
        }
    }
}

#[test]
fn traps_in_lists_and_flow_collections() {
    let cases = [
        ("- x == \"a: b\"\n- c\n", "`- 'x == \"a: b\"'`", json!(["x == \"a: b\"", "c"])),
        ("- \"a\" == x\n- c\n", "`- '\"a\" == x'`", json!(["\"a\" == x", "c"])),
        ("- a\n- *.created\n", "`- '*.created'`", json!(["a", "*.created"])),
        ("topics:\n  *.created: [x]\n", "`'*.created': …`", json!({"topics": {"*.created": ["x"]}})),
        (
            "r: {*: [x], b: c}\n",
            "this a YAML alias | put the key in single quotes: `'*': …`",
            json!({"r": {"*": ["x"], "b": "c"}}),
        ),
        ("r: [between(a, 1, 2)]\n", "`'between(a, 1, 2)'`", json!({"r": ["between(a, 1, 2)"]})),
        ("r: [f(a, [1, 2], \"x)\"), b]\n", "`'f(a, [1, 2], \"x)\")'`", json!({"r": ["f(a, [1, 2], \"x)\")", "b"]})),
        (
            "r: {when: between(hour(now), 12, 12), x: 1}\n",
            "`when: 'between(hour(now), 12, 12)'`",
            json!({"r": {"when": "between(hour(now), 12, 12)", "x": 1}}),
        ),
        ("r: {when: \"a\" == x, b: c}\n", "`when: '\"a\" == x'`", json!({"r": {"when": "\"a\" == x", "b": "c"}})),
        ("r: {when: x[0] == 1}\n", "`when: 'x[0] == 1'`", json!({"r": {"when": "x[0] == 1"}})),
        (
            "r: {when: x in [\"a\",\"b\"], z: 1}\n",
            "`when: 'x in [\"a\",\"b\"]'`",
            json!({"r": {"when": "x in [\"a\",\"b\"]", "z": 1}}),
        ),
        ("r: {when: !exists(a)}\n", "`when: '!exists(a)'`", json!({"r": {"when": "!exists(a)"}})),
        ("r: {when: !has(a, b), z: 1}\n", "`when: '!has(a, b)'`", json!({"r": {"when": "!has(a, b)", "z": 1}})),
        ("r: [a, \"x\" == y]\n", "`'\"x\" == y'`", json!({"r": ["a", "\"x\" == y"]})),
        ("r: {when: x == \"a #b\", z: 1} # c\n", "'x == \"a #b\"'", json!({"r": {"when": "x == \"a #b\"", "z": 1}})),
        ("r: [x == \"a #b\"]\n", "'x == \"a #b\"'", json!({"r": ["x == \"a #b\""]})),
        ("r: [ 'x' z ]\n", "`'''x'' z'`", json!({"r": ["'x' z"]})),
        ("a: x == \"y #\"\n  && b\n", "`a: 'x == \"y #\" && b'`", json!({"a": "x == \"y #\"\n  && b"})),
        ("*.created: [a]\n", "`'*.created': …`", json!({"*.created": ["a"]})),
        ("any: [x == \"a: b\"]\n", "`'x == \"a: b\"'`", json!({"any": ["x == \"a: b\""]})),
        ("any: [x == \"a, b\"]\n", "`'x == \"a, b\"'`", json!({"any": ["x == \"a, b\""]})),
        ("when: \"a\" == x\n  && y\nb: 1\n", "'\"a\" == x && y'", json!({"when": "\"a\" == x\n  && y", "b": 1})),
    ];
    for (text, help, value) in cases {
        let reported = reported(text);
        assert!(reported.contains(help) && reported.lines().count() == 1, "{text:?}\n{reported}");
        assert_eq!(load(text).0.unwrap_or_else(|| panic!("{text:?}")).to_json(), value);
    }
}

#[test]
fn no_trap_where_there_is_none() {
    let fine = [
        "note: it's fine # don't worry",
        "note: 12\" pizza # 10\" too",
        "note: the 'big' one # a comment",
        "when: data.x == \"a\" # \"why\"",
        "when: 'x == \"a #b\"'",
        "list: [a(1), b, (c)]",
        "list: ['f(a, b)', \"g(a, b)\"]",
        "map: {a: f(x), b: c}",
        "time: [09:30, 10:00]",
        "when: -x > 5",
        "text: >2\n    five\n",
        "text: |\n  a: b # c\n  \"x\n",
        "smile: ':( '",
        "pattern: a.*.b",
        "list: [:(, b]",
    ];
    for text in fine {
        assert_eq!(reported(text), "", "{text}");
    }
}

#[test]
fn many_traps_are_reported_at_once() {
    let text = "a: !f(x)\nb: x == \"c: d\"\nc: \"q\" == z\nd: 012\ne: *f.g\nf: no\n";
    let codes: Vec<_> = load(text).1.iter().map(|d| d.code.as_str()).collect();
    assert_eq!(codes, ["E005", "E001", "E001", "E007", "E016", "W001"]);
    let many: String = (0..200).map(|n| format!("k{n}: \"a\" == x\n")).collect();
    assert!(load(&many).1.len() >= PASSES);
}

/// No limit of time, which a busy machine would not keep: were it quadratic again, this would take many minutes.
#[test]
fn long_lines_take_no_longer_than_many_lines() {
    let items = |item: &str| vec![item; 20_000].join(", ");
    for item in ["x 'a", "f(a", "f(a, b)", "{a: f(a}", "a: f(a"] {
        for (open, close) in [("[", "]"), ("{a: f(", "}"), ("[", &*")".repeat(20_000))] {
            load(&format!("a: {open}{}{close}", items(item)));
        }
    }
    let anchors: String = (0..3000).map(|n| format!("k{n}: &anchor{n} 1\n")).collect();
    let aliases: String = (0..3000).map(|n| format!("m{n}: *achor{n}\n")).collect();
    assert_eq!(load(&(anchors + &aliases)).1.len(), 3000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,60}") {
        load(&text);
    }

    #[test]
    fn yaml_like_text_is_survived(parts in prop::collection::vec(prop::sample::select(PARTS), 0..40)) {
        let text = parts.concat();
        let (root, diagnostics) = load(&text);
        for diagnostic in &diagnostics {
            for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
                prop_assert!(text.get(label.span.start as usize..label.span.end as usize).is_some(), "{text:?} {diagnostic:?}");
            }
        }
        if let Some(root) = root {
            check_places(&root, &text);
        }
    }

    /// A word in a text is found in the file, for any kind of quotes.
    #[test]
    fn words_in_generated_scalars_are_traced(parts in prop::collection::vec(prop::sample::select(WORDS), 1..20), style in 0..5) {
        let body = parts.concat();
        let yaml = match style {
            0 => format!("key: x{}\n", body.replace('\n', "\n  ")),
            1 => format!("key: '{}'\n", body.replace('\'', "''").replace('\n', "\n  ")),
            2 => format!("key: \"{}\"\n", body.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\n  ")),
            3 => format!("key: |\n  x{}\n", body.replace('\n', "\n  ")),
            _ => format!("key: >\n  x{}\n", body.replace('\n', "\n  ")),
        };
        if let (Some(root), diagnostics) = load(&yaml) && diagnostics.is_empty() {
            let Some(YamlKind::Scalar(scalar)) = root.get("key").map(|node| &node.kind) else { return Ok(()) };
            let word = regex::Regex::new("[a-z]{3,}").unwrap();
            for found in word.find_iter(&scalar.text.value) {
                let span = scalar.text.locate(found.range());
                prop_assert_eq!(covered(&yaml, span), found.as_str(), "{:?}", yaml);
            }
        }
    }
}

const WORDS: &[&str] =
    &["abc", " ", "\n", "\n\n", "  ", "'", "\"", "₹", "\\n", "def.ghi", "😀", "\t", ",", "(", "\n  "];

const PARTS: &[&str] = &[
    "a",
    "b: ",
    "when: ",
    "- ",
    "\n",
    "\n  ",
    "\n    ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ": ",
    "\"",
    "'",
    "#",
    " #",
    "!",
    "!x",
    "*",
    "*a",
    "&a ",
    "|",
    ">",
    "|2",
    "%",
    "@",
    "`",
    "₹",
    "😀",
    "\\",
    "\\u00",
    "---",
    "\n---\n",
    "...",
    "\r\n",
    "\t",
    "0",
    "012",
    "<<",
    "<<: *a",
    "? ",
    "x == \"a: b\"",
    "f(a, b)",
    "\u{feff}",
    "~",
    "null",
    "no",
    "(",
    ")",
    "&& ",
];

/// All spans lie in the text, and what they cover can be asked for.
fn check_places(node: &YamlNode, text: &str) {
    let inside = |span: Span| assert!(text.get(span.start as usize..span.end as usize).is_some(), "{text:?} {span:?}");
    inside(node.span);
    let located = |scalar: &YamlScalar| {
        let value = &scalar.text.value;
        for (at, c) in value.char_indices() {
            inside(scalar.text.locate(at..at + c.len_utf8()));
        }
        inside(scalar.text.locate(value.len()..value.len()));
        inside(scalar.text.locate(0..value.len()));
    };
    match &node.kind {
        YamlKind::Scalar(scalar) => located(scalar),
        YamlKind::Sequence(items) => items.iter().for_each(|item| check_places(item, text)),
        YamlKind::Mapping(entries) => entries.iter().for_each(|entry| {
            located(&entry.key);
            check_places(&entry.value, text);
        }),
    }
}

#[test]
fn utf_16_without_a_mark_has_a_hint() {
    for text in ["r\0u\0l\0e\0s\0", "\0r\0u\0l\0e\0s"] {
        let mut diagnostics = Vec::new();
        parse(FileId(0), text, YamlLimits::default(), &mut diagnostics);
        let help: Vec<_> = diagnostics.iter().map(|one| one.help.as_deref()).collect();
        assert_eq!(help, [Some("if it is UTF-16, save it as UTF-8")]);
    }
}
