// SPDX-License-Identifier: MIT
//! The text of a note, line by line.

use core::fmt;

use super::keys::{Format, Key, KEY_COUNT, OTHER_KEYS};
use super::value::{has_other_base, is_number, unknown_number, value_of_key, Bytes, Status};

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DiagnosticId {
    Unknown,
    Duplicate,
    Malformed,
    Overflow,
    Truncated,
    NotText,
    OtherBase,
    Garbage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Info,
    Warning,
    Error,
}

impl DiagnosticId {
    /// A word, such as `not-text`.
    pub const fn name(self) -> &'static str {
        match self {
            DiagnosticId::Unknown => "unknown",
            DiagnosticId::Duplicate => "duplicate",
            DiagnosticId::Malformed => "malformed",
            DiagnosticId::Overflow => "overflow",
            DiagnosticId::Truncated => "truncated",
            DiagnosticId::NotText => "not-text",
            DiagnosticId::OtherBase => "other-base",
            DiagnosticId::Garbage => "garbage",
        }
    }

    pub const fn severity(self) -> Severity {
        match self {
            DiagnosticId::Unknown => Severity::Info,
            DiagnosticId::Malformed | DiagnosticId::Overflow | DiagnosticId::NotText => {
                Severity::Error
            }
            _ => Severity::Warning,
        }
    }
}

/// What is wrong with a line, and where. The message is for people and may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic<'a> {
    pub id: DiagnosticId,
    /// From 1.
    pub line: usize,
    /// The offset of the first wrong byte from the start of the text.
    pub offset: usize,
    /// The key's text in the line; None if the line has none.
    pub name: Option<&'a str>,
    /// None if it is unknown.
    pub key: Option<Key>,
    pub message: &'static str,
}

/// A line `name=text` of printable bytes, of a known or unknown key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line<'a> {
    pub name: &'a str,
    pub text: &'a str,
    /// From 1.
    pub line: usize,
    /// None for an unknown key.
    pub key: Option<Key>,
}

impl Line<'_> {
    /// The number in the line. For an unknown key, a SYMBOL() is hexadecimal, and any other value
    /// decimal, with or without a sign, or hexadecimal with 0x. Negative numbers are in two's
    /// complement.
    pub fn number(&self) -> Option<u64> {
        match self.key {
            None => unknown_number(self.name, self.text),
            Some(key) if is_number(key.format()) => value_of_key(key, self.text).ok(),
            Some(_) => None,
        }
    }
}

#[derive(Clone, Copy)]
struct Slot<'a> {
    status: Status,
    bits: u64,
    text: &'a str,
}

const ABSENT: Slot<'static> = Slot {
    status: Status::Absent,
    bits: 0,
    text: "",
};

/// A parsed note, which borrows its text. A bad line does not affect the others.
#[derive(Clone)]
pub struct VmcoreInfo<'a> {
    text: &'a [u8],
    slots: [Slot<'a>; KEY_COUNT],
}

impl<'a> VmcoreInfo<'a> {
    /// Parse a text; for an ELF note see [`note_text`](super::note_text).
    pub fn parse(text: &'a [u8]) -> Self {
        Self::parse_with(text, |_| ())
    }

    /// Parse a text, and call `report` with each diagnostic, in the order of the lines.
    ///
    /// A bad line may belong to a key that you don't need: to reject a note, check the status of
    /// the keys that you do need.
    pub fn parse_with(text: &'a [u8], report: impl FnMut(&Diagnostic<'a>)) -> Self {
        let end = text.iter().position(|&byte| byte == 0);
        let (text, behind) = text.split_at(end.unwrap_or(text.len()));
        let mut parser = Parser {
            info: VmcoreInfo {
                text,
                slots: [ABSENT; KEY_COUNT],
            },
            report,
            line: 0,
        };
        parser.read();
        if behind.iter().any(|&byte| byte != 0) {
            parser.line += 1;
            parser.tell(
                DiagnosticId::NotText,
                text.len(),
                None,
                "the text after a NUL byte is ignored",
            );
        }
        parser.info
    }

    /// `Status::Ok` if the note has a usable value for the key, otherwise the reason.
    pub fn status(&self, key: Key) -> Status {
        self.slots[key as usize].status
    }

    pub fn has(&self, key: Key) -> bool {
        self.status(key) == Status::Ok
    }

    /// A number in any format; negative numbers are in two's complement, so `number as i64` is the
    /// value of a key with [`Format::Signed`]. None if there is no usable value, see `status()`.
    pub fn number(&self, key: Key) -> Option<u64> {
        let slot = &self.slots[key as usize];
        (slot.status == Status::Ok && is_number(key.format())).then_some(slot.bits)
    }

    /// Any value as printed, usable or not; None if there is no line.
    pub fn text(&self, key: Key) -> Option<&'a str> {
        let slot = &self.slots[key as usize];
        (slot.status != Status::Absent).then_some(slot.text)
    }

    /// The bytes of a value of [`Format::Hexbytes`].
    pub fn bytes(&self, key: Key) -> Option<Bytes<'a>> {
        let is_bytes = self.has(key) && key.format() == Format::Hexbytes;
        is_bytes.then(|| Bytes(self.slots[key as usize].text.as_bytes()))
    }

    /// Every line `name=text` of printable bytes, of known keys and others.
    pub fn lines(&self) -> Lines<'a> {
        Lines {
            rest: self.text,
            line: 0,
        }
    }

    /// The line whose value counts for a key, known or not: the last usable one.
    pub fn find(&self, name: &str) -> Option<Line<'a>> {
        let known = Key::from_name(name).map(|key| self.slots[key as usize].text.as_ptr());
        self.lines()
            .filter(|line| line.name == name)
            .filter(|line| known.map_or(true, |text| text == line.text.as_ptr()))
            .last()
    }

    /// 64 bits of a key for a recipe; 0 if it is not a number.
    #[allow(dead_code)] // A part of the schema may have no recipes.
    pub(super) fn bits_or_0(&self, key: Key) -> u64 {
        self.slots[key as usize].bits
    }
}

