//! The header of a gzip member (RFC 1952), read byte by byte. Nothing of it is kept.

use super::MAGIC;

/// The bits that say which optional fields follow.
const CHECKSUM: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;
const RESERVED: u8 = 0xe0;

/// A header, as far as it has been read.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// The number of bytes of the current field that have been read.
    at: usize,
    field: Field,
    flags: u8,
    extra: u16,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Field {
    #[default]
    Fixed,
    ExtraLength,
    Extra,
    Name,
    Comment,
    Checksum,
}

impl Header {
    /// Reads a byte: true if it is the last of the header. The error describes the problem.
    pub(super) fn read(&mut self, byte: u8) -> Result<bool, &'static str> {
        let at = self.at;
        self.at += 1;
        let is_last = match self.field {
            Field::Fixed => self.fixed(at, byte)?,
            Field::ExtraLength => {
                self.extra |= u16::from(byte) << (8 * at);
                at == 1
            }
            Field::Extra => self.at == usize::from(self.extra),
            Field::Name | Field::Comment => byte == 0,
            Field::Checksum => at == 1,
        };
        Ok(is_last && self.is_last_field())
    }

    /// The ten bytes that each header has.
    fn fixed(&mut self, at: usize, byte: u8) -> Result<bool, &'static str> {
        match at {
            0 | 1 if MAGIC.get(at) != Some(&byte) => return Err("it does not begin as gzip does"),
            2 if byte != 8 => return Err("its method of compression is unknown"),
            3 if byte & RESERVED != 0 => return Err("its header has unknown flags"),
            3 => self.flags = byte,
            _ => {}
        }
        Ok(at == 9)
    }

    /// Moves to the next field of the header. True if the current field is the last.
    fn is_last_field(&mut self) -> bool {
        let fields = [
            (Field::ExtraLength, self.flags & EXTRA != 0),
            (Field::Extra, self.extra > 0),
            (Field::Name, self.flags & NAME != 0),
            (Field::Comment, self.flags & COMMENT != 0),
            (Field::Checksum, self.flags & CHECKSUM != 0),
        ];
        let done = fields.iter().position(|(field, _)| *field == self.field).map_or(0, |at| at + 1);
        let next = fields.iter().skip(done).find(|(_, present)| *present);
        if let Some((field, _)) = next {
            (self.field, self.at) = (*field, 0);
        }
        next.is_none()
    }
}
