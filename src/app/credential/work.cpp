#include "app/credential/work.h"

#include "media/container/media.h"

namespace bonafide::app {

Error in_file(Error error, const std::string& path) {
  if (error.file.empty()) error.file = path;
  return error;
}

Result<Work> Work::open(const std::string& path, std::optional<ByteView> content, const Context& context) {
  Work work;
  if (content) {
    work.source = std::make_unique<media::MemorySource>(*content);
  } else {
    work.source = std::make_unique<media::FileSource>(TRY(FileReader::open(path)));
  }
  Bytes head(64);
  head.resize(TRY(work.source->read_some(0, head)));
  auto located = provenance::c2pa::locate(*work.source, context);
  if (!located) return in_file(std::move(located.error()), path);
  work.located = std::move(*located);
  work.media_type = media::media_type(media::sniff(head));
  return work;
}

}  // namespace bonafide::app
