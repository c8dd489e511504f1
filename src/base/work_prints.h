// Prints (fingerprints) of works: what a program that decodes them lends to rooms that only know the record.
#pragma once
#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/context.h"
#include "base/result.h"

namespace bonafide {

/// What a work looks and sounds like, encoded. unsupported: nothing that can be printed.
using WorkPrinter = std::function<Result<Bytes>(const std::string& path, const Context& context)>;

}  // namespace bonafide
