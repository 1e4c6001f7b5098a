//! The declaration as Terraform is told.

use super::{Attribute, Block, Mode, NestedBlock, Nesting, Schema};
use crate::tf::proto;
use crate::tf::proto::schema::nested_block::NestingMode;

impl Schema {
    /// The schema on the wire.
    pub fn to_proto(&self) -> proto::Schema {
        proto::Schema {
            version: self.version,
            block: Some(self.block.to_proto()),
        }
    }
}

impl Block {
    fn to_proto(&self) -> proto::schema::Block {
        proto::schema::Block {
            version: 0,
            attributes: self.attributes.iter().map(Attribute::to_proto).collect(),
            block_types: self.blocks.iter().map(NestedBlock::to_proto).collect(),
            description: self.description.clone(),
            description_kind: proto::StringKind::Markdown.into(),
            deprecated: self.deprecated.is_some(),
            deprecation_message: self.deprecated.clone().unwrap_or_default(),
        }
    }
}

impl Attribute {
    fn to_proto(&self) -> proto::schema::Attribute {
        proto::schema::Attribute {
            name: self.name.clone(),
            r#type: self.ty.to_json(),
            description: self.documentation(),
            required: self.mode == Mode::Required,
            optional: matches!(self.mode, Mode::Optional | Mode::OptionalComputed),
            computed: self.mode.is_computed(),
            sensitive: self.sensitive,
            description_kind: proto::StringKind::Markdown.into(),
            deprecated: self.deprecated.is_some(),
            write_only: self.write_only,
            deprecation_message: self.deprecated.clone().unwrap_or_default(),
        }
    }
}

impl NestedBlock {
    /// Terraform accepts limits for lists and sets, and for a single block only 0 or 1, the same for both.
    fn to_proto(&self) -> proto::schema::NestedBlock {
        let count = |items: usize| i64::try_from(items).unwrap_or(i64::MAX);
        let required = i64::from(self.min_items > 0);
        let (nesting, min_items, max_items) = match self.nesting {
            Nesting::Single => (NestingMode::Single, required, required),
            Nesting::Group => (NestingMode::Group, 0, 0),
            Nesting::List => (
                NestingMode::List,
                count(self.min_items),
                count(self.max_items),
            ),
            Nesting::Set => (
                NestingMode::Set,
                count(self.min_items),
                count(self.max_items),
            ),
            Nesting::Map => (NestingMode::Map, 0, 0),
        };
        proto::schema::NestedBlock {
            type_name: self.name.clone(),
            block: Some(self.block.to_proto()),
            nesting: nesting.into(),
            min_items,
            max_items,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf::types::Type;
    use crate::tf::validators::one_of;

    #[test]
    fn an_attribute_keeps_all_that_was_declared() {
        let attribute = Attribute::optional_computed("key", Type::list(Type::String), "The key.")
            .sensitive()
            .write_only()
            .deprecated("Use `other`.")
            .validator(one_of(&["a"]));
        let wire = Schema::new(3, Block::new("Root.").attribute(attribute)).to_proto();
        assert_eq!(wire.version, 3);
        let block = wire.block.unwrap();
        assert_eq!(block.description, "Root.");
        assert_eq!(
            block.attributes,
            [proto::schema::Attribute {
                name: "key".to_owned(),
                r#type: br#"["list","string"]"#.to_vec(),
                description: "The key. Must be \"a\".".to_owned(),
                required: false,
                optional: true,
                computed: true,
                sensitive: true,
                description_kind: proto::StringKind::Markdown.into(),
                deprecated: true,
                write_only: true,
                deprecation_message: "Use `other`.".to_owned(),
            }]
        );
    }

    #[test]
    fn blocks_have_only_the_limits_that_terraform_accepts() {
        let block = || Block::new("Inner.");
        let root = Block::new("Root.")
            .block(NestedBlock::single("a", block()))
            .block(NestedBlock::single("b", block()).min_items(1))
            .block(NestedBlock::list("c", block()).min_items(1).max_items(3))
            .block(NestedBlock::set("d", block()).max_items(2))
            .block(NestedBlock::map("e", block()))
            .block(NestedBlock::group("f", block()));
        let limits: Vec<_> = Schema::new(0, root)
            .to_proto()
            .block
            .unwrap()
            .block_types
            .into_iter()
            .map(|block| {
                (
                    block.type_name.clone(),
                    block.nesting(),
                    block.min_items,
                    block.max_items,
                )
            })
            .collect();
        let expected = [
            ("a", NestingMode::Single, 0, 0),
            ("b", NestingMode::Single, 1, 1),
            ("c", NestingMode::List, 1, 3),
            ("d", NestingMode::Set, 0, 2),
            ("e", NestingMode::Map, 0, 0),
            ("f", NestingMode::Group, 0, 0),
        ];
        assert_eq!(
            limits,
            expected.map(|(name, nesting, min, max)| (name.to_owned(), nesting, min, max))
        );
    }
}
