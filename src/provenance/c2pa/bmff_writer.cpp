#include "provenance/c2pa/bmff_writer.h"

#include <algorithm>
#include <array>

#include "provenance/c2pa/bind_forms.h"
#include "provenance/c2pa/bmff_move.h"
#include "provenance/c2pa/bmff_tree.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::uint64_t kMostType = 4096;  // ours: an ftyp has a handful of brands of 4 bytes
constexpr std::size_t kUuidEnd = 16;       // of the extended type, behind a box's header

/// A box as a file that has nothing else: it stands where it stands, and all before it reads as zeros.
class LoneBox final : public media::ByteSource {
 public:
  LoneBox(std::uint64_t start, ByteView bytes) : start_(start), bytes_(bytes) {}
  std::uint64_t size() const override { return start_ + bytes_.size(); }
  Result<std::size_t> read_some(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    if (offset >= size()) return std::size_t{0};
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size() - offset));
    for (std::size_t i = 0; i < count; ++i) into[i] = offset + i < start_ ? 0 : bytes_[offset + i - start_];
    return count;
  }

 private:
  std::uint64_t start_;
  ByteView bytes_;
};

std::uint64_t big_endian(ByteView bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

/// Boxes that name places in the file (§A.5, bmff_offsets.h).
bool names_places(std::uint32_t type) {
  constexpr std::uint32_t kNames[] = {fourcc("moov"), fourcc("moof"), fourcc("meta"),
                                      fourcc("meco"), fourcc("mfra"), fourcc("sidx")};
  return std::ranges::find(kNames, type) != std::end(kNames);
}

}  // namespace

BmffWriter::BmffWriter(const Builder& builder, const SignPlan& plan, Output output, const Context& context)
    : builder_(builder),
      plan_(plan),
      output_(std::move(output)),
      context_(context),
      hasher_(plan.bind.algorithm),
      signature_size_(crypto::cose_size(plan.cose)) {}

Result<void> BmffWriter::put(ByteView bytes, bool hashed) {
  if (bytes.empty()) return {};
  if (hashed) hasher_.update(bytes);
  TRY(output_(out_, bytes));
  out_ += bytes.size();
  return {};
}

/// The frame, as zeros in a box of its own, right behind ftyp.
Result<void> BmffWriter::keep_room() {
  const HardBinding binding =
      flat_bmff_binding(plan_.bind.algorithm, Bytes(hash_size(plan_.bind.algorithm)));  // as large as the real one
  splice_.container = Container::bmff;
  splice_.purpose = "manifest";
  splice_.store_size = builder_.placeholder(binding, signature_size_).size() + plan_.reserve;
  splice_.frame = {out_, make_c2pa_box(splice_.purpose, {}).size() + splice_.store_size};
  return put(TRY(frame_bmff(splice_, {})), false);
}

/// Whether the head of the next box is complete; `head_` then holds it, and `box_` is set.
Result<bool> BmffWriter::begin_box() {
  if (head_.size() < 8) return false;
  Box box;
  box.type = static_cast<std::uint32_t>(big_endian(ByteView(head_).subspan(4, 4)));
  std::uint64_t size = big_endian(ByteView(head_).first(4)), header = 8;
  if (size == 1) header = 16;
  const std::uint64_t wanted = header + (box.type == fourcc("uuid") ? kUuidEnd : 0);
  if (head_.size() < wanted) return false;
  if (size == 1) size = big_endian(ByteView(head_).subspan(8, 8));
  box.start = in_ - head_.size();
  if (size != 0) box.size = size;
  if (box.size && *box.size < wanted) {
    return make_error(Code::corrupt, "a box is smaller than its own header", box.start);
  }
  const bool first = splice_.frame.length == 0;
  if (first && (box.type != fourcc("ftyp") || !box.size || *box.size > kMostType)) {
    return make_error(Code::unsupported, "is no ISO base media file that begins with its type", box.start);
  }
  if (box.type == fourcc("uuid") &&
      std::equal(std::begin(kC2paUuid), std::end(kC2paUuid), head_.end() - kUuidEnd, head_.end())) {
    return make_error(Code::unsupported, "carries a credential already", box.start);
  }
  box.held = names_places(box.type);
  box.hashed = box.type != fourcc("mfra");
  if (box.held && (!box.size || *box.size > context_.limits.metadata_bytes)) {
    return make_error(box.size ? Code::limit : Code::unsupported, "a box of tables is too large or has no size",
                      box.start);
  }
  movie_ = movie_ || box.type == fourcc("moov") || box.type == fourcc("meta");
  if (box.type == fourcc("moof") && !movie_) {
    return make_error(Code::unsupported, "a fragment comes before the movie that it belongs to", box.start);
  }
  if (box.hashed) {  // §16.3.2: the place in the file, then the box
    std::array<std::uint8_t, 8> place{};
    for (std::size_t i = 0; i < 8; ++i) place[i] = static_cast<std::uint8_t>(out_ >> (56 - 8 * i));
    hasher_.update(place);
  }
  box_ = box;
  return true;
}

