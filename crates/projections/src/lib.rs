//! What follows from a change: each projection follows the event log behind a cursor of its own.
//!
//! | projection | its effect | its cursor |
//! |---|---|---|
//! | [`page_cache`] | forgets the pages that an event touches | in memory, as the cache is |
//! | [`renditions`] | asks for the renditions of a photo | in the database, with the job |
//! | [`search`] | keeps what is published findable | in the index, with its commit |
//! | [`follows`] | notes comments for those who follow by mail | in the database, with the notes |
//! | [`live_comments`] | tells those who read a discussion what is new | in memory, as they are |
//! | [`audit`] | seals the log against changes | in the database, with the seal |
//!
//! Beside them, [`worker`] does the jobs that were asked for, and [`mail`] sends the mail.
//!
//! Feeds and site maps are pages, so the page cache keeps them true.
//!
//! Absent from here: HTTP, and any change to what the log tells of. A command never calls a
//! projection, and to add one touches no command.

pub mod audit;
mod compress;
pub mod follows;
pub mod live_comments;
pub mod mail;
pub mod page_cache;
pub mod renditions;
pub mod search;
pub mod worker;
