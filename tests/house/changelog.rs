//! The changelog's form, that of Keep a Changelog 1.1.0: programs read it too.

use crate::read;

const KINDS: [&str; 6] = [
    "Added",
    "Changed",
    "Deprecated",
    "Removed",
    "Fixed",
    "Security",
];

/// A version's heading: `Unreleased`, or `1.2.3 - 2026-01-02`. Gives its numbers.
fn version(heading: &str) -> Option<[u64; 3]> {
    if heading == "Unreleased" {
        return Some([u64::MAX; 3]);
    }
    let (version, date) = heading.split_once(" - ")?;
    let date: Vec<&str> = date.split('-').collect();
    let lengths: Vec<usize> = date.iter().map(|part| part.len()).collect();
    let is_date = lengths == [4, 2, 2] && date.iter().all(|part| part.parse::<u16>().is_ok());
    let numbers: Vec<u64> = version
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect();
    numbers.try_into().ok().filter(|_| is_date)
}

/// What is wrong with a changelog's form.
fn faults(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut last = None;
    let mut kinds: Vec<&str> = Vec::new();
    let mut entries = 1;
    let close = |entries: usize, heading: &str, faults: &mut Vec<String>| {
        if entries == 0 {
            faults.push(format!("nothing stands before {heading:?}"));
        }
    };
    if !text.starts_with("# Changelog\n") {
        faults.push("it does not begin with its title".to_owned());
    }
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            close(entries, heading, &mut faults);
            match (version(heading), last) {
                (None, _) => faults.push(format!("{heading:?} is no version with its date")),
                (Some(version), Some(last)) if version >= last => {
                    faults.push(format!("{heading:?} stands after an older one"));
                }
                (version, _) => last = version,
            }
            kinds.clear();
            // A version may have nothing but words.
            entries = 1;
        } else if let Some(kind) = line.strip_prefix("### ") {
            close(entries, kind, &mut faults);
            if !KINDS.contains(&kind) || kinds.contains(&kind) {
                faults.push(format!("{kind:?} is no kind of change, or stands twice"));
            }
            kinds.push(kind);
            entries = 0;
        } else if line.starts_with("- ") {
            entries += 1;
            if kinds.is_empty() {
                faults.push(format!("{line:?} is of no kind"));
            }
        }
    }
    close(entries, "the end", &mut faults);
    faults
}

#[test]
fn the_changelog_keeps_its_form() {
    let text = read("CHANGELOG.md");
    assert_eq!(faults(&text), [""; 0]);
    assert!(
        text.contains("keepachangelog.com/en/1.1.0"),
        "it does not say which form"
    );
}

#[test]
fn another_form_is_found() {
    let good = "# Changelog\n\n## Unreleased\n\n### Added\n\n- a\n\n## 0.2.0 - 2026-12-01\n\n### Fixed\n\n- b\n";
    assert_eq!(faults(good), [""; 0]);
    for (from, to) in [
        ("# Changelog\n", "# History\n"),
        ("0.2.0 - 2026-12-01", "0.2.0"),
        ("0.2.0 - 2026-12-01", "0.2.0 - 1.12.2026"),
        ("### Fixed", "### Bugs"),
        (
            "### Fixed\n\n- b\n",
            "### Fixed\n\n- b\n\n### Fixed\n\n- c\n",
        ),
        ("- a\n", "a\n"),
        ("### Added\n\n", ""),
        ("## 0.2.0", "## 0.2.0 - 2026-11-01\n\n## 0.2.0"),
    ] {
        assert_ne!(good.replacen(from, to, 1), good, "{from}");
        assert_ne!(
            faults(&good.replacen(from, to, 1)),
            [""; 0],
            "{from} -> {to}"
        );
    }
}
