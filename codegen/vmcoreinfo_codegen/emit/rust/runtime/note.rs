// SPDX-License-Identifier: MIT
//! The ELF note around a text.

const NAME: &[u8] = b"VMCOREINFO\0";
/// namesz, descsz, type; the name padded to 12 bytes.
const HEADER: usize = 24;

fn word_at(data: &[u8], at: usize, big_endian: bool) -> u32 {
    let mut bytes = [0; 4];
    bytes.copy_from_slice(&data[at..at + 4]);
    if big_endian {
        u32::from_be_bytes(bytes)
    } else {
        u32::from_le_bytes(bytes)
    }
}

/// The text in `data`: the descriptor of a raw VMCOREINFO ELF note of either byte order, or `data`
/// itself if it does not start with such a header.
pub fn note_text(data: &[u8]) -> &[u8] {
    if data.len() < HEADER || &data[12..12 + NAME.len()] != NAME {
        return data;
    }
    for big_endian in [false, true] {
        if word_at(data, 0, big_endian) as usize == NAME.len() && word_at(data, 8, big_endian) == 0
        {
            let text = &data[HEADER..];
            let size = word_at(data, 4, big_endian);
            // A size that does not fit exceeds the data.
            let length = usize::try_from(size).unwrap_or(usize::MAX);
            return &text[..length.min(text.len())];
        }
    }
    data
}
