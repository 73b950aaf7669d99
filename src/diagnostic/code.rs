//! The registry of diagnostic codes. A code never changes its meaning; a retired one is never reused.

use super::Severity;

macro_rules! codes {
    ($(#[doc = $title:literal] $variant:ident = $code:literal, $slug:literal;)*) => {
        /// A stable code: `E…` for errors, `W…` for lints.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $(#[doc = $title] $variant,)* }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// As written: `E002`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code,)* }
            }

            /// A short name: `duplicate-key`.
            pub fn slug(self) -> &'static str {
                match self { $(Code::$variant => $slug,)* }
            }

            /// What it reports, in a few words: `The same key twice in one mapping.`
            pub fn title(self) -> &'static str {
                match self { $(Code::$variant => $title.trim_ascii(),)* }
            }
        }
    };
}

codes! {
    /// Not YAML.
    YamlSyntax = "E001", "yaml-syntax";
    /// The same key twice in one mapping.
    DuplicateKey = "E002", "duplicate-key";
    /// An unknown key.
    UnknownKey = "E003", "unknown-key";
    /// A value of the wrong kind, such as a list instead of a mapping.
    WrongType = "E004", "wrong-type";
    /// A YAML tag.
    Tag = "E005", "tag";
    /// A key without a value.
    EmptyValue = "E006", "empty-value";
    /// A plain number with a leading zero.
    LeadingZero = "E007", "leading-zero";
    /// Aliases that copy more nodes than the limit.
    AliasBudget = "E008", "alias-budget";
    /// Nested too deeply.
    TooDeep = "E009", "too-deep";
    /// A file that is too large.
    TooLarge = "E010", "too-large";
    /// A file that cannot be read, or is not UTF-8.
    Unreadable = "E011", "unreadable";
    /// A missing required key.
    MissingKey = "E012", "missing-key";
    /// More than one YAML document in a file.
    SeveralDocuments = "E013", "several-documents";
    /// A value that is not allowed.
    BadValue = "E014", "bad-value";
    /// A folder without rules, or with several rule sets.
    NoRuleSet = "E015", "no-rule-set";
    /// An invalid anchor, alias or merge key.
    Anchor = "E016", "anchor";
    /// A limit for the whole rule set: files, bytes or diagnostics.
    LoadBudget = "E017", "load-budget";
    /// A name defined twice.
    DuplicateName = "E020", "duplicate-name";
    /// Two values of the same rank for one setting of a topic.
    SettingsTie = "E021", "settings-tie";
    /// A `priority` in a group that is ordered by file order.
    PriorityInFirst = "E022", "priority-in-first";
    /// A name that the language reserves.
    ReservedName = "E023", "reserved-name";
    /// An override of something that does not exist, or that changes nothing, or a second one of the same key.
    Override = "E024", "override";
    /// Not an expression.
    ExpressionSyntax = "E030", "expression-syntax";
    /// A name that is neither a root, nor a named value, nor a function.
    UnknownName = "E031", "unknown-name";
    /// A function that does not exist.
    UnknownFunction = "E032", "unknown-function";
    /// Too few or too many arguments.
    ArgumentCount = "E033", "argument-count";
    /// An operand or argument that can never have the right type.
    TypeMismatch = "E034", "type-mismatch";
    /// A condition that is never a boolean.
    NotACondition = "E035", "not-a-condition";
    /// A regular expression, glob or network that does not compile.
    BadPattern = "E036", "bad-pattern";
    /// An argument that must be a literal.
    NotLiteral = "E037", "not-literal";
    /// An expression that is too long or nested too deeply.
    ExpressionTooLarge = "E038", "expression-too-large";
    /// `a < b < c`.
    ChainedComparison = "E039", "chained-comparison";
    /// `=` or `;`.
    Assignment = "E040", "assignment";
    /// Named values that use each other.
    DefineCycle = "E041", "define-cycle";
    /// An invalid topic pattern.
    BadTopic = "E050", "bad-topic";
    /// A lookup table or column that does not exist.
    UnknownLookup = "E060", "unknown-lookup";
    /// A lookup that cannot be read.
    BadLookup = "E061", "bad-lookup";
    /// The same key in two rows.
    DuplicateRow = "E062", "duplicate-row";
    /// A missing schema or lookup file.
    MissingFile = "E063", "missing-file";
    /// An invalid schema.
    BadSchema = "E064", "bad-schema";
    /// A file outside of the root.
    OutsideRoot = "E065", "outside-root";
    /// A subscriber that is not declared, if all must be.
    UnknownSubscriber = "E070", "unknown-subscriber";
    /// A time zone that does not exist.
    UnknownTimezone = "E071", "unknown-timezone";
    /// An invalid time.
    BadTime = "E072", "bad-time";
    /// An invalid envelope.
    BadEnvelope = "E073", "bad-envelope";
    /// A transform that does not exist, or uses itself.
    BadTransform = "E080", "bad-transform";
    /// A target or source of a step that is not a path.
    BadPath = "E081", "bad-path";
    /// An invalid test file.
    BadTest = "E090", "bad-test";
    /// A file whose layout would change more than white space.
    NotFormatted = "E091", "not-formatted";
    /// `no`, `on`, `yes` without quotes.
    AmbiguousScalar = "W001", "ambiguous-scalar";
    /// `!=` that is true if the field is missing.
    NotEqualOnMissing = "W002", "not-equal-on-missing";
    /// A rule that has no effect.
    NoEffect = "W003", "no-effect";
    /// A rule that can never be reached.
    Unreachable = "W004", "unreachable";
    /// A topic pattern that no topic of the tree matches.
    UnmatchedTopic = "W005", "unmatched-topic";
    /// `!(a > b)` that is true if a value is missing.
    NegatedOrdering = "W006", "negated-ordering";
    /// An unused named value, lookup or transform.
    Unused = "W007", "unused";
    /// A condition that is always or never true.
    ConstantCondition = "W008", "constant-condition";
    /// A step of a transform that never has an effect.
    IdleStep = "W009", "idle-step";
    /// Two times of the event that are compared as text.
    TimesAsText = "W012", "times-as-text";
    /// A member of a JSON Schema that is probably a misspelt keyword.
    SchemaKeyword = "W013", "schema-keyword";
    /// An expression that may choose a subscriber that is not declared.
    UndeclaredChoice = "W020", "undeclared-choice";
    /// `${env:NAME}`, which is not replaced.
    Environment = "W021", "environment";
    /// An `allow` that silences nothing.
    IdleAllow = "W022", "idle-allow";
    // W024 is not used: E036 reports groups that a pattern does not have. W010, W011, W014 to W019 and W028 to W032 are kept for
    // lints of the analyser.
    /// Text that is syntax elsewhere, and is taken literally.
    TakenLiterally = "W023", "taken-literally";
    /// A test that expects a name which the rule set does not have.
    TestNamesNobody = "W025", "test-names-nobody";
    /// A schema that lets an event pass which it was probably meant to reject.
    SchemaLetsPass = "W026", "schema-lets-pass";
    /// An undeclared subscriber whose name differs from a declared one by a letter.
    NearName = "W027", "near-name";
}

impl Code {
    /// The usual severity: errors and lints differ by the first letter. Some lints are notes, and some diagnostics of other
    /// lints are too: see [`Diagnostic::severity`](super::Diagnostic::severity).
    pub fn severity(self) -> Severity {
        match self {
            _ if self.as_str().starts_with('E') => Severity::Error,
            _ if Self::NOTES.contains(&self) => Severity::Note,
            _ => Severity::Warning,
        }
    }

    /// The lints that report facts which may be intended.
    const NOTES: &'static [Code] = &[Code::NearName];

    /// The code written like `text` (`e002`, `E002`, `duplicate-key`).
    pub fn parse(text: &str) -> Option<Code> {
        let mut all = Self::ALL.iter().copied();
        all.find(|code| code.as_str().eq_ignore_ascii_case(text) || code.slug() == text)
    }
}
