//! Whom to trust, and who we are: rustls on aws-lc.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::HttpError;

/// What is known about certificates, as bytes of PEM files.
#[derive(Clone, Default)]
pub struct Tls {
    /// Authorities that are trusted instead of the system's.
    pub authorities: Option<Vec<u8>>,
    /// Our own certificates and the key of the first.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
    /// Trusts everybody. The connection is secret, and who is at its other end is not known.
    pub trust_everybody: bool,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls")
            .field("authorities", &self.authorities.is_some())
            .field("identity", &self.identity.is_some())
            .field("trust_everybody", &self.trust_everybody)
            .finish()
    }
}

/// The same, ready for use.
#[derive(Debug, Clone)]
pub(super) struct Config {
    pub(super) client: Arc<ClientConfig>,
}

impl Config {
    pub(super) fn of(tls: &Tls) -> Result<Self, HttpError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| HttpError::Tls(error.to_string()))?;
        let builder = if tls.trust_everybody {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(Everybody(provider)))
        } else {
            builder.with_root_certificates(roots(tls.authorities.as_deref())?)
        };
        let mut client = match &tls.identity {
            None => builder.with_no_client_auth(),
            Some((certificates, key)) => {
                let unusable = |error: &dyn std::fmt::Display| {
                    HttpError::Identity(format!("can't load key pair from cert and key: {error}"))
                };
                let certificates: Vec<_> = CertificateDer::pem_slice_iter(certificates)
                    .collect::<Result<_, _>>()
                    .map_err(|error| unusable(&error))?;
                let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| unusable(&error))?;
                builder.with_client_auth_cert(certificates, key).map_err(|error| unusable(&error))?
            }
        };
        client.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { client: Arc::new(client) })
    }
}

/// The authorities of a file, or the system's.
fn roots(authorities: Option<&[u8]>) -> Result<RootCertStore, HttpError> {
    let mut roots = RootCertStore::empty();
    match authorities {
        Some(pem) => {
            let certificates = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok);
            roots.add_parsable_certificates(certificates);
            if roots.is_empty() {
                return Err(HttpError::Identity("failed to append certificates from CA file".to_owned()));
            }
        }
        // What of them cannot be read is not trusted; that nothing can be read is told by the first handshake.
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    Ok(roots)
}

/// Go's words for a handshake that failed.
pub(super) fn words(error: &rustls::Error) -> String {
    let certificate = match error {
        rustls::Error::InvalidCertificate(certificate) => certificate,
        rustls::Error::InvalidMessage(_) => {
            return "tls: first record does not look like a TLS handshake".to_owned();
        }
        rustls::Error::AlertReceived(alert) => return format!("remote error: tls: {alert:?}"),
        other => return format!("tls: {other}"),
    };
    let why = match certificate {
        CertificateError::UnknownIssuer => "certificate signed by unknown authority".to_owned(),
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => {
            format!("certificate has expired or is not yet valid: {certificate}")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("certificate is not valid for the name of the server: {certificate}")
        }
        other => other.to_string(),
    };
    format!("tls: failed to verify certificate: x509: {why}")
}

/// Takes every certificate. That the other end has its key is still checked.
#[derive(Debug)]
struct Everybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Everybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
