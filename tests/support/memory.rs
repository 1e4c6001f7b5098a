//! How much memory a provider's processes had at most.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Between two looks. What counts is the system's own record of the most that a process had, so that only the last look at it
/// matters.
const LOOK: Duration = Duration::from_millis(10);

/// What `action` gives, and the most resident memory, in bytes, that a process of this binary had while it ran. Needs `/proc`;
/// 0 where there is none.
pub fn peak<R>(binary: &Path, action: impl FnOnce() -> R) -> (R, u64) {
    let binary = binary.canonicalize().expect("the binary is there");
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut most = 0;
            while !ended.load(Ordering::Relaxed) {
                most = most.max(resident(&binary));
                thread::sleep(LOOK);
            }
            most
        });
        let result = action();
        ended.store(true, Ordering::Relaxed);
        (result, looking.join().expect("the looks end"))
    })
}

/// The most that any process of this binary has had so far. Processes come and go while one looks.
fn resident(binary: &Path) -> u64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter(|process| fs::read_link(process.path().join("exe")).is_ok_and(|exe| exe == binary))
        .filter_map(|process| fs::read_to_string(process.path().join("status")).ok())
        .filter_map(|status| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("VmHWM:"))?;
            let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
            Some(kibibytes * 1024)
        })
        .max()
        .unwrap_or_default()
}
