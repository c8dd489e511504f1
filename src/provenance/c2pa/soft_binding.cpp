#include "provenance/c2pa/soft_binding.h"

#include "provenance/c2pa/cbor_map.h"

namespace bonafide::provenance::c2pa {

namespace {

Error broken(const char* how) { return make_error(Code::corrupt, how); }

Result<SoftBindingBlock> read_block(const cbor::Value& value) {
  SoftBindingBlock block;
  const cbor::Value* const content = value.find("value");
  if (content != nullptr && content->text()) block.value = *content->text();
  if (content != nullptr && content->bytes()) block.value = to_hex(*content->bytes());
  if (block.value.empty()) return broken("a soft binding without a value");
  const cbor::Value* const scope = value.find("scope");
  const cbor::Value* const span = scope == nullptr ? nullptr : scope->find("timespan");
  if (span == nullptr) return block;
  const cbor::Value* const start = span->find("start");
  const cbor::Value* const end = span->find("end");
  const std::int64_t from = start == nullptr ? -1 : start->integer().value_or(-1);
  const std::int64_t to = end == nullptr ? -1 : end->integer().value_or(-1);
  if (from < 0 || to < from) return broken("a soft binding of an impossible time");
  block.when = TimeSpan{static_cast<std::uint64_t>(from), static_cast<std::uint64_t>(to)};
  return block;
}

}  // namespace

Result<Bytes> write_soft_binding(const SoftBinding& binding) {
  const auto refused = [](const char* why) { return make_error(Code::invalid_argument, why); };
  if (binding.alg.empty()) return refused("a soft binding needs the name of its algorithm");
  if (binding.blocks.empty()) return refused("a soft binding needs a value");
  std::vector<Bytes> blocks;
  for (const SoftBindingBlock& block : binding.blocks) {
    if (block.value.empty()) return refused("a soft binding needs a value");
    CborMap scope;
    if (block.when) {
      if (block.when->end < block.when->start) return refused("a soft binding that ends before it begins");
      scope.raw("timespan", CborMap()
                                .integer("start", static_cast<std::int64_t>(block.when->start))
                                .integer("end", static_cast<std::int64_t>(block.when->end))
                                .take());
    }
    blocks.push_back(CborMap().raw("scope", scope.take()).text("value", block.value).take());
  }
  // The padding is there for writers who fill values in later; c2pa-rs wants it even when it is empty.
  return CborMap().text("alg", binding.alg).raw("blocks", cbor_array(blocks)).bytes("pad", {}).take();
}

Result<SoftBinding> read_soft_binding(const cbor::Value& value) {
  SoftBinding binding;
  const cbor::Value* const alg = value.find("alg");
  if (alg != nullptr && alg->text()) binding.alg = *alg->text();
  const cbor::Value* const blocks = value.find("blocks");
  if (blocks == nullptr || !blocks->is(cbor::Type::array)) return broken("a soft binding without blocks");
  for (const cbor::Value& block : blocks->children) binding.blocks.push_back(TRY(read_block(block)));
  if (binding.blocks.empty()) return broken("a soft binding without blocks");
  return binding;
}

}  // namespace bonafide::provenance::c2pa
