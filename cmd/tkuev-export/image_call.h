// SPDX-License-Identifier: Apache-2.0
// tkuev-export/image_call.h - discs: what was said on the command line, and who does it.
#pragma once

#include <cstdint>
#include <string>

namespace tkuev_export {

struct ImageCall {
    std::string config;
    // iso
    std::string measure;         // the first digits of its handle
    std::string from;            // directory of files; empty: what is stored
    std::string again;           // digest of an image that was lost, or a part of it
    std::uint64_t megabytes = 0; // of files at most; 0: all that wait
    std::string output;
    bool clear = false; // not encrypted although the authority has a certificate
    bool copy = false;  // burn: although it was handed over
    // verify, release, burn, handed-over
    std::string image;
    std::string drive;
    std::string signer;    // file of a certificate
    std::string recipient; // the same, of who received it
    std::string key;       // its private key
    bool json = false;
};

// The exit status; may throw base::Failure.
int iso(const ImageCall& call);
int verify_image(const ImageCall& call);
int release(const ImageCall& call);
int burn(const ImageCall& call);
int handed_over(const ImageCall& call);
int list_stored(const ImageCall& call);
int probe(const ImageCall& call);

} // namespace tkuev_export
