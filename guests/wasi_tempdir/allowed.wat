;; grant: tempdir=64KiB
;; tempdir: 65536
;; returns: 0
(module
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
  (import "extism:host/env" "output_set" (func $output (param i64 i64)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "scratch")
  (func (export "run") (result i32) (local $n i32) (local $block i64) (local $i i32)
    (local.set $n (call $path_open (i32.const 3) (i32.const 1) (i32.const 1024) (i32.const 7)
      (i32.const 9) (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 16)))
    (if (local.get $n) (then (return (local.get $n))))
    (i32.store (i32.const 0) (i32.const 0))
    (i32.store (i32.const 4) (i32.const 1000))
    (call $fd_write (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8))))
