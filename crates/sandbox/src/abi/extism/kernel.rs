//! Extism's kernel: the memory between guest and host, its blocks, input, output and error.
//!
//! The reference links a small Wasm module for this. Ours is native, keeps the addresses that module would hand out
//! (a handle is an address in one arena, blocks are 12 bytes apart), and differs where the reference lets a guest
//! harm itself or the host: what is known about blocks lies outside the arena, so that a store past a block's end
//! destroys nothing, and memory that is not there ends the call where the reference answers 0 and the guest writes
//! over address 0.
//!
//! Freed blocks stay readable, freeing twice is harmless, and freed space is used again only when the arena is full:
//! current plugin kits rely on each of the three.

use crate::limits::{Memory, OutOfMemory};
use std::collections::{BTreeMap, BTreeSet};

/// Where the reference keeps a block's header, before its data.
const HEADER: u64 = 12;
/// Where the reference keeps its own record.
const FIRST: u64 = 65;
const PAGE: u64 = 65_536;
/// What the bookkeeping of one block costs the host, charged so that many tiny blocks meet the limit too.
const BLOCK_COST: u64 = 64;
/// A freed block that is this much larger than what is asked for is divided.
const WORTH_SPLITTING: u64 = 128;

/// The memory between one guest and the host.
#[derive(Debug)]
pub(crate) struct Kernel {
    arena: Vec<u8>,
    /// The blocks in use, by address.
    active: BTreeMap<u64, u64>,
    /// Freed blocks as size and address: the smallest that is large enough is used again.
    free: BTreeSet<(u64, u64)>,
    /// Where the next new block's header begins.
    position: u64,
    input: (u64, u64),
    output: (u64, u64),
    error: u64,
}

impl Kernel {
    /// An empty kernel that has allocated nothing.
    pub(crate) fn new() -> Self {
        Self {
            arena: Vec::new(),
            active: BTreeMap::new(),
            free: BTreeSet::new(),
            position: FIRST,
            input: (0, 0),
            output: (0, 0),
            error: 0,
        }
    }

    /// Makes a block of `size` bytes and answers its address; 0 for none.
    pub(crate) fn alloc(&mut self, size: u64, memory: &mut Memory) -> Result<u64, OutOfMemory> {
        if size == 0 {
            return Ok(0);
        }
        // More than there can be; also keeps the sums below far from overflowing.
        if size > memory.left().saturating_add(self.arena.len() as u64) {
            memory.refused = true;
            return Err(OutOfMemory);
        }
        let end = self.position + HEADER + size;
        if end > self.arena.len() as u64 {
            if let Some(address) = self.reuse(size, memory)? {
                return Ok(address);
            }
            self.grow(end, memory)?;
        }
        memory.charge(BLOCK_COST)?;
        let address = self.position + HEADER;
        self.active.insert(address, size);
        self.position = end;
        Ok(address)
    }

    fn reuse(&mut self, size: u64, memory: &mut Memory) -> Result<Option<u64>, OutOfMemory> {
        let Some(&(found, address)) = self.free.range((size, 0)..).next() else { return Ok(None) };
        self.free.remove(&(found, address));
        if found - size >= WORTH_SPLITTING {
            memory.charge(BLOCK_COST)?;
            self.free.insert((found - size - HEADER, address + size + HEADER));
        }
        self.active.insert(address, size);
        Ok(Some(address))
    }

    fn grow(&mut self, end: u64, memory: &mut Memory) -> Result<(), OutOfMemory> {
        let have = self.arena.len() as u64;
        let needed = end.next_multiple_of(PAGE);
        // A quarter more, so that many small blocks do not copy the arena many times, where there is room for it.
        let generous = needed.max((have + have / 4).next_multiple_of(PAGE));
        let target = if generous - have <= memory.left() / 2 { generous } else { needed };
        memory.charge(target - have)?;
        let missing = usize::try_from(target - have).map_err(|_| OutOfMemory)?;
        if have == 0 {
            // Comes zeroed from the system without being touched.
            self.arena = vec![0; missing];
            return Ok(());
        }
        if self.arena.try_reserve_exact(missing).is_err() {
            memory.refused = true;
            return Err(OutOfMemory);
        }
        self.arena.resize(self.arena.len() + missing, 0);
        Ok(())
    }

    /// Frees a block. Anything that is not the start of one is ignored.
    pub(crate) fn free(&mut self, address: u64) {
        if let Some(size) = self.active.remove(&address) {
            self.free.insert((size, address));
            if self.input.0 == address {
                self.input.1 = 0;
            }
        }
    }

    /// The size of the block that begins at an address; 0 where none does.
    pub(crate) fn length(&self, address: u64) -> u64 {
        self.active.get(&address).copied().unwrap_or(0)
    }

    /// The content of the block that begins at an address.
    pub(crate) fn block(&self, address: u64) -> Option<&[u8]> {
        self.slice(address, *self.active.get(&address)?)
    }

    fn slice(&self, address: u64, length: u64) -> Option<&[u8]> {
        let from = usize::try_from(address).ok()?;
        let to = from.checked_add(usize::try_from(length).ok()?)?;
        self.arena.get(from..to)
    }

