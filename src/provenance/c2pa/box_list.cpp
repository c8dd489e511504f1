#include "provenance/c2pa/box_list.h"

#include "provenance/c2pa/asset_map.h"

namespace bonafide::provenance::c2pa {

Result<std::vector<NamedBox>> list_boxes(const media::ByteSource& source, const Located& located,
                                         const Context& context) {
  const AssetMap* const map = asset_map(located.container);
  if (map == nullptr || map->boxes == nullptr) {
    return make_error(Code::unsupported, "this kind of file has no box hash");
  }
  return map->boxes(source, located, context);
}

}  // namespace bonafide::provenance::c2pa
