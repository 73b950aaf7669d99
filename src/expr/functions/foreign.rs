//! Functions and methods of other languages, and their counterparts here.

/// Names in small letters without `_`, and how their work is written here, with `{}` for the value they work on.
const FOREIGN: &[(&[&str], &str)] = &[
    (&["not"], "!({})"),
    (&["and"], "{} && b"),
    (&["or"], "{} || b"),
    (&["in", "oneof", "isin"], "{} in [\"a\", \"b\"]"),
    (&["length", "size", "strlen"], "len({})"),
    (&["isempty", "empty", "isblank"], "len({}) == 0"),
    (&["isnotempty", "notempty"], "len({}) > 0"),
    (&["startswith", "hasprefix", "beginswith"], "starts_with({}, \"…\")"),
    (&["endswith", "hassuffix"], "ends_with({}, \"…\")"),
    (&["includes", "contain", "has", "strcontains", "arraycontains"], "contains({}, \"…\")"),
    (&["equalsignorecase", "iequals", "eqignorecase"], "equals_ignore_case({}, \"…\")"),
    (&["lowercase", "tolower", "tolowercase", "lcase", "downcase"], "lower({})"),
    (&["uppercase", "toupper", "touppercase", "ucase", "upcase"], "upper({})"),
    (&["strip"], "trim({})"),
    (&["defined", "isdefined", "isset", "notnull", "isnotnull"], "exists({})"),
    (&["ispresent", "haskey", "hasfield", "hasproperty", "hasown"], "present({})"),
    (&["isnull", "missing", "ismissing", "isundefined"], "{} == null"),
    (&["ifnull", "nvl", "default", "orelse", "getordefault"], "{} ?? …"),
    (&["regex", "regexp", "match", "regexmatch", "ismatch", "test"], "matches({}, \"regex\")"),
    (&["like", "wildcard"], "glob({}, \"AB-*\")"),
    (&["replaceall"], "replace({}, from, to)"),
    (&["tostring", "str", "text"], "string({})"),
    (&["tonumber", "int", "float", "parseint", "parsefloat", "todouble", "toint"], "number({})"),
    (&["type", "gettype", "istype"], "typeof({})"),
    (&["today", "currentdate"], "date(now)"),
    (&["gethour", "hourof"], "hour({})"),
    (&["dayofweek", "getday"], "weekday({})"),
    (&["datediff", "timediff", "secondssince", "timebetween"], "seconds_between({}, now)"),
    (&["epochms", "gettime", "unixmillis", "tounixms"], "unix_ms({})"),
    (&["substr", "mid"], "substring({}, start, end)"),
    (&["pow", "power"], "{} ^ 2"),
    (&["some", "existsin", "anymatch", "find"], "any({}, it.price > 100)"),
    (&["every", "allmatch"], "all({}, it.price > 100)"),
    (&["select", "where"], "filter({}, it.price > 100)"),
    (&["noneof", "nonematch"], "none({}, it.price > 100)"),
    (&["countif", "countwhere"], "count({}, it.price > 100)"),
    (&["head"], "first({})"),
    (&["distinct", "uniq", "dedup", "dedupe"], "unique({})"),
    (&["flat"], "flatten({})"),
    (&["sorted", "sortasc", "orderby"], "sort({})"),
    (&["objectkeys", "mapkeys"], "keys({})"),
    (&["objectvalues", "mapvalues"], "values({})"),
    (&["position", "strpos", "charindex", "findindex"], "index_of({}, \"…\")"),
    (&["getpath", "dig", "getin"], "get({}, \"key\", 0)"),
    (&["fromjson", "jsonparse", "jsondecode", "jsonunmarshal", "json"], "parse_json({})"),
    (&["tojson", "jsonencode", "jsonstringify", "stringify"], "string({})"),
    (&["atob", "frombase64", "b64decode", "b64dec", "decodebase64"], "base64_decode({})"),
    (&["btoa", "tobase64", "b64encode", "b64enc", "encodebase64"], "base64_encode({})"),
    (&["regexextract", "regexpextract", "extract", "capture", "regexfind"], "regex_capture({}, \"regex\", 1)"),
    (&["parsetime", "totime", "datetime", "parsedate", "todate", "timestamp", "strptime"], "time({})"),
    (&["frommillis", "fromepochms", "millistodate"], "from_unix_ms({})"),
    (&["dateadd", "adddate", "addtime", "timeadd", "plusseconds"], "add_seconds({}, 60)"),
];

/// How the work of a function of another language is written here, of `value`.
pub(crate) fn foreign(name: &str, value: &str) -> Option<String> {
    let plain: String = name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect();
    let (_, here) = FOREIGN.iter().find(|(names, _)| names.contains(&plain.as_str()))?;
    Some(here.replacen("{}", value, 1))
}
