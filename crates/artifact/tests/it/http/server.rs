//! Servers on this machine that say what they are told to say, and remember what they were asked.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

pub(crate) fn pem(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)).unwrap()
}

/// A server: the heads of the requests it had, in order.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers each request with what a function makes of its head; then the connection is closed.
    pub(crate) fn plain(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Self {
        Self::start(move |stream, asked| serve(stream, asked, &answer))
    }

    /// Always the same answer.
    pub(crate) fn says(answer: impl AsRef<[u8]>) -> Self {
        let answer = answer.as_ref().to_vec();
        Self::plain(move |_| answer.clone())
    }

    /// The same behind TLS; with a demand for the client's certificate or without.
    pub(crate) fn secure(known_clients: bool, answer: impl AsRef<[u8]>) -> Self {
        let answer = answer.as_ref().to_vec();
        let config = tls_config(known_clients);
        Self::start(move |stream, asked| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            serve(StreamOwned::new(connection, stream), asked, &|_: &str| answer.clone());
        })
    }

    /// A proxy: it knows where `CONNECT` leads whatever is said, and answers plain requests itself.
    pub(crate) fn proxy(behind: SocketAddr) -> Self {
        Self::start(move |mut stream, asked| {
            let Some(head) = head(&mut stream) else { return };
            let tunnel = head.starts_with("CONNECT ");
            asked.lock().unwrap().push(head);
            if !tunnel {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nby proxy!");
                return;
            }
            let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
            let mut server = TcpStream::connect(behind).unwrap();
            let (mut from, mut to) = (stream.try_clone().unwrap(), server.try_clone().unwrap());
            let up = std::thread::spawn(move || std::io::copy(&mut from, &mut to));
            let _ = std::io::copy(&mut server, &mut stream);
            let _ = stream.shutdown(std::net::Shutdown::Both);
            let _ = up.join();
        })
    }

    /// Speaks before it is spoken to.
    pub(crate) fn blunt(words: &'static str) -> Self {
        Self::start(|mut stream, _| {
            let _ = stream.write_all(words.as_bytes());
            let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        })
    }

    /// Takes connections and says nothing.
    pub(crate) fn silent() -> Self {
        Self::start(|mut stream, _| {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        })
    }

    fn start(serve: impl Fn(TcpStream, &Mutex<Vec<String>>) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let known = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &known);
            }
        });
        Self { address, asked }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut stream: impl Read + Write, asked: &Mutex<Vec<String>>, answer: &dyn Fn(&str) -> Vec<u8>) {
    let Some(head) = head(&mut stream) else { return };
    let answer = answer(&head);
    asked.lock().unwrap().push(head);
    // Who has heard enough may be gone.
    let _ = stream.write_all(&answer).and_then(|()| stream.flush());
}

/// Reads up to the empty line, and a body where one is announced.
fn head(stream: &mut impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let length = text.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).ok()?;
    Some(text + &String::from_utf8_lossy(&body))
}

fn tls_config(known_clients: bool) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let certificates =
        |name: &str| CertificateDer::pem_slice_iter(&pem(name)).map(Result::unwrap).collect::<Vec<_>>();
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let builder = if known_clients {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates("ca.pem"));
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::from_pem_slice(&pem("server.key")).unwrap();
    Arc::new(builder.with_single_cert(certificates("server.pem"), key).unwrap())
}
