// The three kinds of plugins, in AssemblyScript. Its library has no JSON, so messages are searched for what is needed.
import { Config, Host } from "@extism/as-pdk";

// What AssemblyScript calls when something is wrong; its own would be an import that no host has.
export function ended(message: string | null, file: string | null, line: u32, column: u32): void {
  unreachable();
}

@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(fd: i32, vectors: usize, count: i32, written: usize): i32;

function print(file: i32, text: string): void {
  const bytes = String.UTF8.encode(text);
  const vector = memory.data(8);
  const written = memory.data(4);
  store<u32>(vector, changetype<usize>(bytes) as u32);
  store<u32>(vector, bytes.byteLength as u32, 4);
  fd_write(file, vector, 1, written);
}

export function cli(): i32 {
  const input = Host.inputString();
  const list = input.substring(input.indexOf("[") + 1, input.lastIndexOf("]"));
  const words = list.split(",").map<string>((word) => word.substring(1, word.length - 1));
  if (words.length == 1 && words[0] == "fail") {
    print(2, "told to fail\n");
    return 3;
  }
  print(1, "said: " + words.join(" ") + "\n");
  Host.outputString('{"data":null}');
  return 0;
}

export function getter(): i32 {
  const input = Host.inputString();
  const begin = input.indexOf('"href":"') + 8;
  const href = input.substring(begin, input.indexOf('"', begin));
  const archive = Config.get("archive");
  const data = href.endsWith(".tgz") && archive !== null ? archive : base64("from: " + href + "\n");
  Host.outputString('{"data":"' + data + '"}');
  return 0;
}

export function post_renderer(): i32 {
  // The manifests stay the JSON string that they are, with a line before them.
  Host.outputString(Host.inputString().replace('"manifests":"', '"manifests":"# seen\\n'));
  return 0;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function base64(text: string): string {
  const bytes = Uint8Array.wrap(String.UTF8.encode(text));
  let out = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const a = bytes[i] as u32;
    const b = left > 1 ? (bytes[i + 1] as u32) : 0;
    const c = left > 2 ? (bytes[i + 2] as u32) : 0;
    const word = (a << 16) | (b << 8) | c;
    out += DIGITS.charAt((word >> 18) & 63) + DIGITS.charAt((word >> 12) & 63);
    out += left > 1 ? DIGITS.charAt((word >> 6) & 63) : "=";
    out += left > 2 ? DIGITS.charAt(word & 63) : "=";
  }
  return out;
}
