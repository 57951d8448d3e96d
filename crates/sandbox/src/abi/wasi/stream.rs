//! Standard streams.

use crate::call::{Output, Stdin};
use crate::clock::{Deadline, Stop};
use crate::terminal::Cleaner;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// What is kept of the standard error, to explain a failure.
const TAIL: usize = 8 << 10;
/// How much is read at once from a stream of the host.
const CHUNK: usize = 64 << 10;

/// A guest's standard streams.
pub(super) struct Streams {
    stdin: Input,
    stdout: Option<Sink>,
    stderr: Option<Sink>,
    tail: VecDeque<u8>,
}

struct Sink {
    writer: Box<dyn Write + Send>,
    /// Only for terminals.
    cleaner: Option<Cleaner>,
}

enum Input {
    Buffer(VecDeque<u8>),
    Waiting(Box<dyn Read + Send>),
    Running(Pump),
}

/// Reads a stream on a thread of its own, one chunk for each request, so that waiting for it can end.
struct Pump {
    ask: SyncSender<()>,
    chunks: Receiver<io::Result<Vec<u8>>>,
    asked: bool,
    buffer: VecDeque<u8>,
    ended: bool,
}

impl Streams {
    pub(super) fn new(stdin: Stdin, stdout: Option<Output>, stderr: Option<Output>) -> Self {
        let sink =
            |output: Output| Sink { writer: output.writer, cleaner: output.terminal.then(Cleaner::default) };
        Self {
            stdin: match stdin {
                Stdin::Empty => Input::Buffer(VecDeque::new()),
                Stdin::Bytes(bytes) => Input::Buffer(bytes.into()),
                Stdin::Reader(reader) => Input::Waiting(reader),
            },
            stdout: stdout.map(sink),
            stderr: stderr.map(sink),
            tail: VecDeque::new(),
        }
    }

    /// Whether there is something to read or that could be.
    pub(super) fn has_stdin(&self) -> bool {
        !matches!(&self.stdin, Input::Buffer(buffer) if buffer.is_empty())
    }

    pub(super) fn has_stdout(&self) -> bool {
        self.stdout.is_some()
    }

    pub(super) fn has_stderr(&self) -> bool {
        self.stderr.is_some()
    }

    pub(super) fn is_terminal(&self, fd: u32) -> bool {
        let sink = if fd == 1 { &self.stdout } else { &self.stderr };
        fd != 0 && sink.as_ref().is_some_and(|sink| sink.cleaner.is_some())
    }

    /// Reads at least one byte; none at the end.
    pub(super) fn read(&mut self, into: &mut [u8], deadline: &Deadline) -> Result<io::Result<usize>, Stop> {
        if let Input::Waiting(_) = self.stdin
            && let Input::Waiting(reader) = std::mem::replace(&mut self.stdin, Input::Buffer(VecDeque::new()))
        {
            match Pump::start(reader) {
                Ok(pump) => self.stdin = Input::Running(pump),
                Err(error) => return Ok(Err(error)),
            }
        }
        let buffer = match &mut self.stdin {
            Input::Buffer(buffer) => buffer,
            Input::Running(pump) => {
                if let Err(error) = pump.fill(deadline)? {
                    return Ok(Err(error));
                }
                &mut pump.buffer
            }
            Input::Waiting(_) => return Ok(Ok(0)),
        };
        Ok(buffer.read(into))
    }

    pub(super) fn write_stdout(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.stdout {
            Some(sink) => sink.write(bytes),
            None => Ok(()),
        }
    }

    pub(super) fn write_stderr(&mut self, bytes: &[u8], pass: bool) -> io::Result<()> {
        self.tail.extend(&bytes[bytes.len().saturating_sub(TAIL)..]);
        let over = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..over);
        match &mut self.stderr {
            Some(sink) if pass => sink.write(bytes),
            _ => Ok(()),
        }
    }

    pub(super) fn stderr_tail(&self) -> String {
        let bytes: Vec<u8> = self.tail.iter().copied().collect();
        String::from_utf8_lossy(&Cleaner::default().clean(&bytes)).into_owned()
    }

    pub(super) fn flush(&mut self) {
        for sink in [&mut self.stdout, &mut self.stderr].into_iter().flatten() {
            // The stream's owner finds out by itself when it writes next.
            let _ = sink.writer.flush();
        }
    }
}

impl Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.cleaner {
            Some(cleaner) => self.writer.write_all(&cleaner.clean(bytes)),
            None => self.writer.write_all(bytes),
        }
    }
}

impl Pump {
    fn start(mut reader: Box<dyn Read + Send>) -> io::Result<Self> {
        let (ask, asked) = sync_channel::<()>(1);
        let (send, chunks) = sync_channel(1);
        // Ends when the guest is gone, or stays in its last read until the process ends: nothing else can stop a
        // read from a terminal.
        std::thread::Builder::new().name("guest-stdin".to_owned()).spawn(move || {
            while asked.recv().is_ok() {
                let mut chunk = vec![0; CHUNK];
                let read = reader.read(&mut chunk).map(|n| {
                    chunk.truncate(n);
                    chunk
                });
                let ended = matches!(&read, Ok(chunk) if chunk.is_empty());
                if send.send(read).is_err() || ended {
                    return;
                }
            }
        })?;
        Ok(Self { ask, chunks, asked: false, buffer: VecDeque::new(), ended: false })
    }

    /// Waits until something is in the buffer, or the stream has ended.
    fn fill(&mut self, deadline: &Deadline) -> Result<io::Result<()>, Stop> {
        const SLICE: Duration = Duration::from_millis(10);
        while self.buffer.is_empty() && !self.ended {
            if !self.asked {
                self.asked = self.ask.send(()).is_ok();
                self.ended = !self.asked;
            }
            let wait = deadline.remaining()?.min(SLICE);
            match self.chunks.recv_timeout(wait) {
                Ok(Ok(chunk)) => {
                    self.asked = false;
                    self.ended = chunk.is_empty();
                    self.buffer = chunk.into();
                }
                Ok(Err(error)) => {
                    self.asked = false;
                    if error.kind() != io::ErrorKind::Interrupted {
                        return Ok(Err(error));
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => self.ended = true,
            }
        }
        Ok(Ok(()))
    }
}
