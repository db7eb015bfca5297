// SPDX-License-Identifier: Apache-2.0
// handover/curl.h - what owns libcurl's objects, and how libcurl is started.
//
// For the files of this folder that talk to file servers.
#pragma once

#include <curl/curl.h>
#include <memory>

namespace handover {

struct CurlFree {
    void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using CurlHandle = std::unique_ptr<CURL, CurlFree>;
using CurlList = std::unique_ptr<curl_slist, CurlFree>;

// The first call starts libcurl with memory that is wiped when it is given back: it keeps
// copies of passwords.  Throws base::Failure(repair_system).
void start_curl();

} // namespace handover
