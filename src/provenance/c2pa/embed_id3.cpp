// Embedding into an ID3v2 tag: MP3, and FLAC behind a tag of its own (C2PA 2.5 §A.3.5; id3.org, versions 2.3.0 and
// 2.4.0). The store is the object of a GEOB frame; the tag states its size twice, in its header and in the frame's.
#include <algorithm>

#include "provenance/c2pa/embedders.h"
#include "provenance/c2pa/id3.h"
#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::uint64_t kHeader = 10;  // of the tag, and of each frame
constexpr std::uint64_t kMostSize = (1ULL << 28) - 1;

// The tag as the new file will have it, up to the place of a new frame and from there on.
struct Tag {
  std::uint8_t version = 4;
  std::uint64_t end = 0;      ///< in the original; 0: no tag
  std::uint64_t insert = 0;   ///< in the original: behind the last frame
  std::uint64_t padding = 0;  ///< zeros behind that
  int frames = 0;
  std::optional<Range> store;  ///< the frame that holds the store, with its header
  bool anew = true;            ///< it is written anew, with `plain` as its other frames
  Bytes plain;
};

Bytes tag_header(std::uint8_t version, std::uint8_t flags, std::uint64_t size) {
  Bytes header;
  append_text(header, "ID3");
  header.insert(header.end(), {version, 0, flags});
  append_number(header, to_synchsafe(size), 4, true);
  return header;
}

Bytes frame_size(std::uint8_t version, std::uint64_t size) {
  return number(version == 4 ? to_synchsafe(size) : size, 4, true);
}

/// The header of a GEOB frame and all of its content that stands before the object.
Bytes object_head(std::uint8_t version, std::uint64_t object) {
  Bytes content;
  content.push_back(version == 4 ? 3 : 0);  // UTF-8, ISO 8859-1: the texts are ASCII
  append_text(content, std::string_view("application/c2pa\0c2pa\0c2pa manifest store\0", 42));
  Bytes head;
  append_text(head, "GEOB");
  const Bytes size = frame_size(version, content.size() + object);
  head.insert(head.end(), size.begin(), size.end());
  head.insert(head.end(), {0, 0});
  head.insert(head.end(), content.begin(), content.end());
  return head;
}

Result<Tag> tag_of(const media::ByteSource& source, const EmbedRequest& request, const Context& context) {
  Tag tag;
  const auto header = TRY(id3_header(source));
  if (!header) return tag;
  if (header->version < 3) return make_error(Code::unsupported, "an ID3 tag of version 2.2 has no place for a store");
  if (header->version > 4) return make_error(Code::unsupported, "an ID3 tag of an unknown version");
  if (header->footer || header->checksum) {
    return make_error(Code::unsupported, "an ID3 tag with a footer or a checksum cannot take a credential");
  }
  if (header->end > source.size()) return make_error(Code::corrupt, "the ID3 tag runs past the end of the file");
  tag.anew = false;
  tag.version = header->version;
  tag.end = header->end;
  tag.insert = header->frames;
  if (header->unsynchronised) {
    if (request.existing->found()) return make_error(Code::corrupt, "the credential stands in an unsynchronised tag");
    if (header->frames != kHeader || tag.end > context.limits.metadata_bytes) {
      return make_error(Code::unsupported, "an unsynchronised ID3 tag of this form cannot take a credential");
    }
    tag.anew = true;
    const Bytes content = TRY(read_exactly(source, kHeader, tag.end - kHeader));
    tag.plain = TRY(without_unsynchronisation(content, tag.version));
    return tag;
  }
  Window window(source);
  int nodes = 0;
  while (tag.insert + kHeader <= tag.end && TRY(window.u32be(tag.insert)) != 0) {
    TRY(count_node(context, nodes, tag.insert));
    const std::uint32_t size = TRY(window.u32be(tag.insert + 4));
    const Range frame{tag.insert, kHeader + (tag.version == 4 ? from_synchsafe(size) : size)};
    if (frame.end() > tag.end) return make_error(Code::corrupt, "an ID3 frame runs past its tag", tag.insert);
    const auto& framing = request.existing->framing;
    if (!framing.empty() && framing.front().end() == frame.end() && framing.front().start > frame.start) {
      tag.store = frame;
    }
    ++tag.frames;
    tag.insert = frame.end();
  }
  tag.padding = tag.end - tag.insert;
  return tag;
}

