#include "provenance/c2pa/asset_map.h"

#include <algorithm>

#include "media/container/media.h"

namespace bonafide::provenance::c2pa {

namespace {

using namespace std::string_view_literals;

bool begins(ByteView head, std::string_view magic, std::size_t at = 0) {
  return head.size() >= at + magic.size() && as_text(head.subspan(at, magic.size())) == magic;
}

bool is_jpeg(ByteView head) { return begins(head, "\xFF\xD8\xFF"); }
bool is_png(ByteView head) { return begins(head, "\x89PNG\r\n\x1A\n"); }
bool is_riff(ByteView head) { return begins(head, "RIFF"); }
bool is_gif(ByteView head) { return begins(head, "GIF8"); }
bool is_tiff(ByteView head) { return begins(head, "II*\0"sv) || begins(head, "MM\0*"sv); }
bool is_sidecar(ByteView head) { return begins(head, "jumb", 4); }

bool is_id3(ByteView head) {  // a tag, or sound before which one may stand
  if (begins(head, "ID3")) return true;
  const media::Format format = media::sniff(head);
  return format == media::Format::flac || format == media::Format::mp3;
}

bool is_pdf(ByteView head) { return begins(head, "%PDF-"); }
bool is_jxl(ByteView head) { return begins(head, "JXL ", 4) || begins(head, "\xFF\x0A"); }

bool is_bmff(ByteView head) {
  for (const std::string_view type :
       {"ftyp", "styp", "moov", "moof", "mdat", "free", "skip", "wide", "uuid", "sidx", "emsg", "pnot", "meta"}) {
    if (begins(head, type, 4)) return true;
  }
  return false;
}

bool is_svg(ByteView head) {
  const std::string_view text = as_text(head);
  const auto first = text.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  return first != std::string_view::npos && text[first] == '<' && text.find("<svg") != std::string_view::npos;
}

constexpr AssetMap kTable[] = {
    {Container::jpeg, is_jpeg, locate_jpeg, plan_jpeg, frame_jpeg, boxes_jpeg},
    {Container::png, is_png, locate_png, plan_png, frame_png, boxes_png},
    {Container::riff, is_riff, locate_riff, plan_riff, frame_riff, boxes_riff},
    {Container::gif, is_gif, locate_gif, plan_gif, frame_gif, boxes_gif},
    {Container::tiff, is_tiff, locate_tiff, plan_tiff, frame_bare, nullptr},
    {Container::sidecar, is_sidecar, locate_sidecar, nullptr, nullptr, nullptr},
    {Container::jxl, is_jxl, locate_jxl, plan_jxl, frame_jxl, boxes_jxl},
    {Container::bmff, is_bmff, locate_bmff, plan_bmff, frame_bmff, nullptr},
    {Container::id3, is_id3, locate_id3, plan_id3, frame_bare, nullptr},
    {Container::pdf, is_pdf, locate_pdf, nullptr, nullptr, nullptr},
    {Container::svg, is_svg, locate_svg, plan_svg, frame_svg, nullptr},
};

}  // namespace

const AssetMap* asset_map(ByteView head) {
  const auto row = std::ranges::find_if(kTable, [&](const AssetMap& map) { return map.is(head); });
  return row == std::end(kTable) ? nullptr : row;
}

const AssetMap* asset_map(Container container) {
  const auto row = std::ranges::find(kTable, container, &AssetMap::container);
  return row == std::end(kTable) ? nullptr : row;
}

bool has_unread_place(ByteView head) {
  return begins(head, "PK\x03\x04") || begins(head, "OggS") || begins(head, "RF64") || begins(head, "II+\0"sv) ||
         begins(head, "MM\0+"sv);
}

}  // namespace bonafide::provenance::c2pa
