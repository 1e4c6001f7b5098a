//! The pages of a provider, a pure function of what it declares and of the examples.

use std::collections::BTreeMap;

use terraform_provider_alivpn::tf::identity::IdentitySchema;
use terraform_provider_alivpn::tf::provider::Provider;
use terraform_provider_alivpn::tf::schema::{Effect, Mode, Schema};

use super::block;
use super::examples::Examples;
use super::guide::Guide;
use super::kind::{
    DATA_SOURCE, EPHEMERAL_RESOURCE, FUNCTION, IDENTITIES, IMPORT_BLOCKS, Kind, LIST_RESOURCE,
    MOVES_BETWEEN_TYPES, RESOURCE,
};
use super::markdown::{Page, type_words};
use super::{function, index, troubleshooting};

/// The provider's name: what its types begin with.
pub const PROVIDER: &str = "alivpn";

/// Texts by their path in `docs/`.
pub type Pages = BTreeMap<String, String>;

/// All pages that are not written by hand.
///
/// # Errors
/// An example that a page needs is missing.
pub fn pages<P: Provider>(
    provider: &P,
    examples: &Examples,
    guides: &[Guide],
) -> anyhow::Result<Pages> {
    let mut subjects = Vec::new();
    let mut identities = BTreeMap::new();
    for resource in provider.resources() {
        identities.insert(resource.type_name(), resource.identity());
        subjects.push(Subject {
            kind: &RESOURCE,
            name: resource.type_name(),
            schema: resource.schema(),
            identity: resource.identity(),
        });
    }
    let blocks = [
        (
            &DATA_SOURCE,
            named(provider.data_sources(), |it| (it.type_name(), it.schema())),
        ),
        (
            &EPHEMERAL_RESOURCE,
            named(provider.ephemeral_resources(), |it| {
                (it.type_name(), it.schema())
            }),
        ),
        (
            &LIST_RESOURCE,
            named(provider.list_resources(), |it| {
                (it.type_name(), it.schema())
            }),
        ),
    ];
    for (kind, blocks) in blocks {
        subjects.extend(blocks.into_iter().map(|(name, schema)| Subject {
            kind,
            name,
            schema,
            identity: identities.get(name).cloned().flatten(),
        }));
    }

    let mut pages = Pages::new();
    let mut entries = Vec::new();
    for subject in &subjects {
        let page = subject.page(examples)?;
        entries.push(index::Entry::new(
            subject.kind,
            subject.name,
            &page,
            &subject.path(),
        ));
        pages.insert(subject.path(), page.text());
    }
    for function in provider.functions() {
        let path = format!("{}/{}.md", FUNCTION.folder, function.name());
        let page = function::page(function.name(), &function.definition(), examples)?;
        entries.push(index::Entry::new(&FUNCTION, function.name(), &page, &path));
        pages.insert(path, page.text());
    }
    let errors = troubleshooting::page();
    let mut guides: Vec<&Guide> = guides
        .iter()
        .filter(|guide| guide.path != troubleshooting::PATH)
        .collect();
    let made = Guide::read(troubleshooting::PATH, &errors)?;
    guides.push(&made);
    let index = index::page(&provider.schema(), &entries, &guides, examples)?;
    pages.insert("index.md".to_owned(), index.text());
    pages.insert(troubleshooting::PATH.to_owned(), errors);
    Ok(pages)
}

