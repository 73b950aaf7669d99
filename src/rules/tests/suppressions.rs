//! Comments and settings that silence lints.

use crate::rules::{Loaded, load_strings};

fn load(yaml: &str) -> Loaded {
    load_strings("t", [("rules.yaml", yaml)])
}

/// The codes with their lines: those that are reported, and those that are silenced with their reasons.
fn outcome(yaml: &str) -> (Vec<String>, Vec<String>) {
    let loaded = load(yaml);
    let place = |span| loaded.sources.place(span).split(':').nth(1).unwrap_or_default().to_owned();
    let shown = |one: &crate::diagnostic::Diagnostic| {
        format!("{}:{}", one.code.as_str(), one.primary.as_ref().map(|label| place(label.span)).unwrap_or_default())
    };
    let reported = loaded.diagnostics.iter().map(shown).collect();
    let silenced = loaded.suppressed.iter().map(|one| {
        let reason = &one.suppression.as_ref().unwrap().reason;
        format!("{} {reason}", shown(one))
    });
    (reported, silenced.collect())
}

const NONE: [&str; 0] = [];

#[test]
fn a_comment_covers_the_largest_part_that_begins_on_its_line() {
    let (reported, silenced) = outcome(
        "rules:\n  - name: a  # dadar: allow W002 a missing city counts\n    when: data.city != 'pune'\n    subscribers: [x]\n  \
         - name: b\n    when: data.city != 'pune'\n    subscribers: [x]\n",
    );
    assert_eq!(reported, ["W002:6"]);
    assert_eq!(silenced, ["W002:3 a missing city counts"]);
    // On the condition itself.
    let (reported, silenced) = outcome(
        "rules:\n  - name: a\n    when: data.city != 'pune'  # dadar: allow not-equal-on-missing\n    subscribers: [x]\n",
    );
    assert_eq!((reported, silenced), (vec![], vec![String::from("W002:3 ")]));
    // Behind the item, on the line of a later key: the key is covered, not the rule.
    let (reported, _) =
        outcome("rules:\n  - name: a\n    when: data.city != 'pune'\n    subscribers: [x]  # dadar: allow W002\n");
    assert_eq!(reported, ["W002:3"]);
}

#[test]
fn a_comment_with_its_own_line_covers_what_follows() {
    let (reported, silenced) = outcome(
        "rules:\n  # dadar: allow W002 the reason\n  # another comment\n\n  - {name: a, when: data.city != 'pune', subscribers: [x]}\n  \
         - {name: b, when: data.city != 'pune', subscribers: [x]}\n",
    );
    assert_eq!(reported, ["W002:6"]);
    assert_eq!(silenced, ["W002:5 the reason"]);
    // A section as a whole.
    let (reported, silenced) = outcome(
        "# dadar: allow W002\nrules:\n  - {name: a, when: data.city != 'pune', subscribers: [x]}\ndefine: {idle: data.x}\n",
    );
    assert_eq!(reported, ["W007:4"]);
    assert_eq!(silenced, ["W002:3 "]);
}

#[test]
fn a_whole_file_and_a_whole_rule_set_can_be_covered() {
    let rule = |name: &str| format!("rules: [{{name: {name}, when: data.city != 'pune', subscribers: [x]}}]\n");
    let first = format!("# dadar: allow-file W002 old rules\n{}", rule("a"));
    let loaded = load_strings("t", [("a.yaml", first.as_str()), ("b.yaml", rule("b").as_str())]);
    assert_eq!((loaded.diagnostics.len(), loaded.suppressed.len()), (1, 1));
    assert_eq!(loaded.suppressed[0].suppression.as_ref().unwrap().reason, "old rules");
    let whole = format!("ruleset: {{lints: {{allow: [W002]}}}}\n{}", rule("a"));
    let loaded = load_strings("t", [("a.yaml", whole.as_str()), ("b.yaml", rule("b").as_str())]);
    assert_eq!((loaded.diagnostics.len(), loaded.suppressed.len()), (0, 2));
}

