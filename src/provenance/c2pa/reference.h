// The reference in a work's own XMP that says where its credential is kept (dcterms:provenance, C2PA 2.5 §11.8.1). It
// is written before the work is signed, so that the signature covers it.
#pragma once
#include <string>

#include "provenance/c2pa/embed.h"

namespace bonafide::provenance::c2pa {

/// A packet that says `url`, and everything that `packet` said besides; an empty one is begun anew.
/// unsupported: it is no XMP that can be added to.
Result<std::string> refer_to(std::string packet, const std::string& url);

/// What `source` with the reference in it will be made of: JPEG, PNG, WebP and ISO base media. invalid_argument: `url`
/// is no http or https URL; unsupported: another kind of file, or one that has no room for it.
Result<Splice> plan_reference(const media::ByteSource& source, Container container, const std::string& url,
                              const Context& context);

/// The work with a reference in it, as a file to read.
class ReferringSource final : public media::ByteSource {
 public:
  /// `original` must outlive this.
  ReferringSource(const media::ByteSource& original, Splice splice)
      : splice_(std::move(splice)), view_(original, splice_) {}
  ReferringSource(const ReferringSource&) = delete;
  ReferringSource& operator=(const ReferringSource&) = delete;
  std::uint64_t size() const override { return view_.size(); }
  Result<std::size_t> read_some(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    return view_.read_some(offset, into);
  }
  std::uint64_t data_from(std::uint64_t offset) const override { return view_.data_from(offset); }

 private:
  Splice splice_;
  SplicedSource view_;
};

}  // namespace bonafide::provenance::c2pa
