//! What `examples/` holds.

use std::collections::BTreeMap;

use anyhow::Context;

use super::kind::Kind;
use super::markdown;

/// Texts by their path in `examples/`.
#[derive(Debug, Default)]
pub struct Examples(pub BTreeMap<String, String>);

impl Examples {
    /// A file in a fence of its language, if it is there.
    pub fn optional(&self, path: &str) -> Option<String> {
        let language = match path.ends_with(".sh") {
            true => "shell",
            false => "terraform",
        };
        let text = self.0.get(path)?;
        Some(markdown::fence(language, text))
    }

    /// A file in a fence of its language.
    pub fn fenced(&self, path: &str) -> anyhow::Result<String> {
        self.optional(path)
            .with_context(|| format!("examples/{path} is missing: a page shows it"))
    }

    /// The example that a page begins with.
    pub fn of(&self, kind: &Kind, name: &str) -> anyhow::Result<String> {
        self.fenced(&format!("{}/{name}/{}", kind.folder, kind.example))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docs::kind::FUNCTION;

    #[test]
    fn an_example_stands_in_a_fence_and_a_missing_one_is_named() {
        let path = "functions/f/function.tf".to_owned();
        let examples = Examples([(path, "output \"x\" {}\n".to_owned())].into());
        let shown = examples.of(&FUNCTION, "f").unwrap();
        assert_eq!(shown, "```terraform\noutput \"x\" {}\n```");
        let error = examples.of(&FUNCTION, "g").unwrap_err().to_string();
        assert!(
            error.contains("examples/functions/g/function.tf"),
            "{error}"
        );
    }
}
