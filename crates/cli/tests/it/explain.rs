//! `values explain`, which is ours alone.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

fn lay_out(folder: &Path) {
    for (name, text) in [
        (
            "shop/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: db, version: 1.0.0, import-values: [data]}\n",
        ),
        (
            "shop/values.yaml",
            "image:\n  repository: nginx\n  tag: '1.26'\ndb:\n  size: 5\nglobal: {zone: eu}\nreplicas: 1\n",
        ),
        ("shop/charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.0.0\n"),
        ("shop/charts/db/values.yaml", "size: 1\nuser: root\nexports:\n  data:\n    color: red\n"),
        ("prod.yaml", "image: {tag: \"1.27\"}\nreplicas: null\n"),
        ("cert", "PEM\n"),
    ] {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// What is printed, standard output before standard error.
fn explain(arguments: &[&str], stdin: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    lay_out(folder.path());
    let mut child = Command::new(env!("CARGO_BIN_EXE_pintle"))
        .args(["values", "explain"])
        .args(arguments)
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[test]
fn every_value_is_listed_with_its_place() {
    assert_eq!(
        explain(&["shop", "-f", "prod.yaml", "--set", "db.user=me", "--set-file", "tls=cert"], ""),
        concat!(
            "PATH                   VALUE      FROM\n",
            "color                  \"red\"      shop/charts/db/values.yaml:5 (default, imported)\n",
            "db.exports.data.color  \"red\"      shop/charts/db/values.yaml:5 (default)\n",
            "db.global.zone         \"eu\"       shop/values.yaml:6 (default, as a global)\n",
            "db.size                5          shop/values.yaml:5 (default, of the parent chart)\n",
            "db.user                \"me\"       --set db.user=me\n",
            "global.zone            \"eu\"       shop/values.yaml:6 (default)\n",
            "image.repository       \"nginx\"    shop/values.yaml:2 (default)\n",
            "image.tag              \"1.27\"     prod.yaml:1 (-f)\n",
            "replicas               (removed)  null at prod.yaml:2 (-f); was 1 at shop/values.yaml:7 (default)\n",
            "tls                    \"PEM\\n\"    --set-file tls=cert\n",
        )
    );
}

#[test]
fn one_value_is_told_with_what_did_not_count() {
    let image = "image.tag: \"1.27\"\n  from        prod.yaml:1 (-f)\n  instead of  \"1.26\" from shop/values.yaml:3 (default)\n";
    assert_eq!(explain(&["./shop/", "image.tag", "-f", "prod.yaml"], ""), image);
    assert_eq!(explain(&["shop", ".Values.image.tag", "-f", "prod.yaml"], ""), image);
    assert_eq!(
        explain(&["shop", "replicas", "-f", "prod.yaml"], ""),
        "replicas is removed\n  by null at  prod.yaml:2 (-f)\n  instead of  1 from shop/values.yaml:7 (default)\n"
    );
    assert_eq!(
        explain(&["shop", "db", "-f", "-", "-o", "yaml"], "db: {size: 7, user: null}\n"),
        concat!(
            "- from:\n    chart: db\n    file: shop/charts/db/values.yaml\n    kind: default\n    line: 5\n",
            "  path: db.exports.data.color\n  value: red\n",
            "- from:\n    file: shop/values.yaml\n    kind: default\n    line: 6\n    way: global\n",
            "  path: db.global.zone\n  value: eu\n",
            "- from:\n    file: '-'\n    kind: file\n    line: 1\n",
            "  insteadOf:\n",
            "  - from:\n      file: shop/values.yaml\n      kind: default\n      line: 5\n      way: parent\n    value: 5\n",
            "  - from:\n      chart: db\n      file: shop/charts/db/values.yaml\n      kind: default\n      line: 1\n    value: 1\n",
            "  path: db.size\n  value: 7\n",
            "- from:\n    file: '-'\n    kind: file\n    line: 1\n",
            "  insteadOf:\n",
            "  - from:\n      chart: db\n      file: shop/charts/db/values.yaml\n      kind: default\n      line: 2\n    value: root\n",
            "  path: db.user\n  removed: true\n",
        )
    );
    assert_eq!(
        explain(&["shop", "image.repository", "-o", "json"], ""),
        "[{\"from\":{\"file\":\"shop/values.yaml\",\"kind\":\"default\",\"line\":2},\"path\":\"image.repository\",\"value\":\"nginx\"}]\n"
    );
}

#[test]
fn what_cannot_be_explained_is_an_error() {
    assert_eq!(explain(&["shop", "image.tog"], ""), "Error: there is no value at image.tog\n");
    assert_eq!(
        explain(&["shop", "--set", "a"], ""),
        "Error: failed parsing --set data: key \"a\" has no value\n"
    );
    assert_eq!(explain(&["shop", "-f", "nowhere"], ""), "Error: open nowhere: no such file or directory\n");
    assert_eq!(
        explain(&["shop", "-f", "-"], "- a\n"),
        "Error: failed to parse -: cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: \
         cannot unmarshal array into Go value of type map[string]interface {}\n"
    );
    assert!(explain(&["nothing"], "").starts_with("Error: "));
    assert_eq!(
        explain(&["shop", "a", "b"], ""),
        "Error: values explain takes a chart and at most one path\n"
    );
}
