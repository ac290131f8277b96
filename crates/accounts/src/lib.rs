//! Who people are, what they may do, and the tokens of programs that act for them.
//!
//! Absent from here: what people write. HTTP, cookies and forms.

mod error;
pub mod person;
pub mod policy;
pub mod token;

pub use error::AccountError;
