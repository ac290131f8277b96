//! Being asked to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Done when the terminal or the service manager asks the program to stop.
pub(crate) async fn asked() {
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::warn!("The program cannot hear SIGTERM: {error}");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        result = tokio::signal::ctrl_c() => {
            if let Err(error) = result {
                tracing::warn!("The program cannot hear Ctrl+C: {error}");
                std::future::pending::<()>().await;
            }
        }
    }
    tracing::info!("Stopping.");
}
