//! Linux's programs, as far as it takes to see that one is stripped.

use std::str;

/// The sections of a program that a debugger would want and a user does not: none in a program that is stripped. `None` when the bytes are
/// no whole ELF file of 64 bits, its least significant byte first.
pub fn sections_for_debuggers(program: &[u8]) -> Option<Vec<&str>> {
    if !program.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let table = number(program, 0x28, 8)?;
    let entry_size = number(program, 0x3a, 2)?;
    let count = number(program, 0x3c, 2)?;
    let of_names = number(program, 0x3e, 2)?;
    let entry = |index: usize| {
        let at = table.checked_add(index.checked_mul(entry_size)?)?;
        program.get(at..at.checked_add(entry_size)?)
    };
    if count == 0 {
        return Some(Vec::new());
    }
    let names = program.get(number(entry(of_names)?, 0x18, 8)?..)?;
    let mut found = Vec::new();
    for index in 0..count {
        let name = names.get(number(entry(index)?, 0, 4)?..)?;
        let name = str::from_utf8(name.split(|byte| *byte == 0).next()?).ok()?;
        if name == ".symtab" || name.starts_with(".debug") || name.starts_with(".zdebug") {
            found.push(name);
        }
    }
    Some(found)
}

/// A number of so many bytes at a place.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(size)?)?;
    let number = bytes
        .iter()
        .rev()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    usize::try_from(number).ok()
}
