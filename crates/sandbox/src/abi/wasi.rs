//! WASI preview 1, our own: an empty world unless something was granted.
//!
//! All 46 functions exist, because compilers import more than programs use. Without a grant there are no variables,
//! no arguments, no folders, standard streams only for commands, a clock too coarse to measure with. What is missing
//! is answered as an empty world would answer, and the guard keeps the denial.
//!
//! Not `wasmtime-wasi`: it brings an async runtime for what is blocking here anyway, refuses exit codes from 126 on,
//! and knows neither the guard, nor a deadline for sleeping and reading, nor a size for a folder.

pub(crate) mod errno;
pub(crate) mod files;
mod folders;
mod paths;
mod stream;
mod time;

use crate::call::World;
use crate::state::{Halt, State};
use errno::{Errno, Fail};
use files::Table;
use pintle_guard::Question;
use stream::Streams;
use wasmtime::{Caller, Linker};

pub(crate) use folders::sweep;

/// The module that guests import.
pub(crate) const MODULE: &str = "wasi_snapshot_preview1";

/// What one guest has of the world.
pub(crate) struct Wasi {
    streams: Streams,
    table: Table,
    env: std::collections::BTreeMap<String, String>,
    /// What the guest sees of `env`, as `NAME=value\0`; found when it first looks.
    visible_env: Option<Vec<Vec<u8>>>,
    /// Whether the guest was told that there are no folders.
    folders_denied: bool,
}

impl Wasi {
    pub(crate) fn new(world: World) -> Self {
        Self {
            streams: Streams::new(world.stdin, world.stdout, world.stderr),
            table: Table::new(),
            env: world.env,
            visible_env: None,
            folders_denied: false,
        }
    }

    fn preopen(&mut self, dir: cap_std::fs::Dir, guest: String, writable: bool, quota: Option<u64>) {
        self.table.preopen(dir, guest, writable, quota);
    }

    /// The last that was written to the standard error.
    pub(crate) fn stderr_tail(&self) -> String {
        self.streams.stderr_tail()
    }

    /// Writes out what is still held back.
    pub(crate) fn flush(&mut self) {
        self.streams.flush();
    }
}

/// One call from the guest: its memory and the account of the call.
pub(crate) struct Guest<'a> {
    bytes: &'a mut [u8],
    state: &'a mut State,
}

type Answer = Result<(), Fail>;

impl<'a> Guest<'a> {
    fn enter(caller: &'a mut Caller<'_, State>) -> Result<Self, Fail> {
        let memory = match caller.data().guest_memory {
            Some(memory) => memory,
            None => {
                let memory = caller.get_export("memory").and_then(wasmtime::Extern::into_memory);
                let memory = memory.ok_or(Errno::Fault)?;
                caller.data_mut().guest_memory = Some(memory);
                memory
            }
        };
        let (bytes, state) = memory.data_and_store_mut(caller);
        Ok(Self { bytes, state })
    }

    fn slice(&self, address: u32, length: u32) -> Result<&[u8], Errno> {
        let from = address as usize;
        from.checked_add(length as usize).and_then(|to| self.bytes.get(from..to)).ok_or(Errno::Fault)
    }

    fn slice_mut(&mut self, address: u32, length: u32) -> Result<&mut [u8], Errno> {
        let from = address as usize;
        from.checked_add(length as usize).and_then(|to| self.bytes.get_mut(from..to)).ok_or(Errno::Fault)
    }

    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Errno> {
        let length = u32::try_from(bytes.len()).map_err(|_| Errno::Fault)?;
        self.slice_mut(address, length)?.copy_from_slice(bytes);
        Ok(())
    }

    fn write_u32(&mut self, address: u32, value: u32) -> Result<(), Errno> {
        self.write(address, &value.to_le_bytes())
    }

    fn write_u64(&mut self, address: u32, value: u64) -> Result<(), Errno> {
        self.write(address, &value.to_le_bytes())
    }

    fn read<const N: usize>(&self, address: u32) -> Result<[u8; N], Errno> {
        self.slice(address, N as u32)?.try_into().map_err(|_| Errno::Fault)
    }

    fn read_u32(&self, address: u32) -> Result<u32, Errno> {
        self.read(address).map(u32::from_le_bytes)
    }

