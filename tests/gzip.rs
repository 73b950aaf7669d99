//! Compressed input, through the program.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/program.rs"]
mod program;

use flate2::Compression;
use flate2::write::GzEncoder;
use program::Place;
use std::io::{BufRead, BufReader, Write};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn events(count: usize) -> String {
    (0..count)
        .map(|n| {
            format!("{{\"event_id\":{n},\"event_type\":\"ORDER_CREATED\",\"data\":{{\"amount\":{}}}}}\n", n * 7 % 200)
        })
        .collect()
}

#[test]
fn it_is_read_as_if_it_were_plain() {
    let place = Place::small();
    let text = events(3_000);
    std::fs::write(place.path("plain.ndjson"), &text).unwrap();
    // Two members, the first of which ends within a line, in a file without the extension `.gz`.
    let (first, second) = text.as_bytes().split_at(text.len() / 2);
    let stream = [gzip(first), gzip(second)].concat();
    std::fs::write(place.path("events"), &stream).unwrap();
    let plain = place.call(&["route", "-i", "plain.ndjson"], "").code(0).out;
    assert_eq!(plain.lines().count(), 3_000);
    assert!(place.call(&["route", "-i", "events", "--threads", "3"], "").code(0).out == plain);
    assert!(place.call(&["route"], stream.clone()).code(0).out == plain);
    place.call(&["explain", "-i", "events", "--line", "2999"], "").code(0).says("line 2999");
    place.call(&["eval", "id", "-i", "-"], stream).code(0).says("== 3000  2999");
    // Data that looks like gzip but is not.
    place.call(&["route"], &b"\x1f"[..]).code(3);
    place.call(&["route"], &b"\x1f\n{}\n"[..]).code(3);
    place.call(&["route"], gzip(b"")).code(0);
}

#[test]
fn what_comes_before_damage_is_decided() {
    let place = Place::small();
    let text = events(3_000);
    let plain = place.call(&["route"], text.clone()).code(0).out;
    let stream = gzip(text.as_bytes());
    for (stream, message) in [
        (stream[..stream.len() - 4].to_vec(), "cannot route standard input: the gzip data is cut off"),
        ([&stream[..], b"x"].concat(), "the gzip data is damaged: something else follows it"),
    ] {
        let called = place.call(&["route"], stream).code(2).complains(message);
        assert!(called.out == plain, "{}", called.out.len());
    }
    let half = place.call(&["route"], stream[..stream.len() / 2].to_vec()).code(2).complains("cut off");
    assert!(plain.starts_with(&half.out) && half.out.lines().count() > 1_000);
    let mut damaged = stream.clone();
    damaged[stream.len() / 2] ^= 0xff;
    let called = place
        .call(&["route", "--threads", "2"], damaged)
        .code(2)
        .complains("cannot route standard input: the gzip data is ");
    assert!(called.out.lines().count() > 1_000);
}

#[test]
fn it_cannot_be_followed_or_resumed() {
    let place = Place::small();
    std::fs::write(place.path("events"), gzip(b"{}\n")).unwrap();
    place.call(&["route", "-i", "events", "--follow"], "").code(2).complains("--follow cannot read compressed input");
    place.call(&["route", "-i", "later.gz", "--follow"], "").code(2).complains("`later.gz` is gzip");
    let state = ["route", "-i", "events", "--state", "s"];
    place.call(&state, "").code(2).complains("--state cannot be kept for compressed input");
}

/// If the compressor flushes after each event, its decision is written at once.
#[test]
fn a_decision_does_not_wait_for_more_input() {
    let place = Place::small();
    let mut child = place.start(&["route"]);
    let mut decisions = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut encoder = GzEncoder::new(child.stdin.take().unwrap(), Compression::default());
    for n in 0..3 {
        encoder.write_all(events(1).as_bytes()).unwrap();
        encoder.flush().unwrap();
        assert!(decisions.next().unwrap().unwrap().contains("\"status\":\"routed\""), "{n}");
    }
    drop(encoder.finish().unwrap());
    assert!(child.wait().unwrap().success());
}

/// One line of 48 MiB from 48 KiB of input: it is cut at the limit, and never held in memory as a whole.
#[test]
#[cfg(target_os = "linux")]
fn a_bomb_takes_no_memory() {
    let place = Place::small();
    let member = gzip(&vec![b' '; 1 << 20]);
    std::fs::write(place.path("bomb.gz"), member.repeat(48)).unwrap();
    let command = format!("ulimit -v 120000; exec {} route -i bomb.gz --max-line 1MiB", program::program().display());
    let output = std::process::Command::new("sh").args(["-c", &command]).current_dir(place.path("")).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(out.contains("\"status\":\"malformed\"") && out.lines().count() == 1, "{out}");
}
