use super::super::{Feed, Identity, Mark, Saved};
use super::{Follow, is_rotation};
use crate::cli::input::state::Progress;
use crate::cli::lines::Chunk;
use crate::cli::stop::Stop;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
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

    fn follow(&self, once: bool, saved: Option<&Saved>) -> Reading {
        let follow = Follow::new(&self.log(), Stop::new().unwrap(), once, saved).unwrap();
        Reading { feed: Feed::new(follow, 1 << 20), chunk: Chunk::default(), reached: None, lines: 0 }
    }

    /// What a run writes down that stopped there.
    fn save(&self, reading: &Reading) -> Saved {
        let progress = Progress::new(&self.log(), &self.path("state"));
        progress.reached(reading.reached.clone().unwrap(), reading.lines);
        progress.finish().unwrap();
        Saved::read(&self.path("state")).unwrap().unwrap()
    }
}

struct Reading {
    feed: Feed<Follow>,
    chunk: Chunk,
    reached: Option<Mark>,
    lines: u64,
}

impl Reading {
    /// The next lines, waiting until there are so many; all there are where it ends.
    fn next(&mut self, n: usize) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.len() < n {
            let step = self.feed.fill(&mut self.chunk, |_| ()).unwrap();
            lines.extend(self.chunk.lines().map(|line| String::from_utf8_lossy(line).into_owned()));
            self.reached = step.reached;
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
    fs::write(place.log(), "a\nb-and-more\n").unwrap();
    assert_eq!(place.follow(true, Some(&saved)).next(9), ["b-and-more"], "it was not the whole line");
}

#[test]
fn states_are_checked() {
    let place = Place::new("a\n");
    assert_eq!(Saved::read(&place.path("none")).unwrap(), None);
    fs::write(place.path("state"), "{}").unwrap();
    assert!(Saved::read(&place.path("state")).is_err());
    let mark = Mark { file: Identity { device: 0, inode: 0 }, head: Arc::from(*b"abc"), offset: 2, tail: 0 };
    let progress = Progress::new(&place.log(), &place.path("state"));
    progress.reached(mark, 1);
    progress.finish().unwrap();
    let saved = Saved::read(&place.path("state")).unwrap().unwrap();
    assert!(saved.is_head(b"abz") && !saved.is_head(b"xb") && !saved.is_head(b"a"));
}

#[test]
fn names_of_rotated_files() {
    for suffix in [".1", "-20260110", ".2026-01-10T13:00:00Z"] {
        assert!(is_rotation(suffix), "{suffix}");
    }
    for suffix in ["", ".bak", ".1.gz", ".", ".state"] {
        assert!(!is_rotation(suffix), "{suffix}");
    }
}
