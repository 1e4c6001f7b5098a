//! HTML from values: what is written is escaped unless it is HTML already, and only this file can say that it is.

use std::fmt::{self, Display, Write};

/// A piece of HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Any text, shown as it is.
    pub fn text(text: impl Display) -> Self {
        let mut html = Self::default();
        // Writing to a string does not fail.
        let _ = write!(Escaping(&mut html.0), "{text}");
        html
    }

    /// HTML that stands in the program.
    pub const fn literal(html: &'static str) -> Literal {
        Literal(html)
    }

    /// An element with what is in it; the values of attributes are escaped.
    pub fn element(name: &'static str, attributes: &[(&'static str, &str)], inner: Self) -> Self {
        let mut html = format!("<{name}");
        for (attribute, value) in attributes {
            let _ = write!(html, " {attribute}=\"{}\"", Self::text(value));
        }
        let _ = write!(html, ">{inner}</{name}>");
        Self(html)
    }

    /// Adds a piece behind.
    #[must_use]
    pub fn and(mut self, other: impl Into<Self>) -> Self {
        self.0.push_str(&other.into().0);
        self
    }
}

/// HTML that stands in the program.
#[derive(Debug, Clone, Copy)]
pub struct Literal(&'static str);

impl From<Literal> for Html {
    fn from(literal: Literal) -> Self {
        Self(literal.0.to_owned())
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(pieces: I) -> Self {
        pieces.into_iter().fold(Self::default(), Self::and)
    }
}

impl Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

struct Escaping<'a>(&'a mut String);

impl Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_in_text_and_in_attributes() {
        let html = Html::element(
            "td",
            &[("title", "\"><script>")],
            Html::text("<b>&'").and(Html::literal("<br>")),
        );
        assert_eq!(
            html.to_string(),
            "<td title=\"&quot;&gt;&lt;script&gt;\">&lt;b&gt;&amp;&#39;<br></td>"
        );
    }
}
