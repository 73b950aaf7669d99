//! Sets of values against membership: the operations agree with the values that they contain, and emptiness with both.

use crate::agree::check;
use dadar::unstable::analysis::facts_at;
use dadar::unstable::analysis::sets::{Emptiness, NumberSet, TextAtom, TextAutomata, TextSet, ValueSet};
use dadar::unstable::event::{Json, Number, Step, Type};
use dadar::unstable::expr::{Cidr, Glob, Pattern};
use dadar::unstable::schema::{NoResources, Validator};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use std::cell::Cell;

/// Numbers near one another, and near the limits of integers and floats.
fn number() -> BoxedStrategy<Number> {
    let float = |n: f64| Number::float(n).unwrap();
    let near = [0.0_f64, 1.0, -1.0, 2.0, 9_007_199_254_740_992.0, 1e19, 18_446_744_073_709_551_616.0, -1e30];
    let neighbours = near.into_iter().flat_map(move |n| [n.next_down(), n, n.next_up()]).map(float);
    let ends = [f64::MIN, f64::MAX, 0.5, 1.5, 5e-324].map(float);
    let ints = [i128::from(i64::MIN), i128::from(u64::MAX), 9_007_199_254_740_993, 0, 1, 2, 3, -1];
    let all: Vec<Number> = neighbours.chain(ends).chain(ints.map(Number::int)).collect();
    prop_oneof![3 => select(all), 1 => (-4_i64..4).prop_map(|n| Number::int(n.into()))].boxed()
}

fn numbers() -> BoxedStrategy<NumberSet> {
    let one = prop_oneof![
        number().prop_map(NumberSet::only),
        number().prop_map(NumberSet::less_than),
        number().prop_map(NumberSet::at_most),
        number().prop_map(NumberSet::greater_than),
        number().prop_map(NumberSet::at_least),
        (number(), number()).prop_map(|(low, high)| NumberSet::between(low, high)),
    ];
    let combined = one.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.intersection(&b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.union(&b)),
            inner.prop_map(|set| set.complement()),
        ]
    });
    combined.boxed()
}

#[test]
fn sets_of_numbers_agree_with_membership() {
    check(1_500, &(numbers(), numbers(), vec(number(), 8)), |(a, b, values)| {
        let (both, either, not) = (a.intersection(&b), a.union(&b), a.complement());
        for value in values {
            prop_assert_eq!(both.contains(value), a.contains(value) && b.contains(value), "{:?}", value);
            prop_assert_eq!(either.contains(value), a.contains(value) || b.contains(value), "{:?}", value);
            prop_assert_eq!(not.contains(value), !a.contains(value), "{:?} in {:?}", value, not);
            prop_assert!(!both.is_empty() || !both.contains(value));
        }
        for set in [&a, &both, &either, &not] {
            prop_assert_eq!(set.example().is_some(), !set.is_empty());
            prop_assert!(set.example().is_none_or(|example| set.contains(example)), "{:?} of {:?}", set.example(), set);
            prop_assert!(set.ranges().windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
        prop_assert_eq!(a.complement().complement(), a.clone());
        prop_assert!(a.intersection(&not).is_empty() && a.union(&not) == NumberSet::all());
        Ok(())
    });
}

#[test]
fn limits_agree_with_comparisons() {
    check(1_000, &(number(), number()), |(a, b)| {
        prop_assert_eq!(NumberSet::less_than(a).contains(b), b < a);
        prop_assert_eq!(NumberSet::at_most(a).contains(b), b <= a);
        prop_assert_eq!(NumberSet::greater_than(a).contains(b), b > a);
        prop_assert_eq!(NumberSet::at_least(a).contains(b), b >= a);
        prop_assert_eq!(NumberSet::only(a).contains(b), a == b);
        Ok(())
    });
}

const TEXTS: [&str; 14] = ["", "a", "b", "ab", "ba", "aa", "abc", "bca", "a.b", "A", "é", "aé", "10.0.0.1", "₹5"];

fn atom() -> BoxedStrategy<TextAtom> {
    let part = select(vec!["a", "b", "ab", "é", ".", "₹", "aa"]);
    let globs = ["*", "a*", "*b", "a?c", "?", "*a*", "a*b*c", "\\*", "é?"];
    let regexes = [
        "a",
        "^a",
        "b$",
        "^a+$",
        "^[a-c]{2}$",
        "^(ab|ba)*$",
        "[^a]",
        "(?i)AB",
        "^.$",
        "^$",
        "\\d",
        "a|^b",
        "(?s)^.{3}$",
        "^\\w+$",
    ];
    prop_oneof![
        1 => vec(select(TEXTS.to_vec()), 1..3).prop_map(|texts| TextAtom::OneOf(texts.into_iter().map(Into::into).collect())),
        1 => part.clone().prop_map(|text| TextAtom::Prefix(text.into())),
        1 => part.clone().prop_map(|text| TextAtom::Suffix(text.into())),
        1 => part.prop_map(|text| TextAtom::Has(text.into())),
        1 => select(globs.to_vec()).prop_map(|glob| TextAtom::Glob(Glob::new(glob).unwrap())),
        4 => select(regexes.to_vec()).prop_map(|regex| TextAtom::Regex(Pattern::new(regex).unwrap())),
        1 => Just(TextAtom::Cidr(Cidr::new("10.0.0.0/8").unwrap())),
        1 => (0_u32..4, proptest::option::of(0_u32..4)).prop_map(|(least, most)| TextAtom::Length(least, most)),
    ]
    .boxed()
}

fn texts() -> BoxedStrategy<TextSet> {
    let one = atom().prop_map(TextSet::atom);
    let combined = one.prop_recursive(3, 6, 2, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| a.intersection(&b)),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| a.union(&b)),
            2 => inner.prop_map(|set| set.complement()),
        ]
    });
    combined.boxed()
}

