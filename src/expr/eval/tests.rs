use crate::event::Value;
use crate::expr::testing::{Event, compiled, same, value_of};
use crate::expr::{PathTable, evaluate};
use bumpalo::Bump;
use serde_json::{Value as Json, json};

fn data() -> Json {
    json!({
        "amount": 7500, "price": 2.5, "zero": 0, "big": u64::MAX, "city": "Mumbai", "empty": "", "nothing": null,
        "flag": true, "off": false, "tags": ["a", "b"], "at": "2026-01-10T13:00:00+05:30", "bad": "yesterday",
        "items": [{"sku": "AB-1", "price": 100, "parts": [1, 2]}, {"sku": "CD-2", "price": 250, "parts": []}, "odd"],
        "odd key": 1, "nested": {"x": {"y": [10, 20]}}, "two": {"b": 2, "a": [1.0]},
    })
}

/// Expression, value.
fn check(cases: &[(&str, Json)]) {
    let data = data();
    let mut wrong = Vec::new();
    for (source, expected) in cases {
        match value_of(source, &data) {
            Ok(found) if same(&found, expected) => {}
            found => wrong.push(format!("{source}: {found:?}, not {expected}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn paths_and_steps() {
    check(&[
        ("data.amount", json!(7500)),
        ("data.nope.deeper[3]", json!(null)),
        ("data[\"odd key\"]", json!(1)),
        ("data.nested.x.y[1]", json!(20)),
        ("data.nested[\"x\"].y[data.zero]", json!(10)),
        ("data.items[data.zero + 1].sku", json!("CD-2")),
        ("data.items[-1 * data.amount]", json!(null)),
        ("data.items[-1]", json!("odd")),
        ("data.items[-2].parts", json!([])),
        ("data.tags[-data.price / 2.5 - 1]", json!("a")),
        ("data.tags[-3]", json!(null)),
        ("data.nested[-1]", json!(null)),
        ("get(data.items, 0, \"parts\", -1)", json!(2)),
        ("present(data.nothing)", json!(true)),
        ("present(data.nope)", json!(false)),
        ("present(data.nothing.deeper)", json!(false)),
        ("present(data.items[2])", json!(true)),
        ("present(data.items[3])", json!(false)),
        ("present(data.items[-3].sku)", json!(true)),
        ("present(data.items[-4])", json!(false)),
        ("present(data[lower(\"NOTHING\")])", json!(true)),
        ("present(get(data.two, data.tags[1]))", json!(true)),
        ("map(data.items, present(it.price))", json!([true, true, false])),
        ("present(data)", json!(true)),
        ("present(now)", json!(true)),
        ("present(headers)", json!(false)),
        ("get(data.nested, lower(\"X\"), data.tags[9] ?? \"y\", data.zero)", json!(10)),
        ("get(data.city, 0)", json!(null)),
        ("map(data.tags, get(data.two, it))", json!([[1.0], 2])),
        ("parse_json(\"{\\\"a\\\": [{\\\"b\\\": 5}]}\").a[0].b + data.two.b", json!(7)),
        ("none(data.items, it.price > 200)", json!(false)),
        ("count(data.items, it.price > 50)", json!(2)),
        ("count(data.items, none(it.parts, it == 2))", json!(1)),
        ("hour(data.at, if(data.flag, \"-08:00\", \"UTC\"))", json!(23)),
        ("hour(data.at, concat(\"writ\", \"ten\"))", json!(13)),
        ("hour(data.at, data.bad)", json!(null)),
        ("hour(data.at, data.nope)", json!(null)),
        ("time(data.at) == \"2026-01-10T07:30:00.0Z\"", json!(true)),
        ("time(data.at) < time(\"2026-01-10T08:00:00Z\")", json!(true)),
        ("data.at < \"2026-01-10T08:00:00Z\"", json!(false)),
        ("data.bad < add_seconds(now, 5)", json!(false)),
        ("from_unix_ms(0) == \"1970-01-01T01:00:00+01:00\"", json!(true)),
        ("data.items[data.price]", json!(null)),
        ("data.nested[data.city]", json!(null)),
        ("filter(data.items, it.price > 200)[0].sku", json!("CD-2")),
    ]);
}

#[test]
fn truth() {
    check(&[
        ("!data.flag", json!(false)),
        ("!data.nope", json!(true)),
        ("!(data.nope > 5)", json!(true)),
        ("data.flag && data.nope", json!(false)),
        ("data.nope || data.flag", json!(true)),
        ("data.off || data.nope", json!(false)),
        ("if(data.nope, 1, 2)", json!(2)),
        ("if(data.flag, data.amount, 2)", json!(7500)),
    ]);
}

#[test]
fn comparisons() {
    check(&[
        ("data.amount == 7500.0", json!(true)),
        ("data.nope == null", json!(true)),
        ("data.nope != \"INR\"", json!(true)),
        ("data.amount == \"7500\"", json!(false)),
        ("data.two == data.two", json!(true)),
        ("data.tags == [\"a\", \"b\"]", json!(true)),
        ("data.big > 18446744073709551614", json!(true)),
        ("data.big < 18446744073709551616.0", json!(true)),
        ("data.nope < 5", json!(false)),
        ("data.nope >= 5", json!(false)),
        ("data.city < 5", json!(false)),
        ("data.city < \"a\"", json!(true)),
        ("data.amount in [1, 7500.0]", json!(true)),
        ("data.nope in [1, null]", json!(true)),
        ("data.city in [lower(data.city), data.city]", json!(true)),
        ("\"b\" in data.tags", json!(true)),
        ("\"b\" in data.nope", json!(false)),
        ("\"b\" in data.city", json!(false)),
    ]);
}

#[test]
fn times_compare_as_instants() {
    check(&[
        ("now == data.at", json!(true)),
        ("now != data.at", json!(false)),
        ("now >= \"2026-01-10T08:30:00+01:00\"", json!(true)),
        ("now > \"2026-01-10\"", json!(true)),
        ("now < data.bad", json!(false)),
        ("now == data.bad", json!(false)),
        ("now != data.bad", json!(true)),
        ("time < now", json!(true)),
        ("time == \"1970-01-01T05:30:01+05:30\"", json!(true)),
        ("between(now, \"2026-01-10\", \"2026-01-11\")", json!(true)),
        ("between(data.at, data.at, now)", json!(true)),
        ("between(now, data.bad, \"2026-01-11\")", json!(false)),
        // Without a time on either side texts are texts.
        ("data.at == \"2026-01-10T07:30:00Z\"", json!(false)),
        ("hour(now, \"Asia/Kolkata\")", json!(13)),
        ("hour(data.at)", json!(7)),
        ("hour(data.at, \"written\")", json!(13)),
        ("hour(data.amount)", json!(2)),
        ("hour(data.tags)", json!(null)),
    ]);
}

#[test]
fn arithmetic() {
    check(&[
        ("data.amount / 2", json!(3750)),
        ("1 / 2", json!(0.5)),
        ("data.amount / data.zero", json!(null)),
        ("data.amount % data.zero", json!(null)),
        ("-data.amount % 7", json!(-3)),
        ("data.amount + data.nope", json!(null)),
        ("data.city + \"!\"", json!("Mumbai!")),
        ("data.city + data.amount", json!(null)),
        ("-data.city", json!(null)),
        ("-2 ^ 2", json!(-4)),
        ("2 ^ 3 ^ 2", json!(64)),
        ("data.big + 1", json!(18_446_744_073_709_551_616.0)),
        ("data.nope ?? data.nothing ?? 5", json!(5)),
        ("data.nope ?? 1 + 1", json!(2)),
        ("data.empty ?? 5", json!("")),
    ]);
}

#[test]
fn quantifiers() {
    check(&[
        ("any(data.items, it.price > 200)", json!(true)),
        ("all(data.items, it.price > 50)", json!(false)),
        ("all(data.items, exists(it))", json!(true)),
        ("map(data.items, it.sku)", json!(["AB-1", "CD-2", null])),
        ("len(filter(data.items, it.price > 50))", json!(2)),
        ("sum(map(filter(data.items, exists(it.price)), it.price))", json!(350)),
        ("any(data.items, any(it.parts, it == 2))", json!(true)),
        ("any(data.items, it == \"odd\" && any(data.tags, it == \"b\"))", json!(true)),
        ("map(data.items, any(it.parts, it > 1))", json!([true, false, false])),
        ("any(data.nope, true)", json!(false)),
        ("all(data.city, true)", json!(false)),
        ("filter(data.nope, true)", json!(null)),
        ("map(data.amount, it)", json!(null)),
        ("all([], false)", json!(true)),
        ("map([1, data.zero], it + 1)", json!([2, 1])),
    ]);
}

/// The highest trees that the parser lets through, on the small stack of a thread.
#[test]
fn high_trees_fit_the_stack() {
    let sum = vec!["data.one"; 200].join(" + ");
    let nested = format!("{}it == 1{}", "any(data.list, ".repeat(60), ")".repeat(60));
    let both = format!("{}{sum} > 1{}", "any(data.list, ".repeat(30), ")".repeat(30));
    let parens = format!("{}data.one{}", "(1 + ".repeat(60), ")".repeat(60));
    let sources = [sum, nested, both, parens];
    let mut paths = PathTable::default();
    let compiled = sources.map(|source| compiled(&source, &mut paths).unwrap());
    // Loading may take as much as threads have by default; evaluation shall do with a quarter of that.
    let small = std::thread::Builder::new().stack_size(512 << 10).spawn(move || {
        let arena = Bump::new();
        let json = json!({"one": 1, "list": [1]});
        let data = Value::from_json(&json, &arena);
        compiled.each_ref().map(|typed| evaluate(typed, &mut Event { arena: &arena, data, paths: &paths }).to_json())
    });
    assert_eq!(small.unwrap().join().unwrap(), [json!(200), json!(true), json!(true), json!(61)]);
}

#[test]
fn constants_equal_what_they_would_be_built_to() {
    let all = [
        json!({}),
        json!({"a": 1}),
        json!({"a": 1.0}),
        json!({"a": 1, "b": 2}),
        json!({"b": 2, "a": 1}),
        json!({"a": 1, "b": null}),
        json!([]),
        json!([{"a": 1}]),
        json!([{"a": 1, "b": 2}]),
        json!([1]),
        json!([1, 2]),
        json!("a"),
        json!(1),
        json!(null),
        json!(false),
    ];
    let arena = Bump::new();
    for (a, b) in all.iter().flat_map(|a| all.iter().map(move |b| (a, b))) {
        let value = Value::from_json(a, &arena);
        assert_eq!(super::equals_json(value, b), value == Value::from_json(b, &arena), "{a} {b}");
    }
}
