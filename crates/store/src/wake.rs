//! Waking those who follow the log: in this process at once, on other nodes through PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

const CHANNEL: &str = "tribune_events";
const RETRY: Duration = Duration::from_secs(1);

pub(crate) struct Wake {
    count: Arc<watch::Sender<u64>>,
    /// Asks the teller to tell the other nodes. Many asks while it is telling become one: NOTIFY
    /// takes a lock on the whole cluster, so it must not be paid by each commit.
    tell: Arc<Notify>,
    tasks: Vec<JoinHandle<()>>,
}

impl Wake {
    pub(crate) fn start(postgres: Option<PgPool>) -> Self {
        let count = Arc::new(watch::Sender::new(0));
        let tell = Arc::new(Notify::new());
        let tasks = postgres.map_or_else(Vec::new, |pool| {
            vec![
                tokio::spawn(listen(pool.clone(), Arc::clone(&count))),
                tokio::spawn(tell_others(pool, Arc::clone(&tell))),
            ]
        });
        Self { count, tell, tasks }
    }

    pub(crate) fn wake(&self) {
        self.count.send_modify(|count| *count += 1);
        self.tell.notify_one();
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }

    pub(crate) fn stop(&self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn tell_others(pool: PgPool, tell: Arc<Notify>) {
    loop {
        tell.notified().await;
        // A lost notice costs only time: the others poll.
        if let Err(error) = sqlx::query("NOTIFY tribune_events").execute(&pool).await {
            tracing::warn!("Other nodes could not be told of a change: {error}.");
        }
    }
}

async fn listen(pool: PgPool, count: Arc<watch::Sender<u64>>) {
    loop {
        match PgListener::connect_with(&pool).await {
            Ok(mut listener) => {
                if let Err(error) = hear(&mut listener, &count).await {
                    tracing::warn!("Listening to other nodes was interrupted: {error}.");
                }
            }
            Err(error) => tracing::warn!("Cannot listen to other nodes: {error}."),
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn hear(listener: &mut PgListener, count: &watch::Sender<u64>) -> Result<(), sqlx::Error> {
    listener.listen(CHANNEL).await?;
    loop {
        // What was said while nobody listened is caught by reading the log once more.
        count.send_modify(|count| *count += 1);
        while listener.try_recv().await?.is_some() {
            count.send_modify(|count| *count += 1);
        }
    }
}
