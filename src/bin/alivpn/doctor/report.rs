//! The lines for people, and for programs.

use serde_json::json;

use super::judgement::{Line, Verdict, worst};

/// No line of text is longer, but for one word that is.
const WIDTH: usize = 100;

/// Where the words begin: after the verdict and what the line is about.
const INDENT: usize = 21;

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Warn => "warn",
        Verdict::Fail => "fail",
        Verdict::Skip => "skip",
    }
}

/// A line a thing, aligned, and a last one that counts.
pub fn text(lines: &[Line]) -> String {
    let mut text = String::from("\n");
    for line in lines {
        text.push_str(&format!("  {}  {:<13}", word(line.verdict), line.about));
        push_wrapped(&mut text, &line.found);
        if !line.advice.is_empty() {
            text.push_str(&" ".repeat(INDENT));
            push_wrapped(&mut text, &format!("-> {}", line.advice));
        }
    }
    let count = |verdict| lines.iter().filter(|line| line.verdict == verdict).count();
    let last = match (count(Verdict::Fail), count(Verdict::Warn)) {
        (0, 0) => "All is as the provider needs it.".to_owned(),
        (0, 1) => "The provider can work; one line warns.".to_owned(),
        (0, warnings) => format!("The provider can work; {warnings} lines warn."),
        (1, _) => "The provider cannot work as it is; one line fails.".to_owned(),
        (failures, _) => format!("The provider cannot work as it is; {failures} lines fail."),
    };
    text.push_str(&format!("\n{last}\n"));
    text
}

/// The words, broken at blanks; the first line goes on where the text is.
fn push_wrapped(text: &mut String, words: &str) {
    for (number, line) in words.lines().enumerate() {
        if number > 0 {
            text.push_str(&" ".repeat(INDENT));
        }
        let mut column = INDENT;
        for word in line.split_whitespace() {
            let length = word.chars().count();
            if column > INDENT && column + 1 + length > WIDTH {
                text.push('\n');
                text.push_str(&" ".repeat(INDENT));
                column = INDENT;
            }
            if column > INDENT {
                text.push(' ');
                column += 1;
            }
            text.push_str(word);
            column += length;
        }
        text.push('\n');
    }
}

/// One object: `result`, and `lines` with the same in each.
pub fn json(lines: &[Line]) -> String {
    let each: Vec<_> = lines
        .iter()
        .map(|line| {
            json!({
                "about": line.about,
                "result": word(line.verdict),
                "found": line.found,
                "advice": line.advice,
            })
        })
        .collect();
    let whole = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "result": word(worst(lines)),
        "lines": each,
    });
    format!("{whole:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(about: &'static str, verdict: Verdict, found: &str, advice: &str) -> Line {
        Line {
            about,
            verdict,
            found: found.to_owned(),
            advice: advice.to_owned(),
        }
    }

    #[test]
    fn lines_are_aligned_wrapped_and_counted() {
        let lines = [
            line(
                "credentials",
                Verdict::Pass,
                "access key id from the environment",
                "",
            ),
            line("reads", Verdict::Warn, "a\nb", &"word ".repeat(18)),
        ];
        assert_eq!(
            text(&lines),
            "
  pass  credentials  access key id from the environment
  warn  reads        a
                     b
                     -> word word word word word word word word word word word word word word word
                     word word word

The provider can work; one line warns.
"
        );
        assert!(text(&lines).lines().all(|line| line.len() <= WIDTH));
    }

    #[test]
    fn the_last_line_says_whether_the_provider_can_work() {
        use Verdict::{Fail, Pass, Skip, Warn};
        for (verdicts, last) in [
            (vec![Pass, Skip], "All is as the provider needs it."),
            (
                vec![Pass, Warn, Warn],
                "The provider can work; 2 lines warn.",
            ),
            (
                vec![Fail, Warn],
                "The provider cannot work as it is; one line fails.",
            ),
            (
                vec![Fail, Fail],
                "The provider cannot work as it is; 2 lines fail.",
            ),
        ] {
            let lines: Vec<Line> = verdicts
                .iter()
                .map(|verdict| line("x", *verdict, "y", ""))
                .collect();
            assert!(
                text(&lines).ends_with(&format!("\n\n{last}\n")),
                "{verdicts:?}"
            );
        }
    }

    #[test]
    fn programs_get_the_same() {
        let lines = [
            line("clock", Verdict::Fail, "found", "advice"),
            line("reads", Verdict::Skip, "x", ""),
        ];
        let read: serde_json::Value = serde_json::from_str(&json(&lines)).unwrap();
        assert_eq!(read["result"], "fail");
        assert_eq!(
            read["lines"][0],
            json!({"about": "clock", "result": "fail", "found": "found", "advice": "advice"})
        );
        assert_eq!(read["lines"][1]["result"], "skip");
    }
}
