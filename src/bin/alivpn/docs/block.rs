//! A block as its users need it: what they set, what they get, and the same of what is nested in it.

use std::fmt::Write;

use terraform_provider_alivpn::tf::schema::{Attribute, Block, Mode, NestedBlock, Nesting};

use super::markdown::type_words;

/// The sections about what is set and what is given; `where_unset` introduces what either side may set.
pub fn sections(block: &Block, where_unset: &str) -> Vec<String> {
    let mut parts = vec!["## Arguments".to_owned()];
    parts.extend(arguments(block, "", where_unset));
    parts.extend(nested(block, "", where_unset));
    let computed = of_mode(block, Mode::Computed);
    if !computed.is_empty() {
        parts.push("## Attributes".to_owned());
        parts.push("Beside the arguments:".to_owned());
        parts.push(list(&computed));
        parts.extend(elements(&computed));
    }
    parts
}

/// The lists of what is set, each under a line that says who sets it.
fn arguments(block: &Block, path: &str, where_unset: &str) -> Vec<String> {
    let (required_blocks, optional_blocks): (Vec<_>, Vec<_>) =
        block.blocks.iter().partition(|block| is_required(block));
    let groups = [
        ("Required:", Mode::Required, required_blocks),
        (where_unset, Mode::OptionalComputed, Vec::new()),
        ("Optional:", Mode::Optional, optional_blocks),
    ];
    let mut parts = Vec::new();
    for (title, mode, blocks) in groups {
        let attributes = of_mode(block, mode);
        let mut lines: Vec<String> = attributes.iter().map(|attribute| line(attribute)).collect();
        lines.extend(blocks.into_iter().map(|inner| block_line(inner, path)));
        if !lines.is_empty() {
            parts.push(title.to_owned());
            parts.push(lines.join("\n"));
        }
    }
    if parts.is_empty() {
        parts.push("None.".to_owned());
    }
    parts
}

/// A section for each block within the block, deeper ones after the one that they are in.
fn nested(block: &Block, path: &str, where_unset: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for inner in &block.blocks {
        let path = join(path, &inner.name);
        parts.push(format!("### `{path}`"));
        parts.extend(arguments(&inner.block, &path, where_unset));
        let computed = of_mode(&inner.block, Mode::Computed);
        if !computed.is_empty() {
            parts.push("Given:".to_owned());
            parts.push(list(&computed));
        }
        parts.extend(nested(&inner.block, &path, where_unset));
    }
    parts
}

/// A section for each collection of objects.
fn elements(attributes: &[&Attribute]) -> Vec<String> {
    let mut parts = Vec::new();
    for attribute in attributes {
        if let Some(elements) = &attribute.elements {
            parts.push(format!("### `{}`", attribute.name));
            parts.push("Each has:".to_owned());
            let names: Vec<String> = elements.attributes.iter().map(given).collect();
            parts.push(names.join("\n"));
        }
    }
    parts
}

fn of_mode(block: &Block, mode: Mode) -> Vec<&Attribute> {
    let attributes = block.attributes.iter();
    attributes
        .filter(|attribute| attribute.mode == mode)
        .collect()
}

fn list(attributes: &[&Attribute]) -> String {
    let lines: Vec<String> = attributes.iter().map(|attribute| line(attribute)).collect();
    lines.join("\n")
}

fn line(attribute: &Attribute) -> String {
    item(attribute, &attribute.documentation())
}

/// An attribute of an element: nobody sets it, so it has no rules.
fn given(attribute: &Attribute) -> String {
    item(attribute, &attribute.description)
}

fn item(attribute: &Attribute, documentation: &str) -> String {
    let mut marks = type_words(&attribute.ty);
    for (is_so, mark) in [
        (attribute.sensitive, ", Sensitive"),
        (attribute.write_only, ", Write-only"),
        (attribute.deprecated.is_some(), ", Deprecated"),
    ] {
        if is_so {
            marks.push_str(mark);
        }
    }
    let mut line = format!("- `{}` ({marks}) {documentation}", attribute.name);
    if let Some(deprecated) = &attribute.deprecated {
        let _ = write!(line, " Deprecated: {deprecated}");
    }
    if attribute.elements.is_some() {
        let _ = write!(line, " {}", see_below(&attribute.name));
    }
    line
}

