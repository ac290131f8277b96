//! Files beside the database: a folder, or any store that speaks S3.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt as _};

/// Why a file could not be kept or fetched.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is no such file.
    #[error("There is no file {0:?}.")]
    Missing(String),
    /// The store's address is of no use.
    #[error("Files cannot be kept at {at:?}: {why}")]
    CannotOpen {
        /// The address.
        at: String,
        /// What is wrong.
        why: String,
    },
    /// Anything else that the store says.
    #[error("The file store failed: {0}")]
    Failed(object_store::Error),
}

/// Where files are kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files(Arc<dyn ObjectStore>);

impl Files {
    /// Files in a folder, made when it is missing. A file that was put survives a power cut.
    pub fn in_folder(folder: &Path) -> Result<Self, FileError> {
        let cannot = |why: String| FileError::CannotOpen { at: folder.display().to_string(), why };
        std::fs::create_dir_all(folder).map_err(|error| cannot(error.to_string()))?;
        let local = LocalFileSystem::new_with_prefix(folder)
            .map_err(|error| cannot(error.to_string()))?
            .with_fsync(true);
        Ok(Self(Arc::new(local)))
    }

    /// Files at an address such as `s3://bucket/prefix`; the usual `AWS_…` variables of the
    /// environment say with which key, region and endpoint.
    pub fn at(url: &url::Url) -> Result<Self, FileError> {
        let variables = std::env::vars().filter(|(name, _)| name.starts_with("AWS_"));
        let variables = variables.map(|(name, value)| (name.to_ascii_lowercase(), value));
        Self::at_with(url, variables)
    }

    /// The same, with settings such as `aws_endpoint` as an argument.
    pub fn at_with(
        url: &url::Url,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, FileError> {
        let (store, prefix) = object_store::parse_url_opts(url, settings).map_err(|error| {
            FileError::CannotOpen { at: url.to_string(), why: error.to_string() }
        })?;
        Ok(Self(Arc::new(PrefixStore::new(Arc::<dyn ObjectStore>::from(store), prefix))))
    }

    /// Keeps `bytes` as `key`, whole or not at all.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), FileError> {
        self.0.put(&key.into(), bytes.into()).await.map_err(|error| failed(key, error))?;
        Ok(())
    }

    /// The file's content.
    pub async fn get(&self, key: &str) -> Result<Bytes, FileError> {
        let found = self.0.get(&key.into()).await.map_err(|error| failed(key, error))?;
        found.bytes().await.map_err(|error| failed(key, error))
    }

    /// Forgets the file; it is no error when there is none.
    pub async fn delete(&self, key: &str) -> Result<(), FileError> {
        match self.0.delete(&key.into()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(key, error)),
        }
    }

    /// The keys of the files in a folder, in no order.
    pub async fn keys_under(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let found = self.0.list(Some(&folder.into())).map_ok(|file| file.location.to_string());
        found.try_collect().await.map_err(FileError::Failed)
    }

    /// The keys of all files, in no order.
    pub async fn keys(&self) -> Result<Vec<String>, FileError> {
        let found = self.0.list(None).map_ok(|file| file.location.to_string());
        found.try_collect().await.map_err(FileError::Failed)
    }
}

fn failed(key: &str, error: object_store::Error) -> FileError {
    match error {
        object_store::Error::NotFound { .. } => FileError::Missing(key.to_owned()),
        other => FileError::Failed(other),
    }
}
