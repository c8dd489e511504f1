#include "provenance/log/note.h"

#include <gtest/gtest.h>

#include "provenance/log/checkpoint.h"

namespace bonafide::provenance::log {
namespace {

// golang.org/x/mod sumdb/note, the package's example.
constexpr std::string_view kPeter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kPeterSecret =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr std::string_view kPeterText =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
constexpr std::string_view kPeterLine =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

// Sunlight, cmd/skylight/testdata/witness: a checkpoint of a Certificate Transparency log (0x05, which we pass over)
// with a witness's cosignature of 2025-12-31.
constexpr std::string_view kWitness = "witness.example.org+b8a2cf20+BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN";
constexpr std::string_view kWitnessed =
    "rome2026h1.example.org\n300\nlCkHUpkmVBEms2r2T1K6Og69+wUuuN3MIEW1/ezu2v0=\n\n"
    "— rome2026h1.example.org "
    "kVB1JgAAAZtxtEwABAMARzBFAiEAi+mTa2xjL1IdWpH82OeciGsGvwRAP+f1WkfKaSZCfFECIHoNPZ/Q3y6UNzvKOO9cuLr6V16vPNfhwhle9f6r"
    "5H/Z\n"
    "— witness.example.org "
    "uKLPIAAAAABpVGeAhm2bOvKc3LaB9PFN1ruG19Y5yqslmcAAbhftnn1Zznmo0LXFZq4LGvqKqLX8jWlwLKasxEGTLIqAVusneCBmBw==\n";

std::string joined(std::string_view text, std::string_view lines) {
  return std::string(text) + "\n" + std::string(lines);
}

TEST(LogNote, TheExampleOfGoVerifiesAndIsSignedTheSame) {
  const auto note = parse_note(joined(kPeterText, kPeterLine));
  ASSERT_TRUE(note);
  const auto key = parse_note_key(kPeter);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->text(), kPeter);
  ASSERT_EQ(check_note(*note, {*key})->size(), 1U);
  const auto signer = NoteSigner::parse(kPeterSecret);
  ASSERT_TRUE(signer);
  EXPECT_EQ(signer->key().text(), kPeter);
  EXPECT_EQ(signer->secret_text(), kPeterSecret);
  EXPECT_EQ(*signer->sign(kPeterText), kPeterLine);
  EXPECT_EQ(write_note(*note), joined(kPeterText, kPeterLine));
}

TEST(LogNote, ACosignatureOfAnotherProgramVerifiesWithItsTime) {
  const auto note = parse_note(kWitnessed);
  ASSERT_TRUE(note);
  ASSERT_EQ(note->signatures.size(), 2U);
  const auto vouched = check_note(*note, {*parse_note_key(kWitness)});
  ASSERT_TRUE(vouched);
  ASSERT_EQ(vouched->size(), 1U);
  EXPECT_EQ(vouched->front().time, 1767139200U);
  Note changed = *note;
  changed.text[changed.text.size() - 5] ^= 1;
  EXPECT_EQ(check_note(changed, {*parse_note_key(kWitness)}).error().message,
            "the signature of witness.example.org does not fit the text");
}

TEST(LogNote, ACosignatureCoversExtensionLinesAndItsTime) {
  const auto witness = NoteSigner::generate("w.example", KeyKind::cosignature);
  const std::string text = "log.example\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\nmore\n";
  const std::string line = *witness->sign(text, 1'800'000'000);
  auto note = parse_note(joined(text, line));
  EXPECT_EQ(check_note(*note, {witness->key()})->front().time, 1'800'000'000U);
  note->signatures[0].signature[7] ^= 1;  // the time's last byte
  EXPECT_FALSE(check_note(*note, {witness->key()}));
  note = parse_note(joined("log.example\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\nmora\n", line));
  EXPECT_FALSE(check_note(*note, {witness->key()}));
}

TEST(LogNote, StrangersArePassedOverAndAKeyCountsOnce) {
  const auto key = *parse_note_key(kPeter);
  const auto stranger = NoteSigner::generate("PeterNeumann", KeyKind::note);  // the same name, another id
  const std::string line = *stranger->sign(kPeterText);
  EXPECT_TRUE(check_note(*parse_note(joined(kPeterText, line)), {key})->empty());
  const std::string thrice = std::string(kPeterLine) + line + std::string(kPeterLine);
  EXPECT_EQ(check_note(*parse_note(joined(kPeterText, thrice)), {key})->size(), 1U);
}

TEST(LogNote, AKeyOfTheComingKindIsReadAndNeverCounts) {
  Bytes public_key(1312, 5);
  const NoteKey key = make_note_key("w.example", KeyKind::ml_dsa_44, public_key);
  const auto read = parse_note_key(key.text());
  ASSERT_TRUE(read);
  Bytes signature{static_cast<std::uint8_t>(key.id >> 24), static_cast<std::uint8_t>(key.id >> 16),
                  static_cast<std::uint8_t>(key.id >> 8), static_cast<std::uint8_t>(key.id)};
  signature.resize(4 + 8 + 2420);
  const auto note = parse_note(joined(kPeterText, "— w.example " + to_base64(signature) + "\n"));
  ASSERT_TRUE(note);
  EXPECT_TRUE(check_note(*note, {*read})->empty());
}

TEST(LogNote, BrokenNotesAreRefused) {
  const std::string good = joined(kPeterText, kPeterLine);
  ASSERT_TRUE(parse_note(good));
  const std::string line(kPeterLine);
  for (const std::string& bad :
       {std::string(), std::string("\n\n"), std::string(kPeterText), good.substr(0, good.size() - 1), good + "x",
        good + "\n", joined("a\tb\n", line), joined("\xff\n", line), joined(kPeterText, "- a AAAAAAAA\n"),
        joined(kPeterText, "— a\n"), joined(kPeterText, "—  AAAAAAAA\n"), joined(kPeterText, "— a b AAAAAAAA\n"),
        joined(kPeterText, "— a AAAAAA==\n"), joined(kPeterText, "— a AAAA AAA\n"),
        joined(kPeterText, "— a+b AAAAAAAA\n"), joined(kPeterText, "— a AAAAAAB=\n"),
        joined(kPeterText, "— a\u00a0b AAAAAAAA\n")})
    EXPECT_FALSE(parse_note(bad)) << bad;
}

TEST(LogNote, BoundsAreKept) {
  std::string lines;
  for (int i = 0; i < 128; ++i) lines += "— k AAAAAAAA\n";
  EXPECT_TRUE(parse_note(joined("text\n", lines)));
  EXPECT_EQ(parse_note(joined("text\n", lines + "— k AAAAAAAA\n")).error().code, Code::limit);
  EXPECT_EQ(parse_note(std::string(kMostNoteBytes + 1, 'a')).error().code, Code::limit);
  EXPECT_EQ(parse_note(joined("text\n", "— k " + std::string(20'000, 'A') + "\n")).error().code, Code::limit);
}

TEST(LogNote, BrokenKeysAreRefused) {
  const std::string key(kPeter);
  for (const std::string& bad :
       {std::string(), std::string("a+b"), key.substr(0, key.size() - 1), key + "A", "X" + key,
        "PeterNeumann+c74f20a4" + key.substr(21), std::string(kPeterSecret), std::string("Peter Neumann+c74f20a3+ARpc"),
        std::string("+c74f20a3+ARpc"), std::string("a+c74f20+ARpc"), std::string("a+c74f20a3+*")})
    EXPECT_FALSE(parse_note_key(bad)) << bad;
  EXPECT_FALSE(NoteSigner::parse(kPeter));
  std::string other_id(kPeterSecret);
  other_id[26] = other_id[26] == '0' ? '1' : '0';
  EXPECT_FALSE(NoteSigner::parse(other_id));
  EXPECT_EQ(NoteSigner::generate("two words", KeyKind::note).error().code, Code::invalid_argument);
}

// Tessera's sample log (transparency-dev/trillian-tessera testdata/log): fifteen entries by these names, the
// checkpoints of two of its sizes; its private key stands in testdata/build_log.sh.
constexpr std::string_view kTesseraKey =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
constexpr std::string_view kTesseraSecret =
    "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg";
constexpr std::string_view kTessera11 =
    "example.com/log/testdata\n11\nYok1cS5VdokGLBy73BC2I16b3atss6KBN9jnIi6Fz/A=\n\n"
    "— example.com/log/testdata "
    "M9e0lqbRtWirJwbUy4w3VrK2RyzfW8P+OIkc8t6b6AVG/tQd1Q2SN+uCLYzNNFnf/PhzeCdURSGQe1MRnohCxPu21wg=\n";
constexpr std::string_view kTessera15 =
    "example.com/log/testdata\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n\n"
    "— example.com/log/testdata "
    "M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=\n";

TEST(LogCheckpoint, TesserasSampleLogIsTheSameHere) {
  Frontier tree;
  std::vector<Hash> roots{tree.root()};
  for (const char* entry : {"one", "two", "three", "four", "five", "six", "seven", "eit", "nain", "ten", "ileven",
                            "twelf", "threeten", "fourten", "fivten"}) {
    tree.append(leaf_hash(as_bytes(entry)));
    roots.push_back(tree.root());
  }
  const auto signer = NoteSigner::parse(kTesseraSecret);
  ASSERT_TRUE(signer);
  EXPECT_EQ(signer->key().text(), kTesseraKey);
  const auto key = *parse_note_key(kTesseraKey);
  const auto large = open_checkpoint(kTessera15, key);
  ASSERT_TRUE(large);
  EXPECT_EQ(large->checkpoint.size, 15U);
  EXPECT_EQ(large->checkpoint.root, roots[15]);
  EXPECT_EQ(*sign_checkpoint({.origin = key.name, .size = 15, .root = roots[15]}, *signer), kTessera15);
  EXPECT_EQ(*sign_checkpoint({.origin = key.name, .size = 11, .root = roots[11]}, *signer), kTessera11);
}

TEST(LogCheckpoint, WrongKeyOriginAndShapeAreRefused) {
  const auto key = *parse_note_key(kTesseraKey);
  const auto mallory = NoteSigner::generate("example.com/log/testdata", KeyKind::note);
  EXPECT_EQ(open_checkpoint(kTessera15, mallory->key()).error().message,
            "the checkpoint is not signed by the key of example.com/log/testdata");
  const auto elsewhere = NoteSigner::generate("elsewhere.example", KeyKind::note);
  EXPECT_EQ(open_checkpoint(kTessera15, elsewhere->key()).error().message,
            "the checkpoint is of the log example.com/log/testdata, not of elsewhere.example");
  std::string changed(kTessera15);
  changed.replace(changed.find("\n15\n"), 4, "\n16\n");
  EXPECT_EQ(open_checkpoint(changed, key).error().message,
            "the signature of example.com/log/testdata does not fit the text");
  const std::string root = "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=";
  EXPECT_TRUE(parse_checkpoint("o\n15\n" + root + "\nextension\n"));
  for (const std::string& bad :
       {std::string(), std::string("o\n15\n"), "\n15\n" + root + "\n", "o\n015\n" + root + "\n",
        "o\n-1\n" + root + "\n", "o\n15\n" + root.substr(4) + "\n", "o\n15\n" + root, "o\n0\n" + root + "\n",
        "o\n15\n" + root + "\n\n", "o\n99999999999999999999\n" + root + "\n",
        std::string(300, 'o') + "\n15\n" + root + "\n"})
    EXPECT_FALSE(parse_checkpoint(bad)) << bad;
}

}  // namespace
}  // namespace bonafide::provenance::log
