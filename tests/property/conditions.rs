//! Random conditions over a small vocabulary, which is chosen so that they are often true.

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

/// Paths whose value is usually a number.
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
        "count(data.items, it.price > 1)",
        "index_of(data.city, \"m\")",
        "index_of(data.tags, \"gold\")",
        "data.items[-1].price",
        "get(data.items, 0, \"price\")",
        "get(data.items, data.limit, \"price\")",
        "parse_json(data.body).a",
        "len(parse_json(data.body).list)",
        "len(unique(data.tags))",
        "last(sort(map(data.items, it.price)))",
        "len(keys(data.user))",
        "hour(time, data.zone)",
        "minute(data.start, data.zone ?? \"+05:30\")",
        "unix_ms(from_unix_ms(data.limit))",
    ];
    select(paths.to_vec()).prop_map(str::to_owned).boxed()
}

/// Paths whose value is usually a string.
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
        "data.tags[-1]",
        "first(data.tags)",
        "get(data.user, lower(\"NAME\"))",
        "get(parse_json(data.body), \"b\", -1)",
        "base64_decode(data.code)",
        "base64_encode(data.city)",
        "base64url_encode(data.city)",
        "regex_capture(data.sku, \"(?<kind>[A-Z]+)-([0-9]+)?\", \"kind\")",
        "regex_capture(data.sku, \"(?<kind>[A-Z]+)-([0-9]+)?\", 2)",
        "join(slice(data.tags, -2), \"-\")",
        "join(sort(unique(flatten([data.tags, [\"gold\"]]))), \",\")",
        "join(keys(data.user), \",\")",
        "string(time(data.start))",
        "string(add_seconds(data.start, data.amount))",
        "date(data.start, data.zone)",
    ];
    select(paths.to_vec()).prop_map(str::to_owned).boxed()
}

/// Paths whose type is not known when the rules are loaded: the value may be anything.
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

/// A test of an element, of parts of it, or several of them.
fn element_test() -> BoxedStrategy<String> {
    let tests = [
        "it == \"gold\"",
        "it == \"mumbai\"",
        "it == 5",
        "it != \"gold\"",
        "it == null",
        "exists(it)",
        "it in [\"pune\", 1, true]",
        "it in [null, \"gold\"]",
        "it > 1",
        "5 >= it",
        "between(it, 1, 10)",
        "between(it.price, 1, 10)",
        "starts_with(it, \"m\")",
        "ends_with(it, \"a\")",
        "contains(it, \"u\")",
        "contains(it.subs, 1)",
        "contains(it, null)",
        "glob(it, \"*u*i\")",
        "glob(it, \"m*\")",
        "matches(it, \"^[mp]u\")",
        "it.price > 1",
        "it.sku == \"gold\"",
        "it.name == \"asha\"",
        "it[0] == 1",
        "it",
        "it.flag",
        "any(it.subs, it > 1)",
        "any(each(it.subs), it == 1 || it > 4)",
        "any(each(it), any(each(it.sku), it == \"gold\"))",
        // These are no tests that an index finds.
        "starts_with(it, [\"m\", \"A\"])",
        "contains(it, [\"u\", 1])",
        "matches(it, [\"^g\", \"a$\"])",
        "it == data.tier",
        "lower(it) == \"mumbai\"",
        "it > \"m\"",
        "any(it.subs, it == len(data.tags))",
        "true",
    ];
    select(tests.to_vec())
        .prop_map(str::to_owned)
        .prop_recursive(2, 4, 2, |inner| {
            prop_oneof![
                2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) && ({b})")),
                2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) || ({b})")),
                1 => inner.prop_map(|a| format!("!({a})")),
            ]
        })
        .boxed()
}

