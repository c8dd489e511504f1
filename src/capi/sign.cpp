// The C interface: signing files, memory and files that are being written.
#include <filesystem>
#include <new>

#include "app/credential/sign_writer.h"
#include "base/json.h"
#include "capi/credential_settings.h"

struct bonafide_writer {
  std::unique_ptr<bonafide::app::SignWriter> work;
};

namespace {

using bonafide::ByteView;
using bonafide::Code;
using bonafide::make_error;
using bonafide::Result;
using bonafide::capi::Job;
namespace fs = std::filesystem;

/// Says so before the work is read, and in words that fit a library.
Result<void> not_there(const std::string& path, bool overwrite) {
  std::error_code ignored;
  if (overwrite || path.empty() || !fs::exists(path, ignored)) return {};
  bonafide::Error error = make_error(Code::invalid_argument, "exists already, and overwriting was not allowed");
  error.file = path;
  return error;
}

Result<std::string> sign_file(const char* input, const char* output, const bonafide_signing* signing) {
  if (signing == nullptr) return make_error(Code::invalid_argument, "no settings for signing were given");
  if (input == nullptr || *input == '\0') return make_error(Code::invalid_argument, "no file name was given");
  bonafide::app::SignRequest request = TRY(bonafide::capi::sign_request(*signing));
  request.input = input;
  if (output != nullptr) request.output = output;
  if (request.output.empty() && request.sidecar.empty()) {
    return make_error(Code::invalid_argument, "nowhere to write: give an output, or set a sidecar");
  }
  std::error_code ignored;
  request.in_place = request.overwrite && fs::equivalent(request.input, request.output, ignored);
  TRY(not_there(request.output, request.overwrite));
  TRY(not_there(request.sidecar, request.overwrite));
  const Job job(*signing);
  const auto answer = TRY(bonafide::app::sign(request, job.context()));
  return bonafide::dump_json(bonafide::app::signing_json(request.input, answer));
}

Result<std::string> sign_memory(ByteView bytes, const char* name, const bonafide_signing* signing, uint8_t** signed_to,
                                size_t* signed_size) {
  if (signing == nullptr) return make_error(Code::invalid_argument, "no settings for signing were given");
  if (bytes.data() == nullptr) return make_error(Code::invalid_argument, "no bytes were given");
  if (signed_to == nullptr || signed_size == nullptr) {
    return make_error(Code::invalid_argument, "nowhere to put the signed file");
  }
  bonafide::app::SignRequest request = TRY(bonafide::capi::sign_request(*signing));
  if (!request.sidecar.empty()) return make_error(Code::invalid_argument, "a sidecar goes with files, not with memory");
  if (name != nullptr) request.input = name;
  request.content = bytes;
  request.to_memory = true;
  const Job job(*signing);
  const auto answer = TRY(bonafide::app::sign(request, job.context()));
  std::string json = bonafide::dump_json(bonafide::app::signing_json(request.input, answer));
  auto* const place = static_cast<uint8_t*>(std::malloc(answer.content.size()));
  if (place == nullptr) return make_error(Code::limit, "out of memory");
  std::memcpy(place, answer.content.data(), answer.content.size());
  *signed_to = place;
  *signed_size = answer.content.size();
  return json;
}

}  // namespace

bonafide_code bonafide_sign_file(const char* input, const char* output, const bonafide_signing* signing, char** json,
                                 char** message) {
  return bonafide::capi::answer(json, message, [&] { return sign_file(input, output, signing); });
}

bonafide_code bonafide_sign_memory(const void* bytes, size_t size, const char* name, const bonafide_signing* signing,
                                   uint8_t** answer, size_t* answer_size, char** json, char** message) {
  if (answer != nullptr) *answer = nullptr;
  if (answer_size != nullptr) *answer_size = 0;
  const bonafide_code code = bonafide::capi::answer(json, message, [&] {
    return sign_memory(bonafide::capi::view_of(bytes, size), name, signing, answer, answer_size);
  });
  if (code != BONAFIDE_OK && answer != nullptr && *answer != nullptr) {  // no memory was left for the JSON
    std::free(*answer);
    *answer = nullptr;
    *answer_size = 0;
  }
  return code;
}

bonafide_code bonafide_writer_open(const bonafide_signing* signing, bonafide_write function, void* user,
                                   bonafide_writer** writer, char** message) {
  if (writer != nullptr) *writer = nullptr;
  return bonafide::capi::guarded(message, [&]() -> Result<void> {
    if (signing == nullptr) return make_error(Code::invalid_argument, "no settings for signing were given");
    if (function == nullptr || writer == nullptr) return make_error(Code::invalid_argument, "nowhere to write");
    const auto output = [function, user](std::uint64_t offset, ByteView bytes) -> Result<void> {
      const int failed = function(user, offset, bytes.data(), bytes.size());
      if (failed == 0) return {};
      return make_error(Code::io, "the writing function failed (it answered " + std::to_string(failed) + ")", offset);
    };
    bonafide::Context context;
    context.limits = signing->limits;
    auto made = std::make_unique<bonafide_writer>();
    bonafide::app::SignRequest request = TRY(bonafide::capi::sign_request(*signing));
    made->work = TRY(bonafide::app::SignWriter::open(std::move(request), output, context));
    *writer = made.release();
    return {};
  });
}

bonafide_code bonafide_writer_write(bonafide_writer* writer, const void* bytes, size_t size, char** message) {
  return bonafide::capi::guarded(message, [&]() -> Result<void> {
    if (writer == nullptr) return make_error(Code::invalid_argument, "there is no writer");
    return writer->work->write(bonafide::capi::view_of(bytes, size));
  });
}

bonafide_code bonafide_writer_finish(bonafide_writer* writer, char** json, char** message) {
  return bonafide::capi::answer(json, message, [&]() -> Result<std::string> {
    if (writer == nullptr) return make_error(Code::invalid_argument, "there is no writer");
    const auto answer = TRY(writer->work->finish());
    return bonafide::dump_json(bonafide::app::signing_json("", answer));
  });
}

void bonafide_writer_free(bonafide_writer* writer) { delete writer; }
