// Other people's C2PA implementations, driven from Node without a browser: the npm package c2pa-wasm (c2pa-rs) reads
// and writes, c2pa-ts reads. Both scripts here answer jobs: one JSON object a line in, one a line out, in order.
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { webcrypto } from 'node:crypto';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

globalThis.crypto ??= webcrypto;  // Node 18 has it, but not there
const here = path.dirname(fileURLToPath(import.meta.url));
/// Where scripts/oracle.sh installed the packages; apart from the scripts, so that the source tree stays clean.
const installed = process.env.BONAFIDE_ORACLE ?? path.join(here, '../../build/oracle');
const packageFile = (name, file) => path.join(installed, 'node_modules', name, file);

/// import() of a package that is installed elsewhere; `part` is a name under its "exports".
export async function load(name, part = '.') {
  const entry = JSON.parse(fs.readFileSync(packageFile(name, 'package.json'), 'utf8')).exports[part];
  return import(pathToFileURL(packageFile(name, entry.import)));
}
export const cbor = () => createRequire(path.join(installed, 'package.json'))('cbor-x');

export async function c2pa() {
  const module = await load('@contentauth/c2pa-wasm');
  module.initSync({ module: fs.readFileSync(packageFile('@contentauth/c2pa-wasm', 'pkg/c2pa_bg.wasm')) });
  return module;
}

// The package wants a browser's Blob and FileReaderSync. These read a file as far as it is asked for.
class FileBlob {
  constructor(descriptor, start, size) {
    this.descriptor = descriptor;
    this.start = start;
    this.size = size;
  }
  slice(from, to = this.size) {
    const first = Math.min(from, this.size);
    return new FileBlob(this.descriptor, this.start + first, Math.min(to, this.size) - first);
  }
}
globalThis.FileReaderSync = class {
  readAsArrayBuffer(blob) {
    const bytes = new Uint8Array(blob.size);
    let have = 0;
    while (have < bytes.length) {
      const got = fs.readSync(blob.descriptor, bytes, have, bytes.length - have, blob.start + have);
      if (got === 0) break;
      have += got;
    }
    return bytes.buffer;
  }
};

/// use(blob) with the file open.
export async function withBlob(file, use) {
  const descriptor = fs.openSync(file, 'r');
  try {
    return await use(new FileBlob(descriptor, 0, fs.fstatSync(descriptor).size));
  } finally {
    fs.closeSync(descriptor);
  }
}

const types = {
  jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', gif: 'image/gif', tif: 'image/tiff',
  tiff: 'image/tiff', dng: 'image/x-adobe-dng', avif: 'image/avif', heic: 'image/heic', heif: 'image/heif',
  jxl: 'image/jxl', svg: 'image/svg+xml', mp4: 'video/mp4', m4s: 'video/mp4', mov: 'video/quicktime',
  m4a: 'audio/mp4', mp3: 'audio/mpeg', wav: 'audio/wav', avi: 'video/avi', flac: 'audio/flac',
  pdf: 'application/pdf', c2pa: 'application/c2pa',
};
export const typeOf = (file) => types[path.extname(file).slice(1).toLowerCase()] ?? 'application/octet-stream';

/// Reads jobs from standard input; `answer(job)` gives an object, or throws: then {error} is the answer.
export async function serve(answer) {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    let result;
    try {
      result = await answer(JSON.parse(line));
    } catch (error) {
      result = { error: String(error) };
    }
    fs.writeSync(1, JSON.stringify(result) + '\n');
  }
}