fn named<T>(
    items: Vec<T>,
    of: impl Fn(&T) -> (&'static str, Schema),
) -> Vec<(&'static str, Schema)> {
    items.iter().map(of).collect()
}

/// A type of block with its declaration.
struct Subject {
    kind: &'static Kind,
    name: &'static str,
    schema: Schema,
    /// That of the resource of this name.
    identity: Option<IdentitySchema>,
}

impl Subject {
    /// Where its page is, in `docs/`.
    fn path(&self) -> String {
        Self::page_of(self.kind, self.name)
    }

    fn page_of(kind: &Kind, name: &str) -> String {
        let prefix = format!("{PROVIDER}_");
        let name = name.strip_prefix(&prefix).unwrap_or(name);
        format!("{}/{name}.md", kind.folder)
    }

    fn page(&self, examples: &Examples) -> anyhow::Result<Page> {
        let mut parts = Vec::new();
        if let Some(since) = self.kind.since {
            let Kind { noun, note, .. } = self.kind;
            parts.push(
                format!("{noun} needs {}. {note}", since.words())
                    .trim_end()
                    .to_owned(),
            );
        }
        parts.push("## Example Usage".to_owned());
        parts.push(examples.of(self.kind, self.name)?);
        parts.extend(block::sections(&self.schema.block, self.kind.where_unset));
        if self.kind.folder == RESOURCE.folder {
            parts.extend(self.changes());
            parts.extend(self.import(examples)?);
            parts.extend(self.moved(examples));
        }
        if self.kind.folder == LIST_RESOURCE.folder {
            parts.extend(self.results());
        }
        Ok(Page {
            page_title: format!("{} ({}) - {PROVIDER}", self.name, self.kind.title),
            heading: format!("{} ({})", self.name, self.kind.title),
            purpose: self.schema.block.description.clone(),
            parts,
        })
    }

    /// What an update does, by argument.
    fn changes(&self) -> Vec<String> {
        let block = &self.schema.block;
        let arguments = |effect: Option<Effect>| {
            let attributes = block.attributes.iter().filter(move |attribute| {
                attribute.mode != Mode::Computed
                    && match effect {
                        Some(effect) => !attribute.replaces && attribute.effect == effect,
                        None => attribute.replaces,
                    }
            });
            attributes
                .map(|attribute| attribute.name.as_str())
                .collect::<Vec<_>>()
        };
        let mut no_call = arguments(Some(Effect::NoCall));
        no_call.extend(block.blocks.iter().map(|block| block.name.as_str()));
        let rows = [
            (
                arguments(Some(Effect::Synchronous)),
                "in place and **synchronous**: done with the answer to one call, when nothing else of the object changes with it",
            ),
            (
                arguments(Some(Effect::Asynchronous)),
                "in place and **asynchronous**: the apply waits until the cloud has carried it out",
            ),
            (
                arguments(None),
                "**replacement**: the object is destroyed and created again",
            ),
            (no_call, "no call: the cloud does not know it"),
        ];
        let mut table = "| a change of | is |\n|---|---|".to_owned();
        for (names, effect) in rows {
            if !names.is_empty() {
                table.push_str(&format!("\n| `{}` | {effect} |", names.join("`, `")));
            }
        }
        vec!["## What a change does".to_owned(), table]
    }

    /// How to take over objects of another type, where there is an example of it.
    fn moved(&self, examples: &Examples) -> Vec<String> {
        let path = format!("{}/{}/moved.tf", self.kind.folder, self.name);
        let Some(example) = examples.optional(&path) else {
            return Vec::new();
        };
        vec![
            "## Move from another provider".to_owned(),
            format!("With {}:", MOVES_BETWEEN_TYPES.words()),
            example,
        ]
    }

    fn import(&self, examples: &Examples) -> anyhow::Result<Vec<String>> {
        let file =
            |name: &str| examples.fenced(&format!("{}/{}/{name}", self.kind.folder, self.name));
        let mut parts = vec![
            "## Import".to_owned(),
            "By ID:".to_owned(),
            file("import.sh")?,
            format!("By a block with the ID, with {}:", IMPORT_BLOCKS.words()),
            file("import-by-string-id.tf")?,
        ];
        if let Some(identity) = &self.identity {
            parts.push(format!(
                "By a block with the identity, with {}:",
                IDENTITIES.words()
            ));
            parts.push(file("import-by-identity.tf")?);
            parts.push("The identity:".to_owned());
            parts.push(attributes(identity));
        }
        Ok(parts)
    }

    /// What a query gives of each object that it finds.
    fn results(&self) -> Vec<String> {
        let page = Subject::page_of(&RESOURCE, self.name);
        let mut parts = vec![
            "## Results".to_owned(),
            "Of each object that is found:".to_owned(),
            format!(
                "- the display name: its name and its ID, or its ID alone\n\
                 - its identity, as below, which an import block takes\n\
                 - with `include_resource = true` in the `list` block, and for `-generate-config-out`, the whole object as the resource \
                 [{}](../{page}) shows it",
                self.name
            ),
        ];
        if let Some(identity) = &self.identity {
            parts.push("The identity:".to_owned());
            parts.push(attributes(identity));
        }
        parts
    }
}

/// The attributes of an identity.
fn attributes(identity: &IdentitySchema) -> String {
    let lines = identity.attributes().iter().map(|attribute| {
        let need = match attribute.required {
            true => "required",
            false => "optional",
        };
        let ty = type_words(&attribute.ty);
        format!(
            "- `{}` ({ty}, {need}) {}",
            attribute.name, attribute.description
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_provider_alivpn::tf::identity::IdentityType;
    use terraform_provider_alivpn::tf::schema::{Attribute, Block, NestedBlock};
    use terraform_provider_alivpn::tf::types::Type;

    fn subject(kind: &'static Kind) -> Subject {
        let block = Block::new("A thing.")
            .attribute(Attribute::required("place", Type::String, "Where.").replaces())
            .attribute(Attribute::optional("name", Type::String, "Name.").synchronous())
            .attribute(Attribute::optional("size", Type::Number, "Size."))
            .attribute(Attribute::optional("note", Type::String, "Note.").no_call())
            .attribute(Attribute::computed("id", Type::String, "ID."))
            .block(NestedBlock::single("timeouts", Block::new("Timeouts.")));
        let identity = IdentitySchema::new(0)
            .required("id", IdentityType::String, "The ID.")
            .optional("region", IdentityType::String, "The region.");
        Subject {
            kind,
            name: "alivpn_thing",
            schema: Schema::new(0, block),
            identity: Some(identity),
        }
    }

    fn examples() -> Examples {
        let files = [
            "data-sources/alivpn_thing/data-source.tf",
            "list-resources/alivpn_thing/list-resource.tfquery.hcl",
            "resources/alivpn_thing/resource.tf",
            "resources/alivpn_thing/import.sh",
            "resources/alivpn_thing/import-by-string-id.tf",
            "resources/alivpn_thing/import-by-identity.tf",
            "resources/alivpn_thing/moved.tf",
        ];
        Examples(
            files
                .map(|file| (file.to_owned(), format!("# {file}\n")))
                .into(),
        )
    }

    #[test]
    fn a_resources_page_says_what_each_change_does_and_how_to_import() {
        let subject = subject(&RESOURCE);
        assert_eq!(subject.path(), "resources/thing.md");
        let page = subject.page(&examples()).unwrap().text();
        for said in [
            "page_title: \"alivpn_thing (Resource) - alivpn\"",
            "# resources/alivpn_thing/resource.tf",
            "\n| `name` | in place and **synchronous**",
            "\n| `size` | in place and **asynchronous**",
            "\n| `place` | **replacement**",
            "\n| `note`, `timeouts` | no call",
            "```shell\n# resources/alivpn_thing/import.sh\n```",
            "with Terraform 1.5 or OpenTofu 1.6, or newer:",
            "# resources/alivpn_thing/import-by-identity.tf",
            "With Terraform 1.8 or OpenTofu 1.10, or newer:\n\n```terraform\n# resources/alivpn_thing/moved.tf",
            "- `id` (String, required) The ID.\n- `region` (String, optional) The region.",
        ] {
            assert!(page.contains(said), "{said}\n---\n{page}");
        }
    }

    #[test]
    fn a_list_resources_page_says_what_it_needs_and_what_it_gives() {
        let page = subject(&LIST_RESOURCE).page(&examples()).unwrap().text();
        for said in [
            "A list resource needs Terraform 1.14 or newer",
            "- the display name",
            "with `include_resource = true` in the `list` block",
            "[alivpn_thing](../resources/thing.md)",
            "- `id` (String, required) The ID.\n- `region` (String, optional) The region.",
        ] {
            assert!(page.contains(said), "{said}\n---\n{page}");
        }
    }

    #[test]
    fn other_pages_say_nothing_of_changes() {
        let page = subject(&DATA_SOURCE).page(&examples()).unwrap().text();
        for unsaid in ["needs Terraform", "What a change does", "## Import"] {
            assert!(!page.contains(unsaid), "{unsaid}\n---\n{page}");
        }
    }

    #[test]
    fn a_page_without_its_example_is_an_error() {
        let error = subject(&RESOURCE).page(&Examples::default()).err().unwrap();
        assert!(
            error
                .to_string()
                .contains("examples/resources/alivpn_thing/resource.tf")
        );
    }
}
