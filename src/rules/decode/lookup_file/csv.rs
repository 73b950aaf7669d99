//! CSV by RFC 4180, read strictly: a quote is at the start or at the end of a cell or, doubled, inside a
//! quoted one. A lenient reader would turn many lines into one cell if a quote is missing.
//!
//! In addition to the RFC, spaces and tabs around a cell without quotes are not part of it, lines may end in `\n`, `\r\n` or
//! `\r`, and empty lines are skipped.

use std::borrow::Cow;
use std::ops::Range;

/// One line of cells (more than one line of the file, if a quoted cell has line breaks in it).
pub(super) struct CsvRecord<'t> {
    pub(super) cells: Vec<Cow<'t, str>>,
    /// Its range, without its line break.
    pub(super) range: Range<usize>,
}

/// The reason why the text is not CSV, with its range.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CsvError {
    pub(super) range: Range<usize>,
    pub(super) message: &'static str,
    pub(super) help: &'static str,
}

/// Reads records one after the other; stops at the first error, since the rest cannot be trusted.
pub(super) struct CsvReader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> CsvReader<'t> {
    pub(super) fn new(text: &'t str) -> CsvReader<'t> {
        CsvReader { text, at: 0 }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn record(&mut self) -> Result<CsvRecord<'t>, CsvError> {
        let start = self.at;
        let mut cells = Vec::new();
        loop {
            cells.push(if self.rest().starts_with('"') { self.quoted()? } else { self.bare()? });
            if !self.rest().starts_with(',') {
                break;
            }
            self.at += 1;
        }
        Ok(CsvRecord { cells, range: start..self.at })
    }

    /// A cell without quotes, up to the next comma or line break.
    fn bare(&mut self) -> Result<Cow<'t, str>, CsvError> {
        let rest = self.rest();
        let end = rest.find([',', '\n', '\r', '"']).unwrap_or(rest.len());
        if rest.get(end..).is_some_and(|rest| rest.starts_with('"')) {
            let at = self.at + end;
            return Err(CsvError {
                range: at..at + 1,
                message: "a quote in the middle of a cell",
                help: "put the whole cell in quotes, and write each quote in it twice: `\"12\"\" plate\"`",
            });
        }
        self.at += end;
        Ok(Cow::Borrowed(rest.get(..end).unwrap_or_default().trim_matches([' ', '\t'])))
    }

    /// A cell in quotes, which may contain commas and line breaks.
    fn quoted(&mut self) -> Result<Cow<'t, str>, CsvError> {
        let open = self.at;
        let mut cell = Cow::Borrowed("");
        loop {
            self.at += 1;
            let rest = self.rest();
            let Some(end) = rest.find('"') else {
                return Err(CsvError {
                    range: open..open + 1,
                    message: "this quote is never closed",
                    help: "close it at the end of its cell; write a quote that is part of the text twice",
                });
            };
            cell += rest.get(..end).unwrap_or_default();
            self.at += end + 1;
            match self.rest().chars().next() {
                Some('"') => cell += "\"",
                None | Some(',' | '\n' | '\r') => return Ok(cell),
                Some(_) => {
                    return Err(CsvError {
                        range: open..self.at,
                        message: "the quotes end before the cell does",
                        help: "put the whole cell in quotes, and write each quote in it twice",
                    });
                }
            }
        }
    }
}

impl<'t> Iterator for CsvReader<'t> {
    type Item = Result<CsvRecord<'t>, CsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.at = self.text.len() - self.rest().trim_start_matches(['\r', '\n']).len();
        if self.rest().is_empty() {
            return None;
        }
        let record = self.record();
        if record.is_err() {
            self.at = self.text.len();
        }
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each record as `a|b`, or the error as `line: message`.
    fn read(text: &str) -> Vec<String> {
        let line = |at: usize| text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1;
        let shown = |record: Result<CsvRecord<'_>, CsvError>| match record {
            Ok(record) => record.cells.join("|"),
            Err(error) => format!("{}: {}", line(error.range.start), error.message),
        };
        CsvReader::new(text).map(shown).collect()
    }

    #[test]
    fn what_rfc_4180_allows() {
        let cases: [(&str, &[&str]); 10] = [
            ("a,b\r\nc,d\r\n", &["a|b", "c|d"]),
            ("a,\"b\"\r\nc,\"d\"\r\n", &["a|b", "c|d"]),
            ("a,b\n\n\nc,d", &["a|b", "c|d"]),
            ("a\rb", &["a", "b"]),
            ("\"a,\"\"b\"\"\",\"c\nd\"\ne", &["a,\"b\"|c\nd", "e"]),
            (",\n\"\",", &["|", "|"]),
            (" a , b\t\n\" a \",b", &["a|b", " a |b"]),
            ("\u{a0}a,\u{3000}", &["\u{a0}a|\u{3000}"]),
            ("", &[]),
            ("\r\n\r\n", &[]),
        ];
        for (text, records) in cases {
            assert_eq!(read(text), records, "{text:?}");
        }
    }

    #[test]
    fn quotes_elsewhere_are_errors_at_their_line() {
        let cases: [(&str, &[&str]); 7] = [
            ("id,tier\n1,\"silver\n2,gold\n", &["id|tier", "2: this quote is never closed"]),
            ("a\nb,c\"d\ne", &["a", "2: a quote in the middle of a cell"]),
            ("a\nb, \"c\"\n", &["a", "2: a quote in the middle of a cell"]),
            ("\"a\"b,c\nd", &["1: the quotes end before the cell does"]),
            ("\"a\" ,c\n", &["1: the quotes end before the cell does"]),
            ("a,\"b\n1,\"c\n", &["1: the quotes end before the cell does"]),
            ("\"", &["1: this quote is never closed"]),
        ];
        for (text, records) in cases {
            assert_eq!(read(text), records, "{text:?}");
        }
    }

    #[test]
    fn ranges_are_those_of_records() {
        let text = "\n a,b\r\n\"c\nd\",e";
        let ranges: Vec<_> =
            CsvReader::new(text).filter_map(Result::ok).map(|record| text.get(record.range).unwrap()).collect();
        assert_eq!(ranges, [" a,b", "\"c\nd\",e"]);
    }
}
