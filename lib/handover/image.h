// SPDX-License-Identifier: Apache-2.0
// handover/image.h - discs for authorities that take no other delivery: made, checked,
// burned.
//
//     IRI/NAME  CC/NAME     files as they would have been uploaded (method B), each as CMS
//                           for the authority's certificate with ".p7m" if it has one
//     INHALTE.csv           which document of XML tells of which file in CC/; always there
//                           where contents are messages, even if all documents are
//                           elsewhere
//     LIESMICH.txt          what this is, in German
//     BETREIBER.pem         the provider's certificate
//     MANIFEST.sha256       all of these, for sha256sum -c
//     MANIFEST.sha256.p7s   CMS signature of the manifest, detached
//
// ISO 9660 with Rock Ridge and Joliet.  Made of the same files at the same time, two images
// differ in the signature only, whose nature that is; and in what is encrypted.
// Nothing here asks or tells anybody: who may do it, and its audit, is the caller's.
#pragma once

#include "seal/keys.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace handover {

struct ImageFile {
    std::string name;   // "IRI/..." or "CC/..."
    std::string digest; // SHA-256, hexadecimal: what it must be
};

struct ImageOrder {
    std::string source; // directory with IRI/ and CC/, or with files of event data only
    std::vector<ImageFile> files; // those of them that are meant; empty: all
    bool content = false;         // CC/ belongs on it: the authority has agreed
    bool national = false;        // events are XML, contents messages
    // Of the measure, as files without a digest must have it; in the read-me only if the
    // disc is not encrypted.
    std::string reference;
    std::string operator_id; // of the provider
    std::int64_t time = 0;   // seconds since 1970: of all files, and in the read-me
    std::optional<seal::Certificate> recipient; // encrypted for this authority
    seal::Certificate signer;
    seal::PrivateKey key;
    std::string image; // file to make; must not exist
};

struct ImageMade {
    std::size_t files = 0; // of IRI/ and CC/
    std::string digest;    // SHA-256 of the image, hexadecimal
    bool encrypted = false;
};

// The image is there whole or not at all; `before` is told of it when it is whole and has
// not got its name yet.  Throws base::Failure: supply_input for a source that is not there,
// fix_data for one that is empty, has files elsewhere or, without digests, such as are none
// of this measure (image_source.h), check_disk for a file that has changed, and whatever
// disk and xorriso fail with.
using BeforeImage = std::function<void(const ImageMade& made)>;
ImageMade make_image(const ImageOrder& order, const BeforeImage& before = {});

// SHA-256 of a file as large as a disc, without holding it.
[[nodiscard]] std::string image_digest(const std::string& image);

struct ImageCheck {
    std::vector<std::string> problems; // nothing wrong: empty
    std::string signer;                // subject of who has signed, or should have
    std::string fingerprint;           // SHA-256 of that one's certificate
    bool is_signed = false;            // by that one
    bool trusted = false;   // it is the one that was expected; else it proves no origin
    bool encrypted = false; // and could not be read: no key was given
    std::size_t files = 0;
    std::size_t pdus = 0;
    std::size_t hashes = 0;     // checks among the PDUs that hold
    std::size_t signatures = 0; // the same
};

struct ImageReader {
    std::optional<seal::Certificate> signer; // who should have signed
    std::optional<seal::Certificate> recipient;
    std::optional<seal::PrivateKey> key; // of the recipient
};

// Of an image file, a drive, or a directory in which the disc is mounted; without the
// gateway.  Throws base::Failure if it cannot be read at all.
[[nodiscard]] ImageCheck check_image(const std::string& where, const ImageReader& reader);

// Writes the image to the disc in a drive ("/dev/sr0", tests: "stdio:/file") and reads it
// back; Failure(check_disk) if the octets there have another SHA-256, whatever has become
// of the file meanwhile.
void burn_image(const std::string& image, const std::string& digest,
                const std::string& drive);

// What is on the disc besides the files.
namespace disc {
inline constexpr const char* events = "IRI/";
inline constexpr const char* contents = "CC/";
inline constexpr const char* index = "INHALTE.csv";
inline constexpr const char* read_me = "LIESMICH.txt";
inline constexpr const char* certificate = "BETREIBER.pem";
inline constexpr const char* manifest = "MANIFEST.sha256";
inline constexpr const char* signature = "MANIFEST.sha256.p7s";
inline constexpr const char* sealed = ".p7m";
} // namespace disc

// The words of LIESMICH.txt.
[[nodiscard]] std::string image_read_me(const ImageOrder& order, std::size_t events,
                                        std::size_t contents, bool index);

} // namespace handover