Result<void> BmffWriter::take(ByteView bytes) {
  box_->seen += bytes.size();
  if (!box_->held) return put(bytes, box_->hashed);
  held_.insert(held_.end(), bytes.begin(), bytes.end());
  return {};
}

/// The box that was held, with its offsets set for what the frame moves.
Result<Bytes> BmffWriter::moved() const {
  const LoneBox source(box_->start, held_);
  const std::vector<BmffBox> roots{{box_->type,
                                    {box_->start, held_.size()},
                                    big_endian(ByteView(held_).first(4)) == 1 ? std::uint64_t{16} : std::uint64_t{8},
                                    false}};
  BmffMove move(source, roots, context_);
  move.edit({splice_.frame.start, 0, splice_.frame.length, Edit::Kind::frame, {}});
  TRY(move.settle());
  Splicer splicer(Container::bmff);
  move.write(splicer, splice_.store_size);
  const Splice splice = splicer.finish();
  const SplicedSource view(source, splice);
  if (view.size() != source.size() + splice_.frame.length) {
    return make_error(Code::unsupported, "a table of offsets would need wider fields than were written", box_->start);
  }
  return read_exactly(view, box_->start + splice_.frame.length, held_.size());
}

Result<void> BmffWriter::end_box() {
  if (box_->held) {
    const Bytes bytes = TRY(moved());
    held_.clear();
    TRY(put(bytes, box_->hashed));
  }
  box_.reset();
  return splice_.frame.length == 0 ? keep_room() : Result<void>();
}

Result<void> BmffWriter::write(ByteView bytes) {
  while (!bytes.empty()) {
    if (context_.stopped()) return make_error(Code::cancelled, "stopped");
    if (!box_) {
      head_.push_back(bytes.front());
      bytes = bytes.subspan(1);
      ++in_;
      if (!TRY(begin_box())) continue;
      TRY(take(head_));
      head_.clear();
    } else {
      const std::uint64_t left = box_->size ? *box_->size - box_->seen : bytes.size();
      const ByteView part = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size())));
      TRY(take(part));
      in_ += part.size();
      bytes = bytes.subspan(part.size());
    }
    if (box_->size && box_->seen == *box_->size) TRY(end_box());
  }
  return {};
}

Result<SignedFile> BmffWriter::finish() {
  if (!head_.empty() || (box_ && box_->size)) {
    return make_error(Code::corrupt, "the file ends in the middle of a box", in_);
  }
  if (!movie_) return make_error(Code::unsupported, "there is no movie and no picture in this file");
  SignedFile file;
  const HardBinding binding = flat_bmff_binding(plan_.bind.algorithm, hasher_.finish());
  file.binding = binding.label;
  file.store = TRY(builder_.finish(binding, plan_.cose, signature_size_));
  file.splice = splice_;
  file.framed = TRY(frame_bmff(splice_, file.store));
  TRY(output_(splice_.frame.start, file.framed));
  return file;
}

}  // namespace bonafide::provenance::c2pa
