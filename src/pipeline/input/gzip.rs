//! gzip, decompressed as it streams.
//!
//! Bytes that were decompressed before a damaged place are passed on before the damage is reported, which the readers of the crate
//! flate2 do not do: they drop the output of the failing call. So headers and trailers are read here, and only the
//! compressed data is left to flate2.

mod header;

use flate2::{Crc, Decompress, FlushDecompress, Status};
use header::Header;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// The first two bytes of gzip. No JSON begins with them.
pub(super) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// How many compressed bytes are read at a time.
const INPUT: usize = 1 << 16;
/// A byte of compressed data makes at most so many.
const MAX_RATIO: usize = 1032;
/// The bytes that the decompressor may produce in addition, from bits that it holds from earlier bytes.
const SLACK: usize = 16 << 10;
/// Less room than this is not used while there is something to pass on.
const LEAST_ROOM: usize = SLACK + 64 * MAX_RATIO;

/// True if a file is there and begins as gzip does.
pub fn is_gzip(path: &Path) -> bool {
    let mut first = [0; 2];
    let is_file = path.metadata().is_ok_and(|metadata| metadata.is_file());
    is_file && File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first == MAGIC
}

/// A gzip stream: one member, or several in sequence.
#[derive(Debug)]
pub(super) struct Gunzip {
    stage: Stage,
    inflate: Decompress,
    /// The checksum and the length of the content of the current member.
    crc: Crc,
    /// Compressed bytes: `used..filled` are to be decompressed. The buffer keeps its size, so that it is zeroed only once.
    input: Vec<u8>,
    used: usize,
    filled: usize,
}

#[derive(Debug)]
enum Stage {
    Header(Header),
    Data,
    /// The bytes of the trailer so far: a checksum and a length.
    Trailer(Vec<u8>),
    /// After a member.
    Between,
    Failed(&'static str),
}

impl Gunzip {
    /// A stream that begins with these bytes.
    pub(super) fn new(first: &[u8]) -> Gunzip {
        Gunzip {
            stage: Stage::Header(Header::default()),
            inflate: Decompress::new(false),
            crc: Crc::new(),
            input: first.to_vec(),
            used: 0,
            filled: first.len(),
        }
    }

    /// The buffer to read more compressed bytes into, once [`decompress`](Self::decompress) has made nothing; the number of
    /// bytes read is passed to [`filled`](Self::filled).
    pub(super) fn room(&mut self) -> &mut [u8] {
        (self.used, self.filled) = (0, 0);
        self.input.resize(INPUT, 0);
        &mut self.input
    }

    /// Notes how much of the room was filled.
    pub(super) fn filled(&mut self, bytes: usize) {
        self.filled = bytes;
    }

    /// The end of the input: an error within a member.
    pub(super) fn end(&self) -> io::Result<()> {
        match self.stage {
            Stage::Between => Ok(()),
            Stage::Failed(what) => Err(damaged(what)),
            _ => Err(io::Error::new(ErrorKind::UnexpectedEof, "the gzip data is cut off")),
        }
    }

    /// Decompresses into `out` and returns how many bytes were made; 0 if more input is needed.
    ///
    /// # Errors
    ///
    /// If the data is damaged, after everything before was passed on.
    pub(super) fn decompress(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut made = 0;
        while let Some(byte) = self.left().first().copied() {
            match &mut self.stage {
                Stage::Header(header) => {
                    self.used += 1;
                    match header.read(byte) {
                        Ok(false) => {}
                        Ok(true) => self.begin_data(),
                        Err(what) => self.stage = Stage::Failed(what),
                    }
                }
                Stage::Data => {
                    let room = out.get_mut(made..).unwrap_or_default();
                    if made > 0 && room.len() < LEAST_ROOM {
                        break;
                    }
                    made += self.data(room);
                }
                Stage::Trailer(bytes) => {
                    self.used += 1;
                    bytes.push(byte);
                    if bytes.len() == 8 {
                        self.stage = self.checked();
                    }
                }
                Stage::Between if byte == MAGIC[0] => self.stage = Stage::Header(Header::default()),
                // Some archives are padded.
                Stage::Between if byte == 0 => self.used += 1,
                Stage::Between => self.stage = Stage::Failed("something else follows it"),
                Stage::Failed(_) if made > 0 => break,
                Stage::Failed(what) => return Err(damaged(what)),
            }
        }
        Ok(made)
    }

    /// The compressed bytes that have not been used.
    fn left(&self) -> &[u8] {
        self.input.get(self.used..self.filled).unwrap_or_default()
    }

    fn begin_data(&mut self) {
        self.inflate.reset(false);
        self.crc.reset();
        self.stage = Stage::Data;
    }

    /// Decompresses only as much input as is certain to fit into `room` at the highest ratio: if the data turns out to be damaged, the
    /// decompressor loses output that it could not write.
    fn data(&mut self, room: &mut [u8]) -> usize {
        let left = self.input.get(self.used..self.filled).unwrap_or_default();
        let most = (room.len().saturating_sub(SLACK) / MAX_RATIO).max(1);
        let piece = left.get(..most).unwrap_or(left);
        let before = (self.inflate.total_in(), self.inflate.total_out());
        let result = self.inflate.decompress(piece, room, FlushDecompress::None);
        let used = (self.inflate.total_in() - before.0) as usize;
        let made = (self.inflate.total_out() - before.1) as usize;
        self.used += used;
        self.crc.update(room.get(..made).unwrap_or_default());
        match result {
            Ok(Status::StreamEnd) => self.stage = Stage::Trailer(Vec::with_capacity(8)),
            Ok(_) if used > 0 || made > 0 => {}
            Ok(_) => self.stage = Stage::Failed("it makes no progress"),
            Err(_) => self.stage = Stage::Failed("it has an invalid block"),
        }
        made
    }

