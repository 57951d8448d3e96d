//! Starting a program and waiting for it.

use std::ffi::OsString;
use std::io::{self, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use guard::Permit;

use super::SubprocessError;
use super::command::Variables;
use super::program::Program;

/// What a program that is listened to may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes that it may print.
    pub output: u64,
    /// How long it may run; none is as long as it likes.
    pub deadline: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { output: 64 << 20, deadline: Some(Duration::from_secs(600)) }
    }
}

/// How a program's standard streams are connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Streams {
    /// To those of this process.
    Own,
    /// To those of this process, with nothing to read.
    Told,
    /// What it prints is kept; what it says on standard error goes to that of this process.
    Kept,
    /// It reads what it is given, and what it prints is kept; what it says on standard error is kept for an error.
    Fed,
    /// What it prints and what it says is kept, as one text.
    Both,
}

/// A program that may be started: found, checked and permitted.
#[derive(Debug)]
pub struct Prepared {
    pub(super) permit: Permit,
    pub(super) plugin: String,
    pub(super) hook: Option<String>,
    pub(super) program: Program,
    pub(super) arguments: Vec<OsString>,
    pub(super) environment: Variables,
    pub(super) streams: Streams,
}

/// Bytes of standard error that are kept for an error.
const KEPT_ERRORS: u64 = 64 << 10;
/// How long a program is looked after that closed its output and did not end.
const PAUSE: Duration = Duration::from_millis(5);

impl Prepared {
    /// The program and its arguments in one line, for those who look what happens.
    pub fn shown(&self) -> String {
        let mut line = self.program.path.to_string_lossy().into_owned();
        for argument in &self.arguments {
            line.push(' ');
            line.push_str(&argument.to_string_lossy());
        }
        line
    }

    /// What it will find in its environment.
    pub fn environment(&self) -> &Variables {
        &self.environment
    }

    /// Runs it to its end and answers what it printed; nothing where its output is that of this process.
    ///
    /// `input` is what a post-renderer reads. A deadline and a bound on output hold only for what is listened to: a
    /// command talks with the user for as long as both like.
    ///
    /// # Errors
    /// When it cannot be started, ends with anything but zero, or does not keep to a limit.
    pub fn run(self, input: Vec<u8>, limits: &Limits) -> Result<Vec<u8>, SubprocessError> {
        let Self { permit, plugin, hook, program, arguments, environment, streams } = self;
        let mut command = command(&program)?;
        command.args(&arguments).env_clear().envs(&environment);
        let combined = connect(&mut command, streams)?;
        let started = Instant::now();
        let spawned = spawn(command, permit);
        let mut child =
            spawned.map_err(|source| SubprocessError::Start { path: program.path.clone(), source })?;
        // Held until here: the path that was started leads through it.
        drop(program.opened);
        let exited = |status: ExitStatus, errors: Vec<u8>| {
            let (plugin, hook) = (plugin.clone(), hook.clone());
            if status.success() {
                Ok(())
            } else {
                Err(SubprocessError::Exited { plugin, hook, code: status.code(), errors })
            }
        };
        if matches!(streams, Streams::Own | Streams::Told) {
            return child
                .wait()
                .map_err(SubprocessError::Wait)
                .and_then(|status| exited(status, Vec::new()))
                .map(|()| Vec::new());
        }
        let heard =
            Listening::to(&mut child, combined, input, limits.output).end(&mut child, started, limits);
        if heard.is_err() {
            // It may have ended by itself meanwhile.
            _ = child.kill();
            _ = child.wait();
        }
        let heard = heard.map_err(|why| match why {
            Stopped::Output => SubprocessError::Output { plugin: plugin.clone(), limit: limits.output },
            Stopped::Deadline(after) => SubprocessError::Deadline { plugin: plugin.clone(), after },
            Stopped::Failed(source) => SubprocessError::Wait(source),
        })?;
        exited(heard.status, heard.errors)?;
        Ok(heard.output)
    }
}

/// The one place where a program of a plugin is started; the permit is spent on it.
fn spawn(mut command: Command, _permit: Permit) -> io::Result<Child> {
    command.spawn()
}

/// The program by its open file, where there is one, under the name that it was called by.
fn command(program: &Program) -> Result<Command, SubprocessError> {
    #[cfg(unix)]
    {
        use std::os::fd::AsRawFd as _;
        use std::os::unix::process::CommandExt as _;
        let mut command = match &program.opened {
            Some(file) if cfg!(target_os = "linux") => {
                let path = format!("/proc/self/fd/{}", file.as_raw_fd());
                if std::fs::metadata(&path).is_err() {
                    return Err(SubprocessError::NoDescriptors { path: program.path.clone() });
                }
                Command::new(path)
            }
            _ => Command::new(&program.path),
        };
        command.arg0(&program.name);
        Ok(command)
    }
    #[cfg(not(unix))]
    Ok(Command::new(&program.path))
}

