// Credentials that are kept elsewhere: told, followed when asked to, and never otherwise.
#include "provenance/credential.h"

#include <gtest/gtest.h>

#include "provenance/c2pa/reference.h"
#include "provenance/c2pa/signing_test.h"

namespace bonafide::provenance {
namespace {

using namespace c2pa;
using c2pa::testing::created_plan;
using c2pa::testing::House;
using c2pa::testing::kNow;
using c2pa::testing::small_jpeg;

const std::string kUrl = "https://manifests.example/a?b=1";

Result<Bytes> referring(const Bytes& work, const std::string& url) {
  const media::MemorySource source(work);
  const Located located = TRY(locate(source, {}));
  const ReferringSource view(source, TRY(plan_reference(source, located.container, url, {})));
  return read_exactly(view, 0, view.size());
}

struct Kept {
  Bytes work, store;
};

/// A work that refers to its credential, and the credential.
Kept kept_elsewhere(const House& house, const Bytes& original) {
  Kept kept{referring(original, kUrl).value(), {}};
  const media::MemorySource source(kept.work);
  SignPlan plan;
  plan.cose.signer = house.signer.get();
  plan.detached = true;
  const Builder builder = Builder::create(created_plan()).value();
  kept.store = sign_source(source, locate(source, {}).value(), builder, plan, {}).value().store;
  return kept;
}

Credential read(const House& house, const Bytes& work, Fetch fetch) {
  CredentialRequest request;
  request.trust = &house.trust;
  request.at = kNow;
  request.fetch = std::move(fetch);
  auto credential = read_credential(media::MemorySource(work), request, {});
  EXPECT_TRUE(credential) << (credential ? "" : credential.error().to_string());
  return credential ? std::move(*credential) : Credential();
}

TEST(Credential, IsFollowedOnlyWhenAskedTo) {
  const House house;
  const Kept kept = kept_elsewhere(house, small_jpeg());
  const Credential told = read(house, kept.work, {});
  EXPECT_EQ(told.remote_url, kUrl);
  EXPECT_EQ(told.source.state, provenance::State::not_examined);
  EXPECT_FALSE(told.fetched);

  std::string asked;
  const Fetch there = [&](const HttpRequest& request) -> Result<Bytes> {
    asked = request.url;
    return kept.store;
  };
  const Credential followed = read(house, kept.work, there);
  EXPECT_EQ(asked, kUrl);
  EXPECT_TRUE(followed.fetched);
  EXPECT_EQ(followed.source.state, provenance::State::trusted) << followed.source.sentence;

  Bytes changed = kept.work;
  changed[changed.size() - 20] ^= 1;
  EXPECT_EQ(read(house, changed, there).source.state, provenance::State::broken);
  // The reference itself is signed: another one leads nowhere that vouches for it.
  const Bytes redirected = referring(kept.work, "https://evil.example/").value();
  EXPECT_EQ(read(house, redirected, there).source.state, provenance::State::broken);
}

TEST(Credential, WhatCannotBeHadSaysNothingOfTheFile) {
  const House house;
  const Kept kept = kept_elsewhere(house, small_jpeg());
  const Credential gone = read(house, kept.work, [](const HttpRequest&) -> Result<Bytes> {
    return make_error(Code::unavailable, "no such host");
  });
  EXPECT_EQ(gone.source.state, provenance::State::not_examined);
  EXPECT_NE(gone.source.sentence.find("no such host"), std::string::npos);
  const Credential other = read(house, kept.work, [](const HttpRequest&) -> Result<Bytes> { return small_jpeg(); });
  EXPECT_EQ(other.source.state, provenance::State::not_examined);
  EXPECT_FALSE(other.fetched);
}

}  // namespace
}  // namespace bonafide::provenance
