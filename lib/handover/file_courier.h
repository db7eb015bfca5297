// SPDX-License-Identifier: Apache-2.0
// handover/file_courier.h - puts parcels as files on an authority's server.
//
//     queued -> uploading (NAME.tmp) -> uploaded (226) -> renamed (NAME) -> verified
//
// A name that is there is never written over: with our size the parcel counts as delivered
// (we died after the rename), with another it is refused.  A temporary file of our own is
// written anew from its beginning; a server that tells another size than we sent gets its
// copy removed.  Between the look and the rename nobody else may use the name: names of
// method B are ours alone.
//
// A hot or cold standby is tried when the host before it does not take the file.  Once a
// host has the file under its temporary name and has not answered the rename, it may have
// it under its own: for `certain_for` no other is asked, so that no file arrives twice.
#pragma once

#include "handover/courier.h"
#include "handover/remote.h"

#include <memory>
#include <string>

namespace handover {

inline constexpr std::string_view temporary_suffix = ".tmp";
inline constexpr base::seconds certain_for{600};
inline constexpr base::seconds idle_for{30}; // then a login ends

struct FileCourierSettings {
    Credentials credentials;
    Patience patience;
};

// For the methods ftp, ftps and sftp.  Keeps a copy of the destination, password included,
// until it is destroyed.  Throws base::Failure(repair_system) if libcurl does not start.
[[nodiscard]] std::unique_ptr<Courier>
make_file_courier(const li::Destination& destination, const FileCourierSettings& settings);

} // namespace handover
