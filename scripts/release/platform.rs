//! The platforms that releases are for, as rustc and as Terraform name them.

use anyhow::Context;

/// A platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// As rustc names it.
    pub triple: &'static str,
    /// As Terraform names it.
    pub name: &'static str,
    /// What a program's file name ends with.
    pub suffix: &'static str,
}

const ALL: [Platform; 5] = [
    Platform {
        triple: "aarch64-apple-darwin",
        name: "darwin_arm64",
        suffix: "",
    },
    Platform {
        triple: "aarch64-unknown-linux-gnu",
        name: "linux_arm64",
        suffix: "",
    },
    Platform {
        triple: "x86_64-apple-darwin",
        name: "darwin_amd64",
        suffix: "",
    },
    Platform {
        triple: "x86_64-pc-windows-msvc",
        name: "windows_amd64",
        suffix: ".exe",
    },
    Platform {
        triple: "x86_64-unknown-linux-gnu",
        name: "linux_amd64",
        suffix: "",
    },
];

impl Platform {
    /// The platform of a triple, or the one that this program was built for.
    ///
    /// # Errors
    /// When releases are not for it.
    pub fn of(triple: Option<&str>) -> anyhow::Result<Platform> {
        let found = match triple {
            Some(triple) => ALL.into_iter().find(|platform| platform.triple == triple),
            None => ALL.into_iter().find(Platform::is_own),
        };
        found.with_context(|| {
            format!(
                "releases are for {}, and not for {}",
                ALL.map(|platform| platform.triple).join(", "),
                triple.unwrap_or("this machine")
            )
        })
    }

    /// Whether its programs run here.
    fn is_own(&self) -> bool {
        let system = match std::env::consts::OS {
            "macos" => "darwin",
            system => system,
        };
        self.triple.starts_with(std::env::consts::ARCH) && self.triple.contains(system)
    }

    /// Whether its programs are ELF files.
    pub fn is_linux(&self) -> bool {
        self.triple.contains("linux")
    }

    /// What a linker must be told, so that it adds nothing that differs.
    pub fn linker_flags(&self) -> &'static [&'static str] {
        if self.is_linux() {
            &["-Clink-arg=-Wl,--build-id=none"]
        } else if self.triple.contains("windows") {
            &["-Clink-arg=/Brepro"]
        } else {
            &[]
        }
    }
}
