// SPDX-License-Identifier: MIT
//! Tells all that the generated crate says of a text, as `driver.c` does for the C parser, which
//! has the form of requests and answers. Metadata and faked memory other than `map` it has not.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{self, BufRead, Write as _};

use vmcoreinfo::derive::DERIVATIONS;
use vmcoreinfo::{note_text, Arch, Dump, Format, Key, Memory, ReadError, Severity, VmcoreInfo};

fn bytes_of(word: &str) -> Vec<u8> {
    let digits = word.trim_matches('-');
    (0..digits.len() / 2)
        .map(|place| u8::from_str_radix(&digits[2 * place..2 * place + 2], 16).unwrap())
        .collect()
}

fn digits(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "-".to_string();
    }
    bytes.iter().map(|byte| format!("{:02x}", byte)).collect()
}

/// Bytes as `driver.c` tells them, which has room for 256.
fn raw_of(bytes: &[u8]) -> String {
    if bytes.len() > 256 {
        return bytes.len().to_string();
    }
    digits(bytes)
}

fn number(bits: Option<u64>) -> String {
    bits.map_or("-".to_string(), |bits| bits.to_string())
}

struct Chunks<'a> {
    chunks: &'a [(u64, Vec<u8>)],
    out: &'a RefCell<String>,
}

impl Memory for Chunks<'_> {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        let found = self.chunks.iter().find_map(|(start, bytes)| {
            let skip = usize::try_from(address.wrapping_sub(*start)).ok()?;
            bytes.get(skip..)?.get(..buffer.len())
        });
        let said = if found.is_some() { "ok" } else { "failed" };
        writeln!(
            self.out.borrow_mut(),
            "read {:x} {} {}",
            address,
            buffer.len(),
            said
        )
        .unwrap();
        buffer.copy_from_slice(found.ok_or(ReadError)?);
        Ok(())
    }
}

fn parse<'a>(text: &'a [u8], out: &RefCell<String>) -> VmcoreInfo<'a> {
    let mut out = out.borrow_mut();
    let mut errors = 0;
    let info = VmcoreInfo::parse_with(text, |diagnostic| {
        let severity = match diagnostic.id.severity() {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        errors += usize::from(severity == "error");
        let name = diagnostic.name.unwrap_or("");
        assert_eq!(diagnostic.key, Key::from_name(name));
        writeln!(
            out,
            "diagnostic {} {} {} {} {} {}",
            diagnostic.id.name(),
            severity,
            diagnostic.line,
            diagnostic.offset,
            digits(name.as_bytes()),
            diagnostic.message
        )
        .unwrap();
    });
    writeln!(out, "errors {}", errors).unwrap();
    for key in Key::ALL {
        assert_eq!(Key::from_name(key.name()), Some(key));
        assert_eq!(info.has(key), info.status(key).name() == "ok");
        let text = match info.text(key) {
            Some(text) => text,
            None => continue,
        };
        let raw: Option<Vec<u8>> = info.bytes(key).map(Iterator::collect);
        assert!(raw.is_none() || key.format() == Format::Hexbytes);
        writeln!(
            out,
            "value {} {} {} {} {}",
            key.name(),
            info.status(key).name(),
            number(info.number(key)),
            digits(text.as_bytes()),
            raw.map_or("-".to_string(), |raw| raw_of(&raw))
        )
        .unwrap();
    }
    info
}

fn find(info: &VmcoreInfo<'_>, word: &str, out: &RefCell<String>) {
    let name = bytes_of(word);
    let line = std::str::from_utf8(&name)
        .ok()
        .and_then(|name| info.find(name));
    let said = line.map_or(String::new(), |line| {
        format!(
            " is {} {}",
            digits(line.text.as_bytes()),
            number(line.number())
        )
    });
    writeln!(out.borrow_mut(), "find {}{}", word, said).unwrap();
}

fn derive(info: &VmcoreInfo<'_>, dump: &Dump<'_>, out: &RefCell<String>) {
    for (name, derivation) in &DERIVATIONS {
        let said = match derivation(info, dump) {
            Err(ReadError) => "read-failed".to_string(),
            Ok(None) => "no-recipe".to_string(),
            Ok(Some(derived)) => format!("ok {} {}", derived.value, derived.recipe),
        };
        writeln!(out.borrow_mut(), "derive {} {}", name, said).unwrap();
    }
}

fn answer(request: &[String]) -> String {
    let out = RefCell::new(String::new());
    let mut text = Vec::new();
    let mut chunks = Vec::new();

    // A note is what a request begins with, and lives as long.
    let mut lines = request
        .iter()
        .map(|line| line.split(' ').collect::<Vec<_>>())
        .peekable();
    if let Some(["text" | "note", word]) = lines.peek().map(Vec::as_slice) {
        text = bytes_of(word);
    }
    let found = match lines.peek().map(|words| words[0]) {
        Some("note") => {
            let found = note_text(&text);
            let offset = found.as_ptr() as usize - text.as_ptr() as usize;
            writeln!(out.borrow_mut(), "note {} {}", offset, found.len()).unwrap();
            found
        }
        _ => &text,
    };
    let info = parse(found, &out);
    for words in lines.skip(1) {
        match words.as_slice() {
            ["find", word] => find(&info, word, &out),
            ["memory", address, bytes] => {
                chunks.push((u64::from_str_radix(address, 16).unwrap(), bytes_of(bytes)));
            }
            ["machine", machine, bits] => {
                let arch = Arch::from_elf(machine.parse().unwrap(), bits.parse().unwrap());
                writeln!(out.borrow_mut(), "arch {}", arch.map_or("-", Arch::name)).unwrap();
            }
            ["targetless"] => derive(&info, &Dump::default(), &out),
            ["target", arch, order, kind] => {
                let memory = Chunks {
                    chunks: &chunks,
                    out: &out,
                };
                let dump = Dump {
                    arch: Arch::from_name(arch),
                    big_endian: *order == "big",
                    memory: if *kind == "map" { Some(&memory) } else { None },
                };
                derive(&info, &dump, &out);
            }
            _ => panic!("{:?}", words),
        }
    }
    out.into_inner()
}

fn main() {
    let mut request = Vec::new();
    for line in io::stdin().lock().lines() {
        let line = line.unwrap();
        if line != "go" {
            request.push(line);
            continue;
        }
        let said = answer(&request);
        request.clear();
        let mut out = io::stdout().lock();
        write!(out, "{}\n{}", said.len(), said).unwrap();
        out.flush().unwrap();
    }
}