    /// Copies bytes into a new block; 0 for none.
    pub(crate) fn put(&mut self, bytes: &[u8], memory: &mut Memory) -> Result<u64, OutOfMemory> {
        let address = self.alloc(bytes.len() as u64, memory)?;
        if address != 0 {
            let from = usize::try_from(address).map_err(|_| OutOfMemory)?;
            if let Some(room) = self.arena.get_mut(from..from + bytes.len()) {
                room.copy_from_slice(bytes);
            }
        }
        Ok(address)
    }

    /// The bytes from an address on, as many as `N`; zero where there is no memory.
    pub(crate) fn load<const N: usize>(&self, address: u64) -> [u8; N] {
        match self.slice(address, N as u64) {
            Some(bytes) if address >= FIRST - 1 => bytes.try_into().unwrap_or([0; N]),
            _ => [0; N],
        }
    }

    /// Stores bytes; ignored where there is no memory.
    pub(crate) fn store<const N: usize>(&mut self, address: u64, bytes: [u8; N]) {
        if address < FIRST - 1 {
            return;
        }
        let Ok(from) = usize::try_from(address) else { return };
        let Some(to) = from.checked_add(N) else { return };
        if let Some(room) = self.arena.get_mut(from..to) {
            room.copy_from_slice(&bytes);
        }
    }

    /// Puts the call's input into the first block.
    pub(crate) fn set_input(&mut self, bytes: &[u8], memory: &mut Memory) -> Result<(), OutOfMemory> {
        let address = self.put(bytes, memory)?;
        self.input = (address, bytes.len() as u64);
        Ok(())
    }

    /// Points the input somewhere else (`input_set`).
    pub(crate) fn move_input(&mut self, address: u64, length: u64) {
        if self.is_in_arena(address, length) {
            self.input = (address, length);
        }
    }

    pub(crate) fn input_offset(&self) -> u64 {
        self.input.0
    }

    pub(crate) fn input_length(&self) -> u64 {
        self.input.1
    }

    /// The input's bytes from an index on; zero unless all of them lie within.
    pub(crate) fn load_input<const N: usize>(&self, index: u64) -> [u8; N] {
        match index.checked_add(N as u64) {
            Some(end) if end <= self.input.1 => self.load(self.input.0.saturating_add(index)),
            _ => [0; N],
        }
    }

    /// Points at the output. What lies outside the arena is ignored, and so is nothing at all: an earlier output
    /// survives `output_set(0, 0)`.
    pub(crate) fn set_output(&mut self, address: u64, length: u64) {
        if self.is_in_arena(address, length) {
            self.output = (address, length);
        }
    }

    pub(crate) fn output_offset(&self) -> u64 {
        self.output.0
    }

    pub(crate) fn output_length(&self) -> u64 {
        self.output.1
    }

    /// The output as the guest left it, also when its block was freed since.
    pub(crate) fn output(&self) -> &[u8] {
        self.slice(self.output.0, self.output.1).unwrap_or_default()
    }

    /// Sets or, with 0, clears the error.
    pub(crate) fn set_error(&mut self, address: u64) {
        if address == 0 || self.is_in_arena(address, 0) {
            self.error = address;
        }
    }

    pub(crate) fn error_handle(&self) -> u64 {
        self.error
    }

    /// The error's text; `None` where the handle is no block.
    pub(crate) fn error(&self) -> Option<&[u8]> {
        self.block(self.error)
    }

    /// The size of the arena as the reference counts it.
    pub(crate) fn arena_bytes(&self) -> u64 {
        (self.arena.len() as u64).max(PAGE) - (FIRST - 1)
    }

    /// Forgets blocks, input, output and error. A guest may do this to itself.
    pub(crate) fn reset(&mut self, memory: &mut Memory) {
        memory.release(BLOCK_COST * (self.active.len() + self.free.len()) as u64);
        self.arena.fill(0);
        let arena = std::mem::take(&mut self.arena);
        *self = Self { arena, ..Self::new() };
    }