fn block_line(block: &NestedBlock, path: &str) -> String {
    format!(
        "- `{}` ({}) {} {}",
        block.name,
        occurrences(block),
        described(&block.block),
        see_below(&join(path, &block.name))
    )
}

/// A link to the section of this name; the registry and GitHub leave points out of a heading's anchor.
fn see_below(path: &str) -> String {
    format!("See [below](#{}).", path.replace('.', ""))
}

fn described(block: &Block) -> String {
    match &block.deprecated {
        Some(deprecated) => format!("{} Deprecated: {deprecated}", block.description),
        None => block.description.clone(),
    }
}

fn is_required(block: &NestedBlock) -> bool {
    block.min_items > 0
}

fn occurrences(block: &NestedBlock) -> String {
    match (block.nesting, block.min_items, block.max_items) {
        (Nesting::Single | Nesting::Group, ..) => "Block".to_owned(),
        (_, 0, 0) => "Blocks".to_owned(),
        (_, least, 0) => format!("Blocks, at least {least}"),
        (_, 0, most) => format!("Blocks, at most {most}"),
        (_, least, most) => format!("Blocks, {least} to {most}"),
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_provider_alivpn::tf::types::Type;
    use terraform_provider_alivpn::tf::validators::one_of;

    #[test]
    fn arguments_are_grouped_by_who_sets_them_and_keep_their_order() {
        let block = Block::new("Root.")
            .attribute(Attribute::computed("id", Type::String, "ID."))
            .attribute(Attribute::optional("b", Type::Bool, "B."))
            .attribute(Attribute::optional_computed("c", Type::Number, "C."))
            .attribute(Attribute::required("a", Type::String, "A.").validator(one_of(&["x", "y"])))
            .attribute(
                Attribute::optional("d", Type::String, "D.")
                    .sensitive()
                    .deprecated("Use `b`."),
            )
            .block(
                NestedBlock::list("inner", Block::new("Inner."))
                    .min_items(1)
                    .max_items(2),
            );
        assert_eq!(
            sections(&block, "Either:"),
            [
                "## Arguments",
                "Required:",
                "- `a` (String) A. Must be one of \"x\", \"y\".\n- `inner` (Blocks, 1 to 2) Inner. See [below](#inner).",
                "Either:",
                "- `c` (Number) C.",
                "Optional:",
                "- `b` (Boolean) B.\n- `d` (String, Sensitive, Deprecated) D. Deprecated: Use `b`.",
                "### `inner`",
                "None.",
                "## Attributes",
                "Beside the arguments:",
                "- `id` (String) ID.",
            ]
        );
    }

    #[test]
    fn what_is_within_a_block_or_a_list_has_a_section_of_its_own() {
        let leaf = Block::new("Leaf.").attribute(Attribute::required("z", Type::String, "Z."));
        let branch = Block::new("Branch.").block(NestedBlock::single("leaf", leaf));
        let element = Block::new("Element.").attribute(
            Attribute::optional_computed("e", Type::String, "E.").validator(one_of(&["x"])),
        );
        let block = Block::new("Root.")
            .attribute(Attribute::computed_list("all", element, "All."))
            .block(NestedBlock::single("branch", branch));
        assert_eq!(
            sections(&block, "Either:"),
            [
                "## Arguments",
                "Optional:",
                "- `branch` (Block) Branch. See [below](#branch).",
                "### `branch`",
                "Optional:",
                "- `leaf` (Block) Leaf. See [below](#branchleaf).",
                "### `branch.leaf`",
                "Required:",
                "- `z` (String) Z.",
                "## Attributes",
                "Beside the arguments:",
                "- `all` (List of Object) All. See [below](#all).",
                "### `all`",
                "Each has:",
                "- `e` (String) E.",
            ]
        );
    }
}
