//! The kinds of blocks that have pages, and what differs between them.

/// The first versions of the cores that know something.
#[derive(Debug, Clone, Copy)]
pub struct Since {
    terraform: &'static str,
    opentofu: Option<&'static str>,
}

/// Functions of providers.
pub const FUNCTIONS: Since = Since {
    terraform: "1.8",
    opentofu: Some("1.7"),
};

/// Import blocks.
pub const IMPORT_BLOCKS: Since = Since {
    terraform: "1.5",
    opentofu: Some("1.6"),
};

/// `moved` blocks from another type.
pub const MOVES_BETWEEN_TYPES: Since = Since {
    terraform: "1.8",
    opentofu: Some("1.10"),
};

/// Identities in import blocks.
pub const IDENTITIES: Since = Since {
    terraform: "1.12",
    opentofu: Some("1.12"),
};

impl Since {
    /// `Terraform 1.8 or OpenTofu 1.7, or newer`.
    pub fn words(self) -> String {
        match self.opentofu {
            Some(opentofu) => {
                format!(
                    "Terraform {} or OpenTofu {opentofu}, or newer",
                    self.terraform
                )
            }
            None => format!(
                "Terraform {} or newer; OpenTofu has no such thing",
                self.terraform
            ),
        }
    }
}

/// A kind of block.
#[derive(Debug)]
pub struct Kind {
    /// In titles.
    pub title: &'static str,
    /// With its article, as a sentence begins.
    pub noun: &'static str,
    /// Of its pages, in `docs/`, and of its examples, in `examples/`.
    pub folder: &'static str,
    /// The file of the example that its page begins with.
    pub example: &'static str,
    /// What introduces the arguments that the provider fills in.
    pub where_unset: &'static str,
    /// Which cores know it, when not every supported one does.
    pub since: Option<Since>,
    /// What Terraform makes of every one of them.
    pub note: &'static str,
}

const FOUND: &str = "Optional; shown as found where left unset:";

/// Managed resources.
pub const RESOURCE: Kind = Kind {
    title: "Resource",
    noun: "A resource",
    folder: "resources",
    example: "resource.tf",
    where_unset: "Optional; what is left unset is the cloud's to choose, and stays as it is there:",
    since: None,
    note: "",
};

/// Data sources.
pub const DATA_SOURCE: Kind = Kind {
    title: "Data Source",
    noun: "A data source",
    folder: "data-sources",
    example: "data-source.tf",
    where_unset: FOUND,
    since: None,
    note: "",
};

/// Ephemeral resources.
pub const EPHEMERAL_RESOURCE: Kind = Kind {
    title: "Ephemeral Resource",
    noun: "An ephemeral resource",
    folder: "ephemeral-resources",
    example: "ephemeral-resource.tf",
    where_unset: FOUND,
    since: Some(Since {
        terraform: "1.10",
        opentofu: Some("1.11"),
    }),
    note: "Terraform reads it in each run and forgets it at the end: neither a plan nor a state holds it.",
};

/// List resources.
pub const LIST_RESOURCE: Kind = Kind {
    title: "List Resource",
    noun: "A list resource",
    folder: "list-resources",
    example: "list-resource.tfquery.hcl",
    where_unset: FOUND,
    since: Some(Since {
        terraform: "1.14",
        opentofu: None,
    }),
    note: "Its arguments stand in the block `config`. `terraform query -generate-config-out=FILE` writes import blocks and configuration for what was found.",
};

/// Functions.
pub const FUNCTION: Kind = Kind {
    title: "Function",
    noun: "A function",
    folder: "functions",
    example: "function.tf",
    where_unset: "",
    since: Some(FUNCTIONS),
    note: "",
};
