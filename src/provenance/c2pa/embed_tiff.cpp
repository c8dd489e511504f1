// Embedding into TIFF and DNG (C2PA 2.5 §A.3.8): tag 52545 in the last main directory, the store at the end of the
// file. Offsets in a TIFF count from its start, so nothing that is there may move: directories are written anew at the
// end.
#include <algorithm>

#include "provenance/c2pa/embedders.h"
#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::uint16_t kTag = 52545, kUndefined = 7;
constexpr std::uint64_t kEntry = 12, kLargest = 0xFFFFFFFF;

struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t pointer = 0;  ///< where that offset is written
  std::uint64_t count = 0;
  std::uint64_t next = 0;  ///< the next directory; 0: the last one
  std::uint64_t length() const { return 2 + kEntry * count + 4; }
  std::uint64_t end() const { return offset + length(); }
};

class TiffEmbedder {
 public:
  TiffEmbedder(const media::ByteSource& source, const EmbedRequest& request, const Context& context)
      : source_(source), request_(request), context_(context), window_(source), splicer_(Container::tiff) {}

  Result<Splice> run() {
    TRY(read_chain());
    TRY(keep_apart());
    if (!request_.existing->found())
      TRY(add());
    else if (request_.store_size)
      TRY(replace());
    else
      TRY(take_out());
    Splice splice = splicer_.finish();
    splice.big_endian = big_endian_;
    return splice;
  }

 private:
  Bytes u32(std::uint64_t value) const { return number(value, 4, big_endian_); }
  std::uint64_t even_end() const { return source_.size() + (source_.size() & 1); }

  Result<void> read_chain() {
    big_endian_ = TRY(window_.u8(0)) == 'M';
    int nodes = 0;
    for (std::uint64_t pointer = 4;;) {
      Directory directory;
      directory.pointer = pointer;
      directory.offset = TRY(window_.u32(pointer, big_endian_));
      if (directory.offset == 0) break;
      TRY(count_node(context_, nodes, pointer));
      if (std::ranges::find(chain_, directory.offset, &Directory::offset) != chain_.end()) {
        return make_error(Code::corrupt, "the TIFF directories form a circle", pointer);
      }
      directory.count = TRY(window_.u16(directory.offset, big_endian_));
      pointer = directory.offset + 2 + kEntry * directory.count;
      directory.next = TRY(window_.u32(pointer, big_endian_));
      chain_.push_back(directory);
      if (chain_.size() > kMostPages) return make_error(Code::limit, "too many pages in the TIFF file", pointer);
    }
    if (chain_.empty()) return make_error(Code::corrupt, "a TIFF file without a directory", 4);
    return {};
  }

  /// The old store may lie anywhere but over what is read or set anew.
  Result<void> keep_apart() const {
    for (const Range& store : request_.existing->framing) {
      const bool over = std::ranges::any_of(chain_, [&](const Directory& directory) {
        return store.start < directory.end() && directory.offset < store.end();
      });
      if (over || store.start < 8) return make_error(Code::corrupt, "the store lies over a directory", store.start);
    }
    return {};
  }

  /// The entries of a directory but ours, and ours at its place when `store` says where the store is.
  Result<Bytes> entries(const Directory& directory, std::optional<Range> store, std::uint64_t& count) {
    const Bytes old = TRY(read_exactly(source_, directory.offset + 2, kEntry * directory.count));
    Bytes made;
    count = 0;
    const auto add_ours = [&] {
      append_number(made, kTag, 2, big_endian_);
      append_number(made, kUndefined, 2, big_endian_);
      append_number(made, store->length, 4, big_endian_);
      ours_ = made.size();  // where the offset will stand
      append_number(made, store->start, 4, big_endian_);
      ++count;
    };
    bool done = !store;
    for (std::size_t at = 0; at < old.size(); at += kEntry) {
      ByteReader reader(ByteView(old).subspan(at, kEntry));
      const std::uint16_t tag = big_endian_ ? TRY(reader.u16be()) : TRY(reader.u16le());
      if (tag == kTag) continue;
      if (!done && tag > kTag) {
        add_ours();
        done = true;
      }
      made.insert(made.end(), old.begin() + static_cast<std::ptrdiff_t>(at),
                  old.begin() + static_cast<std::ptrdiff_t>(at + kEntry));
      ++count;
    }
    if (!done) add_ours();
    if (count > 0xFFFF) return make_error(Code::limit, "a TIFF directory cannot hold one entry more", directory.offset);
    return made;
  }

  /// [count][entries][next]
  Bytes directory_of(std::uint64_t count, const Bytes& entries, std::uint64_t next) const {
    Bytes made = number(count, 2, big_endian_);
    made.insert(made.end(), entries.begin(), entries.end());
    append_number(made, next, 4, big_endian_);
    return made;
  }

