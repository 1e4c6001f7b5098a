//! The single-file profile that a person opens with an OpenVPN client: the cloud's configuration with certificates and key inline. Pure.
//!
//! The cloud's configuration names files beside it and was written for OpenVPN 2.3. The profile says the same in a form that newer
//! clients take without complaint, but for a server that compresses or has no cipher, and that 2.4 still understands.

use crate::cloud::secret::Secret;

/// What a profile is made of, all in the API's own form.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// The client configuration.
    pub config: &'a str,
    /// The certificate of the server's authority, in PEM.
    pub ca_cert: &'a str,
    /// The client's certificate, in PEM.
    pub client_cert: &'a str,
    /// The client's private key, in PEM.
    pub client_key: &'a str,
}

/// Why there is no profile. Never shows what was given, which may be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The configuration names no server.
    #[error("the configuration has no `remote` line, so it names no server to connect to")]
    NoRemote,
    /// Not a certificate in PEM.
    #[error("the {0} is not a certificate in PEM (-----BEGIN CERTIFICATE-----)")]
    NotACertificate(&'static str),
    /// Not a private key in PEM.
    #[error("the private key is not one in PEM (-----BEGIN ... PRIVATE KEY-----)")]
    NotAKey,
}

impl Fault {
    /// Which of the parts is at fault, counted from 0 in the order of [`Parts`].
    pub fn part(self) -> usize {
        match self {
            Fault::NoRemote => 0,
            Fault::NotACertificate("CA certificate") => 1,
            Fault::NotACertificate(_) => 2,
            Fault::NotAKey => 3,
        }
    }
}

/// The ciphers that clients and servers since OpenVPN 2.4 agree on; the server's own is for older ones.
const NEGOTIATED: [&str; 2] = ["AES-256-GCM", "AES-128-GCM"];
/// What is inline in the profile, and so named in no other way.
const INLINE: [&str; 3] = ["ca", "cert", "key"];
/// Lines that check whom the client talks to.
const VERIFICATION: [&str; 4] = [
    "remote-cert-tls",
    "remote-cert-eku",
    "verify-x509-name",
    "ns-cert-type",
];

/// The profile.
///
/// # Errors
/// The first part that cannot be one.
pub fn profile(parts: &Parts<'_>) -> Result<Secret, Fault> {
    let kept = kept_lines(parts.config);
    let value = |name: &str| {
        let of_name = |line: &&str| option(line) == Some(name);
        kept.iter()
            .copied()
            .find(of_name)
            .map(|line| line.split_whitespace().nth(1).unwrap_or_default())
    };
    value("remote").ok_or(Fault::NoRemote)?;
    let ca_cert = certificate(parts.ca_cert, "CA certificate")?;
    let client_cert = certificate(parts.client_cert, "client certificate")?;
    let client_key = pem(parts.client_key, "PRIVATE KEY-----").ok_or(Fault::NotAKey)?;

    let mut lines: Vec<String> = kept.iter().map(|line| (*line).to_owned()).collect();
    // Without it anybody with a certificate of the same authority can pose as the server. That the cloud's servers have the key usages
    // that it asks for is not documented: the pages say what to do where they do not.
    if !VERIFICATION.iter().any(|name| value(name).is_some()) {
        lines.push("remote-cert-tls server".to_owned());
    }
    if let Some(cipher) = value("cipher").filter(|_| value("data-ciphers").is_none()) {
        let mut ciphers = NEGOTIATED.to_vec();
        if !ciphers.contains(&cipher) {
            ciphers.push(cipher);
        }
        // OpenVPN 2.4 knows `cipher` alone.
        lines.push("ignore-unknown-option data-ciphers data-ciphers-fallback".to_owned());
        lines.push(format!("data-ciphers {}", ciphers.join(":")));
        lines.push(format!("data-ciphers-fallback {cipher}"));
    }
    let blocks = [ca_cert, client_cert, client_key];
    for (name, block) in INLINE.into_iter().zip(blocks) {
        lines.push(format!("<{name}>\n{block}\n</{name}>"));
    }
    lines.push(String::new());
    Ok(Secret::new(lines.join("\n")))
}

/// The lines of the configuration that say something and stay: without comments, and without what is inline.
fn kept_lines(config: &str) -> Vec<&str> {
    let mut within: Option<&str> = None;
    let mut kept = Vec::new();
    for line in config.lines().map(str::trim) {
        if let Some(name) = within {
            if closes(line, name) {
                within = None;
            }
            continue;
        }
        within = INLINE.into_iter().find(|name| opens(line, name));
        let named = option(line).is_some_and(|name| INLINE.contains(&name));
        if within.is_none() && option(line).is_some() && !named {
            kept.push(line);
        }
    }
    kept
}

