#include "provenance/c2pa/fragments.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "provenance/c2pa/binding_forms.h"
#include "provenance/c2pa/bmff_tree.h"

namespace bonafide::provenance::c2pa {

Fragment file_fragment(const std::string& path) {
  return {path, [path]() -> Result<std::shared_ptr<const media::ByteSource>> {
            return std::shared_ptr<const media::ByteSource>(
                std::make_shared<media::FileSource>(TRY(FileReader::open(path))));
          }};
}

struct FragmentCheck::State {
  const cbor::Value* exclusions = nullptr;
  std::vector<MerkleMap> maps;  ///< those whose initialization segment this is
  std::string wrong;
};

FragmentCheck::FragmentCheck(std::unique_ptr<State> state) : state_(std::move(state)) {}
FragmentCheck::FragmentCheck(FragmentCheck&&) noexcept = default;
FragmentCheck::~FragmentCheck() = default;

const std::string& FragmentCheck::wrong() const { return state_->wrong; }

Result<FragmentCheck> FragmentCheck::open(const cbor::Value& binding, crypto::HashAlgorithm fallback,
                                          const media::ByteSource& init, const Context& context, HashTrace& trace) {
  auto state = std::make_unique<State>();
  state->exclusions = present(binding, "exclusions");
  const BmffCover cover = TRY(BmffCover::of(init, state->exclusions, context));
  state->wrong = cover.malformed();
  if (state->wrong.empty() && !cover.complete()) state->wrong = "there are bytes after the last box";
  const cbor::Value* const trees = present(binding, "merkle");
  if (trees == nullptr || trees->children.empty()) state->wrong = "the binding holds no tree for fragments";
  if (!state->wrong.empty()) return FragmentCheck(std::move(state));
  std::map<crypto::HashAlgorithm, Bytes> digests;
  std::string why;
  for (const cbor::Value& entry : trees->children) {
    const auto map = MerkleMap::read(entry, fallback, why);
    // A tree without the hash of its initialization segment would leave that open to anyone (c2pa-rs #2609).
    if (map && map->init_hash == nullptr) why = "a tree does not name its initialization segment";
    if (!why.empty()) {
      state->wrong = why;
      return FragmentCheck(std::move(state));
    }
    if (!digests.contains(map->algorithm)) {
      digests[map->algorithm] = TRY(cover.hash({0, init.size()}, true, map->algorithm, context, trace));
    }
    // Each rendition of a stream has an initialization segment and trees of its own; all of them stand in one binding.
    if (std::ranges::equal(map->init_hash->content, digests[map->algorithm])) state->maps.push_back(*map);
  }
  if (state->maps.empty()) state->wrong = "the initialization segment was changed after signing";
  return FragmentCheck(std::move(state));
}

Result<FragmentCheck::Answer> FragmentCheck::one(const media::ByteSource& fragment, const Context& context,
                                                 HashTrace& trace) const {
  const auto broken = [](std::string why) {
    Answer answer;
    answer.wrong = std::move(why);
    return answer;
  };
  auto covered = BmffCover::of(fragment, state_->exclusions, context);
  if (!covered && covered.error().code == Code::corrupt) return broken(covered.error().message);
  const BmffCover cover = TRY(std::move(covered));
  if (!cover.complete()) return broken("there are bytes after the last box");
  auto found = merkle_boxes(fragment, cover.roots());
  if (!found && found.error().code == Code::corrupt) return broken(found.error().message);
  const std::vector<MerkleBox> boxes = TRY(std::move(found));
  if (boxes.empty()) return broken("there is no proof in it");
  Answer answer;
  std::map<crypto::HashAlgorithm, Bytes> digests;
  for (const MerkleBox& box : boxes) {
    const auto map = std::ranges::find_if(
        state_->maps, [&](const MerkleMap& m) { return m.unique == box.unique && m.local == box.local; });
    if (map == state_->maps.end()) return broken("its proof is for a stream that this credential does not know");
    if (!digests.contains(map->algorithm)) {
      digests[map->algorithm] = TRY(cover.hash({0, fragment.size()}, true, map->algorithm, context, trace));
    }
    if (!TRY(proven(fragment, box, *map, digests[map->algorithm]))) return broken("it was changed after signing");
    answer.unique = map->unique;
    answer.local = map->local;
    answer.location = box.location;
    answer.count = map->count;
  }
  const BmffCover::Offsets offsets = TRY(cover.offsets(context));
  answer.wrong = offsets.wrong;
  answer.unseen = offsets.unseen;
  return answer;
}

Result<FragmentCheck::Answer> FragmentCheck::all(const std::vector<Fragment>& fragments, const Context& context,
                                                 HashTrace& trace) const {
  std::vector<Answer> answers(fragments.size());
  Context quiet = context;  // the other threads tell no progress
  quiet.progress = nullptr;
  const bool explain = trace.on;
  const auto worker = [&](bool own) {
    return [&, own](std::size_t i) -> Result<void> {
      HashTrace none;
      const auto source = TRY(fragments[i].open());
      answers[i] = TRY(one(*source, quiet, explain ? trace : none));
      if (own) context.report("verifying", i + 1, fragments.size());
      return {};
    };
  };
  TRY(side_by_side(explain ? 1 : 0, fragments.size(), worker));
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> next;  // by tree: the least place that may come
  Answer last;
  bool unseen = false;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    Answer& answer = answers[i];
    std::uint64_t& least = next[{answer.unique, answer.local}];
    if (answer.wrong.empty() && answer.location < least) answer.wrong = "it is out of order";
    least = answer.location + 1;
    unseen = unseen || answer.unseen;
    last = answer;
    if (answer.wrong.empty()) continue;
    last.wrong = fmt::format("the fragment {} does not hold: {}", fragments[i].name, answer.wrong);
    return last;
  }
  last.unseen = unseen;
  return last;
}

}  // namespace bonafide::provenance::c2pa
