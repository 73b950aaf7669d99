//! Compares patterns with a plain recursive oracle, and the trie with patterns.

use super::*;
use proptest::prelude::*;

fn pattern(text: &str) -> TopicPattern {
    TopicPattern::parse(text).unwrap()
}

/// The definition of a match; takes exponential time.
fn oracle(pattern: &[Segment], topic: &[&str]) -> bool {
    match (pattern.split_first(), topic.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((Segment::Many, rest)), None) => oracle(rest, topic),
        (Some((Segment::Many, rest)), Some((_, others))) => oracle(rest, topic) || oracle(pattern, others),
        (Some(_), None) => false,
        (Some((Segment::One, rest)), Some((_, others))) => oracle(rest, others),
        (Some((Segment::Literal(text), rest)), Some((first, others))) => **text == **first && oracle(rest, others),
    }
}

/// Every topic of up to `most` segments from `a`, `b` and one that is in no pattern.
fn topics(most: usize) -> Vec<String> {
    let mut all = Vec::new();
    let mut last = vec![String::new()];
    for _ in 0..most {
        last = last
            .iter()
            .flat_map(|topic| {
                ["a", "b", "other"]
                    .map(|next| if topic.is_empty() { next.to_owned() } else { format!("{topic}.{next}") })
            })
            .collect();
        all.extend(last.iter().cloned());
    }
    all
}

fn collect(trie: &PatternTrie, topic: &str) -> Vec<u32> {
    let mut found = Vec::new();
    trie.matches(topic, &mut |number| found.push(number));
    found.sort_unstable();
    found
}

#[test]
fn parses() {
    use Segment::{Literal, Many, One};
    let parsed = pattern("order.*.created.#");
    assert_eq!(parsed.segments, [Literal("order".into()), One, Literal("created".into()), Many]);
    assert_eq!((&*parsed.text, parsed.literals()), ("order.*.created.#", 2));
    assert!(TopicPattern::parse(&vec!["a"; 128].join(".")).is_ok());
}

#[test]
fn refuses_with_the_range() {
    let long = vec!["a"; 130].join(".");
    let cases: &[(&str, Range<usize>, &str)] = &[
        ("", 0..0, "empty topic pattern"),
        (".a", 0..1, "empty segment"),
        ("a..b", 2..3, "empty segment"),
        ("a.", 1..2, "empty segment"),
        (".", 0..1, "empty segment"),
        ("order.cre*", 6..10, "`cre*`"),
        ("é.##", 3..5, "`##`"),
        (&long, 256..259, "more than 128 segments"),
    ];
    for (text, range, message) in cases {
        let error = TopicPattern::parse(text).unwrap_err();
        assert_eq!(error.range, *range, "{text}");
        assert!(error.message.contains(message), "{}", error.message);
    }
}

#[test]
fn matches_as_in_amqp() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("order.created", &["order.created"], &["order", "order.created.x", "Order.created", ""]),
        ("order.*", &["order.created", "order."], &["order", "order.a.b"]),
        ("delivery.#", &["delivery", "delivery.a", "delivery.a.b"], &["deliver", "x.delivery"]),
        ("#", &["a", "a.b", ""], &[]),
        ("#.failed", &["failed", "a.failed", "a.b.failed", "failed.failed"], &["failed.a"]),
        ("a.#.b.*.#.c", &["a.b.x.c", "a.x.b.b.x.y.c"], &["a.b.c", "a.x.b.c"]),
        ("#.*.#.*", &["a.b", "a.b.c"], &["a"]),
        ("*", &["a", ""], &["a.b"]),
    ];
    for (text, yes, no) in cases {
        let pattern = pattern(text);
        let mut trie = PatternTrie::default();
        trie.insert(&pattern, 7);
        for topic in *yes {
            assert!(pattern.matches(topic), "{text} {topic}");
            assert_eq!(collect(&trie, topic), [7], "{text} {topic}");
        }
        for topic in *no {
            assert!(!pattern.matches(topic), "{text} {topic}");
            assert_eq!(collect(&trie, topic), [0; 0], "{text} {topic}");
        }
    }
}

#[test]
fn many_wildcards_do_not_blow_up() {
    let many = pattern(&format!("{}.end", vec!["#.a"; 60].join(".")));
    let topic = vec!["a"; 5000].join(".");
    assert!(!many.matches(&topic));
    assert!(many.matches(&format!("{topic}.end")));
    let mut trie = PatternTrie::default();
    for n in 0..60 {
        trie.insert(&pattern(&format!("{}.end", vec!["#.a"; n + 1].join("."))), n as u32);
    }
    assert_eq!(collect(&trie, &format!("{topic}.end")).len(), 60);
    let other = pattern(&format!("{}.end", vec!["#.*.a"; 40].join(".")));
    assert!(many.overlaps(&other));
    assert!(!many.covers(&other) || !other.covers(&many));
}

#[test]
fn one_segment_is_not_many() {
    assert!(!pattern("a.*").covers(&pattern("a.#")));
    assert!(pattern("a.#").covers(&pattern("a.*")));
    assert!(!pattern("*.*").covers(&pattern("#.*")));
}

#[test]
fn empty_trie_matches_nothing() {
    assert_eq!(collect(&PatternTrie::default(), "a.b"), [0; 0]);
}

fn any_pattern() -> impl Strategy<Value = TopicPattern> {
    let segment = prop_oneof![2 => Just("a"), 2 => Just("b"), 2 => Just("*"), 3 => Just("#")];
    prop::collection::vec(segment, 1..6).prop_map(|segments| pattern(&segments.join(".")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn matches_is_the_oracle(one in any_pattern(), topic in "(a|b|c|)(\\.(a|b|c|)){0,7}") {
        let segments: Vec<_> = topic.split('.').collect();
        prop_assert_eq!(one.matches(&topic), oracle(&one.segments, &segments));
    }

    #[test]
    fn trie_is_all_patterns(
        patterns in prop::collection::vec((any_pattern(), 0..40u32), 0..60),
        topic in "(a|b|c)(\\.(a|b|c)){0,7}",
    ) {
        let mut trie = PatternTrie::default();
        for (one, number) in &patterns {
            trie.insert(one, *number);
        }
        let mut expected: Vec<_> = patterns.iter().filter(|(one, _)| one.matches(&topic)).collect();
        expected.sort();
        expected.dedup();
        let mut expected: Vec<_> = expected.into_iter().map(|(_, number)| *number).collect();
        expected.sort_unstable();
        prop_assert_eq!(collect(&trie, &topic), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn comparisons_are_brute_force(one in any_pattern(), other in any_pattern()) {
        // If two patterns overlap, they do so on a topic that has no more segments than both together have without their `#`,
        // at most eight here.
        let topics = topics(8);
        let both = topics.iter().any(|topic| one.matches(topic) && other.matches(topic));
        prop_assert_eq!(one.overlaps(&other), both);
        prop_assert_eq!(other.overlaps(&one), both);
        let all = topics.iter().all(|topic| !other.matches(topic) || one.matches(topic));
        prop_assert_eq!(one.covers(&other), all, "{} covers {}", one.text, other.text);
    }
}
