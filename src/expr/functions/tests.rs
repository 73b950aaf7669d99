use super::*;
use crate::diagnostic::Code;
use crate::event::{Json, Type, Value};
use crate::expr::testing::{Event, lookups, same, value_of};
use crate::expr::{Meter, PathTable, Prepared};
use bumpalo::Bump;
use proptest::prelude::*;
use serde_json::json;
use std::collections::HashSet;

/// Prepares and evaluates a call with constant arguments.
fn call(name: &str, args: Json) -> Result<Json, PrepareError> {
    let function = find(name).unwrap();
    let constants: Vec<_> = args.as_array().unwrap().iter().map(Some).collect();
    let lookups = lookups();
    let prepared = function.prepare.map(|prepare| prepare(&Prepare { args: &constants, lookups: &lookups }));
    let prepared = prepared.transpose()?.unwrap_or(Prepared::None);
    let arena = Bump::new();
    let values = Value::from_json(&args, &arena).as_array().unwrap();
    let paths = PathTable::default();
    let mut env = Event { arena: &arena, data: Value::Null, paths: &paths };
    Ok((function.eval)(&mut Call {
        args: values,
        prepared: &prepared,
        arena: &arena,
        env: &mut env,
        times: false,
        meter: &Meter::default(),
    })
    .to_json())
}

#[test]
fn entries_are_sound() {
    let mut names = HashSet::new();
    for function in all() {
        assert!(names.insert(function.name), "{function:?}");
        function.aliases.iter().for_each(|alias| assert!(names.insert(alias), "{alias}"));
        assert!(function.usage.starts_with(&format!("{}(", function.name)), "{function:?}");
        assert!(function.doc.ends_with('.'), "{function:?}");
        assert!(!function.params.is_empty(), "{function:?}");
        let most = if function.variadic { usize::MAX } else { function.params.len() };
        assert!(function.required <= most, "{function:?}");
        assert!(!function.examples.is_empty() || function.name == "lookup", "{function:?}");
        assert_eq!(find(function.name), Some(function));
    }
    assert_eq!(find("str::to_lowercase").unwrap().name, "lower");
    assert!(find("lowercase").is_none());
}

