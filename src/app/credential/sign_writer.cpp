#include "app/credential/sign_writer.h"

#include "app/credential/claiming.h"

namespace bonafide::app {

namespace {

SignRequest without_files(SignRequest request) {
  request.input.clear();
  request.output.clear();
  request.sidecar.clear();
  request.content.reset();
  request.fragments.clear();
  request.in_place = request.update = request.to_memory = false;
  return request;
}

}  // namespace

SignWriter::SignWriter(SignRequest request, const Context& context)
    : request_(without_files(std::move(request))), context_(context) {}
SignWriter::~SignWriter() = default;

Result<std::unique_ptr<SignWriter>> SignWriter::open(SignRequest request, Output output, const Context& context) {
  std::unique_ptr<SignWriter> writer(new SignWriter(std::move(request), context));
  TRY(writer->begin(std::move(output)));
  return writer;
}

Result<void> SignWriter::begin(Output output) {
  claiming_ = std::make_unique<Claiming>(request_, context_);
  TRY(claiming_->begin());
  builder_ = TRY(claiming_->claim(nullptr));
  plan_ = TRY(claiming_->plan());
  writer_ = std::make_unique<provenance::c2pa::BmffWriter>(*builder_, plan_, std::move(output), context_);
  return {};
}

Result<void> SignWriter::write(ByteView bytes) { return writer_->write(bytes); }

Result<SignAnswer> SignWriter::finish() { return claiming_->answer(*builder_, TRY(writer_->finish())); }

}  // namespace bonafide::app
