//! Schemas of the values that every noun has, for the OpenAPI document.

use base::Role;
use publish::article::{Kind, State};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema};

const AN_ID: &str = "019b79cf-1c00-7000-8000-000000000000";

/// Names one thing, and sorts by when it came to be (UUIDv7).
pub(super) fn id() -> RefOr<Schema> {
    text(SchemaFormat::Custom("uuid".to_owned()), AN_ID)
}

/// An instant, in RFC 3339.
pub(super) fn instant() -> RefOr<Schema> {
    text(SchemaFormat::KnownFormat(KnownFormat::DateTime), "2021-12-07T17:10:00Z")
}

pub(super) fn kind() -> RefOr<Schema> {
    one_of(Kind::ALL)
}

pub(super) fn state() -> RefOr<Schema> {
    one_of([State::Draft, State::Published, State::Withdrawn])
}

pub(super) fn role() -> RefOr<Schema> {
    use Role::{Administrator, Contributor, Editor, Reader, Reporter};
    one_of([Reader, Contributor, Reporter, Editor, Administrator])
}

/// A body as editors write it.
pub(super) fn body() -> RefOr<Schema> {
    let example = serde_json::json!({
        "type": "doc",
        "content": [{
            "type": "paragraph",
            "content": [{ "type": "text", "text": "The two presidents spoke for two hours." }],
        }],
    });
    object()
        .description(Some(
            "The body as ProseMirror's JSON: a `doc` of `paragraph`, `heading`, `quotation`, \
             `bullet_list`, `ordered_list`, `photo`, `gallery`, `related`, `embed`, `table`, \
             `fact_box`, `divider` and `code_block`. What is refused is named by its place.",
        ))
        .examples([example])
        .build()
        .into_schema()
}

fn text(format: SchemaFormat, example: &str) -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(Type::String).format(Some(format));
    text.examples([example]).build().into_schema()
}

fn one_of<T: serde::Serialize>(values: impl IntoIterator<Item = T>) -> RefOr<Schema> {
    let names: Vec<_> = values.into_iter().filter_map(|it| serde_json::to_value(it).ok()).collect();
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).build().into_schema()
}

fn object() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Object)
}

trait IntoSchema {
    fn into_schema(self) -> RefOr<Schema>;
}

impl IntoSchema for Object {
    fn into_schema(self) -> RefOr<Schema> {
        RefOr::T(Schema::Object(self))
    }
}
