#include "provenance/print/prints.h"

#include <algorithm>
#include <cmath>

#include "base/cbor.h"

namespace bonafide::provenance::print {

namespace {

constexpr std::size_t kPrintBytes = 33, kFrameBytes = 4 + kPrintBytes;
constexpr std::int64_t kVersion = 1;

void put_print(Bytes& bytes, const PicturePrint& print) {
  for (const std::uint64_t word : print.bits)
    for (int byte = 0; byte < 8; ++byte) bytes.push_back(static_cast<std::uint8_t>(word >> (8 * byte)));
  bytes.push_back(static_cast<std::uint8_t>(print.quality));
}

std::uint64_t little(ByteView bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | bytes[i - 1];
  return value;
}

void put_little(Bytes& bytes, std::uint32_t value) {
  for (int byte = 0; byte < 4; ++byte) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * byte)));
}

Result<PicturePrint> get_print(ByteView bytes) {
  PicturePrint print;
  for (std::size_t i = 0; i < 4; ++i) print.bits[i] = little(bytes.subspan(8 * i, 8));
  print.quality = bytes[32];
  if (print.quality > 100) return make_error(Code::corrupt, "a print of a quality above 100");
  return print;
}

Error broken() { return make_error(Code::corrupt, "these are not the prints of a work"); }

Result<std::vector<FramePrint>> get_frames(ByteView bytes) {
  if (bytes.empty() || bytes.size() % kFrameBytes != 0 || bytes.size() / kFrameBytes > kMostFrames) return broken();
  std::vector<FramePrint> frames;
  for (std::size_t at = 0; at < bytes.size(); at += kFrameBytes) {
    FramePrint frame{static_cast<std::uint32_t>(little(bytes.subspan(at, 4))),
                     TRY(get_print(bytes.subspan(at + 4, kPrintBytes)))};
    if (!frames.empty() && frame.tenths <= frames.back().tenths) return broken();
    frames.push_back(frame);
  }
  return frames;
}

}  // namespace

Bytes encode_prints(const WorkPrints& prints) {
  cbor::Writer writer;
  writer.map(std::size_t{1} + (prints.picture ? 1 : 0) + (prints.frames.empty() ? 0 : 1) +
             (prints.sound.empty() ? 0 : 1) + (prints.map.empty() ? 0 : 1));
  writer.integer(0).integer(kVersion);
  if (prints.picture) {
    Bytes bytes;
    put_print(bytes, *prints.picture);
    writer.integer(1).bytes(bytes);
  }
  if (!prints.frames.empty()) {
    Bytes bytes;
    for (const FramePrint& frame : prints.frames) {
      put_little(bytes, frame.tenths);
      put_print(bytes, frame.print);
    }
    writer.integer(2).bytes(bytes);
  }
  if (!prints.sound.empty()) {
    Bytes bytes;
    for (const std::uint32_t item : prints.sound) put_little(bytes, item);
    writer.integer(3).bytes(bytes);
  }
  if (!prints.map.empty()) writer.integer(4).bytes(prints.map);
  return writer.take();
}

Result<WorkPrints> parse_prints(ByteView input) {
  const cbor::Value root = TRY(cbor::parse(input, {.depth = 2, .items = 16}));
  const cbor::Value* const version = root.find(std::int64_t{0});
  if (version == nullptr || !version->integer()) return broken();
  if (*version->integer() != kVersion) return make_error(Code::unsupported, "prints of a later version");
  WorkPrints prints;
  const auto content = [&](std::int64_t key) -> ByteView {
    const cbor::Value* const value = root.find(key);
    return value != nullptr && value->bytes() ? *value->bytes() : ByteView{};
  };
  if (const ByteView picture = content(1); !picture.empty()) {
    if (picture.size() != kPrintBytes) return broken();
    prints.picture = TRY(get_print(picture));
  }
  if (const ByteView frames = content(2); !frames.empty()) prints.frames = TRY(get_frames(frames));
  const ByteView sound = content(3);
  if (sound.size() % 4 != 0 || sound.size() / 4 > kMostSound) return broken();
  for (std::size_t at = 0; at < sound.size(); at += 4)
    prints.sound.push_back(static_cast<std::uint32_t>(little(sound.subspan(at, 4))));
  const ByteView map = content(4);
  if (map.size() > kMostMap) return broken();
  prints.map.assign(map.begin(), map.end());
  if (!std::ranges::equal(encode_prints(prints), input)) return broken();
  return prints;
}

bool FramePrinter::wants(double seconds) const {
  return std::isfinite(seconds) && seconds >= 0 && frames_.size() < kMostFrames &&
         seconds * 2 >= static_cast<double>(next_) && seconds < 4e8;
}

Result<void> FramePrinter::add(media::GreyView luma, double seconds) {
  if (!wants(seconds)) return {};
  const auto tenths = static_cast<std::uint32_t>(std::lround(seconds * 10));
  next_ = static_cast<std::int64_t>(std::floor(seconds * 2)) + 1;
  if (!frames_.empty() && tenths <= frames_.back().tenths) return {};
  frames_.push_back({tenths, TRY(picture_print(luma))});
  return {};
}

}  // namespace bonafide::provenance::print
