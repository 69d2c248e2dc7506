// SPDX-License-Identifier: MIT
//! Derivations compute their value with the first recipe that applies.

// A part of the schema may have no recipe that takes one of these functions.
#![allow(dead_code)]

use core::fmt;

use super::keys::{Arch, Key, LIST_HEAD};
use super::parser::VmcoreInfo;

/// Memory of a dump, at kernel virtual addresses.
pub trait Memory {
    /// Fill a buffer of up to 8 bytes with the memory at an address.
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), ReadError>;
}

/// A recipe applies, but memory that it needs could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadError;

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("memory of the dump could not be read")
    }
}

/// What the text does not show about a dump. Without an architecture, recipes for certain
/// architectures do not apply; without memory, recipes that read it fail.
#[derive(Clone, Copy, Default)]
pub struct Dump<'a> {
    pub arch: Option<Arch>,
    pub big_endian: bool,
    pub memory: Option<&'a dyn Memory>,
}

impl fmt::Debug for Dump<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Dump")
            .field("arch", &self.arch)
            .field("big_endian", &self.big_endian)
            .field("has_memory", &self.memory.is_some())
            .finish()
    }
}

/// A value, in two's complement if negative, and the name of the recipe that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Derived {
    pub value: u64,
    pub recipe: &'static str,
}

/// None if no recipe applies.
pub type Outcome<T> = Result<Option<T>, ReadError>;

/// One way to compute a value, and where it applies.
pub(super) struct Recipe {
    pub(super) name: &'static str,
    /// Empty for all.
    pub(super) archs: &'static [Arch],
    /// As returned by `mainline_of()`; 0 for no bound.
    pub(super) since: u64,
    pub(super) until: u64,
    pub(super) keys: &'static [Key],
    pub(super) compute: fn(&VmcoreInfo<'_>, &Dump<'_>) -> Outcome<u64>,
}

impl Recipe {
    fn applies(&self, info: &VmcoreInfo<'_>, dump: &Dump<'_>) -> bool {
        let is_there =
            self.archs.is_empty() || dump.arch.map_or(false, |a| self.archs.contains(&a));
        if !is_there || !self.keys.iter().all(|&key| info.has(key)) {
            return false;
        }
        if self.since == 0 && self.until == 0 {
            return true;
        }
        let release = mainline_of(release_of(info));
        release != 0 && release >= self.since && (self.until == 0 || release < self.until)
    }
}

pub(super) fn derive(
    recipes: &[Recipe],
    info: &VmcoreInfo<'_>,
    dump: &Dump<'_>,
) -> Outcome<Derived> {
    for recipe in recipes.iter().filter(|recipe| recipe.applies(info, dump)) {
        if let Some(value) = (recipe.compute)(info, dump)? {
            return Ok(Some(Derived {
                value,
                recipe: recipe.name,
            }));
        }
    }
    Ok(None)
}

/// Up to four numbers of OSRELEASE, in 16-bit fields from the top; 0 if there are fewer than two.
fn release_of(info: &VmcoreInfo<'_>) -> u64 {
    let mut rest = match info.text(Key::OSRELEASE) {
        Some(text) if info.has(Key::OSRELEASE) => text,
        _ => return 0,
    };
    let mut numbers = [0_u64; 4];
    let mut count = 0;

    while count < numbers.len() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 {
            break;
        }
        for digit in rest[..digits].bytes() {
            numbers[count] = numbers[count] * 10 + u64::from(digit - b'0');
            if numbers[count] > 0xffff {
                return 0;
            }
        }
        count += 1;
        rest = match rest[digits..].strip_prefix('.') {
            Some(rest) => rest,
            None => break,
        };
    }
    if count < 2 {
        return 0;
    }
    numbers
        .iter()
        .fold(0, |release, number| release << 16 | number)
}

/// Without the stable update number: a 2.6.x mainline release has three numbers, all later ones
/// two.
fn mainline_of(release: u64) -> u64 {
    if release >> 32 == 0x0002_0006 {
        release & !0xffff
    } else {
        release & !0xffff_ffff
    }
}

pub(super) fn number_of(info: &VmcoreInfo<'_>, key: Key) -> u64 {
    info.bits_or_0(key)
}

/// An unsigned integer of `size` bytes, 0 for the size of a pointer.
pub(super) fn read(
    info: &VmcoreInfo<'_>,
    dump: &Dump<'_>,
    address: u64,
    size: usize,
) -> Result<u64, ReadError> {
    let mut buffer = [0; 8];
    // A list_head is two pointers, on every kernel.
    let half = LIST_HEAD.and_then(|key| info.number(key)) == Some(8);
    let size = match size {
        0 if half => 4,
        0 => 8,
        _ => size,
    };
    let bytes = &mut buffer[..size];
    dump.memory.ok_or(ReadError)?.read(address, bytes)?;
    if !dump.big_endian {
        bytes.reverse();
    }
    Ok(bytes
        .iter()
        .fold(0, |value, &byte| value << 8 | u64::from(byte)))
}

pub(super) fn shift_left(value: u64, by: u64) -> u64 {
    if by < 64 {
        value << by
    } else {
        0
    }
}

pub(super) fn shift_right(value: u64, by: u64) -> u64 {
    if by < 64 {
        value >> by
    } else {
        0
    }
}

/// The exponent of a power of two; None for anything else.
pub(super) fn log2(value: u64) -> Option<u64> {
    value
        .is_power_of_two()
        .then(|| u64::from(value.trailing_zeros()))
}
