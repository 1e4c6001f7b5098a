//! AutoMTLS: both sides present self-signed certificates, and each trusts exactly the other's.
//!
//! Pinning the bytes is stricter than a chain check, and simpler: callers present a CA certificate as an end entity, which chain
//! checks refuse. That the peer holds the certificate's key is still proven by the handshake's signature.

use std::sync::Arc;

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoServerSessionStorage, ServerConfig};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName as IssuerName, Error,
    SignatureScheme,
};
use tokio_rustls::TlsAcceptor;

/// The name that callers check in the server's certificate.
const SERVER_NAME: &str = "localhost";

/// This process's side of AutoMTLS.
pub(super) struct Identity {
    /// The certificate for the handshake line.
    pub(super) certificate: CertificateDer<'static>,
    /// Accepts connections from the pinned peer.
    pub(super) acceptor: TlsAcceptor,
}

/// Makes a key and a certificate, and an acceptor that lets in only the holder of `client_certificate`.
///
/// # Errors
/// When the system gives no random numbers, or the library refuses its own certificate.
pub(super) fn identity(client_certificate: CertificateDer<'static>) -> Result<Identity, TlsError> {
    // The quickest key there is to make: it is made at every start.
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    let certificate = certificate_parameters()?.self_signed(&key)?.der().clone();
    let provider = Arc::new(crypto_provider());
    let verifier = PinnedClient {
        certificate: client_certificate,
        provider: Arc::clone(&provider),
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls::DEFAULT_VERSIONS)?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(vec![certificate.clone()], PrivateKeyDer::from(key))?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    // One connection a process: nobody resumes a session.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(Identity {
        certificate,
        acceptor: TlsAcceptor::from(Arc::new(config)),
    })
}

fn certificate_parameters() -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(vec![SERVER_NAME.to_owned()])?;
    parameters.distinguished_name = DistinguishedName::new();
    parameters
        .distinguished_name
        .push(DnType::CommonName, SERVER_NAME);
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(parameters)
}

/// Key exchange without a post-quantum part: what is exchanged never leaves the machine, and every start pays for it.
fn crypto_provider() -> CryptoProvider {
    use aws_lc_rs::kx_group::{SECP256R1, SECP384R1, X25519};
    CryptoProvider {
        kx_groups: vec![X25519, SECP256R1, SECP384R1],
        ..aws_lc_rs::default_provider()
    }
}

/// Lets in exactly one certificate.
#[derive(Debug)]
struct PinnedClient {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for PinnedClient {
    fn root_hint_subjects(&self) -> &[IssuerName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end_entity == self.certificate {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub(super) enum TlsError {
    /// No key or certificate could be made.
    #[error("cannot make a certificate for this process: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library refuses what was made.
    #[error("cannot set up TLS: {0}")]
    Setup(#[from] Error),
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, IsCa};
    use rustls::crypto::aws_lc_rs::sign::any_supported_type;
    use rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
    use rustls::sign::{CertifiedKey, SingleCertAndKey};
    use rustls::version::{TLS12, TLS13};
    use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::TlsConnector;

    use super::*;

    /// A key and a certificate as Go callers make them.
    struct Caller {
        certificate: CertificateDer<'static>,
        key: Vec<u8>,
    }

    impl Caller {
        fn new() -> Self {
            let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap();
            let mut parameters = certificate_parameters().unwrap();
            parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            Self {
                certificate: parameters.self_signed(&key).unwrap().der().clone(),
                key: key.serialize_der(),
            }
        }

        /// Connects to `own`, and says whether a byte came back.
        async fn is_served(
            &self,
            own: &Identity,
            version: &'static SupportedProtocolVersion,
        ) -> bool {
            let mut roots = RootCertStore::empty();
            roots.add(own.certificate.clone()).unwrap();
            let key =
                any_supported_type(&PrivatePkcs8KeyDer::from(self.key.clone()).into()).unwrap();
            let certified = CertifiedKey::new(vec![self.certificate.clone()], key);
            let config =
                ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                    .with_protocol_versions(&[version])
                    .unwrap()
                    .with_root_certificates(roots)
                    .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
            let (near, far) = tokio::io::duplex(64 * 1024);
            let serving = async {
                if let Ok(mut stream) = own.acceptor.accept(far).await {
                    stream.write_all(b"!").await.unwrap();
                    stream.flush().await.unwrap();
                }
            };
            let asking = async {
                let name = ServerName::try_from(SERVER_NAME).unwrap();
                let mut stream = TlsConnector::from(Arc::new(config))
                    .connect(name, near)
                    .await?;
                stream.read_u8().await
            };
            tokio::join!(serving, asking).1.is_ok()
        }
    }

    #[tokio::test]
    async fn the_pinned_caller_is_served_and_nobody_else_in_both_versions_of_tls() {
        let caller = Caller::new();
        let own = identity(caller.certificate.clone()).unwrap();
        let stranger = Caller::new();
        let thief = Caller {
            certificate: caller.certificate.clone(),
            key: stranger.key.clone(),
        };
        for version in [&TLS12, &TLS13] {
            assert!(caller.is_served(&own, version).await, "{version:?}");
            assert!(
                !stranger.is_served(&own, version).await,
                "{version:?}: another certificate"
            );
            assert!(
                !thief.is_served(&own, version).await,
                "{version:?}: the certificate without its key"
            );
        }
    }
}
