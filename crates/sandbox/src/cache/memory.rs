//! Memory of this process for compiled code, which nobody else can write to.
//!
//! Where code runs from the memory it was read into, it is asked for in large pages: to fill 6.5 MB page by page takes
//! three times as long as to read and to authenticate them.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub(super) use large::{Code, Room};
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
pub(super) use plain::{Code, Room};

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod large {
    use memmap2::{Advice, Mmap, MmapMut};
    use std::ops::Range;

    /// A large page of this processor.
    pub(super) const LARGE: usize = 2 << 20;

    /// Memory that can be written.
    pub(in super::super) struct Room {
        memory: MmapMut,
        /// Which part of it; begins with a large page.
        range: Range<usize>,
    }

    impl Room {
        /// Room for so many bytes, all zero; `None` if there is none.
        pub(in super::super) fn new(bytes: usize) -> Option<Self> {
            let all = bytes.checked_next_multiple_of(LARGE)?;
            // For less than a quarter of one, small pages are filled sooner.
            let large = bytes.checked_add(LARGE - LARGE / 4)? / LARGE * LARGE;
            let mut memory = MmapMut::map_anon(all.checked_add(LARGE)?).ok()?;
            let start = memory.as_ptr().align_offset(LARGE);
            let range = start..start.checked_add(bytes)?;
            // A wish: without large pages it works as well.
            let _ = memory.advise_range(Advice::HugePage, start, large);
            // The first fault is the only one that locks all memory of the process, and other threads out.
            *memory.get_mut(start)? = 0;
            (range.end <= memory.len()).then_some(Self { memory, range })
        }

        pub(in super::super) fn bytes(&mut self) -> &mut [u8] {
            // The range was made within the memory.
            self.memory.get_mut(self.range.clone()).unwrap_or_default()
        }

        /// From now on this process, too, can only read it.
        pub(in super::super) fn freeze(self) -> Option<Code> {
            Some(Code { memory: self.memory.make_read_only().ok()?, range: self.range })
        }
    }

    /// Memory that can only be read.
    pub(in super::super) struct Code {
        memory: Mmap,
        range: Range<usize>,
    }

    impl Code {
        pub(in super::super) fn bytes(&self) -> &[u8] {
            self.memory.get(self.range.clone()).unwrap_or_default()
        }
    }
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
mod plain {
    /// Memory that can be written.
    pub(in super::super) struct Room(Vec<u8>);

    impl Room {
        /// Room for so many bytes, all zero; `None` if there is none.
        pub(in super::super) fn new(bytes: usize) -> Option<Self> {
            let mut room = Vec::new();
            room.try_reserve_exact(bytes).ok()?;
            room.resize(bytes, 0);
            Some(Self(room))
        }

        pub(in super::super) fn bytes(&mut self) -> &mut [u8] {
            &mut self.0
        }

        /// From now on it can only be read.
        pub(in super::super) fn freeze(self) -> Option<Code> {
            Some(Code(self.0))
        }
    }

    /// Memory that can only be read.
    pub(in super::super) struct Code(Vec<u8>);

    impl Code {
        pub(in super::super) fn bytes(&self) -> &[u8] {
            &self.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_has_its_size_and_keeps_what_was_written() {
        const PAGE: usize = 2 << 20;
        for bytes in [1, 4096, PAGE - 1, PAGE, PAGE + 1, 5 * PAGE + 3] {
            let mut room = Room::new(bytes).unwrap();
            assert_eq!(room.bytes().len(), bytes);
            assert!(room.bytes().iter().all(|byte| *byte == 0));
            #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
            assert_eq!(room.bytes().as_ptr().addr() % large::LARGE, 0, "{bytes}");
            room.bytes().fill(7);
            assert_eq!(room.freeze().unwrap().bytes(), vec![7; bytes]);
        }
        assert!(Room::new(usize::MAX).is_none());
    }
}
