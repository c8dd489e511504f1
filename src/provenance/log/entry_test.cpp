#include "provenance/log/entry.h"

#include <gtest/gtest.h>

#include "base/cbor.h"
#include "base/files.h"
#include "crypto/development_pki.h"
#include "crypto/hash.h"
#include "provenance/log/directory_store.h"
#include "provenance/log/registry.h"
#include "support/support.h"

namespace bonafide::provenance::log {
namespace {

Hash hash(std::uint8_t byte) {
  Hash made{};
  made.fill(byte);
  return made;
}

struct Issuer {
  std::unique_ptr<crypto::Signer> signer;
  crypto::Certificate certificate;
};
Issuer issuer(crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::es256) {
  const auto pki = crypto::make_development_pki({.algorithm = algorithm, .name = "Ada", .now = 1'800'000'000});
  Issuer made{*crypto::pem_signer(pki->signer_key_pem, pki->signer_pem, {}, [] { return std::string(); }), {}};
  made.certificate = *crypto::parse_certificate(made.signer->chain().front());
  return made;
}

std::vector<Entry> one_of_each() {
  const EarlierEntry earlier{7, hash(9)};
  return {{.type = EntryType::register_work,
           .asset_commitment = hash(1),
           .manifest_hash = hash(2),
           .mark_id = Bytes(8, 3),
           .print_commitment = hash(4)},
          {.type = EntryType::register_work, .asset_hash = hash(1)},
          {.type = EntryType::supersede, .asset_commitment = hash(1), .earlier = earlier},
          {.type = EntryType::revoke, .earlier = earlier},
          {.type = EntryType::dispute, .record_commitment = hash(5), .earlier = earlier},
          {.type = EntryType::consent_grant, .record_commitment = hash(5)},
          {.type = EntryType::consent_withdraw, .earlier = earlier},
          {.type = EntryType::takedown, .asset_commitment = hash(1), .record_commitment = hash(5)},
          {.type = EntryType::key_add, .subject_key = hash(6)},
          {.type = EntryType::key_revoke, .subject_key = hash(6), .distrust_from = 40}};
}

TEST(LogEntry, EveryTypeIsSignedReadAndChecked) {
  for (const auto algorithm : {crypto::SignatureAlgorithm::es256, crypto::SignatureAlgorithm::ed25519}) {
    const Issuer ada = issuer(algorithm), eve = issuer(algorithm);
    for (const Entry& entry : one_of_each()) {
      const auto bytes = sign_entry(entry, *ada.signer);
      ASSERT_TRUE(bytes) << to_string(entry.type) << bytes.error().message;
      EXPECT_LT(bytes->size(), 320U);
      const auto read = parse_signed_entry(*bytes);
      ASSERT_TRUE(read) << to_string(entry.type) << read.error().message;
      EXPECT_EQ(*entry_payload(read->entry), *entry_payload(entry));
      EXPECT_EQ(read->issuer, *key_hash(ada.certificate));
      EXPECT_TRUE(*check_entry(*read, ada.certificate));
      EXPECT_FALSE(*check_entry(*read, eve.certificate));
      EXPECT_EQ(entry_type(to_string(entry.type)), entry.type);
    }
  }
}

TEST(LogEntry, TheCertificateAndItsNamesStayOut) {
  const Issuer ada = issuer();
  const Bytes bytes = *sign_entry(one_of_each()[0], *ada.signer);
  EXPECT_EQ(as_text(bytes).find("Ada"), std::string_view::npos);
  EXPECT_EQ(as_text(bytes).find("Example"), std::string_view::npos);
}

TEST(LogEntry, ThePayloadIsTheSameEverywhere) {  // the format, byte by byte: changing this breaks every log there is
  EXPECT_EQ(to_hex(*entry_payload({.type = EntryType::revoke, .earlier = EarlierEntry{7, hash(9)}})),
            "a3000101030882075820" + to_hex(Bytes(32, 9)));
  EXPECT_EQ(
      to_hex(commitment("asset", Bytes(32, 1), Bytes(32, 2))),
      to_hex(crypto::digest(crypto::HashAlgorithm::sha256,
                            as_bytes("bonafide/commit/v1/asset" + std::string(32, '\1') + std::string(32, '\2')))));
}

TEST(LogEntry, WhatATypeLacksOrMayNotHaveIsSaid) {
  const EarlierEntry earlier{7, hash(9)};
  const std::vector<std::pair<Entry, std::string>> cases = {
      {{.type = EntryType::register_work}, "register needs a work"},
      {{.asset_hash = hash(1), .asset_commitment = hash(1)}, "a work is named plainly or by a commitment, not both"},
      {{.asset_hash = hash(1), .mark_id = Bytes(7)}, "a mark's id has 8 to 16 bytes"},
      {{.asset_hash = hash(1), .mark_id = Bytes(17)}, "a mark's id has 8 to 16 bytes"},
      {{.asset_hash = hash(1), .earlier = earlier},
       "register begins a chain; what follows an earlier entry is supersede"},
      {{.type = EntryType::revoke}, "revoke needs the earlier entry that it speaks of"},
      {{.type = EntryType::revoke, .manifest_hash = hash(1), .earlier = earlier},
       "revoke says nothing of manifests, marks or fingerprints"},
      {{.type = EntryType::consent_grant}, "consent-grant needs the commitment to a consent record"},
      {{.type = EntryType::takedown}, "takedown needs a work or an earlier entry"},
      {{.type = EntryType::key_add}, "key-add needs a key"},
      {{.asset_hash = hash(1), .subject_key = hash(2)}, "register speaks of no key"},
      {{.type = EntryType::key_add, .asset_hash = hash(1), .subject_key = hash(2)}, "key-add speaks of a key alone"},
      {{.type = EntryType::key_add, .subject_key = hash(2), .distrust_from = 1},
       "only key-revoke says from where to distrust"}};
  for (const auto& [entry, said] : cases) {
    const auto payload = entry_payload(entry);
    ASSERT_FALSE(payload) << said;
    EXPECT_EQ(payload.error().message, said);
  }
}

TEST(LogEntry, AnyOtherFormIsRefused) {
  const Issuer ada = issuer(crypto::SignatureAlgorithm::ed25519);
  const Bytes good = *sign_entry(one_of_each()[0], *ada.signer);
  const SignedEntry parts = *parse_signed_entry(good);
  const auto with_unprotected = [&] {
    cbor::Writer writer;
    writer.tag(18)
        .array(4)
        .bytes(parts.protected_bytes)
        .map(1)
        .text("note")
        .text("unsigned words")
        .bytes(parts.payload)
        .bytes(parts.signature);
    return writer.take();
  };
  EXPECT_FALSE(parse_signed_entry(with_unprotected()));
  EXPECT_FALSE(parse_signed_entry(ByteView(good).subspan(1)));  // without its tag
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(parse_signed_entry(longer));
  EXPECT_EQ(parse_signed_entry(Bytes(4097)).error().code, Code::limit);
  std::size_t unseen = 0;  // a changed byte breaks the form, or the signature, or makes it another key's
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes changed = good;
    changed[i] ^= 1;
    const auto read = parse_signed_entry(changed);
    const auto fits = read ? check_entry(*read, ada.certificate) : Result<bool>(false);
    if (fits && *fits) ++unseen;
  }
  EXPECT_EQ(unseen, 0U);
  for (const char* payload :
       {"a0", "a10001", "a200010118ff", "a3000201010258200000", "a30001010200f6", "80", "a4000101010d00025820"})
    EXPECT_FALSE(parse_entry_payload(*from_hex(payload))) << payload;
  EXPECT_EQ(parse_entry_payload(*from_hex("a200020101")).error().code, Code::unsupported);
}

TEST(LogEntry, EvidenceReadsBack) {
  const Evidence evidence{.entry = Bytes{1, 2}, .salt = Bytes(32, 7), .certificate = Bytes{3}};
  const auto read = parse_evidence(write_evidence(evidence));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->entry, evidence.entry);
  EXPECT_EQ(read->salt, evidence.salt);
  EXPECT_EQ(read->certificate, evidence.certificate);
  EXPECT_FALSE(parse_evidence(write_evidence({.entry = {}})));
  EXPECT_FALSE(parse_evidence(write_evidence({.entry = Bytes{1}, .salt = Bytes(31)})));
}

TEST(LogRegistry, ErasureDestroysTheSaltAndLeavesTheProofValid) {
  const bonafide::testing::TemporaryFolder folder;
  const NoteSigner key = *NoteSigner::generate("log.example", KeyKind::note);
  const StoreOptions options{.folder = folder.file("log"), .keep = folder.file("keep")};
  ASSERT_TRUE(DirectoryStore::create(options, key));
  const auto store = *DirectoryStore::open(options, *NoteSigner::parse(key.secret_text()));
  const std::string path = folder.file("keep/registry.db");
  const auto registry = *Registry::open(path);

  const Issuer ada = issuer();
  const Bytes salt = crypto::digest(crypto::HashAlgorithm::sha256, as_bytes("a salt nobody guesses"));
  const Hash work = hash(0x55);
  const Bytes entry = *sign_entry({.asset_commitment = commitment("asset", salt, work)}, *ada.signer);
  const Hash leaf = leaf_hash(entry);
  ASSERT_TRUE(registry->put({.leaf = leaf,
                             .entry = entry,
                             .salt = salt,
                             .asset = work,
                             .name = "holiday.jpg",
                             .contact = "ada@example.org",
                             .manifest = Bytes(500, 1)}));
  ASSERT_TRUE(registry->set_number(leaf, store->add({entry})->front()));
  ASSERT_EQ(registry->find_asset(work)->size(), 1U);
  EXPECT_EQ(registry->find(0)->value().name, "holiday.jpg");
  EXPECT_NE(as_text(*files_in(folder.file("keep"))("registry.db-wal")).find("ada@example.org"), std::string_view::npos);

  ASSERT_TRUE(registry->erase(leaf));
  const Record gone = **registry->find(leaf);
  EXPECT_TRUE(gone.erased && gone.salt.empty() && !gone.asset && gone.name.empty() && gone.contact.empty() &&
              gone.manifest.empty());
  EXPECT_EQ(gone.number, 0U);
  EXPECT_TRUE(registry->find_asset(work)->empty());
  for (const char* file : {"registry.db", "registry.db-wal"}) {
    const auto bytes = files_in(folder.file("keep"))(file);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(as_text(*bytes).find(as_text(salt)), std::string_view::npos) << file;
    EXPECT_EQ(as_text(*bytes).find("ada@example.org"), std::string_view::npos) << file;
  }
  const Checkpoint tree = store->checkpoint()->checkpoint;
  LogReader reader(files_in(options.folder), tree.size);
  EXPECT_TRUE(check_inclusion(0, tree.size, leaf, *make_inclusion(0, tree.size, reader.nodes()), tree.root));
  EXPECT_TRUE(*check_entry(*parse_signed_entry(*reader.entry(0)), ada.certificate));
  EXPECT_EQ(registry->erase(hash(1)).error().code, Code::not_found);
}

}  // namespace
}  // namespace bonafide::provenance::log
