use super::{Follow, FollowOptions};
use crate::pipeline::input::{Checkpoint, Feed, FileIdentity, Progress, SavedState};
use crate::pipeline::lines::LineBuffer;
use crate::pipeline::stop::StopSignal;
use std::cell::Cell;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

thread_local! {
    static PAUSES_TAKEN: Cell<usize> = const { Cell::new(0) };
}

/// Called before each pause, for tests.
pub(super) fn count_pause() {
    PAUSES_TAKEN.set(PAUSES_TAKEN.get() + 1);
}

/// A folder with a log file.
struct Folder {
    dir: TempDir,
}

impl Folder {
    fn new(text: &str) -> Folder {
        let folder = Folder { dir: TempDir::new().unwrap() };
        fs::write(folder.log(), text).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn log(&self) -> PathBuf {
        self.path("log")
    }

    fn append(&self, name: &str, text: &str) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.path(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn rotate(&self, to: &str) {
        fs::rename(self.log(), self.path(to)).unwrap();
    }

    fn follow(&self, once: bool, saved: Option<&SavedState>) -> Reader {
        let follow = Follow::new(
            &self.log(),
            StopSignal::new().unwrap(),
            FollowOptions { once, ..FollowOptions::default() },
            saved,
        )
        .unwrap();
        Reader { feed: Feed::new(follow, 1 << 20), buffer: LineBuffer::default(), reached: None, lines: 0 }
    }

    /// The state of a run that stopped here.
    fn save(&self, reader: &Reader) -> SavedState {
        let progress = Progress::begin(&self.log(), &self.path("state"), None).unwrap();
        progress.reached(reader.reached.clone().unwrap(), reader.lines);
        progress.finish().unwrap();
        SavedState::read(&self.path("state")).unwrap().unwrap()
    }
}

struct Reader {
    feed: Feed<Follow>,
    buffer: LineBuffer,
    reached: Option<Checkpoint>,
    lines: u64,
}

impl Reader {
    /// The next `n` lines; fewer if the input ends before.
    fn next(&mut self, n: usize) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.len() < n {
            let step = self.feed.fill(&mut self.buffer, |_| ()).unwrap();
            lines.extend(self.buffer.lines().map(|line| String::from_utf8_lossy(line).into_owned()));
            self.reached = step.checkpoint;
            if step.over {
                break;
            }
        }
        self.lines += lines.len() as u64;
        lines
    }
}

#[test]
fn reading_continues_as_the_file_grows() {
    let folder = Folder::new("a\nb");
    let mut reader = folder.follow(false, None);
    assert_eq!(reader.next(1), ["a"]);
    assert_eq!(reader.reached.as_ref().unwrap().offset, 2, "`b` is not a complete line yet");
    folder.append("log", "c\nd\n");
    assert_eq!(reader.next(2), ["bc", "d"]);
    assert_eq!(reader.reached.as_ref().unwrap().offset, 7);
}

#[test]
fn rotation_loses_and_doubles_nothing() {
    let folder = Folder::new("a\n");
    let mut reader = folder.follow(false, None);
    assert_eq!(reader.next(1), ["a"]);
    folder.rotate("log.1");
    // The writer has not noticed yet.
    folder.append("log.1", "b\nrest");
    folder.append("log", "\u{feff}c\n");
    assert_eq!(reader.next(3), ["b", "rest", "c"]);
    // Twice between two polls.
    folder.append("log", "d\n");
    std::thread::sleep(std::time::Duration::from_millis(20));
    folder.rotate("log.2");
    folder.append("log", "e\n");
    std::thread::sleep(std::time::Duration::from_millis(20));
    folder.rotate("log.3");
    folder.append("log", "f\n");
    assert_eq!(reader.next(3), ["d", "e", "f"]);
}

#[test]
fn files_in_between_are_not_waited_for() {
    let folder = Folder::new("0\n");
    let mut reader = folder.follow(false, None);
    assert_eq!(reader.next(1), ["0"]);
    for i in 1..6 {
        std::thread::sleep(std::time::Duration::from_millis(20));
        folder.rotate(&format!("log.{i}"));
        folder.append("log", &format!("{i}\n"));
    }
    std::thread::sleep(std::time::Duration::from_millis(20));
    folder.rotate("log.6");
    folder.append("log", "");
    let pauses = PAUSES_TAKEN.get();
    assert_eq!(reader.next(5), ["1", "2", "3", "4", "5"]);
    assert_eq!(PAUSES_TAKEN.get(), pauses, "no pause between the files");
}

#[test]
fn an_empty_successor_is_waited_for() {
    let folder = Folder::new("a\n");
    let mut reader = folder.follow(false, None);
    assert_eq!(reader.next(1), ["a"]);
    folder.rotate("log.1");
    folder.append("log", "");
    folder.append("log.1", "b");
    // The rest without a line break counts as a line in the end, even if the new file stays empty.
    assert_eq!(reader.next(1), ["b"]);
    folder.append("log", "c\n");
    assert_eq!(reader.next(1), ["c"]);
}

#[test]
fn truncation_restarts_reading() {
    let folder = Folder::new("first\nsecond\n");
    let mut reader = folder.follow(false, None);
    assert_eq!(reader.next(2), ["first", "second"]);
    fs::write(folder.log(), "x\n").unwrap();
    assert_eq!(reader.next(1), ["x"]);
    // Overwritten with a longer text.
    fs::write(folder.log(), "another\nand more\n").unwrap();
    assert_eq!(reader.next(2), ["another", "and more"]);
}

#[test]
fn another_run_continues() {
    let folder = Folder::new("a\nb\nc");
    let mut reader = folder.follow(false, None);
    assert_eq!(reader.next(2), ["a", "b"]);
    let saved = folder.save(&reader);
    assert_eq!((saved.offset, saved.lines), (4, 2));
    folder.append("log", "c\nd\n");
    assert_eq!(folder.follow(false, Some(&saved)).next(2), ["cc", "d"]);
    assert_eq!(folder.follow(true, Some(&saved)).next(9), ["cc", "d"]);
    folder.rotate("log.1");
    folder.append("log", "e\n");
    assert_eq!(folder.follow(true, Some(&saved)).next(9), ["cc", "d", "e"]);
    // The file is deleted; another one has its name, and perhaps its inode number.
    fs::remove_file(folder.path("log.1")).unwrap();
    assert_eq!(folder.follow(true, Some(&saved)).next(9), ["e"]);
    fs::write(folder.log(), "other\nlines\n").unwrap();
    assert_eq!(folder.follow(true, Some(&saved)).next(9), ["other", "lines"]);
}

#[test]
fn a_last_line_without_a_break() {
    let folder = Folder::new("a\nb");
    let mut reader = folder.follow(true, None);
    assert_eq!(reader.next(9), ["a", "b"]);
    let saved = folder.save(&reader);
    let none: [&str; 0] = [];
    assert_eq!(folder.follow(true, Some(&saved)).next(9), none);
    folder.append("log", "\nc\n");
    assert_eq!(folder.follow(true, Some(&saved)).next(9), ["c"]);
    fs::write(folder.log(), "a\nb\r\nc\n").unwrap();
    assert_eq!(folder.follow(true, Some(&saved)).next(9), ["c"]);
    fs::write(folder.log(), "a\nb-and-more\n").unwrap();
    assert_eq!(folder.follow(true, Some(&saved)).next(9), ["b-and-more"], "the line was not complete before");
}

#[test]
fn states_are_checked() {
    let folder = Folder::new("a\n");
    assert_eq!(SavedState::read(&folder.path("none")).unwrap(), None);
    fs::write(folder.path("state"), "{}").unwrap();
    assert!(SavedState::read(&folder.path("state")).is_err());
    let checkpoint =
        Checkpoint { file: FileIdentity { device: 0, inode: 0 }, head: Arc::from(*b"abc"), offset: 2, tail: 0 };
    let progress = Progress::begin(&folder.log(), &folder.path("state"), None).unwrap();
    progress.reached(checkpoint, 1);
    progress.finish().unwrap();
    let saved = SavedState::read(&folder.path("state")).unwrap().unwrap();
    assert!(saved.is_head(b"abz") && !saved.is_head(b"xb") && !saved.is_head(b"a"));
}

#[test]
fn rotated_files_with_equal_times_are_all_read() {
    let folder = Folder::new("0\n");
    let mut reader = folder.follow(false, None);
    assert_eq!(reader.next(1), ["0"]);
    let saved = folder.save(&reader);
    for i in 1..4 {
        folder.rotate(&format!("log.{i}"));
        folder.append("log", &format!("{i}\n"));
        // Creation times are as coarse as times of modification.
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let at = fs::metadata(folder.log()).unwrap().modified().unwrap();
    for name in ["log.1", "log.2", "log.3", "log"] {
        fs::File::options().append(true).open(folder.path(name)).unwrap().set_modified(at).unwrap();
    }
    assert_eq!(reader.next(3), ["1", "2", "3"]);
    assert_eq!(folder.follow(true, Some(&saved)).next(9), ["1", "2", "3"]);
}

#[test]
fn late_writes_to_a_rotated_file_are_read() {
    let folder = Folder::new("a\n");
    let late_bytes = Arc::default();
    let options = FollowOptions { once: false, late_bytes: Arc::clone(&late_bytes) };
    let follow = Follow::new(&folder.log(), StopSignal::new().unwrap(), options, None).unwrap();
    let mut reader =
        Reader { feed: Feed::new(follow, 1 << 20), buffer: LineBuffer::default(), reached: None, lines: 0 };
    assert_eq!(reader.next(1), ["a"]);
    folder.rotate("log.1");
    folder.append("log", "b\nc\nd");
    assert_eq!(reader.next(2), ["b", "c"]);
    let late = |text: &str| folder.append("log.1", text);
    late("late\nlat");
    // The line that is being read is finished first; half a line waits for its other half.
    folder.append("log", "d\n");
    assert_eq!(reader.next(2), ["dd", "late"]);
    assert_eq!(reader.reached.as_ref().unwrap().offset, 7, "the position is in the new file");
    late("er\n");
    assert_eq!(reader.next(1), ["later"]);
    folder.append("log", "e\n");
    assert_eq!(reader.next(1), ["e"]);
    assert_eq!(reader.reached.as_ref().unwrap().offset, 9);
    assert_eq!(late_bytes.load(std::sync::atomic::Ordering::Relaxed), 11);
}

/// Files with equal times are each read once.
#[test]
fn files_of_one_moment_are_read_once() {
    for _ in 0..40 {
        let folder = Folder::new("0\n");
        let mut reader = folder.follow(false, None);
        assert_eq!(reader.next(1), ["0"]);
        for i in 1..4 {
            folder.rotate(&format!("log.{i}"));
            folder.append("log", &format!("{i}\n"));
        }
        assert_eq!(reader.next(3), ["1", "2", "3"]);
    }
}

/// The part of the new file that has been read ends with a line, so that late lines can come between.
#[test]
fn half_a_line_keeps_no_late_lines_waiting() {
    let folder = Folder::new("a\n");
    let stop = StopSignal::new().unwrap();
    let follow = Follow::new(&folder.log(), stop.clone(), FollowOptions::default(), None).unwrap();
    let mut reader =
        Reader { feed: Feed::new(follow, 1 << 20), buffer: LineBuffer::default(), reached: None, lines: 0 };
    assert_eq!(reader.next(1), ["a"]);
    folder.rotate("log.1");
    folder.append("log", "b\nhalf");
    assert_eq!(reader.next(1), ["b"]);
    folder.append("log.1", "late\n");
    // Longer than the time between two looks at files that were left.
    std::thread::sleep(std::time::Duration::from_millis(30));
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(5));
        stop.request();
    });
    assert_eq!(reader.next(1), ["late"]);
}

#[test]
fn a_state_is_written_before_the_first_read() {
    let folder = Folder::new("a\n");
    let follow = Follow::new(&folder.log(), StopSignal::new().unwrap(), FollowOptions::default(), None).unwrap();
    let start = super::InputSource::checkpoint(&follow).map(|checkpoint| (checkpoint, 0));
    let progress = Progress::begin(&folder.log(), &folder.path("state"), start).unwrap();
    let saved = SavedState::read(&folder.path("state")).unwrap().unwrap();
    assert_eq!((saved.offset, saved.lines), (0, 0));
    drop(progress);
    folder.rotate("log.1");
    folder.append("log", "b\n");
    assert_eq!(folder.follow(true, Some(&saved)).next(9), ["a", "b"]);
}

#[test]
#[cfg(unix)]
fn only_regular_files_of_bounded_size_are_states() {
    let folder = Folder::new("a\n");
    assert!(SavedState::read(std::path::Path::new("/dev/zero")).is_err());
    assert!(SavedState::read(&folder.path("")).is_err());
    fs::write(folder.path("state"), " ".repeat(1 << 20)).unwrap();
    assert!(SavedState::read(&folder.path("state")).is_err());
}
