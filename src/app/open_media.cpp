#include "app/open_media.h"

#include "media/decode/decode.h"

namespace bonafide::app {

Result<media::Media> open_media(const FileReader& file, const Context& context) {
  media::Media media = TRY(media::open(file, context));
  TRY(media::probe(media, context));
  return media;
}

Result<media::Media> open_media(const std::string& path, const Context& context) {
  return open_media(TRY(FileReader::open(path)), context);
}

}  // namespace bonafide::app
