//! A [`Chart`] → the bytes of its archive.
//!
//! The same chart gives the same bytes: entries stand in the order of the chart's own lists, times come from
//! the files (or one time from the caller), and nothing is read from a clock. Packed subcharts come out
//! unpacked, as Helm writes them.

use std::io::Write as _;

use govalue::{Value, json, yaml};

use crate::chart::{Chart, File};
use crate::go;
use crate::metadata::{ValidationError, Versions};
use crate::tar_stream::TarStream;

/// What Helm puts into the gzip header's extra field: a subfield `rr` of 40 bytes.
const EXTRA: &[u8] = b"rr\x28\x00aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo=";
/// The same as the code for charts of version 3 has it: no subfield, as older Helms.
const EXTRA_V3: &[u8] = b"+aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo=";
/// Helm's comment in the gzip header.
const COMMENT: &str = "Helm";
/// The header's byte for a system that is not named.
const UNKNOWN_SYSTEM: u8 = 255;

/// How deep charts may lie in charts; loading has the same bound.
const MAX_NESTING: usize = 66;

/// Why a chart cannot be packed, in Helm's words.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// Chart.yaml says something that cannot be.
    #[error("chart validation: {0}")]
    Validation(#[from] ValidationError),
    /// A chart's name would lead out of its folder.
    #[error("{} is not a valid chart name", govalue::print::quote(.0.as_bytes()))]
    Name(String),
    /// values.schema.json is not JSON.
    #[error("invalid JSON in values.schema.json")]
    Schema,
    /// Chart.yaml or the lock cannot be written as YAML.
    #[error(transparent)]
    Yaml(#[from] govalue::Error),
    /// Charts lie too deep in charts.
    #[error("charts are nested more than {MAX_NESTING} levels deep")]
    Nesting,
    /// The stream could not be compressed.
    #[error("{0}")]
    Compress(#[source] std::io::Error),
}

/// The name of a chart's archive: `NAME-VERSION.tgz`.
pub fn file_name(chart: &Chart) -> String {
    format!("{}-{}.tgz", chart.name(), chart.metadata.version)
}

/// Packs a chart. `stamp`, in seconds since 1970, stands in for every time: of the entries, and of the lock.
///
/// # Errors
/// With Helm's words for what is wrong with the chart.
pub fn archive(
    chart: &mut Chart,
    versions: &dyn Versions,
    stamp: Option<i64>,
) -> Result<Vec<u8>, PackageError> {
    pack(chart, versions, stamp, EXTRA)
}

/// Packs a subchart of a chart of version 3.
///
/// # Errors
/// As [`archive`].
pub(crate) fn archive_v3(chart: &mut Chart, versions: &dyn Versions) -> Result<Vec<u8>, PackageError> {
    pack(chart, versions, None, EXTRA_V3)
}

fn pack(
    chart: &mut Chart,
    versions: &dyn Versions,
    stamp: Option<i64>,
    extra: &[u8],
) -> Result<Vec<u8>, PackageError> {
    chart.metadata.validate(versions)?;
    let mut stream = TarStream::default();
    Packer { stream: &mut stream, stamp }.chart(chart, "", 0)?;
    compress(&stream.finish(), extra).map_err(PackageError::Compress)
}

fn compress(stream: &[u8], extra: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::GzBuilder::new()
        .extra(extra)
        .comment(COMMENT)
        .operating_system(UNKNOWN_SYSTEM)
        .write(Vec::new(), flate2::Compression::default());
    encoder.write_all(stream)?;
    encoder.finish()
}

struct Packer<'a> {
    stream: &'a mut TarStream,
    stamp: Option<i64>,
}

impl Packer<'_> {
    fn chart(&mut self, chart: &Chart, prefix: &str, depth: usize) -> Result<(), PackageError> {
        if depth > MAX_NESTING {
            return Err(PackageError::Nesting);
        }
        let name = chart.name();
        if go::base(name) != name {
            return Err(PackageError::Name(name.to_owned()));
        }
        let base = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
        // Helm: Chart.yaml carries the chart's own time; what has none takes it from there.
        let own = chart.raw.iter().find(|file| &*file.name == "Chart.yaml").and_then(|file| file.modified);
        let fallback = own.unwrap_or(0);
        let text = yaml::write(&Value::Map(chart.metadata.saved_value()))?;
        self.write(&base, &File::new("Chart.yaml", text).changed_at(own), fallback);
        // Old charts keep their lock in requirements.lock, which is among the other files.
        if let (Some(lock), "v2") = (&chart.lock, chart.metadata.api_version.as_str()) {
            let lock = match self.stamp {
                Some(seconds) => lock.generated_at(seconds),
                None => lock.clone(),
            };
            // Helm takes the present for a lock that says nothing: the same chart must give the same bytes.
            let on_disk = chart.raw.iter().find(|file| &*file.name == "Chart.lock").and_then(|f| f.modified);
            let modified = lock.generated_seconds().or(on_disk);
            self.write(&base, &File::new("Chart.lock", lock.text()?).changed_at(modified), fallback);
        }
        for file in chart.raw.iter().filter(|file| &*file.name == "values.yaml") {
            self.write(&base, file, fallback);
        }
        if let Some(schema) = &chart.schema {
            if json::read_with(schema, json::Numbers::AsWritten).is_err() {
                return Err(PackageError::Schema);
            }
            let modified =
                chart.raw.iter().find(|file| &*file.name == "values.schema.json").and_then(|f| f.modified);
            let file = File::new("values.schema.json", std::sync::Arc::clone(schema)).changed_at(modified);
            self.write(&base, &file, fallback);
        }
        for file in chart.templates.iter().chain(chart.files.iter()) {
            self.write(&base, file, fallback);
        }
        let inside = format!("{base}/charts");
        for subchart in &chart.subcharts {
            self.chart(subchart, &inside, depth + 1)?;
        }
        Ok(())
    }

    fn write(&mut self, base: &str, file: &File, fallback: i64) {
        let modified = self.stamp.or(file.modified).unwrap_or(fallback);
        self.stream.file(&go::clean(&format!("{base}/{}", file.name)), &file.data, modified);
    }
}