/// Short texts over a few characters: whatever distinguishes the atoms shows among them.
fn universe() -> Vec<String> {
    let letters = ["a", "b", "c", "A", ".", "é", "₹", "5", "\n"];
    let mut all: Vec<String> = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..3 {
        last = last.iter().flat_map(|text| letters.iter().map(move |letter| format!("{text}{letter}"))).collect();
        all.extend(last.iter().cloned());
    }
    all.extend(TEXTS.map(str::to_owned));
    all
}

#[test]
fn sets_of_texts_agree_with_membership() {
    let all = universe();
    let counts = [Cell::new(0), Cell::new(0), Cell::new(0)];
    let count = |at: usize| counts[at].set(counts[at].get() + 1);
    check(300, &(texts(), texts()), |(a, b)| {
        let (both, either, not) = (a.intersection(&b), a.union(&b), a.complement());
        for text in &all {
            prop_assert_eq!(both.contains(text), a.contains(text) && b.contains(text), "{:?}", text);
            prop_assert_eq!(either.contains(text), a.contains(text) || b.contains(text), "{:?}", text);
            prop_assert_eq!(not.contains(text), !a.contains(text), "{:?}", text);
        }
        let mut automata = TextAutomata::default();
        for set in [&a, &both, &either, &not] {
            match set.emptiness(&mut automata) {
                Emptiness::Witness(text) => {
                    count(0);
                    prop_assert!(set.contains(&text), "{:?} in {:?}", text, set);
                }
                Emptiness::Empty => {
                    count(1);
                    let found = all.iter().find(|text| set.contains(text));
                    prop_assert!(found.is_none(), "{:?} in {:?}", found, set);
                }
                Emptiness::Unknown => {
                    count(2);
                    prop_assert!(false, "not decided: {:?}", set);
                }
            }
        }
        let never = TextSet::And(vec![a.clone(), a.complement()]).emptiness(&mut automata);
        prop_assert!(matches!(never, Emptiness::Empty | Emptiness::Unknown), "{:?}", never);
        Ok(())
    });
    let [witnesses, empty, unknown] = counts.map(Cell::into_inner);
    assert!(witnesses > 500 && empty > 20 && unknown < witnesses / 2, "{witnesses} {empty} {unknown}");
}