    fn read_u64(&self, address: u32) -> Result<u64, Errno> {
        self.read(address).map(u64::from_le_bytes)
    }

    /// The pieces that a read or write works on, as address and length, each within the guest's memory.
    fn pieces(&self, address: u32, count: u32) -> Result<Vec<(u32, u32)>, Errno> {
        const MOST: u32 = 1024;
        if count > MOST {
            return Err(Errno::Inval);
        }
        let mut pieces = Vec::with_capacity(count as usize);
        for i in 0..count {
            let at = address.checked_add(i * 8).ok_or(Errno::Fault)?;
            let piece = (self.read_u32(at)?, self.read_u32(at.checked_add(4).ok_or(Errno::Fault)?)?);
            self.slice(piece.0, piece.1)?;
            pieces.push(piece);
        }
        Ok(pieces)
    }

    fn text(&self, address: u32, length: u32) -> Result<String, Errno> {
        const MOST: u32 = 4096;
        if length > MOST {
            return Err(Errno::NameTooLong);
        }
        let text = std::str::from_utf8(self.slice(address, length)?).map_err(|_| Errno::Ilseq)?;
        Ok(text.to_owned())
    }

    fn visible_env(&mut self) -> &[Vec<u8>] {
        if self.state.wasi.visible_env.is_none() {
            let env = std::mem::take(&mut self.state.wasi.env);
            let mut visible = Vec::new();
            for (name, value) in env {
                if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
                    continue;
                }
                let question = Question::Env { name: name.clone() };
                // Variables that nobody granted are not worth a record each.
                if self.state.guard.would_allow(&[&self.state.actor], &question)
                    && self.state.ask(question).is_ok()
                {
                    self.state.stamp(std::time::Duration::ZERO, value.len() as u64);
                    visible.push(format!("{name}={value}\0").into_bytes());
                }
            }
            if visible.is_empty() {
                self.state.ask_once(Question::Environment);
            }
            self.state.wasi.visible_env = Some(visible);
        }
        self.state.wasi.visible_env.as_deref().unwrap_or_default()
    }

    fn environ_sizes_get(&mut self, count: u32, bytes: u32) -> Answer {
        let visible = self.visible_env();
        let (n, total) = (visible.len(), visible.iter().map(Vec::len).sum::<usize>());
        self.write_u32(count, u32::try_from(n).map_err(|_| Errno::TooBig)?)?;
        Ok(self.write_u32(bytes, u32::try_from(total).map_err(|_| Errno::TooBig)?)?)
    }

    fn environ_get(&mut self, pointers: u32, buffer: u32) -> Answer {
        let (mut pointer, mut at) = (pointers, buffer);
        for variable in self.visible_env().to_vec() {
            self.write_u32(pointer, at)?;
            self.write(at, &variable)?;
            pointer = pointer.checked_add(4).ok_or(Errno::Fault)?;
            at = u32::try_from(variable.len()).ok().and_then(|n| at.checked_add(n)).ok_or(Errno::Fault)?;
        }
        Ok(())
    }

    fn args_sizes_get(&mut self, count: u32, bytes: u32) -> Answer {
        self.write_u32(count, 0)?;
        Ok(self.write_u32(bytes, 0)?)
    }

    fn random_get(&mut self, address: u32, length: u32) -> Answer {
        const PIECE: usize = 1 << 20;
        if !self.state.ask_once(Question::random("random_get")) {
            return Err(Errno::Acces.into());
        }
        self.slice(address, length)?;
        let deadline = self.state.deadline.clone();
        for piece in self.slice_mut(address, length)?.chunks_mut(PIECE) {
            deadline.remaining().map_err(Halt::from)?;
            getrandom::fill(piece).map_err(|_| Errno::Io)?;
        }
        Ok(())
    }
}

fn finish(answer: Answer) -> wasmtime::Result<i32> {
    match answer {
        Ok(()) => Ok(0),
        Err(Fail::Errno(errno)) => Ok(errno as i32),
        Err(Fail::Halt(halt)) => Err(wasmtime::Error::new(halt)),
    }
}

