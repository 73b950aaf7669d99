//! `overrides:`, which changes single keys of other definitions.

use super::*;
use crate::rules::{NameIndex, NameKind, TableKind};

const BASE: &str = r#"
define: {big: data.amount > 5000}
rules:
  - {name: high, topic: order, when: big, subscribers: [review], priority: 1}
  - group: night
    priority: 4
    rules:
      - {name: late, when: hour(now) > 22, subscribers: duty, labels: {lane: slow}}
tables:
  tier: {key: headers.tier, rows: {gold: [concierge], 5: [five]}}
  grid: {inputs: {a: data.a}, rows: [{when: {a: 1}, subscribers: [one]}]}
filters: [{name: no-tests, drop: data.test == true}]
subscribers: {review: {filter: data.amount > 1}, duty: {}, one: {owner: team}}
"#;

fn both(overrides: &str) -> Loaded {
    load_strings("test", [("base.yaml", BASE), ("production.yaml", overrides)])
}

/// The diagnostics of an override of [`BASE`].
#[track_caller]
fn wrong(overrides: &str, expected: &[&str]) -> Loaded {
    let loaded = both(overrides);
    assert_eq!(shown(&loaded), expected, "{:#?}", loaded.diagnostics);
    loaded
}

fn texts(loaded: &Loaded) -> Vec<(&str, Option<&str>)> {
    loaded.diagnostics.iter().map(|one| (one.message.as_str(), one.help.as_deref())).collect()
}

const PRODUCTION: &str = r#"
overrides:
  rules:
    high: {when: big && data.amount > 20000, description: Less in production}
    late: {enabled: false, labels: {lane: fast}, priority: 9}
  tables:
    tier: {rows: {gold: [vip], "5": [five]}, otherwise: [rest]}
    grid: {mode: all}
  filters:
    no-tests: {drop: data.test == true && data.amount < 1}
  subscribers:
    review: {filter: data.amount > 100}
    duty: {owner: night-shift}
"#;

#[test]
fn keys_are_replaced_and_added() {
    let loaded = both(PRODUCTION);
    let rules = loaded.rule_set.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
    let rule = |name: &str| rules.rules.iter().find(|rule| &*rule.name.text == name).unwrap();
    let when = rule("high").when.as_ref().unwrap();
    assert_eq!(loaded.sources.snippet(when.span), "big && data.amount > 20000");
    assert!(loaded.sources.place(when.span).starts_with("production.yaml:4:"));
    assert!(loaded.sources.place(rule("high").name.span).starts_with("base.yaml:4:"));
    // The keys that no override names are unchanged.
    assert_eq!(rule("high").topics.len(), 1);
    assert_eq!(&*rule("high").subscribers[0].text, "review");
    assert_eq!((rule("late").enabled, rule("late").priority, rule("late").group.is_some()), (false, 9, true));
    assert_eq!(&*rules.rules[0].name.text, "late");
    let TableKind::Key { rows, .. } = &rules.tables[0].kind else { panic!() };
    assert_eq!(rows.iter().map(|row| row.key.clone()).collect::<Vec<_>>(), [json!("gold"), json!("5")]);
    assert_eq!(&*rows[0].target.subscribers[0].text, "vip");
    assert_eq!(&*rules.tables[0].otherwise.subscribers[0].text, "rest");
    assert!(matches!(rules.tables[1].kind, TableKind::Decision { mode: MatchMode::All, .. }));
    assert!(loaded.sources.place(rules.filters[0].condition.span).starts_with("production.yaml:10:"));
    assert_eq!(rules.subscribers["duty"].owner.as_deref(), Some("night-shift"));
    assert_eq!(loaded.sources.snippet(rules.subscribers["review"].filter.as_ref().unwrap().span), "data.amount > 100");
}

#[test]
fn the_order_and_number_of_files_do_not_matter() {
    let parts = [
        ("a.yaml", "overrides: {rules: {high: {when: false}}}"),
        ("b.yaml", BASE),
        ("c.yaml", "overrides: {rules: {high: {stop: true}, late: {enabled: false}}}"),
    ];
    let rules = right_files(parts);
    let high = rules.rules.iter().find(|rule| &*rule.name.text == "high").unwrap();
    assert!(high.stop && !rules.rules[0].enabled);
    // In the same file, before the definition.
    let rules = right(&format!("overrides: {{rules: {{high: {{stop: true}}}}}}\n{BASE}"));
    assert!(rules.rules.iter().any(|rule| rule.stop));
    right(&format!("overrides: {{}}\n{BASE}"));
    right(&format!("overrides: {{rules: {{}}}}\n{BASE}"));
}

