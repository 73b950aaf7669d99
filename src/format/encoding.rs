//! The byte-order mark and the line ends of a text, which formatting keeps.

use std::borrow::Cow;

const BOM: char = '\u{feff}';

/// How a text is written.
pub(super) struct Encoding {
    bom: bool,
    crlf: bool,
}

impl Encoding {
    /// The encoding of a text, and the text with neither mark nor CRs. The first line end counts for all.
    pub(super) fn of(text: &str) -> (Encoding, Cow<'_, str>) {
        let without = text.strip_prefix(BOM).unwrap_or(text);
        let bom = without.len() < text.len();
        let first = without.split_inclusive('\n').next().unwrap_or_default();
        let crlf = first.ends_with("\r\n");
        let lines = match without.contains('\r') {
            true => Cow::Owned(without.replace("\r\n", "\n").replace('\r', "\n")),
            false => Cow::Borrowed(without),
        };
        (Encoding { bom, crlf }, lines)
    }

    /// A formatted text in this encoding.
    pub(super) fn restore(&self, text: String) -> String {
        let text = if self.crlf { text.replace('\n', "\r\n") } else { text };
        if self.bom { format!("{BOM}{text}") } else { text }
    }
}
