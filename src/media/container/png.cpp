// PNG (ISO/IEC 15948, third edition): chunks, text, eXIf; what follows IEND.
#include <fmt/format.h>

#include <algorithm>

#include "media/container/walkers.h"

namespace bonafide::media {

namespace {
using namespace std::string_view_literals;

struct PngWalk {
  Walk& walk;
  int idat_chunks = 0;
  std::uint64_t idat_begin = 0, idat_end = 0;

  Result<void> run();
  Result<void> chunk(std::string_view type, Region body);
  Result<void> text(std::string_view type, Region body);
  Result<void> close_data();
};

// Runs of IDAT become one node: a large picture has thousands.
Result<void> PngWalk::close_data() {
  if (idat_chunks == 0) return {};
  TRY(walk.node("IDAT", idat_begin, idat_end - idat_begin, 0,
                idat_chunks == 1 ? "" : fmt::format("{} chunks", idat_chunks)));
  idat_chunks = 0;
  return {};
}

Result<void> PngWalk::run() {
  std::uint64_t at = 8;
  bool ended = false;
  while (!ended) {
    const Bytes head = TRY(walk.read_up_to(at, 8));
    if (head.size() < 8) {
      TRY(close_data());
      walk.damage("the file ends without an end chunk (IEND)");
      return {};
    }
    const std::string type = fourcc(head, 4);
    const std::uint64_t size = be32(head, 0);
    if (size > 0x7FFFFFFF || size + 12 > walk.size() - at) {
      TRY(close_data());
      TRY(walk.node(type, at, walk.size() - at, 0, "cut off"));
      walk.damage(fmt::format("the file ends inside chunk {} at byte {}", type, at));
      return {};
    }
    if (type == "IDAT") {
      if (idat_chunks++ == 0) idat_begin = at;
      idat_end = at + size + 12;
      TRY(walk.count(at));
    } else {
      TRY(close_data());
      TRY(walk.node(type, at, size + 12, 0));
      TRY(walk.tolerate(type, chunk(type, {at + 8, size})));
    }
    ended = type == "IEND";
    at += size + 12;
  }
  if (at < walk.size()) {
    TRY(walk.node("after the end", at, walk.size() - at, 0));
    walk.fact("PNG", "DataAfterEnd", fmt::format("{} bytes", walk.size() - at));
  }
  return {};
}

Result<void> PngWalk::chunk(std::string_view type, Region body) {
  if (type == "IHDR") {
    const Bytes b = TRY(walk.read(body.offset, 13));
    walk.media().width = picture_size(be32(b, 0));
    walk.media().height = picture_size(be32(b, 4));
    constexpr std::array<std::string_view, 7> kColours = {
        "grey", "?", "RGB", "palette", "grey with alpha", "?", "RGB with alpha"};
    const std::string_view colour = b[9] < 7 ? kColours[b[9]] : "?";
    walk.note(fmt::format("{} × {}, {}, {} bits", be32(b, 0), be32(b, 4), colour, b[8]));
    walk.fact("PNG", "ColorType", colour);
    walk.fact("PNG", "BitDepth", fmt::format("{}", b[8]));
    walk.fact("PNG", "Interlace", b[12] == 0 ? "none" : "Adam7");
  } else if (type == "eXIf") {
    return walk_tiff(walk, body, 1, TiffRole::exif);
  } else if (type == "tEXt" || type == "iTXt" || type == "zTXt") {
    return text(type, body);
  } else if (type == "tIME") {
    const Bytes b = TRY(walk.read(body.offset, 7));
    walk.fact("PNG", "ModifyDate",
              fmt::format("{:04}:{:02}:{:02} {:02}:{:02}:{:02}", be16(b, 0), b[2], b[3], b[4], b[5], b[6]));
  } else if (type == "pHYs") {
    const Bytes b = TRY(walk.read(body.offset, 9));
    walk.fact("PNG", "PixelsPerUnit", fmt::format("{} × {}{}", be32(b, 0), be32(b, 4), b[8] == 1 ? " per metre" : ""));
  } else if (type == "iCCP") {
    const Bytes b = TRY(walk.read_up_to(body.offset, std::min<std::uint64_t>(body.size, 80)));
    walk.fact("PNG", "ProfileName", latin1_to_utf8(b));
  } else if (type == "acTL") {
    walk.fact("PNG", "AnimationFrames", fmt::format("{}", be32(TRY(walk.read(body.offset, 8)), 0)));
  } else if (type == "caBX") {
    walk.fact("PNG", "JUMBF", fmt::format("{} bytes (caBX)", body.size));
  }
  return {};
}

// 11.3.3: keyword, NUL, text. Compressed text keeps its keyword only: unpacking would need a library here.
Result<void> PngWalk::text(std::string_view type, Region body) {
  const Bytes b = TRY(walk.read(body));
  const std::string keyword = latin1_to_utf8(part(b, 0, 80));
  std::size_t at = until_nul(part(b, 0, 80)).size() + 1;
  walk.note(keyword);
  if (type == "zTXt") {
    walk.fact("PNG", keyword, "(compressed text)");
    return {};
  }
  if (type == "tEXt") {
    walk.fact("PNG", keyword, latin1_to_utf8(part(b, at)));
    return {};
  }
  const bool packed = at < b.size() && b[at] != 0;
  at += 2;                                  // compression flag and method
  at += until_nul(part(b, at)).size() + 1;  // language
  at += until_nul(part(b, at)).size() + 1;  // translated keyword
  if (packed)
    walk.fact("PNG", keyword, "(compressed text)");
  else if (keyword == "XML:com.adobe.xmp")
    walk_xmp(walk, as_text(part(b, at)));
  else
    walk.fact("PNG", keyword, as_text(part(b, at)));
  return {};
}
}  // namespace

Result<void> walk_png(Walk& walk) { return PngWalk{walk}.run(); }

}  // namespace bonafide::media
