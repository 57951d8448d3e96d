;; grant: env=TOKEN
;; output: TOKEN=sesame\0
(module
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
  (import "extism:host/env" "output_set" (func $output (param i64 i64)))
  (memory (export "memory") 1)
  (func (export "run") (result i32) (local $n i32) (local $block i64) (local $i i32)
    (drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))
    (drop (call $environ_get (i32.const 8) (i32.const 64)))
    (local.set $n (i32.load (i32.const 4)))
    (local.set $block (call $alloc (i64.extend_i32_u (local.get $n))))
    (loop $copy
      (call $store (i64.add (local.get $block) (i64.extend_i32_u (local.get $i))) (i32.load8_u (i32.add (local.get $i) (i32.const 64))))
      (br_if $copy (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (call $output (local.get $block) (i64.extend_i32_u (local.get $n)))
    (i32.eqz (i32.load (i32.const 0)))))
