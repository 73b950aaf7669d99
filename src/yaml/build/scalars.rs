//! Scalars: their text, with its map to the file, and their value.

use super::indent::Continued;
use super::{Aborted, TreeBuilder};
use crate::diagnostic::{Code, Diagnostic, Span, Text};
use crate::event::Json;
use crate::yaml::built::Built;
use crate::yaml::scalar::{Resolved, is_ambiguous, resolve};
use crate::yaml::source_map::{self, ScalarForm};
use crate::yaml::{YamlKind, YamlNode, YamlScalar};
use granit_parser::ScalarStyle;
use std::ops::Range;

impl TreeBuilder<'_> {
    pub(super) fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        anchor: usize,
        range: Range<usize>,
        tag: Option<Range<usize>>,
    ) -> Result<(), Aborted> {
        let style = match style {
            ScalarStyle::SingleQuoted => ScalarForm::Single,
            ScalarStyle::DoubleQuoted => ScalarForm::Double,
            ScalarStyle::Literal => ScalarForm::Literal,
            ScalarStyle::Folded => ScalarForm::Folded,
            _ => ScalarForm::Plain,
        };
        let scalar = if self.recovery.is_masked(range.start) {
            self.put_back(range.clone())
        } else if range.is_empty() && matches!(style, ScalarForm::Plain) {
            self.empty(range.clone(), tag.is_some())
        } else {
            let block = matches!(style, ScalarForm::Literal | ScalarForm::Folded);
            let range = if block && value.trim_end().is_empty() { self.header(&range) } else { range.clone() };
            if matches!(style, ScalarForm::Single | ScalarForm::Double) {
                self.check_continuation(&range, Continued::Quoted);
            }
            self.find_trap(style, &range);
            self.filled(value, style, range)
        };
        let trapped = tag.is_some_and(|tag| self.tag(tag, &range, value));
        let scalar = if trapped { self.put_back(range.clone()) } else { scalar };
        let (span, cost) = (scalar.text.span(), 1 + scalar.text.value.len() / 64);
        self.end = self.end.max(range.end);
        self.complete(
            Built { node: YamlNode { span, kind: YamlKind::Scalar(scalar) }, cost, height: 0 },
            anchor,
            range.start,
        )
    }

    /// The text that was masked, as a string.
    pub(super) fn put_back(&self, range: Range<usize>) -> YamlScalar {
        let value = self.source.get(range.clone()).unwrap_or("");
        let text = Text::verbatim(value, self.span(&range));
        YamlScalar { value: Json::from(value), text, plain: false }
    }

    /// An empty value, directly after its colon.
    pub(super) fn empty(&mut self, range: Range<usize>, tagged: bool) -> YamlScalar {
        let colon = self.source.get(range.start..).is_some_and(|rest| rest.starts_with(':'));
        let at = range.start + usize::from(colon && !tagged && !self.at_key());
        let text = Text::building(Span::new(self.file, at, at));
        YamlScalar { text, plain: true, value: Json::Null }
    }

    pub(super) fn filled(&mut self, value: &str, style: ScalarForm, range: Range<usize>) -> YamlScalar {
        let trimmed = match style {
            ScalarForm::Literal | ScalarForm::Folded => {
                range.start + self.source.get(range.clone()).unwrap_or("").trim_end().len()
            }
            _ => range.end,
        };
        let span = self.span(&(range.start..trimmed.max(range.start)));
        let text = source_map::text(self.source, range, span, style, value);
        let plain = style == ScalarForm::Plain;
        let value = if plain { self.resolve(value, span) } else { Json::from(value) };
        YamlScalar { text, plain, value }
    }

    /// The range of the header of a block scalar without content. The parser reports such a scalar somewhere below.
    pub(super) fn header(&self, range: &Range<usize>) -> Range<usize> {
        let at = self.skip(self.end, if self.at_value() { ":" } else { "-" });
        let line = self.source.get(at..source_map::line_end(self.source, at)).unwrap_or("");
        let header = line.split_whitespace().next().unwrap_or("");
        if header.starts_with(['>', '|']) { at..at + header.len() } else { range.start..range.start }
    }

    pub(super) fn resolve(&mut self, value: &str, span: Span) -> Json {
        match resolve(value) {
            Resolved::Value(json) => {
                if is_ambiguous(value) {
                    let message = format!("`{value}` is a string here, but YAML 1.1 reads it as a boolean");
                    let help = format!("put it in quotes to be explicit: `\"{value}\"`");
                    self.report(Diagnostic::new(Code::AmbiguousScalar, span, message).help(help));
                }
                json
            }
            Resolved::LeadingZero => {
                let message = format!("the number `{value}` has a leading zero");
                let help = format!("put it in quotes to keep the zero: `\"{value}\"`");
                self.report(Diagnostic::new(Code::LeadingZero, span, message).help(help));
                Json::from(value)
            }
            Resolved::NotFinite => {
                let message = format!("`{value}` is not a number that an event can have");
                self.report(Diagnostic::new(Code::BadValue, span, message).help("JSON has finite numbers only"));
                Json::from(value)
            }
        }
    }
}
