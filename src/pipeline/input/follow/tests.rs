use super::{Follow, FollowOptions};
use crate::pipeline::input::{Checkpoint, Feed, FileIdentity, Progress, SavedState};
use crate::pipeline::lines::LineBuffer;
use crate::pipeline::stop::Stop;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// A file that somebody writes to.
struct Place {
    dir: TempDir,
}

impl Place {
    fn new(text: &str) -> Place {
        let place = Place { dir: TempDir::new().unwrap() };
        fs::write(place.log(), text).unwrap();
        place
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

    fn follow(&self, once: bool, saved: Option<&SavedState>) -> Reading {
        let follow =
            Follow::new(&self.log(), Stop::new().unwrap(), FollowOptions { once, ..FollowOptions::default() }, saved)
                .unwrap();
        Reading { feed: Feed::new(follow, 1 << 20), buffer: LineBuffer::default(), reached: None, lines: 0 }
    }

    /// What a run writes down that stopped there.
    fn save(&self, reading: &Reading) -> SavedState {
        let progress = Progress::begin(&self.log(), &self.path("state"), None).unwrap();
        progress.reached(reading.reached.clone().unwrap(), reading.lines);
        progress.finish().unwrap();
        SavedState::read(&self.path("state")).unwrap().unwrap()
    }
}

struct Reading {
    feed: Feed<Follow>,
    buffer: LineBuffer,
    reached: Option<Checkpoint>,
    lines: u64,
}

impl Reading {
    /// The next lines, waiting until there are so many; all there are where it ends.
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
fn it_goes_on_as_the_file_grows() {
    let place = Place::new("a\nb");
    let mut reading = place.follow(false, None);
    assert_eq!(reading.next(1), ["a"]);
    assert_eq!(reading.reached.as_ref().unwrap().offset, 2, "`b` is no line yet");
    place.append("log", "c\nd\n");
    assert_eq!(reading.next(2), ["bc", "d"]);
    assert_eq!(reading.reached.as_ref().unwrap().offset, 7);
}

#[test]
fn rotation_loses_and_doubles_nothing() {
    let place = Place::new("a\n");
    let mut reading = place.follow(false, None);
    assert_eq!(reading.next(1), ["a"]);
    place.rotate("log.1");
    // The writer has not noticed yet.
    place.append("log.1", "b\nrest");
    place.append("log", "\u{feff}c\n");
    assert_eq!(reading.next(3), ["b", "rest", "c"]);
    // Twice while nobody looks.
    place.append("log", "d\n");
    std::thread::sleep(std::time::Duration::from_millis(20));
    place.rotate("log.2");
    place.append("log", "e\n");
    std::thread::sleep(std::time::Duration::from_millis(20));
    place.rotate("log.3");
    place.append("log", "f\n");
    assert_eq!(reading.next(3), ["d", "e", "f"]);
}

#[test]
fn files_in_between_are_not_waited_for() {
    let place = Place::new("0\n");
    let mut reading = place.follow(false, None);
    assert_eq!(reading.next(1), ["0"]);
    for i in 1..6 {
        std::thread::sleep(std::time::Duration::from_millis(20));
        place.rotate(&format!("log.{i}"));
        place.append("log", &format!("{i}\n"));
    }
    std::thread::sleep(std::time::Duration::from_millis(20));
    place.rotate("log.6");
    place.append("log", "");
    let start = std::time::Instant::now();
    assert_eq!(reading.next(5), ["1", "2", "3", "4", "5"]);
    assert!(start.elapsed() < super::LINGER, "each took {:?}", start.elapsed() / 5);
}

#[test]
fn an_empty_successor_is_waited_for() {
    let place = Place::new("a\n");
    let mut reading = place.follow(false, None);
    assert_eq!(reading.next(1), ["a"]);
    place.rotate("log.1");
    place.append("log", "");
    place.append("log.1", "b");
    // In the end the rest without a line break is a line, even if nothing comes.
    assert_eq!(reading.next(1), ["b"]);
    place.append("log", "c\n");
    assert_eq!(reading.next(1), ["c"]);
}

#[test]
fn truncation_begins_anew() {
    let place = Place::new("first\nsecond\n");
    let mut reading = place.follow(false, None);
    assert_eq!(reading.next(2), ["first", "second"]);
    fs::write(place.log(), "x\n").unwrap();
    assert_eq!(reading.next(1), ["x"]);
    // Overwritten with more than there was.
    fs::write(place.log(), "another\nand more\n").unwrap();
    assert_eq!(reading.next(2), ["another", "and more"]);
}

#[test]
fn another_run_goes_on() {
    let place = Place::new("a\nb\nc");
    let mut reading = place.follow(false, None);
    assert_eq!(reading.next(2), ["a", "b"]);
    let saved = place.save(&reading);
    assert_eq!((saved.offset, saved.lines), (4, 2));
    place.append("log", "c\nd\n");
    assert_eq!(place.follow(false, Some(&saved)).next(2), ["cc", "d"]);
    assert_eq!(place.follow(true, Some(&saved)).next(9), ["cc", "d"]);
    place.rotate("log.1");
    place.append("log", "e\n");
    assert_eq!(place.follow(true, Some(&saved)).next(9), ["cc", "d", "e"]);
    // The file is gone; another has its name, and perhaps its number.
    fs::remove_file(place.path("log.1")).unwrap();
    assert_eq!(place.follow(true, Some(&saved)).next(9), ["e"]);
    fs::write(place.log(), "other\nlines\n").unwrap();
    assert_eq!(place.follow(true, Some(&saved)).next(9), ["other", "lines"]);
}

#[test]
fn a_last_line_without_a_break() {
    let place = Place::new("a\nb");
    let mut reading = place.follow(true, None);
    assert_eq!(reading.next(9), ["a", "b"]);
    let saved = place.save(&reading);
    let none: [&str; 0] = [];
    assert_eq!(place.follow(true, Some(&saved)).next(9), none);
    place.append("log", "\nc\n");
    assert_eq!(place.follow(true, Some(&saved)).next(9), ["c"]);
    fs::write(place.log(), "a\nb\r\nc\n").unwrap();
    assert_eq!(place.follow(true, Some(&saved)).next(9), ["c"]);
    fs::write(place.log(), "a\nb-and-more\n").unwrap();
    assert_eq!(place.follow(true, Some(&saved)).next(9), ["b-and-more"], "it was not the whole line");
}

#[test]
fn states_are_checked() {
    let place = Place::new("a\n");
    assert_eq!(SavedState::read(&place.path("none")).unwrap(), None);
    fs::write(place.path("state"), "{}").unwrap();
    assert!(SavedState::read(&place.path("state")).is_err());
    let checkpoint =
        Checkpoint { file: FileIdentity { device: 0, inode: 0 }, head: Arc::from(*b"abc"), offset: 2, tail: 0 };
    let progress = Progress::begin(&place.log(), &place.path("state"), None).unwrap();
    progress.reached(checkpoint, 1);
    progress.finish().unwrap();
    let saved = SavedState::read(&place.path("state")).unwrap().unwrap();
    assert!(saved.is_head(b"abz") && !saved.is_head(b"xb") && !saved.is_head(b"a"));
}

#[test]
fn rotated_files_with_equal_times_are_all_read() {
    let place = Place::new("0\n");
    let mut reading = place.follow(false, None);
    assert_eq!(reading.next(1), ["0"]);
    let saved = place.save(&reading);
    for i in 1..4 {
        place.rotate(&format!("log.{i}"));
        place.append("log", &format!("{i}\n"));
        // Creation times are as coarse as times of modification.
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let at = fs::metadata(place.log()).unwrap().modified().unwrap();
    for name in ["log.1", "log.2", "log.3", "log"] {
        fs::File::options().append(true).open(place.path(name)).unwrap().set_modified(at).unwrap();
    }
    assert_eq!(reading.next(3), ["1", "2", "3"]);
    assert_eq!(place.follow(true, Some(&saved)).next(9), ["1", "2", "3"]);
}

#[test]
fn what_is_written_to_a_rotated_file_is_read_late() {
    let place = Place::new("a\n");
    let late_bytes = Arc::default();
    let options = FollowOptions { once: false, late_bytes: Arc::clone(&late_bytes) };
    let follow = Follow::new(&place.log(), Stop::new().unwrap(), options, None).unwrap();
    let mut reading =
        Reading { feed: Feed::new(follow, 1 << 20), buffer: LineBuffer::default(), reached: None, lines: 0 };
    assert_eq!(reading.next(1), ["a"]);
    place.rotate("log.1");
    place.append("log", "b\nc\nd");
    assert_eq!(reading.next(2), ["b", "c"]);
    let late = |text: &str| place.append("log.1", text);
    late("late\nlat");
    // The line that is being read is finished first; half a line waits for its other half.
    place.append("log", "d\n");
    assert_eq!(reading.next(2), ["dd", "late"]);
    assert_eq!(reading.reached.as_ref().unwrap().offset, 7, "the position is in the new file");
    late("er\n");
    assert_eq!(reading.next(1), ["later"]);
    place.append("log", "e\n");
    assert_eq!(reading.next(1), ["e"]);
    assert_eq!(reading.reached.as_ref().unwrap().offset, 9);
    assert_eq!(late_bytes.load(std::sync::atomic::Ordering::Relaxed), 11);
}

/// Files that cannot be told apart by any of their times: each is read, and none again.
#[test]
fn files_of_one_moment_are_read_once() {
    for _ in 0..40 {
        let place = Place::new("0\n");
        let mut reading = place.follow(false, None);
        assert_eq!(reading.next(1), ["0"]);
        for i in 1..4 {
            place.rotate(&format!("log.{i}"));
            place.append("log", &format!("{i}\n"));
        }
        assert_eq!(reading.next(3), ["1", "2", "3"]);
    }
}

/// What has been read of the new file ends with a line, so that late lines can come between.
#[test]
fn half_a_line_keeps_no_late_lines_waiting() {
    let place = Place::new("a\n");
    let stop = Stop::new().unwrap();
    let follow = Follow::new(&place.log(), stop.clone(), FollowOptions::default(), None).unwrap();
    let mut reading =
        Reading { feed: Feed::new(follow, 1 << 20), buffer: LineBuffer::default(), reached: None, lines: 0 };
    assert_eq!(reading.next(1), ["a"]);
    place.rotate("log.1");
    place.append("log", "b\nhalf");
    assert_eq!(reading.next(1), ["b"]);
    place.append("log.1", "late\n");
    // Longer than the time between two looks at files that were left.
    std::thread::sleep(std::time::Duration::from_millis(30));
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(5));
        stop.request();
    });
    assert_eq!(reading.next(1), ["late"]);
}

#[test]
fn a_state_is_written_before_the_first_read() {
    let place = Place::new("a\n");
    let follow = Follow::new(&place.log(), Stop::new().unwrap(), FollowOptions::default(), None).unwrap();
    let start = super::Source::checkpoint(&follow).map(|checkpoint| (checkpoint, 0));
    let progress = Progress::begin(&place.log(), &place.path("state"), start).unwrap();
    let saved = SavedState::read(&place.path("state")).unwrap().unwrap();
    assert_eq!((saved.offset, saved.lines), (0, 0));
    drop(progress);
    place.rotate("log.1");
    place.append("log", "b\n");
    assert_eq!(place.follow(true, Some(&saved)).next(9), ["a", "b"]);
}

#[test]
#[cfg(unix)]
fn only_regular_files_of_bounded_size_are_states() {
    let place = Place::new("a\n");
    assert!(SavedState::read(Path::new("/dev/zero")).is_err());
    assert!(SavedState::read(&place.path("")).is_err());
    fs::write(place.path("state"), " ".repeat(1 << 20)).unwrap();
    assert!(SavedState::read(&place.path("state")).is_err());
}
