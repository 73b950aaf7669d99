//! The errors for which a file is not formatted: those in its YAML, its keys and its expressions. Names that it uses may be in
//! other files, so errors in these do not count.

use super::super::Global;
use super::super::rule_set::options;
use super::files::FileKind;
use dadar::diagnostic::{Code, Diagnostic, FileId, SourceFile, Sources};
use dadar::{load, load_strings, suite};
use std::path::Path;

/// Finds the errors in one file. Their spans are in these sources.
pub(super) fn errors(shown: &str, text: &str, kind: FileKind, global: &Global) -> (Vec<Diagnostic>, Sources) {
    let path = Path::new(shown);
    let with_text = || options(global).overlay(path, text);
    let (mut errors, sources) = match kind {
        FileKind::Rules if path.is_file() => {
            let loaded = load(path, &with_text());
            (loaded.diagnostics, loaded.sources)
        }
        FileKind::Rules => {
            let loaded = load_strings("rules", [("rules.yaml", text)]);
            (loaded.diagnostics, loaded.sources)
        }
        FileKind::Tests => {
            let loaded = suite::load(&[path.to_path_buf()], &with_text());
            (loaded.diagnostics, loaded.sources)
        }
    };
    // The first source is the file; others are files that it names.
    errors.retain(|error| {
        is_syntax(error.code) && error.primary.as_ref().is_some_and(|label| label.span.file == FileId(0))
    });
    (errors, renamed(sources, shown))
}

/// The sources of one file.
pub(super) fn sources(shown: &str, text: &str) -> Sources {
    let mut sources = Sources::default();
    sources.add(SourceFile::new(shown, text));
    sources
}

/// The same sources, with the path of the file as users know it.
fn renamed(sources: Sources, shown: &str) -> Sources {
    let mut renamed = Sources::default();
    for (number, (_, file)) in sources.iter().enumerate() {
        let mut file = file.clone();
        if number == 0 {
            file.path = shown.to_owned();
        }
        renamed.add(file);
    }
    renamed
}

fn is_syntax(code: Code) -> bool {
    matches!(
        code,
        Code::YamlSyntax
            | Code::DuplicateKey
            | Code::UnknownKey
            | Code::WrongType
            | Code::Tag
            | Code::EmptyValue
            | Code::LeadingZero
            | Code::AliasBudget
            | Code::TooDeep
            | Code::TooLarge
            | Code::SeveralDocuments
            | Code::Anchor
            | Code::ExpressionSyntax
            | Code::ExpressionTooLarge
            | Code::ChainedComparison
            | Code::Assignment
    )
}
