//! The pieces that pages are put together from.

use terraform_provider_alivpn::tf::types::Type;

/// A page: its front matter, which the registry reads, its title and its parts.
pub struct Page {
    /// Shown in the browser's title.
    pub page_title: String,
    /// The first heading.
    pub heading: String,
    /// What it is for, in Markdown; its first sentence describes the page in lists.
    pub purpose: String,
    /// What follows, each a paragraph, a list, a heading or a fence.
    pub parts: Vec<String>,
}

impl Page {
    /// The file's text.
    pub fn text(&self) -> String {
        let mut parts = vec![
            format!(
                "---\n# Made by `alivpn docs` from the schemas and examples/: change those instead.\npage_title: {:?}\nsubcategory: \"\"\n\
                 description: |-\n  {}\n---",
                self.page_title,
                plain(summary(&self.purpose))
            ),
            format!("# {}", self.heading),
            self.purpose.clone(),
        ];
        parts.extend(self.parts.iter().cloned());
        let mut text = parts.join("\n\n");
        text.push('\n');
        text
    }
}

/// Text in a fence.
pub fn fence(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```", text.trim_end())
}

/// A type in words.
pub fn type_words(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::Dynamic => "Any".to_owned(),
        Type::List(element) => format!("List of {}", type_words(element)),
        Type::Set(element) => format!("Set of {}", type_words(element)),
        Type::Map(element) => format!("Map of {}", type_words(element)),
        Type::Object(_) => "Object".to_owned(),
        Type::Tuple(_) => "Tuple".to_owned(),
    }
}

/// The first sentence, without its full stop.
pub fn summary(text: &str) -> &str {
    let paragraph = text.split("\n\n").next().unwrap_or(text);
    let end = paragraph.find(". ").unwrap_or(paragraph.len());
    paragraph
        .get(..end)
        .unwrap_or(paragraph)
        .trim_end_matches('.')
}

/// Without what Markdown marks code with.
fn plain(text: &str) -> String {
    text.replace('`', "").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_registrys_front_matter_and_one_blank_line_between_its_parts() {
        let page = Page {
            page_title: "x_y (Resource) - x".to_owned(),
            heading: "x_y (Resource)".to_owned(),
            purpose: "What `x` is. More of it.\n\nAnd more.".to_owned(),
            parts: vec!["## Arguments".to_owned(), "None.".to_owned()],
        };
        assert_eq!(
            page.text(),
            "---\n# Made by `alivpn docs` from the schemas and examples/: change those instead.\npage_title: \"x_y (Resource) - x\"\n\
             subcategory: \"\"\ndescription: |-\n  What x is\n---\n\n# x_y (Resource)\n\nWhat `x` is. More of it.\n\nAnd more.\n\n\
             ## Arguments\n\nNone.\n"
        );
    }

    #[test]
    fn types_read_as_words() {
        let objects = Type::list(Type::object([("a", Type::Bool)]));
        assert_eq!(type_words(&objects), "List of Object");
        assert_eq!(
            type_words(&Type::map(Type::set(Type::Number))),
            "Map of Set of Number"
        );
    }
}
