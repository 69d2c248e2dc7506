// SPDX-License-Identifier: MIT
//! One value of a line.

use super::keys::{Format, Key};

/// The status of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// The note has a usable value.
    Ok,
    /// The note has no such line.
    Absent,
    /// The line's value is not valid for this key.
    Malformed,
    /// The number does not fit in 64 bits.
    OutOfRange,
    /// Garbage that some kernels print as the value.
    Garbage,
}

impl Status {
    /// A word, such as `out-of-range`.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Absent => "absent",
            Status::Malformed => "malformed",
            Status::OutOfRange => "out-of-range",
            Status::Garbage => "garbage",
        }
    }
}

/// The value of a digit, or 16 if it is not a digit.
fn digit_of(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        b'A'..=b'F' => byte - b'A' + 10,
        _ => 16,
    }
}

/// The whole of `digits`, at least one, as a number of at most `most`.
fn number_of_base(digits: &[u8], base: u8, most: u64) -> Result<u64, Status> {
    let mut sum = Some(0_u64);

    if digits.is_empty() {
        return Err(Status::Malformed);
    }
    for &byte in digits {
        let digit = digit_of(byte);
        if digit >= base {
            return Err(Status::Malformed);
        }
        sum = sum
            .and_then(|sum| sum.checked_mul(u64::from(base)))
            .and_then(|sum| sum.checked_add(u64::from(digit)))
            .filter(|&sum| sum <= most);
    }
    sum.ok_or(Status::OutOfRange)
}

fn signed_of(text: &[u8]) -> Result<u64, Status> {
    match text.split_first() {
        Some((b'-', digits)) => number_of_base(digits, 10, 1 << 63).map(u64::wrapping_neg),
        _ => number_of_base(text, 10, (1 << 63) - 1),
    }
}

/// The bits of a value: 1 for a flag, 0 if it is not a number.
pub(super) fn value_of(format: Format, text: &str) -> Result<u64, Status> {
    let text = text.as_bytes();
    let behind_0x = text.strip_prefix(b"0x");
    let is_fine = match format {
        Format::Hex => return number_of_base(behind_0x.unwrap_or(text), 16, u64::MAX),
        Format::Decimal | Format::Signed | Format::PrefixedHex => {
            // Like strtoull(, , 0) in the tools, except for octal.
            return match (behind_0x, format) {
                (Some(digits), _) => number_of_base(digits, 16, u64::MAX),
                (None, Format::Signed) => signed_of(text),
                (None, _) => number_of_base(text, 10, u64::MAX),
            };
        }
        Format::String => !text.is_empty(),
        Format::Hexbytes => {
            !text.is_empty() && text.len() % 2 == 0 && text.iter().all(u8::is_ascii_hexdigit)
        }
        Format::Flag => text == b"y",
    };
    if !is_fine {
        return Err(Status::Malformed);
    }
    Ok(u64::from(format == Format::Flag))
}

/// The same for a key: without a sign it may be wider than with one.
pub(super) fn value_of_key(key: Key, text: &str) -> Result<u64, Status> {
    if key.other_formats().contains(&Format::Decimal) && !text.starts_with('-') {
        return value_of(Format::Decimal, text);
    }
    value_of(key.format(), text)
}

/// Whether a number is printed in a different base than kernels use for the key.
pub(super) fn has_other_base(key: Key, text: &str) -> bool {
    let format = key.format();
    is_number(format)
        && text.starts_with("0x") != (format == Format::PrefixedHex)
        && !key.other_formats().contains(&Format::PrefixedHex)
}

pub(super) const fn is_number(format: Format) -> bool {
    matches!(
        format,
        Format::Decimal | Format::Signed | Format::Hex | Format::PrefixedHex
    )
}

/// The number in a line with an unknown key.
pub(super) fn unknown_number(name: &str, text: &str) -> Option<u64> {
    let is_symbol = name.starts_with("SYMBOL(") && name.ends_with(')');
    let format = if is_symbol {
        Format::Hex
    } else if text.starts_with('-') {
        Format::Signed
    } else {
        Format::Decimal
    };
    value_of(format, text).ok()
}

/// Bytes printed as pairs of hexadecimal digits.
#[derive(Clone, Debug)]
pub struct Bytes<'a>(pub(super) &'a [u8]);

impl Iterator for Bytes<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (pair, rest) = match self.0 {
            [high, low, rest @ ..] => (digit_of(*high) << 4 | digit_of(*low), rest),
            _ => return None,
        };
        self.0 = rest;
        Some(pair)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len() / 2, Some(self.0.len() / 2))
    }
}

impl ExactSizeIterator for Bytes<'_> {}
