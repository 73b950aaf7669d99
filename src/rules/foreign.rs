//! Keys of other products, and their equivalents here.
//!
//! The products: EventBridge, Alertmanager, Prometheus, Vector, Redpanda Connect, GoRules, Drools, Kubernetes. A key that
//! only has another name here is in [`Keys::instead`](super::keys::Keys); this table has those that need an explanation.

/// The mapping, as [`Keys::of`](super::keys::Keys) names it; the keys; the help.
type Hint = (&'static str, &'static [&'static str], &'static str);

const HINTS: &[Hint] = &[
    // A rule.
    (
        "a rule",
        &[
            "match",
            "match_re",
            "matchers",
            "matches",
            "pattern",
            "eventpattern",
            "expr",
            "expression",
            "check",
            "where",
        ],
        "write `topic: order.created` for the topic, and `when: data.amount > 5000` for everything else",
    ),
    (
        "a rule",
        &["event", "event_type", "type", "on", "detail-type", "routing_key", "subject", "channel", "source"],
        TOPIC,
    ),
    (
        "a rule",
        &[
            "receiver",
            "receivers",
            "target",
            "targets",
            "output",
            "outputs",
            "sink",
            "sinks",
            "destination",
            "destinations",
            "then",
            "action",
            "actions",
            "deliver",
            "send",
            "send_to",
            "notify",
            "queue",
            "queues",
            "handler",
            "handlers",
            "route",
        ],
        "list the subscribers that get the event: `subscribers: [NAME, …]`",
    ),
    (
        "a rule",
        &["continue"],
        "every rule that matches takes effect, as with `continue: true`; for `continue: false` write `stop: true`",
    ),
    ("a rule", &["final", "terminal", "break", "last", "end_flow"], "write `stop: true`"),
    ("a rule", &["state", "status", "disabled", "active_state"], "write `enabled: false` to switch the rule off"),
    (
        "a rule",
        &["salience", "weight", "rank", "order", "precedence"],
        "write `priority: 10`; rules with a higher priority come first",
    ),
    (
        "a rule",
        &[
            "start",
            "end",
            "from",
            "until",
            "valid_from",
            "valid_until",
            "schedule",
            "active_time_intervals",
            "mute_time_intervals",
        ],
        "write `active: {from: 2026-11-01, until: 2026-11-15}`; times of day are conditions: `between(hour(now), 9, 17)`",
    ),
    (
        "a rule",
        &["else", "otherwise", "default", "elif", "elseif"],
        "put the alternatives into a group with `mode: first`; a last one without `when` matches the rest",
    ),
    ("a rule", &["unless", "except", "not"], "write `when: {not: …}`, or `!(…)` in an expression"),
    ("a rule", &["routes", "rules", "children", "steps"], GROUP),
    (
        "a rule",
        &["tags", "annotations", "metadata", "settings", "set", "add"],
        "annotations on the decision are under `labels`",
    ),
    (
        "a rule",
        &["transform", "input_transformer", "inputtransformer", "mapping", "bloblang", "map"],
        "the `transform` of a subscriber, under `subscribers:`, produces the event that it is sent",
    ),
    (
        "a rule",
        &["group_by", "group_wait", "group_interval", "repeat_interval", "for", "window", "throttle", "rate_limit"],
        "each event is decided on its own: there are no windows and no grouping",
    ),
    // A group.
    ("a group", &["strategy", "type", "policy", "hit_policy", "match"], "write `mode: first` or `mode: all`"),
    ("a group", &["routes", "children", "alternatives"], "its rules are under `rules:`"),
    ("a group", &["subscribers", "receiver", "stop"], "this is a key of each rule in the group, not of the group"),
    // A rule file.
    (
        "a rule file",
        &["timezone", "envelope", "split", "defaults", "strict_subscribers", "name"],
        "this is a key of `ruleset:`: move it there",
    ),
    ("a rule file", &["route", "routes", "routing", "policies", "conditions"], "rules are a list under `rules:`"),
    ("a rule file", &["groups", "group"], "a group is an item of `rules:`: `- {group: NAME, rules: […]}`"),
    ("a rule file", &["vars", "variables", "let", "values", "constants", "locals", "definitions"], "write `define:`"),
    ("a rule file", &["receivers", "targets", "sinks", "outputs", "output", "destinations"], "write `subscribers:`"),
    (
        "a rule file",
        &["sources", "source", "input", "inputs"],
        "a rule set does not name its input: events come from `dadar route --input FILE`, or from standard input",
    ),
    ("a rule file", &["events", "event", "channels", "queues"], "topics and their subscribers are under `topics:`"),
    (
        "a rule file",
        &["pipeline", "processors", "transform", "mapping"],
        "write `transforms:`, and name them in `ingest:`",
    ),
    ("a rule file", &["nodes", "edges", "decision_table", "decision_tables"], "write `tables:`"),
    ("a rule file", &["enrichment_tables", "reference", "reference_data", "data", "datasets"], "write `lookups:`"),
    (
        "a rule file",
        &["include", "includes", "import", "imports"],
        "every YAML file of the folder is part of the rule set",
    ),
    (
        "a rule file",
        &["apiversion", "kind", "metadata", "spec", "groups_wait", "global"],
        "a rule file has its sections at the top level, not within another key",
    ),
    ("a rule file", &["version"], "omit it: the version is computed from the files, and is on every decision"),
    // `ruleset:`.
    ("`ruleset`", &["tz", "time_zone", "zone"], "write `timezone: Asia/Kolkata`"),
    ("`ruleset`", &["version"], "omit it: the version is computed from the files, and is on every decision"),
    (
        "`ruleset`",
        &["fallback", "dead_letter", "dlq", "default", "catch_all"],
        "write `defaults: {unrouted: […], rejected: […]}`",
    ),
    (
        "`ruleset`",
        &["rules", "topics", "subscribers", "define", "labels", "filters", "schemas"],
        "this is a separate section, at the top level",
    ),
    (
        "`defaults`",
        &["malformed", "invalid", "error", "errors", "dead_letter", "dlq"],
        "write `rejected`: it gets malformed events too",
    ),
    ("`defaults`", &["unmatched", "fallback", "catch_all", "default", "otherwise", "else", "none"], "write `unrouted`"),
    ("`defaults`", &["all", "every", "audit"], "write `always`"),
    ("`defaults`", &["filtered", "drop"], "write `dropped`"),
    ("an envelope", &["type", "event_type", "subject", "name"], "write `topic`, an expression: `topic: event.kind`"),
    ("an envelope", &["payload", "body", "detail", "value", "message"], "write `data`, a path: `data: event.payload`"),
    (
        "an envelope",
        &["timestamp", "ts", "date", "created_at"],
        "write `time`, an expression: `time: event.created_at`",
    ),
    (
        "an envelope",
        &["metadata", "attributes", "meta", "header"],
        "write `headers`, a path: `headers: event.metadata`",
    ),
    // Conditions and cells.
    ("a condition", &["$or", "anyof", "should", "one_of", "oneof"], "write `any: […]`"),
    ("a condition", &["$and", "allof", "must"], "write `all: […]`"),
    ("a condition", &["$not", "must_not", "unless", "none_of"], "write `not: …`"),
    ("a cell", &["wildcard", "like", "contains"], "write `glob: \"*abc*\"`"),
    ("a cell", &["anything-but", "not", "!=", "<>"], "write `ne: …`, or `not_in: […]`"),
    ("a cell", &["numeric"], "write `{gte: 1, lte: 5}`, or `between: [1, 5]`"),
    ("a cell", &["==", "="], "write `eq: …`"),
    ("a cell", &[">"], "write `gt: …`"),
    ("a cell", &[">="], "write `gte: …`"),
    ("a cell", &["<"], "write `lt: …`"),
    ("a cell", &["<="], "write `lte: …`"),
    (
        "a cell",
        &["equals-ignore-case", "expr"],
        "make it an input, and the cell `true`: `inputs: {same: 'equals_ignore_case(data.a, \"x\")'}`",
    ),
    // Tables.
    ("a table", &["rules", "cases", "entries", "values"], "write `rows:`"),
    ("a table", &["else", "fallback"], "write `otherwise:`"),
    ("a table with inputs", &["hit_policy", "hitpolicy", "strategy"], "write `mode: first` or `mode: all`"),
    ("a table with inputs", &["rules", "conditions", "cases", "entries"], "write `rows:`"),
    ("a table with inputs", &["outputs", "output"], "each row has its own `subscribers` and `labels`"),
    ("a table with inputs", &["default", "else", "fallback"], "write `otherwise:`"),
    ("a row", &["if", "conditions", "condition", "match", "inputs"], "write `when: {INPUT: CELL}`"),
    (
        "a row",
        &["then", "output", "outputs", "result", "target", "targets", "receiver"],
        "write `subscribers: […]` and `labels: {…}`",
    ),
    // Subscribers, filters, schemas, lookups.
    (
        "a subscriber",
        &[
            "url",
            "endpoint",
            "type",
            "uri",
            "address",
            "queue",
            "webhook",
            "webhook_configs",
            "email_configs",
            "slack_configs",
            "retry",
            "batch",
            "headers",
            "encoding",
        ],
        "decisions name the subscriber; how to reach it is not part of a rule set (`description` can document it)",
    ),
    (
        "a subscriber",
        &["topic", "topics", "subscribe", "inputs", "events"],
        "the subscribers of a topic are under `topics:`",
    ),
    (
        "a filter",
        &["condition", "expr", "match", "exclude", "discard", "deny", "reject", "ignore"],
        "write `drop: CONDITION`",
    ),
    ("a filter", &["include", "allow", "accept", "pass", "only"], "write `keep: CONDITION`"),
    ("a schema", &["jsonschema", "json_schema", "definition", "spec"], "write `schema:`"),
    ("a schema", &["path", "ref", "$ref", "uri", "url"], "write `file: order.json`"),
    ("a schema", &["type", "properties", "required", "$schema"], "the JSON Schema itself is under `schema:`"),
    ("a schema", &["mode", "action", "on_error", "oninvalid", "on_fail"], "write `on_invalid: reject`, or `flag`"),
    ("a lookup", &["path", "source", "csv", "url"], "write `file: data/customers.csv`"),
    ("a lookup", &["data", "values", "items", "entries"], "write `rows:`"),
    ("a lookup", &["primary_key", "index", "key_column", "id"], "write `key: COLUMN`"),
    ("a lookup", &["fields", "header", "headers"], "write `columns: […]`"),
    // Named values and labels.
    (
        "an alternative",
        &["then", "result", "literal", "output"],
        "write `value:` for a literal, or `expr:` for an expression",
    ),
    ("an alternative", &["if", "condition"], "write `when:`"),
    ("an alternative", &["default", "else", "otherwise"], "write a last alternative without `when`"),
    ("an alternative", &["expression"], "write `expr:`"),
];

const TOPIC: &str =
    "write `topic: order.created`; other fields are compared in `when`, such as `headers.source == \"shop\"`";
const GROUP: &str = "rules within rules are a group: `- {group: NAME, rules: […]}`";

/// The help for a key that another product has in this place. Case-insensitive.
pub(super) fn hint(of: &str, key: &str) -> Option<&'static str> {
    let key = key.to_ascii_lowercase();
    let known = |(mapping, keys, _): &&Hint| *mapping == of && keys.contains(&key.as_str());
    HINTS.iter().find(known).map(|(_, _, help)| *help)
}

/// The help for mappings whose foreign keys cannot be listed.
pub(super) fn fallback(of: &str) -> Option<&'static str> {
    match of {
        "a topic" => Some("the topics below a topic are under its `topics:`, and its settings under `settings:`"),
        "a condition" => {
            Some("a condition is an expression, such as `data.amount > 5000`, or has one of `all`, `any`, `not`")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::*;

    #[test]
    fn hints_are_for_mappings_that_exist_and_keys_that_do_not() {
        for (of, tried, _) in HINTS {
            let keys = keys::ALL.iter().find(|keys| keys.of == *of);
            let keys = keys.unwrap_or_else(|| panic!("there is no mapping `{of}`"));
            for key in *tried {
                assert!(!keys.has(key), "{of} has `{key}`");
                assert!(!keys.instead.iter().any(|(other, _)| other == key), "`{key}` of {of} has two hints");
                assert_eq!(*key, key.to_ascii_lowercase());
                let all = HINTS.iter().filter(|(other, keys, _)| other == of && keys.contains(key));
                assert_eq!(all.count(), 1, "{of}: {key}");
            }
        }
    }
}
