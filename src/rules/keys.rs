//! Every key that a rule file may have, by the mapping that it belongs to.
//!
//! This is the single list that the decoder and its hints use; tests compare it with the JSON Schema of rule files and with the documentation.

/// The keys of one kind of mapping.
#[derive(Debug)]
pub struct Keys {
    /// The mapping, with its article, as messages name it: `a rule`.
    pub of: &'static str,
    /// Its keys, in the recommended order.
    pub keys: &'static [&'static str],
    /// Keys that people try first, and the correct ones.
    pub instead: &'static [(&'static str, &'static str)],
}

impl Keys {
    const fn new(of: &'static str, keys: &'static [&'static str]) -> Keys {
        Keys { of, keys, instead: &[] }
    }

    /// True if `key` is one of them.
    pub fn has(&self, key: &str) -> bool {
        self.keys.contains(&key)
    }

    /// All keys for a help line: `` `a`, `b` ``.
    pub fn listed(&self) -> String {
        let quoted: Vec<String> = self.keys.iter().map(|key| format!("`{key}`")).collect();
        quoted.join(", ")
    }
}

/// Sections of rule and test files whose names begin with this are ignored, so that they can hold anchors.
pub const IGNORED: &str = "x-";

/// The sections of a rule file.
pub const FILE: Keys = Keys::new(
    "a rule file",
    &[
        "ruleset",
        "define",
        "labels",
        "topics",
        "rules",
        "tables",
        "schemas",
        "filters",
        "subscribers",
        "lookups",
        "ingest",
        "transforms",
        "overrides",
    ],
);

/// `overrides:`.
pub const OVERRIDES: Keys = Keys::new("`overrides`", &["rules", "tables", "filters", "subscribers"]);

/// `ruleset:`.
pub const RULESET: Keys = Keys::new(
    "`ruleset`",
    &["name", "timezone", "strict_subscribers", "root", "envelope", "split", "defaults", "lints"],
);

/// `ruleset.lints:`.
pub const LINTS: Keys = Keys {
    of: "`lints`",
    keys: &["allow"],
    instead: &[("disable", "allow"), ("ignore", "allow"), ("silence", "allow"), ("off", "allow")],
};

/// `ruleset.envelope:`.
pub const ENVELOPE: Keys = Keys::new("an envelope", &["id", "topic", "time", "headers", "data"]);

/// `ruleset.defaults:`.
pub const DEFAULTS: Keys = Keys::new("`defaults`", &["always", "unrouted", "dropped", "rejected"]);

/// An alternative of a named value, a label or a key.
pub const ALTERNATIVE: Keys = Keys::new("an alternative", &["when", "value", "expr"]);

/// A node of the topic tree.
pub const TOPIC: Keys = Keys::new("a topic", &["settings", "subscribers", "topics"]);

/// A content rule.
pub const RULE: Keys = Keys {
    of: "a rule",
    keys: &[
        "name",
        "description",
        "topic",
        "when",
        "subscribers",
        "exclude",
        "labels",
        "priority",
        "stop",
        "enabled",
        "active",
    ],
    instead: &[
        ("condition", "when"),
        ("conditions", "when"),
        ("if", "when"),
        ("filter", "when"),
        ("to", "subscribers"),
        ("route_to", "subscribers"),
        ("topics", "topic"),
        ("label", "labels"),
        ("id", "name"),
    ],
};

/// A group of rules.
pub const GROUP: Keys = Keys {
    of: "a group",
    keys: &["group", "description", "mode", "topic", "when", "priority", "enabled", "active", "rules"],
    instead: &[
        ("name", "group"),
        ("condition", "when"),
        ("conditions", "when"),
        ("if", "when"),
        ("topics", "topic"),
        ("members", "rules"),
    ],
};

/// `active:`.
pub const ACTIVE: Keys =
    Keys { of: "`active`", keys: &["from", "until"], instead: &[("to", "until"), ("since", "from"), ("end", "until")] };

/// A tree of conditions, which has one of these keys.
pub const CONDITION: Keys = Keys {
    of: "a condition",
    keys: &["all", "any", "not"],
    instead: &[("and", "all"), ("or", "any"), ("none", "not")],
};

/// A label of a rule or a row that is not a literal.
pub const LABEL: Keys = Keys::new("a label", &["expr", "value"]);

/// A subscriber of a rule or a row that the event chooses.
pub const DESTINATION: Keys = Keys {
    of: "a subscriber from the event",
    keys: &["expr"],
    instead: &[("expression", "expr"), ("value", "expr"), ("from", "expr"), ("lookup", "expr")],
};

/// A table with one key.
pub const KEY_TABLE: Keys = Keys::new("a table", &["key", "default", "rows", "otherwise"]);

/// A table with several inputs.
pub const DECISION_TABLE: Keys = Keys::new("a table with inputs", &["inputs", "mode", "rows", "otherwise"]);

/// A row of a table with several inputs.
pub const ROW: Keys = Keys::new("a row", &["when", "subscribers", "labels"]);

/// The subscribers and labels of a row.
pub const TARGET: Keys = Keys::new("a row's target", &["subscribers", "labels"]);

/// The operators of a cell.
pub const CELL: Keys = Keys {
    of: "a cell",
    keys: &[
        "eq",
        "ne",
        "gt",
        "gte",
        "lt",
        "lte",
        "between",
        "in",
        "not_in",
        "starts_with",
        "ends_with",
        "glob",
        "matches",
        "cidr",
        "exists",
    ],
    instead: &[
        ("prefix", "starts_with"),
        ("suffix", "ends_with"),
        ("regex", "matches"),
        ("range", "between"),
        ("ge", "gte"),
        ("le", "lte"),
        ("neq", "ne"),
        ("equals", "eq"),
        ("one_of", "in"),
        ("min", "gte"),
        ("max", "lte"),
    ],
};

/// A schema.
pub const SCHEMA: Keys = Keys {
    of: "a schema",
    keys: &["topic", "when", "file", "schema", "target", "formats", "on_invalid"],
    instead: &[("topics", "topic")],
};

/// A filter of the rule set.
pub const FILTER: Keys = Keys {
    of: "a filter",
    keys: &["name", "drop", "keep"],
    instead: &[("when", "drop` or `keep"), ("if", "drop` or `keep")],
};

/// A declared subscriber.
pub const SUBSCRIBER: Keys = Keys {
    of: "a subscriber",
    keys: &["filter", "transform", "description", "owner"],
    instead: &[("when", "filter"), ("condition", "filter"), ("transforms", "transform")],
};

/// A lookup table.
pub const LOOKUP: Keys = Keys::new("a lookup", &["key", "keys", "unordered", "columns", "rows", "file", "types"]);

/// A step of a transform: one of these keys, and optionally `when`.
pub const STEP: Keys = Keys {
    of: "a step",
    keys: &[
        "when",
        "copy",
        "move",
        "default",
        "set",
        "remove",
        "keep_only",
        "lookup",
        "project",
        "for_each",
        "do",
        "use",
    ],
    instead: &[
        ("if", "when"),
        ("rename", "move"),
        ("defaults", "default"),
        ("delete", "remove"),
        ("drop", "remove"),
        ("keep", "keep_only"),
        ("select", "project"),
        ("enrich", "lookup"),
        ("foreach", "for_each"),
        ("steps", "do"),
        ("include", "use"),
    ],
};

/// The source of a step's target, if it is not an expression.
pub const SOURCE: Keys = Keys {
    of: "a source",
    keys: &["when", "value", "expr", "template"],
    instead: &[("literal", "value"), ("text", "template"), ("expression", "expr"), ("if", "when")],
};

/// `lookup:` in a transform.
pub const LOOKUP_STEP: Keys = Keys {
    of: "a `lookup` step",
    keys: &["table", "key", "into", "prefix"],
    instead: &[("keys", "key"), ("name", "table"), ("from", "table"), ("target", "into")],
};

/// All of them.
pub const ALL: &[&Keys] = &[
    &FILE,
    &OVERRIDES,
    &RULESET,
    &ENVELOPE,
    &DEFAULTS,
    &LINTS,
    &ALTERNATIVE,
    &TOPIC,
    &RULE,
    &GROUP,
    &ACTIVE,
    &CONDITION,
    &LABEL,
    &DESTINATION,
    &KEY_TABLE,
    &DECISION_TABLE,
    &ROW,
    &TARGET,
    &CELL,
    &SCHEMA,
    &FILTER,
    &SUBSCRIBER,
    &LOOKUP,
    &STEP,
    &SOURCE,
    &LOOKUP_STEP,
];
