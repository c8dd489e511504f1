// Jobs: {"input": …, "output": …, "algorithm": "es256", "key": PEM file, "chain": PEM file, "definition": {…}}
// and perhaps: "stamper": folder with the authority's tsa.cnf, "ocsp": DER file to staple, "reserve": bytes,
// "intent": "edit" | "update" | {"create": source type}, "settings": {…}, "ingredients": [{"definition", "file"}],
// "redactions": [{"uri", "reason"}], "sidecar": file that the store is written to instead. Answers {} or {"error": …}.
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { c2pa, cbor, serve, typeOf, withBlob } from './oracle.mjs';

const { WasmBuilder } = await c2pa();
const { Encoder, Tag } = cbor();
const encoder = new Encoder({ mapsAsObjects: false, useRecords: false, tagUint8Array: false });
const encode = (value) => Buffer.from(encoder.encode(value));

const algorithms = {  // COSE number, digest
  es256: [-7, 'sha256'], es384: [-35, 'sha384'], es512: [-36, 'sha512'],
  ps256: [-37, 'sha256'], ps384: [-38, 'sha384'], ps512: [-39, 'sha512'], ed25519: [-8, null],
};

function certificates(pemFile) {
  const blocks = fs.readFileSync(pemFile, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return blocks.map((pem) => new crypto.X509Certificate(pem).raw);
}

/// RFC 3161 token by `openssl ts`, the authority being a folder with tsa.cnf and what it names.
function stamp(message, authority) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'oracle-stamp-'));
  try {
    const file = (name) => path.join(folder, name);
    const openssl = (...words) => execFileSync('openssl', ['ts', ...words], { cwd: authority, stdio: 'ignore' });
    fs.writeFileSync(file('message'), message);
    openssl('-query', '-data', file('message'), '-sha256', '-cert', '-out', file('query'));
    // A serial number file of its own: openssl writes it anew, and tests run side by side.
    fs.writeFileSync(file('serial'), '01\n');
    const settings = fs.readFileSync(path.join(authority, 'tsa.cnf'), 'utf8');
    fs.writeFileSync(file('tsa.cnf'), settings.replace(/^serial *=.*$/m, `serial = ${file('serial')}`));
    openssl('-reply', '-queryfile', file('query'), '-config', file('tsa.cnf'), '-token_out', '-out', file('token'));
    return fs.readFileSync(file('token'));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/// COSE_Sign1 over the claim, exactly job.reserve bytes: C2PA 2.5 section 13.2.
function cose(job, claim) {
  const key = crypto.createPrivateKey(fs.readFileSync(job.key));
  const [number, digest] = algorithms[job.algorithm];
  const chain = certificates(job.chain);
  const shield = encode(new Map([[1, number], [33, chain.length > 1 ? chain : chain[0]]]));
  const form = job.algorithm.startsWith('ps')
    ? { key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST }
    : { key, dsaEncoding: 'ieee-p1363' };
  const nothing = Buffer.alloc(0);
  const signature = crypto.sign(digest, encode(['Signature1', shield, nothing, Buffer.from(claim)]), form);
  const loose = [];
  if (job.ocsp) loose.push(['rVals', new Map([['ocspVals', [fs.readFileSync(job.ocsp)]]])]);
  if (job.stamper) {  // over the signature as an encoded byte string, head included: section 10.3.2.5.2
    const token = stamp(encode(['CounterSignature', shield, nothing, encode(signature)]), job.stamper);
    loose.push(['sigTst2', new Map([['tstTokens', [new Map([['val', token]])]]])]);
  }
  const write = (...pads) => {
    const padding = pads.map((size, i) => [i === 0 ? 'pad' : 'pad2', Buffer.alloc(size)]);
    return encode(new Tag([shield, new Map([...loose, ...padding]), null, signature], 18));
  };
  const room = job.reserve - write(0).length;
  for (let size = room; size >= 0 && size > room - 8; --size) {
    if (write(size).length === job.reserve) return write(size);
    const second = job.reserve - write(size, 0).length;  // where the head of "pad" jumps, "pad2" fills the gap
    if (second >= 0 && second < 24 && write(size, second).length === job.reserve) return write(size, second);
  }
  throw new Error(`reserve of ${job.reserve} bytes is too small or cannot be met`);
}

await serve(async (job) => {
  job.reserve ??= 12000;
  const builder = WasmBuilder.fromJson(JSON.stringify(job.definition), JSON.stringify({
    version: 1,
    verify: { verify_after_sign: false },
    builder: { thumbnail: { enabled: false } },
    ...job.settings,
  }));
  try {
    if (job.sidecar) builder.setNoEmbed(true);
    if (job.intent) builder.setIntent(job.intent);
    for (const { definition, file } of job.ingredients ?? [])
      await withBlob(file, (blob) => builder.addIngredientFromBlob(JSON.stringify(definition), typeOf(file), blob));
    for (const { uri, reason } of job.redactions ?? []) builder.addRedaction(uri, reason);
    const signer = { alg: job.algorithm, reserveSize: job.reserve, sign: async (claim) => new Uint8Array(cose(job, claim)) };
    const both = await withBlob(job.input, (blob) => builder.signAndGetManifestBytes(signer, [], typeOf(job.input), blob));
    fs.writeFileSync(job.output, both.asset);
    if (job.sidecar) fs.writeFileSync(job.sidecar, both.manifest);
    return {};
  } finally {
    builder.free();
  }
});