    fn is_in_arena(&self, address: u64, length: u64) -> bool {
        let end = (self.arena.len() as u64).max(PAGE);
        address >= FIRST - 1 && address < end && address.checked_add(length).is_some_and(|to| to <= end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kernel() -> (Kernel, Memory) {
        (Kernel::new(), Memory::new(16 << 20))
    }

    #[test]
    fn addresses_are_those_of_the_reference() {
        let (mut kernel, mut memory) = kernel();
        let addresses: Vec<u64> =
            [1, 8, 5, 3].into_iter().map(|size| kernel.alloc(size, &mut memory).unwrap()).collect();
        assert_eq!(addresses, [77, 90, 110, 127]);
        assert_eq!(kernel.arena_bytes(), 65_472);
    }

    #[test]
    fn what_is_no_block_has_no_length() {
        let (mut kernel, mut memory) = kernel();
        let block = kernel.alloc(10, &mut memory).unwrap();
        assert_eq!(kernel.length(block), 10);
        for address in [0, block + 1, block - 1, u64::MAX, 1 << 40] {
            assert_eq!(kernel.length(address), 0, "{address}");
        }
    }

    #[test]
    fn freeing_is_idempotent_and_the_content_stays_readable() {
        let (mut kernel, mut memory) = kernel();
        let block = kernel.put(b"hello", &mut memory).unwrap();
        kernel.set_output(block, 5);
        kernel.free(block);
        kernel.free(block);
        kernel.free(block + 1);
        kernel.free(0);
        assert_eq!(kernel.length(block), 0);
        assert_eq!(kernel.output(), b"hello");
        assert_ne!(kernel.alloc(5, &mut memory).unwrap(), block, "freed space is not used again at once");
    }

    #[test]
    fn freed_space_is_used_again_before_the_arena_grows() {
        let (mut kernel, mut memory) = kernel();
        let big = kernel.alloc(40_000, &mut memory).unwrap();
        kernel.free(big);
        let arena = kernel.arena_bytes();
        let again = kernel.alloc(30_000, &mut memory).unwrap();
        assert_eq!(again, big, "no room behind it");
        // The rest of the divided block serves too.
        assert_eq!(kernel.alloc(9_000, &mut memory).unwrap(), 77 + 40_000 + 12);
        for _ in 0..100 {
            let block = kernel.alloc(50_000, &mut memory).unwrap();
            kernel.free(block);
        }
        assert!(kernel.arena_bytes() <= arena + 2 * PAGE);
    }

    #[test]
    fn access_outside_reads_zero_and_writes_nothing() {
        let (mut kernel, mut memory) = kernel();
        let block = kernel.put(&[1; 16], &mut memory).unwrap();
        for address in [0, 1, 63, 1 << 33, u64::MAX, u64::MAX - 7] {
            kernel.store(address, [0xff; 8]);
            assert_eq!(kernel.load::<8>(address), [0; 8], "{address}");
        }
        assert_eq!(kernel.block(block), Some(&[1; 16][..]));
        // A little past the end, as AssemblyScript does, harms no block's length.
        kernel.store(block + 12, [9; 8]);
        let next = kernel.alloc(4, &mut memory).unwrap();
        assert_eq!(kernel.length(next), 4);
    }

    #[test]
    fn output_outside_the_arena_is_ignored() {
        let (mut kernel, mut memory) = kernel();
        let block = kernel.put(b"first", &mut memory).unwrap();
        kernel.set_output(block, 5);
        for (address, length) in [(0, 0), (0, 5), (block, u64::MAX), (block, 1 << 20), (u64::MAX, 1), (63, 1)]
        {
            kernel.set_output(address, length);
        }
        assert_eq!(kernel.output(), b"first");
        kernel.set_output(block, 0);
        assert_eq!(kernel.output(), b"");
    }

    #[test]
    fn input_is_read_within_its_length() {
        let (mut kernel, mut memory) = kernel();
        kernel.set_input(b"0123456789", &mut memory).unwrap();
        assert_eq!((kernel.input_offset(), kernel.input_length()), (77, 10));
        assert_eq!(kernel.load_input::<1>(9), *b"9");
        assert_eq!(kernel.load_input::<1>(10), [0]);
        assert_eq!(kernel.load_input::<8>(2), *b"23456789");
        assert_eq!(kernel.load_input::<8>(3), [0; 8]);
        assert_eq!(kernel.load_input::<8>(u64::MAX), [0; 8]);
        kernel.free(77);
        assert_eq!((kernel.input_offset(), kernel.input_length()), (77, 0));
    }

    #[test]
    fn memory_that_is_not_there_is_an_error_and_not_address_zero() {
        let mut memory = Memory::new(1 << 20);
        let mut kernel = Kernel::new();
        for size in [2 << 20, u64::MAX, u64::MAX - 11, 1 << 32] {
            assert_eq!(kernel.alloc(size, &mut memory), Err(OutOfMemory), "{size}");
        }
        assert!(memory.refused);
        assert_ne!(kernel.alloc(1000, &mut memory).unwrap(), 0);
    }

    #[test]
    fn many_tiny_blocks_meet_the_limit_by_what_they_cost_the_host() {
        let mut memory = Memory::new(1 << 20);
        let mut kernel = Kernel::new();
        let mut made = 0u64;
        while kernel.alloc(1, &mut memory).is_ok() {
            made += 1;
        }
        assert!(made < (1 << 20) / BLOCK_COST, "{made}");
        kernel.reset(&mut memory);
        assert!(kernel.alloc(1, &mut memory).is_ok());
    }

    #[test]
    fn a_reset_forgets_everything() {
        let (mut kernel, mut memory) = kernel();
        kernel.set_input(b"abc", &mut memory).unwrap();
        kernel.set_output(77, 3);
        kernel.set_error(77);
        kernel.reset(&mut memory);
        assert_eq!(kernel.input_length(), 0);
        assert_eq!(kernel.output(), b"");
        assert_eq!(kernel.error(), None);
        assert_eq!(kernel.load::<1>(77), [0]);
        assert_eq!(kernel.alloc(1, &mut memory), Ok(77));
    }
}
