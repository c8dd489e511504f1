#include "provenance/c2pa/sign.h"

#include <algorithm>

#include "provenance/c2pa/compressed.h"
#include "provenance/c2pa/store.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr int kMostRounds = 8;  // sizes of sizes settle in two or three

struct Prepared {
  Splice splice;
  std::optional<HardBinding> binding;  ///< a placeholder of the right size
  bool alone = false;
};

/// The store's size depends on the binding, whose numbers depend on where the store ends: goes round until it fits.
Result<Prepared> prepare(const media::ByteSource& source, const Located& located, const Builder& builder,
                         const SignPlan& plan, std::size_t signature_size, const Context& context) {
  Prepared prepared;
  BindOptions bind = plan.bind;
  bind.placeholder = true;
  const std::uint64_t room = plan.keep_place && located.found() ? located.stores.front().size() : 0;
  std::uint64_t size = std::max(room, builder.placeholder({}, signature_size).size() + plan.reserve);
  for (int round = 0; round < kMostRounds; ++round) {
    EmbedRequest request;
    request.existing = &located;
    request.update = plan.update;
    request.proofs = plan.bind.proofs;
    if (!plan.detached) request.store_size = size;
    prepared.splice = TRY(plan_embedding(source, request, context));
    prepared.alone = prepared.splice.purpose == "update";
    if (!plan.update) {
      const SplicedSource view(source, prepared.splice);
      prepared.binding = TRY(make_binding(view, prepared.splice, bind, context));
    }
    const std::uint64_t needed =
        builder.placeholder(prepared.binding, signature_size, prepared.alone).size() + plan.reserve;
    if (plan.detached || needed == size || (needed < size && size == room)) return prepared;
    if (needed < size && round + 2 >= kMostRounds) return prepared;  // zeros follow the store
    size = std::max(room, needed);
  }
  return make_error(Code::internal, "the size of the credential does not settle");
}

/// Compresses the signed manifest, whose size is only known now, and plans its place anew. Hashes by boxes do not know
/// where the store ends; whether one does is found out by making the binding again.
Result<void> compress(const media::ByteSource& source, const Located& located, const SignPlan& plan,
                      const std::optional<HardBinding>& binding, Splice& splice, Bytes& store, const Context& context) {
  if (binding && binding->label == "c2pa.hash.data") {
    return make_error(Code::invalid_argument, "a compressed credential cannot be bound by a data hash");
  }
  store = TRY(compress_active(store));
  if (plan.detached) return {};
  EmbedRequest request;
  request.existing = &located;
  request.update = plan.update;
  const std::uint64_t room = plan.keep_place && located.found() ? located.stores.front().size() : 0;
  request.store_size = std::max(room, store.size() + plan.reserve);
  splice = TRY(plan_embedding(source, request, context));
  if (!binding) return {};
  const SplicedSource view(source, splice);
  if (TRY(make_binding(view, splice, plan.bind, context)).cbor != binding->cbor) {
    return make_error(Code::unsupported, "in this kind of file the credential cannot be compressed");
  }
  return {};
}

/// Do the pieces copy everything but the frame to where it is already?
bool frame_alone(const Splice& splice, std::uint64_t size) {
  std::uint64_t at = 0;
  for (const Piece& piece : splice.pieces) {
    if (piece.kind == Piece::Kind::literal) return false;
    if (piece.kind == Piece::Kind::copy && piece.from.start != at) return false;
    at += piece.length;
  }
  return at == size;
}

}  // namespace

Result<SignedFile> sign_source(const media::ByteSource& source, const Located& located, const Builder& builder,
                               const SignPlan& asked, const Context& context) {
  SignPlan plan = asked;
  if (plan.compress && plan.bind.form == BindingForm::automatic && located.container != Container::bmff) {
    plan.bind.form = BindingForm::boxes;
  }
  const std::size_t signature_size = crypto::cose_size(plan.cose);
  Prepared prepared = TRY(prepare(source, located, builder, plan, signature_size, context));
  SignedFile file;
  std::optional<HardBinding> binding;
  if (prepared.binding) {
    const SplicedSource view(source, prepared.splice);
    binding = TRY(make_binding(view, prepared.splice, plan.bind, context));
    if (binding->cbor.size() != prepared.binding->cbor.size()) {
      return make_error(Code::internal, "the binding is not of the size that was planned");
    }
    file.binding = binding->label;
  }
  file.store = TRY(builder.finish(binding, plan.cose, signature_size, prepared.alone));
  if (plan.compress) TRY(compress(source, located, plan, binding, prepared.splice, file.store, context));
  if (!plan.detached) {
    file.framed = TRY(frame_store(prepared.splice, file.store));
    file.in_place = frame_alone(prepared.splice, source.size());
  }
  file.splice = std::move(prepared.splice);
  return file;
}

Result<void> write_signed(const media::ByteSource& source, const SignedFile& file, FileWriter& out,
                          const Context& context) {
  SplicedSource view(source, file.splice);
  view.fill(file.framed);
  Bytes buffer(std::size_t{1} << 20);
  for (std::uint64_t done = 0; done < view.size();) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    const std::uint64_t hole = view.data_from(done) - done;
    if (hole >= buffer.size()) {  // stays a hole
      TRY(out.skip(hole));
      done += hole;
      continue;
    }
    const std::size_t got = TRY(view.read_some(done, buffer));
    if (got == 0) return make_error(Code::io, "the file ended while it was read", done);
    TRY(out.write(ByteView(buffer).first(got)));
    done += got;
    context.report("writing", done, view.size());
  }
  return {};
}

Result<IngredientPlan> read_ingredient(const media::ByteSource& source, const Located& located,
                                       const ValidateOptions& options, const Context& context) {
  IngredientPlan plan;
  const auto damaged = [](const std::string& how) {
    return make_error(Code::invalid_argument, "carries a credential that is damaged: " + how);
  };
  if (!located.problem.empty()) return damaged(located.problem);
  if (!located.found()) return plan;
  const auto store = Store::parse(located.stores);
  if (!store) return damaged(store.error().message);
  plan.stores = located.stores;
  plan.validation = TRY(validate(source, located, options, context));
  return plan;
}

}  // namespace bonafide::provenance::c2pa
