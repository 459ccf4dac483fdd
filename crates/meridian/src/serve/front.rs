//! The HTTP front: takes connections, plain or TLS, and lets those under way finish when Meridian stops.

use std::{
    io,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{Router, extract::Request};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
};
use tokio_rustls::TlsAcceptor;
use tower::{Service, ServiceExt};

use super::TlsFiles;
use crate::clock::Clock;

/// A client that is slower than this with its request head is let go.
const HEAD_WITHIN: std::time::Duration = std::time::Duration::from_secs(15);
/// A request's head may be so large, and its body is read in portions of this size.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// So many connections are served at once where the system sets no lower bound.
const CONNECTIONS_MAX: usize = 8_192;
/// How long requests under way may take when Meridian stops.
const DRAIN_WITHIN: jiff::SignedDuration = jiff::SignedDuration::from_secs(10);

/// Where a request came from; in every request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Reads the certificate chain and the key.
pub fn tls(files: &TlsFiles) -> Result<TlsAcceptor, String> {
    let named = |path: &std::path::Path, why: String| format!("{}: {why}", path.display());
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|why| named(&files.certificate, why.to_string()))?;
    if chain.is_empty() {
        return Err(named(&files.certificate, "holds no certificate; PEM is expected".into()));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|why| named(&files.key, why.to_string()))?;
    let mut config =
        rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).map_err(|why| {
            let (certificate, key) = (files.certificate.display(), files.key.display());
            format!("{certificate} and {key} do not fit together: {why}")
        })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Serves until `stop` becomes true, then drains.
pub async fn run(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    clock: Clock,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(connections_max()));
    loop {
        let taken = async {
            let slot = slots.clone().acquire_owned().await;
            listener.accept().await.map(|(stream, peer)| (stream, peer, slot))
        };
        let (stream, peer, slot) = tokio::select! {
            biased;
            // The sender changes it once, to say stop; its end says so, too.
            _ = stop.changed() => break,
            accepted = taken => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    rest_after(&error, &clock).await;
                    continue;
                }
            },
        };
        // Pages and answers are small; waiting for more bytes to send only makes them late.
        let _ = stream.set_nodelay(true);
        let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _slot = slot;
            match tls {
                None => serve(TokioIo::new(stream), peer, router, watcher).await,
                Some(tls) => {
                    let handshake = tokio::time::timeout(HEAD_WITHIN, tls.accept(stream));
                    if let Ok(Ok(stream)) = handshake.await {
                        serve(TokioIo::new(stream), peer, router, watcher).await;
                    }
                }
            }
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = clock.sleep(DRAIN_WITHIN) => tracing::warn!("some requests were still under way after {DRAIN_WITHIN:#}"),
    }
}

async fn serve<I>(io: I, peer: SocketAddr, router: Router, watcher: hyper_util::server::graceful::Watcher)
where
    I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let asked = Arc::new(AtomicBool::new(false));
    let ask = asked.clone();
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        ask.store(true, Ordering::Relaxed);
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(Peer(peer));
        let mut router = router.clone();
        async move { router.as_service().ready().await?.call(request).await }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).max_buf_size(HEAD_BYTES_MAX);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(256).keep_alive_interval(HEAD_WITHIN);
    let connection = builder.serve_connection_with_upgrades(io, service).into_owned();
    let mut connection = pin!(watcher.watch(connection));
    let ended = match tokio::time::timeout(HEAD_WITHIN, &mut connection).await {
        Ok(ended) => ended,
        Err(_) if asked.load(Ordering::Relaxed) => connection.await,
        // Without end hyper would wait for the first bytes, which tell HTTP/1 from HTTP/2.
        Err(_) => return tracing::debug!("a connection from {peer} asked nothing for {HEAD_WITHIN:?}"),
    };
    if let Err(error) = ended {
        // A client that goes away in the middle is no fault of ours.
        tracing::debug!("a connection from {peer} ended: {error}");
    }
}

/// Three quarters of the files that this process may open: the rest is for the journal, the estate and messages.
fn connections_max() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let open_files = limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next());
    let open_files = open_files.and_then(|limit| limit.parse::<usize>().ok()).unwrap_or(usize::MAX);
    (open_files / 4 * 3).clamp(16, CONNECTIONS_MAX)
}

/// Out of file handles and the like: taking the next connection at once would fail at once, too.
async fn rest_after(error: &io::Error, clock: &Clock) {
    let of_the_client = matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset);
    if !of_the_client {
        tracing::warn!("no connection could be taken: {error}");
        clock.sleep(jiff::SignedDuration::from_millis(100)).await;
    }
}