/// Lists in one another.
fn nested(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

#[test]
fn calls() {
    let long = "x".repeat(LONGEST_TEXT / 2 + 1);
    let many = "x".repeat(1 << 16);
    let wide = "y".repeat(512);
    let chars = "x".repeat((1 << 20) + 1);
    let cases = [
        ("lower", json!(["İ"]), json!("i\u{307}")),
        ("lower", json!([5]), json!(null)),
        ("upper", json!(["aé"]), json!("AÉ")),
        ("concat", json!([long, long]), json!(null)),
        ("replace", json!([many, "x", wide]), json!(null)),
        ("join", json!([[long, long], ""]), json!(null)),
        ("regex_replace", json!([many, "x", wide]), json!(null)),
        ("regex_replace", json!(["a1b22", "[0-9]+", ""]), json!("ab")),
        ("regex_replace", json!(["ab", "x*", "-"]), json!("-a-b-")),
        ("regex_replace", json!(["key=1", "(?P<k>\\w+)=", "${k}:$$"]), json!("key:$1")),
        ("substring", json!(["a₹b", 1, 2]), json!("₹")),
        ("substring", json!(["a₹b", 3, 3]), json!("")),
        ("substring", json!(["a₹b", 4]), json!(null)),
        ("substring", json!(["abc", 1.0]), json!("bc")),
        ("substring", json!(["abc", 1.5]), json!(null)),
        ("substring", json!(["abc", -1]), json!(null)),
        ("len", json!([{"a": 1}]), json!(1)),
        ("len", json!([5]), json!(null)),
        ("split", json!(["a₹b", ""]), json!(["a", "₹", "b"])),
        ("split", json!(["", ","]), json!([""])),
        ("split", json!([chars, ""]), json!(null)),
        ("number", json!(["1e999"]), json!(null)),
        ("number", json!(["-0"]), json!(0)),
        ("number", json!(["1."]), json!(null)),
        ("number", json!([".5"]), json!(null)),
        ("number", json!(["+5"]), json!(null)),
        ("number", json!([""]), json!(null)),
        ("number", json!(["0x10"]), json!(null)),
        ("number", json!(["18446744073709551615"]), json!(u64::MAX)),
        ("string", json!([{"b": 1, "a": [null]}]), json!("{\"a\":[null],\"b\":1}")),
        ("floor", json!([1e300]), json!(1e300)),
        ("round", json!([-0.5]), json!(-1)),
        ("round", json!([u64::MAX]), json!(u64::MAX)),
        ("abs", json!([i64::MIN]), json!(9_223_372_036_854_775_808_u64)),
        ("min", json!(["a", "b"]), json!(null)),
        ("min", json!([[1], [2]]), json!(null)),
        ("max", json!([1, 1.0]), json!(1)),
        ("sum", json!([[u64::MAX, 1]]), json!(18_446_744_073_709_551_616.0)),
        ("sum", json!([5]), json!(null)),
        ("between", json!([5, "1", 9]), json!(false)),
        ("contains", json!(["abc", 1]), json!(null)),
        ("contains", json!([[null], null]), json!(null)),
        ("contains_any", json!(["abc", [1, "c"]]), json!(true)),
        ("equals_ignore_case", json!(["straße", "STRASSE"]), json!(false)),
        ("cidr", json!(["::ffff:10.1.1.1", "10.0.0.0/8"]), json!(true)),
        ("cidr", json!([10, "10.0.0.0/8"]), json!(null)),
        ("format", json!(["{}{{}}{}", 1, [2]]), json!("1{}[2]")),
        ("lookup", json!(["customers.score", "c1"]), json!(111)),
        ("lookup", json!(["a.b.c.d", 1, 2]), json!(202)),
        ("uuid", json!(["invoice"]), json!("701584c2-b71d-5e82-989d-d972f1236adc")),
        ("hour", json!(["2026-01-10T13:30:00"]), json!(13)),
        ("day", json!(["2026-01-10T23:30:00-03:00", "written"]), json!(10)),
        ("unix_ms", json!([1.5]), json!(1500)),
        ("seconds_between", json!(["2026-01-02", "2026-01-01"]), json!(-86400)),
        ("hour", json!(["2026-01-10T13:30:00Z", "+05:30"]), json!(19)),
        ("hour", json!(["2026-01-10T13:30:00Z", "-00:30"]), json!(13)),
        ("parse_json", json!([" [1, {\"a\": 1, \"a\": 2.50}, \"\\u20b9\"] "]), json!([1, {"a": 2.5}, "₹"])),
        ("parse_json", json!(["\"a\""]), json!("a")),
        ("parse_json", json!(["-0.5e1"]), json!(-5.0)),
        ("parse_json", json!(["null"]), json!(null)),
        ("parse_json", json!([""]), json!(null)),
        ("parse_json", json!(["1, 2"]), json!(null)),
        ("parse_json", json!(["[1] []"]), json!(null)),
        ("parse_json", json!(["1],[2"]), json!(null)),
        ("parse_json", json!(["[\"\\x\"]"]), json!(null)),
        ("parse_json", json!(["\"\u{1}\""]), json!(null)),
        ("parse_json", json!(["01"]), json!(null)),
        ("parse_json", json!([nested(127)]), serde_json::from_str(&nested(127)).unwrap()),
        ("parse_json", json!([nested(129)]), json!(null)),
        ("base64_decode", json!(["YQ"]), json!("a")),
        ("base64_decode", json!(["YQ=="]), json!("a")),
        ("base64_decode", json!(["YQ="]), json!(null)),
        ("base64_decode", json!(["YR=="]), json!(null)),
        ("base64_decode", json!(["YWI="]), json!("ab")),
        ("base64_decode", json!(["YWJ="]), json!(null)),
        ("base64_decode", json!(["YWJj"]), json!("abc")),
        ("base64_decode", json!(["YWJjZ"]), json!(null)),
        ("base64_decode", json!(["YWJj===="]), json!(null)),
        ("base64_decode", json!(["Y=Jj"]), json!(null)),
        ("base64_decode", json!(["YWJj\n"]), json!(null)),
        ("base64_decode", json!([""]), json!("")),
        ("base64_decode", json!(["="]), json!(null)),
        ("base64_decode", json!(["fn5-fn5_"]), json!("~~~~~\u{7f}")),
        ("base64_encode", json!(["~~~~~\u{7f}"]), json!("fn5+fn5/")),
        ("base64url_encode", json!(["~~~~~\u{7f}"]), json!("fn5-fn5_")),
        ("base64url_encode", json!(["ab"]), json!("YWI")),
        ("base64_encode", json!(["abcd"]), json!("YWJjZA==")),
        ("base64_encode", json!([5]), json!(null)),
        ("slice", json!([[1, 2, 3], -9, -1]), json!([1, 2])),
        ("slice", json!([[1, 2, 3], 1.5]), json!(null)),
        ("slice", json!([[1, 2, 3], 0, null]), json!(null)),
        ("index_of", json!(["a₹b₹", "₹"]), json!(1)),
        ("index_of", json!(["a₹b", "b"]), json!(2)),
        ("index_of", json!(["abc", ""]), json!(0)),
        ("index_of", json!(["abc", 5]), json!(null)),
        ("index_of", json!([[null], null]), json!(null)),
        ("index_of", json!([[[1], {"a": 1}], {"a": 1.0}]), json!(1)),
        (
            "unique",
            json!([[{"a": 1, "b": 2}, {"b": 2, "a": 1.0}, [], [], null, null, true]]),
            json!([{"a": 1, "b": 2}, [], null, true]),
        ),
        ("flatten", json!([[[], [null], [[]]]]), json!([null, []])),
        ("sort", json!([[2, 1.5, -3, 1.5]]), json!([-3, 1.5, 1.5, 2])),
        ("sort", json!([["b", "", "ab"]]), json!(["", "ab", "b"])),
        ("sort", json!([[1, null]]), json!(null)),
        ("sort", json!([[[1]]]), json!(null)),
        ("keys", json!([{"b": 1, "": 2, "ab": 3}]), json!(["", "ab", "b"])),
        ("values", json!([{"b": 1, "": 2, "ab": [3]}]), json!([2, [3], 1])),
        ("keys", json!([[1]]), json!(null)),
        ("last", json!([[null, 5]]), json!(5)),
        ("first", json!([{"a": 5}]), json!(null)),
        ("regex_capture", json!(["a1 b2", "([a-z])([0-9])?", 2]), json!("1")),
        ("regex_capture", json!(["a b2", "([a-z])([0-9])?", 2]), json!(null)),
        ("regex_capture", json!(["a1", "(?<x>[0-9])", "x"]), json!("1")),
        ("regex_capture", json!(["a1", "[0-9]", 0.0]), json!("1")),
        ("time", json!(["2026-01-10"]), json!("2026-01-10T00:00:00Z")),
        ("time", json!(["9999-12-31T23:59:59.5Z"]), json!("9999-12-31T23:59:59.5Z")),
        ("time", json!(["9999-12-31T23:59:59-23:59"]), json!("9999-12-31T23:59:59-23:59")),
        ("time", json!(["0000-01-01T00:00:00Z"]), json!("0000-01-01T00:00:00Z")),
        ("time", json!([-62_167_219_201_i64]), json!(null)),
        ("time", json!([true]), json!(null)),
        ("from_unix_ms", json!([-1]), json!("1969-12-31T23:59:59.999Z")),
        ("from_unix_ms", json!([253_402_300_799_999_i64]), json!("9999-12-31T23:59:59.999Z")),
        ("from_unix_ms", json!([253_402_387_200_000_i64]), json!(null)),
        ("from_unix_ms", json!(["1"]), json!(null)),
        ("add_seconds", json!([0, 0.000_000_001]), json!("1970-01-01T00:00:00.000000001Z")),
        ("add_seconds", json!([0, u64::MAX]), json!(null)),
        ("add_seconds", json!([0, 1e300]), json!(null)),
        ("add_seconds", json!(["9999-12-31", 86_399]), json!("9999-12-31T23:59:59Z")),
        ("shl", json!([1, 64]), json!(null)),
        ("math::sqrt", json!([-1]), json!(null)),
    ];
    for (name, args, expected) in cases {
        let found = call(name, args.clone()).unwrap();
        let args = args.to_string().chars().take(80).collect::<String>();
        assert_eq!(found, expected, "{name}{args}");
    }
}

#[test]
fn what_cannot_be_prepared() {
    let cases = [
        ("matches", json!(["a", "("]), "E036 1: `(` is not a regular expression: unclosed group (at character 1)"),
        ("matches", json!(["a", 5]), "E037 1: the regular expression must be a string that is written out"),
        ("glob", json!(["a", "\\"]), "E036 1: the glob `\\` ends in a lone `\\`"),
        ("cidr", json!(["a", "10/8"]), "E036 1: `10/8` is not a network: `10` is not an IP address"),
        ("format", json!(["{} {}", 1]), "E033 0: the template has 2 placeholders, but 1 argument follows it"),
        ("format", json!(["{}", 1, 2]), "E033 2: the template has 1 placeholder, but 2 arguments follow it"),
        ("format", json!(["{0}", 1]), "E036 0: the template has a lone `{`"),
        (
            "hour",
            json!([0, "Asia/Kolkatta"]),
            "E071 1: there is no time zone `Asia/Kolkatta`; did you mean `Asia/Kolkata`?",
        ),
        (
            "hour",
            json!([0, "+24:00"]),
            "E071 1: there is no time zone `+24:00`; write an IANA name, such as `Asia/Kolkata`, an offset, `+05:30`, or `written` for the time's own offset",
        ),
        ("regex_capture", json!(["a", "(b)", 2]), "E036 2: the regular expression has no group `2`"),
        ("regex_capture", json!(["a", "(b)", -1]), "E036 2: the regular expression has no group `-1`"),
        ("regex_capture", json!(["a", "(b)", "b"]), "E036 2: the regular expression has no group `b`"),
        ("lookup", json!(["customers", 1]), "E060 0: `customers` names no column; write it as `table.column`"),
        (
            "lookup",
            json!(["custmers.tier", 1]),
            "E060 0: there is no lookup table `custmers`; did you mean `customers`?",
        ),
        (
            "lookup",
            json!(["customers.teir", 1]),
            "E060 0: the lookup table `customers` has no column `teir`; did you mean `tier`?",
        ),
        (
            "lookup",
            json!(["customers.phone", 1]),
            "E060 0: the lookup table `customers` has no column `phone`; there is `tier`, `score`",
        ),
        ("lookup", json!(["customers.tier", 1, 2]), "E033 2: a row of `customers` is found by 1 key, but there are 2"),
    ];
    for (name, args, expected) in cases {
        let error = call(name, args).unwrap_err();
        let help = match (error.code, error.help) {
            (Code::UnknownLookup | Code::UnknownTimezone, Some(help)) => format!("; {help}"),
            _ => String::new(),
        };
        assert_eq!(format!("{} {}: {}{help}", error.code.as_str(), error.argument, error.message), expected);
    }
}

#[test]
fn examples_hold() {
    let mut wrong = Vec::new();
    for (source, expected) in all().flat_map(|function| function.examples) {
        let expected: Json = serde_json::from_str(expected).unwrap();
        match value_of(source, &Json::Null) {
            Ok(found) if same(&found, &expected) => {}
            found => wrong.push(format!("{source}: {found:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Values of every type, with the odd ones among them.
fn any_value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (-3..70).prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,6}".prop_map(Json::from),
        "[-+0-9TZ:.{}()*?/\\\\$a]{0,12}".prop_map(Json::from),
        Just(Json::from("2026-01-10T07:30:00+05:30")),
        Just(Json::from("written")),
    ];
    leaf.prop_recursive(2, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::hash_map("[ab]", inner, 0..3).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever the arguments are, and however many: a value of the type that is promised, or an error at load.
    #[test]
    fn functions_are_total(args in prop::collection::vec(any_value(), 0..4)) {
        for function in all() {
            if let Ok(value) = call(function.name, Json::from(args.clone())) {
                let arena = Bump::new();
                let found = Value::from_json(&value, &arena).type_of();
                let promised = function.returns.contains(found) || args.len() < function.required || found == Type::NULL;
                prop_assert!(promised, "{function:?}{args:?}: {value}");
            }
        }
    }
}
