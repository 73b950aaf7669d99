//! Text that was decoded from part of a file and still knows where each byte of it stands there.

use super::{FileId, Span};
use std::ops::Range;

/// Decoded text (a YAML scalar, say) with a map back to its file, so that an error inside an expression can
/// underline the exact characters even where quoting, escapes or folded lines lie between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The decoded text.
    pub value: String,
    file: FileId,
    /// `(offset in value, start in the file, length in the file)`, ascending. A piece whose two lengths agree maps
    /// byte for byte; any other piece (an escape) is one unit.
    pieces: Vec<TextPiece>,
    whole: Span,
}

/// A run of decoded bytes and where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TextPiece {
    decoded: u32,
    start: u32,
    len: u32,
}

impl Text {
    /// Text that stands in the file letter by letter from `span.start` on.
    pub fn verbatim(value: impl Into<String>, span: Span) -> Self {
        let value = value.into();
        let piece = TextPiece { decoded: 0, start: span.start, len: value.len() as u32 };
        Self { value, file: span.file, pieces: vec![piece], whole: span }
    }

    /// Empty text at `whole`, to which [`push`](Self::push) adds.
    pub fn building(whole: Span) -> Self {
        Self { value: String::new(), file: whole.file, pieces: Vec::new(), whole }
    }

    /// Text of which no more is known than that it stands somewhere in `whole`.
    pub fn opaque(value: impl Into<String>, whole: Span) -> Self {
        Self { value: value.into(), ..Self::building(whole) }
    }

    /// Adds decoded text that came from `range` of the file.
    pub fn push(&mut self, decoded: &str, range: Range<usize>) {
        let piece = TextPiece { decoded: self.value.len() as u32, start: range.start as u32, len: range.len() as u32 };
        self.value.push_str(decoded);
        self.pieces.push(piece);
    }

    /// A part of it, which still knows where it stands.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Text {
        let value = self.value.get(range.clone()).unwrap_or_default();
        let span = self.locate(range);
        // Of a part with escapes in it no more is kept than where it is as a whole.
        if span.end - span.start == value.len() as u32 {
            Text::verbatim(value, span)
        } else {
            Text::opaque(value, span)
        }
    }

    /// The span of the whole, quotes included.
    pub fn span(&self) -> Span {
        self.whole
    }

    /// Where `range` of the decoded text stands in the file; the whole where that is not known.
    pub fn locate(&self, range: Range<usize>) -> Span {
        if self.pieces.is_empty() {
            return self.whole;
        }
        let start = self.offset(range.start, false);
        let end = if range.end > range.start { self.offset(range.end, true) } else { start };
        Span { file: self.file, start, end: end.max(start) }
    }

    /// The file offset of a decoded offset; `end` asks for the end of what stands before it.
    fn offset(&self, decoded: usize, end: bool) -> u32 {
        let decoded = decoded as u32;
        let after = self.pieces.partition_point(|p| if end { p.decoded < decoded } else { p.decoded <= decoded });
        let Some(at) = after.checked_sub(1) else { return self.whole.start };
        let Some(piece) = self.pieces.get(at) else { return self.whole.start };
        let next = self.pieces.get(at + 1).map_or(self.value.len() as u32, |p| p.decoded);
        let inside = decoded - piece.decoded;
        if next - piece.decoded == piece.len {
            piece.start + inside.min(piece.len)
        } else if end || decoded >= next {
            piece.start + piece.len
        } else {
            piece.start
        }
    }
}
