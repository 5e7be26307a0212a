#pragma once

#include <archive.h>
#include <archive_entry.h>

#include "core/late_library.hpp"

namespace prevision::platform {

/// The functions of libarchive. It is loaded at its first use, because zip archives are rare and it loads large
/// libraries itself.
struct ArchiveLibrary : private LateLibrary {
    /// Error internal when it cannot be loaded.
    ArchiveLibrary() : LateLibrary("libarchive.so.13") {}

    decltype(::archive_entry_filetype)* entry_filetype = find("archive_entry_filetype");
    decltype(::archive_entry_free)* entry_free = find("archive_entry_free");
    decltype(::archive_entry_is_encrypted)* entry_is_encrypted = find("archive_entry_is_encrypted");
    decltype(::archive_entry_new)* entry_new = find("archive_entry_new");
    decltype(::archive_entry_pathname)* entry_pathname = find("archive_entry_pathname");
    decltype(::archive_entry_set_filetype)* entry_set_filetype = find("archive_entry_set_filetype");
    decltype(::archive_entry_set_pathname_utf8)* entry_set_pathname_utf8 =
        find("archive_entry_set_pathname_utf8");
    decltype(::archive_entry_set_perm)* entry_set_perm = find("archive_entry_set_perm");
    decltype(::archive_entry_set_size)* entry_set_size = find("archive_entry_set_size");
    decltype(::archive_error_string)* error_string = find("archive_error_string");
    decltype(::archive_read_data)* read_data = find("archive_read_data");
    decltype(::archive_read_free)* read_free = find("archive_read_free");
    decltype(::archive_read_new)* read_new = find("archive_read_new");
    decltype(::archive_read_next_header)* read_next_header = find("archive_read_next_header");
    decltype(::archive_read_open_filename)* read_open_filename = find("archive_read_open_filename");
    decltype(::archive_read_support_format_tar)* read_support_format_tar =
        find("archive_read_support_format_tar");
    decltype(::archive_read_support_format_zip_seekable)* read_support_format_zip_seekable =
        find("archive_read_support_format_zip_seekable");
    decltype(::archive_write_close)* write_close = find("archive_write_close");
    decltype(::archive_write_data)* write_data = find("archive_write_data");
    decltype(::archive_write_free)* write_free = find("archive_write_free");
    decltype(::archive_write_header)* write_header = find("archive_write_header");
    decltype(::archive_write_new)* write_new = find("archive_write_new");
    decltype(::archive_write_open2)* write_open2 = find("archive_write_open2");
    decltype(::archive_write_set_bytes_in_last_block)* write_set_bytes_in_last_block =
        find("archive_write_set_bytes_in_last_block");
    decltype(::archive_write_set_bytes_per_block)* write_set_bytes_per_block =
        find("archive_write_set_bytes_per_block");
    decltype(::archive_write_set_format_pax_restricted)* write_set_format_pax_restricted =
        find("archive_write_set_format_pax_restricted");
    decltype(::archive_write_set_format_zip)* write_set_format_zip = find("archive_write_set_format_zip");
    decltype(::archive_write_set_options)* write_set_options = find("archive_write_set_options");
};

}  // namespace prevision::platform