/// Links one function whose Wasm parameters are listed, and whose body works on a [`Guest`].
macro_rules! function {
    ($linker:ident, $name:ident, |$guest:ident $(, $arg:ident: $ty:ty)*| $body:expr) => {
        $linker.func_wrap(MODULE, $name, |mut caller: Caller<'_, State> $(, $arg: $ty)*| {
            finish((|| {
                #[allow(unused_mut, unused_variables, reason = "some functions look at no memory")]
                let mut $guest = Guest::enter(&mut caller)?;
                $body
            })())
        })
    };
}

/// Links one function by its name; `None` if WASI preview 1 has no such function.
pub(crate) fn link(linker: &mut Linker<State>, name: &str) -> Option<wasmtime::Result<()>> {
    let linked = match name {
        "args_get" => function!(linker, name, |g, _argv: u32, _buffer: u32| Ok(())),
        "args_sizes_get" => function!(linker, name, |g, n: u32, bytes: u32| g.args_sizes_get(n, bytes)),
        "environ_get" => function!(linker, name, |g, env: u32, buffer: u32| g.environ_get(env, buffer)),
        "environ_sizes_get" => function!(linker, name, |g, n: u32, bytes: u32| g.environ_sizes_get(n, bytes)),
        "clock_res_get" => function!(linker, name, |g, id: u32, out: u32| g.clock_res_get(id, out)),
        "clock_time_get" => {
            function!(linker, name, |g, id: u32, _precision: u64, out: u32| g.clock_time_get(id, out))
        }
        "poll_oneoff" => {
            function!(linker, name, |g, i: u32, o: u32, n: u32, done: u32| g.poll_oneoff(i, o, n, done))
        }
        "sched_yield" => function!(linker, name, |g| Ok(())),
        "random_get" => function!(linker, name, |g, at: u32, n: u32| g.random_get(at, n)),
        "proc_exit" => linker.func_wrap(MODULE, name, |code: u32| -> wasmtime::Result<()> {
            Err(wasmtime::Error::new(Halt::Exit(code)))
        }),
        "proc_raise" => function!(linker, name, |g, _signal: u32| Err(Errno::NoSys.into())),
        "fd_advise" => {
            function!(linker, name, |g, fd: u32, _at: u64, _n: u64, _advice: u32| g.fd_file(fd).map(|_| ()))
        }
        "fd_allocate" => function!(linker, name, |g, _fd: u32, _at: u64, _n: u64| Err(Errno::NotSup.into())),
        "fd_close" => function!(linker, name, |g, fd: u32| g.fd_close(fd)),
        "fd_datasync" | "fd_sync" => function!(linker, name, |g, fd: u32| g.fd_sync(fd)),
        "fd_fdstat_get" => function!(linker, name, |g, fd: u32, out: u32| g.fd_fdstat_get(fd, out)),
        "fd_fdstat_set_flags" => {
            function!(linker, name, |g, fd: u32, flags: u32| g.fd_fdstat_set_flags(fd, flags))
        }
        "fd_fdstat_set_rights" => {
            function!(linker, name, |g, fd: u32, _base: u64, _inheriting: u64| g.fd_exists(fd))
        }
        "fd_filestat_get" => function!(linker, name, |g, fd: u32, out: u32| g.fd_filestat_get(fd, out)),
        "fd_filestat_set_size" => {
            function!(linker, name, |g, fd: u32, size: u64| g.fd_filestat_set_size(fd, size))
        }
        "fd_filestat_set_times" => {
            function!(linker, name, |g, fd: u32, at: u64, mt: u64, flags: u32| g
                .fd_set_times(fd, at, mt, flags))
        }
        "fd_pread" => {
            function!(linker, name, |g, fd: u32, iovs: u32, n: u32, at: u64, out: u32| {
                g.fd_read(fd, iovs, n, Some(at), out)
            })
        }
        "fd_prestat_dir_name" => {
            function!(linker, name, |g, fd: u32, path: u32, n: u32| g.fd_prestat_dir_name(fd, path, n))
        }
        "fd_prestat_get" => function!(linker, name, |g, fd: u32, out: u32| g.fd_prestat_get(fd, out)),
        "fd_pwrite" => {
            function!(linker, name, |g, fd: u32, iovs: u32, n: u32, at: u64, out: u32| {
                g.fd_write(fd, iovs, n, Some(at), out)
            })
        }
        "fd_read" => {
            function!(linker, name, |g, fd: u32, iovs: u32, n: u32, out: u32| g
                .fd_read(fd, iovs, n, None, out))
        }
        "fd_readdir" => {
            function!(linker, name, |g, fd: u32, buffer: u32, n: u32, cookie: u64, out: u32| {
                g.fd_readdir(fd, buffer, n, cookie, out)
            })
        }
        "fd_renumber" => function!(linker, name, |g, from: u32, to: u32| g.fd_renumber(from, to)),
        "fd_seek" => {
            function!(linker, name, |g, fd: u32, by: i64, whence: u32, out: u32| g
                .fd_seek(fd, by, whence, out))
        }
        "fd_tell" => function!(linker, name, |g, fd: u32, out: u32| g.fd_seek(fd, 0, 1, out)),
        "fd_write" => {
            function!(linker, name, |g, fd: u32, iovs: u32, n: u32, out: u32| g
                .fd_write(fd, iovs, n, None, out))
        }
        "path_create_directory" => {
            function!(linker, name, |g, fd: u32, path: u32, n: u32| g.path_create_directory(fd, path, n))
        }
        "path_filestat_get" => {
            function!(linker, name, |g, fd: u32, flags: u32, path: u32, n: u32, out: u32| {
                g.path_filestat_get(fd, flags, path, n, out)
            })
        }
        "path_filestat_set_times" => {
            function!(linker, name, |g,
                                     fd: u32,
                                     flags: u32,
                                     path: u32,
                                     n: u32,
                                     at: u64,
                                     mt: u64,
                                     which: u32| {
                g.path_set_times(fd, flags, path, n, (at, mt, which))
            })
        }
        "path_link" => {
            function!(linker, name, |g,
                                     _fd: u32,
                                     _flags: u32,
                                     _path: u32,
                                     _n: u32,
                                     _to: u32,
                                     _tp: u32,
                                     _tn: u32| {
                Err(Errno::NotSup.into())
            })
        }
        "path_open" => {
            function!(linker, name, |g,
                                     fd: u32,
                                     follow: u32,
                                     path: u32,
                                     n: u32,
                                     how: u32,
                                     base: u64,
                                     _inh: u64,
                                     flags: u32,
                                     out: u32| {
                g.path_open(fd, follow, path, n, paths::Opening { how, rights: base, flags }, out)
            })
        }
        "path_readlink" => {
            function!(linker, name, |g, fd: u32, path: u32, n: u32, buffer: u32, most: u32, out: u32| {
                g.path_readlink(fd, path, n, (buffer, most), out)
            })
        }
        "path_remove_directory" => {
            function!(linker, name, |g, fd: u32, path: u32, n: u32| g.path_remove_directory(fd, path, n))
        }
        "path_rename" => {
            function!(linker, name, |g, fd: u32, path: u32, n: u32, to: u32, to_path: u32, to_n: u32| {
                g.path_rename((fd, path, n), (to, to_path, to_n))
            })
        }
        "path_symlink" => {
            function!(linker, name, |g, _old: u32, _on: u32, _fd: u32, _new: u32, _nn: u32| {
                // A link that a guest makes is followed by others later: by us, by the user.
                Err(Errno::Perm.into())
            })
        }
        "path_unlink_file" => {
            function!(linker, name, |g, fd: u32, path: u32, n: u32| g.path_unlink_file(fd, path, n))
        }
        "sock_accept" => {
            function!(linker, name, |g, _fd: u32, _flags: u32, _out: u32| Err(Errno::BadF.into()))
        }
        "sock_recv" => {
            function!(linker, name, |g, _fd: u32, _i: u32, _n: u32, _f: u32, _o: u32, _of: u32| {
                Err(Errno::BadF.into())
            })
        }
        "sock_send" => {
            function!(linker, name, |g, _fd: u32, _i: u32, _n: u32, _f: u32, _o: u32| Err(Errno::BadF.into()))
        }
        "sock_shutdown" => function!(linker, name, |g, _fd: u32, _how: u32| Err(Errno::BadF.into())),
        _ => return None,
    };
    Some(linked.map(|_| ()))
}

/// The names of WASI preview 1, for the nearest one to a name that is not known.
pub(crate) const NAMES: [&str; 46] = [
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_advise",
    "fd_allocate",
    "fd_close",
    "fd_datasync",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_renumber",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "fd_write",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_exit",
    "proc_raise",
    "random_get",
    "sched_yield",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];
