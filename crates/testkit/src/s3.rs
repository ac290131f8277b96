use std::thread::JoinHandle;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

const BUCKET: &str = "tribune";
const KEY: &str = "a-key";
const SECRET: &str = "a-secret";

/// An S3 server with one empty bucket, gone when it is dropped.
///
/// It is s3s-fs, which checks signatures and speaks the protocol of S3 as `s3s` generates it from
/// Amazon's own description.
pub struct S3 {
    endpoint: String,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
    _buckets: TempDir,
}

impl S3 {
    /// Starts it on a free port, on a thread of its own.
    pub fn start() -> Self {
        let buckets = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(buckets.path().join(BUCKET)).expect("a bucket");
        let mut service =
            S3ServiceBuilder::new(s3s_fs::FileSystem::new(buckets.path()).expect("a folder"));
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = service.build();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel();
        let server = std::thread::spawn(move || serve(listener, &service, stopped));
        Self { endpoint, stop: Some(stop), server: Some(server), _buckets: buckets }
    }

    /// The address of the bucket.
    pub fn url(&self) -> String {
        format!("s3://{BUCKET}/files")
    }

    /// The variables of the environment that say how to reach it.
    pub fn variables(&self) -> Vec<(String, String)> {
        [
            ("AWS_ENDPOINT", self.endpoint.as_str()),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(server) = self.server.take() {
            server.join().expect("the S3 server ends");
        }
    }
}

fn serve(listener: std::net::TcpListener, service: &S3Service, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let listener = TcpListener::from_std(listener).expect("a listener");
        let accept = async {
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let service = service.clone();
                tokio::spawn(async move {
                    let server = auto::Builder::new(TokioExecutor::new());
                    // A client that leaves is no concern of the server's.
                    let _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        };
        tokio::select! {
            () = accept => {}
            _ = stopped => {}
        }
    });
}
