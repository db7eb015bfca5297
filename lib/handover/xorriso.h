// SPDX-License-Identifier: Apache-2.0
// handover/xorriso.h - the program that makes, reads and burns images: xorriso(1).
//
// ISO 9660 with Rock Ridge and Joliet; xorriso writes no UDF.  A program of its own, run
// without a shell, with an environment of ours.
#pragma once

#include <cstdint>
#include <string>

namespace handover {

// All throw base::Failure: start_service if xorriso is missing, else with its last line.

// An image of `tree`.  Of the same files and time it has the same octets.
void make_image_file(const std::string& tree, const std::string& image,
                     const std::string& label, std::int64_t seconds);
// All of the image (or of the disc in a drive: "/dev/sr0", "stdio:/file") as files below
// `directory`, which exists and is empty.
void extract_image(const std::string& image, const std::string& directory);
// The first octets of the disc in a drive as they are, into a new file.
void read_disc(const std::string& drive, std::uint64_t octets, const std::string& file);
// Writes the image to a blank disc and closes it.
void burn_image_file(const std::string& image, const std::string& drive);

} // namespace handover