/// Sound without a tag gets one of version 2.4; sound with an unsynchronised one gets it anew, since the store cannot
/// be searched for bytes that look like sound.
Result<Splice> with_new_tag(const media::ByteSource& source, const Tag& tag, std::uint64_t store_size) {
  const Bytes head = object_head(tag.version, store_size);
  const std::uint64_t size = tag.plain.size() + head.size() + store_size + tag.padding;
  if (size > kMostSize) return make_error(Code::limit, "an ID3 tag cannot be that large");
  Splicer splicer(Container::id3);
  Bytes begin = tag_header(tag.version, 0, size);
  begin.insert(begin.end(), tag.plain.begin(), tag.plain.end());
  begin.insert(begin.end(), head.begin(), head.end());
  splicer.literal(std::move(begin));
  splicer.frame(store_size, store_size);
  splicer.literal(Bytes(static_cast<std::size_t>(tag.padding)));
  splicer.copy_until(tag.end, source.size());
  return splicer.finish();
}

Result<Splice> with_new_frame(const media::ByteSource& source, const Tag& tag, std::uint64_t store_size) {
  Bytes head = object_head(tag.version, store_size);
  const std::uint64_t size = tag.end - kHeader + head.size() + store_size;
  if (size > kMostSize) return make_error(Code::limit, "an ID3 tag cannot be that large");
  Splicer splicer(Container::id3);
  splicer.overwrite(6, number(to_synchsafe(size), 4, true));
  splicer.copy_until(0, tag.insert);
  splicer.literal(std::move(head));
  splicer.frame(store_size, store_size);
  splicer.copy_until(tag.insert, source.size());
  return splicer.finish();
}

Result<Splice> with_frame_changed(const media::ByteSource& source, const Tag& tag, const EmbedRequest& request) {
  const Range object = request.existing->framing.front();
  Splicer splicer(Container::id3);
  if (!request.store_size) {
    if (tag.frames == 1 && tag.padding == 0) {  // the tag was made for the store
      splicer.copy_until(tag.end, source.size());
      return splicer.finish();
    }
    splicer.overwrite(6, number(to_synchsafe(tag.end - kHeader - tag.store->length), 4, true));
    splicer.replace(*tag.store, source.size(), std::nullopt, 0);
    return splicer.finish();
  }
  std::uint64_t store_size = *request.store_size;
  if (request.update) {
    if (store_size > object.length) return no_room(store_size, object.length);
    store_size = object.length;
  }
  const std::uint64_t before = object.start - tag.store->start - kHeader;
  const std::uint64_t size = tag.end - kHeader - object.length + store_size;
  if (size > kMostSize) return make_error(Code::limit, "an ID3 tag cannot be that large");
  splicer.overwrite(6, number(to_synchsafe(size), 4, true));
  splicer.overwrite(tag.store->start + 4, frame_size(tag.version, before + store_size));
  splicer.replace(object, source.size(), store_size, store_size);
  return splicer.finish();
}

}  // namespace

Result<Splice> plan_id3(const media::ByteSource& source, const EmbedRequest& request, const Context& context) {
  const Tag tag = TRY(tag_of(source, request, context));
  if (request.existing->found()) {
    if (!tag.store) return make_error(Code::corrupt, "the credential is not where a frame of the ID3 tag ends");
    return with_frame_changed(source, tag, request);
  }
  if (tag.end == 0 && !TRY(is_sound(source))) {
    return make_error(Code::corrupt, "this does not look like sound, so no ID3 tag is put before it", 0);
  }
  return tag.anew ? with_new_tag(source, tag, *request.store_size) : with_new_frame(source, tag, *request.store_size);
}

}  // namespace bonafide::provenance::c2pa
