// Signing a file of ISO base media while it is written, whatever comes in: what is accepted carries the store where
// room was kept for it, and the size of the pieces makes no difference. The first byte is that size.

// link: bonafide_provenance_c2pa
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "crypto/development_pki.h"
#include "provenance/c2pa/bmff_writer.h"

namespace {

using namespace bonafide;
using namespace bonafide::provenance::c2pa;

void check(bool holds) {
  if (!holds) std::abort();
}

/// Ed25519 signs alike each time.
const crypto::Signer& signer() {
  static const std::unique_ptr<crypto::Signer> made = [] {
    const auto pki =
        crypto::make_development_pki({.algorithm = crypto::SignatureAlgorithm::ed25519, .now = 1'800'000'000}).value();
    return crypto::pem_signer(pki.signer_key_pem, pki.signer_pem, {}, {}).value();
  }();
  return *made;
}

const Builder& builder() {
  static const Builder made = [] {
    ManifestPlan plan;
    plan.generator = {{"name", "fuzz"}};
    plan.actions.push_back(
        {{"action", "c2pa.created"}, {"digitalSourceType", "http://c2pa.org/digitalsourcetype/empty"}});
    plan.seed = 1;
    return Builder::create(std::move(plan)).value();
  }();
  return made;
}

struct Written {
  std::optional<Code> refused;
  Bytes bytes;
  Range frame;
};

Written write(ByteView file, std::size_t step, const Context& context) {
  Written written;
  const auto output = [&](std::uint64_t offset, ByteView bytes) -> Result<void> {
    check(offset <= written.bytes.size());
    if (offset == written.bytes.size()) {
      written.bytes.insert(written.bytes.end(), bytes.begin(), bytes.end());
    } else {
      check(bytes.size() <= written.bytes.size() - offset);
      std::copy(bytes.begin(), bytes.end(), written.bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    }
    return {};
  };
  SignPlan plan;
  plan.cose.signer = &signer();
  BmffWriter writer(builder(), plan, output, context);
  const auto failed = [&](const Error& error) {
    check(error.code != Code::internal && !error.message.empty());
    written.refused = error.code;
    return written;
  };
  while (!file.empty()) {
    const ByteView part = file.first(std::min(step, file.size()));
    if (const auto done = writer.write(part); !done) return failed(done.error());
    file = file.subspan(part.size());
  }
  const auto made = writer.finish();
  if (!made) return failed(made.error());
  written.frame = made->splice.frame;
  return written;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Context context;
  context.limits.nodes = 20'000;
  const ByteView file(data + 1, size - 1);
  const Written whole = write(file, file.size() + 1, context);
  const Written pieces = write(file, std::size_t{data[0]} + 1, context);
  check(whole.refused == pieces.refused);
  if (whole.refused) return 0;
  check(whole.bytes == pieces.bytes && whole.bytes.size() == file.size() + whole.frame.length);
  const media::MemorySource source(whole.bytes);
  const auto located = locate(source, context);
  if (!located) {
    check(located.error().code != Code::internal);
    return 0;
  }
  check(located->found() && !located->framing.empty() && located->framing.front() == whole.frame);
  return 0;
}
