;; grant: release=prod/shop values
;; denied: release
;; says: plugin:probe may not use release
(module
  (import "extism:host/user" "helm_get_values" (func $ask (param i64) (result i64)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "length" (func $length (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
  (import "extism:host/env" "output_set" (func $output (param i64 i64)))
  (memory (data "{\"name\":\"other\",\"namespace\":\"prod\"}"))
  (func (export "run") (local $request i64) (local $answer i64) (local $i i32)
    (local.set $request (call $alloc (i64.const 35)))
    (loop $copy
      (call $store (i64.add (local.get $request) (i64.extend_i32_u (local.get $i))) (i32.load8_u (local.get $i)))
      (br_if $copy (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 35))))
    (local.set $answer (call $ask (local.get $request)))
    (call $output (local.get $answer) (call $length (local.get $answer)))))
