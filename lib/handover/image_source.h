// SPDX-License-Identifier: Apache-2.0
// handover/image_source.h - files that somebody wants on a disc: are they of this measure?
//
// What was written here is known by its digest; what comes from a directory may be
// anything, and goes to an authority under the provider's signature.  Pure.
#pragma once

#include <string>
#include <string_view>

namespace handover {

struct WantedFile {
    std::string_view name; // as on the disc: "IRI/..." or "CC/..."
    std::string_view octets;
};

// Empty, or why it is no file of the measure with that reference: its name by method B, and
// PDUs of this reference in DER to the last octet; with the national form documents in XML
// and contents of any kind.
[[nodiscard]] std::string fault_of(const WantedFile& file, std::string_view reference,
                                   bool national);

} // namespace handover