#[test]
fn block_scalars_have_no_comments_and_errors_are_not_silenced() {
    let (reported, silenced) = outcome(
        "rules:\n  - name: a\n    description: |\n      # dadar: allow W002\n    when: |\n      /* # dadar: allow W002 */\n      data.city != 'pune'\n    \
         subscribers: [x]\n",
    );
    assert_eq!((reported, silenced), (vec![String::from("W002:7")], vec![]));
    let (reported, silenced) =
        outcome("# dadar: allow-file E003 no\nrules: [{name: a, wen: true, subscribers: [x]}]\n");
    assert_eq!(silenced, NONE);
    assert_eq!(reported, ["W022:1", "E003:2"]);
}

#[test]
fn comments_that_silence_nothing_are_reported() {
    for comment in [
        "# dadar: allow",
        "# dadar: allow W999 no such code",
        "# dadar: alow W002",
        "# dadar: allow-file",
        "# dadar: disable W002",
    ] {
        let (reported, _) = outcome(&format!("{comment}\nrules: [{{name: a, subscribers: [x]}}]\n"));
        assert_eq!(reported, ["W022:1"], "{comment}");
    }
    // Nothing follows, or nothing begins on the line.
    let (reported, _) = outcome("rules: [{name: a, subscribers: [x]}]\n# dadar: allow W002 the end\n");
    assert_eq!(reported, ["W022:2"]);
    let (reported, _) = outcome("rules: [{name: a, subscribers: [x]\n  }]  # dadar: allow W002 a bracket\n");
    assert_eq!(reported, ["W022:2"]);
    // Other comments are left alone.
    let (reported, _) = outcome("# dadar rules\n# see dadar: the manual\nrules: [{name: a, subscribers: [x]}]\n");
    assert_eq!(reported, NONE);
}

#[test]
fn wrong_codes_in_the_setting_are_errors() {
    let with = |codes: &str| {
        let text = format!("ruleset: {{lints: {{allow: [{codes}]}}}}\nrules: [{{name: a, subscribers: [x]}}]\n");
        outcome(&text).0
    };
    assert_eq!(with("W002, not-equal-on-missing"), NONE);
    assert_eq!(with("W999"), ["E014:1"]);
    assert_eq!(with("E003"), ["E014:1"]);
}

#[test]
fn many_comments_cost_little() {
    let rule = |n: usize| {
        format!("  - {{name: r{n}, when: data.city != 'x{n}', subscribers: [x]}}  # dadar: allow W002 reason {n}\n")
    };
    let text: String = (0..5_000).map(rule).collect();
    let loaded = load(&format!("rules:\n{text}"));
    assert_eq!(loaded.diagnostics, []);
    // As many as are kept of any diagnostics.
    assert!(loaded.suppressed.len() >= 1_000);
    let last = loaded.suppressed.iter().find(|one| one.message.contains("city")).unwrap();
    assert_eq!(last.suppression.as_ref().unwrap().reason, "reason 0");
}

#[test]
fn a_part_within_a_covered_part_does_not_uncover_what_follows() {
    let rule = |name: &str| format!("  - {{name: {name}, when: data.city != 'pune', subscribers: [x]}}");
    let text = format!(
        "# dadar: allow W002 outer\nrules:\n{}  # dadar: allow W002 inner\n{}\ndefine: {{idle: data.x}}\n",
        rule("a"),
        rule("b")
    );
    let (reported, silenced) = outcome(&text);
    assert_eq!(reported, ["W007:5"]);
    assert_eq!(silenced, ["W002:3 outer", "W002:4 outer"]);
    // The outer part ends before the second section.
    let (reported, _) = outcome(&format!("# dadar: allow W007\nrules:\n{}\ndefine: {{idle: data.x}}\n", rule("a")));
    assert_eq!(reported, ["W002:3", "W007:4"]);
}
