//! Which core the tests run with, and from which version on a feature is known.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::thread;

/// The first versions that know a feature, as (major, minor); none where no version of OpenTofu does.
#[derive(Clone, Copy)]
pub struct Since {
    pub terraform: (u64, u64),
    pub opentofu: Option<(u64, u64)>,
}

/// `replace_triggered_by`.
pub const REPLACE_TRIGGERED_BY: Since = Since {
    terraform: (1, 2),
    opentofu: Some((1, 6)),
};

/// Import blocks, and `-generate-config-out` for them.
pub const IMPORT_BLOCKS: Since = Since {
    terraform: (1, 5),
    opentofu: Some((1, 6)),
};

/// Plans of a destroy, to which a provider can say something.
pub const PLANS_OF_DESTROYS: Since = Since {
    terraform: (1, 3),
    opentofu: Some((1, 6)),
};

/// The resource `terraform_data`.
pub const TERRAFORM_DATA: Since = Since {
    terraform: (1, 4),
    opentofu: Some((1, 6)),
};

/// Functions of providers.
pub const FUNCTIONS: Since = Since {
    terraform: (1, 8),
    opentofu: Some((1, 7)),
};

/// Ephemeral resources.
pub const EPHEMERAL_RESOURCES: Since = Since {
    terraform: (1, 10),
    opentofu: Some((1, 11)),
};

/// Identities in states and in import blocks.
pub const IDENTITIES: Since = Since {
    terraform: (1, 12),
    opentofu: Some((1, 12)),
};

/// `moved` blocks from a resource of another type, of another provider.
pub const MOVES_BETWEEN_TYPES: Since = Since {
    terraform: (1, 8),
    opentofu: Some((1, 10)),
};

/// Whether the test that asks is left out, because the core at hand is too old for what it needs or will never know it.
/// Says so: a test cannot tell its harness, and `tests/cores` counts these lines.
pub fn is_left_out(feature: &str, since: Since) -> bool {
    let core = Core::at_hand();
    let needed = if core.is_opentofu {
        since.opentofu
    } else {
        Some(since.terraform)
    };
    if needed.is_some_and(|needed| core.version >= needed) {
        return false;
    }
    let (major, minor) = since.terraform;
    let opentofu = since.opentofu.map_or_else(
        || "no OpenTofu has them".to_owned(),
        |(major, minor)| format!("or OpenTofu {major}.{minor}"),
    );
    // The harness names a test's thread after the test.
    let thread = thread::current();
    println!(
        "left out: {} needs Terraform {major}.{minor}, {opentofu}: {feature}",
        thread.name().unwrap_or("a test")
    );
    true
}

/// What `version` tells of the core that the tests run with.
pub struct Core {
    pub is_opentofu: bool,
    version: (u64, u64),
}

impl Core {
    /// Asked once a run of the tests.
    pub fn at_hand() -> &'static Self {
        static CORE: OnceLock<Core> = OnceLock::new();
        CORE.get_or_init(|| {
            let output = Command::new(terraform())
                .arg("version")
                .env("CHECKPOINT_DISABLE", "1")
                .output()
                .expect("Terraform starts");
            let output = String::from_utf8_lossy(&output.stdout);
            output.lines().find_map(Self::from_line).unwrap_or_else(|| {
                panic!("neither Terraform nor OpenTofu tells a version: {output}")
            })
        })
    }

    /// `Terraform v1.11.4`, `OpenTofu v1.12.6-dev`.
    fn from_line(line: &str) -> Option<Self> {
        let (name, version) = line.split_once(" v")?;
        let is_opentofu = match name {
            "Terraform" => false,
            "OpenTofu" => true,
            _ => return None,
        };
        let mut numbers = version.split('.').map(str::parse::<u64>);
        let version = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        Some(Self {
            is_opentofu,
            version,
        })
    }

    /// What its program is called.
    pub fn program(&self) -> &'static str {
        if self.is_opentofu {
            "tofu"
        } else {
            "terraform"
        }
    }
}

/// The Terraform to test with.
pub fn terraform() -> PathBuf {
    if let Some(path) = std::env::var_os("ALIVPN_TEST_TERRAFORM") {
        let path = PathBuf::from(path);
        // Every run has a working folder of its own.
        let path = path.canonicalize().unwrap_or_else(|error| {
            panic!("ALIVPN_TEST_TERRAFORM names {}: {error}", path.display())
        });
        return path;
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders)
        .map(|folder| folder.join("terraform"))
        .find(|path| path.is_file());
    found.expect(
        "these tests run the real Terraform and there is none on PATH: install Terraform 1.0 or newer, or name one in ALIVPN_TEST_TERRAFORM",
    )
}
