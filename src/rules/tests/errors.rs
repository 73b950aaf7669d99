//! One case for each error, with the underlined text; secondary places follow after `+`.

use super::{check, load_one, load_strings, right, shown};

#[test]
fn keys() {
    check("rulez: []", &["E003 rulez"]);
    check("rules: [{name: a, subscriber: x}]", &["E003 subscriber"]);
    let loaded = load_one("rules: [{name: a, subscriber: x}]");
    assert_eq!(loaded.diagnostics[0].message, "unknown key `subscriber` in a rule");
    assert_eq!(loaded.diagnostics[0].help.as_deref(), Some("did you mean `subscribers`?"));
    check("rules: [{name: a, condition: x, subscribers: z}]", &["E003 condition"]);
    check("tests: []", &["E003 tests"]);
    check("rules:\n", &["E006 rules"]);
    check("rules: [{name: a, when: , subscribers: x}]", &["E006 when"]);
    check("topics:\n  order:\n", &["E006 order"]);
    check("rules: [{subscribers: x}]", &["E012 {subscribers: x}"]);
    check("rules:\n  - {group: g}\n", &["E012 {group: g}"]);
    right("define: {a: {value: }}\nlabels: {b: a}");
}

#[test]
fn types() {
    check("- 1", &["E004 - 1"]);
    check("rules: {a: 1}", &["E004 {a: 1}"]);
    check("rules: [{name: a, subscribers: {b: c}}]", &["E003 b"]);
    check("rules: [{name: a, subscribers: [{}]}]", &["E012 {}"]);
    check("rules: [{name: a, subscribers: {expr: len(data.x)}}]", &["E034 len(data.x)"]);
    check("rules: [{name: a, subscribers: 5}]", &["E004 5"]);
    check("rules: [{name: a, subscribers: [b, 5]}]", &["E004 5"]);
    check("rules: [{name: a, subscribers: x, priority: high}]", &["E004 high"]);
    check("rules: [{name: a, subscribers: x, priority: 1.5}]", &["E014 1.5"]);
    check("rules: [{name: a, subscribers: x, priority: 012}]", &["E007 012"]);
    check("rules: [{name: a, subscribers: x, stop: -01}]", &["E007 -01"]);
    check("rules: [{name: a, subscribers: x, priority: 010}]", &["E007 010"]);
    check("rules: [{name: a, subscribers: x, priority: '010'}]", &["E004 '010'"]);
    check("rules: [{name: a, subscribers: x, stop: no}]", &["E004 no"]);
    let loaded = load_one("rules: [{name: a, subscribers: x, stop: yes}]\nlabels: {l: {value: yes}}");
    assert_eq!(shown(&loaded), ["E004 yes", "W001 yes"]);
    assert_eq!(loaded.diagnostics[0].message, "expected `true` or `false`, found the text `yes`");
    assert_eq!(
        loaded.diagnostics[0].help.as_deref(),
        Some("write `true`: in YAML 1.2 only `true` and `false` are booleans")
    );
    check("rules: [{group: a, mode: frist, rules: []}]", &["E014 frist"]);
    check(
        "filters: [{name: a}, {name: b, drop: true, keep: true}]",
        &["E012 {name: a}", "E014 {name: b, drop: true, keep: true}"],
    );
    check("ruleset: {timezone: Asia/Kolkatta}", &["E071 Asia/Kolkatta"]);
    check("ruleset: {envelope: plane}", &["E014 plane"]);
}

#[test]
fn everything_in_one_go() {
    check(
        "rules:\n  - {name: a, when: data.x >, subscribers: x}\n  - {name: a, subscribers: x, topic: 'or*'}\n",
        &["E030 >", "E020 a + a", "E050 or*"],
    );
}

