//! Random conditions over a small vocabulary, chosen so that they often hold.

use proptest::prelude::*;
use proptest::sample::select;

/// Numbers as literals of the language.
fn number() -> BoxedStrategy<String> {
    let literals =
        ["0", "1", "2", "5", "10", "10.5", "-3", "5000", "0.1", "9007199254740993", "1000", "-9223372036854775808"];
    select(literals.to_vec()).prop_map(str::to_owned).boxed()
}

/// Strings as literals of the language.
fn text() -> BoxedStrategy<String> {
    let literals =
        ["\"mumbai\"", "'pune'", "\"Mumbai\"", "\"gold\"", "\"\"", "\"AB-12\"", "\"5\"", "\"a\\\"b\"", "\"ü\""];
    select(literals.to_vec()).prop_map(str::to_owned).boxed()
}

fn constant() -> BoxedStrategy<String> {
    let other = select(&["true", "false", "null"][..]).prop_map(str::to_owned);
    prop_oneof![3 => number(), 4 => text(), 1 => other].boxed()
}

/// Paths at which mostly a number is.
fn numeric() -> BoxedStrategy<String> {
    let paths = [
        "data.amount",
        "data.amount",
        "data.limit",
        "data.user.age",
        "data.items[0].price",
        "headers.count",
        "event.data.amount",
        "total",
        "len(data.tags)",
        "number(headers.count)",
        "lookup(\"dist.km\", data.city, data.to)",
        "lookup(\"cust.score\", data.user.name)",
        "sum(map(data.items, it.price))",
        "abs(data.amount)",
        "if(data.flag, data.amount, data.limit)",
        "hour(now)",
        "data.amount % 7",
        "(data.amount ?? data.limit)",
    ];
    select(paths.to_vec()).prop_map(str::to_owned).boxed()
}

/// Paths at which mostly a string is.
fn textual() -> BoxedStrategy<String> {
    let paths = [
        "data.city",
        "data.city",
        "data.tier",
        "data.to",
        "data.user.name",
        "data.ip",
        "headers.tier",
        "headers[\"x-source\"]",
        "data[\"odd key\"]",
        "data.items[1].sku",
        "topic",
        "city",
        "region",
        "lower(data.city)",
        "(data.city ?? headers.tier)",
        "coalesce_nonempty(data.tier, data.city)",
        "concat(data.city, \"-\", data.to)",
        "lookup(\"cust.tier\", data.user.name)",
        "weekday(time)",
        "typeof(data.amount)",
    ];
    select(paths.to_vec()).prop_map(str::to_owned).boxed()
}

/// Paths of which nothing is known when the rules are loaded: anything may be there.
fn raw() -> BoxedStrategy<String> {
    let paths = [
        "event.extra",
        "headers.any",
        "headers.any",
        "data.any",
        "data.any",
        "data.user",
        "data.tags",
        "data.limit",
        "data.tier",
        "data.items[0].sku",
        "headers.count",
    ];
    select(paths.to_vec()).prop_map(str::to_owned).boxed()
}

fn anything() -> BoxedStrategy<String> {
    let odd = select(vec!["id", "time"]).prop_map(str::to_owned);
    prop_oneof![2 => raw(), 1 => odd, 2 => numeric(), 2 => textual()].boxed()
}

fn fill(template: &'static str, parts: [BoxedStrategy<String>; 3]) -> BoxedStrategy<String> {
    let [a, b, c] = parts;
    (a, b, c).prop_map(move |(a, b, c)| template.replace("{a}", &a).replace("{b}", &b).replace("{c}", &c)).boxed()
}

