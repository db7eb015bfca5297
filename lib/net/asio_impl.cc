// SPDX-License-Identifier: Apache-2.0
// net/asio_impl.cc - Asio's own sources, compiled once (BOOST_ASIO_SEPARATE_COMPILATION).
#include <boost/asio/impl/src.hpp>