#[test]
fn patterns_are_decided_exactly() {
    let regex = |source: &str| TextSet::atom(TextAtom::Regex(Pattern::new(source).unwrap()));
    let glob = |source: &str| TextSet::atom(TextAtom::Glob(Glob::new(source).unwrap()));
    let prefix = |text: &str| TextSet::atom(TextAtom::Prefix(text.into()));
    let mut automata = TextAutomata::default();
    let mut decide = |set: TextSet| set.emptiness(&mut automata);
    let witness = |text: &str| Emptiness::Witness(text.to_owned());
    assert_eq!(decide(glob("AB-*").intersection(&glob("*-CD"))), witness("AB-CD"));
    assert_eq!(decide(prefix("+91").intersection(&prefix("+1"))), Emptiness::Empty);
    assert_eq!(decide(regex("^[0-9]{3}$").intersection(&regex("^[0-8]{3}$").complement())), witness("009"));
    assert_eq!(decide(regex("^[0-9]+$").intersection(&regex("[a-z]"))), Emptiness::Empty);
    assert_eq!(decide(regex("^[0-8]$").intersection(&regex("^[0-9]$").complement())), Emptiness::Empty);
    assert_eq!(decide(glob("*.jpg").complement().intersection(&regex("\\.jpg$"))), Emptiness::Empty);
    // A trailing line break is not the end of a text.
    assert_eq!(decide(regex("^a$").intersection(&TextSet::only("a").complement())), Emptiness::Empty);
    // Beyond ASCII.
    assert_eq!(
        decide(
            regex("^.$")
                .intersection(&regex("^[ -~]$").complement())
                .intersection(&regex("^[\\x00-\\x7f]$").complement())
        ),
        witness("\u{80}")
    );
    assert_eq!(
        decide(regex("^\\p{Devanagari}+$").intersection(&regex("^[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}]+$").complement())),
        Emptiness::Empty
    );
    let network = |text: &str| TextSet::atom(TextAtom::Cidr(Cidr::new(text).unwrap()));
    let inner = network("10.1.0.0/16").intersection(&network("10.0.0.0/8").complement());
    assert_eq!(decide(inner), Emptiness::Empty);
    assert_eq!(decide(network("10.0.0.0/8").intersection(&network("11.0.0.0/8"))), Emptiness::Empty);
    let outer = network("10.0.0.0/8").intersection(&network("10.0.0.0/9").complement());
    assert_eq!(decide(outer), witness("10.128.0.0"));
    // An address of IPv4 that is written as IPv6.
    assert_eq!(decide(network("10.0.0.0/8").intersection(&prefix(":"))), witness("::ffff:aaa:a"));
    // Not decided: word boundaries of Unicode, and searches that become too large.
    assert_eq!(decide(regex("\\bzq\\b").intersection(&regex("zq").complement())), Emptiness::Unknown);
    let large = regex("a.{12}$").intersection(&regex("b.{13}$")).intersection(&regex("c.{14}$").complement());
    let mut small = TextAutomata::with_max_states(50);
    assert_eq!(large.emptiness(&mut small), Emptiness::Unknown);
    assert!(small.steps <= 200);
}

fn value() -> BoxedStrategy<Json> {
    let text = select(TEXTS.to_vec()).prop_map(Json::from);
    let number = number().prop_map(Number::to_json);
    let other = select(vec![json!(null), json!(true), json!(false), json!([]), json!([1]), json!({}), json!({"a": 1})]);
    prop_oneof![text, number, other].boxed()
}

fn values() -> BoxedStrategy<ValueSet> {
    let types = [Type::NULL, Type::BOOLEAN, Type::NUMBER, Type::STRING, Type::ARRAY, Type::OBJECT, Type::ANY];
    let one = prop_oneof![
        select(types.to_vec()).prop_map(ValueSet::of_type),
        value().prop_map(|value| ValueSet::only(&value)),
        numbers().prop_map(ValueSet::numbers),
        texts().prop_map(ValueSet::texts),
    ];
    (one.clone(), one, 0..4)
        .prop_map(|(a, b, how)| match how {
            0 => a.intersection(&b),
            1 => a.union(&b),
            2 => a.complement(),
            _ => a,
        })
        .boxed()
}

