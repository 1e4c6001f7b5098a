//! Declarations of blocks: what a resource, data source or provider takes and gives.
//!
//! A declaration is used four times: as the type of the values on the wire ([`Schema::implied_type`]), as what Terraform
//! is told and the documentation is made from ([`Schema::to_proto`]), as the rules that a configuration must keep
//! ([`Schema::validate`]), and by the server, which plans what schema alone decides.

mod attribute;
mod validate;
mod wire;

use std::collections::BTreeMap;

use super::types::Type;
use super::value::Value;
pub use attribute::{Attribute, Effect, Mode};

/// A versioned block.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Rises with each change after which an older state must be upgraded.
    pub version: i64,
    /// What the schema consists of.
    pub block: Block,
}

/// Attributes and nested blocks, in the order of declaration.
#[derive(Debug, Clone)]
pub struct Block {
    /// For the documentation, in Markdown.
    pub description: String,
    /// Why the block should no longer be used, and what instead.
    pub deprecated: Option<String>,
    /// The attributes.
    pub attributes: Vec<Attribute>,
    /// The nested blocks.
    pub blocks: Vec<NestedBlock>,
}

/// How often a nested block occurs, and how its occurrences are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// Once or not at all.
    Single,
    /// Always once: leaving it out is the same as leaving all in it out.
    Group,
    /// Any number, in order.
    List,
    /// Any number, without order.
    Set,
    /// Any number, each under a label.
    Map,
}

/// A block within a block.
#[derive(Debug, Clone)]
pub struct NestedBlock {
    /// As written in configuration.
    pub name: String,
    /// How often it occurs.
    pub nesting: Nesting,
    /// What it consists of.
    pub block: Block,
    /// The fewest occurrences. Means nothing for groups and maps; for a single block, above 0 makes it required.
    pub min_items: usize,
    /// The most occurrences of a list or set; 0 means any number.
    pub max_items: usize,
}

impl Schema {
    /// A schema of this version, which begins with 0.
    pub fn new(version: i64, block: Block) -> Schema {
        Schema { version, block }
    }

    /// The type of the values that follow the schema.
    pub fn implied_type(&self) -> Type {
        self.block.implied_type()
    }

    /// The attributes and blocks that lack a description, for tests; the root is called `(root)`.
    pub fn undescribed(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.block.undescribed("", &mut found);
        found
    }
}

impl Block {
    /// A block without attributes.
    pub fn new(description: impl Into<String>) -> Block {
        Block {
            description: description.into(),
            deprecated: None,
            attributes: Vec::new(),
            blocks: Vec::new(),
        }
    }

    /// The block with one more attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: Attribute) -> Block {
        self.attributes.push(attribute);
        self
    }

    /// The block with one more nested block.
    #[must_use]
    pub fn block(mut self, block: NestedBlock) -> Block {
        self.blocks.push(block);
        self
    }

    /// The block, not to be used any more; the message says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Block {
        self.deprecated = Some(message.into());
        self
    }

    /// The declared attribute of this name.
    pub fn find_attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }

    /// The declared nested block of this name.
    pub fn find_block(&self, name: &str) -> Option<&NestedBlock> {
        self.blocks.iter().find(|block| block.name == name)
    }

    /// The type of the values that follow the block.
    pub fn implied_type(&self) -> Type {
        let attributes = self
            .attributes
            .iter()
            .map(|attribute| (attribute.name.clone(), attribute.ty.clone()));
        let blocks = self
            .blocks
            .iter()
            .map(|block| (block.name.clone(), block.implied_type()));
        Type::Object(attributes.chain(blocks).collect::<BTreeMap<_, _>>())
    }

    /// The block with nothing set in it.
    pub fn unset(&self) -> Value {
        let attributes = self
            .attributes
            .iter()
            .map(|attribute| (attribute.name.clone(), Value::Null));
        let blocks = self
            .blocks
            .iter()
            .map(|nested| (nested.name.clone(), nested.unset()));
        Value::map(attributes.chain(blocks))
    }

    fn undescribed(&self, path: &str, found: &mut Vec<String>) {
        let join = |name: &str| {
            if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            }
        };
        if self.description.trim().is_empty() {
            found.push(if path.is_empty() {
                "(root)".to_owned()
            } else {
                path.to_owned()
            });
        }
        for attribute in &self.attributes {
            if attribute.description.trim().is_empty() {
                found.push(join(&attribute.name));
            }
            if let Some(elements) = &attribute.elements {
                elements.undescribed(&join(&attribute.name), found);
            }
        }
        for nested in &self.blocks {
            nested.block.undescribed(&join(&nested.name), found);
        }
    }
}

impl NestedBlock {
    fn new(nesting: Nesting, name: impl Into<String>, block: Block) -> NestedBlock {
        NestedBlock {
            name: name.into(),
            nesting,
            block,
            min_items: 0,
            max_items: 0,
        }
    }

    /// A block that occurs once or not at all.
    pub fn single(name: impl Into<String>, block: Block) -> NestedBlock {
        NestedBlock::new(Nesting::Single, name, block)
    }

    /// A block that occurs any number of times, in order.
    pub fn list(name: impl Into<String>, block: Block) -> NestedBlock {
        NestedBlock::new(Nesting::List, name, block)
    }

