//! The pages of the codes: the meaning of each, an example, and the fix. `dadar codes CODE` prints them.

use super::Code;

impl Code {
    /// The page of this code, in Markdown.
    pub fn page(self) -> &'static str {
        match self {
            Code::YamlSyntax => include_str!("pages/E001.md"),
            Code::DuplicateKey => include_str!("pages/E002.md"),
            Code::UnknownKey => include_str!("pages/E003.md"),
            Code::WrongType => include_str!("pages/E004.md"),
            Code::Tag => include_str!("pages/E005.md"),
            Code::EmptyValue => include_str!("pages/E006.md"),
            Code::LeadingZero => include_str!("pages/E007.md"),
            Code::AliasBudget => include_str!("pages/E008.md"),
            Code::TooDeep => include_str!("pages/E009.md"),
            Code::TooLarge => include_str!("pages/E010.md"),
            Code::Unreadable => include_str!("pages/E011.md"),
            Code::MissingKey => include_str!("pages/E012.md"),
            Code::SeveralDocuments => include_str!("pages/E013.md"),
            Code::BadValue => include_str!("pages/E014.md"),
            Code::NoRuleSet => include_str!("pages/E015.md"),
            Code::Anchor => include_str!("pages/E016.md"),
            Code::LoadBudget => include_str!("pages/E017.md"),
            Code::DuplicateName => include_str!("pages/E020.md"),
            Code::SettingsTie => include_str!("pages/E021.md"),
            Code::PriorityInFirst => include_str!("pages/E022.md"),
            Code::ReservedName => include_str!("pages/E023.md"),
            Code::Override => include_str!("pages/E024.md"),
            Code::ExpressionSyntax => include_str!("pages/E030.md"),
            Code::UnknownName => include_str!("pages/E031.md"),
            Code::UnknownFunction => include_str!("pages/E032.md"),
            Code::ArgumentCount => include_str!("pages/E033.md"),
            Code::TypeMismatch => include_str!("pages/E034.md"),
            Code::NotACondition => include_str!("pages/E035.md"),
            Code::BadPattern => include_str!("pages/E036.md"),
            Code::NotLiteral => include_str!("pages/E037.md"),
            Code::ExpressionTooLarge => include_str!("pages/E038.md"),
            Code::ChainedComparison => include_str!("pages/E039.md"),
            Code::Assignment => include_str!("pages/E040.md"),
            Code::DefineCycle => include_str!("pages/E041.md"),
            Code::BadTopic => include_str!("pages/E050.md"),
            Code::UnknownLookup => include_str!("pages/E060.md"),
            Code::BadLookup => include_str!("pages/E061.md"),
            Code::DuplicateRow => include_str!("pages/E062.md"),
            Code::MissingFile => include_str!("pages/E063.md"),
            Code::BadSchema => include_str!("pages/E064.md"),
            Code::OutsideRoot => include_str!("pages/E065.md"),
            Code::UnknownSubscriber => include_str!("pages/E070.md"),
            Code::UnknownTimezone => include_str!("pages/E071.md"),
            Code::BadTime => include_str!("pages/E072.md"),
            Code::BadEnvelope => include_str!("pages/E073.md"),
            Code::BadTransform => include_str!("pages/E080.md"),
            Code::BadPath => include_str!("pages/E081.md"),
            Code::BadTest => include_str!("pages/E090.md"),
            Code::NotFormatted => include_str!("pages/E091.md"),
            Code::AmbiguousScalar => include_str!("pages/W001.md"),
            Code::NotEqualOnMissing => include_str!("pages/W002.md"),
            Code::NoEffect => include_str!("pages/W003.md"),
            Code::Unreachable => include_str!("pages/W004.md"),
            Code::UnmatchedTopic => include_str!("pages/W005.md"),
            Code::NegatedOrdering => include_str!("pages/W006.md"),
            Code::Unused => include_str!("pages/W007.md"),
            Code::ConstantCondition => include_str!("pages/W008.md"),
            Code::IdleStep => include_str!("pages/W009.md"),
            Code::TimesAsText => include_str!("pages/W012.md"),
            Code::SchemaKeyword => include_str!("pages/W013.md"),
            Code::UndeclaredChoice => include_str!("pages/W020.md"),
            Code::Environment => include_str!("pages/W021.md"),
            Code::IdleAllow => include_str!("pages/W022.md"),
            Code::TakenLiterally => include_str!("pages/W023.md"),
            Code::TestNamesNobody => include_str!("pages/W025.md"),
            Code::SchemaLetsPass => include_str!("pages/W026.md"),
            Code::NearName => include_str!("pages/W027.md"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn each_page_is_about_its_code() {
        for code in Code::ALL {
            let heading = code.page().lines().next().unwrap_or("");
            assert!(heading.starts_with("# ") && heading.contains(code.as_str()), "{code:?}: `{heading}`");
        }
    }
}