#[test]
fn sets_of_values_agree_with_membership() {
    check(400, &(values(), values(), vec(value(), 6)), |(a, b, values)| {
        let (both, either, not) = (a.intersection(&b), a.union(&b), a.complement());
        for value in &values {
            prop_assert_eq!(both.contains(value), a.contains(value) && b.contains(value), "{}", value);
            prop_assert_eq!(either.contains(value), a.contains(value) || b.contains(value), "{}", value);
            prop_assert_eq!(not.contains(value), !a.contains(value), "{}", value);
        }
        let mut automata = TextAutomata::default();
        for set in [both, either, not] {
            match set.emptiness(&mut automata) {
                Emptiness::Witness(value) => prop_assert!(set.contains(&value), "{} in {:?}", value, set),
                Emptiness::Empty => prop_assert!(values.iter().all(|value| !set.contains(value)), "{:?}", set),
                Emptiness::Unknown => {}
            }
        }
        Ok(())
    });
}

/// Schemas of one value, nested in combinations.
fn schema() -> BoxedStrategy<Json> {
    let leaf = select(vec![
        json!(true),
        json!({}),
        json!({"type": "number"}),
        json!({"type": ["string", "null"]}),
        json!({"type": "integer", "minimum": 1}),
        json!({"minimum": 0, "maximum": 2}),
        json!({"exclusiveMinimum": 0, "exclusiveMaximum": 2}),
        json!({"enum": ["a", 1, null, [1]]}),
        json!({"const": "ab"}),
        json!({"const": 0.5}),
        json!({"minLength": 1, "maxLength": 2}),
        json!({"pattern": "^a"}),
        json!({"not": {"type": "string"}}),
        json!({"type": "array", "maxItems": 0}),
        json!({"type": "object"}),
        json!({"$ref": "#/$defs/shared"}),
        json!({"$ref": "#/$defs/shared", "maximum": 0}),
    ]);
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..3).prop_map(|all| json!({"allOf": all})),
            vec(inner.clone(), 1..3).prop_map(|all| json!({"anyOf": all})),
            vec(inner.clone(), 1..3).prop_map(|all| json!({"oneOf": all})),
            inner.prop_map(|one| json!({"type": ["string", "number"], "allOf": [one]})),
        ]
    })
    .boxed()
}

/// Every value that a schema accepts is among its facts: at the root and below it.
#[test]
fn facts_of_schemas_have_every_valid_value() {
    let (valid, excluded) = (Cell::new(0), Cell::new(0));
    let cases = (schema(), schema(), any::<bool>(), any::<bool>(), any::<bool>(), vec(value(), 12));
    check(400, &cases, |(schema, shared, typed, required, closed, values)| {
        let mut root = json!({"properties": {"x": schema}, "$defs": {"shared": shared_without_references(shared)}});
        if typed {
            root["type"] = json!("object");
        }
        if required {
            root["required"] = json!(["x"]);
        }
        if closed {
            root["additionalProperties"] = json!(false);
        }
        let validator = Validator::compile(root.clone(), None, NoResources).unwrap();
        let at = |key: &str| facts_at(&root, &[Step::Key(key.into())]);
        let (facts, other) = (at("x"), at("y"));
        let wholes =
            values.iter().map(|value| json!({"x": value})).chain([json!({}), json!({"y": 1}), json!(null), json!("a")]);
        for whole in wholes {
            let is_valid = validator.validate(&whole).is_empty();
            if is_valid {
                valid.set(valid.get() + 1);
                let of = |key: &str| whole.get(key).cloned().unwrap_or_default();
                prop_assert!(facts.contains(&of("x")), "{} of {}", whole, root);
                prop_assert!(other.contains(&of("y")), "{} of {}", whole, root);
                prop_assert!(facts_at(&root, &[]).contains(&whole), "{} of {}", whole, root);
            } else if !facts.contains(whole.get("x").unwrap_or(&Json::Null)) {
                excluded.set(excluded.get() + 1);
            }
        }
        Ok(())
    });
    // They are not simply all values.
    assert!(valid.get() > 1_000 && excluded.get() > 500, "{} {}", valid.get(), excluded.get());
}

/// A schema without references to itself.
fn shared_without_references(schema: Json) -> Json {
    if schema.to_string().contains("$ref") { json!({"type": ["number", "string"], "maxLength": 2}) } else { schema }
}
