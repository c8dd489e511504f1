// ISO base media files, inside the room: what bmff.cpp (boxes, movies), bmff_tags.cpp (udta, ilst) and bmff_items.cpp
// (HEIF pictures) share. ISO/IEC 14496-12; QuickTime File Format 2001 for what differs.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "media/container/walkers.h"

namespace bonafide::media::bmff {

struct Box {
  std::string type;  ///< four characters
  Region whole;      ///< header included, cut to what the parent holds
  Region body;
};

/// Reads the header at `at`; a box that runs past `parent` is cut and `cut_off` tells by how many bytes.
struct Header {
  Box box;
  std::uint64_t cut_off = 0;
};
Result<Header> read_header(Walk& walk, std::uint64_t at, Region parent);

/// QuickTime and iTunes tags: `keys` from moov/meta, then entries of ilst and udta.
class Tags {
 public:
  explicit Tags(Walk& walk) : walk_(walk) {}
  Result<void> keys(const Box& box);
  /// An entry of ilst: holds `data` boxes.
  Result<void> item(const Box& box, int depth);
  /// An entry of udta that is text (types beginning with (c), and a few more).
  Result<void> user_data(const Box& box);

 private:
  Walk& walk_;
  std::vector<std::string> keys_;
};

/// HEIF's items: where Exif and XMP lie, the primary picture's size and how it is turned.
class Items {
 public:
  explicit Items(Walk& walk) : walk_(walk) {}
  Result<void> primary(const Box& pitm);
  Result<void> info(const Box& infe);
  Result<void> locations(const Box& iloc);
  void data(const Box& idat) { data_ = idat.body; }
  Result<void> property(const Box& box);  ///< a child of ipco, in order
  Result<void> associations(const Box& ipma);
  /// After all of the above.
  Result<void> finish();

 private:
  struct Item {
    std::string type;
    std::string mime;
    int method = -1;
    std::optional<Region> extent;  ///< only items in one piece
    std::vector<std::size_t> properties;
  };
  struct Property {
    std::string type;
    std::uint32_t a = 0, b = 0;
  };
  void settle_picture();
  Walk& walk_;
  std::uint32_t primary_ = 0;
  std::map<std::uint32_t, Item> items_;
  std::vector<Property> properties_;
  Region data_;
};

}  // namespace bonafide::media::bmff
