// Jobs: {"file": …, "anchors": [PEM files], "fragment"?: …, "sidecar"?: …, "report"?: true}
// Answers: {"state": "Trusted" | "Valid" | "Invalid", "success": [codes], "informational": […], "failure": […],
//           "ingredients": [[failure codes of each]], "manifests": n} or {"error": …}; with report also the store JSON as
// "report" and the crJSON as "crjson".
// A job with a sidecar goes to c2pa-ts, which builds no chains: it answers {"valid": …, "codes": […]}.
import fs from 'node:fs';
import { c2pa, load, serve, typeOf, withBlob } from './oracle.mjs';

const { WasmReader } = await c2pa();

// Its built-in list of key uses does not name C2PA's own yet: it is told.
const keyUses = ['1.3.6.1.4.1.62558.2.1', '1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.36', '1.3.6.1.5.5.7.3.8'].join('\n');
const settings = (anchors) => JSON.stringify({
  version: 1,
  verify: { verify_trust: true, remote_manifest_fetch: false, ocsp_fetch: false },
  trust: { trust_anchors: anchors.map((f) => fs.readFileSync(f, 'utf8')).join('\n'), trust_config: keyUses },
});

async function read(job) {
  const wanted = settings(job.anchors ?? []);
  return withBlob(job.file, (blob) => {
    if (!job.fragment) return WasmReader.fromBlob(typeOf(job.file), blob, wanted);
    return withBlob(job.fragment, (part) => WasmReader.fromBlobFragment(typeOf(job.file), blob, part, wanted));
  });
}

async function readSidecar(job) {
  const { SuperBox } = await load('@trustnxt/c2pa-ts', './jumbf');
  const { ManifestStore } = await load('@trustnxt/c2pa-ts', './manifest');
  const assets = await load('@trustnxt/c2pa-ts', './asset');
  const kind = { 'image/jpeg': 'JPEG', 'image/png': 'PNG', 'image/heic': 'BMFF', 'image/avif': 'BMFF' }[typeOf(job.file)];
  const asset = new assets[kind](fs.readFileSync(job.file));
  const result = await ManifestStore.read(SuperBox.fromBuffer(fs.readFileSync(job.sidecar))).validate(asset);
  return { valid: result.isValid, codes: result.statusEntries.map((entry) => entry.code) };
}

await serve(async (job) => {
  if (job.sidecar) return readSidecar(job);
  const reader = await read(job);
  try {
    const report = JSON.parse(reader.json());
    const codes = (kind) => [...new Set((report.validation_results?.activeManifest?.[kind] ?? []).map((e) => e.code))];
    const deltas = report.validation_results?.ingredientDeltas ?? [];
    return {
      state: report.validation_state,
      success: codes('success').sort(),
      informational: codes('informational').sort(),
      failure: codes('failure').sort(),
      ingredients: deltas.map((delta) => delta.validationDeltas.failure.map((entry) => entry.code)),
      manifests: Object.keys(report.manifests).length,
      ...(job.report && { report, crjson: JSON.parse(reader.crJson()) }),
    };
  } finally {
    reader.free();
  }
});
