//! The programs in `examples` run and write what they should.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "../examples/embed.rs"]
mod embed;
#[allow(dead_code)]
#[cfg(feature = "watch")]
#[path = "../examples/reload.rs"]
mod reload;
#[allow(dead_code)]
#[path = "../examples/rule_sets.rs"]
mod rule_sets;

#[test]
fn embed_shows_errors_and_decisions() {
    let mut out = Vec::new();
    embed::run(&mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains("rules.yaml:5:11: "), "{out}");
    assert!(out.contains("did you mean"), "{out}");
    assert!(out.contains("\n\"a\" goes to inventory, payment, review\n"), "{out}");
    assert!(out.contains(r#"{"id":"a","topic":"order.created","status":"routed""#), "{out}");
    assert!(out.ends_with("\n1 of 3 were not events\n"), "{out}");
}

#[test]
fn rule_sets_have_their_own_clocks() {
    let mut out = Vec::new();
    rule_sets::run(&mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    let lines: Vec<(&str, &str)> = out.lines().map(|line| line.split_once(": ").unwrap()).collect();
    let decisions: Vec<&str> = lines.iter().map(|(_, decision)| *decision).collect();
    assert_eq!(decisions, ["1 to oven", "2 is unrouted", "3 to guard", "unexpected end at byte 18"]);
    assert!(
        lines.iter().zip(["bakery@", "library@", "library@", "bakery@"]).all(|(line, name)| line.0.starts_with(name))
    );
}

#[cfg(feature = "watch")]
#[test]
fn reload_keeps_the_last_good_rules() {
    let mut out = Vec::new();
    reload::run(&mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.first(), Some(&"to inventory"));
    assert!(lines.get(1).is_some_and(|line| line.starts_with("generation 2 is in force: shop@")), "{out}");
    assert_eq!(lines.get(2), Some(&"to inventory, payment"));
    assert!(lines.get(3).is_some_and(|line| line.starts_with("kept the old rules: ")), "{out}");
    assert_eq!(lines.get(lines.len() - 2..), Some(&["to inventory, payment", "1 reloaded, 1 failed"][..]));
}