  /// One page: its directory again, with the store. Several: a directory of the store's own behind them.
  Result<void> add() {
    const std::uint64_t store_size = *request_.store_size, place = even_end();
    const bool one_page = chain_.size() == 1;
    const Directory& last = chain_.back();
    Directory none;
    none.offset = last.offset;
    std::uint64_t count = 0;
    const std::uint64_t length = one_page ? last.length() + kEntry : 2 + kEntry + 4;
    // an entry that holds no store is left out, which makes the directory shorter than this
    const Range wanted{place + length, store_size};
    Bytes list = TRY(entries(one_page ? last : none, wanted, count));
    const std::uint64_t start = place + 2 + list.size() + 4;
    if (start + store_size > kLargest) return make_error(Code::limit, "a TIFF file cannot grow beyond 4 GiB");
    std::ranges::copy(u32(start), list.begin() + static_cast<std::ptrdiff_t>(ours_));
    const std::uint64_t field = place + 2 + ours_ - 4;
    splicer_.overwrite(one_page ? last.pointer : last.offset + 2 + kEntry * last.count, u32(place));
    splicer_.copy_until(0, source_.size());
    splicer_.literal(Bytes(static_cast<std::size_t>(place - source_.size())));
    splicer_.literal(directory_of(count, list, 0));
    splicer_.frame(store_size, store_size);
    splicer_.splice().optional_framing.push_back({field, 4});
    return {};
  }

  Result<Range> count_field() const {
    if (request_.existing->optional_framing.empty()) return make_error(Code::internal, "a store without its tag");
    return request_.existing->optional_framing.front();
  }

  /// In its place where that is the end of the file or large enough, otherwise at the end.
  Result<void> replace() {
    const Range old = request_.existing->framing.front(), field = TRY(count_field());
    std::uint64_t size = *request_.store_size;
    const bool at_end = old.end() == source_.size();
    if (request_.update && (size <= old.length || !at_end || !is_left_out(*request_.existing, field))) {
      if (size > old.length) return no_room(size, old.length);
      size = old.length;
    }
    if (!at_end && size < old.length) size = old.length;  // the rest is room for later
    splicer_.splice().optional_framing.push_back(field);
    splicer_.overwrite(field.start, u32(size));
    if (at_end || size == old.length) {
      if (old.start + size > kLargest) return make_error(Code::limit, "a TIFF file cannot grow beyond 4 GiB");
      splicer_.copy_until(0, old.start);
      splicer_.frame(size, size);
      splicer_.copy_until(old.end(), source_.size());
      return {};
    }
    if (even_end() + size > kLargest) return make_error(Code::limit, "a TIFF file cannot grow beyond 4 GiB");
    splicer_.overwrite(field.end(), u32(even_end()));
    write({{old, Bytes(static_cast<std::size_t>(old.length))}});
    splicer_.literal(Bytes(static_cast<std::size_t>(source_.size() & 1)));
    splicer_.frame(size, size);
    return {};
  }

  struct Edit {
    Range old;
    Bytes made;
  };
  void write(std::vector<Edit> edits) {
    std::ranges::sort(edits, {}, [](const Edit& edit) { return edit.old.start; });
    std::uint64_t at = 0;
    for (Edit& edit : edits) {
      splicer_.copy_until(at, edit.old.start);
      splicer_.literal(std::move(edit.made));
      at = edit.old.end();
    }
    splicer_.copy_until(at, source_.size());
  }

  Result<void> take_out() {
    const Range old = request_.existing->framing.front(), field = TRY(count_field());
    const auto holder = std::ranges::find_if(chain_, [&](const Directory& directory) {
      return field.start >= directory.offset && field.end() <= directory.end();
    });
    if (holder == chain_.end())
      return make_error(Code::corrupt, "the tag of the store is in no directory", field.start);
    std::uint64_t count = 0;
    const Bytes list = TRY(entries(*holder, std::nullopt, count));
    Bytes shorter = directory_of(count, list, holder->next);
    const bool at_end = old.end() == source_.size();
    const bool added = at_end && holder->end() == old.start;  // as it is written here
    const Edit all{{holder->offset, source_.size() - holder->offset}, {}};
    const Edit emptied{old, Bytes(static_cast<std::size_t>(at_end ? 0 : old.length))};
    if (count == 0 && chain_.size() > 1) {  // no other entry: nobody needs the directory
      splicer_.overwrite(holder->pointer, u32(holder->next));
      write({added ? all : emptied});
      return {};
    }
    const auto before = added ? TRY(original_of(*holder, shorter)) : std::nullopt;
    if (before) {
      splicer_.overwrite(holder->pointer, u32(*before));
      write({all});
      return {};
    }
    if (!added) shorter.resize(static_cast<std::size_t>(holder->length()));  // zeros: what follows stays in its place
    write({{{holder->offset, holder->length()}, std::move(shorter)}, emptied});
    return {};
  }

  /// Where the directory stood before a store was added: right before, or at the start of the file.
  Result<std::optional<std::uint64_t>> original_of(const Directory& holder, const Bytes& wanted) {
    constexpr std::uint64_t kFirst = 8;
    std::vector<std::uint64_t> places{kFirst};
    if (holder.offset >= kFirst + wanted.size()) places.push_back(holder.offset - wanted.size());
    for (const std::uint64_t place : places) {
      if (place + wanted.size() > holder.offset) continue;
      if (TRY(read_exactly(source_, place, wanted.size())) == wanted) return std::optional(place);
    }
    return std::optional<std::uint64_t>();
  }

  static constexpr std::size_t kMostPages = 4096;  // each is compared with all before it

  const media::ByteSource& source_;
  const EmbedRequest& request_;
  const Context& context_;
  Window window_;
  Splicer splicer_;
  bool big_endian_ = false;
  std::vector<Directory> chain_;
  std::size_t ours_ = 0;
};

}  // namespace

Result<Splice> plan_tiff(const media::ByteSource& source, const EmbedRequest& request, const Context& context) {
  return TiffEmbedder(source, request, context).run();
}

}  // namespace bonafide::provenance::c2pa