#[test]
fn names_twice() {
    let twice = |text: &str| shown(&load_strings("t", [("a.yaml", text), ("b.yaml", text)]));
    assert_eq!(twice("rules: [{name: a, subscribers: x}]"), ["E020 a + a"]);
    assert_eq!(twice("rules: [{group: a, rules: []}]"), ["E020 a + a"]);
    assert_eq!(twice("tables: {a: {key: id, rows: {}}}"), ["E020 a + a"]);
    assert_eq!(twice("labels: {a: id}"), ["E020 a + a"]);
    assert_eq!(twice("define: {a: id}"), ["E020 a + a"]);
    assert_eq!(twice("schemas: {a: {schema: {}}}"), ["E020 a + a"]);
    assert_eq!(twice("filters: [{name: a, drop: false}]"), ["E020 a + a"]);
    assert_eq!(twice("subscribers: {a: {}}"), ["E020 a + a"]);
    assert_eq!(twice("lookups: {a: {key: k, columns: [c], rows: []}}"), ["E020 a + a"]);
    assert_eq!(twice("ruleset: {name: a}"), ["E020 ruleset + ruleset"]);
    assert_eq!(twice("topics: {a: [x]}"), ["E020 a + a"]);
    assert_eq!(twice("topics: {a: {subscribers: [x]}}"), ["E020 subscribers + subscribers"]);
    assert_eq!(twice("topics: {a: {settings: {p: 1}}}"), ["E020 p + p"]);
}

#[test]
fn settings_that_tie() {
    check("topics: {'a.*': {settings: {p: 1}}, '*.b': {settings: {p: 2}}}", &["E021 p + p"]);
    right("topics: {'a.*': {settings: {p: 1}}, '*.b': {settings: {p: 1.0}}}");
    right("topics: {'a.*': {settings: {p: 1}}, '*.b.c': {settings: {p: 2}}}");
    // Where both would hold, a third one decides.
    right("topics: {'a.*': {settings: {p: 1}}, '*.b': {settings: {p: 2}}, a.b: {settings: {p: 3}}}");
    // Settings hold for what is below as well.
    check("topics: {'a': {settings: {p: 1}}, '*.b': {settings: {p: 2}}}", &["E021 p + p"]);
    check("topics: {'a': {settings: {p: 1}}, 'a.#': {settings: {p: 2}}}", &["E021 p + p"]);
    right("topics: {'a.x': {settings: {p: 1}}, 'a.y': {settings: {p: 2}}, '*.z': {settings: {p: 3}}}");
}

#[test]
fn groups() {
    let group = |rules: &str| format!("rules: [{{group: g, mode: first, rules: [{rules}]}}]");
    check(&group("{name: a, when: data.x, priority: 1, subscribers: x}"), &["E022 priority + first"]);
    check(&group("{group: h, priority: 1, rules: []}"), &["E022 priority + first"]);
    check(&group("{group: h, rules: [{name: a, priority: 1, subscribers: x}]}"), &["E022 priority + first"]);
    right("rules: [{group: g, mode: first, priority: 3, rules: [{name: a, subscribers: x}]}]");
}

#[test]
fn defines() {
    check("define: {data: id}", &["E023 data"]);
    check("define: {lower: id}", &["E023 lower"]);
    check("define: {it: id}", &["E023 it"]);
    check("define: {a-b: id}", &["E014 a-b"]);
    check("define: {a: b, b: c, c: a}", &["E041 a + b + c"]);
    let loaded = load_one("define: {a: b, b: c, c: a}");
    assert_eq!(loaded.diagnostics[0].message, "`a` uses itself: `a` → `b` → `c` → `a`");
    check("define: {a: a}", &["E041 a"]);
    check("define: {a: [{when: data.x}]}", &["E012 {when: data.x}"]);
    check("define: {a: [{value: 1, expr: id}]}", &["E014 expr + value"]);
    check("define: {a: {when: data.x, value: 1, vlaue: 2}}\nlabels: {l: a}", &["E003 vlaue"]);
    check("define: {a: []}\nlabels: {l: a}", &["E014 []"]);
}

