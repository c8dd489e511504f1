// Where a file without a credential says that it is kept.
#include "media/container/open_bytes.h"
#include "provenance/c2pa/locate.h"

namespace bonafide::provenance::c2pa {

Result<void> find_remote(const media::ByteSource& source, Located& located, const Context& context) {
  auto media = media::open_bytes(source, {}, context);
  if (!media) {
    const Code code = media.error().code;
    if (code == Code::corrupt || code == Code::unsupported) return {};  // no XMP that could be read
    return std::move(media.error());
  }
  const std::string* const url = media->fact("XMP", "dcterms:provenance");
  if (url == nullptr || url->starts_with("self#jumbf")) return {};  // early writers named what lies in the file itself
  located.remote_url = *url;
  return {};
}

}  // namespace bonafide::provenance::c2pa