#[test]
fn names_that_are_not_defined() {
    let loaded =
        wrong("overrides: {rules: {hihg: {stop: true}, night: {enabled: false}}}", &["E024 hihg", "E024 night"]);
    assert_eq!(
        texts(&loaded),
        [
            ("there is no rule `hihg` to override", Some("did you mean `high`?")),
            ("there is no rule `night` to override", Some("`night` is a group: override the rules in it")),
        ]
    );
    let loaded = wrong("overrides: {subscribers: {nobody-knows: {owner: x}}}", &["E024 nobody-knows"]);
    assert_eq!(loaded.diagnostics[0].help.as_deref(), Some("only subscribers under `subscribers:` can be overridden"));
    // A subscriber is no table.
    wrong("overrides: {tables: {duty: {rows: {}}}, filters: {duty: {drop: true}}}", &["E024 duty", "E024 duty"]);
}

#[test]
fn keys_that_cannot_change() {
    let loaded = wrong("overrides: {rules: {high: {wen: true}}}", &["E003 wen"]);
    assert_eq!(texts(&loaded), [("unknown key `wen` in a rule", Some("did you mean `when`?"))]);
    wrong("overrides: {groups: {night: {enabled: false}}}", &["E003 groups"]);
    wrong("overrides: {rules: {high: {name: low}}}", &["E024 name"]);
    wrong("overrides: {filters: {no-tests: {name: low}}}", &["E024 name"]);
    wrong("overrides: {subscribers: {duty: {name: low}}}", &["E003 name"]);
    wrong("overrides: {tables: {tier: {mode: all}, grid: {key: id}}}", &["E003 mode", "E003 key"]);
    let loaded = wrong("overrides: {filters: {no-tests: {keep: data.test == null}}}", &["E024 keep + drop"]);
    assert_eq!(loaded.diagnostics[0].help.as_deref(), Some("override `drop` instead"));
}

#[test]
fn values_that_are_there_already() {
    let same = |rule: &str, expected: &str| {
        wrong(&format!("overrides: {{rules: {{{rule}}}}}"), &[expected]);
    };
    same("high: {when: big}", "E024 big + big");
    same("high: {when: 'big'}", "E024 'big' + big");
    same("high: {priority: 1.0}", "E024 1.0 + 1");
    same("high: {subscribers: review}", "E024 review + [review]");
    same("high: {topic: [order]}", "E024 [order] + order");
    same("late: {labels: {\"lane\": slow}}", "E024 {\"lane\": slow} + {lane: slow}");
    // What a missing key means.
    same("high: {enabled: true}", "E024 true");
    same("high: {stop: false}", "E024 false");
    same("high: {exclude: []}", "E024 []");
    same("late: {priority: 4}", "E024 4");
    wrong("overrides: {tables: {grid: {mode: first}}}", &["E024 first"]);
    wrong("overrides: {tables: {tier: {rows: {5: five, gold: [concierge]}, default: null}}}", &["E024 null"]);
    wrong(
        "overrides: {tables: {tier: {rows: {5: [five], gold: [concierge]}}}}",
        &["E024 {5: [five], gold: [concierge]} + {gold: [concierge], 5: [five]}"],
    );
    wrong("overrides: {subscribers: {duty: {filter: true}}}", &["E024 true"]);
    wrong("overrides: {rules: {high: {}}}", &["E024 {}"]);
    // These do change something.
    for changed in ["late: {priority: 0}", "late: {stop: true}", "high: {topic: [order, orders]}", "late: {labels: {}}"]
    {
        wrong(&format!("overrides: {{rules: {{{changed}}}}}"), &[]);
    }
}

