//! Standard output and standard error, buffered until all is known so that nothing half-written is left.

use std::io::{self, IsTerminal, Write};

/// What a command prints.
#[derive(Debug, Default)]
pub(crate) struct Output {
    out: Vec<u8>,
    err: Vec<u8>,
    /// For standard error too, behind all the rest.
    remarks: Vec<u8>,
    /// What was wrong when [`Output::spill`] wrote.
    unwritten: Option<io::Error>,
}

/// So many bytes are worth a call to the system.
const MUCH: usize = 64 << 10;

impl Output {
    /// Adds to standard output.
    pub(crate) fn out(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Adds bytes to standard output.
    pub(crate) fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    /// Adds a line to standard error.
    pub(crate) fn error_line(&mut self, line: &str) {
        self.err.extend_from_slice(line.as_bytes());
        self.err.push(b'\n');
    }

    /// Adds text as it is to standard error.
    pub(crate) fn error_text(&mut self, text: &str) {
        self.err.extend_from_slice(text.as_bytes());
    }

    /// Takes the lines of standard error.
    pub(crate) fn take_error_lines(&mut self) -> Vec<String> {
        let text = std::mem::take(&mut self.err);
        String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
    }

    /// Adds a text that stands on standard error behind what is printed.
    pub(crate) fn remark(&mut self, text: &str) {
        self.remarks.extend_from_slice(text.as_bytes());
    }

    /// Writes what there is if that is much, so that no large text is held whole. What goes wrong is told by
    /// [`Output::flush`].
    pub(crate) fn spill(&mut self) {
        if self.out.len() >= MUCH
            && let Err(error) = self.flush()
        {
            self.out.clear();
            self.unwritten.get_or_insert(error);
        }
    }

    /// Writes everything: errors first, as Helm logs before it prints, and remarks last.
    ///
    /// # Errors
    /// When standard output cannot be written; a closed pipe is the reader's right and no error.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        if let Some(error) = self.unwritten.take() {
            return Err(error);
        }
        printed(&mut io::stderr(), &self.err)?;
        self.err.clear();
        printed(&mut io::stdout().lock(), &self.out)?;
        self.out.clear();
        printed(&mut io::stderr(), &self.remarks)?;
        self.remarks.clear();
        Ok(())
    }
}

/// Writes all of a text. Most of what is printed is by charts, plugins and servers, and a terminal obeys what it prints:
/// it gets no control sequences. Pipes and files get the bytes as they are.
fn printed<S: Write + IsTerminal>(stream: &mut S, text: &[u8]) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let written = if stream.is_terminal() {
        stream.write_all(&sandbox::without_controls(text))
    } else {
        stream.write_all(text)
    };
    written.and_then(|()| stream.flush()).or_else(ignore_closed)
}

fn ignore_closed(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}
