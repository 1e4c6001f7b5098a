//! A text in which `*` stands for any others, none among them; everything else stands for itself.

/// One value of `Action` or `Resource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Any text is a pattern.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Whether a whole text fits, letter by letter.
    pub fn matches(&self, text: &str) -> bool {
        fits(&self.0, text)
    }

    /// Whether a whole text fits, small and capital letters being the same.
    pub fn matches_ignoring_case(&self, text: &str) -> bool {
        fits(&self.0.to_ascii_lowercase(), &text.to_ascii_lowercase())
    }
}

/// The first part begins the text, the last one ends it, and those between follow one another: the first place that fits leaves most for the rest.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(first) else {
        return false;
    };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        match text.split_once(part) {
            Some((_, after)) => text = after,
            None => return false,
        }
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_stands_for_anything_and_for_nothing() {
        for (pattern, text, is_match) in [
            ("", "", true),
            ("", "a", false),
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
            ("*", "anything", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "abcd", false),
            ("ab*ba", "aba", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "acb", false),
            ("**", "x", true),
            ("a**b", "ab", true),
            ("a?c", "abc", false),
            ("*b", "abab", true),
            ("*ab*ab*", "ab", false),
            ("办*", "办公室", true),
        ] {
            assert_eq!(
                Pattern::new(pattern.to_owned()).matches(text),
                is_match,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn case_counts_where_it_is_asked_to() {
        let pattern = Pattern::new("vpc:Describe*".to_owned());
        assert!(pattern.matches_ignoring_case("VPC:DescribeVpnGateway"));
        assert!(!pattern.matches("vpc:describeVpnGateway"));
    }

    /// The definition, letter by letter.
    fn defined(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) => {
                defined(rest, text) || matches!(text, [_, after @ ..] if defined(pattern, after))
            }
            ([expected, rest @ ..], [letter, after @ ..]) => {
                expected == letter && defined(rest, after)
            }
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn patterns_match_as_defined(pattern in "[ab*]{0,7}", text in "[ab]{0,8}") {
            let by_definition = defined(
                &pattern.chars().collect::<Vec<_>>(),
                &text.chars().collect::<Vec<_>>(),
            );
            prop_assert_eq!(Pattern::new(pattern).matches(&text), by_definition);
        }
    }
}