/// A condition on the elements of a list, or of something that may be one.
fn any_element() -> BoxedStrategy<String> {
    let values = [
        "data.tags",
        "data.tags",
        "data.items",
        "data.items",
        "data.city",
        "data.any",
        "data.user",
        "data.items[0].subs",
        "event.extra",
        "headers.any",
        "(data.tags ?? data.city)",
    ];
    let lists = ["data.tags", "data.items", "event.extra", "filter(data.items, it.price > 1)", "[\"gold\", 1]"];
    let list = prop_oneof![
        3 => select(values.to_vec()).prop_map(|value| format!("each({value})")),
        1 => select(vec!["tags", "city", "region"]).prop_map(|name| format!("each({name})")),
        1 => Just(String::from("tags")),
        2 => select(lists.to_vec()).prop_map(str::to_owned),
    ];
    (list, element_test()).prop_map(|(list, test)| format!("any({list}, {test})")).boxed()
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
        "any(data.items, x -> any(data.tags, y -> y == x.sku))",
        "any(data.tags, x -> any(x.subs, it == 1) || starts_with(data.city, x))",
        "all(data.items, x -> any(each(x.subs), y -> y >= x.price))",
        "any(each(data.items), x -> x.sku == \"gold\" || any(each(x.subs), y -> y == 1))",
        "len(filter(data.tags, any(data.items, x -> x.sku == it))) > 0",
        "map(data.items, x -> map(each(x.subs), [it, x.price])) == [[[1, 5]]]",
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
        "during(now, \"mon-fri 09:00-18:00, sat 10:00-14:00\")",
        "during(time, \"mon-fri 09:00-18:00, sat 10:00-14:00\", \"UTC\")",
        "during(time, \"22:00-06:00\", \"written\")",
        "!during(time, \"sat-mon 08:00-23:59\", \"America/New_York\")",
        "during(data.limit, \"sun 20:00-06:00, wed, fri 00:00-12:00\")",
        "during(data.city ?? time, \"fri-sun 00:00-24:00\")",
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
        "cidr(data.ip, [\"10.0.0.0/8\", \"172.16.0.0/12\"])",
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
        "time(data.start) < time(data.end)",
        "time(data.start) == data.end",
        "data.start != time(data.end)",
        "between(time(data.start), data.end, now)",
        "from_unix_ms(data.limit) < now",
        "add_seconds(data.start, 3600) > now",
        "weekday(data.start, data.zone) == \"sat\"",
        "weekday(data.limit, headers.any) == \"sat\"",
        "none(data.items, it.price > 5)",
        "!none(data.tags, it == \"gold\")",
        "none(data.any, true) == null",
        "count(data.tags, contains(it, \"m\")) >= 1",
        "values(data.user) == [5, \"asha\"]",
        "any(parse_json(data.body).list, it > 1)",
        "parse_json(data.body) == shape",
        "sort(data.any) == [1, 2]",
        "flatten(data.any) == data.any",
        "present(data.city)",
        "!present(data.any)",
        "present(data.any) && data.any == null",
        "present(data.user.name)",
        "present(data.items[0].sku)",
        "present(data.items[-1].sku)",
        "present(get(data.user, \"na\" + data.suffix))",
        "present(headers.any)",
        "present(headers[\"x-source\"])",
        "present(headers.data)",
        "present(event.data)",
        "present(event.data.any)",
        "present(event.payload.any)",
        "present(event.extra)",
        "present(event.specversion)",
        "present(data)",
        "present(headers)",
        "present(time)",
        "any(data.items, present(it.price) && it.price == null)",
        "all(data.items, present(it.sku) || it == null)",
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
        // Strings that contain it twice, and lists.
        1 => fill("contains({a}, \"m\")", [textual(), none(), none()]),
        1 => fill("glob({a}, \"*u*\")", [textual(), none(), none()]),
        1 => fill("glob({a}, \"*u*i\")", [textual(), none(), none()]),
        1 => fill("starts_with({a}, [\"m\", \"pu\", {b}])", [textual(), text(), none()]),
        1 => fill("ends_with({a}, [{b}, \"ai\", {c}])", [textual(), text(), text()]),
        1 => fill("contains({a}, [\"u\", {b}, 5])", [raw(), text(), none()]),
        1 => fill("glob({a}, [\"*u?a*\", \"p*e\", \"gold\"])", [textual(), none(), none()]),
        1 => fill("matches({a}, [\"^m.*i$\", \"[0-9]{2}\", \"^$\"])", [textual(), none(), none()]),
        1 => fill("cidr({a}, [\"192.168.0.0/16\", \"10.1.2.3\", \"::/0\"])", [textual(), none(), none()]),
        2 => fill("exists({a})", [anything(), none(), none()]),
        1 => fill("({a} ?? {b}) == {c}", [textual(), text(), text()]),
        1 => fill("({a} ?? {b}) > {c}", [numeric(), number(), number()]),
        5 => any_element(),
        12 => select(fixed.to_vec()).prop_map(str::to_owned),
    ]
    .boxed()
}

/// A condition; compound ones consist of a few leaves.
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
