// SPDX-License-Identifier: Apache-2.0
// net/test_support.h - what the tests of this folder share: pairs of streams, certificates.
#pragma once

#include "net/loop.h"
#include "net/stream.h"
#include "net/task.h"

#include <functional>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace net::test {

// Runs the dialogues to their end; an exception of any of them comes out here.
void run(Loop& loop, std::vector<Task<void>> dialogues);
void run(Loop& loop, Task<void> one);
void run(Loop& loop, Task<void> one, Task<void> other);

std::pair<base::Fd, base::Fd> socket_pair();
std::pair<Stream, Stream> stream_pair(Loop& loop);
std::pair<Stream, Stream> tcp_pair(Loop& loop);

Task<std::string> read_all(Stream& stream);
Task<std::string> read_exactly(Stream& stream, std::size_t size);

// A directory that goes with the object.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string path(const std::string& name) const
    {
        return path_ + '/' + name;
    }
    std::string write(const std::string& name, const std::string& content) const;

private:
    std::string path_;
};

// While it lives this process can open no file.
class NoDescriptors {
public:
    NoDescriptors()
    {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit none = before_;
        none.rlim_cur = 0;
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

private:
    rlimit before_{};
};

// Writes NAME.pem and NAME.key: self-signed, ECDSA P-256, for these DNS names.
struct TestCertificate {
    std::string chain_file;
    std::string key_file;
    std::string fingerprint;
    std::string key_fingerprint{};
    std::string pem{};
};
TestCertificate make_certificate(const Folder& folder, const std::string& name,
                                 const std::vector<std::string>& dns_names);

} // namespace net::test