#[test]
fn one_key_in_two_files() {
    let overrides = [
        ("a.yaml", "overrides: {rules: {high: {stop: true, when: data.a > 1}}}"),
        ("base.yaml", BASE),
        ("c.yaml", "overrides: {rules: {high: {when: data.b > 1}}}"),
    ];
    let loaded = load_strings("test", overrides);
    assert_eq!(shown(&loaded), ["E024 when + when"]);
    let one = &loaded.diagnostics[0];
    assert_eq!(one.message, "`when` of the rule `high` is overridden twice");
    assert_eq!(loaded.sources.place(one.primary.as_ref().unwrap().span), "c.yaml:1:28");
    assert_eq!(loaded.sources.place(one.secondary[0].span), "a.yaml:1:40");
}

#[test]
fn mistakes_are_shown_in_the_file_of_the_override() {
    let places = |overrides: &str| {
        let loaded = both(overrides);
        let place = |one: &crate::diagnostic::Diagnostic| loaded.sources.place(one.primary.as_ref().unwrap().span);
        loaded.diagnostics.iter().map(|one| format!("{} {}", one.code.as_str(), place(one))).collect::<Vec<_>>()
    };
    assert_eq!(places("overrides:\n  rules:\n    high: {when: data.amount >}"), ["E030 production.yaml:3:30"]);
    assert_eq!(places("overrides: {rules: {high: {enabled: no}}}"), ["E004 production.yaml:1:37"]);
    assert_eq!(places("overrides: {tables: {grid: {rows: [{when: {b: 1}}]}}}"), ["E003 production.yaml:1:44"]);
    assert_eq!(places("overrides: {subscribers: {duty: {transform: t}}}"), ["E080 production.yaml:1:45"]);
    assert_eq!(places("overrides: {rules: {high: {labels: {a: '${env:A}'}}}}"), ["W021 production.yaml:1:41"]);
}

#[test]
fn wrong_forms() {
    wrong("overrides:", &["E006 overrides"]);
    wrong("overrides: []", &["E004 []"]);
    wrong("overrides: {rules: [{name: high, stop: true}]}", &["E004 [{name: high, stop: true}]"]);
    wrong("overrides: {rules: }", &["E006 rules"]);
    wrong("overrides: {rules: {high: }}", &["E006 high"]);
    wrong("overrides: {rules: {high: false}}", &["E004 false"]);
    wrong("overrides: {rules: {high: {when: }}}", &["E006 when"]);
    wrong("overrides: {rules: {high: {when: false, when: true}}}", &["E002 when + when"]);
    // Definitions of the wrong form are reported as they are without overrides.
    check("rules: {a: 1}\noverrides: {rules: {a: {stop: true}}}", &["E004 {a: 1}", "E024 a"]);
    check("overrides: {rules: {a: {stop: true}}}", &["E024 a"]);
}

#[test]
fn definitions_that_are_made_by_anchors_change_one_by_one() {
    let rules = right(
        "x-base: &base {when: data.a > 1, subscribers: [s]}
rules: [{name: a, <<: *base}, {name: b, <<: *base}]
overrides: {rules: {a: &off {enabled: false}}}",
    );
    assert_eq!(rules.rules.iter().map(|rule| rule.enabled).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn names_in_overrides_are_in_the_index() {
    let loaded = both(PRODUCTION);
    let rules = loaded.rule_set.unwrap();
    let names = NameIndex::new(&rules);
    let places = |kind: NameKind, name: &str| {
        let one = |place: &crate::rules::NamePlace| (loaded.sources.place(place.span), place.is_definition);
        names.places(kind, name).map(one).collect::<Vec<_>>()
    };
    let at = |place: &str, definition: bool| (place.to_owned(), definition);
    assert_eq!(places(NameKind::Rule, "high"), [at("base.yaml:4:12", true), at("production.yaml:4:5", false)]);
    assert_eq!(places(NameKind::Define, "big"), [at("base.yaml:2:10", true), at("production.yaml:4:18", false)]);
    assert_eq!(places(NameKind::Filter, "no-tests").len(), 2);
    assert_eq!(places(NameKind::Table, "grid").len(), 2);
}

#[test]
fn the_version_of_a_rule_set_includes_its_overrides() {
    let version = |overrides: &str| both(overrides).rule_set.unwrap().version;
    assert_ne!(version(PRODUCTION), version("overrides: {rules: {high: {stop: true}}}"));
}