#[test]
fn labels_of_rules_and_rows() {
    let label = |label: &str| format!("rules: [{{name: a, subscribers: x, labels: {{l: {label}}}}}]");
    for misspelt in ["exp", "exrp", "Expr", "expt", "xpr", "exprs", "ex"] {
        check(&label(&format!("{{{misspelt}: data.x}}")), &[&format!("E003 {misspelt}")]);
    }
    check("tables: {t: {key: id, rows: {k: {labels: {l: {exp: data.x}}}}}}", &["E003 exp"]);
    check("tables: {t: {key: id, rows: {}, otherwise: {labels: {l: {exp: data.x}}}}}", &["E003 exp"]);
    check(&label("data.x"), &["W023 data.x"]);
    check(&label("{EXPR: data.x}"), &["W023 EXPR"]);
    // Literals: text that looks like a path, and objects.
    for literal in ["data.csv", "{exp: 1, sub: x}", "{value: 1}", "{e: 1}", "{export: {exp: 1}, a: 1}"] {
        check(&label(literal), &[]);
    }
    check(&label("{expr: data.x, value: 1}"), &["E014 expr + value"]);
}

#[test]
fn named_values_that_are_nested_too_deep() {
    let chain = |length: usize| {
        let links = (1..=length).map(|n| format!("  d{n}: d{} + 1\n", n - 1));
        let links: String = links.collect();
        format!("define:\n  d0: data.x\n{links}rules: [{{name: a, when: d{length} > 1, subscribers: x}}]\n")
    };
    check(&chain(254), &[]);
    check(&chain(255), &["E038 d255 > 1"]);
    // One report, however many named values are built on the first that is too deep.
    check(&chain(256), &["E038 d256"]);
    check(&chain(10_000), &["E038 d256"]);
    // An item that is not a named value is reported at its place.
    let deep = format!("{}filters: [{{name: f, drop: d254 == 1 || d1{} > 1}}]", chain(254), " + 1".repeat(200));
    check(&deep, &[]);
    let deep = format!("{}filters: [{{name: f, drop: 1 + (1 + (d254 + 1)) > 1}}]", chain(254));
    check(&deep, &["E038 1 + (1 + (d254 + 1)) > 1"]);
}

#[test]
fn keys_of_other_products() {
    let help = |text: &str| {
        let loaded = load_one(text);
        let first = &loaded.diagnostics[0];
        assert_eq!(first.code.as_str(), "E003", "{text}: {first:?}");
        first.help.clone().unwrap_or_default()
    };
    let rule = |key: &str| help(&format!("rules: [{{name: a, subscribers: x, {key}: [b]}}]"));
    assert!(rule("match").contains("`when: data.amount > 5000`"));
    assert!(rule("receiver").contains("`subscribers: [NAME, …]`"));
    assert!(rule("targets").contains("`subscribers: [NAME, …]`"));
    assert!(rule("then").contains("`subscribers: [NAME, …]`"));
    assert!(rule("continue").contains("`stop: true`"));
    assert!(rule("detail-type").contains("`topic: order.created`"));
    assert!(rule("EventPattern").contains("`topic: order.created`"));
    assert!(help("timezone: UTC").contains("`ruleset:`"));
    assert!(help("envelope: plain").contains("`ruleset:`"));
    assert!(help("topics: {order: {created: [a]}}").contains("`topics:`"));
    assert!(help("rules: [{name: a, subscribers: x, when: {severity: critical}}]").contains("`data.amount > 5000`"));
    // Misspelt keys still get the near one.
    assert_eq!(help("topics: {order: {subscriber: [a]}}"), "did you mean `subscribers`?");
}

