//! The page that the documentation opens with: the provider block, and what there is.

use terraform_provider_alivpn::tf::schema::Schema;

use super::block;
use super::examples::Examples;
use super::guide::Guide;
use super::kind::Kind;
use super::markdown::{Page, summary};
use super::pages::PROVIDER;

/// Where the registry shows `docs/`. Links of the index name it: the registry serves the index at this address, which does not end in a slash,
/// so that a browser would look for what is beside it in the folder above.
const REGISTRY: &str = "https://registry.terraform.io/providers/alivpn/alivpn/latest/docs";

/// A page of `docs/` in the registry.
fn address(path: &str) -> String {
    format!("{REGISTRY}/{}", path.trim_end_matches(".md"))
}

/// A page that the index lists.
pub struct Entry {
    kind: &'static Kind,
    link: String,
}

impl Entry {
    /// The entry of a page at this path in `docs/`.
    pub fn new(kind: &'static Kind, name: &str, page: &Page, path: &str) -> Entry {
        Entry {
            kind,
            link: format!("- [{name}]({}): {}", address(path), summary(&page.purpose)),
        }
    }
}

/// The index.
pub fn page(
    schema: &Schema,
    entries: &[Entry],
    guides: &[&Guide],
    examples: &Examples,
) -> anyhow::Result<Page> {
    let mut parts = vec![
        "## Example Usage".to_owned(),
        examples.fenced("provider/provider.tf")?,
        "## Guides".to_owned(),
    ];
    let links = guides.iter().map(|guide| {
        format!(
            "- [{}]({}): {}",
            guide.title,
            address(&guide.path),
            guide.description.trim_end_matches('.')
        )
    });
    parts.push(links.collect::<Vec<_>>().join("\n"));
    parts.push("## What there is".to_owned());
    let mut rest = entries;
    while let Some(first) = rest.first() {
        let end = rest
            .iter()
            .position(|entry| entry.kind.folder != first.kind.folder)
            .unwrap_or(rest.len());
        let (group, others) = rest.split_at(end);
        let links: Vec<&str> = group.iter().map(|entry| entry.link.as_str()).collect();
        parts.push(format!("{}s:\n\n{}", first.kind.title, links.join("\n")));
        rest = others;
    }
    parts.extend(block::sections(&schema.block, ""));
    Ok(Page {
        page_title: format!("Provider: {PROVIDER}"),
        heading: format!("{PROVIDER} provider"),
        purpose: schema.block.description.clone(),
        parts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docs::kind::{FUNCTION, RESOURCE};
    use terraform_provider_alivpn::tf::schema::{Attribute, Block};
    use terraform_provider_alivpn::tf::types::Type;

    #[test]
    fn the_index_lists_guides_and_pages_and_the_provider_block() {
        let listed = |purpose: &str| Page {
            page_title: String::new(),
            heading: String::new(),
            purpose: purpose.to_owned(),
            parts: Vec::new(),
        };
        let entries = [
            Entry::new(
                &RESOURCE,
                "alivpn_a",
                &listed("An `a`. More."),
                "resources/a.md",
            ),
            Entry::new(&RESOURCE, "alivpn_b", &listed("A b."), "resources/b.md"),
            Entry::new(&FUNCTION, "f", &listed("An f."), "functions/f.md"),
        ];
        let guide = Guide {
            path: "guides/start.md".to_owned(),
            title: "Start".to_owned(),
            description: "From nothing.".to_owned(),
        };
        let path = "provider/provider.tf".to_owned();
        let examples = Examples([(path, "provider {}\n".to_owned())].into());
        let block = Block::new("Manages it.").attribute(Attribute::optional(
            "region",
            Type::String,
            "Where.",
        ));
        let page = page(&Schema::new(0, block), &entries, &[&guide], &examples)
            .unwrap()
            .text();
        for said in [
            "# alivpn provider\n\nManages it.\n",
            "```terraform\nprovider {}\n```",
            "- [Start](https://registry.terraform.io/providers/alivpn/alivpn/latest/docs/guides/start): From nothing\n",
            "latest/docs/resources/a): An `a`\n- [alivpn_b](https://registry.terraform.io/providers/alivpn/alivpn/latest/docs/resources/b): A b\n\n\
             Functions:\n\n- [f](https://registry.terraform.io/providers/alivpn/alivpn/latest/docs/functions/f): An f\n",
            "## Arguments\n\nOptional:\n\n- `region` (String) Where.\n",
        ] {
            assert!(page.contains(said), "{said}\n---\n{page}");
        }
    }
}