fn leaf() -> BoxedStrategy<String> {
    let none = || Just(String::new()).boxed();
    let order = || select(&["<", "<=", ">", ">=", "==", "!="][..]).prop_map(str::to_owned).boxed();
    let equal = || select(&["==", "!="][..]).prop_map(str::to_owned).boxed();
    let fixed = [
        "data.flag",
        "data.flag == true",
        "is_big",
        "!is_big",
        "any(data.items, it.price > 5)",
        "all(data.items, it.price > 1)",
        "any(data.items, it.sku == data.tier && it.price >= 1)",
        "any(data.tags, it == \"gold\")",
        "all(data.tags, starts_with(it, \"m\"))",
        "any(data.items, any(it.subs, it > 1))",
        "contains(data.tags, \"gold\")",
        "contains_any(data.tags, [\"gold\", \"mumbai\"])",
        "len(filter(data.items, it.price > 2)) > 0",
        "data.amount * 2 > data.limit + 5",
        "data.amount - data.limit >= 0",
        "data.amount > data.limit",
        "data.city == data.to",
        "data.amount / data.limit > 1",
        "time < now",
        "data.limit < now",
        "data.any >= now",
        "(data.city ?? data.to) == null",
        "(data.amount ?? data.limit) != null",
        "(data.tier ?? headers.tier) in [null, \"gold\"]",
        "data.tier in [\"gold\", null]",
        "time in [\"2026-01-10T12:00:00Z\", 1768050000, null]",
        "time >= \"2026-01-10T00:00:00Z\"",
        "now > \"2026-01-01T00:00:00Z\"",
        "weekday(now) == \"sat\"",
        "hour(time) >= 12",
        "seconds_between(time, now) > 60",
        "data.limit < now",
        "now >= data.amount",
        "!(data.any <= now)",
        "data.city > time",
        "between(data.amount, \"2020-01-01\", now)",
        "hour(data.limit) > 3",
        "any(data.items, it.price < now)",
        "all(data.tags, it <= time)",
        "data.amount != now",
        "exists(now)",
        "(now ?? data.city) == \"mumbai\"",
        "coalesce(data.limit, now) > time",
        "topic == \"order.created\"",
        "starts_with(topic, \"order\")",
        "cidr(data.ip, \"10.0.0.0/8\")",
        "glob(data.sku, \"AB-*\")",
        "glob(data.sku, \"*1?\")",
        "matches(data.city, \"^m.*i$\")",
        "matches(data.sku, \"[0-9]{2}\")",
        "equals_ignore_case(data.city, \"MUMBAI\")",
        "typeof(data.any) == \"string\"",
        "data.any == [1, 2]",
        "data.tags == [\"gold\"]",
        "id == \"e1\"",
        "exists(headers)",
        "hash(data.amount) % 2 == 0",
        "data.city in data.tags",
        "format(\"{}-{}\", data.city, data.tier) == \"mumbai-gold\"",
        "data.city + \"!\" == \"mumbai!\"",
        "true",
        "(data.flag ?? false)",
        "(data.city ?? data.to) == null",
        "(data.city ?? data.to) != null",
        "(data.amount ?? data.limit) == null",
        "((data.city ?? data.to) ?? headers.tier) == null",
        "data.user == shape",
        "data.any == shape",
        "shape != data.any",
        "data.any in [[1, 2], true]",
        // The same first and last bytes, and length.
        "data.reference_of_the_order == \"mumbai\"",
        "exists(data.reference_by_the_order)",
        "data.reference_of_the_order != data.reference_by_the_order",
        // The other alternatives of an envelope.
        "event.payload.city == \"mumbai\"",
        "exists(event.payload.amount)",
        "event.meta.tier == \"gold\"",
        "event.name == \"order.created\"",
        "event.ref == \"e1\"",
        "event.type == \"order.created\"",
        "exists(event.at)",
    ];
    prop_oneof![
        6 => fill("{a} {b} {c}", [numeric(), order(), number()]),
        1 => fill("{c} {b} {a}", [numeric(), order(), number()]),
        5 => fill("{a} {b} {c}", [textual(), equal(), text()]),
        1 => fill("{a} {b} {c}", [textual(), order(), text()]),
        2 => fill("{a} {b} {c}", [raw(), equal(), constant()]),
        2 => fill("{a} in [{b}, {c}]", [textual(), text(), text()]),
        1 => fill("{a} in [{b}, {c}, 5]", [raw(), constant(), constant()]),
        1 => fill("between({a}, {b}, {c})", [numeric(), number(), number()]),
        2 => fill("starts_with({a}, \"m\")", [textual(), none(), none()]),
        1 => fill("ends_with({a}, \"i\")", [textual(), none(), none()]),
        1 => fill("contains({a}, \"u\")", [textual(), none(), none()]),
        // Texts that have it twice, and lists.
        1 => fill("contains({a}, \"m\")", [textual(), none(), none()]),
        1 => fill("glob({a}, \"*u*\")", [textual(), none(), none()]),
        1 => fill("glob({a}, \"*u*i\")", [textual(), none(), none()]),
        2 => fill("exists({a})", [anything(), none(), none()]),
        1 => fill("({a} ?? {b}) == {c}", [textual(), text(), text()]),
        1 => fill("({a} ?? {b}) > {c}", [numeric(), number(), number()]),
        12 => select(fixed.to_vec()).prop_map(str::to_owned),
    ]
    .boxed()
}

/// A condition; compound ones are made of up to a few leaves.
pub(crate) fn condition() -> BoxedStrategy<String> {
    leaf()
        .prop_recursive(3, 8, 3, |inner| {
            prop_oneof![
                3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) && ({b})")),
                2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) || ({b})")),
                1 => inner.clone().prop_map(|a| format!("!({a})")),
                1 => (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("if({a}, {b}, {c})")),
            ]
        })
        .boxed()
}

/// An expression that yields a value for a label or a key.
pub(crate) fn value() -> BoxedStrategy<String> {
    prop_oneof![textual(), numeric(), constant().prop_filter("no null", |text| text != "null")].boxed()
}
