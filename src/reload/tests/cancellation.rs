//! A reload that is superseded stops soon, and its thread ends.

use super::*;
use crate::reload::attempt::Attempt;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::channel;

#[test]
fn a_cancelled_attempt_reads_no_further_file() {
    let dir = TempDir::new().unwrap();
    for file in 0..100 {
        fs::write(dir.path().join(format!("{file:03}.yaml")), format!("rules: [{{name: r{file}, subscribers: [s]}}]"))
            .unwrap();
    }
    // The loader waits at its tenth check until the attempt has been cancelled.
    let (reached, at_check) = channel();
    let (resume, resumed) = channel::<()>();
    let resumed = Mutex::new(resumed);
    let checks = Arc::new(AtomicUsize::new(0));
    let counter = checks.clone();
    let mut options = ReloadOptions::default();
    options.load = options.load.cancel_when(move || {
        if counter.fetch_add(1, Ordering::Relaxed) + 1 == 10 {
            reached.send(()).unwrap();
            resumed.lock().unwrap().recv().unwrap();
        }
        false
    });
    let (inbox, messages) = channel();
    let attempt = Attempt::start(1, dir.path().to_path_buf(), &options, &inbox).unwrap();
    at_check.recv_timeout(PATIENCE).unwrap();
    attempt.cancel();
    resume.send(()).unwrap();
    until("the thread has ended", || !attempt.is_running());
    assert_eq!(checks.load(Ordering::Relaxed), 10);
    assert!(messages.try_recv().is_err());
}
