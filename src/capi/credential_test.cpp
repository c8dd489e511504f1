// Verifying and signing through the C interface.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "base/files.h"
#include "base/json.h"
#include "base/time.h"
#include "bonafide/bonafide.h"
#include "bonafide/bonafide.hpp"
#include "crypto/development_pki.h"
#include "crypto/signer.h"
#include "crypto/stamper.h"
#include "support/support.h"

namespace {

using bonafide::testing::TemporaryFolder;
using ::testing::HasSubstr;

std::string photo() {
  return bonafide::testing::made("capi.jpg", "ffmpeg -v error -f lavfi -i testsrc2=size=160x120 -frames:v 1 \"$OUT\"");
}
std::string fragments() {
  return bonafide::testing::made("capi.mp4",
                                 "ffmpeg -v error -f lavfi -i testsrc2=size=160x120:rate=10 -t 3 -c:v mpeg4 -g 10 "
                                 "-movflags frag_keyframe+empty_moov+default_base_moof \"$OUT\"");
}

const bonafide::crypto::DevelopmentPki& pki() {
  static const auto made =
      bonafide::crypto::make_development_pki({.name = "Ada", .organization = "Tests", .now = bonafide::unix_now()});
  return *made;
}

std::string content_of(const std::string& path) { return bonafide::read_file(path, 64 << 20).value(); }

/// As a stranger would set it up.
bonafide::signing signer() {
  bonafide::signing signing;
  signing.key(pki().signer_key_pem).certificates(pki().signer_pem).ai(BONAFIDE_AI_NONE);
  return signing;
}
bonafide::credential_options lists() {
  bonafide::credential_options options;
  options.trust(pki().root_pem).tsa_trust(pki().tsa_root_pem);
  return options;
}

bonafide_code code_of(const std::function<void()>& call, std::string* message = nullptr) {
  try {
    call();
    return BONAFIDE_OK;
  } catch (const bonafide::error& error) {
    if (message != nullptr) *message = error.what();
    return error.code();
  }
}

TEST(CApiCredential, SignsAndVerifiesAFile) {
  const TemporaryFolder folder;
  const std::string out = folder.file("signed.jpg");
  const auto done = bonafide::parse_json(bonafide::sign_file(photo(), out, signer().title("A picture")));
  ASSERT_TRUE(done);
  EXPECT_EQ((*done)["schema"], "bonafide.sign/1");
  EXPECT_EQ((*done)["output"], out);
  EXPECT_EQ((*done)["signer"], "Ada");

  const bonafide::verification trusted = bonafide::verify_file(out, lists());
  EXPECT_EQ(trusted.state, BONAFIDE_STATE_TRUSTED) << trusted.json;
  const auto json = bonafide::parse_json(trusted.json);
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["schema"], "bonafide.verify/1");
  EXPECT_EQ(json->at("manifests").at(0).at("title"), "A picture");
  EXPECT_EQ(bonafide::verify_file(out).state, BONAFIDE_STATE_INTACT) << "nobody is believed by default";
  EXPECT_EQ(bonafide::verify_file(photo()).state, BONAFIDE_STATE_NONE);
  EXPECT_EQ(bonafide::verify_file(out, lists().at(2'000'000'000)).state, BONAFIDE_STATE_INTACT)
      << "no time stamp, and the certificate is out of date by then";
}

TEST(CApiCredential, SignsAndVerifiesInMemory) {
  const std::string work = content_of(photo());
  std::vector<std::uint8_t> made = bonafide::sign_memory(work.data(), work.size(), "photo.jpg", signer());
  const bonafide::verification trusted = bonafide::verify_memory(made.data(), made.size(), "photo.jpg", lists());
  EXPECT_EQ(trusted.state, BONAFIDE_STATE_TRUSTED) << trusted.json;
  EXPECT_EQ(bonafide::parse_json(trusted.json)->at("manifests").at(0).at("title"), "photo.jpg");
  made[made.size() - 10] ^= 1;
  EXPECT_EQ(bonafide::verify_memory(made.data(), made.size(), {}, lists()).state, BONAFIDE_STATE_BROKEN);
  EXPECT_EQ(code_of([&] { bonafide::verify_memory(nullptr, 0); }), BONAFIDE_INVALID_ARGUMENT);
  EXPECT_EQ(code_of([&] { bonafide::sign_memory(nullptr, 0, {}, signer()); }), BONAFIDE_INVALID_ARGUMENT);
  EXPECT_EQ(code_of([&] { bonafide::sign_memory("text", 4, {}, signer()); }), BONAFIDE_UNSUPPORTED);
}

TEST(CApiCredential, KeysAndListsFromFiles) {
  const TemporaryFolder folder;
  const auto kept = [&](const char* name, const std::string& text) {
    std::ofstream(folder.file(name)) << text;
    return folder.file(name);
  };
  bonafide::signing signing;
  signing.key_file(kept("k.pem", pki().signer_key_pem)).certificates_file(kept("c.pem", pki().signer_pem));
  signing.tsa_files(kept("t.key", pki().tsa_key_pem), kept("t.pem", pki().tsa_pem));
  signing.source_type("humanEdits").definition_file(kept("d.json", R"({"title": "From a definition"})"));
  const std::string out = folder.file("signed.jpg");
  bonafide::sign_file(photo(), out, signing);
  bonafide::credential_options options;
  options.trust_file(kept("r.pem", pki().root_pem)).tsa_trust_file(kept("tr.pem", pki().tsa_root_pem));
  const bonafide::verification answer = bonafide::verify_file(out, options);
  EXPECT_EQ(answer.state, BONAFIDE_STATE_TRUSTED) << answer.json;
  EXPECT_THAT(answer.json, HasSubstr("From a definition"));
  EXPECT_THAT(answer.json, HasSubstr("\"time_stamp\""));
}

TEST(CApiCredential, ACallersFunctionsSignAndStamp) {
  const auto key = bonafide::crypto::pem_signer(pki().signer_key_pem, pki().signer_pem, {}, {}).value();
  bonafide::signing signing;
  int signatures = 0, requests = 0;
  signing.ai(BONAFIDE_AI_GENERATED)
      .on_sign("es256", pki().signer_pem, [&](const std::uint8_t* message, std::size_t size) {
        ++signatures;
        return key->sign({message, size}).value();
      });
  const std::string work = content_of(photo());
  const auto made = bonafide::sign_memory(work.data(), work.size(), "p.jpg", signing);
  EXPECT_EQ(signatures, 1);
  EXPECT_EQ(bonafide::verify_memory(made.data(), made.size(), {}, lists()).state, BONAFIDE_STATE_TRUSTED);

  // an authority that answers nonsense, and one that is away: the stamp that was asked for is not left out
  signing.on_stamp([&](const std::uint8_t*, std::size_t) { return ++requests, std::vector<std::uint8_t>(10); });
  EXPECT_NE(code_of([&] { bonafide::sign_memory(work.data(), work.size(), {}, signing); }), BONAFIDE_OK);
  EXPECT_EQ(requests, 1);
  signing.on_stamp([](const std::uint8_t*, std::size_t) -> std::vector<std::uint8_t> { throw 7; });
  EXPECT_EQ(code_of([&] { bonafide::sign_memory(work.data(), work.size(), {}, signing); }), BONAFIDE_UNAVAILABLE);

  bonafide::signing other;
  other.ai(BONAFIDE_AI_NONE).on_sign("", pki().signer_pem, [](const std::uint8_t*, std::size_t) {
    return std::vector<std::uint8_t>(64, 1);  // of the right size, and wrong
  });
  std::string message;
  EXPECT_EQ(code_of([&] { bonafide::sign_memory(work.data(), work.size(), {}, other); }, &message), BONAFIDE_CORRUPT);
  EXPECT_THAT(message, HasSubstr("does not fit its own certificate"));
}

TEST(CApiCredential, PassphrasesAsTextAndByFunction) {
  const auto sealed = bonafide::crypto::make_development_pki({.now = bonafide::unix_now(), .passphrase = "sesame"});
  const std::string work = content_of(photo());
  const auto sign = [&](bonafide::signing& signing) {
    signing.key(sealed->signer_key_pem).certificates(sealed->signer_pem).ai(BONAFIDE_AI_NONE);
    return code_of([&] { bonafide::sign_memory(work.data(), work.size(), {}, signing); });
  };
  bonafide::signing none, right, wrong, asked, silent;
  EXPECT_EQ(sign(none), BONAFIDE_DENIED);
  EXPECT_EQ(sign(right.passphrase("sesame")), BONAFIDE_OK);
  EXPECT_EQ(sign(wrong.passphrase("barley")), BONAFIDE_DENIED);
  EXPECT_EQ(sign(asked.on_passphrase([] { return "sesame"; })), BONAFIDE_OK);
  EXPECT_EQ(sign(silent.on_passphrase([]() -> std::string { throw 7; })), BONAFIDE_DENIED);
}

TEST(CApiCredential, SidecarsOutputsAndOverwriting) {
  const TemporaryFolder folder;
  const std::string work = folder.file("work.jpg"), sidecar = folder.file("work.c2pa");
  std::filesystem::copy_file(photo(), work);
  bonafide::signing beside = signer();
  bonafide::sign_file(work, "", beside.sidecar(sidecar));
  EXPECT_EQ(content_of(work), content_of(photo()));
  EXPECT_EQ(bonafide::verify_file(work, lists().sidecar(sidecar)).state, BONAFIDE_STATE_TRUSTED);
  EXPECT_EQ(code_of([&] { bonafide::sign_memory(work.data(), work.size(), {}, beside); }), BONAFIDE_INVALID_ARGUMENT);

  std::string message;
  EXPECT_EQ(code_of([&] { bonafide::sign_file(work, "", beside); }, &message), BONAFIDE_INVALID_ARGUMENT);
  EXPECT_THAT(message, HasSubstr("work.c2pa"));
  bonafide::signing again = signer();
  EXPECT_EQ(code_of([&] { bonafide::sign_file(work, work, again); }, &message), BONAFIDE_INVALID_ARGUMENT);
  EXPECT_THAT(message, HasSubstr("overwriting was not allowed"));
  EXPECT_EQ(code_of([&] { bonafide::sign_file(work, "", again); }), BONAFIDE_INVALID_ARGUMENT);
  bonafide::sign_file(work, work, again.overwrite().reserve(20'000));
  EXPECT_EQ(bonafide::verify_file(work, lists()).state, BONAFIDE_STATE_TRUSTED);
  // the history stays, and it is judged
  bonafide::sign_file(work, work, again.trust(lists()));
  const bonafide::verification twice = bonafide::verify_file(work, lists());
  EXPECT_EQ(twice.state, BONAFIDE_STATE_TRUSTED) << twice.json;
  EXPECT_EQ(bonafide::parse_json(twice.json)->at("manifests").size(), 2U);
  bonafide::sign_file(work, work, again.forget_parent());
  EXPECT_EQ(bonafide::parse_json(bonafide::verify_file(work, lists()).json)->at("manifests").size(), 1U);
  const std::string other = folder.file("other.jpg");
  bonafide::sign_file(photo(), other, signer().parent(work).ingredient(photo()));
  EXPECT_EQ(bonafide::parse_json(bonafide::verify_file(other, lists()).json)->at("manifests").size(), 2U);
}

TEST(CApiCredential, SaysWhatIsWrong) {
  char* json = nullptr;
  char* message = nullptr;
  int state = 77;
  EXPECT_EQ(bonafide_verify_file("no/such/file.jpg", nullptr, &json, &state, &message), BONAFIDE_NOT_FOUND);
  EXPECT_EQ(state, BONAFIDE_STATE_NOT_READ);
  EXPECT_EQ(json, nullptr);
  EXPECT_THAT(message, HasSubstr("no/such/file.jpg"));
  bonafide_free(message);
  EXPECT_EQ(bonafide_verify_file(nullptr, nullptr, &json, nullptr, nullptr), BONAFIDE_INVALID_ARGUMENT);
  EXPECT_EQ(bonafide_verify_file("x", nullptr, nullptr, nullptr, nullptr), BONAFIDE_INVALID_ARGUMENT);
  EXPECT_EQ(bonafide_sign_file("x", "y", nullptr, &json, nullptr), BONAFIDE_INVALID_ARGUMENT);
  bonafide::signing signing;
  std::string why;
  EXPECT_EQ(code_of([&] { bonafide::sign_file(photo(), "y", signing); }, &why), BONAFIDE_INVALID_ARGUMENT);
  EXPECT_THAT(why, HasSubstr("set key and certificates"));
  EXPECT_EQ(code_of([&] { bonafide::sign_file(photo(), "y", signer().definition("{")); }), BONAFIDE_CORRUPT);
  bonafide::credential_options options;
  EXPECT_EQ(code_of([&] { bonafide::verify_file(photo(), options.trust("no certificate")); }, &why),
            BONAFIDE_INVALID_ARGUMENT);
  EXPECT_THAT(why, HasSubstr("given as text"));

  EXPECT_EQ(bonafide_signing_set_key(nullptr, "x"), BONAFIDE_INVALID_ARGUMENT);
  EXPECT_EQ(bonafide_signing_set_key(signing.get(), nullptr), BONAFIDE_INVALID_ARGUMENT);
  EXPECT_EQ(bonafide_signing_set_signer(signing.get(), nullptr, "x", nullptr, nullptr), BONAFIDE_INVALID_ARGUMENT);
  EXPECT_EQ(bonafide_credential_options_add_trust(options.get(), ""), BONAFIDE_INVALID_ARGUMENT);
  EXPECT_STREQ(bonafide_state_name(BONAFIDE_STATE_BROKEN), "broken");
  EXPECT_STREQ(bonafide_state_name(15), "unknown");
  bonafide_signing_free(nullptr);
  bonafide_credential_options_free(nullptr);
  bonafide_writer_free(nullptr);
  bonafide_free_bytes(nullptr);
}

TEST(CApiCredential, StopsAndReportsProgress) {
  bonafide::signing signing = signer();
  signing.stop();
  const std::string work = content_of(fragments());
  const auto sign = [&] { return bonafide::sign_memory(work.data(), work.size(), {}, signing); };
  EXPECT_EQ(code_of([&] { sign(); }), BONAFIDE_CANCELLED) << "a stop asked for before was lost";
  const auto made = sign();
  bonafide::credential_options options = lists();
  options.stop();
  const auto verify = [&] { return bonafide::verify_memory(made.data(), made.size(), {}, options); };
  EXPECT_EQ(code_of([&] { verify(); }), BONAFIDE_CANCELLED);
  std::atomic<int> calls = 0;
  options.on_progress([&](std::string_view phase, std::uint64_t, std::uint64_t) { return !phase.empty() && ++calls; });
  EXPECT_EQ(verify().state, BONAFIDE_STATE_TRUSTED);
  EXPECT_GT(calls, 0);
  options.on_progress([&](std::string_view, std::uint64_t, std::uint64_t) { return false; });
  EXPECT_EQ(code_of([&] { verify(); }), BONAFIDE_CANCELLED);
}

TEST(CApiCredential, OneSignerServesSeveralThreadsInTurn) {
  const std::string work = content_of(photo());
  std::atomic<int> good = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      const auto made = bonafide::sign_memory(work.data(), work.size(), {}, signer());
      if (bonafide::verify_memory(made.data(), made.size(), {}, lists()).state == BONAFIDE_STATE_TRUSTED) ++good;
    });
  }
  threads.clear();
  EXPECT_EQ(good, 3);
}

/// `work` through a writer, `step` bytes at a time.
std::string written(const bonafide::signing& signing, const std::string& work, std::size_t step) {
  std::string out;
  bonafide::writer writer(signing, [&](std::uint64_t offset, const std::uint8_t* bytes, std::size_t size) {
    out.resize(std::max<std::size_t>(out.size(), offset + size));
    std::memcpy(out.data() + offset, bytes, size);
    return true;
  });
  for (std::size_t at = 0; at < work.size(); at += step)
    writer.write(work.data() + at, std::min(step, work.size() - at));
  EXPECT_THAT(writer.finish(), HasSubstr("c2pa.hash.bmff.v3"));
  return out;
}

TEST(CApiCredential, SignsWhileAFileIsWritten) {
  const std::string work = content_of(fragments());
  bonafide::signing signing = signer();
  signing.title("Live");
  const std::string out = written(signing, work, 4000);
  const bonafide::verification answer = bonafide::verify_memory(out.data(), out.size(), {}, lists().strict());
  EXPECT_EQ(answer.state, BONAFIDE_STATE_TRUSTED) << answer.json;
  EXPECT_EQ(bonafide::parse_json(answer.json)->at("manifests").at(0).at("title"), "Live");

  EXPECT_EQ(code_of([&] { written(signing, out, 4000); }), BONAFIDE_UNSUPPORTED) << "it has a credential already";
  EXPECT_EQ(code_of([&] { written(signing, work.substr(0, work.size() - 1), 4000); }), BONAFIDE_CORRUPT);
  bonafide::signing unsaid;
  std::string message;
  unsaid.key(pki().signer_key_pem).certificates(pki().signer_pem);
  EXPECT_EQ(code_of([&] { written(unsaid, work, 4000); }, &message), BONAFIDE_INVALID_ARGUMENT);
  EXPECT_THAT(message, HasSubstr("how the work comes about"));
  bonafide::writer full(signing, [](std::uint64_t, const std::uint8_t*, std::size_t) { return false; });
  EXPECT_EQ(code_of([&] { full.write(work.data(), work.size()); }), BONAFIDE_IO);
}

}  // namespace
