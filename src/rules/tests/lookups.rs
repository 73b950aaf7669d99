//! Lookups, inline and in files.

use super::{check, load_strings, right_files, shown};
use crate::event::Value;
use serde_json::json;

/// A lookup in a file.
fn in_file(section: &str, path: &str, text: &str) -> Vec<String> {
    let rules = format!("lookups: {{t: {section}}}\nlabels: {{l: 'lookup(\"t.b\", id)'}}");
    shown(&load_strings("t", [("r.yaml", rules.as_str()), (path, text)]))
}

#[test]
fn inline() {
    let lookup = |rest: &str| format!("lookups: {{t: {{key: a, {rest}}}}}\nlabels: {{l: 'lookup(\"t.b\", id)'}}");
    check(&lookup("columns: [b], rows: [[x, 1], [z, 2]]"), &[]);
    check(&lookup("rows: [{a: x, b: 1}, {a: z}]"), &[]);
    check(&lookup("columns: [b], rows: [[x, 1], [x, 2]]"), &["E062 [x, 2] + [x, 1]"]);
    check(&lookup("columns: [b], rows: [[x]]"), &["E061 [x]"]);
    check(&lookup("columns: [b], rows: [{a: x, bb: 1}]"), &["E003 bb"]);
    check(&lookup("columns: [b], rows: [[null, 1]]"), &["E061 [null, 1]"]);
    check(&lookup("columns: [b, b], rows: []"), &["E061 b"]);
    check(&lookup("rows: [[x, 1]]"), &["E012 t"]);
    check("lookups: {t: {rows: []}}", &["E012 t"]);
    check("lookups: {t: {key: a}}", &["E012 t"]);
    check("lookups: {a.b: {key: a, rows: []}}", &["E014 a.b"]);
}

#[test]
fn csv() {
    let rules = "lookups: {t: {file: t.csv, key: a, types: {n: number, i: integer, f: boolean}}}
labels: {l: 'lookup(\"t.n\", id)'}";
    let text = "\u{feff}a,n,i,f,s\r\n007,1.5,3,true,\"x, \"\"y\"\"\"\nb,,,,\n";
    let rules = right_files([("r.yaml", rules), ("t.csv", text)]);
    let table = &rules.lookups[0];
    assert_eq!(table.columns, ["n", "i", "f", "s"]);
    let row = table.row(&[Value::String("007")]).unwrap();
    assert_eq!(row, [json!(1.5), json!(3), json!(true), json!("x, \"y\"")]);
    let empty = table.row(&[Value::String("b")]).unwrap();
    assert!(empty.iter().all(serde_json::Value::is_null));

    let csv = |rest: &str, text: &str| in_file(&format!("{{file: d/t.csv, key: a{rest}}}"), "d/t.csv", text);
    assert_eq!(csv("", "a,b\nx,1\ny,2\nx,3\n"), ["E062 x,3 + x,1"]);
    assert_eq!(csv(", types: {b: number}", "a,b\nx,1\ny,z\n"), ["E061 y,z"]);
    assert_eq!(csv(", types: {b: integer}", "a,b\nx,1.5\n"), ["E061 x,1.5"]);
    assert_eq!(csv(", types: {c: number}", "a,b\nx,1\n"), ["E061 c"]);
    assert_eq!(csv(", types: {b: text}", "a,b\nx,1\n"), ["E014 text"]);
    assert_eq!(csv("", "a,b\nx\n"), ["E061 x"]);
    assert_eq!(csv("", "a,b\n,1\n"), ["E061 ,1"]);
    assert_eq!(csv("", "a,b\nx,\"1\ny,2\n"), ["E061 \""]);
    assert_eq!(csv("", "a,b\nx,o\"ne\ny,2\n"), ["E061 \""]);
    assert_eq!(csv("", "a,b\"\n"), ["E061 \""]);
    assert!(csv(", columns: [b]", " a ,\tb\n x , y\n").is_empty());
    assert_eq!(csv("", "a,b\nx,1\n x ,2\n"), ["E062  x ,2 + x,1"]);
    assert!(csv("", "a,b\nx,1\n\" x\",2\n").is_empty());
    let wide = format!("a,{}\n", (0..2_000).map(|n| format!("c{n}")).collect::<Vec<_>>().join(","));
    assert_eq!(csv("", &wide), [format!("E061 {}", wide.trim_end())]);
    assert_eq!(csv("", "k,b\nx,1\n"), ["E061 a"]);
    assert_eq!(csv("", "a,b,b\nx,1,2\n"), ["E061 a,b,b"]);
}

#[test]
fn json_and_yaml() {
    let json = |text: &str| in_file("{file: t.json, key: a}", "t.json", text);
    assert!(json(r#"[{"a": "x", "b": 1}, {"a": "y", "b": 2}]"#).is_empty());
    assert_eq!(json("[{\"a\": 1, \"b\": 1},\n {\"a\": 1.0}]"), ["E062 {\"a\": 1.0} + {\"a\": 1, \"b\": 1}"]);
    assert_eq!(json("[{\"a\": 1,}]"), ["E061 }"]);
    assert_eq!(json("{}"), ["E061 "]);
    let yaml = |text: &str| in_file("{file: t.yaml, keys: [a]}", "t.yaml", text);
    assert!(yaml("- {a: x, b: 1}\n- {a: z, b: 2}\n").is_empty());
    assert_eq!(yaml("- {a: x, b: 1}\n- {a: x, b: 2}\n"), ["E062 {a: x, b: 2} + {a: x, b: 1}"]);
    assert_eq!(in_file("{file: t.txt, key: a}", "t.txt", ""), ["E061 t.txt"]);
}

#[test]
fn files_that_are_not_there() {
    let missing = |path: &str| in_file(&format!("{{file: {path}, key: a}}"), "t.csv", "a,b\n");
    assert_eq!(missing("u.csv"), ["E063 u.csv"]);
    assert_eq!(missing("../t.csv"), ["E065 ../t.csv"]);
    assert_eq!(missing("/etc/t.csv"), ["E065 /etc/t.csv"]);
}
