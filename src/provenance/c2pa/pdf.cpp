#include "provenance/c2pa/pdf.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>

namespace bonafide::provenance::c2pa {

namespace {

using Kind = PdfObject::Kind;

constexpr std::size_t kFirstTry = 4096, kMostObject = 256 * 1024;  // bytes of one object, its stream aside
constexpr std::size_t kMostSections = 4096;
constexpr int kMostReferences = 16;  // from one to the next

bool is_space(std::uint8_t c) { return c == 0 || c == 9 || c == 10 || c == 12 || c == 13 || c == 32; }
bool is_digit(std::uint8_t c) { return c >= '0' && c <= '9'; }

std::uint64_t natural(const PdfObject* object, std::uint64_t otherwise) {
  const bool fits = object != nullptr && object->is(Kind::integer) && object->number >= 0;
  return fits ? static_cast<std::uint64_t>(object->number) : otherwise;
}

Result<Bytes> inflated(Bytes packed, std::uint64_t most) {
  Bytes made;
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return make_error(Code::unavailable, "zlib does not start");
  stream.next_in = packed.data();
  stream.avail_in = static_cast<uInt>(packed.size());
  int state = Z_OK;
  while (state == Z_OK && made.size() <= most) {
    constexpr std::size_t kStep = 64 * 1024;
    const std::size_t had = made.size();
    made.resize(had + kStep);
    stream.next_out = made.data() + had;
    stream.avail_out = static_cast<uInt>(kStep);
    state = inflate(&stream, Z_NO_FLUSH);
    made.resize(made.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (made.size() > most) return make_error(Code::limit, "a PDF stream unpacks to more than the limit");
  if (state != Z_STREAM_END) return make_error(Code::corrupt, "a packed PDF stream is damaged");
  return made;
}

/// The PNG predictors (ISO 32000-2, 7.4.4.4), of one byte a sample: what cross-reference streams use.
Result<Bytes> unpredicted(const Bytes& rows, std::uint64_t columns) {
  if (columns == 0 || columns > 64) return make_error(Code::unsupported, "a PDF predictor of an unusual width");
  const auto width = static_cast<std::size_t>(columns);
  Bytes made, above(width);
  for (std::size_t at = 0; at + width < rows.size(); at += width + 1) {
    const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(at + 1);
    Bytes row(begin, begin + static_cast<std::ptrdiff_t>(width));
    for (std::size_t i = 0; i < width; ++i) {
      const int left = i == 0 ? 0 : row[i - 1], up = above[i], corner = i == 0 ? 0 : above[i - 1];
      const int a = std::abs(up - corner), b = std::abs(left - corner), c = std::abs(left + up - 2 * corner);
      const int nearest = a <= b && a <= c ? left : b <= c ? up : corner;
      const int guesses[] = {0, left, up, (left + up) / 2, nearest};
      row[i] = static_cast<std::uint8_t>(row[i] + (rows[at] < 5 ? guesses[rows[at]] : 0));
    }
    made.insert(made.end(), row.begin(), row.end());
    above = std::move(row);
  }
  return made;
}

}  // namespace

Result<void> PdfFile::count() { return count_node(context_, nodes_, 0); }

Result<PdfObject> PdfFile::object_at(std::uint64_t offset, std::uint64_t& end) {
  TRY(count());
  if (offset >= source_.size()) return make_error(Code::corrupt, "a PDF object outside the file", offset);
  const std::uint64_t there = source_.size() - offset;
  for (std::size_t size = kFirstTry;; size *= 8) {
    const Bytes bytes = TRY(read_exactly(source_, offset, std::min<std::uint64_t>(size, there)));
    std::size_t used = 0;
    bool cut = false;
    auto object = parse_pdf_object(bytes, used, cut);
    if (object) {
      end = offset + used;
      return object;
    }
    if (!cut || bytes.size() == there) return std::move(object.error());
    if (size >= kMostObject) return make_error(Code::limit, "a PDF object is larger than the limit", offset);
  }
}

/// "12 0 obj" and the object.
Result<PdfFile::Indirect> PdfFile::indirect(std::uint64_t offset) {
  Indirect found;
  const PdfObject number = TRY(object_at(offset, found.end));
  const PdfObject generation = TRY(object_at(found.end, found.end));
  if (!number.is(Kind::integer) || number.number < 0 || !generation.is(Kind::integer)) {
    return make_error(Code::corrupt, "a PDF object was expected", offset);
  }
  found.number = static_cast<std::uint64_t>(number.number);
  while (is_space(TRY(window_.u8(found.end)))) ++found.end;
  if (as_text(TRY(window_.at(found.end, 3))) != "obj") {
    return make_error(Code::corrupt, "a PDF object was expected", offset);
  }
  found.object = TRY(object_at(found.end + 3, found.end));
  return found;
}

Result<std::uint64_t> PdfFile::start_of_xref() {
  constexpr std::uint64_t kTail = 4096;
  const std::uint64_t size = std::min(source_.size(), kTail);
  const Bytes tail = TRY(read_exactly(source_, source_.size() - size, size));
  const std::size_t at = as_text(tail).rfind("startxref");
  if (at == std::string_view::npos) return make_error(Code::corrupt, "a PDF file without a cross-reference");
  std::size_t digit = at + 9;
  while (digit < tail.size() && is_space(tail[digit])) ++digit;
  std::uint64_t offset = 0;
  for (; digit < tail.size() && is_digit(tail[digit]) && offset < source_.size(); ++digit) {
    offset = offset * 10 + (tail[digit] - '0');
  }
  return offset;
}

Result<void> PdfFile::open() {
  std::vector<std::uint64_t> seen, waiting{TRY(start_of_xref())};
  for (bool first = true; !waiting.empty(); first = false) {
    const std::uint64_t offset = waiting.back();
    waiting.pop_back();
    if (std::ranges::find(seen, offset) != seen.end()) {
      return make_error(Code::corrupt, "the cross-references of the PDF file form a circle", offset);
    }
    seen.push_back(offset);
    if (seen.size() > kMostSections) return make_error(Code::limit, "too many updates in the PDF file", offset);
    PdfObject trailer = TRY(read_section(offset));
    const PdfObject* const previous = trailer.find("Prev");
    const PdfObject* const hybrid = trailer.find("XRefStm");  // for readers that know object streams; before Prev
    if (previous != nullptr) waiting.push_back(natural(previous, 0));
    if (hybrid != nullptr) waiting.push_back(natural(hybrid, 0));
    if (first) trailer_ = std::move(trailer);
  }
  return {};
}

Result<PdfObject> PdfFile::read_section(std::uint64_t offset) {
  while (is_space(TRY(window_.u8(offset)))) ++offset;
  const bool table = as_text(TRY(window_.at(offset, 4))) == "xref";
  return table ? read_table(offset + 4) : read_xref_stream(offset);
}

/// Sections of "first count" and entries of twenty bytes, then "trailer" and its dictionary. Entries are read when they
/// are asked for.
Result<PdfObject> PdfFile::read_table(std::uint64_t offset) {
  for (;;) {
    TRY(count());
    while (is_space(TRY(window_.u8(offset)))) ++offset;
    if (!is_digit(TRY(window_.u8(offset)))) break;
    const PdfObject first = TRY(object_at(offset, offset)), number = TRY(object_at(offset, offset));
    if (!first.is(Kind::integer) || !number.is(Kind::integer)) {
      return make_error(Code::corrupt, "a cross-reference table without its counts", offset);
    }
    Section section;
    section.first = natural(&first, 0);
    section.count = natural(&number, 0);
    while (is_space(TRY(window_.u8(offset)))) ++offset;
    section.offset = offset;
    if (section.count > 0 && !is_space(TRY(window_.u8(offset + 19)))) section.width = 19;  // one byte ends the lines
    if (section.count > (source_.size() - offset) / section.width) {
      return make_error(Code::corrupt, "a cross-reference table runs past the end of the file", offset);
    }
    sections_.push_back(section);
    offset += section.count * section.width;
  }
  if (as_text(TRY(window_.at(offset, 7))) != "trailer") {
    return make_error(Code::corrupt, "a cross-reference table without a trailer", offset);
  }
  PdfObject trailer = TRY(object_at(offset + 7, offset));
  if (!trailer.is(Kind::dictionary)) return make_error(Code::corrupt, "a PDF trailer that is no dictionary", offset);
  return trailer;
}

Result<PdfObject> PdfFile::read_xref_stream(std::uint64_t offset) {
  const Indirect holder = TRY(indirect(offset));
  const auto found = TRY(stream_at(holder));
  const PdfObject* const widths = found ? found->dictionary.find("W") : nullptr;
  if (widths == nullptr || widths->items.size() != 3) {
    return make_error(Code::corrupt, "a cross-reference was expected here", offset);
  }
  XrefStream stream;
  std::uint64_t width = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    stream.widths[i] = natural(&widths->items[i], 9);
    if (stream.widths[i] > 8) return make_error(Code::corrupt, "a cross-reference with fields too wide", offset);
    width += stream.widths[i];
  }
  if (width == 0) return make_error(Code::corrupt, "a cross-reference without fields", offset);
  stream.entries = TRY(decoded(*found, room_));
  room_ -= stream.entries.size();
  add_sections(found->dictionary, std::move(stream), width);
  return found->dictionary;
}

void PdfFile::add_sections(const PdfObject& dictionary, XrefStream stream, std::uint64_t width) {
  std::vector<std::uint64_t> ranges{0, natural(dictionary.find("Size"), 0)};
  if (const PdfObject* const index = dictionary.find("Index"); index != nullptr) {
    ranges.clear();
    for (const PdfObject& item : index->items) ranges.push_back(natural(&item, 0));
  }
  std::uint64_t at = 0;
  for (std::size_t i = 0; i + 1 < ranges.size(); i += 2) {
    const std::uint64_t left = (stream.entries.size() - at) / width;
    const Section section{ranges[i], std::min(ranges[i + 1], left), at, width, streams_.size() + 1};
    sections_.push_back(section);
    at += section.count * width;
  }
  streams_.push_back(std::move(stream));
}

Result<PdfFile::Place> PdfFile::place_of(std::uint64_t number) {
  Place place;
  const auto section = std::ranges::find_if(
      sections_, [&](const Section& each) { return number >= each.first && number - each.first < each.count; });
  if (section == sections_.end()) return place;
  const std::uint64_t at = section->offset + (number - section->first) * section->width;
  if (section->stream == 0) {
    const ByteView line = TRY(window_.at(at, 18));
    place.type = line[17] == 'n' ? 1 : 0;
    for (std::size_t i = 0; i < 10 && is_digit(line[i]); ++i) place.value = place.value * 10 + (line[i] - '0');
    return place;
  }
  const XrefStream& stream = streams_[section->stream - 1];
  std::array<std::uint64_t, 3> fields{1, 0, 0};  // the type may be left out
  auto byte = static_cast<std::size_t>(at);
  for (std::size_t i = 0; i < 3; ++i) {
    if (stream.widths[i] > 0) fields[i] = 0;
    for (std::uint64_t k = 0; k < stream.widths[i]; ++k) fields[i] = fields[i] << 8 | stream.entries[byte++];
  }
  place.type = static_cast<std::uint8_t>(fields[0] > 2 ? 0 : fields[0]);
  place.value = fields[1];
  place.index = fields[2];
  return place;
}

/// An object stream's content: where the objects begin (8 bytes, big-endian), then all of it, and something behind the
/// last object to end it.
Result<ByteView> PdfFile::unpacked(std::uint64_t container) {
  if (const auto known = unpacked_.find(container); known != unpacked_.end()) return ByteView(known->second);
  const Place place = TRY(place_of(container));
  if (place.type != 1) return make_error(Code::corrupt, "an object stream that is not in the PDF file");
  const Indirect holder = TRY(indirect(place.value));
  const auto found = TRY(stream_at(holder));
  const PdfObject* const type = found ? found->dictionary.find("Type") : nullptr;
  if (type == nullptr || !type->is_name("ObjStm")) {
    return make_error(Code::corrupt, "an object stream was expected", place.value);
  }
  const Bytes bytes = TRY(decoded(*found, room_));
  room_ -= bytes.size();
  const std::uint64_t first = natural(found->dictionary.find("First"), bytes.size() + 1);
  if (first > bytes.size()) return make_error(Code::corrupt, "an object stream is damaged", place.value);
  Bytes& kept = unpacked_[container];
  for (int shift = 56; shift >= 0; shift -= 8) kept.push_back(static_cast<std::uint8_t>(first >> shift));
  kept.insert(kept.end(), bytes.begin(), bytes.end());
  const std::string_view end = " null null ";
  kept.insert(kept.end(), end.begin(), end.end());
  return ByteView(kept);
}

/// Object `index` of an object stream (7.5.7): pairs of number and offset, then the objects.
Result<PdfObject> PdfFile::packed(std::uint64_t container, std::uint64_t index, std::uint64_t number) {
  const ByteView kept = TRY(unpacked(container));
  const std::uint64_t first = TRY(ByteReader(kept).u64be());
  const ByteView all = kept.subspan(8);
  std::size_t at = 0, used = 0;
  bool cut = false;
  for (std::uint64_t i = 0;; ++i) {
    TRY(count());
    const PdfObject name = TRY(parse_pdf_object(all.subspan(at), used, cut));
    at += used;
    const PdfObject offset = TRY(parse_pdf_object(all.subspan(at), used, cut));
    at += used;
    if (at > first || !name.is(Kind::integer)) return make_error(Code::corrupt, "an object is not in its stream");
    if (i < index) continue;
    const std::uint64_t start = natural(&offset, all.size());
    if (natural(&name, 0) != number || start >= all.size() - first) {
      return make_error(Code::corrupt, "an object is not in its stream");
    }
    return parse_pdf_object(all.subspan(static_cast<std::size_t>(first + start)), used, cut);
  }
}

Result<PdfObject> PdfFile::resolve(const PdfObject& object) {
  PdfObject current = object;
  for (int step = 0; step < kMostReferences; ++step) {
    if (!current.is(Kind::reference)) return current;
    const auto number = static_cast<std::uint64_t>(current.number);
    const Place place = TRY(place_of(number));
    if (place.type == 0) return PdfObject();
    if (place.type == 2) {
      current = TRY(packed(place.value, place.index, number));
      continue;
    }
    Indirect found = TRY(indirect(place.value));
    if (found.number != number) return make_error(Code::corrupt, "another PDF object was expected", place.value);
    current = std::move(found.object);
  }
  return make_error(Code::corrupt, "PDF references that lead nowhere");
}

Result<PdfObject> PdfFile::entry(const PdfObject& dictionary, std::string_view key) {
  const PdfObject* const found = dictionary.find(key);
  return found == nullptr ? Result<PdfObject>(PdfObject()) : resolve(*found);
}

Result<std::optional<PdfStream>> PdfFile::stream(const PdfObject& reference) {
  if (!reference.is(Kind::reference)) return std::optional<PdfStream>();
  const auto number = static_cast<std::uint64_t>(reference.number);
  const Place place = TRY(place_of(number));
  if (place.type != 1) return std::optional<PdfStream>();
  const Indirect found = TRY(indirect(place.value));
  if (found.number != number) return make_error(Code::corrupt, "another PDF object was expected", place.value);
  return stream_at(found);
}

/// "stream", one end of line, the data as long as Length says, "endstream".
Result<std::optional<PdfStream>> PdfFile::stream_at(const Indirect& found) {
  std::uint64_t at = found.end;
  while (is_space(TRY(window_.u8(at)))) ++at;
  if (!found.object.is(Kind::dictionary) || as_text(TRY(window_.at(at, 6))) != "stream") {
    return std::optional<PdfStream>();
  }
  at += 6;
  if (TRY(window_.u8(at)) == '\r') ++at;
  if (TRY(window_.u8(at)) == '\n') ++at;
  if (++depth_ > kMostReferences) return make_error(Code::limit, "PDF streams whose length hangs on other streams");
  const PdfObject length = TRY(entry(found.object, "Length"));
  --depth_;
  PdfStream stream{found.object, {at, natural(&length, source_.size())}};
  if (stream.data.length > source_.size() - at) return make_error(Code::corrupt, "a PDF stream has no end", at);
  at = stream.data.end();
  while (is_space(TRY(window_.u8(at)))) ++at;
  if (as_text(TRY(window_.at(at, 9))) != "endstream") {
    return make_error(Code::corrupt, "a PDF stream is not as long as it says", stream.data.start);
  }
  return std::optional(std::move(stream));
}

Result<Bytes> PdfFile::decoded(const PdfStream& stream, std::uint64_t most) {
  if (stream.data.length > most) return make_error(Code::limit, "a PDF stream is larger than the limit");
  Bytes bytes = TRY(read_exactly(source_, stream.data.start, stream.data.length));
  const PdfObject filter = TRY(entry(stream.dictionary, "Filter"));
  const bool several = filter.is(Kind::array);
  if (filter.is(Kind::null) || (several && filter.items.empty())) return bytes;
  if ((several && filter.items.size() > 1) || !(several ? filter.items[0] : filter).is_name("FlateDecode")) {
    return make_error(Code::unsupported, "a PDF stream that is packed otherwise than by FlateDecode");
  }
  bytes = TRY(inflated(std::move(bytes), most));
  PdfObject options = TRY(entry(stream.dictionary, "DecodeParms"));
  if (options.is(Kind::array)) options = options.items.empty() ? PdfObject() : PdfObject(options.items[0]);
  const std::uint64_t predictor = natural(options.find("Predictor"), 1);
  if (predictor < 2) return bytes;
  if (predictor < 10) return make_error(Code::unsupported, "a PDF stream with a TIFF predictor");
  return unpredicted(bytes, natural(options.find("Columns"), 1));
}

}  // namespace bonafide::provenance::c2pa
