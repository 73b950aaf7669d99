//! Random events over the vocabulary of the conditions, as bytes: with values that are missing, null, of the wrong type,
//! written in an unusual way, or repeated; and sometimes lines that are not events.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

type Text = BoxedStrategy<String>;

fn one_of(texts: &'static [&'static str]) -> Text {
    select(texts).prop_map(str::to_owned).boxed()
}

fn number() -> Text {
    one_of(&[
        "0",
        "1",
        "2",
        "5",
        "5.0",
        "5e0",
        "10",
        "10.5",
        "-3",
        "5000",
        "5001",
        "0.1",
        "-0",
        "1e3",
        "1e999",
        "1768050300123",
        "9007199254740993",
        "9007199254740992.0",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775808.0",
        // Too large, or too small, to be seconds since 1970.
        "1768050300123",
        "253402207201",
        "-377705116801",
        // A time.
        "1768030200",
    ])
}

fn string() -> Text {
    one_of(&[
        r#""mumbai""#,
        r#""mumbai""#,
        r#""pune""#,
        r#""Mumbai""#,
        r#""gold""#,
        r#""""#,
        r#""AB-12""#,
        r#""5""#,
        r#""a\"b""#,
        r#""\u006dumbai""#,
        r#""ü""#,
        r#""\u00fc""#,
        r#""asha""#,
        r#""ravi""#,
        // A time, and texts that only look like one.
        r#""2026-01-10T13:00:00Z""#,
        r#""2026-02-30""#,
        r#""2026-01-10T25:00:00Z""#,
        r#""delhi""#,
    ])
}

fn odd() -> Text {
    one_of(&[
        "null",
        "null",
        "true",
        "false",
        "[]",
        "{}",
        r#"["gold"]"#,
        "[1, 2]",
        r#"{"name": "asha"}"#,
        r#"{"name": "asha", "age": 5}"#,
        r#"{"age": 5}"#,
        r#""x""#,
        "7",
    ])
}

/// Usually `usual`, else anything.
fn mostly(usual: Text) -> Text {
    prop_oneof![8 => usual, 1 => odd(), 1 => number(), 1 => string()].boxed()
}

