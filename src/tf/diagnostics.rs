//! What a person should read: errors and warnings, each with the place in the configuration that it is about.

use super::path::AttributePath;
use super::proto;

/// The longest summary that a person is shown, in bytes: names and values may be of any length.
const LONGEST_SUMMARY: usize = 512;

/// The same for the detail.
pub(super) const LONGEST_DETAIL: usize = 8 * 1024;

/// As many diagnostics as a person is shown at once; a value of a million wrong elements has as many.
const MOST_SHOWN: usize = 100;

/// How grave a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The operation failed.
    Error,
    /// The operation went on.
    Warning,
}

/// One thing a person should read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// One line without a full stop.
    pub summary: String,
    /// Sentences: what happened, to what, why as far as known, what to do. May be empty.
    pub detail: String,
    /// What it is about; none when it is the whole object.
    pub attribute: Option<AttributePath>,
}

impl Diagnostic {
    /// An error with this summary.
    pub fn error(summary: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            summary: summary.into(),
            detail: String::new(),
            attribute: None,
        }
    }

    /// A warning with this summary.
    pub fn warning(summary: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(summary)
        }
    }

    /// The same with this detail.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Diagnostic {
        self.detail = detail.into();
        self
    }

    /// The same about this attribute. The root is the whole object: no attribute.
    #[must_use]
    pub fn at(mut self, path: impl Into<AttributePath>) -> Diagnostic {
        self.attribute = Some(path.into()).filter(|path| !path.is_root());
        self
    }

    /// The diagnostic on the wire, cut where it is longer than anybody reads.
    pub fn to_proto(&self) -> proto::Diagnostic {
        let severity = match self.severity {
            Severity::Error => proto::diagnostic::Severity::Error,
            Severity::Warning => proto::diagnostic::Severity::Warning,
        };
        proto::Diagnostic {
            severity: severity.into(),
            summary: shortened(&self.summary, LONGEST_SUMMARY),
            detail: shortened(&self.detail, LONGEST_DETAIL),
            attribute: self.attribute.as_ref().map(AttributePath::to_proto),
        }
    }
}

/// Diagnostics in the order in which they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// None.
    pub fn new() -> Diagnostics {
        Diagnostics::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// The diagnostics on the wire; what is more than a person can use is counted.
    pub fn to_proto(&self) -> Vec<proto::Diagnostic> {
        let (shown, left_out) = self.0.split_at(self.0.len().min(MOST_SHOWN));
        let mut messages: Vec<_> = shown.iter().map(Diagnostic::to_proto).collect();
        if !left_out.is_empty() {
            let summary = match left_out.len() {
                1 => "1 more problem is not shown".to_owned(),
                count => format!("{count} more problems are not shown"),
            };
            let serious = left_out.iter().any(|left| left.severity == Severity::Error);
            let rest = if serious {
                Diagnostic::error(summary)
            } else {
                Diagnostic::warning(summary)
            };
            let rest = rest.detail("Solve those above first, then the others are shown.");
            messages.push(rest.to_proto());
        }
        messages
    }
}

/// The text, cut at this many bytes.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    match text.get(..text.floor_char_boundary(longest)) {
        Some(kept) if kept.len() < text.len() => {
            format!("{kept}... ({} bytes more)", text.len() - kept.len())
        }
        _ => text.to_owned(),
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.0.extend(diagnostics);
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Diagnostics {
        Diagnostics(diagnostics.into_iter().collect())
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Diagnostics {
        Diagnostics(vec![diagnostic])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_gets_no_more_than_can_be_read() {
        let long = Diagnostic::error("ü".repeat(1 << 20)).detail("ü".repeat(1 << 20));
        let long = long.to_proto();
        assert!(long.summary.ends_with("ü... (2096640 bytes more)"));
        assert!(long.detail.len() < LONGEST_DETAIL + 50);

        let mut many: Diagnostics = (0..MOST_SHOWN).map(|_| Diagnostic::warning("w")).collect();
        assert_eq!(many.to_proto().len(), MOST_SHOWN);
        many.push(Diagnostic::warning("w"));
        let rest = many.to_proto().pop().unwrap();
        assert_eq!(rest.summary, "1 more problem is not shown");
        assert_eq!(rest.severity(), proto::diagnostic::Severity::Warning);
        many.push(Diagnostic::error("e"));
        let rest = many.to_proto().pop().unwrap();
        assert_eq!(rest.severity(), proto::diagnostic::Severity::Error);
    }

    #[test]
    fn the_wire_keeps_severity_text_and_place() {
        let warning = Diagnostic::warning("Gone")
            .detail("It was removed.")
            .at("name")
            .to_proto();
        assert_eq!(
            warning.severity,
            proto::diagnostic::Severity::Warning as i32
        );
        assert_eq!(
            (warning.summary.as_str(), warning.detail.as_str()),
            ("Gone", "It was removed.")
        );
        assert_eq!(
            warning.attribute,
            Some(AttributePath::from("name").to_proto())
        );
        let error = Diagnostic::error("Failed")
            .at(AttributePath::root())
            .to_proto();
        assert_eq!(error.severity, proto::diagnostic::Severity::Error as i32);
        assert_eq!(error.attribute, None);
    }

    #[test]
    fn only_errors_count_as_errors() {
        let mut diagnostics = Diagnostics::from(Diagnostic::warning("a"));
        assert!(!diagnostics.has_errors());
        diagnostics.extend([Diagnostic::error("b")]);
        assert!(diagnostics.has_errors());
        let order: Vec<_> = diagnostics
            .iter()
            .map(|diagnostic| diagnostic.summary.as_str())
            .collect();
        assert_eq!(order, ["a", "b"]);
    }
}
