//! The small parts that decoding is made of: mappings with known keys, names, lists, literals. Each reports errors
//! and returns the valid rest.

use super::RuleSetDecoder;
use crate::diagnostic::{Code, Diagnostic, Span, Text, did_you_mean};
use crate::event::Json;
use crate::rules::keys::Keys;
use crate::rules::{Name, NameKind, foreign};
use crate::topic::TopicPattern;
use crate::yaml::{YamlEntry, YamlKind, YamlNode, YamlScalar};

/// A mapping whose keys were checked.
#[derive(Clone, Copy)]
pub(super) struct Fields<'n> {
    /// The mapping.
    pub(super) node: &'n YamlNode,
    entries: &'n [YamlEntry],
    of: &'static str,
}

impl<'n> Fields<'n> {
    /// The entry of a key, unless it is empty (which has been reported).
    pub(super) fn entry(&self, key: &str) -> Option<&'n YamlEntry> {
        self.entries.iter().find(|entry| entry.key.text.value == key && (key == "value" || !entry.value.is_empty()))
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&'n YamlNode> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// True if the key is present, with or without a value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key.text.value == key)
    }
}

impl RuleSetDecoder<'_> {
    /// `expected …, found …`.
    pub(super) fn wrong_type(&mut self, node: &YamlNode, expected: &str) {
        if node.scalar().is_some_and(YamlScalar::has_leading_zero) {
            return;
        }
        let message = format!("expected {expected}, found {}", node.describe());
        self.report(Diagnostic::new(Code::WrongType, node.span, message));
    }

    /// Reports a value that is not allowed.
    pub(super) fn bad_value(&mut self, node: &YamlNode, message: impl Into<String>) {
        self.report(Diagnostic::new(Code::BadValue, node.span, message));
    }

    /// Reports a key without a value; true if it has none.
    pub(super) fn refuse_empty(&mut self, entry: &YamlEntry) -> bool {
        let empty = entry.value.is_empty();
        if empty {
            let key = &entry.key.text;
            let message = format!("`{}` has no value", key.value);
            let help = self
                .comment_behind(entry)
                .unwrap_or_else(|| String::from("write a value after it, or omit the key; an empty list is `[]`"));
            self.report(Diagnostic::new(Code::EmptyValue, key.span(), message).help(help));
        }
        empty
    }

    /// `topic: #` is a key followed by a comment.
    fn comment_behind(&self, entry: &YamlEntry) -> Option<String> {
        let span = entry.key.text.span();
        let rest = self.referenced.sources.get(span.file)?.text.get(span.end as usize..)?;
        let text = rest.lines().next()?.trim_start_matches(['"', '\'']).strip_prefix(':')?.trim();
        let comment = text.starts_with('#') && !text.starts_with("# ");
        comment.then(|| format!("`#` begins a comment; quoted it does not: `{}: \"{text}\"`", entry.key.text.value))
    }

    /// The entries of a mapping.
    pub(super) fn mapping<'n>(&mut self, node: &'n YamlNode, expected: &str) -> Option<&'n [YamlEntry]> {
        match &node.kind {
            YamlKind::Mapping(entries) => Some(entries),
            _ => {
                self.wrong_type(node, expected);
                None
            }
        }
    }

    /// A mapping with known keys: reports the others, and those without a value.
    pub(super) fn fields<'n>(&mut self, node: &'n YamlNode, keys: &'static Keys) -> Option<Fields<'n>> {
        let entries = self.mapping(node, &format!("a mapping ({})", keys.of))?;
        for entry in entries {
            match entry.key.text.value.as_str() {
                "value" if keys.has("value") => {}
                key if keys.has(key) => {
                    self.refuse_empty(entry);
                }
                _ => self.unknown_key(entry, keys),
            }
        }
        Some(Fields { node, entries, of: keys.of })
    }

    /// True if every key of a mapping is known.
    pub(super) fn knows(&self, node: &YamlNode, keys: &Keys) -> bool {
        matches!(&node.kind, YamlKind::Mapping(entries) if entries.iter().all(|entry| keys.has(&entry.key.text.value)))
    }

    /// Reports an unknown key.
    pub(super) fn unknown_key(&mut self, entry: &YamlEntry, keys: &Keys) {
        let key = entry.key.text.value.as_str();
        let known = keys.instead.iter().find(|(tried, _)| *tried == key);
        let listed = || format!("{} may have {}", keys.of, keys.listed());
        let help = known
            .map(|(_, right)| format!("it is called `{right}` here"))
            .or_else(|| foreign::hint(keys.of, key).map(String::from))
            .or_else(|| did_you_mean(key, keys.keys.iter().copied()))
            .unwrap_or_else(|| foreign::fallback(keys.of).map_or_else(listed, String::from));
        let message = format!("unknown key `{key}` in {}", keys.of);
        self.report(Diagnostic::new(Code::UnknownKey, entry.key.text.span(), message).help(help));
    }

    /// The value of a required key.
    pub(super) fn required<'n>(&mut self, fields: &Fields<'n>, key: &str) -> Option<&'n YamlNode> {
        if !fields.has(key) {
            let message = format!("{} needs `{key}`", fields.of);
            self.report(Diagnostic::new(Code::MissingKey, fields.node.span, message));
        }
        fields.get(key)
    }

    /// A string.
    pub(super) fn string<'n>(&mut self, node: &'n YamlNode) -> Option<&'n YamlScalar> {
        match node.scalar() {
            Some(scalar) if scalar.value.is_string() => Some(scalar),
            Some(scalar) if !scalar.value.is_null() => {
                let message = format!("expected a string, found {}", node.describe());
                let help = format!("put it into quotes: `\"{}\"`", scalar.text.value);
                self.report(Diagnostic::new(Code::WrongType, node.span, message).help(help));
                None
            }
            _ => {
                self.wrong_type(node, "a string");
                None
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, node: &YamlNode) -> Option<bool> {
        let scalar = node.scalar();
        let value = scalar.and_then(|scalar| scalar.value.as_bool());
        if value.is_some() {
            return value;
        }
        let meant = scalar.and_then(|scalar| Some((scalar, meant_as_boolean(scalar.value.as_str()?)?)));
        match meant {
            Some((scalar, meant)) => {
                let message = format!("expected `true` or `false`, found the text `{}`", scalar.text.value);
                let help = format!("write `{meant}`: in YAML 1.2 only `true` and `false` are booleans");
                self.report(Diagnostic::new(Code::WrongType, node.span, message).help(help));
                // The lint for this word suggests quotes, which are wrong here.
                self.booleans.insert(node.span);
            }
            None => self.wrong_type(node, "`true` or `false`"),
        }
        None
    }

    /// A whole number. One with a leading zero has been reported when its file was read.
    pub(super) fn integer(&mut self, node: &YamlNode) -> Option<i64> {
        let value = node.scalar().and_then(|scalar| scalar.value.as_i64());
        if value.is_none() && !has_leading_zero(node) {
            match node.describe() {
                "a number" => self.bad_value(node, "expected a whole number of at most 64 bits"),
                _ => self.wrong_type(node, "a whole number"),
            }
        }
        value
    }

    /// Text for readers.
    pub(super) fn prose(&mut self, fields: &Fields<'_>, key: &str) -> Option<String> {
        fields.get(key).and_then(|node| self.string(node)).map(|scalar| scalar.text.value.clone())
    }

    /// The items of a list.
    pub(super) fn list<'n>(&mut self, node: &'n YamlNode, expected: &str) -> Option<&'n [YamlNode]> {
        match &node.kind {
            YamlKind::Sequence(items) => {
                items.iter().filter(|item| item.is_empty()).for_each(|item| {
                    let message = "an item of the list has no value";
                    self.report(Diagnostic::new(Code::EmptyValue, item.span, message));
                });
                Some(items)
            }
            _ => {
                self.wrong_type(node, expected);
                None
            }
        }
    }

    /// One of several words.
    pub(super) fn choice<T: Copy>(&mut self, node: &YamlNode, words: &[(&str, T)]) -> Option<T> {
        let text = &self.string(node)?.text.value;
        let found = words.iter().find(|(word, _)| word == text).map(|(_, value)| *value);
        if found.is_none() {
            let quoted: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            let message = format!("`{text}` is not one of {}", quoted.join(", "));
            let help = did_you_mean(text, words.iter().map(|(word, _)| *word));
            self.report(Diagnostic::new(Code::BadValue, node.span, message).maybe_help(help));
        }
        found
    }

    /// A name: a string that is not empty.
    pub(super) fn name(&mut self, node: &YamlNode) -> Option<Name> {
        let scalar = self.string(node)?;
        if scalar.text.value.trim().is_empty() {
            self.bad_value(node, "a name may not be empty");
            return None;
        }
        Some(Name { text: self.shared(&scalar.text.value), span: node.span })
    }

    /// The key of an entry as a name.
    pub(super) fn key_name(&mut self, entry: &YamlEntry) -> Option<Name> {
        let text = &entry.key.text;
        if text.value.trim().is_empty() {
            self.report(Diagnostic::new(Code::BadValue, text.span(), "a name may not be empty"));
            return None;
        }
        Some(Name { text: self.shared(&text.value), span: text.span() })
    }

    /// A name, which must be unique among those of its kind.
    pub(super) fn own_name(&mut self, fields: &Fields<'_>, key: &str, kind: NameKind) -> Option<Name> {
        let node = self.required(fields, key)?;
        let name = self.name(node)?;
        self.unique(kind, &name);
        Some(name)
    }

    /// A name, or a list of names.
    pub(super) fn names(&mut self, node: &YamlNode) -> Vec<Name> {
        match &node.kind {
            YamlKind::Scalar(scalar) if scalar.value.is_null() => {
                self.wrong_type(node, "a list or a string");
                Vec::new()
            }
            YamlKind::Scalar(_) => self.name(node).into_iter().collect(),
            YamlKind::Sequence(_) => {
                let items = self.list(node, "a list or a string").unwrap_or_default();
                items.iter().filter(|item| !item.is_empty()).filter_map(|item| self.name(item)).collect()
            }
            YamlKind::Mapping(_) => {
                self.wrong_type(node, "a list or a string");
                Vec::new()
            }
        }
    }

    /// The names of an optional key.
    pub(super) fn names_at(&mut self, fields: &Fields<'_>, key: &str) -> Vec<Name> {
        fields.get(key).map_or_else(Vec::new, |node| self.names(node))
    }

    /// The topic pattern of an optional key, or a list of them, with the span of each.
    pub(super) fn patterns_at(&mut self, fields: &Fields<'_>, key: &str) -> (Vec<TopicPattern>, Vec<Span>) {
        let Some(node) = fields.get(key) else { return Default::default() };
        let items = match &node.kind {
            YamlKind::Sequence(items) if items.is_empty() => {
                self.bad_value(node, format!("`{key}` lists no topics, so nothing would match"));
                return Default::default();
            }
            YamlKind::Sequence(_) => self.list(node, "").unwrap_or_default(),
            YamlKind::Scalar(_) => std::slice::from_ref(node),
            YamlKind::Mapping(_) => {
                self.wrong_type(node, "a topic pattern or a list of them");
                return Default::default();
            }
        };
        let items = items.iter().filter(|item| !item.is_empty());
        items.filter_map(|item| Some((self.pattern(item)?, item.span))).unzip()
    }

    fn pattern(&mut self, node: &YamlNode) -> Option<TopicPattern> {
        let text = &self.string(node)?.text;
        self.parse_pattern(&text.value, text, 0)
    }

    /// The pattern in a text, after its first `prefix` bytes.
    pub(super) fn parse_pattern(&mut self, full: &str, text: &Text, prefix: usize) -> Option<TopicPattern> {
        match TopicPattern::parse(full) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let place = |at: usize| at.saturating_sub(prefix).min(text.value.len());
                let range = place(error.range.start)..place(error.range.end);
                let span = if range.is_empty() { text.span() } else { text.locate(range) };
                self.report(Diagnostic::new(Code::BadTopic, span, error.message));
                None
            }
        }
    }

    /// A literal. Keys without a value are errors in it, too.
    pub(super) fn literal(&mut self, node: &YamlNode) -> Json {
        self.refuse_empties(node);
        node.to_json()
    }

    fn refuse_empties(&mut self, node: &YamlNode) {
        match &node.kind {
            YamlKind::Scalar(_) => {}
            YamlKind::Sequence(items) => items.iter().for_each(|item| self.refuse_empties(item)),
            YamlKind::Mapping(entries) => entries.iter().for_each(|entry| {
                self.refuse_empty(entry);
                self.refuse_empties(&entry.value);
            }),
        }
    }
}

/// The boolean that a word means in YAML 1.1.
fn meant_as_boolean(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "yes" | "y" | "on" | "true" | "enabled" => Some(true),
        "no" | "n" | "off" | "false" | "disabled" => Some(false),
        _ => None,
    }
}

/// True for `012`, which has been read as a text.
fn has_leading_zero(node: &YamlNode) -> bool {
    let is_number = |text: &str| text.trim_start_matches(['+', '-']).starts_with('0');
    node.scalar().is_some_and(|scalar| scalar.plain && scalar.value.is_string() && is_number(&scalar.text.value))
}
