// Which addresses a file or a stranger's server may send us to: the public internet, never this machine or its
// neighbours (C2PA 2.5's counter-measures against server-side request forgery).
#pragma once
#include "base/bytes.h"

namespace bonafide::net {

/// Whether an IPv4 (4 bytes) or IPv6 (16 bytes) address is a public one: not private, loopback, link-local, shared,
/// multicast, documentation or otherwise special (IANA's special-purpose registries, RFC 6890), nor a form of IPv6
/// that leads to such an IPv4 address.
bool is_public_address(ByteView address);

}  // namespace bonafide::net