/// Connects the streams; answers the reading end of a pipe that two of them share.
fn connect(command: &mut Command, streams: Streams) -> Result<Option<io::PipeReader>, SubprocessError> {
    let (input, output, errors) = match streams {
        Streams::Own => (Stdio::inherit(), Stdio::inherit(), Stdio::inherit()),
        Streams::Told => (Stdio::null(), Stdio::inherit(), Stdio::inherit()),
        Streams::Kept => (Stdio::null(), Stdio::piped(), Stdio::inherit()),
        Streams::Fed => (Stdio::piped(), Stdio::piped(), Stdio::piped()),
        Streams::Both => {
            let (reader, writer) = io::pipe().map_err(SubprocessError::Wait)?;
            let again = writer.try_clone().map_err(SubprocessError::Wait)?;
            command.stdin(Stdio::null()).stdout(writer).stderr(again);
            return Ok(Some(reader));
        }
    };
    command.stdin(input).stdout(output).stderr(errors);
    Ok(None)
}

/// What threads tell of a program's streams.
enum News {
    Output(io::Result<Vec<u8>>),
    Errors(Vec<u8>),
}

struct Listening {
    news: Receiver<News>,
    /// Streams that have not ended.
    open: usize,
}

struct Heard {
    output: Vec<u8>,
    errors: Vec<u8>,
    status: ExitStatus,
}

enum Stopped {
    Output,
    Deadline(Duration),
    Failed(io::Error),
}

impl Listening {
    fn to(child: &mut Child, combined: Option<io::PipeReader>, input: Vec<u8>, most: u64) -> Self {
        let (tell, news) = channel();
        let mut open = 0;
        if let Some(mut stdin) = child.stdin.take() {
            // Who does not read everything has had enough.
            thread::spawn(move || _ = stdin.write_all(&input));
        }
        let mut listen = |stream: Box<dyn Read + Send>, tell: Sender<News>| {
            open += 1;
            thread::spawn(move || _ = tell.send(News::Output(read(stream, most.saturating_add(1)))));
        };
        if let Some(stream) = combined {
            listen(Box::new(stream), tell.clone());
        } else if let Some(stream) = child.stdout.take() {
            listen(Box::new(stream), tell.clone());
        }
        if let Some(mut stream) = child.stderr.take() {
            open += 1;
            thread::spawn(move || {
                let kept = read(Box::new(stream.by_ref()), KEPT_ERRORS).unwrap_or_default();
                // The rest is read and forgotten, so that nobody waits for room.
                _ = io::copy(&mut stream, &mut io::sink());
                _ = tell.send(News::Errors(kept));
            });
        }
        Self { news, open }
    }

    /// Waits until all streams are closed and the program has ended.
    fn end(mut self, child: &mut Child, started: Instant, limits: &Limits) -> Result<Heard, Stopped> {
        let (mut output, mut errors) = (Vec::new(), Vec::new());
        let left = || limits.deadline.map(|deadline| deadline.saturating_sub(started.elapsed()));
        let late = || Stopped::Deadline(limits.deadline.unwrap_or_default());
        while self.open > 0 {
            let news = match left() {
                Some(left) => self.news.recv_timeout(left),
                None => self.news.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match news {
                Ok(News::Output(Ok(bytes))) if bytes.len() as u64 > limits.output => {
                    return Err(Stopped::Output);
                }
                Ok(News::Output(Ok(bytes))) => output = bytes,
                Ok(News::Output(Err(error))) => return Err(Stopped::Failed(error)),
                Ok(News::Errors(bytes)) => errors = bytes,
                Err(RecvTimeoutError::Timeout) => return Err(late()),
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.open -= 1;
        }
        if limits.deadline.is_none() {
            let status = child.wait().map_err(Stopped::Failed)?;
            return Ok(Heard { output, errors, status });
        }
        loop {
            if let Some(status) = child.try_wait().map_err(Stopped::Failed)? {
                return Ok(Heard { output, errors, status });
            }
            match left() {
                Some(left) if left.is_zero() => return Err(late()),
                Some(left) => thread::sleep(left.min(PAUSE)),
                None => {}
            }
        }
    }
}

fn read(stream: Box<dyn Read + Send + '_>, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
