//! AMF0, as far as commands need it.

use bytes::{BufMut, BytesMut};

use super::Broken;

/// A value in a command.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Bool(bool),
    Text(String),
    /// In the order in which they were written; also what is called an associative array.
    Object(Vec<(String, Value)>),
    Null,
    Undefined,
    Array(Vec<Value>),
}

impl Value {
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }
}

/// Reads all values of a message.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Value>, Broken> {
    let mut reader = Reader { rest: bytes, values: 0 };
    let mut values = Vec::new();
    while !reader.rest.is_empty() {
        values.push(reader.value(0)?);
    }
    Ok(values)
}

/// Where a message begins with this text, what follows it.
pub(super) fn after_text<'a>(bytes: &'a [u8], text: &str) -> Option<&'a [u8]> {
    let mut reader = Reader { rest: bytes, values: 0 };
    let is_it = reader.byte().ok()? == TEXT && reader.short_text().ok()? == text;
    is_it.then_some(reader.rest)
}

pub(super) fn write(values: &[Value]) -> BytesMut {
    let mut to = BytesMut::new();
    for value in values {
        write_value(value, &mut to);
    }
    to
}

const NUMBER: u8 = 0;
const BOOL: u8 = 1;
const TEXT: u8 = 2;
const OBJECT: u8 = 3;
const NULL: u8 = 5;
const UNDEFINED: u8 = 6;
const ASSOCIATIVE: u8 = 8;
const END: u8 = 9;
const ARRAY: u8 = 10;
const DATE: u8 = 11;
const LONG_TEXT: u8 = 12;

/// What nobody's command has, and what would cost memory or the stack.
const DEPTH_MAX: usize = 8;
const VALUES_MAX: usize = 1000;

struct Reader<'a> {
    rest: &'a [u8],
    values: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<Value, Broken> {
        self.values += 1;
        if depth > DEPTH_MAX || self.values > VALUES_MAX {
            return Err(Broken::Command);
        }
        Ok(match self.byte()? {
            NUMBER => Value::Number(self.number()?),
            BOOL => Value::Bool(self.byte()? != 0),
            TEXT => Value::Text(self.short_text()?),
            LONG_TEXT => {
                let len = self.size()?;
                Value::Text(self.text(len)?)
            }
            OBJECT => Value::Object(self.fields(depth)?),
            ASSOCIATIVE => {
                // A count that nobody keeps to; the end is marked as in an object.
                self.size()?;
                Value::Object(self.fields(depth)?)
            }
            NULL => Value::Null,
            UNDEFINED => Value::Undefined,
            ARRAY => {
                let len = self.size()?;
                let mut items = Vec::new();
                for _ in 0..len {
                    items.push(self.value(depth + 1)?);
                }
                Value::Array(items)
            }
            DATE => {
                let number = self.number()?;
                self.take(2)?;
                Value::Number(number)
            }
            _ => return Err(Broken::Command),
        })
    }

    fn fields(&mut self, depth: usize) -> Result<Vec<(String, Value)>, Broken> {
        let mut fields = Vec::new();
        loop {
            let name = self.short_text()?;
            if name.is_empty() && self.rest.first() == Some(&END) {
                self.take(1)?;
                return Ok(fields);
            }
            fields.push((name, self.value(depth + 1)?));
        }
    }

    fn short_text(&mut self) -> Result<String, Broken> {
        let len = self.take(2)?;
        self.text(usize::from(u16::from_be_bytes([len[0], len[1]])))
    }

    fn text(&mut self, len: usize) -> Result<String, Broken> {
        Ok(String::from_utf8_lossy(self.take(len)?).into_owned())
    }

    fn number(&mut self) -> Result<f64, Broken> {
        let bytes = self.take(8)?.try_into().map_err(|_| Broken::Command)?;
        Ok(f64::from_be_bytes(bytes))
    }

    fn size(&mut self) -> Result<usize, Broken> {
        let bytes = self.take(4)?.try_into().map_err(|_| Broken::Command)?;
        Ok(u32::from_be_bytes(bytes) as usize)
    }

    fn byte(&mut self) -> Result<u8, Broken> {
        Ok(self.take(1)?[0])
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], Broken> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(Broken::Command)?;
        self.rest = rest;
        Ok(taken)
    }
}

fn write_value(value: &Value, to: &mut BytesMut) {
    match value {
        Value::Number(number) => {
            to.put_u8(NUMBER);
            to.put_f64(*number);
        }
        Value::Bool(yes) => to.put_slice(&[BOOL, u8::from(*yes)]),
        Value::Text(text) => {
            to.put_u8(TEXT);
            write_short_text(text, to);
        }
        Value::Object(fields) => {
            to.put_u8(OBJECT);
            for (name, value) in fields {
                write_short_text(name, to);
                write_value(value, to);
            }
            to.put_slice(&[0, 0, END]);
        }
        Value::Null => to.put_u8(NULL),
        Value::Undefined => to.put_u8(UNDEFINED),
        Value::Array(items) => {
            to.put_u8(ARRAY);
            to.put_u32(items.len() as u32);
            for item in items {
                write_value(item, to);
            }
        }
    }
}

/// Ours are short. One that is not is cut where a character ends.
fn write_short_text(text: &str, to: &mut BytesMut) {
    let cut = &text[..text.floor_char_boundary(usize::from(u16::MAX))];
    to.put_u16(cut.len() as u16);
    to.put_slice(cut.as_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            (-1e9..1e9).prop_map(Value::Number),
            any::<bool>().prop_map(Value::Bool),
            "[a-z@é]{0,9}".prop_map(Value::Text),
            Just(Value::Null),
            Just(Value::Undefined),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                proptest::collection::vec(("[a-z]{1,9}", inner), 0..5).prop_map(Value::Object),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(values in proptest::collection::vec(any_value(), 0..5)) {
            prop_assert_eq!(read(&write(&values)).unwrap(), values);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }

    #[test]
    fn depth_and_number_have_an_end() {
        let deep = [OBJECT, 0, 1, b'a'].repeat(10_000);
        assert_eq!(read(&deep), Err(Broken::Command));
        let many = [vec![ARRAY, 0xFF, 0xFF, 0xFF, 0xFF], vec![NULL; 60_000]].concat();
        assert_eq!(read(&many), Err(Broken::Command));
    }

    #[test]
    fn a_text_at_the_beginning_is_taken_off() {
        let message =
            write(&[Value::Text("@setDataFrame".into()), Value::Text("onMetaData".into())]);
        let rest = after_text(&message, "@setDataFrame").unwrap();
        assert_eq!(read(rest).unwrap(), [Value::Text("onMetaData".into())]);
        assert_eq!(after_text(rest, "@setDataFrame"), None);
        assert_eq!(after_text(&[TEXT, 0, 9], "x"), None);
    }
}
