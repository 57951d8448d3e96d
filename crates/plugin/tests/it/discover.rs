use std::path::Path;

use pintle_plugin::{discover, duplicates};

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn plugins_lie_one_level_below() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "b/plugin.yaml", "name: same\ncommand: x\n");
    write(at, "a/plugin.yaml", "name: same\ncommand: x\n");
    write(at, "c/deeper/plugin.yaml", "name: deeper\n");
    write(at, "plugin.yaml", "name: above\n");
    write(at, "d/plugin.yaml", &"#".repeat(2 << 20));
    let found = discover(at);
    let files: Vec<_> = found.iter().map(|found| found.file.strip_prefix(at).unwrap().to_owned()).collect();
    assert_eq!(files, ["a/plugin.yaml", "b/plugin.yaml", "d/plugin.yaml"].map(std::path::PathBuf::from));
    assert!(found[2].plugin.as_ref().unwrap_err().to_string().ends_with("larger than 1048576 bytes"));
    let plugins: Vec<_> = found.into_iter().filter_map(|found| found.plugin.ok()).collect();
    let twice = duplicates(&plugins).unwrap_err();
    assert!(twice.to_string().starts_with("two plugins claim the name \"same\" at "));
    assert!(discover(&at.join("nowhere")).is_empty());
}
