//! TLS from certificate files, read anew when they change.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// Between two looks at the files.
pub(super) const LOOK: Duration = Duration::from_secs(10);

/// Why TLS cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is missing, or holds something else.
    #[error("The certificate cannot be used: {file}: {why}")]
    Unusable {
        /// Which file.
        file: String,
        /// What is wrong.
        why: String,
    },
}

/// A certificate chain and its key, as PEM files.
#[derive(Clone, Debug)]
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    config: Arc<ServerConfig>,
}

impl Certificate {
    /// Reads both files.
    pub fn read(chain: &Path, key: &Path) -> Result<Self, TlsError> {
        let config = Arc::new(config(chain, key)?);
        Ok(Self { chain: chain.to_owned(), key: key.to_owned(), config })
    }
}

/// Shakes hands with the newest certificate that was found whole.
#[derive(Clone)]
pub(super) struct Acceptor(Arc<Mutex<Current>>);

struct Current {
    certificate: Certificate,
    /// Of the chain and of the key.
    changed: [Option<SystemTime>; 2],
    looked: Instant,
}

impl Acceptor {
    pub(super) fn new(certificate: Certificate, now: Instant) -> Self {
        let changed = changed(&certificate);
        Self(Arc::new(Mutex::new(Current { certificate, changed, looked: now })))
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let config = self.config(Instant::now());
        TlsAcceptor::from(config).accept(stream).await
    }

    pub(super) fn config(&self, now: Instant) -> Arc<ServerConfig> {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(current.looked) >= LOOK {
            current.looked = now;
            let changed = changed(&current.certificate);
            if changed != current.changed {
                match Certificate::read(&current.certificate.chain, &current.certificate.key) {
                    Ok(certificate) => {
                        tracing::info!("The certificate was renewed.");
                        current.certificate = certificate;
                        current.changed = changed;
                    }
                    // The files may be half written: the old one serves until they are whole.
                    Err(error) => tracing::warn!("The renewed certificate is not used: {error}"),
                }
            }
        }
        Arc::clone(&current.certificate.config)
    }
}

fn changed(certificate: &Certificate) -> [Option<SystemTime>; 2] {
    [&certificate.chain, &certificate.key]
        .map(|file| std::fs::metadata(file).and_then(|it| it.modified()).ok())
}

fn config(chain: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let unusable =
        |file: &Path, why: String| TlsError::Unusable { file: file.display().to_string(), why };
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect)
        .map_err(|error| unusable(chain, error.to_string()))?;
    if certificates.is_empty() {
        return Err(unusable(chain, "there is no certificate in it".to_owned()));
    }
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|it| unusable(key, it.to_string()))?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(certificates, secret)
        .map_err(|error| unusable(chain, error.to_string()))?;
    // The last is how RFC 7443 calls TURN; who comes for it mostly says nothing.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec(), b"stun.turn".to_vec()];
    Ok(config)
}
