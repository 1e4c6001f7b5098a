//! What a person may say to the process, and what it says to a person.

use std::ffi::OsString;

use serde_json::json;

use super::Plugin;
use super::handshake::Address;

/// What the arguments ask for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// No arguments: what Terraform does.
    Serve,
    /// `-debug`: serve until stopped, for a caller that attaches.
    Debug,
    /// `-version`.
    Version,
    /// `-help`.
    Help,
    /// Anything else.
    Unknown(String),
}

impl Request {
    /// Reads the arguments, the program's name not among them. Go's flags have one dash, two are as good.
    pub(super) fn read(arguments: impl IntoIterator<Item = OsString>) -> Self {
        let mut arguments = arguments
            .into_iter()
            .map(|argument| argument.to_string_lossy().into_owned());
        let Some(first) = arguments.next() else {
            return Self::Serve;
        };
        if let Some(second) = arguments.next() {
            return Self::Unknown(second);
        }
        match first.as_str() {
            "-debug" | "--debug" => Self::Debug,
            "-version" | "--version" => Self::Version,
            "-help" | "--help" | "-h" => Self::Help,
            _ => Self::Unknown(first),
        }
    }
}

impl Plugin {
    /// `terraform-provider-alivpn 0.1.0`
    pub(super) fn version_line(&self) -> String {
        format!("{} {}\n", self.binary, self.version)
    }

    /// For a person who started the process by hand.
    pub(super) fn by_hand(&self) -> String {
        let Self {
            binary,
            version,
            description,
            address,
            hint,
            ..
        } = self;
        let name = address.rsplit('/').next().unwrap_or(address);
        format!(
            "{binary} {version}\n{description}.\n\n\
             This program is started by Terraform, or OpenTofu, and does nothing by itself.\n\
             To use it, write this into a configuration and run `terraform init`:\n\n  \
             terraform {{\n    required_providers {{\n      {name} = {{\n        source = \"{address}\"\n      }}\n    }}\n  }}\n\n\
             {hint}\n"
        )
    }

    /// The options.
    pub(super) fn usage(&self) -> String {
        format!(
            "Usage: {} [-version | -help | -debug]\n\n  \
             -version  print the version\n  \
             -help     print this\n  \
             -debug    serve until Ctrl-C, for a Terraform that attaches (TF_REATTACH_PROVIDERS)\n",
            self.binary
        )
    }

    /// For a developer who started the process with `-debug`.
    pub(super) fn attach(&self, address: &Address, pid: u32) -> String {
        let providers = json!({ self.address: {
            "Protocol": "grpc",
            "ProtocolVersion": self.protocol_version,
            "Pid": pid,
            "Test": true,
            "Addr": { "Network": address.network(), "String": address.to_string() },
        }});
        let quoted = providers.to_string().replace('\'', r"'\''");
        format!(
            "{} {} serves until Ctrl-C. To attach Terraform to it, set in its shell:\n\n  \
             TF_REATTACH_PROVIDERS='{quoted}'\n\n",
            self.binary, self.version
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLUGIN: Plugin = Plugin {
        binary: "terraform-provider-example",
        description: "An example",
        version: "1.2.3",
        address: "example/example",
        protocol_version: 5,
        hint: "Try it.",
    };

    fn read(arguments: &[&str]) -> Request {
        Request::read(arguments.iter().map(OsString::from))
    }

    #[test]
    fn one_dash_is_as_good_as_two() {
        assert_eq!(read(&[]), Request::Serve);
        assert_eq!(read(&["-debug"]), read(&["--debug"]));
        assert_eq!(read(&["-version"]), read(&["--version"]));
        assert_eq!(read(&["serve"]), Request::Unknown("serve".to_owned()));
        assert_eq!(read(&["-debug", "now"]), Request::Unknown("now".to_owned()));
    }

    #[test]
    fn a_quote_in_the_path_does_not_end_the_shells_string() {
        let text = PLUGIN.attach(&Address::Unix("/tmp/o'neill/socket".to_owned()), 7);
        assert!(text.contains(r"/tmp/o'\''neill/socket"), "{text}");
    }

    #[test]
    fn a_person_is_shown_the_block_to_write() {
        let text = PLUGIN.by_hand();
        assert!(
            text.contains("      example = {\n        source = \"example/example\"\n"),
            "{text}"
        );
    }
}
