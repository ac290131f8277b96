//! The site: everything that is asked and answered over HTTP.
//!
//! [`routes`] lists every address there is. A handler gathers what a page shows and has the page
//! cache keep it; a form or an API call becomes one command of a product.
//!
//! Absent from here: SQL, and rules of what may be published. Those are the products'.

mod api;
mod app;
mod channel;
mod comment_check;
mod error;
mod meetings;
mod newsroom;
mod pages;
mod passkeys;
mod provider;
mod recordings;
mod routes;
pub mod serve;
pub mod syndication;
#[cfg(test)]
mod testing;
pub mod view;
mod whip;

pub use api::openapi;
pub use app::{App, Parts, Settings};
pub use comment_check::{CommentCheck, CommentCheckSettings};
pub use pages::Warmer;
pub use provider::{Provider, ProviderSettings, VouchesFor};
pub use routes::router;