#[test]
fn conditions() {
    let when = |when: &str| format!("rules: [{{name: a, subscribers: x, when: {when}}}]");
    check(&when("5"), &["E035 5"]);
    check(&when("[data.x]"), &["E004 [data.x]"]);
    check(&when("{all: [], any: [data.x]}"), &["E014 any + all"]);
    check(&when("{all: []}"), &["E014 []"]);
    check(&when("{}"), &["E014 {}"]);
    check(&when("{and: [data.x]}"), &["E003 and"]);
    check(&when("{all: [data.x, {not: {any: [data.y, dta.z]}}]}"), &["E031 dta"]);
    check(&when("{all: [exists(data.x), data.x != 1]}"), &[]);
    check(&when("{any: [data.y == 2, data.x != 1]}"), &["W002 data.x != 1"]);
    check(&when("{any: [data.y == 2, not: data.x > 1]}"), &["W006 not: data.x > 1"]);
    check(&when("{any: [data.x == null, not: data.x > 1]}"), &[]);
}

#[test]
fn tables() {
    check("tables: {t: {rows: {a: b}}}", &["E012 t"]);
    check("tables: {t: {key: id, inputs: {a: id}, rows: {a: b}}}", &["E014 inputs + key"]);
    check("tables: {t: {key: id, rows: {1: a, 1.0: b}}}", &["E002 1.0 + 1"]);
    check("tables: {t: {key: id, rows: {~: a}}}", &["E014 ~"]);
    let row =
        |row: &str| format!("tables: {{t: {{inputs: {{abc: data.x}}, rows: [{{when: {row}, subscribers: x}}]}}}}");
    check(&row("{abd: 1}"), &["E003 abd"]);
    check(&row("{abc: {gr: 1}}"), &["E003 gr"]);
    check(&row("{abc: {gt: true}}"), &["E034 true"]);
    check(&row("{abc: {in: 5}}"), &["E004 5"]);
    check(&row("{abc: {exists: maybe}}"), &["E004 maybe"]);
    check(&row("{abc: {}}"), &["E014 {}"]);
    check(&row("{abc: }"), &["E006 abc"]);
}

#[test]
fn times() {
    let active = |active: &str| format!("rules: [{{name: a, subscribers: x, active: {active}}}]");
    check(&active("{from: yesterday}"), &["E072 yesterday"]);
    check(&active("{from: 2026-01-02, until: 2026-01-02}"), &["E072 {from: 2026-01-02, until: 2026-01-02}"]);
    check(&active("{to: 2026-01-02}"), &["E003 to"]);
    let rules = right(&format!("ruleset: {{timezone: Asia/Kolkata}}\n{}", active("{from: 2026-01-02}")));
    assert_eq!(rules.rules[0].active.from.unwrap().to_string(), "2026-01-01T18:30:00Z");
}

#[test]
fn strict_subscribers() {
    check(
        "ruleset: {strict_subscribers: true, defaults: {always: [audti]}}
topics: {a: [audit]}
rules: [{name: a, subscribers: x}]
subscribers: {audit: {}}",
        &["E070 audti", "E070 x"],
    );
    check("subscribers: {a: {transform: t}}", &["E080 t"]);
    check("subscribers: {a: {filter: 5}}", &["E035 5"]);
}

#[test]
fn envelopes() {
    check("ruleset: {envelope: {id: data.x}}", &["E031 data"]);
    let bad = load_one("ruleset: {envelope: {headers: lower(event.x)}}");
    assert_eq!(bad.diagnostics.len(), 1, "{:?}", bad.diagnostics);
}

#[test]
fn empty_rule_sets() {
    assert_eq!(shown(&load_strings("t", [])), ["E015 -"]);
    assert_eq!(shown(&load_strings("t", [("a.yaml", "\n# nothing\n")])), ["E015 -"]);
    assert_eq!(shown(&load_strings("t", [("a.test.yaml", "tests: []")])), ["E015 -"]);
    assert_eq!(shown(&load_strings("t", [("..data/a.yaml", "rules: []")])), ["E015 -"]);
}

#[test]
fn huge_files() {
    let huge = format!("rules: []\n{}", "#".repeat(17 << 20));
    assert_eq!(shown(&load_one(&huge)), ["E010 -"]);
}
