//! JSON objects whose members keep the order they were written in, so that the same values always
//! give the same bytes.

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A JSON object under construction.
#[derive(Clone, Debug, Default)]
pub(super) struct Node(Vec<(&'static str, Value)>);

/// What a member may hold.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(untagged)]
pub(super) enum Value {
    Text(String),
    Number(u64),
    Truth(bool),
    Node(Node),
    List(Vec<Value>),
}

impl Node {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A schema.org object.
    pub(super) fn typed(kind: &str) -> Self {
        Self::new().set("@type", kind)
    }

    pub(super) fn set(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// The member, if there is a value for it.
    pub(super) fn maybe(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// The member, if the list has anything in it.
    pub(super) fn some<T>(self, name: &'static str, values: Vec<T>) -> Self
    where
        Value: From<Vec<T>>,
    {
        if values.is_empty() { self } else { self.set(name, values) }
    }

    pub(super) fn to_json(&self) -> String {
        // Strings, numbers and lists only: nothing here can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// JSON that can stand inside `<script type="application/ld+json">`.
    ///
    /// `<` would let a headline end the script, `&` and `>` confuse those who read it as XHTML, and
    /// U+2028 and U+2029 end a line in older JavaScript. All of them occur within strings only, so
    /// the escape changes no meaning.
    pub(super) fn to_script(&self) -> String {
        let json = self.to_json();
        let mut out = String::with_capacity(json.len());
        for character in json.chars() {
            match character {
                '<' => out.push_str("\\u003c"),
                '>' => out.push_str("\\u003e"),
                '&' => out.push_str("\\u0026"),
                '\u{2028}' => out.push_str("\\u2028"),
                '\u{2029}' => out.push_str("\\u2029"),
                _ => out.push(character),
            }
        }
        out
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<Node> for Value {
    fn from(node: Node) -> Self {
        Self::Node(node)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}
