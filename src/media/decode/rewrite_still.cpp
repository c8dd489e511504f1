#include "media/decode/rewrite_still.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <new>

#include "media/decode/rewrite_still_formats.h"
#include "media/decode/still.h"

namespace bonafide::media {

namespace {

Result<void> check_name(const std::string& path, Format format) {
  std::string extension = std::filesystem::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  std::vector<std::string> names;
  switch (format) {
    case Format::jpeg: names = {".jpg", ".jpeg", ".jpe"}; break;
    case Format::png: names = {".png"}; break;
    case Format::webp: names = {".webp"}; break;
    default: return make_error(Code::unsupported, fmt::format("{} cannot be written", to_string(format)));
  }
  if (std::ranges::find(names, extension) != names.end()) return {};
  return make_error(Code::invalid_argument, fmt::format("the picture is {} and stays so: the output must be named {}",
                                                        to_string(format), names[0]));
}

Result<Bytes> rewritten(ByteView bytes, Format format, const RewriteStillRequest& request,
                        std::vector<std::string>& left_out, const Context& context) {
  switch (format) {
    case Format::jpeg: return rewrite_jpeg(bytes, request.change, left_out, context);
    case Format::png: return rewrite_png(bytes, request.change, left_out, context);
    default: return rewrite_webp(bytes, request.change, left_out, context);
  }
}

}  // namespace

Result<RewrittenStill> rewrite_still(const Media& media, const RewriteStillRequest& request, const Context& context) {
  TRY(check_name(request.path, media.format));
  FileWriter writer = TRY(FileWriter::create(request.path, request.overwrite));
  const FileReader file = TRY(FileReader::open(media.path));
  constexpr std::uint64_t kMost = std::uint64_t{256} << 20;  // FileReader's own bound
  if (file.size() > std::min(kMost, context.limits.memory))
    return make_error(Code::limit, fmt::format("a still of {} bytes is too large to read", file.size()));
  RewrittenStill done{.format = std::string(to_string(media.format)), .left_out = {}};
  try {
    const Bytes bytes = TRY(file.read(0, static_cast<std::size_t>(file.size())));
    const Bytes fresh = TRY(rewritten(bytes, media.format, request, done.left_out, context));
    TRY(writer.write(fresh));
  } catch (const std::bad_alloc&) {
    return make_error(Code::limit, "not enough memory for this picture");
  }
  TRY(writer.commit());
  return done;
}

}  // namespace bonafide::media
