//! Modules that are small and take all time or memory to compile, and the limits that only the user names.

use super::*;

/// A few kilobytes that keep a compiler busy for minutes: loops in one another, and locals that all of them know.
fn slow_to_compile() -> String {
    const MANY: usize = 500;
    let each = |text: fn(usize) -> String| (0..MANY).map(text).collect::<String>();
    let reads = each(|i| format!("(drop (local.get {i}))"));
    let writes = each(|i| format!("(local.set {i} (i32.const 1))"));
    let (loops, ends) = ("(loop ".repeat(MANY), "(br_if 0 (i32.const 0)))".repeat(MANY));
    entry(&format!("(local {}) {loops}{reads}{writes}{ends}(call $said) (i32.const 0)", "i32 ".repeat(MANY)))
}

/// A few kilobytes whose compiled form takes gigabytes: blocks of a thousand parameters and results.
fn large_to_compile() -> String {
    let ints = "i32 ".repeat(1000);
    let (values, drops) = ("(i32.const 0)".repeat(1000), "drop ".repeat(1000));
    let blocks = "loop (type $wide) end ".repeat(2000);
    guest(&format!(
        r#"(type $wide (func (param {ints}) (result {ints})))
        (func (export "helm_plugin_main") (result i32)
            {values} {blocks} {drops} (call $said) (i32.const 0))"#
    ))
}

#[test]
fn a_module_that_is_endless_to_compile_ends_where_it_must() {
    let world = World::new();
    world.probe(&slow_to_compile(), "");
    let run = world.run(&["--limit", "plugin.compile-time=1"]);
    assert_eq!(run.code, 11, "{run:?}");
    assert!(run.error.contains("the module takes more than 1 s to compile"), "{run:?}");
    assert!(run.error.contains("--limit plugin.compile-time=SECONDS changes it"), "{run:?}");
    assert_eq!(
        (&last(&run)["cause"], &last(&run)["limit"]),
        (&"limit".into(), &"plugin.compile-time".into())
    );
    // A plugin that is taken in says so as well, and does not keep the command waiting.
    let install = ["plugin", "install", "probe", "--limit", "plugin.compile-time=1"];
    let run = world.pintle(&install);
    assert_eq!(run.code, 11, "{run:?}");
    assert!(
        run.error.contains("cannot run: ") && run.error.contains("takes more than 1 s to compile"),
        "{run:?}"
    );
    world.probe(&entry("(call $said) (i32.const 0)"), "");
    assert_eq!(world.run(&[]).code, 0);
}

#[test]
#[cfg(target_os = "linux")]
fn a_module_that_takes_all_memory_to_compile_ends_where_it_must() {
    let world = World::new();
    world.probe(&large_to_compile(), "");
    let run = world.run(&["--limit", "plugin.compile-memory=64Mi"]);
    assert_eq!(run.code, 11, "{run:?}");
    assert!(run.error.contains("the module takes more than 64 MiB of memory to compile"), "{run:?}");
    assert_eq!(last(&run)["limit"], "plugin.compile-memory");
    world.probe(&entry("(call $said) (i32.const 0)"), "");
    assert_eq!(world.run(&["--limit", "plugin.compile-memory=64Mi"]).code, 0);
}

#[test]
fn a_module_has_a_size_and_a_stack_and_may_have_its_instructions_counted() {
    let world = World::new();
    let counts = |from: u32| {
        entry(&format!(
            "(local $n i32) (local.set $n (i32.const {from}))
            (loop $next (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
            (call $said) (i32.const 0)"
        ))
    };
    world.probe(&counts(100_000), "");
    let run = world.run(&["--limit", "plugin.module=100"]);
    assert_eq!((run.code, &last(&run)["limit"]), (11, &"plugin.module".into()), "{run:?}");
    assert!(run.error.contains("more than 100"), "{run:?}");
    let run = world.run(&["--limit", "plugin.fuel=100k"]);
    assert_eq!((run.code, &last(&run)["limit"]), (11, &"plugin.fuel".into()), "{run:?}");
    assert!(run.error.contains("instruction limit: 100000"), "{run:?}");
    for within in [&["--limit", "plugin.fuel=1e6"][..], &["--limit", "plugin.fuel=0"], &[]] {
        assert_eq!(world.run(within).code, 0, "{within:?}");
    }
    // Some 400 000 calls in one another.
    let deep = guest(
        r#"(func $down (param $n i32) (result i32)
            (if (result i32) (local.get $n)
                (then (i32.add (call $down (i32.sub (local.get $n) (i32.const 1))) (i32.const 1)))
                (else (i32.const 0))))
        (func (export "helm_plugin_main") (result i32)
            (drop (call $down (i32.const 400000))) (call $said) (i32.const 0))"#,
    );
    world.probe(&deep, "");
    let run = world.run(&[]);
    assert_eq!((run.code, &last(&run)["limit"]), (11, &"plugin.stack".into()), "{run:?}");
    assert!(run.error.contains("--limit plugin.stack=NUMBER changes it"), "{run:?}");
    assert_eq!(world.run(&["--limit", "plugin.stack=64Mi"]).code, 0);
}
