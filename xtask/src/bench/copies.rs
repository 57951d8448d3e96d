//! An umbrella of real charts: copies of one chart of the corpus, each under a name of its own, as an umbrella has them
//! whose services bring their own database.

use std::path::Path;

use super::charts::write;

/// Charts that much is built on, in the corpus, by the names of their cases.
pub(super) const CHARTS: [(&str, &str); 4] = [
    ("postgresql", "charts/bitnami-charts/postgresql"),
    ("mysql", "charts/bitnami-charts/mysql"),
    ("redis", "charts/bitnami-charts/redis"),
    ("kafka", "charts/bitnami-charts/kafka"),
];

/// Writes an umbrella with so many copies of a chart.
///
/// # Errors
/// When the chart cannot be read, or a file not be written.
pub(super) fn write_chart(folder: &Path, chart: &Path, size: usize) -> std::io::Result<()> {
    let file = chart.join("Chart.yaml");
    let about = std::fs::read_to_string(&file)
        .map_err(|error| std::io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
    let line = |key: &str| about.lines().find(|line| line.starts_with(key)).unwrap_or_default();
    let (name, version) = (line("name:"), line("version:"));
    let mut text = "apiVersion: v2\nname: umbrella\nversion: 1.0.0\ndependencies:\n".to_owned();
    for number in 0..size {
        let own = format!("{}{number}", name.trim_start_matches("name:").trim());
        text.push_str(&format!("  - name: {own}\n    {version}\n"));
        let copy = folder.join("charts").join(&own);
        copy_folder(chart, &copy)?;
        let lines = about
            .lines()
            .map(|line| if line == name { format!("name: {own}\n") } else { format!("{line}\n") });
        write(&copy.join("Chart.yaml"), &lines.collect::<String>())?;
    }
    write(&folder.join("Chart.yaml"), &text)?;
    write(&folder.join("values.yaml"), "{}\n")
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            std::fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
