//! What a guide says of itself: guides are written by hand, and listed by machine.

use anyhow::Context;

/// A page of `docs/guides/`.
#[derive(Debug)]
pub struct Guide {
    /// In `docs/`.
    pub path: String,
    /// What it is called.
    pub title: String,
    /// A sentence about it.
    pub description: String,
}

impl Guide {
    /// Reads the front matter.
    ///
    /// # Errors
    /// Something that the registry wants there is missing.
    pub fn read(path: &str, text: &str) -> anyhow::Result<Guide> {
        let matter = text
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n"))
            .map(|(matter, _)| matter)
            .with_context(|| format!("docs/{path} does not begin with front matter"))?;
        let after = |key: &str| {
            let lines = &mut matter.lines();
            lines
                .find_map(|line| line.strip_prefix(key))
                .map(|value| (value.trim(), lines.next().unwrap_or_default().trim()))
                .with_context(|| format!("docs/{path} has no `{key}` in its front matter"))
        };
        after("subcategory:")?;
        Ok(Guide {
            path: path.to_owned(),
            title: after("page_title:")?.0.trim_matches('"').to_owned(),
            description: after("description: |-")?.1.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_tells_its_title_and_what_it_is_about() {
        let text = "---\npage_title: \"Getting started\"\nsubcategory: \"\"\ndescription: |-\n  From nothing.\n---\n\n# Getting started\n";
        let guide = Guide::read("guides/start.md", text).unwrap();
        assert_eq!(
            (guide.title.as_str(), guide.description.as_str()),
            ("Getting started", "From nothing.")
        );
    }

    #[test]
    fn a_guide_that_the_registry_would_not_take_is_refused() {
        for text in ["# No front matter\n", "---\npage_title: \"x\"\n---\n"] {
            let error = Guide::read("guides/start.md", text).unwrap_err();
            assert!(
                error.to_string().contains("docs/guides/start.md"),
                "{error}"
            );
        }
    }
}