impl fmt::Debug for VmcoreInfo<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_map()
            .entries(Key::ALL.iter().filter_map(|&key| {
                let text = self.text(key)?;
                Some((key.name(), text))
            }))
            .finish()
    }
}

/// The iterator of `VmcoreInfo::lines()`.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    rest: &'a [u8],
    line: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        while !self.rest.is_empty() {
            let (line, rest) = first_line(self.rest);
            self.rest = rest.unwrap_or(&[]);
            self.line += 1;
            if let Ok(Some((name, text))) = printable(line).map(|line| line.split_once('=')) {
                if !name.is_empty() {
                    return Some(Line {
                        name,
                        text,
                        line: self.line,
                        key: Key::from_name(name),
                    });
                }
            }
        }
        None
    }
}

/// A line without its newline, and the rest of the text.
fn first_line(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|&byte| byte == b'\n') {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// A line as text, or the position of its first byte that is not printable ASCII.
fn printable(line: &[u8]) -> Result<&str, usize> {
    match line.iter().position(|byte| !(0x20..=0x7e).contains(byte)) {
        Some(at) => Err(at),
        None => core::str::from_utf8(line).map_err(|error| error.valid_up_to()),
    }
}

struct Parser<'a, R> {
    info: VmcoreInfo<'a>,
    report: R,
    line: usize,
}

type Named<'a> = Option<(&'a str, Option<Key>)>;

impl<'a, R: FnMut(&Diagnostic<'a>)> Parser<'a, R> {
    fn tell(&mut self, id: DiagnosticId, offset: usize, named: Named<'a>, message: &'static str) {
        (self.report)(&Diagnostic {
            id,
            line: self.line,
            offset,
            name: named.map(|(name, _)| name),
            key: named.and_then(|(_, key)| key),
            message,
        });
    }

    fn read(&mut self) {
        let whole = self.info.text;
        let mut rest = whole;

        while !rest.is_empty() {
            let offset = whole.len() - rest.len();
            let (line, behind) = first_line(rest);
            self.line += 1;
            let named = match printable(line) {
                Ok(line) => self.read_line(line, offset),
                Err(at) => {
                    self.tell(
                        DiagnosticId::NotText,
                        offset + at,
                        None,
                        "a byte is not printable ASCII; the line is ignored",
                    );
                    None
                }
            };
            if behind.is_none() {
                self.tell(
                    DiagnosticId::Truncated,
                    offset,
                    named,
                    "the last line has no newline; it may be truncated",
                );
            }
            rest = behind.unwrap_or(&[]);
        }
    }

    fn read_line(&mut self, line: &'a str, offset: usize) -> Named<'a> {
        let (name, text) = match line.split_once('=') {
            None => {
                self.tell(
                    DiagnosticId::Malformed,
                    offset,
                    None,
                    "no '=' in the line, expected KEY=VALUE",
                );
                return None;
            }
            Some(("", _)) => {
                let message = "no key before the '=', expected KEY=VALUE";
                self.tell(DiagnosticId::Malformed, offset, None, message);
                return None;
            }
            Some(parts) => parts,
        };
        let key = Key::from_name(name);
        let named = Some((name, key));
        match key {
            Some(key) => self.take_value(key, named, text, offset),
            None if OTHER_KEYS.binary_search(&name).is_ok() => {}
            None => self.tell(
                DiagnosticId::Unknown,
                offset,
                named,
                "not exported by any kernel known to this parser",
            ),
        }
        named
    }

    fn take_value(&mut self, key: Key, named: Named<'a>, text: &'a str, offset: usize) {
        let format = key.format();
        let at = offset + key.name().len() + 1;
        let before = self.info.status(key);
        let (mut status, bits) = match value_of_key(key, text) {
            Ok(bits) => (Status::Ok, bits),
            Err(status) => (status, 0),
        };

        match status {
            Status::Malformed => {
                self.tell(DiagnosticId::Malformed, at, named, malformed(format));
            }
            Status::OutOfRange => {
                let message = "the number does not fit in 64 bits";
                self.tell(DiagnosticId::Overflow, at, named, message);
            }
            _ => {
                if before != Status::Absent {
                    let message = "duplicate key; the last usable line counts";
                    self.tell(DiagnosticId::Duplicate, offset, named, message);
                }
                if has_other_base(key, text) {
                    let message =
                        "the number base differs from what kernels print; tools may misread it";
                    self.tell(DiagnosticId::OtherBase, at, named, message);
                }
                if key
                    .entry()
                    .garbage
                    .iter()
                    .any(|start| text.starts_with(start))
                {
                    status = Status::Garbage;
                    let message = "the value is garbage that some kernels print; it is not used";
                    self.tell(DiagnosticId::Garbage, at, named, message);
                }
            }
        }
        // The last line counts, unless an earlier line is better.
        if before != Status::Ok || status == Status::Ok {
            self.info.slots[key as usize] = Slot { status, bits, text };
        }
    }
}

/// What is wrong with a value of a format.
fn malformed(format: Format) -> &'static str {
    match format {
        Format::Decimal => "the value is not a decimal number",
        Format::Signed => "the value is not a signed decimal number",
        Format::Hex => "the value is not a hexadecimal number",
        Format::PrefixedHex => {
            "the value is neither a hexadecimal number with 0x nor a decimal number"
        }
        Format::String => "the value is empty",
        Format::Hexbytes => "the value is not pairs of hexadecimal digits",
        Format::Flag => "the value is not 'y'",
    }
}