    /// The stage after a trailer: whether it agrees with the decompressed bytes.
    fn checked(&self) -> Stage {
        let Stage::Trailer(bytes) = &self.stage else { return Stage::Between };
        let expected = [self.crc.sum().to_le_bytes(), self.crc.amount().to_le_bytes()].concat();
        if *bytes == expected { Stage::Between } else { Stage::Failed("its checksum is wrong") }
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("the gzip data is damaged: {what}"))
}

#[cfg(test)]
mod tests {
    use super::Gunzip;
    use flate2::{Compression, GzBuilder};
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let builder = GzBuilder::new().filename("events.ndjson").comment("c").extra(vec![1, 2, 3]);
        let mut encoder = builder.write(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// Everything that is decompressed before the end or an error, with the compressed bytes in pieces of a size.
    fn decompressed(bytes: &[u8], piece: usize) -> (Vec<u8>, Result<(), String>) {
        let (mut all, mut room) = (Vec::new(), vec![0; 1 << 18]);
        let mut gunzip = Gunzip::new(&[]);
        for piece in bytes.chunks(piece) {
            gunzip.room()[..piece.len()].copy_from_slice(piece);
            gunzip.filled(piece.len());
            loop {
                match gunzip.decompress(&mut room) {
                    Ok(0) => break,
                    Ok(n) => all.extend(&room[..n]),
                    Err(error) => return (all, Err(error.to_string())),
                }
            }
        }
        (all, gunzip.end().map_err(|error| error.to_string()))
    }

    /// Lines that compress, but not to nothing.
    fn text(lines: u32) -> Vec<u8> {
        (0..lines)
            .flat_map(|n| format!("{{\"id\":{n},\"x\":\"{:x}\"}}\n", n.wrapping_mul(2_654_435_761)).into_bytes())
            .collect()
    }

    #[test]
    fn members_are_joined_however_they_arrive() {
        let (first, second) = (text(5_000), text(7));
        let stream = [gzip(&first), gzip(b""), gzip(&second), vec![0; 5]].concat();
        let whole = [first, second].concat();
        for piece in [1, 7, 1000, 1 << 16] {
            assert_eq!(decompressed(&stream, piece), (whole.clone(), Ok(())), "pieces of {piece}");
        }
    }

    #[test]
    fn nothing_before_the_end_of_a_truncated_stream_is_lost() {
        let whole = text(3_000);
        let stream = gzip(&whole);
        let mut longest = 0;
        for end in [3, 11, 40, stream.len() / 2, stream.len() - 9, stream.len() - 1] {
            let (found, result) = decompressed(&stream[..end], 4096);
            assert_eq!(result, Err(String::from("the gzip data is cut off")), "{end}");
            assert!(whole.starts_with(&found) && found.len() >= longest);
            longest = found.len();
        }
        assert_eq!(longest, whole.len());
    }

    /// The same bytes come out before the damage, whether the compressed data arrives byte by byte or in one piece.
    #[test]
    fn nothing_before_a_damaged_place_is_lost() {
        let whole = text(4_000);
        let stream = gzip(&whole);
        let mut damages = 0;
        for at in (50..stream.len()).step_by(stream.len() / 23) {
            let mut damaged = stream.clone();
            damaged[at] ^= 0xff;
            let (by_byte, error) = decompressed(&damaged, 1);
            let (at_once, _) = decompressed(&damaged, 1 << 16);
            assert_eq!(by_byte.len(), at_once.len(), "damage at {at}");
            assert!(error.is_err() && by_byte == at_once);
            damages += usize::from(error.unwrap_err().contains("damaged"));
        }
        // Others lead the decompressor astray until the input ends.
        assert!(damages > 10, "{damages}");
        let mut wrong_sum = stream.clone();
        let sum = stream.len() - 8;
        wrong_sum[sum] ^= 1;
        assert_eq!(
            decompressed(&wrong_sum, 1000),
            (whole, Err("the gzip data is damaged: its checksum is wrong".into()))
        );
        let followed = [gzip(b"x"), b"{}\n".to_vec()].concat();
        assert_eq!(decompressed(&followed, 1000).1, Err("the gzip data is damaged: something else follows it".into()));
    }

    #[test]
    fn headers_that_are_none() {
        for (header, what) in
            [(b"\x1f\x8b\x07", "no method"), (b"\x1f\x8c\x08", "no header"), (b"\x1f\x8b\x08", "flags")]
        {
            let (_, result) = decompressed(&[&header[..], &[0xff; 9][..]].concat(), 3);
            assert!(result.clone().unwrap_err().starts_with("the gzip data is damaged: "), "{what}: {result:?}");
        }
    }

    /// A long run is compressed a thousandfold, and still comes in pieces no larger than the room.
    #[test]
    fn a_bomb_comes_in_pieces() {
        let bomb = gzip(&vec![b' '; 8 << 20]);
        assert!(bomb.len() < 10 << 10);
        let mut gunzip = Gunzip::new(&bomb);
        let (mut total, mut room) = (0, vec![0; 1 << 18]);
        loop {
            match gunzip.decompress(&mut room).unwrap() {
                0 => break,
                n => total += n,
            }
        }
        assert_eq!(total, 8 << 20);
        gunzip.end().unwrap();
    }
}