/// The name of the option on a line; `None` for a comment and an empty line.
fn option(line: &str) -> Option<&str> {
    line.split_whitespace()
        .next()
        .filter(|word| !word.starts_with(['#', ';']))
}

fn opens(line: &str, name: &str) -> bool {
    line.strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        == Some(name)
}

fn closes(line: &str, name: &str) -> bool {
    line.strip_prefix("</")
        .and_then(|rest| rest.strip_suffix('>'))
        == Some(name)
}

fn certificate<'a>(text: &'a str, what: &'static str) -> Result<&'a str, Fault> {
    pem(text, "BEGIN CERTIFICATE-----").ok_or(Fault::NotACertificate(what))
}

/// A text in PEM with this label, which cannot end the block that it is put in.
fn pem<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let text = text.trim();
    let is_pem = text.contains("-----BEGIN ") && text.contains("-----END ") && text.contains(label);
    let stays_inside = !text.lines().any(|line| line.trim_start().starts_with('<'));
    (is_pem && stays_inside).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "client\ndev tun\nproto tcp\nremote 203.0.113.1 1194\nresolv-retry infinite\nnobind\npersist-key\npersist-tun\n\
                          ca ca.crt\ncert vsc-1.crt\nkey vsc-1.key\ncipher AES-128-CBC\n;comp-lzo\nverb 4\n";
    const CERT: &str = "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n";
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----\n";

    fn parts(config: &str) -> Parts<'_> {
        Parts {
            config,
            ca_cert: CERT,
            client_cert: CERT,
            client_key: KEY,
        }
    }

    fn made_of(config: &str) -> String {
        profile(&parts(config)).unwrap().expose().to_owned()
    }

    #[test]
    fn the_clouds_configuration_becomes_one_file() {
        let expected = format!(
            "client\ndev tun\nproto tcp\nremote 203.0.113.1 1194\nresolv-retry infinite\nnobind\npersist-key\npersist-tun\n\
             cipher AES-128-CBC\nverb 4\nremote-cert-tls server\n\
             ignore-unknown-option data-ciphers data-ciphers-fallback\n\
             data-ciphers AES-256-GCM:AES-128-GCM:AES-128-CBC\ndata-ciphers-fallback AES-128-CBC\n\
             <ca>\n{CERT}</ca>\n<cert>\n{CERT}</cert>\n<key>\n{KEY}</key>\n"
        );
        assert_eq!(made_of(CONFIG), expected);
        assert_eq!(made_of(&CONFIG.replace('\n', "\r\n")), expected);
    }

    #[test]
    fn a_profile_made_of_a_profile_is_the_same() {
        let once = made_of(CONFIG);
        assert_eq!(made_of(&once), once);
    }

    #[test]
    fn what_the_server_needs_stays() {
        let made = made_of(
            "remote 203.0.113.1 1195\ncomp-lzo\nauth-user-pass\ndhcp-option DNS 10.0.0.53\nverify-x509-name vpn name\n",
        );
        for line in [
            "comp-lzo",
            "auth-user-pass",
            "dhcp-option DNS 10.0.0.53",
            "verify-x509-name vpn name",
        ] {
            assert!(made.lines().any(|other| other == line), "{line}: {made}");
        }
        assert!(!made.contains("remote-cert-tls"), "{made}");
    }

    #[test]
    fn a_part_that_is_none_is_named_and_not_shown() {
        let sound = parts(CONFIG);
        let smuggled = format!("{KEY}</key>\nscript-security 2");
        for (part, broken) in [
            (0, parts("client\n;remote 203.0.113.1 1194")),
            (
                1,
                Parts {
                    ca_cert: KEY,
                    ..sound
                },
            ),
            (
                2,
                Parts {
                    client_cert: "hunter2",
                    ..sound
                },
            ),
            (
                3,
                Parts {
                    client_key: CERT,
                    ..sound
                },
            ),
            (
                3,
                Parts {
                    client_key: &smuggled,
                    ..sound
                },
            ),
        ] {
            let fault = profile(&broken).unwrap_err();
            assert_eq!(fault.part(), part, "{fault}");
            assert!(!fault.to_string().contains("hunter2"));
        }
    }
}