/// Members that are usually present and sometimes repeated, in any order.
fn object(members: Vec<(&'static str, f64, Text)>) -> Text {
    let pairs: Vec<_> = members
        .into_iter()
        .map(|(key, chance, value)| {
            let twice = weighted(0.03, odd());
            (weighted(chance, value), twice).prop_map(move |(value, twice)| {
                let pair = |value: String| format!("{}:{value}", serde_json::json!(key));
                twice.filter(|_| value.is_some()).map(pair).into_iter().chain(value.map(pair)).collect::<Vec<_>>()
            })
        })
        .collect();
    // An event from a file has no line breaks; one from another program may have some.
    let comma = prop_oneof![6 => Just(", "), 1 => Just(","), 1 => Just(",\r"), 1 => Just("\t,\n ")];
    // Sometimes so many members that keys are matched in another way.
    let more = prop_oneof![15 => Just(0), 1 => Just(20)];
    (pairs, more, any::<bool>(), comma)
        .prop_map(|(pairs, more, backwards, comma)| {
            let mut pairs: Vec<String> = pairs.into_iter().flatten().collect();
            pairs.extend((0..more).map(|n| format!("\"k{n}\":{n}")));
            if backwards {
                pairs.reverse();
            }
            format!("{{{}}}", pairs.join(comma))
        })
        .boxed()
}

fn array(element: Text) -> Text {
    vec(element, 0..3).prop_map(|elements| format!("[{}]", elements.join(","))).boxed()
}

fn data() -> Text {
    let item = object(vec![
        ("sku", 0.8, mostly(string())),
        ("price", 0.9, mostly(number())),
        ("subs", 0.3, mostly(array(number()))),
    ]);
    let user = object(vec![("name", 0.9, mostly(string())), ("age", 0.7, mostly(number()))]);
    object(vec![
        ("amount", 0.85, mostly(number())),
        ("limit", 0.6, mostly(number())),
        ("city", 0.8, mostly(string())),
        ("to", 0.5, mostly(string())),
        ("tier", 0.6, mostly(string())),
        ("sku", 0.5, mostly(one_of(&[r#""AB-12""#, r#""AB-""#, r#""XAB-11""#]))),
        ("ip", 0.3, mostly(one_of(&[r#""10.1.2.3""#, r#""192.168.0.1""#, r#""10.0.0.0/8""#]))),
        ("flag", 0.6, mostly(one_of(&["true", "false"]))),
        ("tags", 0.6, mostly(array(mostly(string())))),
        ("items", 0.6, mostly(array(mostly(item)))),
        ("user", 0.6, mostly(user)),
        ("odd key", 0.3, mostly(string())),
        ("start", 0.4, mostly(time())),
        ("end", 0.4, mostly(time())),
        ("zone", 0.4, mostly(zone())),
        ("body", 0.4, mostly(encoded_json())),
        (
            "code",
            0.3,
            mostly(one_of(&[r#""bXVtYmFp""#, r#""Z29sZA==""#, r#""Z29sZA""#, r#""w7w""#, r#""_w""#, r#""!""#])),
        ),
        ("suffix", 0.3, one_of(&[r#""me""#, r#""mes""#])),
        ("any", 0.4, mostly(odd())),
        ("reference_of_the_order", 0.2, mostly(string())),
        ("reference_by_the_order", 0.2, mostly(string())),
    ])
}

fn zone() -> Text {
    one_of(&[
        r#""Asia/Kolkata""#,
        r#""+05:30""#,
        r#""-09:00""#,
        r#""written""#,
        r#""Mars/Olympus""#,
        r#""+5""#,
        r#""""#,
    ])
}

/// Texts that are JSON, mostly.
fn encoded_json() -> Text {
    one_of(&[
        r#""{\"a\": 5, \"b\": [\"gold\", \"mumbai\"], \"list\": [0, 2]}""#,
        r#""{\"a\":5,\"a\":\"x\",\"list\":null}""#,
        r#""{\"name\": \"asha\"}""#,
        r#""[1, 2]""#,
        r#""7""#,
        r#""{\"a\": 5""#,
        r#""{\"a\": 01}""#,
        r#""\"\\ud800\"""#,
    ])
}

/// Arrays and objects within one another, about as deep as bit masks are wide.
fn deep() -> Text {
    let depths = select(&[1_usize, 3, 62, 63, 64, 65, 66, 127, 128, 129, 193][..]);
    let nested = |(depth, stride): (usize, usize)| {
        let is_object = |level: usize| (level + level / 64).is_multiple_of(stride);
        let open: String = (0..depth).map(|level| if is_object(level) { "{\"k\":" } else { "[" }).collect();
        let close = |level| if is_object(level) { ",\"z\":[]}" } else { ",{}]" };
        open + "1" + &(0..depth).rev().map(close).collect::<String>()
    };
    (depths, 1..4_usize).prop_map(nested).boxed()
}

fn headers() -> Text {
    object(vec![
        ("tier", 0.7, mostly(string())),
        ("x-source", 0.3, mostly(string())),
        ("count", 0.4, mostly(prop_oneof![number(), string()].boxed())),
        ("region", 0.2, mostly(string())),
        ("any", 0.5, odd()),
    ])
}

fn id() -> Text {
    prop_oneof![4 => one_of(&[r#""e1""#, r#""e2""#, r#""e\\1""#, r#""e\n1""#]), 1 => odd(), 1 => number()].boxed()
}

fn time() -> Text {
    mostly(one_of(&[
        r#""2026-01-10T13:00:00+05:30""#,
        r#""2026-01-10T23:00:00Z""#,
        r#""2025-12-31T08:15:00""#,
        r#""2026-01-10""#,
        r#""yesterday""#,
        "1768030200",
        "1768030200.5",
        "1768050300123",
        r#""9999-12-31T23:59:59Z""#,
        r#""2026-13-01T00:00:00Z""#,
    ]))
}

fn topic() -> Text {
    let usual = one_of(&[
        r#""order.created""#,
        r#""order.created""#,
        r#""ORDER_CREATED""#,
        r#""order""#,
        r#""order.created.late""#,
        r#""payment.completed""#,
        r#""payment""#,
        r#""payment.upi.failed""#,
        r#""a.b.c""#,
        r#""order..created""#,
        r#""other""#,
        r#""aaaaaaaaaa""#,
        r#""aaaaaaaaaaaa""#,
        r#""\u006frder.created""#,
    ]);
    prop_oneof![40 => usual, 1 => odd()].boxed()
}

/// An event, or rarely a line that is not an event.
pub(crate) fn event() -> BoxedStrategy<Vec<u8>> {
    let plain = object(vec![
        ("event_id", 0.9, id()),
        ("event_type", 0.95, topic()),
        ("type", 0.4, topic()),
        ("name", 0.4, topic()),
        ("ref", 0.2, id()),
        ("timestamp", 0.8, time()),
        ("at", 0.2, time()),
        ("headers", 0.8, mostly(headers())),
        ("meta", 0.2, mostly(headers())),
        ("data", 0.95, mostly(data())),
        ("payload", 0.2, mostly(data())),
        ("extra", 0.4, odd()),
        ("deep", 0.1, deep()),
        ("specversion", 0.03, odd()),
    ]);
    let cloud = object(vec![
        ("specversion", 0.95, one_of(&[r#""1.0""#, r#""1.0""#, "null"])),
        ("id", 0.9, id()),
        ("type", 0.95, topic()),
        ("name", 0.4, topic()),
        ("time", 0.8, time()),
        ("data", 0.9, mostly(data())),
        ("data_base64", 0.1, string()),
        ("tier", 0.6, mostly(string())),
        ("count", 0.3, mostly(number())),
        ("any", 0.3, odd()),
        ("extra", 0.4, odd()),
    ]);
    let bare = data().prop_map(|data| format!("{{\"event_type\": \"order.created\", {}", data.trim_start_matches('{')));
    let bare = bare.prop_filter("has members", |text| text.ends_with('}') && !text.ends_with(", }"));
    let broken = plain
        .clone()
        .prop_flat_map(|text| (0..text.len()).prop_map(move |at| text.bytes().take(at).collect::<Vec<u8>>()));
    let junk = select(vec![&b"[]"[..], b"1", b"\"x\"", b"{\"a\":01}", b"{} {}", b"{\"a\":\"\xff\"}", b"nul"]);
    prop_oneof![
        20 => plain.prop_map(String::into_bytes),
        8 => cloud.prop_map(String::into_bytes),
        2 => bare.prop_map(String::into_bytes),
        1 => broken,
        1 => junk.prop_map(<[u8]>::to_vec),
    ]
    .boxed()
}
