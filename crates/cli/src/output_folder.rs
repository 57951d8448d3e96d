//! `--output-dir`: the documents of a render, one file for each template, all of them or none.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use crate::files::{Batch, SHARED, WriteError};
use crate::paths;
use crate::prepare::system_words;
use crate::report::Failure;

/// Files that are to be written, in the order in which they were first named.
#[derive(Debug, Default)]
pub(crate) struct OutputFolder {
    files: Vec<OutputFile>,
    /// Where each file's name is among the files.
    known: BTreeMap<String, usize>,
    /// What is told when everything is written: a name for each document.
    wrote: Vec<String>,
}

#[derive(Debug)]
struct OutputFile {
    name: String,
    text: Vec<u8>,
    /// Whether its first document is a hook.
    of_hook: bool,
}

/// Why nothing was written.
#[derive(Debug)]
pub(crate) struct Unwritten {
    /// Go's words.
    pub(crate) failure: Failure,
    /// Whether it was a hook that had no place.
    pub(crate) of_hook: bool,
}

impl OutputFolder {
    /// Adds a document to the file of its template, `path`, below `folder`.
    pub(crate) fn add(&mut self, folder: &str, path: &str, document: &[u8]) {
        let name = format!("{folder}/{path}");
        self.file(&name, false).extend_from_slice(document);
        self.wrote.push(name);
    }

    /// Adds a hook.
    ///
    /// # Errors
    /// When what is there already cannot be read.
    pub(crate) fn add_hook(&mut self, folder: &str, path: &str, document: &[u8]) -> Result<(), Unwritten> {
        let name = format!("{folder}/{path}");
        if !self.known.contains_key(&name) {
            let place = Path::new(&name);
            // Helm: a hook goes behind what its file says, even if that is from another day.
            let old = match std::fs::metadata(place) {
                Ok(status) if status.is_file() => std::fs::read(place),
                _ => Ok(Vec::new()),
            };
            let old = old.map_err(|error| Unwritten {
                failure: Failure::plain(WriteError::new("open", place, error).to_string()),
                of_hook: true,
            })?;
            self.file(&name, true).extend_from_slice(&old);
        }
        self.file(&name, true).extend_from_slice(document);
        self.wrote.push(name);
        Ok(())
    }

    fn file(&mut self, name: &str, of_hook: bool) -> &mut Vec<u8> {
        let next = self.files.len();
        let at = *self.known.entry(name.to_owned()).or_insert(next);
        if at == next {
            self.files.push(OutputFile { name: name.to_owned(), text: Vec::new(), of_hook });
        }
        &mut self.files[at].text
    }

    /// Writes everything; the answer is Helm's line for each document.
    ///
    /// # Errors
    /// At the first file that has no place. Then all is as it was.
    pub(crate) fn write(self) -> Result<String, Unwritten> {
        let mut batch = Batch::default();
        for file in &self.files {
            stage(&mut batch, file).map_err(|failure| Unwritten { failure, of_hook: file.of_hook })?;
        }
        batch
            .commit()
            .map_err(|error| Unwritten { failure: Failure::plain(error.to_string()), of_hook: true })?;
        Ok(self.wrote.iter().map(|name| format!("wrote {name}\n")).collect())
    }
}

fn stage(batch: &mut Batch, file: &OutputFile) -> Result<(), Failure> {
    let path = Path::new(&file.name);
    let folder = paths::clean(&path.parent().unwrap_or(Path::new("")).to_string_lossy());
    if let Err(error) = std::fs::metadata(&folder)
        && error.kind() != ErrorKind::NotFound
    {
        return Err(Failure::plain(format!("stat {}: {}", folder.display(), system_words(&error))));
    }
    let staged = batch.folder(&folder).and_then(|()| batch.file(path, &file.text, SHARED));
    staged.map_err(|error| Failure::plain(error.to_string()))
}
