//! WASI's error numbers.

use crate::state::Halt;
use std::io;

/// The numbers that are in use here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Errno {
    TooBig = 1,
    Acces = 2,
    BadF = 8,
    Exist = 20,
    Fault = 21,
    Ilseq = 25,
    Inval = 28,
    Io = 29,
    IsDir = 31,
    Loop = 32,
    MFile = 33,
    NameTooLong = 37,
    NoEnt = 44,
    NoSpc = 51,
    NoSys = 52,
    NotDir = 54,
    NotEmpty = 55,
    NotSup = 58,
    Perm = 63,
    Pipe = 64,
    RoFs = 69,
    SPipe = 70,
}

/// A function of WASI that did not do what it was asked: the guest is told, or the call ends.
#[derive(Debug)]
pub(crate) enum Fail {
    Errno(Errno),
    Halt(Halt),
}

impl From<Errno> for Fail {
    fn from(errno: Errno) -> Self {
        Self::Errno(errno)
    }
}

impl From<Halt> for Fail {
    fn from(halt: Halt) -> Self {
        Self::Halt(halt)
    }
}

impl From<io::Error> for Errno {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as K;
        match error.kind() {
            K::NotFound => Self::NoEnt,
            // cap-std answers so when a path leads out of the folder.
            K::PermissionDenied => Self::Acces,
            K::AlreadyExists => Self::Exist,
            K::InvalidInput => Self::Inval,
            K::IsADirectory => Self::IsDir,
            K::NotADirectory => Self::NotDir,
            K::DirectoryNotEmpty => Self::NotEmpty,
            K::ReadOnlyFilesystem => Self::RoFs,
            K::StorageFull | K::QuotaExceeded => Self::NoSpc,
            K::BrokenPipe => Self::Pipe,
            K::NotSeekable => Self::SPipe,
            K::InvalidFilename => Self::NameTooLong,
            K::Unsupported => Self::NotSup,
            _ => Self::Io,
        }
    }
}

impl From<io::Error> for Fail {
    fn from(error: io::Error) -> Self {
        Self::Errno(error.into())
    }
}
