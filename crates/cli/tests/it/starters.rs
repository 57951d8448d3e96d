//! The starters of ours: what they make renders, and a starter of the user's wins.

use std::path::Path;
use std::process::{Command, Output};

fn pintle(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pintle"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder.join("home"))
        .env("KUBECONFIG", "/dev/null/none")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn charts_of_our_starters_render_with_and_without_options() {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path();
    for (starter, kind, options) in [
        (
            "spinapp",
            "kind: SpinApp",
            "autoscaling.enabled=true,components={a,b},variables[0].name=x,image.tag=v9,serviceAccountName=me",
        ),
        (
            "wasmcloud",
            "kind: WorkloadDeployment",
            "service.enabled=false,poolSize=3,allowedHosts={a.example.com}",
        ),
    ] {
        let created = stdout(&pintle(work, &["create", starter, "--starter", starter]));
        assert_eq!(created, format!("Creating {starter}\n"));
        let plain = stdout(&pintle(work, &["template", "rel", starter]));
        assert!(plain.contains(kind), "{plain}");
        assert!(plain.contains(&format!("registry.example.com/{starter}:0.1.0")), "{plain}");
        let set = stdout(&pintle(work, &["template", "rel", starter, "--set", options]));
        assert!(set.contains(kind) && set != plain, "{set}");
        let wrong = pintle(work, &["template", "rel", starter, "--set-string", "replicas=two"]);
        let message = String::from_utf8_lossy(&wrong.stderr).into_owned();
        assert!(!wrong.status.success() && message.contains("replicas"), "{message}");
    }
}

#[test]
fn a_plugin_of_ours_has_its_manifest_and_source() {
    let folder = tempfile::tempdir().unwrap();
    stdout(&pintle(folder.path(), &["create", "hello", "-p", "wasmplugin"]));
    let read = |name: &str| std::fs::read_to_string(folder.path().join("hello").join(name)).unwrap();
    assert!(read("plugin.yaml").contains("name: hello\nversion: 0.1.0\ntype: cli/v1\nruntime: extism/v1\n"));
    assert!(read("guest/Cargo.toml").contains("name = \"hello\""));
    assert!(read("README.md").starts_with("# hello\n"));
    assert!(!folder.path().join("hello/charts").exists());
}

#[test]
fn a_starter_of_the_users_wins() {
    let folder = tempfile::tempdir().unwrap();
    let starter = folder.path().join("home/.local/share/helm/starters/spinapp");
    std::fs::create_dir_all(&starter).unwrap();
    std::fs::write(starter.join("Chart.yaml"), "apiVersion: v2\nname: x\nversion: 1.0.0\n").unwrap();
    stdout(&pintle(folder.path(), &["create", "web", "-p", "spinapp"]));
    assert!(!folder.path().join("web/values.yaml").exists());
    let other = pintle(folder.path(), &["create", "web", "-p", "unknown"]);
    assert!(String::from_utf8_lossy(&other.stderr).contains("could not load"));
}

#[cfg(unix)]
#[test]
fn everybody_may_read_what_is_made() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    stdout(&pintle(folder.path(), &["create", "web"]));
    let mode = |name: &str| folder.path().join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("web"), mode("web/charts"), mode("web/Chart.yaml")), (0o755, 0o755, 0o644));
}