    /// A block that occurs any number of times, without order.
    pub fn set(name: impl Into<String>, block: Block) -> NestedBlock {
        NestedBlock::new(Nesting::Set, name, block)
    }

    /// A block that occurs any number of times, each under a label.
    pub fn map(name: impl Into<String>, block: Block) -> NestedBlock {
        NestedBlock::new(Nesting::Map, name, block)
    }

    /// A block that always occurs once, if only in thought.
    pub fn group(name: impl Into<String>, block: Block) -> NestedBlock {
        NestedBlock::new(Nesting::Group, name, block)
    }

    /// The block, at least so many times.
    #[must_use]
    pub fn min_items(mut self, items: usize) -> NestedBlock {
        self.min_items = items;
        self
    }

    /// The block, at most so many times.
    #[must_use]
    pub fn max_items(mut self, items: usize) -> NestedBlock {
        self.max_items = items;
        self
    }

    /// No occurrence at all.
    fn unset(&self) -> Value {
        let dynamic = self.implied_type() == Type::Dynamic;
        match self.nesting {
            Nesting::Single => Value::Null,
            Nesting::Group => self.block.unset(),
            Nesting::List if dynamic => {
                Value::Dynamic(Box::new((Type::Tuple(Vec::new()), Value::List(Vec::new()))))
            }
            Nesting::Map if dynamic => Value::Dynamic(Box::new((
                Type::Object(BTreeMap::new()),
                Value::Map(BTreeMap::new()),
            ))),
            Nesting::List | Nesting::Set => Value::List(Vec::new()),
            Nesting::Map => Value::Map(BTreeMap::new()),
        }
    }

    /// The type of all occurrences together. Occurrences of different types fit neither a list nor a map, so Terraform
    /// then sends a tuple or an object along with its type.
    pub fn implied_type(&self) -> Type {
        let block = self.block.implied_type();
        match self.nesting {
            Nesting::Single | Nesting::Group => block,
            Nesting::List | Nesting::Map if block.contains_dynamic() => Type::Dynamic,
            Nesting::List => Type::list(block),
            Nesting::Set => Type::set(block),
            Nesting::Map => Type::map(block),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf::msgpack;

    #[test]
    fn the_implied_type_has_attributes_and_blocks() {
        let inner = || Block::new("Inner.").attribute(Attribute::optional("x", Type::Number, "X."));
        let object = Type::object([("x", Type::Number)]);
        let open = Block::new("Open.").attribute(Attribute::optional("y", Type::Dynamic, "Y."));
        let schema = Schema::new(
            0,
            Block::new("Root.")
                .attribute(Attribute::required("a", Type::set(Type::String), "A."))
                .block(NestedBlock::single("single", inner()))
                .block(NestedBlock::group("group", inner()))
                .block(NestedBlock::list("list", inner()))
                .block(NestedBlock::set("set", inner()))
                .block(NestedBlock::map("map", inner()))
                .block(NestedBlock::list("open", open)),
        );
        let expected = Type::object([
            ("a", Type::set(Type::String)),
            ("single", object.clone()),
            ("group", object.clone()),
            ("list", Type::list(object.clone())),
            ("set", Type::set(object.clone())),
            ("map", Type::map(object)),
            ("open", Type::Dynamic),
        ]);
        assert_eq!(schema.implied_type(), expected);
    }

    #[test]
    fn a_block_with_nothing_set_is_a_value_of_its_type_and_lacks_only_what_is_required() {
        let inner = || Block::new("Inner.").attribute(Attribute::optional("x", Type::Number, "X."));
        let open = || Block::new("Open.").attribute(Attribute::optional("y", Type::Dynamic, "Y."));
        let block = Block::new("Root.")
            .attribute(Attribute::optional("a", Type::set(Type::String), "A."))
            .block(NestedBlock::single("single", inner()))
            .block(NestedBlock::group("group", inner()))
            .block(NestedBlock::list("list", inner()))
            .block(NestedBlock::set("set", inner()))
            .block(NestedBlock::map("map", inner()))
            .block(NestedBlock::list("open_list", open()))
            .block(NestedBlock::map("open_map", open()));
        let unset = block.unset();
        let bytes = msgpack::encode(&unset, &block.implied_type()).unwrap();
        assert_eq!(
            msgpack::decode(&bytes, &block.implied_type()),
            Ok(unset.clone())
        );
        assert!(Schema::new(0, block.clone()).validate(&unset).is_empty());
        let block = block.attribute(Attribute::required("b", Type::String, "B."));
        let missing = Schema::new(0, block.clone()).validate(&block.unset());
        assert_eq!(missing.iter().count(), 1);
    }

    #[test]
    fn missing_descriptions_are_found_at_every_level() {
        let inner = Block::new(" ").attribute(Attribute::computed("x", Type::Number, ""));
        let element = Block::new("Element.").attribute(Attribute::computed("y", Type::Bool, ""));
        let root = Block::new("Root.")
            .attribute(Attribute::required("a", Type::String, "A."))
            .attribute(Attribute::computed_list("list", element, "List."))
            .block(NestedBlock::single("b", inner));
        assert_eq!(Schema::new(0, root).undescribed(), ["list.y", "b", "b.x"]);
        assert_eq!(Schema::new(0, Block::new("")).undescribed(), ["(root)"]);
    }
}
